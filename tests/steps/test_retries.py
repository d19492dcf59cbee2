"""What was put aside comes back to the line when its time has come, a few at a time."""

from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import Unreadable
from aggregator.core.feed import Feed
from aggregator.core.outcome import Step
from aggregator.core.schedule import FETCH_ATTEMPTS
from aggregator.line import Parts, run
from aggregator.store import entries, entry_queue, retries, sources
from aggregator.store.entry_queue import Settled
from tests.newsdesk import entry_of, feed_of, outlet
from tests.steps.parts import words
from tests.texts import HARBOUR
from tests.world import NOW, World, page

HOUR = timedelta(hours=1)
HOME = "https://harbour-tribune.example"


def _aside(line: Parts, feed: Feed, url: str, at: datetime = NOW + HOUR) -> Entry:
    entry = entry_of(line.store, feed, url)
    with line.store.writing() as session:
        settled = Settled(entry.id, EntryStatus.QUARANTINED, NOW, "challenge: a wall", verdict="challenge", retry_at=at)
        entry_queue.settle(session, [settled])
    return entry


def _now(line: Parts, entry: Entry) -> Entry:
    with line.store.reading() as session:
        found = entries.get(session, entry.id)
        assert found is not None
        return found


def _swept(line: Parts, now: datetime) -> list[int]:
    return [work.id for work in run(line, Step.SWEEP, [], now)[0].follows if work.step is Step.FETCH]


def test_an_entry_waits_until_its_time_and_goes_back_once(line: Parts):
    entry = _aside(line, feed_of(line.store, outlet(line.store)), f"{HOME}/1")
    assert _swept(line, NOW + HOUR / 2) == []
    assert _swept(line, NOW + HOUR) == [entry.id]
    standing = _now(line, entry)
    assert (standing.status, standing.due_at, standing.retry_at) == (EntryStatus.DUE, NOW + HOUR, None)
    assert (standing.retries, standing.verdict, standing.reason) == (1, "challenge", "challenge: a wall")
    with line.store.writing() as session:
        assert retries.to_retry(session, NOW + HOUR, 500, 10) == []


def test_one_that_turns_out_well_keeps_nothing_of_its_past(line: Parts, world: World):
    entry = _aside(line, feed_of(line.store, outlet(line.store)), f"{HOME}/1")
    _swept(line, NOW + HOUR)
    world.says(f"{HOME}/1", page("Breakwater", *HARBOUR))
    assert words(run(line, Step.FETCH, [entry.id], NOW + HOUR)) == ["fetched"]
    standing = _now(line, entry)
    assert (standing.verdict, standing.reason, standing.retry_at, standing.retries) == ("", "", None, 1)


def test_at_most_so_many_of_a_host_and_of_all_go_back_at_once(line: Parts):
    feed, other = (feed_of(line.store, outlet(line.store, name)) for name in ("Harbour Tribune", "Other Post"))
    mine = [_aside(line, feed, f"{HOME}/{n}", NOW + timedelta(minutes=n)).id for n in range(5)]
    theirs = _aside(line, other, "https://other-post.example/1", NOW + HOUR).id
    with line.store.writing() as session:
        assert [work.id for work in retries.to_retry(session, NOW + HOUR, 500, 2)] == [*mine[:2], theirs]
        assert [work.id for work in retries.to_retry(session, NOW + HOUR, 1, 10)] == [mine[2]]
        assert retries.to_retry(session, NOW + HOUR, 0, 10) == []


def test_those_of_a_paused_source_wait(line: Parts):
    feed = feed_of(line.store, outlet(line.store))
    entry = _aside(line, feed, f"{HOME}/1")
    with line.store.writing() as session:
        sources.set_state(session, feed.source_id, "paused")
    assert _swept(line, NOW + HOUR) == []
    assert _now(line, entry).status is EntryStatus.QUARANTINED


def test_a_server_that_failed_to_the_end_is_asked_again_with_growing_pauses(line: Parts, world: World):
    entry = entry_of(line.store, feed_of(line.store, outlet(line.store)), f"{HOME}/1")
    world.says(f"{HOME}/1", "oops", 503)
    now, pauses = NOW, []
    while True:
        for _ in range(FETCH_ATTEMPTS):
            world.at = now
            run(line, Step.FETCH, [entry.id], now)
            now += timedelta(days=1)
        standing = _now(line, entry)
        assert (standing.status, standing.verdict) == (EntryStatus.QUARANTINED, "no-answer")
        if standing.retry_at is None:
            break
        pauses.append(standing.retry_at - standing.due_at)
        now = standing.retry_at
        assert _swept(line, now) == [entry.id]
    assert len(pauses) == 3
    for pause, hours in zip(pauses, (6, 24, 72), strict=True):
        assert HOUR * hours <= pause < HOUR * hours * 1.25


def test_what_cannot_be_decoded_is_tried_once_more(line: Parts, world: World):
    entry = entry_of(line.store, feed_of(line.store, outlet(line.store)), f"{HOME}/1")
    world.fails(f"{HOME}/1", Unreadable("larger than 5 MiB"))
    run(line, Step.FETCH, [entry.id], NOW)
    again = _now(line, entry).retry_at
    assert again is not None
    assert again >= NOW + timedelta(days=1)
    _swept(line, again)
    run(line, Step.FETCH, [entry.id], again)
    assert _now(line, entry).retry_at is None


def test_a_404_is_not_tried_again(line: Parts, world: World):
    entry = entry_of(line.store, feed_of(line.store, outlet(line.store)), f"{HOME}/1")
    world.says(f"{HOME}/1", "", 404)
    run(line, Step.FETCH, [entry.id], NOW)
    assert _now(line, entry).retry_at is None


def test_a_broom_without_retries_leaves_them(line: Parts):
    entry = _aside(line, feed_of(line.store, outlet(line.store)), f"{HOME}/1")
    run(replace(line, broom=replace(line.broom, retried=0)), Step.SWEEP, [], NOW + HOUR)
    assert _now(line, entry).status is EntryStatus.QUARANTINED
