"""Sitemaps (sitemaps.org 0.9) as feeds: news sitemaps, the recent pages of others, and indexes of sitemaps.

News is told in Google's namespace (schemas/sitemap-news/0.9): publication, publication_date, title. Elements are known
by their local names, since namespaces are often missing or misspelt.
"""

import codecs
import heapq
import re
import zlib
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from lxml import etree

from aggregator.core import mending, plain
from aggregator.core.dates import moment, plausible
from aggregator.core.discovery import absolute, sitemap_rank
from aggregator.core.encoding import decoded
from aggregator.core.entry import FeedEntry
from aggregator.core.errors import Unreadable
from aggregator.core.feed import MAX_CHILDREN, MAX_ITEMS, FeedDocument, Told
from aggregator.core.prolog import DOCTYPE, ROOT, SKIPPED
from aggregator.core.told import told
from aggregator.core.url import key, same_site

MAX_BYTES = 10 * 1024 * 1024  # unpacked; sitemaps.org allows 50 MB, news sitemaps hold 1,000 addresses
MAX_ELEMENTS = 500_000  # the 50,000 addresses that sitemaps.org allows, with ten elements each
MAX_PLAIN = 500  # of a sitemap without news
RECENT = timedelta(days=14)
MAX_DROPPED = 100
MAX_TITLE, MAX_WORDS, MAX_GUID = 500, 300, 2_000
GZIP = b"\x1f\x8b"
SNIFFED = 4096
ROOTS = frozenset({"urlset", "sitemapindex"})
SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
NAMES = ("url", "sitemap")  # of the elements of a sitemap and of an index
NEVER = datetime.min.replace(tzinfo=UTC)


def is_sitemap(head: str | bytes) -> bool:
    """Whether what begins like this is a sitemap or an index of them, packed (gzip, RFC 1952) or not."""
    try:
        if isinstance(head, bytes):
            start = _unpacked(head, SNIFFED)[0] if head.startswith(GZIP) else head[:SNIFFED]
            wide = start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
            head = start.decode("utf-16" if wide else "utf-8", "replace")
        return bool(_root(_after_prolog(head[:SNIFFED])))
    except Unreadable:
        return False


def read(body: bytes, *, url: str, now: datetime, known: Container[int]) -> FeedDocument:
    """Return the sitemap that `body` (at most 10 MiB, also unpacked) holds, as it came from `url`; newest first.

    With news: the 2,000 newest items of news. Without: what changed in the last 14 days, at most 500, by `lastmod`,
    which is a time of change and none of publication. `told` has these items, `entries` those whose hash is not
    `known`. An index gives `children`: at most 50 sitemaps of the same site, those for news first, then the newest.
    Raises Unreadable when it is none, or declares entities.
    """
    data, trouble = _unpacked(body, MAX_BYTES) if body.startswith(GZIP) else (body, "")
    if len(data) > MAX_BYTES:
        data, trouble = data[:MAX_BYTES], f"only the first {MAX_BYTES} bytes were read"
    text, recoded = decoded(data, "", lambda _: "")
    text = _after_prolog(text)
    root = _root(text)
    if not root:
        raise Unreadable(f"not a sitemap: it begins with {text[:40]!r}" if text else "not a sitemap: it is empty")
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise Unreadable(f"refused: a sitemap of more than {MAX_ELEMENTS} elements")
    found, fault = _found(text, root, url, now)
    recovered = "; ".join(filter(None, (trouble, recoded, fault)))[:MAX_WORDS]
    return _document(found, recovered, known)


def _found(text: str, root: str, url: str, now: datetime) -> tuple["_Reading", str]:
    """Return what the text holds and why it is no XML, or ''; what is none is mended and read again."""
    index = root.rpartition(":")[2].lower() == "sitemapindex"
    found = _Reading(url, now, index)
    fault = found.take(_elements(text, NAMES[index]))
    if fault:
        found = _Reading(url, now, index)
        found.take(_mended(text, root, NAMES[index]))
    return found, fault


