"""The callback of WebSub: it confirms what we asked for, keeps what is signed, and tells nobody anything else."""

import asyncio
import http.client
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update
from starlette.requests import Request
from starlette.types import Message

from aggregator import settings as configuration
from aggregator.core.callback import MAX_PUSH_BYTES
from aggregator.core.feed import Feed
from aggregator.core.websub import LEASE, Subscription, SubscriptionState, Wish, asked
from aggregator.store import feeds, subscriptions
from aggregator.store.session import Store
from aggregator.store.subscriptions import MAX_WAITING
from aggregator.store.tables import feeds as feeds_table
from aggregator.store.tables import pushes
from aggregator.web.desk import Desk
from aggregator.web.websub import WebSub
from tests.newsdesk import feed_of, outlet
from tests.steps.hub import sent, sign
from tests.web.newsstand import Site
from tests.world import NOW

HUB = "https://hub.example.org/"
TOPIC = "https://harbour-tribune.example/feed.xml"
TOKEN = "t" * 43
SECRET = "s" * 43
BODY = b"<rss/>"
S = SubscriptionState


def _stand(store: Store, state: SubscriptionState = S.PENDING, **given: object) -> Feed:
    """Store a feed with a subscription that was asked for just now and stands as given."""
    feed = feed_of(store, outlet(store), now=NOW + timedelta(hours=1))
    with store.writing() as session:
        session.execute(update(feeds_table).values(hub=HUB, topic=TOPIC))
        added = subscriptions.add(session, Wish(feed.id, HUB, TOPIC), TOKEN, SECRET, NOW)
        assert added is not None
        stands = replace(asked(added, NOW), state=state)
        assert subscriptions.save(session, replace(stands, **given), added)  # type: ignore[arg-type]
    return feed


def _now(store: Store, feed: Feed) -> Subscription:
    with store.reading() as session:
        return subscriptions.of_feeds(session, [feed.id])[feed.id]


def _bodies(store: Store, feed: Feed) -> list[bytes]:
    with store.reading() as session:
        return [each.body for each in subscriptions.take_pushes(session, [feed.id]).get(feed.id, [])]


def _question(token: str = TOKEN, **told: str) -> str:
    asks = {"mode": "subscribe", "topic": TOPIC, "challenge": "abc", "lease_seconds": "86400"} | told
    return f"/websub/{token}?" + urllib.parse.urlencode({f"hub.{name}": value for name, value in asks.items()})


def _post(site: Site, body: bytes = BODY, token: str = TOKEN, signature: str = "", **headers: str) -> int:
    named = {"Content-Type": "application/rss+xml", "X-Hub-Signature": signature or sign("sha256", SECRET, body)}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    status, told = sent(urllib.request.Request(f"{site.url}/websub/{token}", data=body, headers=named))
    assert told == ""
    return status


def test_what_we_asked_for_is_confirmed_with_the_challenge_as_plain_text(site: Site) -> None:
    feed = _stand(site.store)
    answer = site.get(_question(challenge="<script>alert(1)</script> é"))
    assert (answer.status, answer.text) == (200, "<script>alert(1)</script> é")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (_now(site.store, feed).state, _now(site.store, feed).lease_until) == (S.ACTIVE, NOW + timedelta(days=1))
    with site.store.reading() as session:
        found = feeds.get(session, feed.id)
        assert found is not None
        assert found.pushed_until == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    "told",
    [
        {"topic": f"{TOPIC}?other"},
        {"challenge": "x" * 1001},
        {"challenge": ""},
        {"mode": "unsubscribe"},
        {"mode": "publish"},
        {"lease_seconds": "for ever"},
    ],
)
def test_what_we_did_not_ask_for_is_not_found(site: Site, told: Mapping[str, str]) -> None:
    feed = _stand(site.store)
    answer = site.get(_question(**told))
    assert (answer.status, answer.body) == (404, b"")
    assert _now(site.store, feed).state is S.PENDING


def test_a_parameter_given_twice_is_not_chosen_from(site: Site) -> None:
    _stand(site.store)
    assert site.get(f"{_question()}&hub.topic=https%3A%2F%2Fother.example%2F").status == 404
    assert site.get(f"{_question()}&hub.challenge=other").status == 404


def test_a_lease_of_ten_years_is_cut_and_a_replay_does_not_lengthen_it(site: Site) -> None:
    feed = _stand(site.store)
    assert site.get(_question(lease_seconds="315360000")).status == 200
    first = _now(site.store, feed)
    assert first.lease_until == NOW + timedelta(days=14)
    assert site.get(_question(lease_seconds="86400")).status == 200
    assert _now(site.store, feed) == first


