"""A server on loopback that answers each path by writing whatever it likes to the socket."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

Behave = Callable[[socket.socket], None]

LONGEST_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: path, headers in lower case, when it began (monotonic seconds)."""

    path: str
    headers: Mapping[str, str]
    at: float


@dataclass(slots=True)
class Server:
    """What was asked of the server so far."""

    port: int
    paths: Mapping[str, Behave]
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Return the address of a path, under any name of this machine."""
        return f"{scheme}://{host}:{self.port}{path}"

    def answer(self, connection: socket.socket) -> None:
        """Read one request, behave as its path says, and hang up."""
        with contextlib.suppress(OSError):
            asked = _read(connection)
            if asked is not None:
                self.asked.append(asked)
                self.paths.get(asked.path, NOT_FOUND)(connection)


def _read(connection: socket.socket) -> Asked | None:
    """Return the request that comes, or None when the other side hangs up before its end."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < LONGEST_HEAD:
        more = connection.recv(4096)
        if not more:
            return None
        head += more
    first, *lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return Asked(first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs}, time.monotonic())


@contextlib.contextmanager
def serving(paths: Mapping[str, Behave], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve until the end of the block; then every connection is closed and every thread has ended."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        listener.settimeout(0.05)
        server = Server(listener.getsockname()[1], paths)
        stop = threading.Event()
        main = threading.Thread(target=_accept, args=(listener, server, stop, tls))
        main.start()
        try:
            yield server
        finally:
            stop.set()
            main.join()


def _accept(listener: socket.socket, server: Server, stop: threading.Event, tls: ssl.SSLContext | None) -> None:
    talks: list[tuple[threading.Thread, socket.socket]] = []
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            connection, _ = listener.accept()
            connection.settimeout(5)
            thread = threading.Thread(target=_talk, args=(connection, server, tls))
            talks.append((thread, connection))
            thread.start()
    for thread, connection in talks:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        thread.join()


def _talk(connection: socket.socket, server: Server, tls: ssl.SSLContext | None) -> None:
    with connection:
        if tls is None:
            server.answer(connection)
            return
        with contextlib.suppress(OSError), tls.wrap_socket(connection, server_side=True) as wrapped:
            server.answer(wrapped)


def raw(data: bytes) -> Behave:
    """Write exactly these bytes, and hang up."""
    return lambda connection: connection.sendall(data)


def says(status: str = "200 OK", body: bytes = b"", **headers: str) -> Behave:
    """Write a well-formed answer; underscores in names of headers stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in ({"Content-Length": str(len(body))} | named).items())
    return raw(f"HTTP/1.1 {status}\r\n{lines}Connection: close\r\n\r\n".encode() + body)


def leads(target: str, status: str = "302 Found") -> Behave:
    """Redirect to `target`."""
    return says(status, Location=target)


def endless(head: bytes, piece: bytes) -> Behave:
    """Write the head, then the piece again and again until the other side hangs up."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave


def drips(head: bytes, every: float) -> Behave:
    """Write the head, then one byte at a time, until the other side hangs up."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.settimeout(every)
        for _ in range(1000):
            connection.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    return

    return behave


class Turns:
    """Behaves once in each way, in order, and for ever in the last."""

    def __init__(self, *ways: Behave) -> None:
        self._ways = list(ways)

    def __call__(self, connection: socket.socket) -> None:
        """Behave in the way whose turn it is."""
        way = self._ways.pop(0) if len(self._ways) > 1 else self._ways[0]
        way(connection)


class Crowd:
    """Answers after lingering a little, and knows how many were kept waiting at once at most."""

    def __init__(self, linger: float) -> None:
        self.most = 0
        self._linger = linger
        self._here = 0
        self._lock = threading.Lock()

    def __call__(self, connection: socket.socket) -> None:
        """Keep one request waiting, then answer it."""
        self._count(1)
        threading.Event().wait(self._linger)
        self._count(-1)
        says(body=b"ok")(connection)

    def _count(self, change: int) -> None:
        with self._lock:
            self._here += change
            self.most = max(self.most, self._here)


NOT_FOUND = says("404 Not Found", b"nothing here")
