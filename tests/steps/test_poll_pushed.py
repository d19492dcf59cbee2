"""Polling what a hub has pushed: it is read in the place of an answer, and none is lost while a feed is asked."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from aggregator.core.errors import AggregatorError
from aggregator.core.feed import Feed
from aggregator.core.outcome import Step
from aggregator.core.page import Answer, Request, Visit
from aggregator.line import Parts, run
from aggregator.store import entries, feeds
from aggregator.store.tables import pushes
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import words
from tests.world import NOW, Item, World, rss

HUB = "https://hub.example/"
ITEMS = [Item(f"https://harbour-tribune.example/{number}", f"Headline {number}") for number in range(3)]


def _pushed(line: Parts, feed: Feed, *items: Item) -> None:
    with line.store.writing() as session:
        body = rss(*items).encode()
        session.execute(insert(pushes).values(feed_id=feed.id, at=NOW, content_type="application/rss+xml", body=body))


def _of_hub(line: Parts, world: World) -> Feed:
    """Return a feed with a hub that has told its first item, and is due again."""
    feed = feed_of(line.store, outlet(line.store))
    world.says(feed.url, rss(ITEMS[0]), etag='"v1"')
    run(line, Step.POLL, [feed.id], NOW)
    with line.store.writing() as session:
        standing = feeds.get(session, feed.id)
        assert standing is not None
        feeds.save(session, [replace(standing, hub=HUB, due_at=NOW)])
    return feed


def test_what_was_pushed_is_read_and_nobody_is_asked(line: Parts, world: World) -> None:
    feed = _of_hub(line, world)
    asked = len(world.asked)
    _pushed(line, feed, ITEMS[1])
    _pushed(line, feed, ITEMS[2], ITEMS[1])
    ended = run(line, Step.POLL, [feed.id], NOW)
    assert words(ended) == ["polled", "polled"]
    assert all(each.reason.startswith("pushed by its hub; ") for each in ended)
    assert len(world.asked) == asked
    with line.store.reading() as session:
        assert entries.number(session) == 3
        assert session.scalar(select(func.count()).select_from(pushes)) == 0
        standing = feeds.get(session, feed.id)
        assert standing is not None
        assert len(standing.told) == 3, "the second push goes on where the first has ended"


@pytest.mark.parametrize("changed", [False, True])
def test_what_is_pushed_while_a_feed_is_asked_makes_it_due_at_once(line: Parts, world: World, *, changed: bool) -> None:
    feed = _of_hub(line, world)
    if changed:
        world.says(feed.url, rss(*ITEMS[:2]), etag='"v2"')

    class Meanwhile:
        def visit(self, visits: Iterable[Visit]) -> Iterator[tuple[Request, Answer | AggregatorError]]:
            for found in world.visit(visits):
                _pushed(line, feed, ITEMS[2])
                yield found

    busy = replace(line, poller=replace(line.poller, web=Meanwhile()))
    assert words(run(busy, Step.POLL, [feed.id], NOW)) == ["polled" if changed else "unchanged"]
    with line.store.reading() as session:
        assert [work.id for work in feeds.due(session, NOW + timedelta(seconds=1), 9)] == [feed.id]
