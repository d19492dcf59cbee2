"""Engines and transactions: SQLite in WAL mode with one writer at a time, or PostgreSQL at READ COMMITTED."""

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from aggregator.core.errors import Refused, TryLater

BUSY_SECONDS = 30
_MODE = "aggregator_mode"

Session = Connection


class Store:
    """One database; `reading` sees a snapshot, `writing` commits at its end or leaves nothing behind."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        file = self.engine.url.database if self.is_sqlite else None
        self._queue = Path(f"{file}-writer") if file and file != ":memory:" else None
        self._writer = self.engine.execution_options(**{_MODE: "IMMEDIATE"})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a connection that only reads."""
        with _understood(self.url), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a connection whose work is committed when the block ends and undone when it fails."""
        with _understood(self.url), self._turn(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for our turn to write: SQLite has one writer, and its own way of waiting is to sleep and try again."""
        if self._queue is None:
            yield
            return
        with self._queue.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


_FULL = re.compile(r"disk is full|no space left", re.IGNORECASE)  # SQLite's words (SQLITE_FULL), PostgreSQL's (53100)


@contextmanager
def _understood(url: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        shown = make_url(url).render_as_string(hide_password=True)
        if _FULL.search(str(error.orig)):
            raise TryLater(
                f"there is no room left for the database {shown} ({error.orig}): make some; what was saved stays, and "
                "the same command goes on from there"
            ) from error
        raise TryLater(f"the database {shown} did not answer or was busy: {error.orig}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise TryLater(f"the connection to the database was lost: {error.orig}") from error
        raise


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Refused(f"database.url is no database address: {url!r}; use sqlite:///FILE or postgresql://…") from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        return sqlalchemy.create_engine(
            parsed,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,
            pool_size=4,
            connect_args={"connect_timeout": 10},
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise Refused(
            f"database.url names an unknown database: {parsed.drivername}; SQLite and PostgreSQL are"
        ) from error


def _sqlite(url: str, file: str | None) -> Engine:
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no type
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_MODE, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
