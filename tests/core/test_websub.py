"""The rules of WebSub: what is asked of whom and when, and what of a hub's words is believed."""

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.core import callback, websub
from aggregator.core.callback import NO, Question, Reply, lease_of, signed
from aggregator.core.websub import (
    DEAD_PAUSE,
    LEASE,
    LONGEST_LEASE,
    SHORTEST_LEASE,
    UNPROVEN,
    VERIFY_WITHIN,
    Move,
    Subscription,
    SubscriptionState,
    Tally,
    Wish,
)
from tests.world import NOW

HUB = "https://hub.example.org/"
TOPIC = "https://harbour-tribune.example/feed.xml"
WISH = Wish(1, HUB, TOPIC)
DAY = timedelta(days=1)
BODY = b"<rss/>"
S = SubscriptionState


def _sub(state: SubscriptionState = S.PENDING, **given: object) -> Subscription:
    made = Subscription(1, 1, "t" * 43, "s" * 43, HUB, TOPIC, state, NOW + DAY, asked_at=NOW)
    return replace(made, **given)  # type: ignore[arg-type]


def _ask(subscription: Subscription, now: datetime = NOW, **told: object) -> Reply:
    asked = {"mode": "subscribe", "topic": TOPIC, "challenge": "abc", "lease_seconds": "86400"} | told
    parameters = {
        f"hub.{name}": value if isinstance(value, list) else [str(value)]
        for name, value in asked.items()
        if value is not None
    }
    return callback.answer(subscription, Question(parameters), now, 0.5)


@pytest.mark.parametrize(
    ("state", "wish", "due_in", "move"),
    [
        (None, WISH, 0, Move.ASK),
        (None, replace(WISH, wanted=False), 0, Move.NOTHING),
        (None, replace(WISH, hub=""), 0, Move.NOTHING),
        (S.WANTED, WISH, 0, Move.ASK),
        (S.WANTED, WISH, 1, Move.NOTHING),
        (S.PENDING, WISH, 1, Move.NOTHING),
        (S.PENDING, WISH, 0, Move.LAPSE),
        (S.ACTIVE, WISH, 1, Move.NOTHING),
        (S.ACTIVE, WISH, 0, Move.RENEW),
        (S.DENIED, WISH, 0, Move.ASK),
        (S.LAPSED, WISH, 0, Move.ASK),
        (S.LAPSED, WISH, 1, Move.NOTHING),
        (S.ACTIVE, replace(WISH, wanted=False), 1, Move.LEAVE),
        (S.PENDING, replace(WISH, hub=""), 1, Move.LEAVE),
        (S.ACTIVE, replace(WISH, topic=f"{TOPIC}?2"), 1, Move.LEAVE),
        (S.ACTIVE, replace(WISH, hub=f"{HUB}2"), 0, Move.LEAVE),
        (S.WANTED, replace(WISH, hub=f"{HUB}2"), 1, Move.REPLACE),
        (S.DENIED, replace(WISH, hub=f"{HUB}2"), 1, Move.REPLACE),
        (S.LAPSED, replace(WISH, hub=f"{HUB}2"), 1, Move.NOTHING),
        (S.LAPSED, replace(WISH, hub=f"{HUB}2"), 0, Move.REPLACE),
        (S.LAPSED, replace(WISH, wanted=False), 0, Move.NOTHING),
        (S.WANTED, replace(WISH, wanted=False), 0, Move.NOTHING),
    ],
)
def test_what_is_done_follows_from_what_the_feed_names_and_where_the_subscription_stands(
    state: SubscriptionState | None, wish: Wish, due_in: int, move: Move
) -> None:
    assert websub.move(wish, _sub(state, due_at=NOW + due_in * DAY) if state else None, NOW) is move


@pytest.mark.parametrize(
    ("said", "lease"),
    [
        (None, LEASE),
        ("86400", DAY),
        ("0", SHORTEST_LEASE),
        ("1", SHORTEST_LEASE),
        ("315360000", LONGEST_LEASE),
        ("9" * 200, LONGEST_LEASE),
        ("9" * 201, None),
        ("-1", None),
        ("", None),
        ("1.5", None),
        ("١٢", None),
        (" 60", None),
    ],
)
def test_a_lease_is_at_least_an_hour_and_at_most_fourteen_days(said: str | None, lease: timedelta | None) -> None:
    assert lease_of(said) == lease


@pytest.mark.parametrize("luck", [0.0, 0.5, 0.999])
def test_a_lease_is_renewed_when_about_four_fifths_of_it_have_passed(luck: float) -> None:
    found = websub.verified(_sub(failures=2, reason="once"), NOW, LEASE, luck)
    assert (found.state, found.lease_until, found.failures, found.reason) == (S.ACTIVE, NOW + LEASE, 0, "")
    assert LEASE * 0.75 <= found.due_at - NOW <= LEASE * 0.85
    assert websub.verified(_sub(), NOW, LEASE, 0.5).due_at == NOW + LEASE * 0.8


