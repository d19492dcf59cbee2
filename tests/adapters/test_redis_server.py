"""The bundled server keeps what it acknowledged, owns its folder, and ends with us."""

import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
from kombu import Connection

from aggregator.adapters import redis_server
from aggregator.adapters.redis_server import RedisServer
from aggregator.core.errors import Refused, TryLater
from tests.parents import ended, parent, within

START = """
import sys, time
from pathlib import Path
from aggregator.adapters import redis_server
server = redis_server.start(Path(sys.argv[1]))
try:
    print(server.process.pid, flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted, server", server.process.poll(), flush=True)
time.sleep(60)
"""


@contextmanager
def running(folder: Path, seconds: float = 10.0) -> Iterator[RedisServer]:
    """Run a server, and end it however the test left it."""
    server = redis_server.start(folder, seconds=seconds)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()


@contextmanager
def client(server: RedisServer) -> Iterator[Any]:
    """Talk to a server."""
    with closing(redis.Redis(unix_socket_path=str(server.socket), decode_responses=True)) as talk:
        yield talk


def _answers(server: RedisServer) -> bool:
    with client(server) as talk:
        return bool(talk.ping())


@pytest.mark.parametrize("name", ["data", "with a space", "per%cent & ?query#hash", "zażółć"])
def test_its_address_is_understood_by_the_queue(tmp_path: Path, name: str):
    with (
        running(tmp_path / name) as server,
        Connection(server.url) as connection,
        closing(connection.SimpleQueue("q")) as queue,
    ):
        queue.put({"id": 7})
        message = queue.get(timeout=5)
        message.ack()
        assert message.payload == {"id": 7}
        with client(server) as talk:
            assert talk.exists("_kombu.binding.q"), "on this server, in database 0"


def test_only_its_owner_can_reach_it(tmp_path: Path):
    with running(tmp_path / "data") as server:
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert psutil.Process(server.process.pid).net_connections(kind="inet") == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
        ("maxmemory-policy", "noeviction"),
        ("save", ""),
        ("port", "0"),
        ("daemonize", "no"),
    ],
)
def test_it_loses_nothing_by_its_settings(tmp_path: Path, setting: str, value: str):
    with running(tmp_path) as server, client(server) as talk:
        assert talk.config_get(setting) == {setting: value}
        assert talk.config_get("dir") == {"dir": str(tmp_path.resolve())}


def test_what_has_reached_its_file_survives_a_kill(tmp_path: Path):
    with running(tmp_path) as server, client(server) as talk:
        for number in range(500):
            talk.rpush("queue", number)
        assert talk.waitaof(1, 0, 5000)[0] == 1, "written and synchronised, within everysec's second"
        server.process.kill()
        server.process.wait()
    with running(tmp_path) as server, client(server) as talk:
        assert talk.lrange("queue", 0, -1) == [str(number) for number in range(500)]


def test_what_it_holds_survives_an_orderly_stop(tmp_path: Path):
    with running(tmp_path) as server, client(server) as talk:
        talk.set("key", "value")
        server.stop()
        assert server.process.returncode == 0
        assert not server.socket.exists()
        server.stop()  # twice does no harm
    with running(tmp_path) as server, client(server) as talk:
        assert talk.get("key") == "value"


def test_a_socket_left_by_a_killed_server_is_no_hindrance(tmp_path: Path):
    with running(tmp_path) as server:
        pass
    assert server.socket.is_socket(), "it was killed: nobody cleaned up"
    with running(tmp_path) as server:
        assert _answers(server)


def test_a_folder_has_one_server(tmp_path: Path):
    with running(tmp_path) as server:
        with pytest.raises(Refused, match=r"runs already in .*; stop what uses that folder first"):
            redis_server.start(tmp_path, seconds=0.1)
        assert _answers(server), "the first one goes on"


def test_a_server_that_does_not_answer_keeps_its_folder_too(tmp_path: Path):
    with running(tmp_path) as server:
        server.process.send_signal(signal.SIGSTOP)  # as silent as one that loads a large file
        with pytest.raises(Refused, match="runs already"):
            redis_server.start(tmp_path, seconds=0.1)
        server.process.send_signal(signal.SIGCONT)
        assert _answers(server)


