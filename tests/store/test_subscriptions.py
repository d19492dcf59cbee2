"""Subscriptions and pushes as stored: what is due, who may write, and how much is kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from aggregator.core import websub
from aggregator.core.callback import MAX_PUSH_BYTES
from aggregator.core.feed import Feed, FeedState
from aggregator.core.outcome import Step, Work
from aggregator.core.websub import LEASE, Push, Subscription, SubscriptionState, Tally, Wish
from aggregator.store import feeds, subscriptions
from aggregator.store.session import Store
from aggregator.store.subscriptions import MAX_WAITING
from aggregator.store.tables import feeds as feeds_table
from aggregator.store.tables import sources as sources_table
from tests.newsdesk import feed_of, outlet
from tests.world import NOW

HUB = "https://hub.example.org/"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
S = SubscriptionState


def _feed(store: Store, number: int = 1, hub: str = HUB, topic: str = "") -> Feed:
    feed = feed_of(store, outlet(store), f"https://harbour-tribune.example/{number}.xml", NOW + HOUR)
    with store.writing() as session:
        session.execute(update(feeds_table).where(feeds_table.c.id == feed.id).values(hub=hub, topic=topic))
    return feed


def _wish(store: Store, feed: Feed) -> Wish:
    with store.reading() as session:
        return subscriptions.wishes(session, [feed.id])[feed.id]


def _added(store: Store, number: int = 1, **given: object) -> tuple[Feed, Subscription]:
    """Store a feed with a subscription that stands as given."""
    feed = _feed(store, number)
    wish = _wish(store, feed)
    with store.writing() as session:
        added = subscriptions.add(session, wish, f"{number:043d}", "s" * 43, NOW)
        assert added is not None
        stands = replace(added, **given)  # type: ignore[arg-type]
        assert subscriptions.save(session, stands, added)
        return feed, stands


def _due(store: Store, now: datetime = NOW) -> list[Work]:
    with store.reading() as session:
        return subscriptions.due(session, now, 100)


def _feed_now(store: Store, feed: Feed) -> Feed:
    with store.reading() as session:
        found = feeds.get(session, feed.id)
        assert found is not None
        return found


def _push(store: Store, subscription: Subscription, body: bytes = b"<rss/>", at: datetime = NOW) -> bool:
    with store.writing() as session:
        return subscriptions.add_push(session, subscription, at, "application/rss+xml", body)


def _taken(store: Store, *asked: Feed, most: int = 1000) -> dict[int, list[Push]]:
    with store.reading() as session:
        return subscriptions.take_pushes(session, [feed.id for feed in asked], most)


def test_a_feed_that_names_a_hub_is_due_and_its_own_address_is_the_topic_where_it_names_none(store: Store) -> None:
    one, two = _feed(store, 1), _feed(store, 2, topic="https://harbour-tribune.example/self")
    _feed(store, 3, hub="")
    host = "hub.example.org"
    assert _due(store) == [Work(Step.SUBSCRIBE, one.id, host), Work(Step.SUBSCRIBE, two.id, host)]
    assert _wish(store, one) == Wish(one.id, HUB, one.url)
    assert _wish(store, two).topic == "https://harbour-tribune.example/self"


def test_of_a_paused_feed_or_source_nothing_is_wanted(store: Store) -> None:
    feed = _feed(store)
    with store.writing() as session:
        session.execute(update(sources_table).values(state="paused"))
    assert (_due(store), _wish(store, feed).wanted) == ([], False)
    with store.writing() as session:
        session.execute(update(sources_table).values(state="active"))
        feeds.set_state(session, feed.id, FeedState.PAUSED, NOW)
    assert (_due(store), _wish(store, feed).wanted) == ([], False)


@pytest.mark.parametrize("state", list(SubscriptionState))
def test_a_subscription_is_due_when_its_time_has_come_whatever_its_state(
    store: Store, state: SubscriptionState
) -> None:
    feed, _ = _added(store, state=state, due_at=NOW + HOUR)
    assert _due(store) == []
    assert [work.id for work in _due(store, NOW + HOUR)] == [feed.id]


@pytest.mark.parametrize(
    ("state", "on_change", "on_pause"),
    [
        (S.WANTED, True, False),
        (S.PENDING, True, True),
        (S.ACTIVE, True, True),
        (S.DENIED, True, False),
        (S.LAPSED, False, False),
    ],
)
def test_what_is_found_due_is_what_the_rule_would_move(
    store: Store, state: SubscriptionState, on_change: bool, on_pause: bool
) -> None:
    feed, stands = _added(store, state=state, due_at=NOW + HOUR)
    with store.writing() as session:
        session.execute(update(feeds_table).values(topic="https://harbour-tribune.example/new"))
    assert bool(_due(store)) is on_change
    assert (websub.move(_wish(store, feed), stands, NOW) is not websub.Move.NOTHING) is on_change
    with store.writing() as session:
        session.execute(update(feeds_table).values(topic=""))
        feeds.set_state(session, feed.id, FeedState.PAUSED, NOW)
    assert bool(_due(store)) is on_pause
    assert (websub.move(_wish(store, feed), stands, NOW) is not websub.Move.NOTHING) is on_pause


def test_a_feed_has_one_subscription(store: Store) -> None:
    feed, stands = _added(store)
    with store.writing() as session:
        assert subscriptions.add(session, _wish(store, feed), "o" * 43, "s" * 43, NOW) is None
        assert subscriptions.by_token(session, stands.token) == stands
        assert subscriptions.by_token(session, stands.token, held=True) == stands
        assert subscriptions.by_token(session, "o" * 43) is None
        assert subscriptions.numbers(session) == {"wanted": 1}


def test_the_feed_knows_until_when_it_is_pushed(store: Store) -> None:
    feed, stands = _added(store)
    for state, until in ((S.ACTIVE, NOW + LEASE), (S.PENDING, NOW + LEASE), (S.DENIED, None), (S.LAPSED, None)):
        with store.writing() as session:
            now = replace(stands, state=state, lease_until=NOW + LEASE if until else None)
            assert subscriptions.save(session, now, stands)
        stands = now
        assert _feed_now(store, feed).pushed_until == until, state


def test_who_comes_late_does_not_undo_what_was_written_meanwhile(store: Store) -> None:
    feed, _ = _added(store)
    with store.writing() as session:
        before = subscriptions.of_feeds(session, [feed.id])[feed.id]
        pending = websub.asked(before, NOW)
        assert subscriptions.save(session, pending, before)
        active = websub.verified(pending, NOW, LEASE, 0.5)
        assert subscriptions.save(session, active, pending)
        assert not subscriptions.save(session, websub.failed(pending, NOW, "500", 0.5), pending)
        assert subscriptions.of_feeds(session, [feed.id])[feed.id] == active
    assert _feed_now(store, feed).pushed_until == NOW + LEASE


def test_a_denial_is_not_undone_by_the_answer_to_the_request_that_was_denied(store: Store) -> None:
    feed, before = _added(store)
    with store.writing() as session:
        pending = websub.asked(before, NOW)
        assert subscriptions.save(session, pending, before)
        assert subscriptions.save(session, websub.denied(pending, NOW, ""), pending)
        assert not subscriptions.save(session, websub.failed(pending, NOW, "500", 0.5), pending)
        assert subscriptions.of_feeds(session, [feed.id])[feed.id].state is S.DENIED


def test_of_many_only_one_holds_a_subscription(store: Store) -> None:
    feed, _ = _added(store)

    def take(_: int) -> int:
        with store.writing() as session:
            held = subscriptions.hold(session, [feed.id])
            due = [each for each in held.values() if each.due_at <= NOW]
            return sum(subscriptions.save(session, websub.asked(each, NOW), each) for each in due)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_a_hub_is_told_by_all_its_subscriptions(store: Store) -> None:
    _added(store, 1, state=S.PENDING, failures=2, asked_at=NOW - DAY)
    _added(store, 2, state=S.LAPSED, failures=3, asked_at=NOW - HOUR, lease_until=NOW - 9 * DAY)
    _, third = _added(store, 3, state=S.ACTIVE, asked_at=NOW - 3 * DAY)
    with store.reading() as session:
        told = subscriptions.tallies(session, [HUB, "https://other.example.org/"], NOW)
    assert told == {HUB: Tally(5, 1, NOW - HOUR, NOW - 9 * DAY), "https://other.example.org/": Tally()}
    _push(store, third, at=NOW - 2 * DAY)
    with store.reading() as session:
        assert subscriptions.tallies(session, [HUB], NOW)[HUB].heard_at == NOW - 2 * DAY
    _added(store, 4, state=S.ACTIVE, lease_until=NOW + 9 * DAY)
    with store.reading() as session:
        assert subscriptions.tallies(session, [HUB], NOW)[HUB].heard_at == NOW


def test_a_hub_that_works_again_wakes_those_that_wait_for_it_but_not_those_that_were_given_up(store: Store) -> None:
    later = NOW + 7 * DAY
    waiting = [
        _added(store, 1, state=S.WANTED, failures=1, due_at=later)[0].id,
        _added(store, 2, state=S.LAPSED, failures=2, due_at=later)[0].id,
    ]
    _added(store, 3, state=S.LAPSED, due_at=later)
    _added(store, 4, state=S.DENIED, due_at=later)
    _added(store, 5, state=S.ACTIVE, due_at=later, lease_until=later)
    with store.writing() as session:
        assert subscriptions.wake(session, "https://other.example.org/", NOW) == 0
        assert subscriptions.wake(session, HUB, NOW) == 2
    assert [work.id for work in _due(store)] == waiting


def test_a_push_is_kept_makes_its_feed_due_and_is_gone_when_it_was_read(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    assert _push(store, stands, b"one")
    assert _push(store, stands, b"two", NOW + HOUR)
    with store.writing() as session:
        assert [work.id for work in feeds.due(session, NOW, 10)] == [feed.id]
        assert subscriptions.waiting(session, [feed.id, 999]) == {feed.id}
        found = subscriptions.take_pushes(session, [feed.id, 999])
        assert [(each.at, each.content_type, each.body) for each in found[feed.id]] == [
            (NOW, "application/rss+xml", b"one"),
            (NOW + HOUR, "application/rss+xml", b"two"),
        ]
        assert found.keys() == {feed.id}
        subscriptions.delete_pushes(session, [each.id for each in found[feed.id]])
        assert subscriptions.take_pushes(session, [feed.id]) == {}
        assert subscriptions.waiting(session, [feed.id]) == set()
        counted = subscriptions.of_feeds(session, [feed.id])[feed.id]
    assert (counted.pushes, counted.pushed_at) == (2, NOW + HOUR)


def test_a_push_does_not_take_a_feed_from_the_worker_that_has_it(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    with store.writing() as session:
        feeds.make_due(session, [feed.id], NOW)
        assert [each.id for each in feeds.lease(session, [feed.id], NOW, HOUR)] == [feed.id]
    _push(store, stands)
    with store.writing() as session:
        assert feeds.due(session, NOW, 10) == []
        assert feeds.lease(session, [feed.id], NOW, HOUR) == []


def test_a_feed_that_is_late_does_not_lose_its_place_by_a_push(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    with store.writing() as session:
        feeds.make_due(session, [feed.id], NOW - HOUR)
    _push(store, stands)
    assert _feed_now(store, feed).due_at == NOW - HOUR


def test_at_most_twenty_pushes_of_a_feed_wait_and_the_same_is_not_kept_twice(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    _, other = _added(store, 2, state=S.ACTIVE)
    for number in range(MAX_WAITING):
        assert _push(store, stands, b"%d" % number)
    assert not _push(store, stands, b"one more")
    assert _push(store, stands, b"7"), "it waits already"
    assert _push(store, other, b"one more")
    assert len(_taken(store, feed)[feed.id]) == MAX_WAITING


def test_a_push_is_at_most_ten_mebibytes(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    assert not _push(store, stands, bytes(MAX_PUSH_BYTES + 1))
    assert _push(store, stands, bytes(MAX_PUSH_BYTES))
    assert len(_taken(store, feed, most=1)[feed.id]) == 1


def test_an_empty_push_makes_the_feed_due_and_is_not_kept(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    assert _push(store, stands, b"")
    assert _feed_now(store, feed).due_at == NOW
    assert _taken(store, feed) == {}


def test_pushes_are_taken_oldest_first_as_far_as_memory_allows(store: Store) -> None:
    one, first = _added(store, 1, state=S.ACTIVE)
    two, second = _added(store, 2, state=S.ACTIVE)
    _push(store, first, b"a" * 60)
    _push(store, second, b"b" * 60)
    _push(store, first, b"c" * 60)
    assert {key: [each.body[:1] for each in found] for key, found in _taken(store, one, two, most=120).items()} == {
        one.id: [b"a"],
        two.id: [b"b"],
    }


def test_pushes_that_nobody_reads_are_dropped_after_a_week(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    _push(store, stands, b"old", NOW - timedelta(days=8))
    _push(store, stands, b"new", NOW - timedelta(days=6))
    with store.writing() as session:
        assert subscriptions.forget_pushes(session, NOW) == 1
    assert [each.body for each in _taken(store, feed)[feed.id]] == [b"new"]


def test_a_content_type_is_kept_within_bounds_and_without_control_characters(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    with store.writing() as session:
        subscriptions.add_push(session, stands, NOW, "text/\x00xml\x1b" + "x" * 500, b"body")
    kind = _taken(store, feed)[feed.id][0].content_type
    assert kind.startswith("text/xml")
    assert len(kind) <= 200


def test_what_is_refused_is_counted(store: Store) -> None:
    feed, stands = _added(store, state=S.ACTIVE)
    with store.writing() as session:
        subscriptions.count_refused(session, stands)
        subscriptions.count_refused(session, stands)
        assert subscriptions.of_feeds(session, [feed.id])[feed.id].refused == 2
