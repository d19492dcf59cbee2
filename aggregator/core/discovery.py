"""Where a site's feeds may be: which of the addresses that a page names are feeds, and which are worth asking first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from aggregator.core.errors import Refused
from aggregator.core.url import host, key, normal, registrable

MAX_CANDIDATES = 50
MAX_GUESSES = 12
MAX_SITEMAPS = 50
MAX_ROBOTS = 512 * 1024  # of a robots.txt; RFC 9309 section 2.5 asks for 500 KiB
MAX_TITLE, MAX_URL = 200, 2_000

# What a way of naming a feed is worth; the differences matter, the figures do not.
LINKED, MARKED, TYPED, LOOKS, SITEMAP = 100, 90, 70, 40, 20
PLAIN_JSON = -15  # application/json only where there is no application/feed+json, says JSON Feed 1.1
COMMENTS, PARTIAL, ELSEWHERE, NEWS = -60, -30, -40, 15

TYPES = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/rss": "rss",
    "text/rss": "rss",
    "application/x-rss+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
    "application/json": "json",
    "text/x-opml": "opml",
}
XML = frozenset({"text/xml", "application/xml"})
SPARE = ("/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feed.json")
SITEMAPS = ("/news-sitemap.xml", "/sitemap_news.xml", "/sitemap.xml")
LAST_RESORT = ("/sitemap-news.xml", "/index.rdf")

_SCHEME, _WEB = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:"), re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
_FEED_SCHEME = re.compile(r"^feed:(?://)?(?=https?:)|^feed:(?=//)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_FEED_PATH = re.compile(
    r"(?:^|/)(?:feeds?|rss2?|atom|rdf)(?:/|$)|(?:^|[/_.-])(?:feed|rss|atom|rdf|index)[\w-]{0,40}\.(?:xml|rdf|rss|atom)$"
    r"|\.(?:rss|atom|rdf)$|(?:^|[/_.-])(?:rss|atom)[\w-]{0,40}\.(?:php|aspx?|jsp|cgi)$|(?:^|[/_.-])feed\.json$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:feed|format|type|output|alt)=(?:rss2?|atom|rdf|feed|jsonfeed)(?:&|$)", re.IGNORECASE
)
_FEED_HOST = re.compile(r"^(?:feeds?|rss|feedproxy)\.|(?:^|\.)(?:feedburner\.com|feedblitz\.com|feedpress\.me)$")
_COMMENTS = re.compile(r"comment|/replies(?:/|$)|kommentar|reactions?(?:/|$)", re.IGNORECASE)
_PARTIAL = re.compile(
    r"/(?:tags?|topics?|author|authors|category|categories|label|search|people|user)/|[?&](?:s|q|tag|cat|author|p)=",
    re.IGNORECASE,
)
_NEWS = re.compile(r"news|latest|recent|aktuell|actualit|noticias|nachrichten|notizie|nieuws", re.IGNORECASE)
_CLOTHES = re.compile(r"(?:^|[/?&._=-])(?:amp|print|printable)(?=$|[/?&._=-])|//(?:amp|print)\.", re.IGNORECASE)
_SERVICE = re.compile(
    r"/wp-json(?:/|$)|/oembed(?:/|\?|$)|/xmlrpc\.php|/(?:web)?manifest\.json|[?&]rest_route=", re.IGNORECASE
)
_HOST = re.compile(r"^\s*(?:https?:)?//[^/]*", re.IGNORECASE)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(0[1-9]|1[0-2])(?:[-_/.]?[0-3]\d)?)?(?!\d)")
_DULL = re.compile(r"image|video|photo|tag|author|categor|taxonom|page[s_-]|static|archive|user|product", re.IGNORECASE)
_SITEMAP = re.compile(r"sitemap[\w./-]{0,80}\.(?:xml|php)(?:\.gz)?$", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,4000})", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed; the `score` ranks it among those of the same page, higher first.

    `format` is a guess: rss, atom, json, sitemap, opml, or '' where nothing tells. `why` says how it was named.
    """

    url: str
    title: str
    format: str
    score: int
    why: str


def absolute(base: str, written: str) -> str:
    """Return an address as written somewhere, relative to `base`, as a clean web address, or '' where it is none.

    `feed:` before an address is what some pages write to open a reader, and is taken off.
    """
    text = _FEED_SCHEME.sub("", _CONTROL.sub("", written[: 2 * MAX_URL]).strip())
    if text.startswith("//") and not base:
        text = f"https:{text}"
    if not text or (_SCHEME.match(text) and not _WEB.match(text)):
        return ""
    try:
        return normal(urljoin(base, text))
    except (Refused, ValueError):
        return ""


