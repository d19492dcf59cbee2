"""What a feed told last, item by item: enough to know an item again by its bytes, and to see the feed's rhythm."""

import hashlib
import itertools
import sys
from array import array
from collections.abc import Iterable
from datetime import datetime

from aggregator.core.feed import MAX_ITEMS, Told


def item_hash(raw: str | bytes) -> int:
    """Return a signed 64-bit hash of an item as it was sent; white space at its ends does not count."""
    body = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    return int.from_bytes(hashlib.blake2b(body.strip(), digest_size=8).digest(), "little", signed=True)


def told(raw: str | bytes, published: datetime | None) -> Told:
    """Return an item for the memory of its feed."""
    return Told(item_hash(raw), int(published.timestamp()) if published else 0)


def pack(items: Iterable[Told]) -> bytes:
    """Return items as bytes, 16 each: two signed 64-bit numbers, little endian, at most 2,000 items."""
    packed = array("q", itertools.chain.from_iterable(itertools.islice(items, MAX_ITEMS)))
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(packed: bytes | None) -> tuple[Told, ...]:
    """Return the items that `pack` wrote."""
    found = array("q")
    found.frombytes(packed or b"")
    if sys.byteorder == "big":
        found.byteswap()
    return tuple(map(Told._make, zip(found[::2], found[1::2], strict=True)))