def _document(found: "_Reading", recovered: str, known: Container[int]) -> FeedDocument:
    items = list(found.items())
    children, dropped = found.children()
    dropped += [f"no address of the web: {one.entry.guid[:80]!r}" for one in items if not one.entry.url]
    return FeedDocument(
        format="sitemapindex" if found.index else "sitemap",
        title=items[0].publication if items else "",
        link="",
        language=items[0].entry.language if items else "",
        entries=tuple(one.entry for one in items if one.entry.url and one.told.hash not in known),
        told=tuple(one.told for one in items),
        children=children,
        dropped=tuple(dropped[:MAX_DROPPED]),
        recovered=recovered,
    )


# From bytes to elements


def _unpacked(body: bytes, most: int) -> tuple[bytes, str]:
    """Return at most `most` bytes that a gzip body unpacks to, and what is wrong with it, or ''."""
    unpacker = zlib.decompressobj(wbits=31)
    found = b""
    try:
        found = unpacker.decompress(body, most)
    except zlib.error as error:
        raise Unreadable(f"not a sitemap: it begins like gzip, but cannot be unpacked ({error})") from error
    if unpacker.eof:
        return found, ""
    return found, f"only the first {most} unpacked bytes were read" if len(
        found
    ) >= most else "the gzip body breaks off"


def _after_prolog(text: str) -> str:
    """Return `text` from its root element on; refuse a DOCTYPE that declares anything itself (CWE-776)."""
    text = text.lstrip("\ufeff \t\r\n\x00")
    at = 0
    while found := SKIPPED.match(text, at) or DOCTYPE.match(text, at):
        if found.re is DOCTYPE and found[2] != ">":
            raise Unreadable("refused: the sitemap brings declarations of its own (DTD), as attacks on parsers do")
        at = found.end()
    return text[at:]


def _root(text: str) -> str:
    """Return the name of the root element as written, when it is a sitemap's."""
    root = ROOT.match(text)
    return root[1] if root and root[2].lower() in ROOTS else ""


def _elements(text: str, name: str) -> Iterator[etree._Element]:
    """Yield the children of the root of that local name, one at a time: what was yielded before is let go of.

    Raises etree.XMLSyntaxError where the text is not well-formed.
    """
    source = BytesIO(text.encode("utf-8", "replace"))
    for _, element in etree.iterparse(source, tag=f"{{*}}{name}", remove_comments=True, remove_pis=True, **SAFE):
        parent = element.getparent()
        if parent is None or parent.getparent() is not None:
            continue
        yield element
        element.clear(keep_tail=False)
        while element.getprevious() is not None:
            del parent[0]


def _mended(text: str, root: str, name: str) -> Iterator[etree._Element]:
    """Yield the same of a text that is not well-formed, each parsed alone; the last only if whole.

    Of one that is cut off, the address may be too, and another page's then.
    """
    text = mending.declared(mending.mended(text), root)
    prefix = f"{root.rpartition(':')[0]}:".removeprefix(":")
    opening, last = text[: text.find(">") + 1].removesuffix("/>").removesuffix(">"), f"</{prefix}{name}>"
    starts = [found.start() for found in re.finditer(rf"<{prefix}{name}(?=[\s>])", text[: text.rfind(last) + 1])]
    parser = etree.XMLParser(recover=True, remove_comments=True, remove_pis=True, **SAFE)
    for start, end in zip(starts, [*starts[1:], text.rfind(last)], strict=False):
        piece = text[start:end].partition(last)[0]
        tree = etree.fromstring(f"{opening}>{piece}{last}</{root}>".encode("utf-8", "replace"), parser)
        yield from tree[:1]


# From elements to values


@dataclass(slots=True)
class _Newest:
    """The newest of the elements that were offered, as bytes, at most `most`; of equal age the first stay."""

    most: int
    heap: list[tuple[datetime, int, bytes]] = field(default_factory=list)

    def offer(self, at: datetime, number: int, element: etree._Element) -> None:
        if len(self.heap) < self.most or at > self.heap[0][0]:
            push = heapq.heappush if len(self.heap) < self.most else heapq.heapreplace
            push(self.heap, (at, -number, etree.tostring(element, encoding="utf-8", with_tail=False)))


