"""Feeds (RSS, RDF, Atom) are read from bytes: strictly where they are XML, mended where they are not."""

import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import struct_time
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXException

import charset_normalizer
import feedparser
from feedparser.api import StrictFeedParser
from lxml import etree
from lxml.sax import saxify

from aggregator.core import mending
from aggregator.core.dates import moment, plausible
from aggregator.core.encoding import decoded
from aggregator.core.entry import FeedEntry
from aggregator.core.errors import Unreadable
from aggregator.core.feed import MAX_ITEMS, FeedDocument
from aggregator.core.prolog import feed_in

MAX_ELEMENTS = 100_000  # some 18 µs each
MAX_BROKEN = 200  # items that are read one by one
MAX_TITLE, MAX_SUMMARY, MAX_CONTENT = 500, 20_000, 200_000
MAX_URL, MAX_WORDS = 2_000, 300
TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|<!--[^<>]{0,2000}-->")
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
MAIL = re.compile(r"[<(]?(?:mailto:)?[^\s<>()@]{1,80}@[^\s<>()@]{1,200}[>)]?")
SCHEME, WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:"), re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
UNUSED = "{http://search.yahoo.com/mrss/}*"  # pictures and films; a third of the time, and we take no account of them
PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}  # in hours

Parsed = dict[str, Any]  # feedparser is untyped; nothing of it leaves this module


