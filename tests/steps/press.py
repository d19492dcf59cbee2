"""An outlet's web server on loopback, with validators as the standard has them (RFC 9110 section 13)."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ETAG = '"{}"'


@dataclass
class Press:
    """What the server says at each path, and what it was asked: path, If-None-Match and the status it answered."""

    url: str = ""
    pages: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def says(self, path: str, body: str, etag: str = "", status: int = 200) -> None:
        """Let a path answer from now on."""
        self.pages[path] = (status, body, etag)

    def of(self, path: str) -> list[tuple[str, int]]:
        """Return the conditions and statuses of the requests for a path."""
        return [(condition, status) for asked, condition, status in self.asked if asked == path]


@contextlib.contextmanager
def press() -> Iterator[Press]:
    """Run such a server."""
    told = Press()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, etag = told.pages.get(self.path, (404, "nothing here", ""))
            condition = self.headers.get("If-None-Match", "")
            if status == 200 and etag and condition == etag:
                status, body = 304, ""
            told.asked.append((self.path, condition, status))
            self.send_response(status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if etag:
                self.send_header("ETag", etag)
            if status != 304:
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
