"""Headers: from values to a request's head, and from an answer's bytes to text that can be stored."""

import re
import string
from collections.abc import Iterable
from urllib.parse import quote

JOINED = {"link", "cache-control", "vary", "x-robots-tag", "content-usage"}  # headers that are lists
UNTRUE = {b"content-encoding", b"transfer-encoding", b"content-length"}  # of the body once it is decoded

Pairs = Iterable[tuple[bytes, bytes]]  # names and values as they came, in order


def written(first: str, headers: Iterable[tuple[str, str]], body: str) -> bytes:
    """Return a request: its first line, its headers but for empty ones, and its body.

    No value can end its line: what an answer said once is sent back in the next request.
    """
    lines = [f"{name}: {line(value)}" for name, value in headers if value]
    return "\r\n".join([first, *lines, "", body]).encode("utf-8", "surrogateescape")


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
        lower = name.lower()
        if lower not in UNTRUE:
            key, told = text(lower), text(value)
            found[key] = f"{found[key]}, {told}" if key in JOINED and key in found else told
    found["content-length"] = str(length)
    return found


def cookies(pairs: Pairs) -> list[str]:
    """Return the values of Set-Cookie."""
    return [value.decode("utf-8", "surrogateescape") for name, value in pairs if name.lower() == b"set-cookie"]