def test_pauses_double_up_to_a_day_and_are_never_shorter_than_the_hub_asks_nor_longer_than_a_week() -> None:
    hours = [websub.pause(failures, 0.0) / timedelta(hours=1) for failures in (1, 2, 3, 4, 5, 6, 10_000)]
    assert hours == [1, 2, 4, 8, 16, 24, 24]
    assert websub.pause(1, 0.8) == timedelta(hours=1.2)
    assert websub.pause(1, 0.0, 2 * DAY) == 2 * DAY
    assert websub.pause(1, 0.0, 300 * DAY) == DEAD_PAUSE


@pytest.mark.parametrize(
    ("lease_until", "failed", "unverified"),
    [(None, S.WANTED, S.LAPSED), (NOW + DAY, S.ACTIVE, S.ACTIVE), (NOW - DAY, S.LAPSED, S.LAPSED)],
)
def test_after_a_failure_a_lease_that_runs_runs_on(
    lease_until: datetime | None, failed: SubscriptionState, unverified: SubscriptionState
) -> None:
    stands = _sub(lease_until=lease_until)
    assert websub.failed(stands, NOW, "why", 0.0).state is failed
    after = websub.unverified(stands, NOW, 0.0)
    assert (after.state, after.failures, after.lease_until) == (unverified, 1, lease_until)


def test_a_hub_is_dead_after_three_failures_and_a_week_without_a_word() -> None:
    asked = NOW - timedelta(hours=1)
    assert not websub.is_dead(Tally(2, 0, asked, None), NOW)
    assert websub.is_dead(Tally(3, 0, asked, None), NOW)
    assert websub.is_dead(Tally(3, 0, asked, NOW - 7 * DAY), NOW)
    assert not websub.is_dead(Tally(3, 0, asked, NOW - 6 * DAY), NOW)
    assert not websub.is_dead(Tally(0, 0, asked, NOW - 60 * DAY), NOW)


def test_a_dead_hub_is_left_alone_for_a_week_and_then_tried_with_one() -> None:
    dead = Tally(3, 0, NOW, None)
    assert websub.left_alone_until(dead, NOW) == NOW + DEAD_PAUSE
    assert websub.admitted(dead, NOW + DEAD_PAUSE - timedelta(seconds=1)) == 0
    assert websub.left_alone_until(dead, NOW + DEAD_PAUSE) is None
    assert websub.admitted(dead, NOW + DEAD_PAUSE) == 1


def test_a_hub_that_has_never_kept_its_word_is_tried_with_a_few() -> None:
    assert [websub.admitted(Tally(pending=each), NOW) for each in (0, 2, 3, 9)] == [UNPROVEN, 1, 0, 0]
    assert websub.admitted(Tally(0, 9, NOW, NOW), NOW) is None


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("https://news.example.org", True),
        ("http://news.example.org:8080/path", True),
        ("https://93.184.216.34", True),
        ("https://[2606:2800:220:1::1]", True),
        ("", False),
        ("https://desk", False),
        ("https://desk.local", False),
        ("https://site.example", False),
        ("https://nas.home.arpa", False),
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://0x7f.1", False),
        ("http://10.1.2.3", False),
        ("http://[::1]", False),
        ("http://169.254.169.254", False),
        ("ftp://news.example.org", False),
        ("https://", False),
    ],
)
def test_hubs_reach_public_addresses_only(address: str, reached: bool) -> None:
    reason = websub.unreachable(address)
    assert (reason == "") == reached, reason
    assert reached or "site.base_url" in reason


def test_a_test_on_loopback_says_so() -> None:
    assert websub.unreachable("http://127.0.0.1:8000", allow_loopback=True) == ""
    assert websub.unreachable("http://10.0.0.1:8000", allow_loopback=True) != ""


@pytest.mark.parametrize(
    ("hub", "topic", "named"),
    [
        (HUB, TOPIC, ""),
        ("javascript:alert(1)", TOPIC, "hub"),
        ("file:///etc/passwd", TOPIC, "hub"),
        ("https://user:word@hub.example.org/", TOPIC, "hub"),
        (HUB, "urn:topic", "topic"),
        (HUB, "", "topic"),
        (HUB, "https://a.example/" + "x" * 2000, "topic"),
    ],
)
def test_hub_and_topic_must_be_web_addresses(hub: str, topic: str, named: str) -> None:
    reason = websub.unusable(Wish(1, hub, topic))
    assert reason.startswith(f"the {named} that the feed names") if named else reason == ""


def test_the_request_bears_all_that_the_recommendation_asks_for_and_leaving_no_secret() -> None:
    told = dict(websub.form(_sub(), "https://news.example.org/"))
    assert told == {
        "hub.callback": f"https://news.example.org/websub/{'t' * 43}",
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.lease_seconds": "864000",
        "hub.secret": "s" * 43,
    }
    left = dict(websub.form(_sub(), "https://news.example.org", leave=True))
    assert (left["hub.mode"], sorted(left)) == ("unsubscribe", ["hub.callback", "hub.mode", "hub.topic"])


