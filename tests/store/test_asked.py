"""What was asked of whom: counted by host, day and kind."""

from datetime import UTC, date, datetime, timedelta

from aggregator.store import asked
from aggregator.store.asked import Asked, Day
from aggregator.store.session import Store
from tests.world import NOW

TODAY, DAY = date(2026, 11, 24), timedelta(days=1)


def one(
    host: str = "a.example", kind: str = "feed", size: int = 10, *, unchanged: bool = False, failed: bool = False
) -> Asked:
    return Asked(host, kind, unchanged, failed, size)


def test_requests_add_up_within_and_between_calls(store: Store) -> None:
    with store.writing() as session:
        asked.add(session, [], NOW)
        asked.add(session, [one(), one(size=5), one(unchanged=True, size=0), one(failed=True, size=0)], NOW)
        asked.add(session, iter([one(size=2**40), one(kind="robots"), one("b.example")]), NOW)
        assert asked.of_host(session, "a.example", TODAY) == [
            Day("a.example", "2026-11-24", "feed", 5, 1, 1, 15 + 2**40),
            Day("a.example", "2026-11-24", "robots", 1, 0, 0, 10),
        ]


def test_days_are_told_apart_and_the_latest_comes_first(store: Store) -> None:
    with store.writing() as session:
        for number in range(3):
            asked.add(session, [one(size=number), one(kind="page")], NOW - number * DAY)
        found = asked.of_host(session, "a.example", TODAY - DAY)
        assert [(day.day, day.kind) for day in found] == [
            ("2026-11-24", "feed"),
            ("2026-11-24", "page"),
            ("2026-11-23", "feed"),
            ("2026-11-23", "page"),
        ]
        assert asked.of_host(session, "a.example", TODAY + DAY) == asked.of_host(session, "nobody.example", TODAY) == []


def test_a_day_is_one_of_utc(store: Store) -> None:
    with store.writing() as session:
        asked.add(session, [one()], datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC))
        asked.add(session, [one()], datetime(2026, 11, 25, 0, 0, tzinfo=UTC))
        assert [day.day for day in asked.of_host(session, "a.example", TODAY)] == ["2026-11-25", "2026-11-24"]


def test_hosts_are_told_with_all_that_was_asked_of_them_the_most_asked_first(store: Store) -> None:
    with store.writing() as session:
        asked.add(session, [one("b.example"), one("c.example"), one("c.example", "page", failed=True)], NOW)
        asked.add(session, [one("a.example"), one("c.example", unchanged=True)], NOW - DAY)
        since = TODAY - DAY
        found = asked.hosts(session, since, 10)
        assert found == [
            Day("c.example", "", "", 3, 1, 1, 30),
            Day("a.example", "", "", 1, 0, 0, 10),
            Day("b.example", "", "", 1, 0, 0, 10),
        ]
        assert asked.hosts(session, since, 1) == found[:1]
        assert asked.hosts(session, since, 2, 1) == found[1:]
        assert [each.host for each in asked.hosts(session, TODAY, 10)] == ["c.example", "b.example"]


def test_old_counts_are_forgotten(store: Store) -> None:
    with store.writing() as session:
        for number in range(3):
            asked.add(session, [one()], NOW - number * DAY)
        assert asked.forget(session, TODAY - DAY) == 1
        assert [day.day for day in asked.of_host(session, "a.example", TODAY - 9 * DAY)] == ["2026-11-24", "2026-11-23"]
