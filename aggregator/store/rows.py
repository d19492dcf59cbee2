"""The one place where the two databases' ways of writing differ: INSERT … ON CONFLICT, and statements for many rows."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any

from sqlalchemy import ColumnElement, Executable, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from aggregator.store.session import Session


class Many:
    """A statement that is run for many rows at once, and made into text only once for each kind of database.

    A row is a tuple of values in the order of `names`, the names of the statement's parameters. Only types that must
    be are converted, times that is, column by column. SQLAlchemy's own way, a dictionary a row, takes three times as
    long, and longer than the database itself.
    """

    def __init__(self, names: Sequence[str], make: Callable[[Session], Executable]) -> None:
        """Take what makes the statement for a database."""
        self._names = tuple(names)
        self._make = make
        self._ready: dict[str, _Ready] = {}

    def __call__(self, session: Session, rows: Sequence[tuple[object, ...]]) -> None:
        """Run it for all rows, in their order; for no rows, do nothing."""
        if not rows:
            return
        ready = self._ready.get(session.dialect.name)
        if ready is None:
            ready = self._ready[session.dialect.name] = _Ready(session, self._make(session), self._names)
        session.exec_driver_sql(ready.text, ready.rows(rows))


class _Ready:
    """The text of a statement for one kind of database, and what makes rows into its parameters."""

    def __init__(self, session: Session, statement: Executable, names: tuple[str, ...]) -> None:
        compiled: Any = statement.compile(dialect=session.dialect, column_keys=list(names))  # type: ignore[attr-defined]
        self.text = str(compiled)
        self._names = names
        self._order: list[str] | None = compiled.positiontup  # None where parameters have names
        self._fixed = {name: value for name, value in compiled.params.items() if name not in names}
        types = {name: compiled.binds[name].type.dialect_impl(session.dialect) for name in compiled.params}
        processors = {name: kind.bind_processor(session.dialect) for name, kind in types.items()}
        # the same few times stand in all rows of a batch
        self._convert = {name: lru_cache(256)(each) for name, each in processors.items() if each}

    def rows(self, given: Sequence[tuple[object, ...]]) -> Any:  # noqa: ANN401 - as the driver takes them
        """Return the rows as the driver takes them."""
        columns: dict[str, Any] = dict(zip(self._names, zip(*given, strict=True), strict=True))
        columns |= {name: repeat(value, len(given)) for name, value in self._fixed.items()}
        for name, convert in self._convert.items():
            columns[name] = [convert(value) for value in columns[name]]
        if self._order is None:
            return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return list(zip(*(columns[name] for name in self._order), strict=True))


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
