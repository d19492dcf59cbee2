"""Pages of a source by day and kind: they add up, and old days go."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from aggregator.core.baseline import Day
from aggregator.store import baselines
from aggregator.store.baselines import Count
from aggregator.store.session import Store
from tests.newsdesk import outlet

TODAY, ONE = date(2026, 11, 24), timedelta(days=1)


def test_counts_add_up_within_and_between_calls_by_source_day_and_kind(store: Store) -> None:
    a, b = outlet(store, "A").id, outlet(store, "B").id
    with store.writing() as session:
        baselines.add(session, [])
        baselines.add(session, [Count(a, TODAY, "article", 1, 6.5, 1), Count(a, TODAY, "article", 2, 1.25)])
        more = [Count(a, TODAY, "article", 1, 0.25, 1), Count(a, TODAY, "paywall", 3), Count(b, TODAY, "article", 1)]
        baselines.add(session, iter([*more, Count(a, TODAY - ONE, "consent", 1)]))
    with store.reading() as session:
        found = baselines.days(session, [a, b, 10**6], TODAY - ONE)
    assert found == {
        a: [Day(TODAY - ONE, {"consent": 1}), Day(TODAY, {"article": 4, "paywall": 3}, 8.0, 2)],
        b: [Day(TODAY, {"article": 1})],
    }


def test_only_the_days_and_sources_that_are_asked_for_are_told(store: Store) -> None:
    a, b = outlet(store, "A").id, outlet(store, "B").id
    with store.writing() as session:
        baselines.add(session, [Count(s, TODAY - n * ONE, "article", 1) for s in (a, b) for n in range(3)])
        assert [day.day for day in baselines.days(session, [a], TODAY - ONE)[a]] == [TODAY - ONE, TODAY]
        assert baselines.days(session, [], TODAY) == {}
        assert baselines.forget(session, TODAY - ONE) == 2
        assert [len(days) for days in baselines.days(session, [a, b], date.min).values()] == [2, 2]


def test_counts_of_workers_side_by_side_are_all_there(store: Store) -> None:
    ids = [outlet(store, name).id for name in "ABC"]

    def work(turn: int) -> None:
        for _ in range(5):
            with store.writing() as session:
                baselines.add(session, [Count(each, TODAY, "article", 1) for each in (ids, ids[::-1])[turn % 2]])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with store.reading() as session:
        found = baselines.days(session, ids, TODAY)
    assert [found[each][0].articles for each in ids] == [20, 20, 20]