@dataclass(slots=True)
class _Reading:
    """What has been read of a sitemap: elements are chosen by their dates, and only what was chosen is looked at."""

    url: str
    now: datetime
    index: bool
    news: _Newest = field(default_factory=lambda: _Newest(MAX_ITEMS))
    plain: _Newest = field(default_factory=lambda: _Newest(MAX_PLAIN))
    maps: list[tuple[int, datetime, int, str]] = field(default_factory=list)

    def take(self, elements: Iterator[etree._Element]) -> str:
        """Read the elements; return why the text is not well-formed, or ''."""
        take = self._map if self.index else self._address
        try:
            for number, element in enumerate(elements, 1):
                take(number, element)
        except etree.XMLSyntaxError as error:
            if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
                raise Unreadable(f"refused: {error}"[:MAX_WORDS]) from error
            return " ".join(str(error.msg).partition(" (<string>")[0].split())
        return ""

    def items(self) -> Iterator["_Item"]:
        """Yield the items of news, or where there are none the pages that changed lately; newest first."""
        for _, _, raw in sorted(self.news.heap or self.plain.heap, key=lambda one: one[:2], reverse=True):
            yield self._item(raw)

    def children(self) -> tuple[tuple[str, ...], list[str]]:
        """Return the sitemaps of an index, those for news first, then the newest; and what is wrong with others."""
        found, dropped = dict[str, None](), list[str]()
        for *_, number, loc in heapq.nlargest(MAX_ITEMS, self.maps):
            url = absolute(self.url, loc)
            if not url or not same_site(url, self.url):
                why = "of another site" if url else "no address of the web"
                dropped.append(f"sitemap {-number} is {why}: {loc[:80]!r}")
            elif key(url) != key(self.url):
                found[url] = None
        return tuple(found)[:MAX_CHILDREN], dropped

    def _address(self, number: int, element: etree._Element) -> None:
        parts = _parts(element)
        updated = self._date(_text(parts.get("lastmod")))
        if "news" in parts:
            published = self._date(_text(_parts(parts["news"]).get("publication_date")))
            self.news.offer(published or updated or NEVER, number, element)
        elif updated and updated >= self.now - RECENT and not self.news.heap:
            self.plain.offer(updated, number, element)

    def _map(self, number: int, element: etree._Element) -> None:
        parts = _parts(element)
        loc = _text(parts.get("loc"))
        changed = self._date(_text(parts.get("lastmod"))) or NEVER
        self.maps.append((sitemap_rank(loc, self.now, RECENT), changed, -number, loc))

    def _item(self, raw: bytes) -> "_Item":
        parts = _parts(etree.fromstring(raw, etree.XMLParser(**SAFE)))
        news = _parts(parts["news"]) if "news" in parts else {}
        publication = _parts(news["publication"]) if "publication" in news else {}
        changed = _text(parts.get("lastmod"))
        published, updated = self._date(_text(news.get("publication_date"))), self._date(changed)
        loc = _text(parts.get("loc"))
        url = absolute(self.url, loc)
        entry = FeedEntry(
            guid=loc if len(loc) <= MAX_GUID else url,
            url=url,
            title=_plain(_text(news.get("title"))),
            published=published,
            updated=updated,
            raw_date=(_text(news.get("publication_date")) or changed)[:100],
            language=plain.language(_text(publication.get("language"))),
        )
        return _Item(entry, told(raw, published or updated), _plain(_text(publication.get("name"))))

    def _date(self, words: str) -> datetime | None:
        return plausible(moment(words), self.now) if words else None


@dataclass(frozen=True, slots=True)
class _Item:
    """An address of the sitemap as an entry, its url '' where it is none of the web."""

    entry: FeedEntry
    told: Told
    publication: str


def _parts(element: etree._Element) -> dict[str, etree._Element]:
    """Return the children of an element by their local names, the first of each."""
    found: dict[str, etree._Element] = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(child.tag.rpartition("}")[2].rpartition(":")[2], child)
    return found


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _plain(words: str) -> str:
    return plain.folded(words[: 20 * MAX_TITLE])[:MAX_TITLE].rstrip()
