"""The one place where the two databases' ways of writing differ: INSERT … ON CONFLICT."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from aggregator.store.session import Session


def insert_for(session: Session, table: Table) -> Any:  # noqa: ANN401 - two classes with the same methods and no base
    """Return an INSERT for `table` that knows ON CONFLICT."""
    return sqlite.insert(table) if session.dialect.name == "sqlite" else postgresql.insert(table)


def insert_new(session: Session, table: Table, rows: Sequence[Mapping[str, object]], unique: Sequence[str]) -> None:
    """Insert rows; those whose `unique` columns are taken are left as they stand."""
    if rows:
        statement = insert_for(session, table).on_conflict_do_nothing(index_elements=list(unique))
        session.execute(statement, [dict(row) for row in rows])


def insert_returning(session: Session, table: Table, row: Mapping[str, object], unique: Sequence[str]) -> int | None:
    """Insert one row and return its id, or None when its `unique` columns are taken."""
    statement = insert_for(session, table).values(dict(row)).on_conflict_do_nothing(index_elements=list(unique))
    found: int | None = session.execute(statement.returning(table.c.id)).scalar_one_or_none()
    return found


def upsert(session: Session, table: Table, rows: Sequence[Mapping[str, object]], unique: Sequence[str]) -> None:
    """Insert rows or, where their `unique` columns are taken, write the others over what is there."""
    statement = insert_for(session, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in unique}
    session.execute(
        statement.on_conflict_do_update(index_elements=list(unique), set_=changed), [dict(row) for row in rows]
    )


def locked(session: Session, table: Table, condition: ColumnElement[bool]) -> list[int]:
    """Return the ids of the rows that meet `condition` and that no other transaction holds, and hold them."""
    rows = select(table.c.id).where(condition).order_by(table.c.id).with_for_update(skip_locked=True)
    return list(session.scalars(rows))
