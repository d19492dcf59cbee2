"""Content codings (RFC 9110 section 8.4.1) undone while the body comes in, a bounded part at a time."""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli
import zstandard

from aggregator.core.errors import TryLater, Unreadable
from aggregator.core.feed import Trouble

CODINGS = "gzip, deflate, br, zstd"
CHUNK = 64 * 1024


class _Coding(Protocol):
    """Undoes one content coding, a bounded part at a time."""

    def parts(self, data: bytes) -> Iterator[bytes]:
        """Give what `data`, which continues what was given before, stands for."""
        ...

    def whole(self) -> bool:
        """Whether what was given so far may end here."""
        ...


class _Plain:
    def parts(self, data: bytes) -> Iterator[bytes]:
        yield data

    def whole(self) -> bool:
        return True


class _Inflater:
    """gzip with all its members (RFC 1952 section 2.2), or deflate: as RFC 1950 has it, or bare (RFC 1951)."""

    MAGIC = b"\x1f\x8b"

    def __init__(self, *, gzipped: bool) -> None:
        self._gzipped = gzipped
        self._inner: zlib._Decompress | None = None
        self._held = b""
        self._ended = False

    def parts(self, data: bytes) -> Iterator[bytes]:
        rest, self._held = self._held + data, b""
        while rest:
            if self._inner is None and len(rest) < len(self.MAGIC):
                self._held = rest
                return
            if self._inner is None and self._ended and not (self._gzipped and rest.startswith(self.MAGIC)):
                return  # padding, as some servers send it
            inner = self._inner = self._inner or zlib.decompressobj(self._bits(rest))
            part = inner.decompress(rest, CHUNK)
            yield part
            while len(part) == CHUNK and not inner.unconsumed_tail and not inner.eof:
                part = inner.decompress(b"", CHUNK)  # what it still holds back
                yield part
            rest = inner.unconsumed_tail
            if inner.eof:
                rest, self._inner, self._ended = inner.unused_data, None, True

    def whole(self) -> bool:
        return self._inner is None and (self._ended or not self._held)

    def _bits(self, start: bytes) -> int:
        """Return zlib's word for the wrapping: gzip, its own, or none (RFC 1950 section 2.2 has the check)."""
        if self._gzipped:
            return 31
        return 15 if start[0] & 15 == 8 and int.from_bytes(start[:2]) % 31 == 0 else -15  # noqa: PLR2004


class _Unzstd:
    """Zstandard with all its frames; the window is bounded as RFC 9659 has it."""

    SMALL = 64  # compressed bytes at a time, so that even a bomb unfolds a little at a time

    def __init__(self) -> None:
        self._inner: zstandard.ZstdDecompressionObj | None = None

    def parts(self, data: bytes) -> Iterator[bytes]:
        for place in range(0, len(data), self.SMALL):
            rest = data[place : place + self.SMALL]
            while rest:
                inner = self._inner = self._inner or _frame()
                yield inner.decompress(rest)
                rest = inner.unused_data if inner.eof else b""
                self._inner = None if inner.eof else inner

    def whole(self) -> bool:
        return self._inner is None


class _Unbrotli:
    """Brotli (RFC 7932); its window is 16 MiB at most."""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()
        self._begun = False

    def parts(self, data: bytes) -> Iterator[bytes]:
        self._begun = self._begun or bool(data)
        if self._inner.is_finished():
            return  # whatever comes after the end stands for nothing
        part = self._inner.process(data, output_buffer_limit=CHUNK)
        yield part
        while not self._inner.can_accept_more_data() and not self._inner.is_finished():
            part = self._inner.process(b"", output_buffer_limit=CHUNK)
            yield part

    def whole(self) -> bool:
        return self._inner.is_finished() or not self._begun


def _frame() -> "zstandard.ZstdDecompressionObj":
    return zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).decompressobj(write_size=CHUNK)


def _coding(coding: str, url: str) -> _Coding:
    match coding:
        case "" | "identity" | "none" | "utf-8":  # the last two are mistakes, but plain ones
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return _Inflater(gzipped=coding != "deflate")
        case "br":
            return _Unbrotli()
        case "zstd":
            return _Unzstd()
    raise Unreadable(
        f"{url} is coded as {coding[:40]!r}, which was not asked for; {CODINGS} are understood", Trouble.BROKEN
    )


class Body:
    """A body that comes in, decoded and counted as it comes: at most `most` bytes of `url` once decoded.

    With `cut`, the first `most` bytes of what is larger. `coding` is a Content-Encoding in lower case.
    """

    def __init__(self, coding: str, url: str, most: int, *, cut: bool = False) -> None:
        """Begin; Unreadable for a coding that was not asked for."""
        self._undo = _coding(coding, url)
        self._name = coding
        self._url = url
        self._most = most
        self._cut = cut
        self._read = 0
        self._body = bytearray()

    def take(self, data: bytes) -> bool:
        """Take a piece as it came; whether more is wanted. Unreadable for what is too large or cannot be decoded."""
        self._read += len(data)
        body, most = self._body, self._most
        try:
            for part in self._undo.parts(data):
                body += part
                if len(body) > most:
                    break
        except (zlib.error, zstandard.ZstdError, brotli.error) as error:
            raise Unreadable(f"{self._url} cannot be decoded as {self._name}: {error}", Trouble.BROKEN) from error
        if not self._too_large():
            return True
        if not self._cut:
            raise Unreadable(f"{self._url} is larger than {most} bytes", Trouble.TOO_LARGE)
        return False

    def whole(self) -> bytes:
        """Return all that came, decoded; TryLater when it may not end here."""
        if self._too_large():
            return bytes(self._body[: self._most])
        if not self._undo.whole():
            raise TryLater(f"{self._url} broke off within what it coded as {self._name}", trouble=Trouble.BROKEN)
        return bytes(self._body)

    def _too_large(self) -> bool:
        """Whether there is too much of it; codings add a little, and what stands for nothing may not go on for ever."""
        return len(self._body) > self._most or self._read > self._most + CHUNK
