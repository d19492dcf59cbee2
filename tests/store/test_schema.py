"""The schema: forwards, by itself, once, and never over that of a newer release."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.core.errors import Refused
from aggregator.store import schema
from aggregator.store.session import Store
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
