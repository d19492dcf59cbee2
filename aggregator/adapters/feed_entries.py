"""From the dicts of feedparser to values: what a feed and its entries say, in plain text, web addresses and dates."""

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import struct_time
from typing import Any
from urllib.parse import urljoin

from aggregator.core import plain
from aggregator.core.dates import moment, plausible
from aggregator.core.entry import FeedEntry

MAX_TITLE, MAX_SUMMARY, MAX_CONTENT = 500, 20_000, 200_000
MAX_URL, MAX_WORDS = 2_000, 300
TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|<!--[^<>]{0,2000}-->")
MAIL = re.compile(r"[<(]?(?:mailto:)?[^\s<>()@]{1,80}@[^\s<>()@]{1,200}[>)]?")
SCHEME, WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:"), re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
ABSOLUTE = re.compile(  # an address that joining leaves as it is, RFC 3986 section 5.2.2
    r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9/._~%!$&'()*+,=:@-]*)?(?:\?[A-Za-z0-9/._~%!$&'()*+,=:@-]+)?"
)
BREAKS = re.compile(r"[\t\r\n]")

PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}  # in hours

Parsed = dict[str, Any]  # feedparser is untyped; nothing of it leaves these modules


@dataclass(frozen=True, slots=True)
class Place:
    """What an entry's meaning hangs on: the address that relative ones start from, the clock, the feed's own words."""

    base: str
    now: datetime
    version: str  # feedparser's word: rss20, atom10
    language: str

    def entries(self, parsed: Sequence[Parsed], hashes: Sequence[int]) -> tuple[tuple[FeedEntry, ...], tuple[str, ...]]:
        """Return the entries, each with the hash of its bytes, and why others are left out."""
        entries, dropped = [], []
        for one, name in zip(parsed, hashes, strict=False):
            entry = self._entry(one, name)
            if entry is None:
                dropped.append(f"no web address: {self.plain(one, 'title', 100) or 'an item without a title'}")
            else:
                entries.append(entry)
        return tuple(entries), tuple(dropped)

    def plain(self, one: Parsed, name: str, most: int) -> str:
        """Return a field as plain text: tags out, references decoded, white space folded, at most `most` characters."""
        words = str(one.get(name) or "")[: 20 * most]
        if ("<" in words or "&" in words) and not self._is_plain(one, name):
            words = html.unescape(TAG.sub(" " if "</" not in words else "", words))
        return plain.folded(words)[:most].rstrip()

    def _is_plain(self, one: Parsed, name: str) -> bool:
        """Whether plain text means plain text, as it does in Atom: RFC 4287 section 3.1.1.1."""
        return self.version.startswith("atom") and _dict(one.get(f"{name}_detail")).get("type") == "text/plain"

    def _entry(self, one: Parsed, name: int) -> FeedEntry | None:
        """Return the entry, or None when it has no web address."""
        url = self._address(one)
        if not url:
            return None
        guid = str(one.get("id") or "").strip() or url
        published, updated = _said(one, "published"), _said(one, "updated")
        changed = self._date(one, "updated", updated)
        return FeedEntry(
            guid=guid if len(guid) <= MAX_URL else hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest(),
            url=url,
            title=self.plain(one, "title", MAX_TITLE),
            summary=_markup(one.get("summary_detail"))[:MAX_SUMMARY],
            content=max(map(_markup, one.get("content") or ()), key=len, default="")[:MAX_CONTENT],
            author=self._author(one),
            published=self._date(one, "published", published) or changed,  # many feeds tell one date only
            updated=changed,
            raw_date=(published or updated)[:100],
            language=language(_dict(one.get("title_detail")).get("language")) or self.language,
            sent=name,
        )

    def _address(self, one: Parsed) -> str:
        feedburner = one.get("feedburner_origlink")
        if feedburner and (url := web(self.base, str(feedburner))):
            return url
        if url := web(self.base, first_link(one, ("alternate", ""))):
            return url
        given = str(one.get("id") or "") if one.get("guidislink") or self.version.startswith("atom") else ""
        return web(self.base, given) if given.lower().startswith("http") else ""

    def _author(self, one: Parsed) -> str:
        words = str(one.get("author") or "")[:MAX_SUMMARY]
        people = one.get("authors")
        people = people[:20] if isinstance(people, list) else ()
        names = [str(dict.get(person, "name") or "") for person in people if isinstance(person, dict)]
        if "@" in words and not self.version.startswith("atom"):  # RSS: "mail@address (Name)", or the other way round
            names = [MAIL.sub("", words).strip("() <>\t\r\n")]
        told = ", ".join(dict.fromkeys(filter(None, names))) or ("" if "@" in words else words)
        if "<" in told or "&" in told:
            told = html.unescape(TAG.sub("", told))
        return plain.folded(told)[:MAX_WORDS]

    def _date(self, one: Parsed, name: str, words: str) -> datetime | None:
        """Return a date as we read it, else as feedparser does, which knows rarer shapes but fewer zones."""
        at = moment(words) if words else None
        if at is None:
            parts = dict.get(one, f"{name}_parsed")
            parts = parts() if callable(parts) else parts
            at = _from_parts(parts) if isinstance(parts, struct_time) else None
        return plausible(at, self.now)


