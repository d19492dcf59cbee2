"""The sweep finds all that is due, and what has been forgotten."""

from datetime import timedelta

from aggregator.core.outcome import Step, Work
from aggregator.line import Parts, run
from aggregator.store import feeds, publish_queue, sketches
from tests.newsdesk import article_of, entry_of, feed_of, outlet
from tests.texts import HARBOUR
from tests.world import NOW

SOON = timedelta(seconds=60)


def _due(line: Parts, after: timedelta = timedelta()) -> set[tuple[Step, int]]:
    return {(work.step, work.id) for work in run(line, Step.SWEEP, [], NOW + after)[0].follows}


def test_feeds_and_entries_that_are_due_are_found(line: Parts) -> None:
    feed = feed_of(line.store, outlet(line.store))
    entry = entry_of(line.store, feed, "https://harbour-tribune.example/1")
    assert _due(line) == {(Step.POLL, feed.id), (Step.FETCH, entry.id)}


def test_what_was_begun_is_left_to_its_own_message_at_first_and_found_when_that_is_lost(line: Parts) -> None:
    feed = feed_of(line.store, outlet(line.store), now=NOW + timedelta(days=1))
    article_id = article_of(line.store, feed, "https://harbour-tribune.example/1", HARBOUR)
    with line.store.writing() as session:
        publish_queue.want(session, [article_id], NOW)
    assert _due(line) == set()
    entry_id = 1
    assert _due(line, SOON) == {(Step.GATHER, entry_id), (Step.PUBLISH, article_id)}


def test_what_somebody_holds_is_not_due(line: Parts) -> None:
    feed = feed_of(line.store, outlet(line.store))
    with line.store.writing() as session:
        feeds.lease(session, [feed.id], NOW, timedelta(minutes=10))
    assert _due(line) == set()
    assert _due(line, timedelta(minutes=10)) == {(Step.POLL, feed.id)}, "a dead worker costs one lease"


def test_old_fingerprints_are_let_go(line: Parts) -> None:
    feed = feed_of(line.store, outlet(line.store))
    article_id = article_of(line.store, feed, "https://harbour-tribune.example/1", HARBOUR)
    run(line, Step.SWEEP, [], NOW + timedelta(days=29))
    with line.store.reading() as session:
        drawn = sketches.several(session, [article_id])[article_id]
        assert sketches.candidates(session, 0, drawn) == [article_id]
    run(line, Step.SWEEP, [], NOW + timedelta(days=31))
    with line.store.reading() as session:
        assert sketches.candidates(session, 0, drawn) == []


def test_a_sweep_says_how_much_it_found(line: Parts) -> None:
    feed_of(line.store, outlet(line.store))
    ended = run(line, Step.SWEEP, [], NOW)[0]
    assert (ended.word, ended.reason) == ("swept", "1 items are due")
    assert ended.follows == (Work(Step.POLL, 1, "harbour-tribune.example"),)
