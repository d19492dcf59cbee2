"""WebSub (W3C Recommendation, 23 January 2018): what is asked of which hub, and when again.

A subscription goes wanted → pending (asked) → active (the hub has verified), and ends denied or lapsed; either is
asked for again later. Whatever it is, the feed is only polled less while `lease_until` lies ahead.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from aggregator.core.address import is_local_name, is_loopback, is_public, literal
from aggregator.core.errors import Refused
from aggregator.core.url import MAX_LENGTH, host, normal

LEASE = timedelta(days=10)  # what we ask for
SHORTEST_LEASE = timedelta(hours=1)
LONGEST_LEASE = timedelta(days=14)
VERIFY_WITHIN = timedelta(hours=1)  # how long after we asked a hub may ask back
FIRST_PAUSE = timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=1)
DENIED_PAUSE = timedelta(days=7)
DEAD_FAILURES = 3
DEAD_PAUSE = timedelta(days=7)
UNPROVEN = 3  # subscriptions that are asked of a hub at once before it has ever kept its word
UNPROVEN_PAUSE = timedelta(minutes=15)
MAX_REASON = 200
_NOWHERE = {"example", "home.arpa", "internal", "invalid", "lan", "local", "localhost", "onion", "test"}  # RFC 6761 …


class SubscriptionState(StrEnum):
    """Where a subscription stands."""

    WANTED = "wanted"
    PENDING = "pending"
    ACTIVE = "active"
    DENIED = "denied"
    LAPSED = "lapsed"


class Move(StrEnum):
    """What is to be done about the subscription of a feed."""

    NOTHING = "nothing"
    ASK = "ask"
    RENEW = "renew"  # the same request, with the same token, before the lease ends
    LAPSE = "lapse"  # the hub has not verified in time
    REPLACE = "replace"  # ask another hub, or for another topic
    LEAVE = "leave"  # unsubscribe


@dataclass(frozen=True, slots=True)
class Wish:
    """What a feed names: a hub and the topic that the hub knows it by; `wanted` is false when we no longer listen."""

    feed_id: int
    hub: str
    topic: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Subscription:
    """A stored subscription. `due_at` is when something has to be done about it again, whatever its state.

    `failures` are those in a row; `pushes` and `refused` count what came and what bore no right signature.
    """

    id: int
    feed_id: int
    token: str
    secret: str
    hub: str
    topic: str
    state: SubscriptionState
    due_at: datetime
    asked_at: datetime | None = None
    lease_until: datetime | None = None
    failures: int = 0
    reason: str = ""
    pushes: int = 0
    refused: int = 0
    pushed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How a hub has done over all its subscriptions: failures in a row, open questions, last asked, last heard.

    `heard_at` is the last push or the last moment under a lease that it gave, whichever is later.
    """

    failures: int = 0
    pending: int = 0
    asked_at: datetime | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """What a hub has sent for a feed, its signature checked; `content_type` as it was told, unchecked."""

    id: int
    at: datetime
    content_type: str
    body: bytes


def unreachable(base_url: str, *, allow_loopback: bool = False) -> str:
    """Return why hubs cannot reach the site at this address, '' when they can as far as its spelling tells."""
    if not base_url:
        return "site.base_url is not set: a hub needs a public address to answer to, so feeds are only polled"
    try:
        name = (urlsplit(normal(base_url)).hostname or "").rstrip(".")
    except Refused as error:
        return f"site.base_url cannot be given to a hub: {error.reason}"
    if allow_loopback and (is_loopback(name) or is_local_name(name)):
        return ""
    number = literal(name)
    ends = {name.rpartition(".")[2], ".".join(name.split(".")[-2:])}
    if (number is None and ("." not in name or ends & _NOWHERE)) or (number is not None and not is_public(name)):
        return (
            f"site.base_url names {name}, which hubs on the internet cannot reach; set it to the site's public address"
        )
    return ""


def unusable(wish: Wish) -> str:
    """Return why hub or topic cannot be used, '' when both are http or https addresses of bearable length."""
    for what, url in (("hub", wish.hub), ("topic", wish.topic)):
        try:
            normal(url)
        except Refused as error:
            return f"the {what} that the feed names is no address to use: {error.reason}"
        if len(url) > MAX_LENGTH:
            return f"the {what} that the feed names is longer than {MAX_LENGTH} characters"
    return ""


def hub_host(hub: str) -> str:
    """Return the host of a hub, with its port where that is not the usual one; '' for what is no address."""
    try:
        return host(hub)
    except Refused:
        return ""


def form(subscription: Subscription, base_url: str, *, leave: bool = False) -> tuple[tuple[str, str], ...]:
    """Return what is sent to the hub, in the order of section 5.1.

    The secret goes along even to a hub without TLS, which the section advises against: it still keeps out whoever
    learns of the callback only.
    """
    told = (
        ("hub.callback", f"{base_url.rstrip('/')}/websub/{subscription.token}"),
        ("hub.mode", "unsubscribe" if leave else "subscribe"),
        ("hub.topic", subscription.topic),
    )
    if leave:
        return told
    return (*told, ("hub.lease_seconds", str(int(LEASE.total_seconds()))), ("hub.secret", subscription.secret))