@pytest.mark.parametrize("state", [S.PENDING, S.WANTED])
def test_a_hub_that_asks_for_what_we_asked_for_gets_its_challenge_back(state: SubscriptionState) -> None:
    reply = _ask(_sub(state))
    assert reply.body == "abc"
    assert reply.stands is not None
    assert (reply.stands.state, reply.stands.lease_until) == (S.ACTIVE, NOW + DAY)


@pytest.mark.parametrize(
    "told",
    [
        {"topic": f"{TOPIC}/"},
        {"topic": TOPIC.upper()},
        {"topic": None},
        {"topic": [TOPIC, TOPIC]},
        {"mode": None},
        {"mode": "SUBSCRIBE"},
        {"mode": "publish"},
        {"mode": ["subscribe", "denied"]},
        {"mode": "unsubscribe"},
        {"challenge": None},
        {"challenge": ""},
        {"challenge": "x" * 1001},
        {"challenge": ["a", "b"]},
        {"lease_seconds": "soon"},
        {"lease_seconds": ["60", "600"]},
    ],
)
def test_what_is_not_exactly_what_we_asked_for_is_not_confirmed(told: dict[str, object]) -> None:
    assert _ask(_sub(), NOW, **told) == NO


def test_a_challenge_of_a_thousand_characters_is_still_answered() -> None:
    assert _ask(_sub(), challenge="x" * 1000).body == "x" * 1000


def test_a_question_again_gets_the_same_answer_but_no_longer_lease_and_later_none() -> None:
    active = _ask(_sub()).stands
    assert active is not None
    assert _ask(active, NOW + VERIFY_WITHIN) == Reply("abc", None)
    assert _ask(active, NOW + VERIFY_WITHIN + timedelta(seconds=1)) == NO


@pytest.mark.parametrize(
    ("state", "asked_at"),
    [
        (S.PENDING, NOW - VERIFY_WITHIN * 2),
        (S.WANTED, None),
        (S.DENIED, NOW),
        (S.LAPSED, NOW),
    ],
)
def test_what_we_did_not_just_ask_for_is_not_confirmed(state: SubscriptionState, asked_at: datetime | None) -> None:
    assert _ask(_sub(state, asked_at=asked_at)) == NO


def test_a_renewal_that_was_answered_with_an_error_may_still_be_verified() -> None:
    reply = _ask(_sub(S.ACTIVE, failures=1, lease_until=NOW + timedelta(hours=1)))
    assert reply.stands is not None
    assert reply.stands.lease_until == NOW + DAY


@pytest.mark.parametrize(
    ("state", "body"), [(S.PENDING, None), (S.ACTIVE, None), (S.WANTED, None), (S.LAPSED, "abc"), (S.DENIED, "abc")]
)
def test_leaving_is_confirmed_only_when_we_have_left(state: SubscriptionState, body: str | None) -> None:
    assert _ask(_sub(state), mode="unsubscribe") == Reply(body)


def test_a_denial_ends_a_subscription_once_with_what_can_be_read_of_its_reason() -> None:
    reply = _ask(_sub(S.ACTIVE, lease_until=NOW + DAY), mode="denied", challenge=None, reason="no\x00\n " + "x" * 999)
    assert reply.body == ""
    assert reply.stands is not None
    assert (reply.stands.state, reply.stands.lease_until) == (S.DENIED, None)
    assert reply.stands.reason.startswith("the hub denies it: no")
    assert reply.stands.reason.isprintable()
    assert len(reply.stands.reason) <= 200
    assert _ask(reply.stands, NOW + DAY, mode="denied") == Reply("")
    assert _ask(_sub(S.LAPSED), mode="denied") == NO
    assert _ask(_sub(S.WANTED, asked_at=None), mode="denied") == NO
    assert _ask(_sub(), mode="denied", topic="https://other.example/") == NO


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_is_right_for_one_body_and_one_secret(method: str) -> None:
    right = hmac.new(b"key", BODY, getattr(hashlib, method)).hexdigest()
    assert signed("key", f"{method}={right}", BODY)
    assert signed("key", f" {method.upper()}={right.upper()} ", BODY)
    assert not signed("key", f"{method}={right}", BODY + b" ")
    assert not signed("other", f"{method}={right}", BODY)
    assert not signed("key", f"{method}={right[:-1]}", BODY)
    other = "sha256" if method != "sha256" else "sha1"
    assert not signed("key", f"{other}={right}", BODY)


def test_what_is_no_signature_is_a_wrong_one() -> None:
    md5 = hmac.new(b"key", BODY, hashlib.md5).hexdigest()
    for header in (None, "", "sha256", "sha256=", "=", f"md5={md5}", "new=x", "sha256=é", "sha1=" + "0" * 400):
        assert not signed("key", header, BODY), header
