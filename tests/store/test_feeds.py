"""Feeds: what is due, fairest first, and held by one."""

from dataclasses import replace
from datetime import timedelta

from aggregator.core.feed import FeedState
from aggregator.store import feeds, sources
from aggregator.store.session import Store
from tests.newsdesk import feed_of, outlet
from tests.world import NOW

HOUR = timedelta(hours=1)


def test_a_feed_is_entered_once(store: Store) -> None:
    source = outlet(store)
    with store.writing() as session:
        found = [(source.id, "https://a.example/feed", "a.example"), (source.id, "https://b.example/feed", "b.example")]
        assert feeds.enter(session, found, NOW) == 2
        assert feeds.enter(session, found, NOW) == 0
        assert feeds.enter(session, [], NOW) == 0
        assert [feed.url for feed in feeds.of_source(session, source.id)] == [url for _, url, _ in found]


def test_what_is_due_longest_comes_first_and_hosts_come_in_turn(store: Store) -> None:
    source = outlet(store)
    for number in range(3):
        feed_of(store, source, f"https://loud.example/{number}", NOW - (3 - number) * HOUR)
    feed_of(store, source, "https://quiet.example/1", NOW - HOUR / 2)
    feed_of(store, source, "https://later.example/1", NOW + HOUR)
    with store.reading() as session:
        work = feeds.due(session, NOW, 10)
        assert [each.host for each in work] == ["loud.example", "quiet.example", "loud.example", "loud.example"]
        assert len(feeds.due(session, NOW, 2)) == 2


def test_a_lease_is_for_one_and_ends(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    with store.writing() as session:
        assert [each.id for each in feeds.lease(session, [feed.id], NOW, HOUR)] == [feed.id]
        assert feeds.lease(session, [feed.id], NOW, HOUR) == []
        assert feeds.due(session, NOW, 10) == []
        assert [each.id for each in feeds.lease(session, [feed.id], NOW + HOUR, HOUR)] == [feed.id]
        feeds.release(session, [feed.id])
        assert [work.id for work in feeds.due(session, NOW, 10)] == [feed.id]


def test_how_a_feed_stands_is_kept_whole(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    standing = replace(
        feed,
        title="A title",
        etag='"e"',
        last_modified="Tue, 24 Nov 2026 12:00:00 GMT",
        body_hash="0" * 64,
        failures=3,
        reason="busy",
        polled_at=NOW,
        answered_at=NOW - HOUR,
        due_at=NOW + HOUR,
        interval=timedelta(minutes=42),
    )
    with store.writing() as session:
        feeds.lease(session, [feed.id], NOW, HOUR)
        feeds.save(session, standing)
        assert feeds.get(session, feed.id) == standing
        assert feeds.by_url(session, feed.url) == standing
        assert feeds.due(session, NOW + HOUR, 10) != [], "the lease was given back"


def test_a_feed_can_be_made_due_as_though_it_had_never_been_asked(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    with store.writing() as session:
        feeds.save(session, replace(feed, etag='"e"', body_hash="0" * 64, answered_at=NOW, due_at=NOW + HOUR))
        feeds.make_due(session, [feed.id], NOW)
        kept = feeds.get(session, feed.id)
        feeds.make_due(session, [feed.id], NOW, forget=True)
        forgotten = feeds.get(session, feed.id)
    assert kept is not None
    assert forgotten is not None
    assert (kept.due_at, kept.etag) == (NOW, '"e"')
    assert (forgotten.etag, forgotten.body_hash, forgotten.answered_at) == ("", "", None)


def test_lateness_is_that_of_the_feed_that_waits_longest(store: Store) -> None:
    source = outlet(store)
    feed_of(store, source, "https://a.example/", NOW - HOUR)
    gone = feed_of(store, source, "https://b.example/", NOW - 9 * HOUR)
    with store.writing() as session:
        feeds.set_state(session, gone.id, FeedState.GONE, NOW - 9 * HOUR)
        assert feeds.lateness(session, NOW) == HOUR
        assert feeds.lateness(session, NOW - 2 * HOUR) == timedelta()


def test_feeds_are_counted_by_state(store: Store) -> None:
    source = outlet(store)
    first, second = feed_of(store, source, "https://a.example/"), feed_of(store, source, "https://b.example/")
    with store.writing() as session:
        feeds.set_state(session, second.id, FeedState.PAUSED, NOW)
        feeds.save(session, replace(first, failures=2, reason="busy"))
        assert feeds.numbers(session) == {"active": 1, "paused": 1, "failing": 1}
        assert feeds.first_failure(session) == "busy"


def test_the_description_of_a_source_is_taken_over_when_it_changes(store: Store) -> None:
    before = outlet(store, "The Post", language="en")
    after = outlet(store, "The Post", language="de")
    assert (before.id, after.language) == (after.id, "de")
    with store.writing() as session:
        sources.set_state(session, after.id, "paused")
        assert [each.state for each in sources.every(session)] == ["paused"]
    assert outlet(store, "The Post").state == "paused", "an operator's pause is kept"
