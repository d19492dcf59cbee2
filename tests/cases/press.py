"""All outlets of a town on one real web server on loopback: they are told apart by the host that is asked for."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Said:
    """What the server says at an address."""

    body: bytes
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    location: str = ""


@dataclass
class Press:
    """What is said at each address (host, path and query), and at which addresses it was asked."""

    port: int = 0
    pages: dict[str, Said] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def says(self, url: str, said: Said) -> None:
        """Let an address answer from now on, over http and https alike."""
        self.pages[_place(url)] = said

    def falls_silent(self, url: str) -> None:
        """Let an address be unknown from now on."""
        self.pages.pop(_place(url), None)


def _place(url: str) -> str:
    return url.partition("://")[2].partition("#")[0]


@contextlib.contextmanager
def press() -> Iterator[Press]:
    """Run the server."""
    told = Press()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            place = f"{self.headers.get('Host', '').lower()}{self.path}"
            told.asked.append(place)
            said = told.pages.get(place, Said(b"nothing here", 404, "text/plain"))
            etag = f'"{hashlib.sha256(said.body).hexdigest()[:16]}"'
            same = said.status == 200 and self.headers.get("If-None-Match", "") == etag
            self.send_response(304 if same else said.status)
            self.send_header("ETag", etag)
            if said.location:
                self.send_header("Location", said.location)
            if not same:
                self.send_header("Content-Type", said.kind)
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            if not same:
                self.wfile.write(said.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    told.port = server.server_address[1]
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