def test_an_old_question_is_not_answered_again(site: Site) -> None:
    feed = _stand(site.store, S.ACTIVE, asked_at=NOW - timedelta(hours=2), lease_until=NOW + timedelta(hours=1))
    assert site.get(_question()).status == 404
    assert _now(site.store, feed).lease_until == NOW + timedelta(hours=1)


def test_a_denial_ends_the_subscription(site: Site) -> None:
    feed = _stand(site.store, S.ACTIVE, lease_until=NOW + LEASE)
    answer = site.get(_question(mode="denied", reason="not for you"))
    assert (answer.status, answer.body) == (200, b"")
    assert (_now(site.store, feed).state, _now(site.store, feed).lease_until) == (S.DENIED, None)
    assert _post(site) == 410


def test_leaving_is_confirmed_when_we_have_left(site: Site) -> None:
    _stand(site.store, S.LAPSED)
    assert site.get(_question(mode="unsubscribe")).body == b"abc"
    assert site.get(_question()).status == 404
    assert _post(site) == 410


@pytest.mark.parametrize("token", ["u" * 43, "t" * 42, "t" * 44, "T" * 43, "%00" * 43, "é" * 43, "a", "t" * 4000])
def test_who_does_not_know_the_token_finds_nothing(site: Site, token: str) -> None:
    _stand(site.store)
    quoted = urllib.parse.quote(token, safe="%")
    known = site.get(_question(topic="https://other.example/"))
    answer = site.get(_question(quoted))
    assert (answer.status, answer.body, answer.headers.keys()) == (known.status, known.body, known.headers.keys())
    assert _post(site, token=quoted) == 404


def test_asking_for_the_headers_alone_confirms_nothing(site: Site) -> None:
    feed = _stand(site.store)
    assert site.get(_question(), method="HEAD").status == 404
    assert _now(site.store, feed).state is S.PENDING
    assert site.get(_question(), method="DELETE").status == 405


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_what_is_signed_is_kept(site: Site, method: str) -> None:
    feed = _stand(site.store, S.ACTIVE)
    assert _post(site, signature=sign(method, SECRET, BODY)) == 202
    assert _bodies(site.store, feed) == [BODY]
    assert (_now(site.store, feed).pushes, _now(site.store, feed).pushed_at) == (1, NOW)
    with site.store.reading() as session:
        assert [work.id for work in feeds.due(session, NOW, 10)] == [feed.id]


@pytest.mark.parametrize(
    "signature", [sign("sha256", "wrong", BODY), sign("sha1", SECRET, BODY + b" "), sign("md5", SECRET, BODY), "x"]
)
def test_a_wrong_signature_is_answered_like_a_right_one_and_what_it_signs_is_dropped(
    site: Site, signature: str
) -> None:
    feed = _stand(site.store, S.ACTIVE)
    assert _post(site, signature=signature) == 202
    assert _bodies(site.store, feed) == []
    assert (_now(site.store, feed).refused, _now(site.store, feed).pushes) == (1, 0)
    with site.store.reading() as session:
        assert feeds.due(session, NOW, 10) == []


@pytest.mark.parametrize("signatures", [[], [sign("sha256", SECRET, BODY), "sha256=00"]])
def test_a_signature_must_be_there_exactly_once(site: Site, signatures: list[str]) -> None:
    feed = _stand(site.store, S.ACTIVE)
    assert _raw(site, [("X-Hub-Signature", each) for each in signatures], BODY) == 202
    assert (_bodies(site.store, feed), _now(site.store, feed).refused) == ([], 1)


def test_a_replay_of_a_push_that_waits_is_not_kept_twice(site: Site) -> None:
    feed = _stand(site.store, S.ACTIVE)
    assert [_post(site), _post(site)] == [202, 202]
    assert _bodies(site.store, feed) == [BODY]


def test_what_is_sent_while_a_lease_is_being_renewed_is_kept(site: Site) -> None:
    feed = _stand(site.store, S.PENDING, lease_until=NOW + timedelta(hours=1))
    assert _post(site) == 202
    assert _bodies(site.store, feed) == [BODY]


def test_for_a_subscription_that_was_never_asked_for_there_is_nothing(site: Site) -> None:
    _stand(site.store, S.WANTED)
    assert _post(site) == 404


