"""An outlet on this machine that the command may ask over a real socket: paths, answers, and what came."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Given = tuple[int, dict[str, str], bytes]


@dataclass
class Outlet:
    """A running outlet; `answers` by path, and the requests that came: path and headers, names in lower case."""

    url: str = ""
    answers: dict[str, Given] = field(default_factory=dict)
    came: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def says(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> str:
        """Let a path answer; `{url}` in text becomes the outlet's address. Returns the whole address."""
        raw = body.replace("{url}", self.url).encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value.replace("{url}", self.url) for name, value in headers.items()}
        self.answers[path] = (status, named, raw)
        return f"{self.url}{path}"

    @property
    def paths(self) -> list[str]:
        """Return what was asked, in order."""
        return [path for path, _ in self.came]


@contextmanager
def running() -> Iterator[Outlet]:
    """Run an outlet that answers 304 where its ETag comes back, and 404 for what nobody has spoken of."""
    outlet = Outlet()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            outlet.came.append((self.path, headers))
            status, named, body = outlet.answers.get(self.path, (404, {}, b""))
            if status == 200 and headers.get("if-none-match") == named.get("ETag", "-"):
                status, body = 304, b""
            self.send_response(status)
            for name, value in {**named, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        outlet.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield outlet
        server.shutdown()
