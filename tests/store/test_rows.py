"""Statements for many rows."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, update

from aggregator.store.rows import Many
from aggregator.store.session import Store
from aggregator.store.tables import pulses
from tests.world import NOW

ADD = Many(
    ("at", "name"), lambda _: insert(pulses).values(about="none yet", name=bindparam("name"), at=bindparam("at"))
)


def _rows(store: Store) -> list[tuple[str, datetime, str]]:
    with store.reading() as session:
        return [
            tuple(row) for row in session.execute(select(pulses.c.name, pulses.c.at, pulses.c.about).order_by("name"))
        ]


def test_rows_are_tuples_in_the_order_of_the_names_and_constants_are_in_the_statement(store: Store) -> None:
    with store.writing() as session:
        ADD(session, [(NOW, "a"), (NOW, "b"), (NOW + timedelta(hours=1), "c")])
        ADD(session, [])
    later = NOW + timedelta(hours=1)
    assert _rows(store) == [("a", NOW, "none yet"), ("b", NOW, "none yet"), ("c", later, "none yet")]


def test_a_parameter_may_stand_in_a_statement_more_than_once(store: Store) -> None:
    rename = Many(
        ("old", "new"),
        lambda _: (
            update(pulses)
            .where(pulses.c.name == bindparam("old"))
            .values(name=bindparam("new"), about=bindparam("new"))
        ),
    )
    with store.writing() as session:
        ADD(session, [(NOW, "a"), (NOW, "b")])
        rename(session, [("a", "100% new"), ("nobody", "else")])
    assert _rows(store) == [("100% new", NOW, "100% new"), ("b", NOW, "none yet")]


def test_a_time_is_kept_as_the_moment_that_it_is_and_one_without_a_zone_is_refused(store: Store) -> None:
    with store.writing() as session:
        ADD(session, [(NOW.astimezone(timezone(timedelta(hours=5))), "a")])
        with pytest.raises(ValueError, match="without zone"):
            ADD(session, [(NOW.replace(tzinfo=None), "b")])
    assert _rows(store) == [("a", NOW, "none yet")]
