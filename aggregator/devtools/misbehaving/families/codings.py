"""Content codings: bombs, lies and mistakes (RFC 9110 section 8.4)."""

import functools
import gzip
import importlib
import zlib
from collections.abc import Iterator

import zstandard

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.talk import Talk

plays = family("bodies")

MIB = 1024 * 1024
BOMB = 1024  # MiB that a bomb unpacks to
BROTLI_BOMB = 256  # MiB; brotli takes longer to pack
_BOMB_FEED = "http://bomb.example"
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # RFC 1952 section 2.3


def _coded(talk: Talk, coding: str, body: bytes) -> None:
    talk.answer(body, headers={"Content-Encoding": coding, "Vary": "Accept-Encoding"})


def _bomb_parts(mib: int) -> Iterator[bytes]:
    """Give a feed in pieces, with so many MiB of spaces before its end."""
    start, end, tail = news.rss([], _BOMB_FEED).partition(b"</channel>")
    yield start
    spaces = b" " * MIB
    for _ in range(mib):
        yield spaces
    yield end + tail


@functools.cache
def _gzip_bomb() -> bytes:
    """One gzip member: a block that unpacks to a MiB of spaces, repeated, which is quicker than packing them all."""
    start, *spaces, tail = _bomb_parts(BOMB)
    crc = zlib.crc32(start)
    size = len(start) + len(tail) + BOMB * MIB
    for piece in spaces:
        crc = zlib.crc32(piece, crc)
    blocks = _deflated(start) + _deflated(spaces[0]) * BOMB + _deflated(tail, zlib.Z_FINISH)
    ends = zlib.crc32(tail, crc).to_bytes(4, "little") + (size % 2**32).to_bytes(4, "little")
    return _GZIP_HEAD + blocks + ends


def _deflated(data: bytes, flush: int = zlib.Z_FULL_FLUSH) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(flush)


@functools.cache
def _zstd_bomb() -> bytes:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join([*map(packer.compress, _bomb_parts(BOMB)), packer.flush()])


@functools.cache
def _brotli_bomb() -> bytes:
    packer = importlib.import_module("brotli").Compressor(quality=1)
    return b"".join([*map(packer.process, _bomb_parts(BROTLI_BOMB)), packer.finish()])


@plays("/gzip-bomb", "Counts the bytes that come out of the decoder, and stops at its limit.")
def gzip_bomb(talk: Talk) -> None:
    """Serves about 1 MiB of gzip that unpacks to 1 GiB."""
    _coded(talk, "gzip", _gzip_bomb())


@plays("/zstd-bomb", "Counts the bytes that come out of the decoder, and stops at its limit.")
def zstd_bomb(talk: Talk) -> None:
    """Serves less than 1 MiB of zstd that unpacks to 1 GiB, asked for or not."""
    _coded(talk, "zstd", _zstd_bomb())


@plays("/brotli-bomb", "Counts the bytes that come out of the decoder, and stops at its limit.", needs="brotli")
def brotli_bomb(talk: Talk) -> None:
    """Serves less than 1 MiB of brotli that unpacks to 256 MiB, asked for or not."""
    _coded(talk, "br", _brotli_bomb())


@plays("/gzip", "Decodes it; it need not have asked.")
def good_gzip(talk: Talk) -> None:
    """Serves the feed in gzip, well, whether the request accepts gzip or not."""
    _coded(talk, "gzip", gzip.compress(talk.rss(), mtime=0))


@plays("/double-gzip", "Decodes once, and either again, with bounds, or fails with a clear error.")
def double_gzip(talk: Talk) -> None:
    """Packs the feed with gzip twice, and says so once."""
    _coded(talk, "gzip", gzip.compress(gzip.compress(talk.rss(), mtime=0), mtime=0))


@plays("/two-codings", "Decodes in the reverse order, at most a few times, or refuses with a clear error.")
def two_codings(talk: Talk) -> None:
    """Packs the feed with gzip twice, and says so: Content-Encoding: gzip, gzip."""
    _coded(talk, "gzip, gzip", gzip.compress(gzip.compress(talk.rss(), mtime=0), mtime=0))


@plays("/false-gzip", "Reads the plain body, which begins with no gzip magic, or fails with a clear error.")
def false_gzip(talk: Talk) -> None:
    """Serves the plain feed under Content-Encoding: gzip."""
    _coded(talk, "gzip", talk.rss())


@plays("/silent-gzip", "Knows gzip by its first bytes, or fails with a clear error.")
def silent_gzip(talk: Talk) -> None:
    """Serves the feed in gzip without Content-Encoding."""
    talk.answer(gzip.compress(talk.rss(), mtime=0))


@plays("/cut-gzip", "Takes the items before the cut, or none; marks the answer as broken.")
def cut_gzip(talk: Talk) -> None:
    """Serves the first half of a gzip stream, with a Content-Length that fits."""
    packed = gzip.compress(talk.rss(), mtime=0)
    _coded(talk, "gzip", packed[: len(packed) // 2])


@plays("/gzip-tail", "Reads the feed, and ignores what follows the end of the stream.")
def gzip_tail(talk: Talk) -> None:
    """Serves a good gzip stream followed by bytes that belong to nothing."""
    _coded(talk, "gzip", gzip.compress(talk.rss(), mtime=0) + b"\x00garbage after the end")


@plays("/raw-deflate", "Reads deflate with and without the zlib wrapper.")
def raw_deflate(talk: Talk) -> None:
    """Serves raw deflate under Content-Encoding: deflate, which means zlib (RFC 9110 section 8.4.1.2)."""
    _coded(talk, "deflate", _deflated(talk.rss(), zlib.Z_FINISH))


@plays("/false-deflate", "Reads the plain body or fails with a clear error.")
def false_deflate(talk: Talk) -> None:
    """Serves the plain feed under Content-Encoding: deflate."""
    _coded(talk, "deflate", talk.rss())


@plays("/unknown-coding", "Fails with an error that names the coding; parses no packed bytes.")
def unknown_coding(talk: Talk) -> None:
    """Serves bytes under Content-Encoding: sardine, which nobody knows."""
    _coded(talk, "sardine", bytes(byte ^ 0x5A for byte in talk.rss()))


@plays("/coding-utf-8", "Reads the body as it is: an encoding of characters is no coding.")
def coding_utf_8(talk: Talk) -> None:
    """Serves the plain feed under Content-Encoding: UTF-8, a mistake often seen."""
    _coded(talk, "UTF-8", talk.rss())
