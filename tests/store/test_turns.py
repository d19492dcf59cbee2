"""Turns: as much of a feed as is read to ask it, the rest when it is needed, and the little that is written back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from aggregator.core.feed import Again, Feed, FeedState, Told
from aggregator.store import feeds
from aggregator.store.session import Store
from aggregator.store.tables import pushes
from tests.newsdesk import feed_of, outlet
from tests.world import NOW

HOUR = timedelta(hours=1)


def _saved(store: Store, **given: object) -> Feed:
    feed = replace(feed_of(store, outlet(store), now=NOW - HOUR), **given)  # type: ignore[arg-type]
    with store.writing() as session:
        feeds.save(session, [feed])
    return feed


def test_a_turn_says_of_a_feed_what_it_takes_to_ask_it(store: Store) -> None:
    feed = _saved(
        store,
        etag='"e"',
        last_modified="yesterday",
        validated_url="https://cdn.example/feed",
        full_at=NOW - 2 * HOUR,
        lied_at=NOW - 3 * HOUR,
        answered_at=NOW - 4 * HOUR,
        polled_at=NOW - 4 * HOUR,
        interval=timedelta(minutes=42),
        floor=timedelta(minutes=7),
        skip_hours=frozenset({0, 23}),
        skip_days=frozenset({6}),
        hub="https://hub.example/",
    )
    with store.writing() as session:
        (turn,) = feeds.lease(session, [feed.id], NOW, HOUR)
    same = [name for name in turn._fields if name not in {"lateness", "pushed", "plain"}]
    assert {name: getattr(turn, name) for name in same} == {name: getattr(feed, name) for name in same}
    assert (turn.lateness, turn.pushed, turn.plain) == (HOUR, False, True)


@pytest.mark.parametrize(
    "given",
    [
        {"failures": 1},
        {"reason": "moved for good"},
        {"moved_to": "https://elsewhere.example/"},
        {"state": FeedState.SLEEPING},
    ],
)
def test_a_feed_with_something_to_remember_is_not_plain(store: Store, given: dict[str, object]) -> None:
    feed = _saved(store, **given)
    with store.writing() as session:
        assert [turn.plain for turn in feeds.lease(session, [feed.id], NOW, HOUR)] == [False]


def test_a_turn_says_whether_its_hub_has_pushed(store: Store) -> None:
    feed = _saved(store)
    with store.writing() as session:
        session.execute(insert(pushes).values(feed_id=feed.id, at=NOW, content_type="text/xml", body=b"<rss/>"))
        assert [turn.pushed for turn in feeds.lease(session, [feed.id], NOW, HOUR)] == [True]


def test_the_rest_of_a_feed_is_read_as_it_was_due_when_it_was_taken(store: Store) -> None:
    feed = _saved(store, told=(Told(1, 2),), title="A title")
    with store.writing() as session:
        turns = feeds.lease(session, [feed.id], NOW, HOUR)
        feeds.make_due(session, [feed.id], NOW + HOUR)
        assert feeds.whole(session, turns) == {feed.id: replace(feed, lateness=HOUR)}
        assert feeds.whole(session, []) == {}


def test_a_turn_that_ended_leaves_all_else_of_its_feed_alone(store: Store) -> None:
    feed = _saved(store, told=(Told(1, 2),), title="A title", etag='"e"')
    again = Again(feed.id, NOW, NOW + HOUR, timedelta(minutes=50), timedelta(seconds=90.7))
    with store.writing() as session:
        feeds.lease(session, [feed.id], NOW, 24 * HOUR)
        feeds.save_again(session, [again])
        feeds.save_again(session, [])
        standing = feeds.get(session, feed.id)
        assert standing == replace(
            feed,
            polled_at=NOW,
            answered_at=NOW,
            due_at=NOW + HOUR,
            interval=timedelta(minutes=50),
            lateness=timedelta(seconds=90),
        )
        assert feeds.due(session, NOW + HOUR - timedelta(seconds=1), 9) == []
        assert [work.id for work in feeds.due(session, NOW + HOUR, 9)] == [feed.id]
        assert [turn.id for turn in feeds.lease(session, [feed.id], NOW + HOUR, HOUR)] == [feed.id], "nobody holds it"
