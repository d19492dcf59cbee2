"""The server: it reads one request from each connection, plays the behaviour of its path, and hangs up.

It is made of sockets and threads, since a library for HTTP would correct most of what is wrong on purpose here.
"""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from aggregator.devtools.misbehaving import certificate, index, news
from aggregator.devtools.misbehaving.behaviour import Behaviour
from aggregator.devtools.misbehaving.connections import Connections
from aggregator.devtools.misbehaving.families import BEHAVIOURS
from aggregator.devtools.misbehaving.hub import Hub
from aggregator.devtools.misbehaving.request import Log, Request, read
from aggregator.devtools.misbehaving.talk import HTML, Site, Talk

LONGEST_SECONDS = 50.0  # no behaviour lasts longer
MOST_CONNECTIONS = 256
PATIENCE = 10.0  # seconds for a request to come
_HELLO = b"\x16"  # the first byte of a TLS handshake (RFC 8446 section 5.1)
_TEXT = "text/plain; charset=utf-8"
_BY_PATH = {one.path: one for one in BEHAVIOURS}
_CROSSED = "/http-on-tls-port"


class Server:
    """A running server, as tests see it: its addresses, what was asked of it, and its hub."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.hub = site.hub
        self.connections = Connections()
        self._log = Log()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.site.place.rpartition(":")[2])

    def url(self, path: str = "/") -> str:
        """Return the address of a path, which may be given without its slash: `url("lying-304")`."""
        path = _slashed(path)
        crossed = path in _BY_PATH and _BY_PATH[path].crossed
        scheme = {"http": "https", "https": "http"}[self.site.scheme] if crossed else self.site.scheme
        return f"{scheme}://{self.site.place}{path}"

    def asked(self, path: str) -> list[Request]:
        """Return the requests for exactly this path since the start or the last reset, the last 1,000 of them.

        A TLS handshake on a port without TLS counts as a request for /http-on-tls-port, with the method "TLS".
        """
        return self._log.of(_slashed(path))

    def came(self, path: str, count: int = 1, seconds: float = 20.0) -> bool:
        """Wait until this path has had so many requests, and return whether that was so in time."""
        return self._log.came(_slashed(path), count, seconds)

    def idle(self, seconds: float = 20.0) -> bool:
        """Wait until no connection is being served, and return whether that was so in time."""
        return self.connections.idle(seconds)

    def reset(self, path: str | None = None) -> None:
        """Forget all requests and subscriptions, or the requests for this path and for those below it."""
        if path is None:
            self._log.forget()
            self.hub.reset()
        else:
            self._log.forget(_slashed(path))

    def play(self, connection: socket.socket, request: Request) -> None:
        """Answer one request; raises OSError when the peer hangs up."""
        behaviour, rest = _routed(request.path)
        talk = Talk(connection, request, self._log.note(request), rest, self.site)
        if behaviour is None:
            self._house(talk)
        elif not behaviour.playable():
            _say(talk, f"{behaviour.path} needs the Python package {behaviour.needs}.", "501 Not Implemented")
        elif behaviour.tls and self.site.scheme == "http":
            _say(talk, f"{behaviour.path} needs TLS: start the server with --tls.", "421 Misdirected Request")
        else:
            behaviour.play(talk)

    def play_crossed(self, connection: socket.socket, request: Request) -> None:
        """Answer a request whose scheme is not that of the port."""
        talk = Talk(connection, request, self._log.note(request), "", self.site)
        _BY_PATH[_CROSSED].play(talk)

    def _house(self, talk: Talk) -> None:
        """Answer what belongs to no behaviour."""
        path, method = talk.request.path, talk.request.method
        story = news.article(path)
        if path == "/reset" and method == "POST":
            self.reset(parse_qs(talk.request.query).get("path", [None])[0])
            _say(talk, "Forgotten.")
        elif path == "/":
            talk.answer(index.as_html(), kind=HTML)
        elif path == "/behaviours.json":
            talk.answer(index.as_json().encode(), kind="application/json")
        elif path == "/robots.txt":
            _say(talk, "User-agent: *\nAllow: /")
        elif story is not None:
            talk.answer(story, kind=HTML)
        else:
            _say(talk, f"Nothing is played at this path; {talk.origin}/ lists what is.", "404 Not Found")


def _say(talk: Talk, text: str, status: str = "200 OK") -> None:
    talk.answer(f"{text}\n".encode(), status, _TEXT)


def _slashed(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"


def _routed(path: str) -> tuple[Behaviour | None, str]:
    """Return the behaviour of a path, by its first segment, and what follows that segment."""
    first, _, rest = path.removeprefix("/").partition("/")
    return _BY_PATH.get(f"/{first}"), rest


@contextlib.contextmanager
def serving(
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    tls: bool = False,
    now: datetime | None = None,
    pace: float = 1.0,
    longest: float = LONGEST_SECONDS,
) -> Iterator[Server]:
    """Serve until the end of the block; then every connection is closed and every thread has ended.

    Port 0 takes a free one. `now` (with a zone; by default the time of the start) is what the dates in feeds are
    reckoned from. All pauses are multiplied by `pace`, and no answer lasts longer than `longest` seconds. Raises
    OSError when the port is taken.
    """
    context = certificate.context() if tls else None
    with _Listener((host, port), _Handler) as listener:
        place = f"{host}:{listener.server_address[1]}"
        moment = (now or datetime.now(UTC)).replace(microsecond=0)
        listener.server = Server(Site("https" if tls else "http", place, moment, Hub(), pace, longest))
        listener.context = context
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), name="misbehaving")
        thread.start()
        try:
            yield listener.server
        finally:
            listener.shutdown()
            thread.join()
            listener.server.connections.hang_up()


class _Listener(socketserver.ThreadingTCPServer):
    """Accepts connections, each in a thread of its own; closing waits for them all."""

    allow_reuse_address = True
    daemon_threads = False
    request_queue_size = 128
    server: Server
    context: ssl.SSLContext | None

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ANN401 - as socketserver has it
        """Turn connections away beyond `MOST_CONNECTIONS`."""
        del request, client_address
        return self.server.connections.count() < MOST_CONNECTIONS


class _Handler(socketserver.BaseRequestHandler):
    """Answers one connection."""

    server: _Listener

    def handle(self) -> None:
        """Read a request and play; an OSError means that the peer, the time or the server has ended it."""
        raw: socket.socket = self.request
        raw.settimeout(PATIENCE)
        server, context = self.server.server, self.server.context
        with server.connections.talk(), contextlib.suppress(OSError):
            with server.connections.holding(raw):
                hello = raw.recv(1, socket.MSG_PEEK) == _HELLO
                if hello != (context is not None):
                    _answer_crossed(server, raw, hello=hello)
                    return
            if context is None:
                _answer(server, raw)
            else:
                _answer_encrypted(server, raw, context)


def _answer(server: Server, connection: socket.socket) -> None:
    with server.connections.holding(connection):
        request = read(connection)
        if request is not None:
            server.play(connection, request)


def _answer_encrypted(server: Server, raw: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False) as wrapped:
        with server.connections.holding(wrapped):
            wrapped.do_handshake()
        _answer(server, wrapped)
        wrapped.settimeout(1)
        wrapped.unwrap()


def _answer_crossed(server: Server, raw: socket.socket, *, hello: bool) -> None:
    """Answer in plain HTTP whoever speaks TLS to a plain port, or plain HTTP to a TLS port."""
    if hello:
        raw.recv(64 * 1024)  # what is left unread would turn the end into a reset
    request = Request("TLS", _CROSSED, "", {}) if hello else read(raw)
    if request is not None:
        server.play_crossed(raw, request)