def format_of(media_type: str, url: str) -> str:
    """Return what a media type and an address let one expect: rss, atom, json, sitemap, opml or ''."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain in TYPES:
        return TYPES[plain]
    address = url.lower()
    if is_sitemap(address):
        return "sitemap"
    for word, found in (("atom", "atom"), ("feed.json", "json"), ("opml", "opml"), ("rss", "rss"), ("rdf", "rss")):
        if word in address:
            return found
    return ""


def is_feed_type(media_type: str) -> bool:
    """Whether a media type is that of feeds and of hardly anything else, or one that feeds are often served with."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain in TYPES or plain in XML


def looks_like_feed(url: str) -> bool:
    """Whether an address (absolute) has the shape that those of feeds usually have."""
    parts = urlsplit(url)
    return bool(
        _FEED_PATH.search(parts.path)
        or _FEED_QUERY.search(parts.query)
        or (is_feed_host(url) and len(parts.path) > len("/"))
    )


def is_feed_host(url: str) -> bool:
    """Whether the host of an address (absolute) is one that gives feeds, its own or those of others."""
    return bool(_FEED_HOST.search(urlsplit(url).hostname or ""))


def is_near(url: str, page: str) -> bool:
    """Whether an address is of the page's site or of a host that gives feeds for others."""
    return _one_site(url, page) or is_feed_host(url)


def is_sitemap(url: str) -> bool:
    """Whether an address is named as sitemaps are."""
    return bool(_SITEMAP.search(urlsplit(url).path))


def is_no_feed(url: str) -> bool:
    """Whether an address is a page in other clothes (AMP, print) or an interface for programs."""
    parts = urlsplit(url)
    return bool(_CLOTHES.search(url[len(parts.scheme) + 1 :]) or _SERVICE.search(url))


def score(worth: int, url: str, title: str, page: str) -> int:
    """Return what a feed is worth that a page names: less for comments, for parts of a site and for other sites."""
    total = worth
    if _COMMENTS.search(url) or _COMMENTS.search(title):
        total += COMMENTS
    elif _PARTIAL.search(url):
        total += PARTIAL
    if not _one_site(url, page):
        total += ELSEWHERE // 4 if is_feed_host(url) else ELSEWHERE
    if is_sitemap(url) and _NEWS.search(urlsplit(url).path):
        total += NEWS
    return total


def ranked(found: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates, best first, each address once with its best score and any title; in order where equal."""
    best: dict[str, Candidate] = {}
    for one in found:
        name = key(one.url)
        had = best.get(name)
        if had is None:
            best[name] = one
        else:
            better = one if one.score > had.score else had
            best[name] = replace(better, title=better.title or one.title or had.title)
    return sorted(best.values(), key=lambda one: -one.score)[:MAX_CANDIDATES]


def guesses(url: str) -> list[str]:
    """Return where the feeds of a site usually are, the likelier first, at most 12; Refused when `url` is none.

    The section that `url` names comes before the whole site: of /sport/ first /sport/feed.
    """
    page = normal(url)
    parts = urlsplit(page)
    root = f"{parts.scheme}://{parts.netloc}"
    folder = parts.path.rpartition("/")[0] if "." in parts.path.rpartition("/")[2] else parts.path.rstrip("/")
    section = [f"{root}{folder}/feed", f"{root}{folder}/rss"] if folder else []
    places = [*section, *(root + place for place in ("/feed", *SPARE, *SITEMAPS, *LAST_RESORT))]
    fitting = [place for place in places if len(place) <= MAX_URL]
    return [place for place in dict.fromkeys(fitting) if place != page][:MAX_GUESSES]


def sitemaps(robots: str | bytes) -> list[str]:
    """Return the sitemaps that a robots.txt names, those for news first, at most 50 (sitemaps.org, "Informing").

    The lines belong to no group of rules (RFC 9309 section 2.2.4), so that it does not matter where they stand.
    """
    text = robots[:MAX_ROBOTS].decode("utf-8", "replace") if isinstance(robots, bytes) else robots[:MAX_ROBOTS]
    lines = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    named = (absolute("", found[1]) for found in _SITEMAP_LINE.finditer(lines))
    known = list(dict.fromkeys(filter(None, named)))
    return sorted(known, key=lambda one: not _NEWS.search(urlsplit(one).path))[:MAX_SITEMAPS]


def sitemap_rank(url: str, now: datetime, recent: timedelta) -> int:
    """Return how likely a sitemap of an index holds news, by its address: 3 news, 2 of these days, 1 unsaid, 0 hardly.

    `url` may be as written, so that only the addresses that are chosen by this need to be understood.

    An address that names a month or year is of these days when `now` or `recent` before it lies in that.
    """
    path = _HOST.sub("", url[:MAX_URL])
    days = (now, now - recent)
    months = {(day.year, day.month) for day in days} | {(day.year, 0) for day in days}
    named = [(int(found[1]), int(found[2] or 0)) for found in _MONTH.finditer(path)]
    if named and not months & set(named):
        return 0
    if _NEWS.search(path):
        return 3
    return 2 if named else int(not _DULL.search(path))


def _one_site(one: str, other: str) -> bool:
    try:
        return registrable(host(one)) == registrable(host(other))
    except Refused:
        return False