def test_when_too_much_waits_the_hub_is_told_to_come_back(site: Site) -> None:
    feed = _stand(site.store, S.ACTIVE)
    for number in range(MAX_WAITING):
        assert _post(site, b"%d" % number) == 202
    assert _post(site, b"one more") == 503
    assert len(_bodies(site.store, feed)) == MAX_WAITING


def _raw(site: Site, headers: list[tuple[str, str]], body: bytes | Iterator[bytes] = b"", length: int = -1) -> int:
    """Send headers as they are, repeated ones too; `length` is claimed without sending anything."""
    link = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=10)
    try:
        link.putrequest("POST", f"/websub/{TOKEN}")
        for name, value in headers:
            link.putheader(name, value)
        if isinstance(body, bytes):
            link.putheader("Content-Length", str(len(body) if length < 0 else length))
            link.endheaders(body or None)
        else:
            link.putheader("Transfer-Encoding", "chunked")
            link.endheaders(body, encode_chunked=True)
        return link.getresponse().status
    finally:
        link.close()


def test_a_body_that_says_it_is_too_large_is_not_read(site: Site) -> None:
    _stand(site.store, S.ACTIVE)
    assert _raw(site, [], length=MAX_PUSH_BYTES + 1) == 413
    assert _raw(site, [], length=10**12) == 413


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(site: Site) -> None:
    feed = _stand(site.store, S.ACTIVE)
    whole = bytes(MAX_PUSH_BYTES)
    right = sign("sha256", SECRET, whole)
    parts = (whole[start : start + 2**20] for start in range(0, MAX_PUSH_BYTES, 2**20))
    assert _raw(site, [("X-Hub-Signature", right)], parts) == 202
    assert [len(each) for each in _bodies(site.store, feed)] == [MAX_PUSH_BYTES]
    more = iter([whole, b"x"])
    assert _raw(site, [("X-Hub-Signature", right)], more) == 413


def test_a_compressed_push_is_refused_since_its_size_is_unknown(site: Site) -> None:
    feed = _stand(site.store, S.ACTIVE)
    assert _post(site, Content_Encoding="gzip") == 415
    assert _post(site, Content_Encoding="identity") == 202
    assert _bodies(site.store, feed) == [BODY]


def test_what_a_hub_says_of_its_content_is_kept_as_said(site: Site) -> None:
    _stand(site.store, S.ACTIVE)
    assert _post(site, Content_Type="text/html; charset=x" + "y" * 500) == 202
    with site.store.reading() as session:
        assert session.scalar(pushes.select().with_only_columns(pushes.c.content_type)) == (
            "text/html; charset=x" + "y" * 180
        )


def test_a_hub_that_keeps_its_word_for_the_first_time_is_asked_for_the_other_feeds_at_once(site: Site) -> None:
    _stand(site.store)
    other = feed_of(site.store, outlet(site.store), "https://harbour-tribune.example/2.xml")
    with site.store.writing() as session:
        session.execute(update(feeds_table).where(feeds_table.c.id == other.id).values(hub=HUB))
        added = subscriptions.add(session, Wish(other.id, HUB, other.url), "o" * 43, SECRET, NOW)
        assert added is not None
        subscriptions.save(session, replace(added, due_at=NOW + timedelta(hours=1)), added)
        assert subscriptions.due(session, NOW, 10) == []
    assert site.get(_question()).status == 200
    with site.store.reading() as session:
        assert [work.id for work in subscriptions.due(session, NOW, 10)] == [other.id]


def _pushed(callback: WebSub, *messages: Message) -> int:
    """Call the endpoint with these messages, after which the other side says nothing more."""
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "path_params": {"token": TOKEN}}
    left = list(messages)

    async def receive() -> Message:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    async def call() -> int:
        return (await callback.push(Request(scope, receive))).status_code

    return asyncio.run(call())


def test_a_body_that_never_ends_or_breaks_off_or_comes_with_too_many_others_is_not_waited_for(store: Store) -> None:
    feed = _stand(store, S.ACTIVE)
    desk = Desk(store, configuration.load(), lambda: NOW)
    part: Message = {"type": "http.request", "body": b"<rss", "more_body": True}
    callback = WebSub(desk, body_seconds=0.05, most_bodies=1)
    assert _pushed(callback, part) == 408
    assert _pushed(callback, part, {"type": "http.disconnect"}) == 400
    assert _pushed(callback, part, {"type": "http.request", "body": b"/>"}) == 202, "no place is lost"
    assert _pushed(WebSub(desk, most_bodies=0), part) == 503
    assert _bodies(store, feed) == []
