"""Requests: read from a socket within bounds, and remembered for whoever asks what was asked."""

import socket
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_HEAD = 64 * 1024  # bytes
LONGEST_BODY = 64 * 1024
MOST_PATHS = 10_000
KEPT = 1000  # requests remembered of each path


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: method, path and query, headers with names in lower case, body."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


def read(connection: socket.socket) -> Request | None:
    """Return the request that comes, or None when the peer hangs up before its end or sends too much or nonsense."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more or len(data) > LONGEST_HEAD:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, _, target = first.partition(" ")
    length = headers.get("content-length", "0")
    wanted = min(int(length[:9]), LONGEST_BODY) if length.isascii() and length.isdigit() else 0
    while len(body) < wanted and (more := connection.recv(4096)):
        body += more
    try:
        parts = urlsplit(target.partition(" ")[0])
    except ValueError:
        return None
    return Request(method, parts.path or "/", parts.query, headers, body[:wanted])


class Log:
    """The requests so far, by path; it may be used by many threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers: Counter[str] = Counter()
        self._asked: dict[str, deque[Request]] = {}

    def note(self, request: Request) -> int:
        """Remember a request, and return its number among those for its path, from 1."""
        with self._changed:
            if request.path not in self._asked and len(self._asked) >= MOST_PATHS:
                return 1
            self._asked.setdefault(request.path, deque(maxlen=KEPT)).append(request)
            self._numbers[request.path] += 1
            self._changed.notify_all()
            return self._numbers[request.path]

    def of(self, path: str) -> list[Request]:
        """Return the requests for exactly this path, the last `KEPT` of them."""
        with self._changed:
            return list(self._asked.get(path, ()))

    def came(self, path: str, count: int, seconds: float) -> bool:
        """Wait until a path has had so many requests, and return whether that was so in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._numbers[path] >= count, seconds)

    def forget(self, path: str = "") -> None:
        """Forget the requests for this path and for those below it; without a path, all."""
        with self._changed:
            for one in [one for one in self._asked if one == path or one.startswith(f"{path}/")]:
                del self._asked[one], self._numbers[one]
