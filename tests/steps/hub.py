"""A hub of WebSub on loopback, that keeps to the Recommendation or lies, as it is told."""

import contextlib
import hashlib
import hmac
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHALLENGE = "a challenge of this hub"

Form = Mapping[str, str]


@dataclass
class Hub:
    """What the hub was asked, how it behaves, and what it was told at callbacks."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 202
    says: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    verifies: bool = True
    lies: Mapping[str, str] = field(default_factory=dict)  # parameters of its questions that it makes up
    heard: list[tuple[int, str]] = field(default_factory=list)  # what callbacks answered to questions

    def ask(self, form: Form, **lies: str) -> tuple[int, str]:
        """Ask a callback whether it means it; returns its status and body."""
        told = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": CHALLENGE,
            "hub.lease_seconds": form.get("hub.lease_seconds", ""),
        }
        named = {f"hub.{name}": value for name, value in (dict(self.lies) | lies).items()}
        query = urllib.parse.urlencode({name: value for name, value in (told | named).items() if value})
        return sent(urllib.request.Request(f"{form['hub.callback']}?{query}"))

    def distribute(self, form: Form, body: bytes, signature: str | None = "sha256", secret: str = "") -> int:
        """Send content to a callback, signed by that method (as it is when it has a `=`); returns the status."""
        headers = {"Content-Type": "application/rss+xml", "Link": f'<{self.url}>; rel="hub"'}
        if signature is not None:
            headers["X-Hub-Signature"] = (
                signature if "=" in signature else sign(signature, secret or form["hub.secret"], body)
            )
        return sent(urllib.request.Request(form["hub.callback"], data=body, headers=headers))[0]


def sign(method: str, secret: str, body: bytes) -> str:
    """Return the value of X-Hub-Signature."""
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


def sent(request: urllib.request.Request) -> tuple[int, str]:
    """Return status and body of an answer, errors included."""
    try:
        with urllib.request.urlopen(request, timeout=10) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            assert self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
            pairs = urllib.parse.parse_qsl(self.rfile.read(size).decode(), strict_parsing=True)
            form = dict(pairs)
            assert len(form) == len(pairs)
            hub.asked.append(form)
            if hub.verifies:
                hub.heard.append(hub.ask(form))
            self.send_response(hub.status)
            for name, value in hub.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(hub.says)))
            self.end_headers()
            self.wfile.write(hub.says.encode())

        log_message: Callable[..., None] = lambda *_: None

    return Handler


@contextlib.contextmanager
def running() -> Iterator[Hub]:
    """Run a hub until the end of the block."""
    hub = Hub()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub)) as server:
        hub.url = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
