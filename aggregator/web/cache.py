"""Bytes that are rendered when something changes, and kept with their gzip and ETag until it changes again."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

MOST = 500


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document as it is sent."""

    body: bytes
    packed: bytes
    etag: str
    media_type: str
    changed: datetime


def rendered(body: bytes, media_type: str, changed: datetime) -> Rendered:
    """Return a document with its gzip and its strong ETag (RFC 9110 section 8.8.3)."""
    tag = hashlib.blake2b(body, digest_size=16).hexdigest()
    return Rendered(body, gzip.compress(body, 6, mtime=0), tag, media_type, changed)


class Cache:
    """The last documents, each under its address and the state of what it shows."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, Rendered]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str, state: str, make: Callable[[], Rendered]) -> Rendered:
        """Return the document called `name`, made anew when `state` is another than when it was kept."""
        with self._lock:
            found = self._kept.get(name)
            if found and found[0] == state:
                self._kept.move_to_end(name)
                return found[1]
        made = make()
        with self._lock:
            self._kept[name] = (state, made)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made


def respond(request: Request, document: Rendered, max_age: int = 60) -> Response:
    """Return a document, packed where that is understood, or 304 where the reader has it (RFC 9110 section 13.2.2)."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{document.etag}{"-gzip" if packed else ""}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(document.changed, usegmt=True),
        "Cache-Control": f"public, max-age={max_age}",
        "Vary": "Accept-Encoding",
    }
    if _has(request, document, etag):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(document.packed if packed else document.body, headers=headers, media_type=document.media_type)


def _has(request: Request, document: Rendered, etag: str) -> bool:
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return asked.strip() == "*" or etag in {each.strip().removeprefix("W/") for each in asked.split(",")}
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and parsedate_to_datetime(since) >= document.changed.replace(microsecond=0)
    except (ValueError, TypeError):
        return False
