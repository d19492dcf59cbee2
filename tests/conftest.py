"""Fixtures of the whole suite: real databases, a real broker, a store on each database."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url

from aggregator.store import schema
from aggregator.store.session import Store
from tests import servers

MARK = "TEST_SESSION"  # a variable that every program started by a test inherits


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a new database with the schema: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'aggregator.db'}"
        store = Store(url)
        schema.upgrade(store)
        store.close()
        yield url
    else:
        base: str = request.getfixturevalue("postgres_url")
        with servers.fresh_database(base, request.getfixturevalue("template")) as url:
            yield url


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