def read(body: bytes, *, url: str, content_type: str, charset: str, now: datetime) -> FeedDocument:
    """Return the feed that `body` (at most 10 MiB) holds, as it came from `url` with that media type and charset.

    Entries without a web address are left out; their addresses are absolute, their dates plausible or None.
    Raises Unreadable, saying what it is instead, when it is no feed or declares entities of its own.
    """
    text, recoded = decoded(body, charset, _guess)
    found = feed_in(text, content_type)
    text, capped = _capped(found.text, found.root)
    parsed, entries, trouble = _parsed(text, found.root, url if "xml:base" in text else "")
    feed = parsed["feed"]
    link = _web(url, _first_link(feed, ("alternate",)))
    base = (
        link if link and found.root != "feed" else url
    )  # in RSS they start from the site, RFC 4287 has the feed itself
    place = _Place(base, now, str(parsed.get("version") or ""), _language(feed.get("language")))
    read_entries = tuple(entry for one in entries[:MAX_ITEMS] if (entry := place.entry(one)))
    return FeedDocument(
        format=place.version or found.root,
        title=place.plain(feed, "title", MAX_TITLE),
        link=link,
        language=place.language,
        entries=read_entries,
        rights=place.plain(feed, "rights", MAX_TITLE),
        licence_url=_web(url, _first_link(feed, ("license",))),
        hub=_web(url, _first_link(feed, ("hub",))),
        ttl=_pause(feed),
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
    for number, item in enumerate(mending.ITEM.finditer(text)):
        if number == MAX_ITEMS:
            head = text[: item.start()]
            return head + mending.closing(head, root), f"only the first {MAX_ITEMS} items were read"
    return text, ""


# From text to what feedparser makes of it


def _parsed(text: str, root: str, base: str) -> tuple[Parsed, list[Parsed], str]:
    """Return feed, entries and why strict reading failed, or ''."""
    tree = _tree(text)
    if not isinstance(tree, str):
        parsed = _strictly(tree, base)
        return parsed, parsed["entries"], ""
    fault = tree
    text = mending.declared(mending.mended(text), root)
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise Unreadable(f"refused: a broken feed of more than {MAX_ELEMENTS} elements ({fault})")
    tree = _tree(text)
    if isinstance(tree, str):
        return *_item_by_item(text, root, base), fault
    parsed = _strictly(tree, base)
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
    if tree.xpath("count(//*)") > MAX_ELEMENTS:
        raise Unreadable(f"refused: more than {MAX_ELEMENTS} elements")
    return tree


def _strictly(tree: etree._Element, base: str) -> Parsed:
    """Let feedparser's strict reader hear the tree: as its own parsing, but one event a text and not one a line."""
    reader = StrictFeedParser(base, None, "utf-8")
    reader.resolve_relative_uris = reader.sanitize_html = False
    etree.strip_elements(tree, UNUSED, with_tail=False)
    with _understood():
        saxify(tree, reader)
    return {"feed": reader.feeddata, "entries": reader.entries, "version": reader.version}


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
    parsed = _loosely(whole, base) if isinstance(tree, str) else _strictly(tree, base)
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


# From feedparser's dicts to values


@dataclass(frozen=True, slots=True)
class _Place:
    """What an entry's meaning hangs on: the address that relative ones start from, the clock, the feed's own words."""

    base: str
    now: datetime
    version: str
    language: str

    def entry(self, one: Parsed) -> FeedEntry | None:
        """Return the entry, or None when it has no web address."""
        url = self._address(one)
        if not url:
            return None
        guid = str(one.get("id") or "").strip() or url
        words = _said(one, "published") or _said(one, "updated")
        return FeedEntry(
            guid=guid if len(guid) <= MAX_URL else hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest(),
            url=url,
            title=self.plain(one, "title", MAX_TITLE),
            summary=_markup(one.get("summary_detail") or {})[:MAX_SUMMARY],
            content=max((_markup(part) for part in one.get("content", ())), key=len, default="")[:MAX_CONTENT],
            author=self._author(one),
            published=self._date(one, "published"),
            updated=self._date(one, "updated"),
            raw_date=words[:100],
            language=_language((one.get("title_detail") or {}).get("language")) or self.language,
        )

    def plain(self, one: Parsed, name: str, most: int) -> str:
        """Return a field as plain text: tags out, references decoded, white space folded, at most `most` characters."""
        words = str(one.get(name) or "")[: 20 * most]
        kind = (one.get(f"{name}_detail") or {}).get("type")
        if not (kind == "text/plain" and self.version.startswith("atom")):  # where plain means plain, RFC 4287 3.1.1.1
            words = html.unescape(TAG.sub(" " if "</" not in words else "", words))
        return " ".join(UNSEEN.sub("", words).split())[:most].rstrip()

    def _address(self, one: Parsed) -> str:
        named = (str(one.get("feedburner_origlink") or ""), _first_link(one, ("alternate", "")))
        given = str(one.get("id") or "") if one.get("guidislink") or self.version.startswith("atom") else ""
        for address in (*named, given if given.lower().startswith("http") else ""):
            if url := _web(self.base, address):
                return url
        return ""

    def _author(self, one: Parsed) -> str:
        words = str(one.get("author") or "")[:MAX_SUMMARY]
        names = [str(person.get("name") or "") for person in (one.get("authors") or ())[:20]]
        if "@" in words and not self.version.startswith("atom"):  # RSS: "mail@address (Name)", or the other way round
            names = [MAIL.sub("", words).strip("() <>\t\r\n")]
        told = ", ".join(dict.fromkeys(filter(None, names))) or ("" if "@" in words else words)
        return " ".join(UNSEEN.sub("", html.unescape(TAG.sub("", told))).split())[:MAX_WORDS]

    def _date(self, one: Parsed, name: str) -> datetime | None:
        """Return a date as we read it, else as feedparser does, which knows rarer shapes but fewer zones."""
        at = moment(_said(one, name))
        if at is None and isinstance(parts := _own(one, f"{name}_parsed"), struct_time):
            at = _from_parts(parts)
        return plausible(at, self.now)


def _own(one: Parsed, name: str) -> Any:  # noqa: ANN401
    """Return a field itself; feedparser would answer with the other date and a warning."""
    return dict.get(one, name)


def _said(one: Parsed, name: str) -> str:
    return str(_own(one, name) or "").strip()


def _from_parts(parts: struct_time) -> datetime | None:
    try:
        return datetime(*parts[:6], tzinfo=UTC)
    except ValueError:
        return None


def _markup(part: Parsed) -> str:
    """Return a text construct as HTML (RFC 4287 section 3.1.1): plain ones escaped."""
    words = str(part.get("value") or "").strip()
    return html.escape(words, quote=False) if part.get("type") == "text/plain" else words


def _first_link(one: Parsed, kinds: tuple[str, ...]) -> str:
    """Return the first link of one of these relations, pages before other types."""
    links = [link for link in one.get("links", ()) if str(link.get("rel", "")) in kinds and link.get("href")]
    links.sort(key=lambda link: "html" not in str(link.get("type", "html")))
    return str(links[0]["href"]).strip() if links else ""


def _web(base: str, address: str) -> str:
    """Return `address`, relative to `base`, as a web address of usable length, else ''."""
    address = re.sub(r"[\t\r\n]", "", address.strip()).replace(" ", "%20")
    if not address or (SCHEME.match(address) and not WEB.match(address)):
        return ""
    try:
        url = urljoin(base, address)
    except ValueError:
        return ""
    return url if WEB.match(url) and len(url) <= MAX_URL else ""


def _language(name: object) -> str:
    words = str(name or "").strip().replace("_", "-")
    return words if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", words) else ""


def _pause(feed: Parsed) -> timedelta | None:
    """Return how long the feed asks to be left alone: RSS's ttl in minutes, or the syndication module's period."""
    minutes = _number(feed.get("ttl"))
    period = PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    if not minutes and period:
        minutes = period * 60 // max(_number(feed.get("sy_updatefrequency")), 1)
    return timedelta(minutes=min(minutes, PERIODS["monthly"] * 60)) if minutes else None


def _number(words: object) -> int:
    found = re.fullmatch(r"\s*(\d{1,9})(?:\.0*)?\s*", str(words or ""), re.ASCII)
    return int(found[1]) if found else 0
