"""The schema and its migrations: forwards only, run by themselves at the start, and checked on demand.

An empty database gets the schema of this release at once, without going through that of every release before it.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from aggregator.core.errors import Refused
from aggregator.store.session import Session, Store
from aggregator.store.tables import metadata

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x41474753  # one process at a time changes the schema


def _config(session: Session) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = session
    return config


def upgrade(store: Store) -> tuple[str, str]:
    """Bring the schema up to this release; returns the revisions before and after. Many may call it at once."""
    with store.reading() as session:
        before = current(session)
    if before == newest():
        return before, before
    with store.writing() as session:
        if not store.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        before = current(session)
        if before and before not in _known():
            raise Refused(
                f"the database is at schema {before}, which this release does not know: it was made by a newer one; "
                "install that release or restore a backup"
            )
        if not before and not inspect(session).get_table_names():
            _make(session)
        elif before != newest():
            command.upgrade(_config(session), "head")
        return before, current(session)


def _make(session: Session) -> None:
    """Make all tables in an empty database; it then stands where the migrations would have brought it."""
    metadata.create_all(session, checkfirst=False)
    MigrationContext.configure(session).stamp(_scripts(), "head")


def current(session: Session) -> str:
    """Return the revision at which the database stands, '' when it is empty."""
    return MigrationContext.configure(session).get_current_revision() or ""


def newest() -> str:
    """Return the revision that this release needs."""
    return _scripts().get_current_head() or ""


def differences(store: Store) -> list[str]:
    """Return how the database differs from what this release expects; empty when it is right."""
    with store.reading() as session:
        now = current(session)
        if now != newest():
            return [f"schema is at {now or 'nothing'}, this release needs {newest()}: run `aggregator db upgrade`"]
        return [str(found) for found in compare_metadata(MigrationContext.configure(session), metadata)]


@cache
def _scripts() -> ScriptDirectory:
    """Return the migrations of this release; read once, since they do not change while a process runs."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return ScriptDirectory.from_config(config)


def _known() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


def damage(store: Store) -> list[str]:
    """Return what SQLite finds wrong with its file; PostgreSQL looks after its own."""
    if not store.is_sqlite:
        return []
    with store.reading() as session:
        found = session.execute(text("PRAGMA quick_check")).scalars().all()
    return [] if found == ["ok"] else [str(each) for each in found]


def size(store: Store) -> int:
    """Return how many bytes the database takes, its journal not counted."""
    asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with store.reading() as session:
        found = session.execute(text(asked if store.is_sqlite else "SELECT pg_database_size(current_database())"))
        return int(found.scalar_one())