def first_link(one: Parsed, kinds: tuple[str, ...]) -> str:
    """Return the first link of one of these relations, pages before other types."""
    links = [
        (str(dict.get(link, "type", "html")), str(href).strip())
        for link in dict.get(one, "links") or ()
        if isinstance(link, dict) and (href := dict.get(link, "href")) and str(dict.get(link, "rel", "")) in kinds
    ]
    return next((href for kind, href in links if "html" in kind), links[0][1] if links else "")


def web(base: str, address: str) -> str:
    """Return `address`, relative to `base`, as a web address of usable length, else ''."""
    if ABSOLUTE.fullmatch(address):
        return address if len(address) <= MAX_URL else ""
    address = BREAKS.sub("", address.strip()).replace(" ", "%20")
    if not address or (SCHEME.match(address) and not WEB.match(address)):
        return ""
    try:
        url = urljoin(base, address)
    except ValueError:
        return ""
    return url if WEB.match(url) and len(url) <= MAX_URL else ""


def language(name: object) -> str:
    """Return the name of a language (RFC 5646) as said, else ''."""
    return _language(str(name)) if name and len(str(name)) <= MAX_WORDS else ""


def pause(feed: Parsed) -> timedelta | None:
    """Return how long the feed asks to be left alone: RSS's ttl in minutes, or the syndication module's period."""
    minutes = _number(feed.get("ttl"))
    period = PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    if not minutes and period:
        minutes = period * 60 // max(_number(feed.get("sy_updatefrequency")), 1)
    return timedelta(minutes=min(minutes, PERIODS["monthly"] * 60)) if minutes else None


def _said(one: Parsed, name: str) -> str:
    """Return a date's words; asked otherwise, feedparser would answer with the other date and a warning."""
    return str(dict.get(one, name) or "").strip()


def _from_parts(parts: struct_time) -> datetime | None:
    try:
        return datetime(*parts[:6], tzinfo=UTC)
    except ValueError:
        return None


def _markup(part: object) -> str:
    """Return a text construct as HTML (RFC 4287 section 3.1.1): plain ones escaped."""
    part = _dict(part)
    words = str(part.get("value") or "").strip()
    return html.escape(words, quote=False) if part.get("type") == "text/plain" else words


def _dict(part: object) -> Parsed:
    """Return a detail as a dict that answers at once; an element of that name may have put words in its place."""
    return dict(part) if isinstance(part, dict) else {}


_language = lru_cache(maxsize=500)(plain.language)


def _number(words: object) -> int:
    found = re.fullmatch(r"\s*(\d{1,9})(?:\.0*)?\s*", str(words or ""), re.ASCII)
    return int(found[1]) if found else 0
