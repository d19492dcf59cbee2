"""What a hub says at our callback, and what of it we believe: WebSub sections 5.2, 5.3 (intent) and 7 (content)."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.core.websub import (
    LEASE,
    LONGEST_LEASE,
    MAX_REASON,
    SHORTEST_LEASE,
    VERIFY_WITHIN,
    Subscription,
    SubscriptionState,
    denied,
    verified,
)

MAX_CHALLENGE = 1000  # characters
MAX_PUSH_BYTES = 10 * 1024 * 1024
METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})  # section 7.1
LONGEST_SIGNATURE = 200
LONGEST_NUMBER = 200  # digits
LISTENING = frozenset({SubscriptionState.PENDING, SubscriptionState.ACTIVE})
ENDED = frozenset({SubscriptionState.DENIED, SubscriptionState.LAPSED})


def lease_of(said: str | None) -> timedelta | None:
    """Return the lease that a hub names in seconds, within our bounds; None for what is no number.

    A hub that names none, as old ones do not, is held to what we asked for.
    """
    if said is None:
        return LEASE
    if not (said.isascii() and said.isdigit() and len(said) <= LONGEST_NUMBER):
        return None
    return max(timedelta(seconds=min(int(said), int(LONGEST_LEASE.total_seconds()))), SHORTEST_LEASE)


@dataclass(frozen=True, slots=True)
class Question:
    """What a hub asks at the callback (sections 5.2 and 5.3), each parameter as often as it was given."""

    parameters: Mapping[str, Sequence[str]]

    def one(self, name: str) -> str | None:
        """Return a parameter that was given exactly once; None otherwise."""
        found = self.parameters.get(name, ())
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Reply:
    """How a hub's question is answered: `body` with 200, or 404 when None; `stands` is the subscription after it."""

    body: str | None
    stands: Subscription | None = None


NO = Reply(None)


def answer(subscription: Subscription, question: Question, now: datetime, luck: float) -> Reply:
    """Return how to answer a hub; nothing is confirmed that we do not want, and nothing twice.

    A question asked again within the time for asking gets the same answer, and does not lengthen the lease.
    """
    if question.one("hub.topic") != subscription.topic:
        return NO
    match question.one("hub.mode"):
        case "denied":
            return _denied(subscription, question, now)
        case "subscribe":
            return _confirmed(subscription, question, now, luck)
        case "unsubscribe" if subscription.state in ENDED:
            return Reply(_challenge(question))
    return NO


def _denied(subscription: Subscription, question: Question, now: datetime) -> Reply:
    """Take a denial, which may come at any time (section 5.2), of what was asked for and is not given up."""
    if subscription.asked_at is None or subscription.state is SubscriptionState.LAPSED:
        return NO
    if subscription.state is SubscriptionState.DENIED:
        return Reply("")
    return Reply("", denied(subscription, now, _shown(question.one("hub.reason") or "")))


def _confirmed(subscription: Subscription, question: Question, now: datetime, luck: float) -> Reply:
    challenge = _challenge(question)
    several = len(question.parameters.get("hub.lease_seconds", ())) > 1
    lease = None if several else lease_of(question.one("hub.lease_seconds"))
    if challenge is None or lease is None or not _expected(subscription, now):
        return NO
    known = subscription.state is SubscriptionState.ACTIVE and not subscription.failures
    return Reply(challenge, None if known else verified(subscription, now, lease, luck))


def _expected(subscription: Subscription, now: datetime) -> bool:
    """Whether we have asked just now; a hub may verify although its answer to us was lost or an error."""
    asked_at = None if subscription.state in ENDED else subscription.asked_at
    return asked_at is not None and now - asked_at <= VERIFY_WITHIN


def _challenge(question: Question) -> str | None:
    found = question.one("hub.challenge")
    return found if found and len(found) <= MAX_CHALLENGE else None


def _shown(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text[:MAX_REASON]).strip()


def signed(secret: str, header: str | None, body: bytes) -> bool:
    """Whether `X-Hub-Signature` is right for the body (section 7.1): METHOD=HEX, compared in constant time."""
    if header is None or len(header) > LONGEST_SIGNATURE:
        return False
    method, _, given = header.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    right = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(right.encode(), given.strip().lower().encode("utf-8", "replace"))
