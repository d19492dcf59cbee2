"""Whatever tells of articles: RSS, RDF, Atom, JSON Feed, sitemaps and lists of feeds, told apart by their bytes."""

import zlib
from collections.abc import Mapping
from datetime import datetime

from aggregator.adapters import feed_reader, json_feed, opml_list, sitemap
from aggregator.adapters.feed_items import NOTHING
from aggregator.core.errors import Unreadable
from aggregator.core.feed import FeedDocument
from aggregator.core.page import MAX_FEED_BYTES

GZIPPED = b"\x1f\x8b"
HEAD = 2_000  # bytes by which a kind is known


def read(
    body: bytes, *, url: str, content_type: str, charset: str, now: datetime, known: Mapping[int, int] = NOTHING
) -> FeedDocument:
    """Return what `body` tells; `known` are the items (hash to date) that it told before in the same bytes.

    A file may come packed with gzip, as sitemaps do. Raises Unreadable when it is nothing of the kind.
    """
    if sitemap.is_sitemap(body if body.startswith(GZIPPED) else body[:HEAD]):
        return sitemap.read(body, url=url, now=now, known=known)
    if body.startswith(GZIPPED):
        body = _unpacked(body, url)
    head = body[:HEAD]
    if json_feed.is_json(body, content_type):
        return json_feed.read(body, url=url, charset=charset, now=now, known=known)
    if opml_list.is_opml(head):
        found = opml_list.read(body, url=url)
        if not found.children:  # a list that was cut short must not end all that it used to name
            raise Unreadable(f"{url} is an OPML list that names no feed")
        return found
    return feed_reader.read(body, url=url, content_type=content_type, charset=charset, now=now, known=known)


def _unpacked(body: bytes, url: str) -> bytes:
    inner = zlib.decompressobj(31)
    try:
        found = inner.decompress(body, MAX_FEED_BYTES + 1)
    except zlib.error as error:
        raise Unreadable(f"{url} is a gzip file that cannot be unpacked: {error}") from error
    if len(found) > MAX_FEED_BYTES or not inner.eof:
        raise Unreadable(f"{url} is a gzip file of more than {MAX_FEED_BYTES} bytes, or one that is cut short")
    return found
