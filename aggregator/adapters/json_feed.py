"""JSON Feed 1.0 and 1.1 (jsonfeed.org) are read from bytes: whole where they are JSON, item by item where not."""

import codecs
import hashlib
import html
import json
import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aggregator.core import plain
from aggregator.core.dates import moment, plausible
from aggregator.core.discovery import absolute
from aggregator.core.encoding import decoded
from aggregator.core.entry import FeedEntry
from aggregator.core.errors import Unreadable
from aggregator.core.feed import MAX_ITEMS, FeedDocument, Told
from aggregator.core.told import told

IN_LIST = 2  # brackets that are open between two items
MAX_VALUES = 500_000  # some 200 bytes each
MAX_TITLE, MAX_SUMMARY, MAX_CONTENT = 500, 20_000, 200_000
MAX_URL, MAX_WORDS, MAX_AUTHORS = 2_000, 300, 20
ENDED = timedelta(days=30)  # the pause of a feed that says it has expired
BLANK = "\ufeff\0 \t\r\n"
BARE = (  # of JSON without a byte order mark (RFC 4627 section 3)
    (b"{\0\0\0", codecs.BOM_UTF32_LE),
    (b"\0\0\0{", codecs.BOM_UTF32_BE),
    (b"{\0", codecs.BOM_UTF16_LE),
    (b"\0{", codecs.BOM_UTF16_BE),
)
VERSION = re.compile(r"jsonfeed\.org/version/(\d{1,3}(?:\.\d{1,3})?)/?$", re.IGNORECASE)
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no XML can hold, and PostgreSQL only in part
LONE = re.compile("[\ud800-\udfff]")
TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)  # a string that is not closed ends the text
OPENED = re.compile(r"\s*:\s*\[")

Parsed = dict[str, Any]  # JSON is untyped; nothing of it leaves this module


class _Number(str):
    """A number as it is written: so none is too long, and an id that is one is what the feed wrote."""

    __slots__ = ()


DECODER = json.JSONDecoder(strict=False, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


@dataclass(frozen=True, slots=True)
class _Broken:
    """An item that is not JSON, as sent."""

    raw: str
    why: str


def is_json(body: bytes, content_type: str) -> bool:
    """Whether an answer is JSON: it begins like it, or is said to be and does not begin like markup."""
    start = body[:200].removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF16_LE).removeprefix(codecs.BOM_UTF16_BE)
    start = start.translate(None, BLANK[1:].encode())
    return start[:1] in {b"{", b"["} or ("json" in content_type.lower() and start[:1] != b"<")


def read(body: bytes, *, url: str, charset: str, now: datetime, known: Container[int]) -> FeedDocument:
    """Return the JSON Feed that `body` (at most 10 MiB) holds, as it came from `url` in that charset.

    Items whose hash is `known` are left out of `entries`. Of two members of one name the last counts. An item that
    cannot be read is named in `dropped` and costs no other. An item without an id, which jsonfeed.org wants discarded,
    goes by its address, as in other formats. A feed that says it has expired asks for a pause of 30 days.
    Raises Unreadable, saying what it is instead, when it is no JSON Feed or has more than 500,000 values.
    """
    mark = next((mark for start, mark in BARE if body.startswith(start)), b"")
    text, recoded = decoded(mark + body, charset, lambda _: "")
    feed, items, trouble = _parsed(text.strip(BLANK))
    place = _Place(url, now, _language(feed.get("language")), _authors(feed))
    read_items = [place.item(number, one, known) for number, one in enumerate(items[:MAX_ITEMS], 1)]
    form, doubt = _format(feed, any(not one.dropped for one in read_items))
    capped = f"only the first {MAX_ITEMS} items were read" if len(items) > MAX_ITEMS else ""
    return FeedDocument(
        format=form,
        title=_plain(feed.get("title"), MAX_TITLE),
        link=_web(url, feed.get("home_page_url")),
        language=place.language,
        entries=tuple(one.entry for one in read_items if one.entry),
        told=tuple(one.told for one in read_items),
        hub=_hub(url, feed.get("hubs")),
        topic=_web(url, feed.get("feed_url")),
        ttl=ENDED if feed.get("expired") is True else None,
        dropped=tuple(one.dropped for one in read_items if one.dropped),
        recovered="; ".join(filter(None, (recoded, trouble, doubt, capped)))[:MAX_WORDS],
    )