def test_a_server_that_is_about_to_end_is_waited_for(tmp_path: Path):
    with running(tmp_path) as first:
        first.process.terminate()
        with running(tmp_path) as second:
            assert first.process.wait(5) == 0
            assert _answers(second), "its socket was not taken along by the first one"


def test_two_folders_are_two_servers(tmp_path: Path):
    with running(tmp_path / "a") as one, running(tmp_path / "b") as other, client(one) as talk, client(other) as listen:
        talk.set("key", "value")
        assert listen.get("key") is None


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """Give a folder whose path is too long for a socket, and clear up the short one in its stead."""
    folder = tmp_path.resolve() / ("n" * 60) / ("n" * 60)
    folder.mkdir(parents=True)
    yield folder
    short = redis_server._socket(folder).parent
    shutil.rmtree(short)


def test_the_socket_of_a_deep_folder_lies_in_a_short_private_one(deep: Path):
    with running(deep) as server, client(server) as talk:
        talk.set("key", "value")
        assert deep not in server.socket.parents
        assert len(os.fsencode(server.socket)) < 104
        assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
        assert (deep / "appendonlydir").is_dir(), "the data are where they were asked for"
        with pytest.raises(Refused, match="runs already"):
            redis_server.start(deep, seconds=0.1)
    with running(deep) as again, client(again) as talk:
        assert again.socket == server.socket
        assert talk.get("key") == "value"


def test_a_short_folder_that_somebody_laid_out_for_us_is_not_entered(deep: Path, tmp_path: Path):
    short = redis_server._socket(deep).parent
    short.rmdir()
    short.symlink_to(tmp_path)
    try:
        with pytest.raises(Refused, match="belongs to somebody else; choose a data folder with a shorter path"):
            redis_server.start(deep)
    finally:
        short.unlink()


def test_two_deep_folders_have_two_sockets(tmp_path: Path):
    places = [redis_server._socket(tmp_path / ("n" * 100) / name) for name in ("a", "b")]
    try:
        assert places[0] != places[1]
    finally:
        for place in places:
            place.parent.rmdir()


def test_a_folder_that_is_none_is_refused_with_the_reason(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("mine")
    for folder in (file, file / "below"):
        with pytest.raises(Refused, match="give it a writable folder"):
            redis_server.start(folder)
    assert file.read_text() == "mine"


def test_a_server_that_does_not_come_up_says_why(tmp_path: Path):
    with running(tmp_path) as server, client(server) as talk:
        talk.set("key", "value")
    (manifest,) = (tmp_path / "appendonlydir").glob("*.manifest")
    manifest.write_text("not a manifest\n")
    with pytest.raises(TryLater, match=r"did not start in .*[Mm]anifest"):
        redis_server.start(tmp_path)
    assert not any(str(tmp_path) in " ".join(child.cmdline()) for child in psutil.Process().children())


def test_a_server_that_does_not_end_is_ended(tmp_path: Path):
    with running(tmp_path) as server:
        server.process.send_signal(signal.SIGSTOP)
        server.stop(seconds=0.1)
        assert server.process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel ends children with their parent")
def test_a_server_ends_when_its_parent_is_killed_and_its_folder_is_free_at_once(tmp_path: Path):
    with parent(START, str(tmp_path)) as running_parent:
        (server,) = running_parent.children
        running_parent.process.kill()
        with running(tmp_path) as successor:
            assert _answers(successor)
        assert within(5, lambda: ended(server))


def test_a_ctrl_c_does_not_reach_the_server(tmp_path: Path):
    with parent(START, str(tmp_path)) as running_parent:
        os.killpg(running_parent.process.pid, signal.SIGINT)
        assert running_parent.said() == "interrupted, server None"
        (server,) = running_parent.children
        assert os.getsid(server) == server, "no terminal of the parent's is its own, nor its signals"
        assert not ended(server)
