"""The misbehaving server and the desk that polls it, for the files that try it out behaviour by behaviour."""

from collections.abc import Iterator

import pytest

from aggregator.devtools.misbehaving import serving
from aggregator.devtools.misbehaving.server import LONGEST_SECONDS, Server
from aggregator.store.session import Store
from tests.service.misbehaviour_desk import Desk, emptied, made, make_bomb


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give the server of a file, with the pace and patience of its `SERVING`.

    Where it is to be patient, its largest bomb is made before anybody waits for it.
    """
    wanted: dict[str, float] = getattr(request.module, "SERVING", {})
    with serving(pace=wanted.get("pace", 1.0), longest=wanted.get("longest", LONGEST_SECONDS)) as server:
        if wanted:
            make_bomb(server.port)
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    """Give the server with nothing asked yet."""
    running.reset()
    return running


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give the SQLite database of a file."""
    store = made(tmp_path_factory.mktemp("misbehaviour"))
    yield store
    store.close()


@pytest.fixture
def sqlite(database: Store) -> Store:
    """Give a store on SQLite with nothing in it."""
    return emptied(database)


@pytest.fixture
def desk(server: Server, sqlite: Store) -> Desk:
    """Give a desk on SQLite."""
    return Desk(sqlite, server.port, server.site.now)
