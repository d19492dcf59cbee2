"""Pictures that need no photographer: a PNG of two colours that follow from a name."""

import zlib
from functools import cache
from hashlib import sha256
from struct import pack

WIDTH, HEIGHT = 640, 360
_RGB = 2  # the colour type of PNG for three samples a pixel


@cache
def png(name: str) -> bytes:
    """Return a PNG of 640 by 360 pixels that runs from one colour at the top to another at the bottom."""
    digest = sha256(name.encode()).digest()
    rows = b"".join(b"\0" + _blend(digest[:3], digest[3:6], row) * WIDTH for row in range(HEIGHT))
    header = pack(">IIBBBBB", WIDTH, HEIGHT, 8, _RGB, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _blend(top: bytes, bottom: bytes, row: int) -> bytes:
    return bytes((above * (HEIGHT - row) + below * row) // HEIGHT for above, below in zip(top, bottom, strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))
