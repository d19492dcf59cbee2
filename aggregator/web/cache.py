"""Bytes that are rendered when something changes, and kept with their gzip and ETag until it changes again."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

MOST = 500
MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document as it is sent; `names` are the URL keys of what it shows, `blocked` those that takedowns forbade.

    `changed` is when we first had these bytes, to the second; it is `dated` by that only where no other version of the
    document bore the same time, since a reader's If-Modified-Since could not tell the two apart.
    """

    body: bytes
    packed: bytes
    etag: str
    media_type: str
    names: tuple[str, ...]
    blocked: frozenset[tuple[str, int]]
    changed: datetime
    dated: bool = True

    @property
    def size(self) -> int:
        """Return how many bytes it takes to keep."""
        return len(self.body) + len(self.packed) + sum(map(len, self.names))


def rendered(
    body: bytes, media_type: str, now: datetime, names: tuple[str, ...], blocked: frozenset[tuple[str, int]]
) -> Rendered:
    """Return a document with its gzip and its strong ETag (RFC 9110 section 8.8.3)."""
    tag = hashlib.blake2b(body, digest_size=16).hexdigest()
    packed = gzip.compress(body, 6, mtime=0)
    return Rendered(body, packed, tag, media_type, names, blocked, now.replace(microsecond=0))


class Cache:
    """The last documents, each under its address and the state of what it shows; bounded in number and bytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[str, Rendered]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, name: str, state: str, still: Callable[[Rendered], bool], make: Callable[[], Rendered]) -> Rendered:
        """Return the document called `name`, made anew when `state` is another or it is not `still` right."""
        with self._lock:
            found = self._kept.get(name)
            if found:
                self._kept.move_to_end(name)
        if found and found[0] == state and still(found[1]):
            return found[1]
        made = make()
        with self._lock:
            return self._keep(name, state, made)

    def _keep(self, name: str, state: str, made: Rendered) -> Rendered:
        before = self._kept.pop(name, None)
        if before:
            self._bytes -= before[1].size
            made = _following(before[1], made)
        self._kept[name] = (state, made)
        self._bytes += made.size
        while len(self._kept) > MOST or self._bytes > MOST_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1][1].size
        return made


def _following(before: Rendered, made: Rendered) -> Rendered:
    """Return a new version with its time: the old one where not a byte differs, none where the clock did not move."""
    if before.body == made.body:
        return replace(made, changed=before.changed, dated=before.dated)
    return replace(made, dated=made.changed > before.changed)


def respond(request: Request, document: Rendered, max_age: int = 60) -> Response:
    """Return a document, packed where that is understood, or 304 where the reader has it (RFC 9110 section 13.2.2)."""
    packed = takes_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{document.etag}{"-gzip" if packed else ""}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={max_age}", "Vary": "Accept-Encoding"}
    if document.dated:
        headers["Last-Modified"] = format_datetime(document.changed, usegmt=True)
    if _has(request, document, etag):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(document.packed if packed else document.body, headers=headers, media_type=document.media_type)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip: named, or by `*`, and not with a weight of 0 (RFC 9110 12.5.3)."""
    weights: dict[str, bool] = {}
    for each in accepted.lower().split(","):
        coding, _, weight = each.replace(" ", "").partition(";q=")
        weights[coding] = weight.strip("0.") != "" or not weight
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def _has(request: Request, document: Rendered, etag: str) -> bool:
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return asked.strip() == "*" or etag in {each.strip().removeprefix("W/") for each in asked.split(",")}
    since = request.headers.get("if-modified-since")
    try:
        return document.dated and since is not None and parsedate_to_datetime(since) >= document.changed
    except (ValueError, TypeError):
        return False
