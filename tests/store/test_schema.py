"""The schema: forwards, by itself, once, and never over that of a newer release."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text

from aggregator.core.errors import Refused
from aggregator.store import schema
from aggregator.store.session import Session, Store
from tests import servers

UPGRADE = """
import sys
from aggregator.store import schema
from aggregator.store.session import Store
store = Store(sys.argv[1])
sys.stdin.readline()
print(schema.upgrade(store)[1])
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give a store without any tables."""
    if request.param == "sqlite":
        store = Store(f"sqlite:///{tmp_path / 'a.db'}")
        yield store
        store.close()
    else:
        with servers.fresh_database(request.getfixturevalue("postgres_url")) as url:
            store = Store(url)
            yield store
            store.close()


def test_an_empty_database_is_brought_up_and_is_then_what_this_release_expects(empty: Store) -> None:
    assert schema.differences(empty) != []
    assert schema.upgrade(empty) == ("", schema.newest())
    assert schema.differences(empty) == []
    assert schema.upgrade(empty) == (schema.newest(), schema.newest())


def test_an_empty_database_gets_at_once_what_the_migrations_make(
    empty: Store, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    schema.upgrade(empty)
    with ExitStack() as ending:
        url = f"sqlite:///{tmp_path / 'b.db'}"
        if not empty.is_sqlite:
            url = ending.enter_context(servers.fresh_database(request.getfixturevalue("postgres_url")))
        migrated = Store(url)
        ending.callback(migrated.close)
        with migrated.writing() as session:
            command.upgrade(schema._config(session), "head")
        assert _everything(empty) == _everything(migrated)


def _everything(store: Store) -> dict[str, object]:
    """Return all that the database says of its tables, as the migrations might order it or not."""
    with store.reading() as session:
        found = inspect(session)
        return {
            name: {
                "columns": {each["name"]: (str(each["type"]), each["nullable"], each["default"]) for each in columns},
                "key": found.get_pk_constraint(name),
                "others": _sorted(found.get_foreign_keys(name)),
                "unique": _sorted(found.get_unique_constraints(name)),
                "indexes": _sorted(found.get_indexes(name)),
                "without rowid": store.is_sqlite and _without_rowid(session, name),
            }
            for name in found.get_table_names()
            for columns in [found.get_columns(name)]
        } | {"revision": schema.current(session)}


def _sorted(found: Sequence[object]) -> list[str]:
    return sorted(str(each) for each in found)


def _without_rowid(session: Session, table: str) -> bool:
    made = session.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table})
    return "WITHOUT ROWID" in str(made)


def test_tables_of_somebody_else_in_the_database_stay(empty: Store) -> None:
    with empty.writing() as session:
        session.execute(text("CREATE TABLE stranger (id INTEGER)"))
        session.execute(text("INSERT INTO stranger VALUES (7)"))
    assert schema.upgrade(empty) == ("", schema.newest())
    with empty.reading() as session:
        assert session.scalar(text("SELECT id FROM stranger")) == 7


def test_many_may_bring_it_up_at_once(empty: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda _: schema.upgrade(empty), range(4)))
    assert {after for _, after in ended} == {schema.newest()}
    assert schema.differences(empty) == []


def test_many_processes_may_bring_it_up_at_once(empty: Store) -> None:
    command = [sys.executable, "-c", UPGRADE, empty.url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    try:
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        ended = [process.communicate(timeout=60) for process in started]
    finally:
        for process in started:
            process.kill()
    assert ended == [(f"{schema.newest()}\n", "")] * 4
    assert schema.differences(empty) == []


def test_the_schema_of_a_newer_release_is_left_alone(empty: Store) -> None:
    schema.upgrade(empty)
    with empty.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="newer"):
        schema.upgrade(empty)


def test_what_differs_is_told(empty: Store) -> None:
    schema.upgrade(empty)
    with empty.writing() as session:
        session.execute(text("CREATE TABLE stranger (id INTEGER)"))
    assert any("stranger" in each for each in schema.differences(empty))


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    store = Store(f"sqlite:///{file}")
    schema.upgrade(store)
    assert schema.damage(store) == []
    store.close()
    body = bytearray(file.read_bytes())
    body[8192:12288] = b"\xff" * 4096
    file.write_bytes(bytes(body))
    broken = Store(f"sqlite:///{file}")
    found = schema.damage(broken)
    broken.close()
    assert found != []
