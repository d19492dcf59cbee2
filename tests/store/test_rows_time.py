"""Rows: a time keeps its moment and gets its zone, and what is taken is left alone or written over, as was asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError, StatementError

from aggregator.store import pulses
from aggregator.store.rows import insert_new, insert_returning, locked, upsert
from aggregator.store.session import Session, Store
from aggregator.store.tables import hosts, stories
from tests.world import NOW

KOLKATA = timezone(timedelta(hours=5, minutes=30))
TONGA = timezone(timedelta(hours=13))


def _names(session: Session) -> dict[str, str]:
    return {row.name: row.leased_by for row in session.execute(select(hosts))}


def _titles(session: Session) -> dict[str, str]:
    return {row.key: row.title for row in session.execute(select(stories))}


def _story(key: str, title: str) -> dict[str, object]:
    return {"key": key, "title": title, "first_at": NOW, "last_at": NOW}


@pytest.mark.parametrize("zone", [UTC, KOLKATA, TONGA])
def test_times_come_back_in_utc_whatever_zone_they_were_given_in(store: Store, zone: timezone) -> None:
    with store.writing() as session:
        pulses.beat(session, "a", NOW.astimezone(zone))
    with store.reading() as session:
        moment = pulses.every(session)["a"][0]
    assert moment == NOW
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
    ids=["long ago", "before the epoch", "while clocks change", "far off"],
)
def test_no_part_of_a_time_is_lost(store: Store, moment: datetime) -> None:
    with store.writing() as session:
        pulses.beat(session, "a", moment)
        assert pulses.every(session)["a"][0] == moment


def test_times_in_different_zones_stand_in_the_order_of_their_moments(store: Store) -> None:
    """Their own days and hours would say the opposite."""
    with store.writing() as session:
        for name, moment in (("second", NOW), ("first", (NOW - timedelta(hours=1)).astimezone(TONGA))):
            insert_new(session, hosts, [{"name": name, "next_at": moment}], ["name"])
        found = session.scalars(select(hosts.c.name).order_by(hosts.c.next_at))
        assert list(found) == ["first", "second"]
        early = select(hosts.c.name).where(hosts.c.next_at < NOW.astimezone(KOLKATA))
        assert list(session.scalars(early)) == ["first"]


def test_no_time_comes_back_as_none(store: Store) -> None:
    with store.writing() as session:
        insert_new(session, hosts, [{"name": "a", "next_at": None}], ["name"])
        assert session.scalar(select(hosts.c.next_at)) is None


@pytest.mark.parametrize("write", [insert_new, upsert])
def test_a_time_without_a_zone_is_refused(
    store: Store, write: Callable[[Session, Table, list[dict[str, object]], list[str]], None]
) -> None:
    def fail() -> None:
        with store.writing() as session:
            write(session, hosts, [{"name": "a", "next_at": datetime(2026, 1, 1)}], ["name"])  # noqa: DTZ001 - refused

    with pytest.raises(StatementError, match="without zone"):
        fail()
    with store.reading() as session:
        assert _names(session) == {}


def test_a_time_without_a_zone_cannot_be_asked_for_either(store: Store) -> None:
    with store.reading() as session, pytest.raises(StatementError, match="without zone"):
        session.scalars(select(hosts.c.name).where(hosts.c.next_at <= datetime(2026, 1, 1)))  # noqa: DTZ001 - refused


def test_what_is_there_is_left_as_it_stands(store: Store) -> None:
    with store.writing() as session:
        insert_new(session, hosts, [{"name": "a", "leased_by": "first"}], ["name"])
        insert_new(session, hosts, [{"name": "a", "leased_by": "x"}, {"name": "b", "leased_by": "new"}], ["name"])
        insert_new(session, hosts, [], ["name"])
        assert _names(session) == {"a": "first", "b": "new"}


def test_only_what_is_new_gets_an_id(store: Store) -> None:
    with store.writing() as session:
        first = insert_returning(session, stories, _story("a", "first"), ["key"])
        assert first is not None
        assert insert_returning(session, stories, _story("a", "x"), ["key"]) is None
        assert insert_returning(session, stories, _story("b", "second"), ["key"]) not in {None, first}
        assert _titles(session) == {"a": "first", "b": "second"}


def test_what_is_there_is_written_over(store: Store) -> None:
    with store.writing() as session:
        upsert(session, stories, [_story("a", "first"), _story("b", "second")], ["key"])
        upsert(session, stories, [_story("a", "changed"), _story("c", "third")], ["key"])
        assert _titles(session) == {"a": "changed", "b": "second", "c": "third"}


def test_only_the_named_columns_may_be_taken(store: Store) -> None:
    """A clash with anything else is a mistake, and is not passed over in silence."""

    def fail() -> None:
        with store.writing() as session:
            insert_new(session, stories, [_story("a", "first") | {"id": 1}], ["key"])
            insert_new(session, stories, [_story("b", "second") | {"id": 1}], ["key"])

    with pytest.raises(IntegrityError):
        fail()


def test_rows_that_another_transaction_holds_are_passed_over(store: Store) -> None:
    with store.writing() as session:
        for key in "abc":
            insert_returning(session, stories, _story(key, ""), ["key"])
    with store.writing() as session:
        mine = locked(session, stories, stories.c.key.in_(["a", "b"]))
        assert len(mine) == 2
        with store.reading() as other:
            left = locked(other, stories, stories.c.key.in_(["a", "b", "c"]))
        assert store.is_sqlite or (len(left) == 1 and left[0] not in mine), "SQLite has one writer, so nothing is held"