def move(wish: Wish, subscription: Subscription | None, now: datetime) -> Move:
    """Return what to do about a feed's subscription now."""
    wanted = wish.wanted and bool(wish.hub)
    if subscription is None:
        return Move.ASK if wanted else Move.NOTHING
    running = subscription.state in {SubscriptionState.PENDING, SubscriptionState.ACTIVE}
    same = (subscription.hub, subscription.topic) == (wish.hub, wish.topic)
    if running and not (wanted and same):
        return Move.LEAVE
    lapsed = subscription.state is SubscriptionState.LAPSED
    if not wanted or (subscription.due_at > now and (same or lapsed)):  # one that is left may still be asked about
        return Move.NOTHING
    if not same:
        return Move.REPLACE
    if subscription.state is SubscriptionState.PENDING:
        return Move.LAPSE
    return Move.RENEW if subscription.state is SubscriptionState.ACTIVE else Move.ASK


def is_dead(tally: Tally, now: datetime) -> bool:
    """Whether a hub has failed three times in a row, over all feeds, and has kept no promise for seven days."""
    silent = tally.heard_at is None or now - tally.heard_at >= DEAD_PAUSE
    return tally.failures >= DEAD_FAILURES and silent


def left_alone_until(tally: Tally, now: datetime) -> datetime | None:
    """Return until when a dead hub is not asked, None when it may be."""
    if not is_dead(tally, now) or tally.asked_at is None:
        return None
    until = tally.asked_at + DEAD_PAUSE
    return until if until > now else None


def admitted(tally: Tally, now: datetime) -> int | None:
    """Return how many subscriptions may be asked of a hub at once; None for any number.

    A dead hub is left alone, then tried with one; one that was never heard of is tried with a few.
    """
    if left_alone_until(tally, now):
        return 0
    if is_dead(tally, now):
        return 1
    return max(UNPROVEN - tally.pending, 0) if tally.heard_at is None else None


def asked(subscription: Subscription, now: datetime) -> Subscription:
    """Return the subscription as it stands once the hub is asked; it may verify before it answers."""
    return replace(subscription, state=SubscriptionState.PENDING, asked_at=now, due_at=now + VERIFY_WITHIN)


def left(subscription: Subscription, now: datetime, reason: str) -> Subscription:
    """Return the subscription once it is given up; its token stays known while the hub may ask whether we mean it."""
    ended = SubscriptionState.LAPSED
    return replace(subscription, state=ended, asked_at=now, due_at=now + VERIFY_WITHIN, lease_until=None, reason=reason)


def replaced(subscription: Subscription, wish: Wish, token: str, secret: str, now: datetime) -> Subscription:
    """Return a wanted subscription to another hub or topic in the place of one that has ended."""
    return replace(
        subscription,
        token=token,
        secret=secret,
        hub=wish.hub,
        topic=wish.topic,
        state=SubscriptionState.WANTED,
        due_at=now,
        asked_at=None,
        lease_until=None,
        failures=0,
        reason="",
    )


def failed(
    subscription: Subscription, now: datetime, reason: str, luck: float, after: timedelta | None = None
) -> Subscription:
    """Return the subscription after a request that failed; a lease that still runs, runs on.

    `luck` in [0, 1) lengthens the pause by up to a quarter; `after` is the pause that the hub asked for.
    """
    return _set_back(subscription, now, reason, luck, after, SubscriptionState.WANTED)


def unverified(subscription: Subscription, now: datetime, luck: float) -> Subscription:
    """Return the subscription of which the hub has not spoken in time."""
    reason = f"the hub did not verify the subscription within {VERIFY_WITHIN.total_seconds() / 3600:g} hours"
    return _set_back(subscription, now, reason, luck, None, SubscriptionState.LAPSED)


def _set_back(
    subscription: Subscription,
    now: datetime,
    reason: str,
    luck: float,
    after: timedelta | None,
    otherwise: SubscriptionState,
) -> Subscription:
    failures = subscription.failures + 1
    state = otherwise
    if subscription.lease_until:
        state = SubscriptionState.ACTIVE if subscription.lease_until > now else SubscriptionState.LAPSED
    due_at = now + pause(failures, luck, after)
    return replace(subscription, state=state, failures=failures, reason=reason[:MAX_REASON], due_at=due_at)


def pause(failures: int, luck: float, after: timedelta | None = None) -> timedelta:
    """Return the pause after so many failures in a row: an hour, doubled up to a day, never shorter than asked for."""
    grown = FIRST_PAUSE * int(2 ** min(max(failures - 1, 0), 10))
    return max(min(grown, LONGEST_PAUSE) * (1 + luck / 4), min(after or timedelta(), DEAD_PAUSE))


def verified(subscription: Subscription, now: datetime, lease: timedelta, luck: float) -> Subscription:
    """Return the active subscription; it is renewed when 75 to 85 % of its lease have passed."""
    due_at = now + lease * (0.75 + luck / 10)
    return replace(
        subscription, state=SubscriptionState.ACTIVE, due_at=due_at, lease_until=now + lease, failures=0, reason=""
    )


def denied(subscription: Subscription, now: datetime, reason: str) -> Subscription:
    """Return the subscription that the hub does not want (section 5.2); it is asked again after a week."""
    said = f"the hub denies it: {reason or 'no reason given'}"[:MAX_REASON]
    state = SubscriptionState.DENIED
    return replace(subscription, state=state, due_at=now + DENIED_PAUSE, lease_until=None, reason=said)
