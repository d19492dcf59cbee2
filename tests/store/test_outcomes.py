"""Outcomes: every end of a run is told, counted by day, and the counts outlive the telling."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from aggregator.core.outcome import Outcome, Step, Word
from aggregator.store import outcomes
from aggregator.store.session import Session, Store
from aggregator.store.tables import outcome_counts
from tests.world import NOW

DAY = timedelta(days=1)
LATER = Outcome(Step.FETCH, 7, Word.LATER, "the server answered 503")
FETCHED = Outcome(Step.FETCH, 7, Word.FETCHED)


def _days(session: Session) -> dict[tuple[str, str], int]:
    rows = session.execute(select(outcome_counts.c.day, outcome_counts.c.word, outcome_counts.c.number))
    return {(day, word): number for day, word, number in rows}


def test_the_life_of_an_item_is_told_in_order(store: Store) -> None:
    with store.writing() as session:
        outcomes.record(session, [LATER], NOW)
        outcomes.record(session, [FETCHED, Outcome(Step.FETCH, 8, Word.REFUSED, "robots.txt")], NOW + DAY)
        outcomes.record(session, [Outcome(Step.EXTRACT, 7, Word.EXTRACTED)], NOW + DAY)
        assert outcomes.of_item(session, Step.FETCH, 7) == [
            (NOW, Word.LATER, "the server answered 503"),
            (NOW + DAY, Word.FETCHED, ""),
        ]
        assert outcomes.newest(session) == NOW + DAY


def test_they_are_counted_by_step_word_and_day(store: Store) -> None:
    with store.writing() as session:
        outcomes.record(session, [FETCHED, LATER, FETCHED], NOW)
        outcomes.record(session, [FETCHED], NOW)
        outcomes.record(session, [FETCHED], NOW + DAY)
        assert outcomes.totals(session) == {(Step.FETCH, Word.FETCHED): 4, (Step.FETCH, Word.LATER): 1}
        assert _days(session) == {
            ("2026-11-24", "fetched"): 3,
            ("2026-11-24", "later"): 1,
            ("2026-11-25", "fetched"): 1,
        }


@pytest.mark.parametrize("word", [Word.NOT_DUE, Word.HOST_BUSY])
def test_what_did_not_touch_an_item_is_counted_but_not_told_of_it(store: Store, word: Word) -> None:
    with store.writing() as session:
        outcomes.record(session, [Outcome(Step.POLL, 1, word)], NOW)
        assert outcomes.of_item(session, Step.POLL, 1) == []
        assert outcomes.totals(session) == {(Step.POLL, word): 1}


def test_where_nothing_ended_there_is_nothing(store: Store) -> None:
    with store.writing() as session:
        outcomes.record(session, [], NOW)
        assert outcomes.totals(session) == {}
        assert outcomes.newest(session) is None


def test_a_reason_without_end_is_cut(store: Store) -> None:
    with store.writing() as session:
        outcomes.record(session, [Outcome(Step.FETCH, 1, Word.REFUSED, "x" * 5000)], NOW)
        assert [len(reason) for _, _, reason in outcomes.of_item(session, Step.FETCH, 1)] == [1000]


def test_old_ones_are_forgotten_a_part_at_a_time_and_the_counts_stay(store: Store) -> None:
    with store.writing() as session:
        outcomes.record(session, [FETCHED, FETCHED, FETCHED], NOW - 91 * DAY)
        outcomes.record(session, [LATER], NOW)
        assert outcomes.forget(session, NOW - 90 * DAY, limit=2) == 2
        assert outcomes.forget(session, NOW - 90 * DAY, limit=2) == 1
        assert outcomes.forget(session, NOW - 90 * DAY, limit=2) == 0
        assert [word for _, word, _ in outcomes.of_item(session, Step.FETCH, 7)] == [Word.LATER]
        assert outcomes.totals(session)[Step.FETCH, Word.FETCHED] == 3


def test_no_end_is_lost_when_many_workers_count_at_once(store: Store) -> None:
    def count(worker: int) -> None:
        for _ in range(10):
            with store.writing() as session:
                outcomes.record(
                    session, [Outcome(Step.FETCH, worker, word) for word in (Word.LATER, Word.FETCHED)], NOW
                )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    with store.reading() as session:
        assert outcomes.totals(session) == {(Step.FETCH, Word.LATER): 40, (Step.FETCH, Word.FETCHED): 40}


def test_the_reasons_of_what_was_taken_down_are_written_over_and_those_of_others_are_not(store: Store) -> None:
    ends = [
        Outcome(Step.EXTRACT, 7, Word.QUARANTINED, "the page is titled 'Some words'"),
        Outcome(Step.GATHER, 7, Word.REFUSED, "takedown 2: its text is blocked"),
        Outcome(Step.FETCH, 7, Word.FETCHED),
        Outcome(Step.REVISE, 3, Word.KEPT, "words of the article"),
        Outcome(Step.EXTRACT, 3, Word.QUARANTINED, "an entry with the number of the article"),
        Outcome(Step.REVISE, 7, Word.KEPT, "an article with the number of the entry"),
        Outcome(Step.POLL, 7, Word.POLLED, "a feed with the number of the entry"),
    ]
    with store.writing() as session:
        outcomes.record(session, ends, NOW)
        outcomes.hush(session, [7], [3], "takedown 9")
        after = [outcomes.of_item(session, end.step, end.id) for end in ends]
    assert [(word, reason) for [(_, word, reason)] in after] == [
        (Word.QUARANTINED, "takedown 9"),
        (Word.REFUSED, "takedown 2: its text is blocked"),
        (Word.FETCHED, ""),
        (Word.KEPT, "takedown 9"),
        *((end.word, end.reason) for end in ends[4:]),
    ]
