"""Entries are stored once, taken by one, and stand where they were put."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from aggregator.core.entry import EntryStatus
from aggregator.core.feed import Feed
from aggregator.store import entries, entry_queue, sources
from aggregator.store.entry_queue import Settled
from aggregator.store.session import Store
from tests.newsdesk import entry_of, feed_of, new_entry, outlet, told
from tests.world import NOW

MINUTE = timedelta(minutes=1)
URLS = [f"https://harbour-tribune.example/news/{number}" for number in range(12)]


def _add(store: Store, feed: Feed, urls: list[str]) -> int:
    with store.writing() as session:
        return len(entries.add_new(session, [new_entry(feed, told(url)) for url in urls]))


def test_an_entry_that_a_feed_tells_again_is_not_stored_again(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    assert _add(store, feed, URLS[:3]) == 3
    assert _add(store, feed, URLS[1:5]) == 2
    with store.reading() as session:
        assert entries.numbers(session) == {EntryStatus.DUE: 5}


def test_what_a_feed_says_of_a_known_entry_later_does_not_overwrite_it(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    entry = entry_of(store, feed, URLS[0], "The first headline")
    with store.writing() as session:
        assert entries.add_new(session, [new_entry(feed, told(URLS[0], "Another headline"))]) == {}
        kept = entries.get(session, entry.id)
    assert kept is not None
    assert kept.title == "The first headline"


def test_only_one_of_many_workers_gets_an_entry(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    ids = [entry_of(store, feed, url).id for url in URLS]

    def take(_: int) -> list[int]:
        with store.writing() as session:
            return [entry.id for entry in entry_queue.lease(session, ids, EntryStatus.DUE, NOW, MINUTE)]

    with ThreadPoolExecutor(4) as pool:
        taken = [each for worker in pool.map(take, range(4)) for each in worker]
    assert sorted(taken) == ids


def test_a_lease_ends_by_itself_and_each_attempt_is_counted(store: Store) -> None:
    entry = entry_of(store, feed_of(store, outlet(store)), URLS[0])
    with store.writing() as session:
        assert [each.attempts for each in entry_queue.lease(session, [entry.id], EntryStatus.DUE, NOW, MINUTE)] == [1]
        assert entry_queue.lease(session, [entry.id], EntryStatus.DUE, NOW, MINUTE) == []
        again = entry_queue.lease(session, [entry.id], EntryStatus.DUE, NOW + MINUTE, MINUTE)
    assert [each.attempts for each in again] == [2]


def test_a_lease_given_back_does_not_count_as_an_attempt(store: Store) -> None:
    entry = entry_of(store, feed_of(store, outlet(store)), URLS[0])
    with store.writing() as session:
        entry_queue.lease(session, [entry.id], EntryStatus.DUE, NOW, MINUTE)
        entry_queue.release(session, [entry.id])
        assert [each.attempts for each in entry_queue.lease(session, [entry.id], EntryStatus.DUE, NOW, MINUTE)] == [1]


def test_hosts_come_in_turn_and_none_takes_more_than_its_share(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    loud = [f"https://loud.example/{number}" for number in range(6)]
    quiet = ["https://quiet.example/1"]
    for url in [*loud, *quiet]:
        entry_of(store, feed, url)
    with store.reading() as session:
        work = entry_queue.due(session, EntryStatus.DUE, NOW, limit=10, per_host=3)
    assert [each.host for each in work] == ["loud.example", "quiet.example", "loud.example", "loud.example"]


def test_nothing_of_a_paused_source_is_due(store: Store) -> None:
    source = outlet(store)
    entry_of(store, feed_of(store, source), URLS[0])
    with store.writing() as session:
        sources.set_state(session, source.id, "paused")
        assert entry_queue.due(session, EntryStatus.DUE, NOW, 10, 10) == []


def test_an_emptied_entry_says_nothing_but_why(store: Store) -> None:
    entry = entry_of(store, feed_of(store, outlet(store)), URLS[0], "A headline", summary="Words", author="A. Name")
    with store.writing() as session:
        entries.empty(session, [entry.id], "takedown 7", NOW)
        after = entries.get(session, entry.id)
    assert after is not None
    assert (after.title, after.summary, after.author) == ("", "", "")
    assert (after.status, after.reason) == (EntryStatus.REFUSED, "takedown 7")


@pytest.mark.parametrize(("status", "title"), [(EntryStatus.ARTICLE, "Another"), (EntryStatus.REFUSED, "")])
def test_an_edit_gives_its_words_only_to_what_was_not_refused(store: Store, status: EntryStatus, title: str) -> None:
    feed = feed_of(store, outlet(store))
    entry = entry_of(store, feed, URLS[0], "", summary="", author="")
    edited = new_entry(feed, told(URLS[0], "Another", summary="Another", author="Another")).item
    with store.writing() as session:
        entry_queue.settle(session, [Settled(entry.id, status, NOW)])
        entries.edit(session, [(entry.id, edited, NOW)])
        after = entries.get(session, entry.id)
    assert after is not None
    assert (after.title, after.summary, after.author) == (title, title, title)


def test_settling_frees_an_entry_for_its_next_step(store: Store) -> None:
    entry = entry_of(store, feed_of(store, outlet(store)), URLS[0])
    with store.writing() as session:
        entry_queue.lease(session, [entry.id], EntryStatus.DUE, NOW, MINUTE)
        entry_queue.settle(session, [Settled(entry.id, EntryStatus.FETCHED, NOW, page_id=3)])
        leased = entry_queue.lease(session, [entry.id], EntryStatus.FETCHED, NOW, MINUTE)
        assert entry_queue.waiting(session) == 1
    assert [(each.page_id, each.attempts) for each in leased] == [(3, 1)]
