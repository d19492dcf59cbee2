"""The suite's own servers are real, quick to copy, never root's, and gone at the end."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
import redis
from kombu import Connection
from sqlalchemy import create_engine, make_url, text

from tests import servers
from tests.parents import ROOT, ended, parent, within

GIVEN = """
import sys
from pathlib import Path
from tests import servers
with servers.postgres_server(Path(sys.argv[1])) as postgres, servers.broker(Path(sys.argv[1])) as broker:
    print(postgres, broker)
"""
SERVER = """
import psutil, sys, time
from pathlib import Path
from tests import servers
with servers.postgres_server(Path(sys.argv[1]), namespaces=sys.argv[2] == "True") as url:
    print(*[child.pid for child in psutil.Process().children()], flush=True)
    print(url, flush=True)
    time.sleep(60)
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to be somebody else")
here = pytest.mark.skipif(
    "AGGREGATOR_TEST_POSTGRES_URL" in os.environ, reason="the server of AGGREGATOR_TEST_POSTGRES_URL is not ours"
)


def _all(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(servers._plain(url), autocommit=True) as connection:
        cursor = connection.execute(query)
        return list(cursor.fetchall()) if cursor.description else []


def test_postgresql_keeps_rows_from_one_connection_to_the_next(postgres_url: str):
    with servers.fresh_database(postgres_url) as url:
        _all(url, "CREATE TABLE word (word text)")
        _all(url, "INSERT INTO word VALUES ('zażółć')")
        assert _all(url, "SELECT word FROM word") == [("zażółć",)]


def test_its_addresses_are_sqlalchemys(postgres_url: str):
    with servers.fresh_database(postgres_url) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT current_database()")).scalar_one() == make_url(url).database
        engine.dispose()


@here
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server_encoding", "UTF8"),
        ("listen_addresses", "127.0.0.1"),
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
    ],
)
def test_the_server_is_quick_local_and_speaks_every_language(postgres_url: str, setting: str, value: str):
    assert _all(postgres_url, f"SHOW {setting}") == [(value,)]


@here
def test_its_order_is_that_of_the_characters_on_every_machine(postgres_url: str):
    with servers.fresh_database(postgres_url) as url:
        query = "SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()"
        assert _all(url, query) == [("C.UTF-8", "C.UTF-8")]


def test_fresh_databases_know_nothing_of_each_other(postgres_url: str):
    with servers.fresh_database(postgres_url) as one, servers.fresh_database(postgres_url) as other:
        assert one != other
        _all(one, "CREATE TABLE word (word text)")
        assert _all(other, "SELECT to_regclass('word')") == [(None,)]


def test_a_fresh_database_may_be_the_copy_of_another(postgres_url: str):
    with servers.fresh_database(postgres_url) as original:
        _all(original, "CREATE TABLE word AS SELECT 'kept' AS word")
        with servers.fresh_database(postgres_url, template=str(make_url(original).database)) as copy:
            _all(copy, "UPDATE word SET word = 'changed'")
        assert _all(original, "SELECT word FROM word") == [("kept",)]


def test_a_fresh_database_is_dropped_whoever_is_still_connected_and_whatever_happened(postgres_url: str):
    found: list[str] = []

    def fail() -> None:
        with servers.fresh_database(postgres_url) as url:
            found.append(url)
            left_open.append(psycopg.connect(servers._plain(url)))
            raise LookupError

    left_open: list[psycopg.Connection[tuple[object, ...]]] = []
    with pytest.raises(LookupError):
        fail()
    left_open[0].close()
    name = make_url(found[0]).database
    assert _all(postgres_url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == [(0,)]  # noqa: S608


def test_each_test_has_an_empty_database_of_each_kind(database_url: str):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM pulses")).scalar_one() == 0
        connection.execute(text("INSERT INTO pulses (name, at, about) VALUES ('mine', '2026-11-24 12:00:00', '')"))
    engine.dispose()


test_and_the_next_one_too = test_each_test_has_an_empty_database_of_each_kind


def test_the_broker_takes_messages(redis_url: str):
    with Connection(redis_url) as connection:
        queue = connection.SimpleQueue("test-servers")
        queue.put("word")
        message = queue.get(timeout=5)
        message.ack()
        queue.close()
        assert message.payload == "word"


@here
@as_root
@pytest.mark.parametrize("namespaces", [True, False])
def test_roots_server_is_nobodys_and_ends_with_its_parent(tmp_path: Path, namespaces: bool):
    with parent(SERVER, str(tmp_path / "postgres"), str(namespaces)) as running:
        url = running.said()
        ((data,),) = _all(url, "SHOW data_directory")
        running.process.kill()
        assert len(running.children) > 0
        assert within(10, lambda: all(ended(child) for child in running.children))
    shutil.rmtree(Path(str(data)).parent)  # the killed parent could not


@here
@as_root
def test_the_folder_that_nobody_got_is_cleared_away(tmp_path: Path):
    with servers.postgres_server(tmp_path / "postgres", namespaces=False) as url:
        ((place,),) = _all(url, "SHOW data_directory")
        assert Path(str(place)).stat().st_uid == servers.NOBODY
    assert not Path(str(place)).parent.exists()


@here
def test_a_server_that_cannot_be_made_says_why(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "mine").write_text("kept")
    with pytest.raises(RuntimeError, match="exists but is not empty"), servers.postgres_server(tmp_path):
        pass
    assert (data / "mine").read_text() == "kept"


def test_servers_that_the_environment_names_come_first(tmp_path: Path):
    given = ["postgresql+psycopg://me@127.0.0.1:1/there", "redis://127.0.0.1:1/0"]
    names = ["AGGREGATOR_TEST_POSTGRES_URL", "AGGREGATOR_TEST_REDIS_URL"]
    env = os.environ | dict(zip(names, given, strict=True))
    folder = tmp_path / "untouched"
    done = subprocess.run(
        [sys.executable, "-c", GIVEN, str(folder)], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == given
    assert not folder.exists()


def _session(folder: Path, test: str) -> "subprocess.CompletedProcess[str]":
    """Run a session of the suite with this one test."""
    file = folder / "test_it.py"
    file.write_text(dedent(test))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_", "PYTEST_"))}
    args = [
        "-c",
        str(ROOT / "pyproject.toml"),
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
    ]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *args, "--basetemp", str(folder / "tmp"), str(file)],
        cwd=ROOT,
        env=plain,
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_program_that_outlives_its_session_fails_it_and_is_ended(tmp_path: Path):
    done = _session(
        tmp_path,
        f"""
        import subprocess

        def test_leaves_an_orphan():
            subprocess.run(["/bin/sh", "-c", "sleep 71 & echo $! > {tmp_path}/pid"])
        """,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "sleep 71" in done.stdout
    assert "these programs outlive the tests that started them" in done.stdout
    assert within(5, lambda: ended(int((tmp_path / "pid").read_text())))


def test_the_sessions_servers_do_not_outlive_it(tmp_path: Path):
    done = _session(
        tmp_path,
        f"""
        def test_uses_both(postgres_url, redis_url):
            with open("{tmp_path}/urls", "w") as file:
                file.write(postgres_url + " " + redis_url)
        """,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    postgres, broker = (tmp_path / "urls").read_text().split()
    if "AGGREGATOR_TEST_POSTGRES_URL" not in os.environ:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(servers._plain(postgres), connect_timeout=2)
    if "AGGREGATOR_TEST_REDIS_URL" not in os.environ:
        path = broker.removeprefix("redis+socket://").split("?")[0]
        with pytest.raises(redis.ConnectionError):
            redis.Redis(unix_socket_path=path).ping()
