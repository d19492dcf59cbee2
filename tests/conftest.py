"""Fixtures of the whole suite: real databases, a real broker, a store on each database."""

import os
import shutil
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url

from aggregator.store import schema
from aggregator.store.session import Store
from aggregator.store.tables import metadata
from tests import servers

MARK = "TEST_SESSION"  # a variable that every program started by a test inherits


def pytest_configure() -> None:
    """Hear Ctrl-C, and let every program that a test starts hear it, also where a shell started us in the background.

    Such a shell has SIGINT ignored, which is inherited (POSIX.1-2017, Shell Command Language, 2.11), so a test that
    interrupts a program would wait for ever.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name packed bytes by their length: in the name of a test they would tell the second in which they were made.

    The processes of the suite must agree on the names, and a gzip header holds the time (RFC 1952, 2.3.1, MTIME).
    """
    return f"gzip of {len(val)} bytes" if isinstance(val, bytes) and val.startswith(b"\x1f\x8b") else None


def _ours(process: psutil.Process, mark: str) -> bool:
    try:
        ours = process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE
        return ours and "multiprocessing.resource_tracker" not in " ".join(
            process.cmdline()
        )  # Python's own, ends with us
    except psutil.Error:  # it has just ended, or is somebody else's
        return False


@pytest.fixture(scope="session", autouse=True)
def _nothing_outlives_the_session() -> Iterator[None]:
    """Fail, naming them, when programs that tests started still run after the last one; end them."""
    mark = uuid.uuid4().hex
    outer, os.environ[MARK] = os.environ.get(MARK), mark
    yield
    if outer is not None:
        os.environ[MARK] = outer
    started = [process for process in psutil.process_iter() if _ours(process, mark)]
    _, alive = psutil.wait_procs(started, timeout=5)
    left = [" ".join(process.cmdline()) for process in alive if _ours(process, mark)]
    for process in alive:
        process.kill()
    assert left == [], "these programs outlive the tests that started them"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the session's PostgreSQL server."""
    with servers.postgres_server(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def template(postgres_url: str) -> Iterator[str]:
    """Give the name of a PostgreSQL database with the schema, to be copied."""
    with servers.fresh_database(postgres_url) as url:
        store = Store(url)
        schema.upgrade(store)
        store.close()
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def shared(postgres_url: str, template: str) -> Iterator[str]:
    """Give the PostgreSQL database that the tests use one after the other, each finding it empty."""
    with servers.fresh_database(postgres_url, template) as url:
        yield url


@pytest.fixture(scope="session")
def file_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an SQLite file with the schema, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    store = Store(f"sqlite:///{file}")
    schema.upgrade(store)
    store.close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database with the schema: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "aggregator.db"
        shutil.copyfile(request.getfixturevalue("file_template"), file)
        yield f"sqlite:///{file}"
    else:
        url: str = request.getfixturevalue("shared")
        try:
            yield url
        finally:
            servers.empty(url, metadata.tables, schema.newest())


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Give a store on each database."""
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the session's Redis server."""
    with servers.broker(tmp_path_factory.mktemp("redis")) as url:
        yield url
