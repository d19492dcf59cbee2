"""Feeds (RSS, RDF, Atom) are read from bytes: strictly where they are XML, mended where they are not."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from xml.sax import SAXException

import charset_normalizer
import feedparser
from lxml import etree

from aggregator.adapters import feed_parser
from aggregator.adapters.feed_entries import (
    MAX_CONTENT,
    MAX_SUMMARY,
    MAX_TITLE,
    MAX_WORDS,
    Parsed,
    Place,
    first_link,
    language,
    pause,
    web,
)
from aggregator.adapters.feed_items import NOTHING, Items
from aggregator.core import mending
from aggregator.core.encoding import decoded
from aggregator.core.errors import Unreadable
from aggregator.core.feed import MAX_ITEMS, FeedDocument
from aggregator.core.prolog import feed_in

__all__ = ["MAX_CONTENT", "MAX_SUMMARY", "MAX_TITLE", "read"]

MAX_ELEMENTS = 100_000  # some 10 µs each
MAX_BROKEN = 200  # items that are read one by one


def read(
    body: bytes, *, url: str, content_type: str, charset: str, now: datetime, known: Mapping[int, int] = NOTHING
) -> FeedDocument:
    """Return the feed that `body` (at most 10 MiB) holds, as it came from `url` with that media type and charset.

    Entries without a web address are left out; their addresses are absolute, their dates plausible or None. So are
    items whose bytes are `known` (hash to date, as in `FeedDocument.told`): they are not even parsed.
    Raises Unreadable, saying what it is instead, when it is no feed or declares entities of its own.
    """
    text, recoded = decoded(body, charset, _guess)
    found = feed_in(text, content_type)
    text, capped = _capped(found.text, found.root)
    items = Items.of(text, found.root, known)
    parsed, entries, trouble = _parsed(items, found.root, url if "xml:base" in text else "")
    feed = parsed["feed"]
    link = web(url, first_link(feed, ("alternate",)))
    base = link if link and found.root != "feed" else url  # in RSS from the site, in Atom from the feed (RFC 4287)
    place = Place(base, now, str(parsed.get("version") or ""), language(feed.get("language")))
    hashes = items.fresh if len(items.fresh) == len(entries) else (0,) * len(entries)
    read_entries, dropped = place.entries(entries[:MAX_ITEMS], hashes)
    return FeedDocument(
        format=place.version or found.root,
        title=place.plain(feed, "title", MAX_TITLE),
        link=link,
        language=place.language,
        entries=read_entries,
        told=items.told(read_entries),
        rights=place.plain(feed, "rights", MAX_TITLE),
        licence_url=web(url, first_link(feed, ("license",))),
        hub=web(url, first_link(feed, ("hub",))),
        topic=web(url, first_link(feed, ("self",))),
        ttl=pause(feed),
        skip_hours=items.skipped("hour"),
        skip_days=items.skipped("day"),
        dropped=dropped,
        recovered="; ".join(filter(None, (recoded, found.trouble, trouble, capped)))[:MAX_WORDS],
    )


# From bytes to the text of a feed


def _guess(body: bytes) -> str:
    """Name the character set of bytes that no declaration explains; only their text counts, not the markup."""
    words = b" ".join(re.findall(rb"[^<>]*[\x80-\xff][^<>]*", body[:500_000]))[:8_000]
    best = charset_normalizer.from_bytes(words).best()
    return best.encoding if best else ""


def _capped(text: str, root: str) -> tuple[str, str]:
    """Return no more than MAX_ITEMS items of the text, and a word about it."""
    if text.count("<") <= MAX_ITEMS:
        return text, ""
    for number, item in enumerate(mending.ITEM.finditer(text)):
        if number == MAX_ITEMS:
            head = text[: item.start()]
            return head + mending.closing(head, root), f"only the first {MAX_ITEMS} items were read"
    return text, ""


# From text to what feedparser makes of it


def _parsed(items: Items, root: str, base: str) -> tuple[Parsed, list[Parsed], str]:
    """Return feed, entries and why strict reading failed, or ''."""
    tree = _tree(items.text)
    if not isinstance(tree, str):
        parsed = _strictly(tree, items.text, base)
        return parsed, parsed["entries"], ""
    fault = tree
    text = items.text
    text = mending.declared(mending.mended(text), root)
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise Unreadable(f"refused: a broken feed of more than {MAX_ELEMENTS} elements ({fault})")
    tree = _tree(text)
    if isinstance(tree, str):
        return *_item_by_item(text, root, base), fault
    parsed = _strictly(tree, text, base)
    return parsed, parsed["entries"], fault


def _tree(text: str) -> etree._Element | str:
    """Return the tree of `text`, or why it is not well-formed XML; refuse what is deeper or larger than any feed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise Unreadable(f"refused: {error}"[:MAX_WORDS]) from error
        return " ".join(error.msg.partition(" (<string>")[0].split())[:MAX_WORDS]
    if text.count("<") > MAX_ELEMENTS and tree.xpath("count(//*)") > MAX_ELEMENTS:
        raise Unreadable(f"refused: more than {MAX_ELEMENTS} elements")
    return tree


def _strictly(tree: etree._Element, text: str, base: str) -> Parsed:
    """Let feedparser's strict reader hear the tree of `text`."""
    with _understood():
        return feed_parser.parse(tree, base, scattered="xmlns" in text[text.find(">") :])


def _loosely(text: str, base: str) -> Parsed:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base}
    with _understood():
        parsed: Parsed = feedparser.parse(
            text.encode("utf-8", "replace"),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    return parsed


@contextmanager
def _understood() -> Iterator[None]:
    """Turn what feedparser stumbles over into Unreadable; it has no error of its own for that."""
    try:
        yield
    except (SAXException, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Unreadable(f"feedparser fails on it: {type(error).__name__} {error}"[:MAX_WORDS]) from error


def _item_by_item(text: str, root: str, base: str) -> tuple[Parsed, list[Parsed]]:
    """Read the sound items together and each broken one alone, so that it cannot take others with it."""
    pieces = mending.cut(text, root)
    opening = text[: text.find(">") + 1]
    items = [item if _sound(item, opening, root) else mending.closed(item) for item in pieces.items]
    broken = {at for at, item in enumerate(items) if not _sound(item, opening, root)}
    whole = pieces.joined(tuple(item for at, item in enumerate(items) if at not in broken))
    tree = _tree(whole)
    parsed = _loosely(whole, base) if isinstance(tree, str) else _strictly(tree, whole, base)
    sound = iter(parsed["entries"])
    entries: list[Parsed] = []
    for at, item in enumerate(items):
        if at not in broken:
            entries += [one for one in [next(sound, None)] if one]
        elif len(broken) <= MAX_BROKEN:
            entries += _loosely(f"{opening}{item}</{root}>", base)["entries"][:1]
    return parsed, entries


def _sound(item: str, opening: str, root: str) -> bool:
    return not isinstance(_tree(f"{opening}{item}</{root}>"), str)