# From text to what JSON makes of it


def _parsed(text: str) -> tuple[Parsed, list[Any], str]:
    """Return the feed's members, its items and why it could not be read strictly, or ''."""
    if not text:
        raise Unreadable("not a feed: the answer is empty")
    if not text.startswith("{"):
        raise Unreadable(f"not a JSON Feed: it is no object, it begins with {text[:40]!r}")
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise Unreadable(f"refused: JSON of more than {MAX_VALUES} values")
    try:
        feed, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        return _item_by_item(text, _fault(error))
    rest = len(text) - end
    trouble = f"{rest} characters follow the feed" if rest else ""
    items = feed.get("items")
    if not isinstance(items, list):
        return feed, [], "its items are no list"
    return feed, items, trouble


def _fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return "nested too deep" if isinstance(error, RecursionError) else str(error)


def _item_by_item(text: str, fault: str) -> tuple[Parsed, list[Any], str]:
    """Read a feed that is not JSON as a whole: each item for itself, and what stands around them."""
    head, pieces, tail = _cut(text)
    if not head:
        raise Unreadable(f"not JSON: {fault}, and no list of items can be made out"[:MAX_WORDS])
    feed = _members(f"{head}[]{tail}") or _members(f"{head}[]}}")
    items: list[Any] = []
    for piece in pieces:
        try:
            items.append(DECODER.decode(piece))
        except (ValueError, RecursionError) as error:
            items.append(_Broken(piece, _fault(error)))
    if not tail:
        return feed, items, f"the feed breaks off: {len(items)} whole items stand before the cut"
    return feed, items, f"not JSON as a whole, read item by item: {fault}"


def _members(text: str) -> Parsed:
    try:
        found = DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _cut(text: str) -> tuple[str, list[str], str]:
    """Return what stands before the list of items, the objects in it that are closed, and what stands after it.

    All are empty when there is no such list; the last is when the text ends before the list does.
    """
    depth, begin, start = 0, -1, 0
    pieces: list[str] = []
    for found in TOKEN.finditer(text):
        part = found[0]
        if part[0] == '"':
            opened = OPENED.match(text, found.end()) if depth == 1 and begin < 0 and part == '"items"' else None
            begin = opened.end() - 1 if opened else begin
        elif part in "{[":
            start = found.start() if depth == IN_LIST else start
            depth += 1
        else:
            depth -= 1
            if begin >= 0 and depth < IN_LIST:
                return text[:begin], pieces, text[found.end() :] or "}"
            if depth == IN_LIST and part == "}" and begin >= 0 and len(pieces) <= MAX_ITEMS:
                pieces.append(text[start : found.end()])
    return (text[:begin], pieces, "") if begin >= 0 else ("", [], "")


# From JSON to values


