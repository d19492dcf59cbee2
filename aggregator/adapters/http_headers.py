"""Headers: from values to a request's head, and from an answer's bytes to text that can be stored."""

import re
import string
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

JOINED = {"link", "cache-control", "vary", "x-robots-tag", "content-usage"}  # headers that are lists
UNTRUE = {b"content-encoding", b"transfer-encoding", b"content-length"}  # of the body once it is decoded
MOST_KNOWN = 64  # bytes of a header's name that is remembered

Pairs = Iterable[tuple[bytes, bytes]]  # names and values as they came, in order


def written(first: str, always: str, headers: Iterable[tuple[str, str]], body: str) -> bytes:
    """Return a request: its first line, headers that are `lines` already, the others but for empty ones, and its body.

    No value can end its line: what an answer said once is sent back in the next request.
    """
    return f"{first}\r\n{always}{lines(headers)}\r\n{body}".encode("utf-8", "surrogateescape")


def lines(headers: Iterable[tuple[str, str]]) -> str:
    """Return headers as they are sent, but for empty ones."""
    return "".join([f"{name}: {line(value)}\r\n" for name, value in headers if value])


def line(value: str) -> str:
    """Return text without control characters, which is one line then (RFC 9110 section 5.5)."""
    return value if value.isprintable() else re.sub(r"[\x00-\x1f\x7f]", " ", value)


def text(value: bytes) -> str:
    """Return a header as text that can be stored: without stray bytes and control characters."""
    return line(value.decode("utf-8", "replace"))


def target(value: bytes) -> str:
    """Return a Location, its bytes beyond ASCII percent-encoded as they came."""
    return quote(value, safe=string.printable)


def kept(pairs: Pairs, length: int) -> tuple[tuple[str, str], ...]:
    """Return headers as they came, but for those that decoding a body to `length` bytes has made untrue."""
    true = [(text(name), text(value)) for name, value in pairs if name.lower() not in UNTRUE]
    return (*true, ("Content-Length", str(length)))


def named(pairs: Pairs, length: int) -> dict[str, str]:
    """Return the same by name in lower case; one that came several times is one list (RFC 9110 section 5.3)."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key = _known_key(name) if len(name) <= MOST_KNOWN else _key(name)
        if key:
            told = text(value)
            found[key] = f"{found[key]}, {told}" if key in JOINED and key in found else told
    found["content-length"] = str(length)
    return found


def _key(name: bytes) -> str:
    """Return a header's name as it is kept, '' for one that is not."""
    lower = name.lower()
    return "" if lower in UNTRUE else text(lower)


_known_key = lru_cache(1024)(_key)  # all servers send the same few


def cookies(pairs: Pairs) -> list[str]:
    """Return the values of Set-Cookie."""
    return [value.decode("utf-8", "surrogateescape") for name, value in pairs if name.lower() == b"set-cookie"]
