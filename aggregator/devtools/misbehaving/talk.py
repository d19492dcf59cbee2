"""One request and the socket to answer it on, with everything that an answer can be made of."""

import contextlib
import re
import socket
import struct
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.news import Story
from aggregator.devtools.misbehaving.request import Request

if TYPE_CHECKING:
    from aggregator.devtools.misbehaving.hub import Hub

PIECE = 64 * 1024
RSS = "application/rss+xml"
HTML = "text/html; charset=utf-8"
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Site:
    """What the server tells a behaviour: its scheme, its "host:port", the time of its start, its hub."""

    scheme: str
    place: str
    now: datetime
    hub: "Hub"
    pace: float = 1.0  # all pauses are multiplied by it
    longest: float = 50.0  # seconds that an answer may last


class Talk:
    """One request, and the ways to answer it.

    `number` says how many requests this path has had since the start or the last reset, this one included, so that
    a behaviour can depend on how often it was asked. Every method that writes or waits raises OSError when the peer
    hangs up, when the server stops, or when `site.longest` seconds are over; a behaviour lets that pass, and so ends.
    """

    def __init__(self, connection: socket.socket, request: Request, number: int, rest: str, site: Site) -> None:
        self.connection = connection
        self.request = request
        self.number = number
        self.rest = rest  # what follows the behaviour's own path: "3" for /chain-9/3
        self.now = site.now
        self._pace = site.pace
        self.hub = site.hub
        host = request.headers.get("host", "")
        self.host = host if _HOST.fullmatch(host) else site.place
        self.origin = f"{site.scheme}://{self.host}"
        self._ends = time.monotonic() + site.longest

    def send(self, data: bytes) -> None:
        """Write exactly these bytes."""
        for start in range(0, len(data), PIECE):
            self.connection.settimeout(self._left())
            self.connection.sendall(data[start : start + PIECE])

    def wait(self, seconds: float) -> None:
        """Wait (times the pace), but not longer than the peer stays; bytes that it sends meanwhile are dropped."""
        until = time.monotonic() + seconds * self._pace
        while (left := until - time.monotonic()) > 0:
            self.connection.settimeout(min(left, self._left()))
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(PIECE):
                    raise ConnectionAbortedError("the peer has hung up")
        self._left()

    def _left(self) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise ConnectionAbortedError("the time of this answer is over")
        return left

    def reset(self) -> None:
        """Break the connection off with a TCP reset instead of an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def answer(
        self,
        body: bytes = b"",
        status: str = "200 OK",
        kind: str = RSS,
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        """Write an HTTP/1.1 answer that is well formed unless `headers` or `length` (of the body) say otherwise."""
        told = {"Content-Type": kind} if kind else {}
        told |= {"Content-Length": str(len(body) if length is None else length)} | dict(headers or {})
        self.send(head(status, told) + (b"" if self.request.method == "HEAD" else body))

    def stream(self, headers: Mapping[str, str] | None = None, kind: str = RSS) -> None:
        """Write the head of a 200 answer whose end is the end of the connection."""
        self.send(head("200 OK", {"Content-Type": kind} | dict(headers or {})))

    def feed(self, headers: Mapping[str, str] | None = None, stories: Sequence[Story] | None = None) -> None:
        """Answer 200 with an RSS feed of these stories, or of the usual ones."""
        self.answer(self.rss(stories), headers=headers)

    def page(self, text: str, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> None:
        """Answer with an HTML page that has this body."""
        self.answer(news.page("Harbour Sound Courier", text), status, HTML, headers)

    def leads(self, target: str, status: str = "302 Found", headers: Mapping[str, str] | None = None) -> None:
        """Answer with a redirect to `target`, written as it is."""
        self.answer(b"", status, "", {"Location": target} | dict(headers or {}))

    def stories(self, count: int = 8, first: int = 0) -> list[Story]:
        """Return invented stories, the newest first; `first` leaves out so many of the newest."""
        return news.stories(self.origin, self.now, count, first)

    def rss(self, stories: Sequence[Story] | None = None, channel: str = "", attributes: str = "") -> bytes:
        """Return an RSS 2.0 feed; `channel` is markup of its own, `attributes` go to the root element."""
        return news.rss(self.stories() if stories is None else stories, self.origin, channel, attributes)

    def has(self, etag: str = "", modified: str = "") -> bool:
        """Whether the request names one of these validators, byte for byte (RFC 9110 section 13.1)."""
        told = self.request.headers
        if "if-none-match" in told:
            return bool(etag) and etag in (part.strip() for part in told["if-none-match"].split(","))
        return bool(modified) and told.get("if-modified-since") == modified

    def conditional(self) -> bool:
        """Whether the request is conditional at all."""
        return bool({"if-none-match", "if-modified-since"} & self.request.headers.keys())

    def unmodified(self, headers: Mapping[str, str] | None = None) -> None:
        """Answer 304 Not Modified."""
        self.send(head("304 Not Modified", dict(headers or {})))


def head(status: str, headers: Mapping[str, str] | Iterable[tuple[str, str]], version: str = "HTTP/1.1") -> bytes:
    """Return a status line and headers as they go over the wire, to be followed by a body."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    return f"{version} {status}\r\n{lines}Connection: close\r\n\r\n".encode()


def etag(body: bytes) -> str:
    """Return the strong entity tag of a body, in its quotes."""
    return f'"{sha256(body).hexdigest()[:16]}"'


def http_date(moment: datetime) -> str:
    """Return a time as HTTP writes it (RFC 9110 section 5.6.7)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)