@dataclass(frozen=True, slots=True)
class _Read:
    """What became of an item: an entry, or None where it is known already or, says `dropped`, cannot be read."""

    told: Told
    entry: FeedEntry | None = None
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """What an item's meaning hangs on: the feed's address, the clock, the feed's own language and authors."""

    base: str
    now: datetime
    language: str
    author: str

    def item(self, number: int, one: object, known: Container[int]) -> _Read:
        """Return what the item of that number is."""
        if isinstance(one, _Broken):
            return _Read(told(one.raw, None), dropped=f"item {number} is not JSON: {one.why}")
        try:
            raw = json.dumps(one, sort_keys=True, separators=(",", ":"))
        except RecursionError:
            return _Read(told(str(number), None), dropped=f"item {number} is nested too deep")
        if not isinstance(one, dict):
            return _Read(told(raw, None), dropped=f"item {number} is no object: {raw[:40]}")
        published, updated = self._date(one, "date_published"), self._date(one, "date_modified")
        memory = told(raw, published or updated)
        url = self._address(one)
        if not url:
            named = _plain(one.get("id"), 80) or _plain(one.get("title"), 80)
            return _Read(memory, dropped=f"item {number} has no web address{': ' + named if named else ''}")
        return _Read(memory, None if memory.hash in known else self._entry(one, url, published, updated))

    def _entry(self, one: Parsed, url: str, published: datetime | None, updated: datetime | None) -> FeedEntry:
        guid = _clean(_words(one.get("id"))).strip() or url
        return FeedEntry(
            guid=guid if len(guid) <= MAX_URL else hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest(),
            url=url,
            title=_plain(one.get("title"), MAX_TITLE),
            summary=_escaped(one.get("summary"), MAX_SUMMARY),
            content=_clean(_words(one.get("content_html")))[:MAX_CONTENT].strip()
            or _escaped(one.get("content_text"), MAX_CONTENT),
            author=_authors(one) or self.author,
            published=published,
            updated=updated,
            raw_date=_plain(one.get("date_published") or one.get("date_modified"), 100),
            language=_language(one.get("language")) or self.language,
        )

    def _address(self, one: Parsed) -> str:
        """Return the item's own address: `url`, which is its permalink, else an id that is an address.

        `external_url` is what a link post talks about, and somebody else's page: it is taken only when the item has
        no address of its own, as a link without a word.
        """
        ident = _words(one.get("id")).strip()
        named = (one.get("url"), ident if ident.lower().startswith(("http://", "https://")) else "")
        return next(filter(None, (_web(self.base, each) for each in (*named, one.get("external_url")))), "")

    def _date(self, one: Parsed, name: str) -> datetime | None:
        return plausible(moment(_words(one.get(name))), self.now)


def _format(feed: Parsed, readable: bool) -> tuple[str, str]:
    """Return json10 or json11 and a doubt, or ''; a feed without a version counts when an item of it can be read."""
    declared = VERSION.search(_words(feed.get("version"))[:MAX_WORDS].strip())
    if declared:
        return ("json10", "") if declared[1] in {"1", "1.0"} else ("json11", "")  # newer ones stay valid as 1.1
    if not readable:
        raise Unreadable("not a feed: it is JSON, but has neither a version of JSON Feed nor items with addresses")
    return "json11", "it does not say which version of JSON Feed it is"


def _words(value: object) -> str:
    """Return a string or number as written, and '' for anything else."""
    return value if isinstance(value, str) else ""


def _web(base: str, value: object) -> str:
    return "" if isinstance(value, _Number) else absolute(base, _words(value))


def _clean(words: str) -> str:
    return LONE.sub("\ufffd", UNFIT.sub("", words))


def _plain(value: object, most: int) -> str:
    """Return plain text on one line; where plain means plain, nothing is decoded."""
    return plain.folded(_clean(_words(value)[: 20 * most]))[:most].rstrip()


def _escaped(value: object, most: int) -> str:
    """Return plain text as HTML."""
    return html.escape(_clean(_words(value)).strip(), quote=False)[:most]


def _authors(one: Parsed) -> str:
    """Return the names of `authors` (1.1), else of `author` (1.0), with commas between them."""
    several = one.get("authors")
    people = several if isinstance(several, list) and several else [one.get("author")]
    names = (_plain(each.get("name") if isinstance(each, dict) else each, MAX_WORDS) for each in people[:MAX_AUTHORS])
    return ", ".join(dict.fromkeys(filter(None, names)))[:MAX_WORDS]


def _hub(url: str, hubs: object) -> str:
    """Return the first WebSub hub; there are other kinds."""
    for each in hubs[:MAX_AUTHORS] if isinstance(hubs, list) else ():
        if isinstance(each, dict) and _words(each.get("type")).strip().lower() == "websub":
            return _web(url, each.get("url"))
    return ""


def _language(value: object) -> str:
    return plain.language(_words(value)[:MAX_WORDS])
