"""A small real WebSub hub for one topic, `/websub`: it verifies intent, and distributes with a signature.

The source is the W3C Recommendation WebSub (2018): section 5.1 for the request of a subscriber, 5.3 for verifying
intent, 7 for distribution and signature. Callbacks are taken only on loopback or on the machine that asks, so that
nobody can send this hub to other addresses.
"""

import hmac
import http.client
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.talk import RSS, Talk

SIGNATURES = ("right", "wrong", "none", "sha1", "other-body")
LEASE_SECONDS = (60, 86_400, 864_000)  # the shortest, the usual and the longest
MOST_SUBSCRIPTIONS = 100
LONGEST_SECRET = 200  # bytes; WebSub section 5.1 demands fewer
_TOPIC = "/websub"
_TIMEOUT = 5.0
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants what: addresses of topic and callback, the secret (empty: none), the lease in seconds."""

    topic: str
    callback: str
    secret: str
    lease: int


class Hub:
    """The subscriptions that were verified, and the editions that were distributed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], Subscription] = {}
        self._editions = 0

    def subscriptions(self) -> list[Subscription]:
        """Return the verified subscriptions."""
        with self._lock:
            return list(self._held.values())

    def reset(self) -> None:
        """Forget subscriptions and editions."""
        with self._lock:
            self._held.clear()
            self._editions = 0

    def edition(self, origin: str, now: datetime) -> bytes:
        """Return the topic: the usual stories, and one more for every distribution so far."""
        late = [news.newer(origin, now, number) for number in range(self._editions, 0, -1)]
        link = '<atom:link rel="{}" href="{}{}"/>\n'
        channel = link.format("hub", origin, "/hub") + link.format("self", origin, _TOPIC)
        told = [*late, *news.stories(origin, now, 8)][:20]
        return news.rss(told, origin, channel, ' xmlns:atom="http://www.w3.org/2005/Atom"')

    def serve(self, talk: Talk) -> None:
        """Answer a request to /hub (POST: subscribe or unsubscribe; GET: the list) or to /hub/distribute (POST)."""
        if talk.request.method != "POST":
            told = [{"topic": one.topic, "callback": one.callback, "lease": one.lease} for one in self.subscriptions()]
            talk.answer(json.dumps(told).encode(), kind="application/json")
        elif talk.rest == "distribute":
            how = parse_qs(talk.request.query).get("signature", ["right"])[0]
            if how in SIGNATURES:
                talk.answer(json.dumps(self.distribute(talk.now, how)).encode(), kind="application/json")
            else:
                _refuse(talk, f"signature={how} is unknown; take one of {', '.join(SIGNATURES)}")
        else:
            self._subscribe(talk)

    def _subscribe(self, talk: Talk) -> None:
        form = {name: values[0] for name, values in parse_qs(talk.request.body.decode("utf-8", "replace")).items()}
        wrong = _wrong(form, talk)
        if wrong:
            _refuse(talk, wrong)
            return
        talk.answer(b"", "202 Accepted", "")
        asked = form.get("hub.lease_seconds", "")
        shortest, usual, longest = LEASE_SECONDS
        lease = min(max(int(asked[:9]), shortest), longest) if asked.isascii() and asked.isdigit() else usual
        wanted = Subscription(form["hub.topic"], form["hub.callback"], form.get("hub.secret", ""), lease)
        if _intends(form["hub.mode"], wanted):
            self._settle(form["hub.mode"], wanted)

    def _settle(self, mode: str, wanted: Subscription) -> None:
        key = (wanted.topic, wanted.callback)
        with self._lock:
            if mode == "unsubscribe":
                self._held.pop(key, None)
            elif key in self._held or len(self._held) < MOST_SUBSCRIPTIONS:
                self._held[key] = wanted

    def distribute(self, now: datetime, signature: str = "right") -> dict[str, int]:
        """Make a new edition and post it to every callback; return the status that each gave, 0 for none.

        `signature` is one of `SIGNATURES`: the right one (sha256), a wrong one, none, the outdated sha1, or the right
        one of another body than the one that is sent. A callback that answers 410 loses its subscription.
        """
        with self._lock:
            self._editions += 1
        gave = {}
        for one in self.subscriptions():
            origin = one.topic.removesuffix(_TOPIC)
            body = self.edition(origin, now)
            links = f'<{origin}/hub>; rel="hub", <{one.topic}>; rel="self"'
            headers = {"Content-Type": RSS, "Link": links} | signed(body, one.secret, signature)
            sent = body.replace(b"</channel>", b"<!-- forged --></channel>") if signature == "other-body" else body
            gave[one.callback], _ = _ask("POST", one.callback, sent, headers)
            if gave[one.callback] == http.client.GONE:
                self._settle("unsubscribe", one)
        return gave


def signed(body: bytes, secret: str, how: str = "right") -> dict[str, str]:
    """Return the header X-Hub-Signature for a body (WebSub section 7.1), or nothing without a secret."""
    if not secret or how == "none":
        return {}
    method = "sha1" if how == "sha1" else "sha256"
    key = f"not {secret}" if how == "wrong" else secret
    return {"X-Hub-Signature": f"{method}={hmac.new(key.encode(), body, method).hexdigest()}"}


def _wrong(form: Mapping[str, str], talk: Talk) -> str:
    """Return what is wrong with the request of a subscriber, or nothing."""
    if form.get("hub.mode") not in {"subscribe", "unsubscribe"}:
        return "hub.mode must be subscribe or unsubscribe"
    if form.get("hub.topic") != talk.origin + _TOPIC:
        return f"hub.topic must be {talk.origin}{_TOPIC}: this hub has no other topic"
    if len(form.get("hub.secret", "").encode()) >= LONGEST_SECRET:
        return f"hub.secret must be shorter than {LONGEST_SECRET} bytes"
    try:
        parts = urlsplit(form.get("hub.callback", ""))
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "hub.callback must be an address"
    if parts.scheme not in {"http", "https"} or host not in _LOOPBACK | {talk.connection.getpeername()[0]}:
        return "hub.callback must be http or https, on loopback or on the machine that asks"
    return ""


def _refuse(talk: Talk, why: str) -> None:
    talk.answer(f"{why}\n".encode(), "400 Bad Request", "text/plain; charset=utf-8")


def _intends(mode: str, wanted: Subscription) -> bool:
    """Ask the callback whether it wants this: it must give the challenge back (WebSub section 5.3)."""
    challenge = secrets.token_urlsafe(24)
    told = {"hub.mode": mode, "hub.topic": wanted.topic, "hub.challenge": challenge}
    if mode == "subscribe":
        told["hub.lease_seconds"] = str(wanted.lease)
    joint = "&" if urlsplit(wanted.callback).query else "?"
    status, body = _ask("GET", wanted.callback + joint + urlencode(told), None, {})
    return http.client.OK <= status < http.client.MULTIPLE_CHOICES and body == challenge.encode()


def _ask(method: str, address: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    """Return status and the first KiB of the answer; (0, b"") when there is none. Redirects are not followed."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    try:
        connection.request(method, f"{parts.path or '/'}?{parts.query}".rstrip("?"), body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(1024)
    except (OSError, http.client.HTTPException, ValueError):
        return 0, b""
    finally:
        connection.close()
