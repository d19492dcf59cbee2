"""What a page says of itself: JSON-LD first, then meta elements, then what stands on it; one pass over the tree."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from lxml.html import HtmlElement

MAX_JSON = 1_000_000
MAX_NODES = 2_000
MAX_AUTHORS = 20
MOST_HEADINGS = 5
MOST_TIMES = 20
ARTICLE_TYPES = {
    "newsarticle", "article", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "reviewnewsarticle",
    "backgroundnewsarticle", "advertisercontentarticle", "blogposting", "liveblogposting", "report", "techarticle",
    "scholarlyarticle", "satiricalarticle", "askpublicnewsarticle", "socialmediaposting", "review",
}  # fmt: skip
_WANTED_META = {
    "og:title", "og:type", "og:site_name", "og:image", "og:url", "og:description", "twitter:title", "twitter:image",
    "description", "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author",
    "byl", "article:published_time", "article:modified_time", "date", "dc.date", "dc.date.issued", "dcterms.created",
    "dcterms.date", "datepublished", "parsely-pub-date", "pubdate", "publishdate", "publish-date", "sailthru.date",
    "last-modified", "lastmod", "dcterms.modified", "robots", "googlebot", "keywords", "news_keywords",
    "article:section", "article:tag", "application-name", "title", "dc.title", "cxenseparse:title",
}  # fmt: skip
_COMMENT = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|\]\]>|/\*\]\]>\*/)\s*;?\s*$"
)
_DATE = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T\s]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?(?:[.,]\d+)?\s*"
    r"(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2}(?::\d{2})?|[+-]\d{2}\b)?)?"
)
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What was found, unjudged: titles and dates with their origins, best first."""

    titles: tuple[tuple[str, str], ...] = ()
    authors: tuple[str, ...] = ()
    authors_from: str = ""
    published: tuple[tuple[str, datetime], ...] = ()
    modified: tuple[tuple[str, datetime], ...] = ()
    language: str = ""
    site_names: tuple[str, ...] = ()
    description: str = ""
    image: str = ""
    canonical_url: str = ""
    licence_url: str = ""
    paywalled: bool = False
    robots: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str = ""
    page_type: str = ""
    links: int = 0


@dataclass(slots=True)
class _Seen:
    meta: dict[str, list[str]] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    title: str = ""
    times: list[str] = field(default_factory=list)
    nodes: list[Mapping[str, Any]] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    canonical: str = ""
    licence: str = ""
    links: int = 0


def read(tree: HtmlElement, url: str) -> PageFacts:
    """Return what the page at `url` says of itself."""
    seen = _seen(tree)
    node = _main(seen.nodes, url, seen)
    names = _site_names(seen, node)
    authors, authors_from = _authors(seen, node, names)
    return PageFacts(
        titles=_titles(seen, node),
        authors=authors,
        authors_from=authors_from,
        published=_dates(seen, node, "datePublished", _PUBLISHED_META) or _from_times(seen),
        modified=_dates(seen, node, "dateModified", _MODIFIED_META),
        language=(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:35],
        site_names=names,
        description=_first(seen, "og:description", "description"),
        image=_absolute(_image(node) or _first(seen, "og:image", "twitter:image"), url),
        canonical_url=_absolute(seen.canonical or _first(seen, "og:url"), url),
        licence_url=_absolute(seen.licence or _text(node.get("license")), url),
        paywalled=any(str(each.get("isAccessibleForFree", "")).lower() == "false" for each in [node]),
        robots=tuple(
            sorted({word.strip().lower() for each in _all(seen, "robots", "googlebot") for word in each.split(",")})
        ),
        tags=tuple(dict.fromkeys(_tags(seen)))[:30],
        section=_text(node.get("articleSection")) or _first(seen, "article:section"),
        page_type=_first(seen, "og:type").lower(),
        links=seen.links,
    )


def _seen(tree: HtmlElement) -> _Seen:
    """Walk the tree once and keep what may matter."""
    seen = _Seen()
    for element in tree.iter(*_KEEP, "span", "div", "p"):
        _KEEP.get(str(element.tag), _keep_byline)(element, seen)
    return seen


def _keep_anchor(element: HtmlElement, seen: _Seen) -> None:
    seen.links += 1
    rel = (element.get("rel") or "").lower().split()
    if "license" in rel and not seen.licence:
        seen.licence = element.get("href") or ""
    if "author" in rel:
        seen.bylines.append(_content(element))


def _keep_script(element: HtmlElement, seen: _Seen) -> None:
    if "ld+json" in (element.get("type") or "").lower():
        seen.nodes += _nodes(element.text or "")


def _keep_link(element: HtmlElement, seen: _Seen) -> None:
    rel = (element.get("rel") or "").lower().split()
    if "canonical" in rel:
        seen.canonical = seen.canonical or (element.get("href") or "")
    if "license" in rel or "licence" in rel:
        seen.licence = element.get("href") or seen.licence


def _keep_title(element: HtmlElement, seen: _Seen) -> None:
    seen.title = seen.title or _content(element)


def _keep_heading(element: HtmlElement, seen: _Seen) -> None:
    if len(seen.headings) < MOST_HEADINGS:
        seen.headings.append(_content(element))


def _keep_time(element: HtmlElement, seen: _Seen) -> None:
    if element.get("datetime") and len(seen.times) < MOST_TIMES:
        seen.times.append(element.get("datetime") or "")


def _keep_byline(element: HtmlElement, seen: _Seen) -> None:
    if element.get("itemprop") == "author" and len(seen.bylines) < MAX_AUTHORS:
        seen.bylines.append(_content(element))


def _keep_meta(element: HtmlElement, seen: _Seen) -> None:
    name = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
    content = element.get("content")
    if content and name in _WANTED_META and len(seen.meta.setdefault(name, [])) < MAX_AUTHORS:
        seen.meta[name].append(content.strip()[:2000])


_KEEP = {
    "a": _keep_anchor,
    "meta": _keep_meta,
    "script": _keep_script,
    "link": _keep_link,
    "title": _keep_title,
    "h1": _keep_heading,
    "time": _keep_time,
}


def _content(element: HtmlElement) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())[:1000]


def _nodes(text: str) -> list[Mapping[str, Any]]:
    """Return every object in a JSON-LD script, outermost first; broken scripts give none."""
    if len(text) > MAX_JSON:
        return []
    try:
        root = json.loads(_COMMENT.sub("", text.strip()).strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return []
    return list(_flat(root))


def _flat(root: object) -> Iterator[Mapping[str, Any]]:
    queue = [root]
    number = 0
    while queue and number < MAX_NODES:
        found = queue.pop(0)
        number += 1
        if isinstance(found, list):
            queue.extend(found[:200])
        elif isinstance(found, dict):
            yield found
            queue.extend(
                found[name] for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement") if name in found
            )


def _types(node: Mapping[str, Any]) -> set[str]:
    named = node.get("@type", ())
    listed = named if isinstance(named, list) else [named]
    return {str(each).rsplit("/", 1)[-1].lower() for each in listed}


def _main(nodes: Sequence[Mapping[str, Any]], url: str, seen: _Seen) -> Mapping[str, Any]:
    """Return the node of the article itself: among several, the one whose address and headline fit."""
    found = [node for node in nodes if _types(node) & ARTICLE_TYPES]
    heads = {" ".join(each.split()).casefold() for each in [*seen.headings, *_all(seen, "og:title")]}

    def fit(node: Mapping[str, Any]) -> int:
        named = {_text(node.get(name)).split("#")[0].rstrip("/") for name in ("url", "mainEntityOfPage", "@id")}
        at_home = bool(named & {url.rstrip("/"), seen.canonical.rstrip("/")} - {""})
        headed = " ".join(_text(node.get("headline")).split()).casefold() in heads
        return 2 * at_home + 2 * headed + ("datePublished" in node) + ("author" in node)

    return max(found, key=fit, default={})


def _text(value: object) -> str:
    """Return the word in a JSON-LD value: itself, its @id, its name, or the first of several."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    if isinstance(value, dict):
        return _text(value.get("@value") or value.get("name") or value.get("url") or value.get("@id") or "")
    return ""


def _image(node: Mapping[str, Any]) -> str:
    value = node.get("image") or node.get("thumbnailUrl")
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict):
        return _text(first.get("url") or first.get("contentUrl") or first.get("@id"))
    return _text(first)


def _all(seen: _Seen, *names: str) -> list[str]:
    return [value for name in names for value in seen.meta.get(name, ())]


def _first(seen: _Seen, *names: str) -> str:
    return next(iter(_all(seen, *names)), "")


def _site_names(seen: _Seen, node: Mapping[str, Any]) -> tuple[str, ...]:
    publisher = _text(node.get("publisher"))
    named = [_first(seen, "og:site_name"), _first(seen, "application-name"), publisher]
    return tuple(dict.fromkeys(name for name in named if name and "://" not in name))


def _titles(seen: _Seen, node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [
        *(("h1", each) for each in seen.headings),
        ("ld+json", _text(node.get("headline")) or _text(node.get("name"))),
        ("og:title", _first(seen, "og:title")),
        ("twitter:title", _first(seen, "twitter:title")),
        ("title", seen.title),
    ]
    return tuple((origin, title) for origin, title in found if title)


_PUBLISHED_META = (
    "article:published_time", "datepublished", "parsely-pub-date", "dc.date.issued", "dcterms.created", "pubdate",
    "publishdate", "publish-date", "sailthru.date", "date", "dc.date", "dcterms.date",
)  # fmt: skip
_MODIFIED_META = ("article:modified_time", "dcterms.modified", "last-modified", "lastmod")


def moment(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 like text names, in UTC; a naive one is taken as UTC."""
    found = _DATE.search(text[:100])
    if not found:
        return None
    try:
        year, month, day, hour, minute, second = (int(found[part] or 0) for part in "ymdHMS")
        naive = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return naive - _offset(found["z"] or "")


def _offset(zone: str) -> timedelta:
    digits = zone[1:].replace(":", "")
    if zone[:1] not in {"+", "-"} or not digits.isdigit():
        return timedelta()
    hours, minutes = int(digits[:2]), int(digits[2:4] or 0)
    return timedelta(hours=hours, minutes=minutes) * (1 if zone[0] == "+" else -1)


def _dates(seen: _Seen, node: Mapping[str, Any], name: str, metas: Sequence[str]) -> tuple[tuple[str, datetime], ...]:
    told = [("ld+json", _text(node.get(name))), *((each, _first(seen, each)) for each in metas)]
    found = [(origin, moment(text)) for origin, text in told if text]
    return tuple((origin, when) for origin, when in found if when and when >= EARLIEST)


def _from_times(seen: _Seen) -> tuple[tuple[str, datetime], ...]:
    found = [when for text in seen.times if (when := moment(text)) and when >= EARLIEST]
    return (("time", found[0]),) if found else ()


_BY = re.compile(
    r"^(?:(?:written|reported|posted)\s+by|by|von|text(?:\s*:|\s+von)|par|por|di|da|door|av|af|od|автор:?|veröffentlicht von)\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:[|•·/]|\s[-–—]\s|,\s*(?=(?:[\w.]+\s+){0,3}(?:correspondent|reporter|editor|writer|redakteur\w*|korrespondent\w*|"
    r"journalist\w*|staff)\b)).*$",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"https?://|www\.|@|\d{2,}|^(?:admin|editor|redaktion|staff|news ?desk|unknown|null|none)$", re.IGNORECASE
)


def _person(text: str) -> list[str]:
    """Return the names in a byline, without the words around them."""
    plain = _TAIL.sub("", _BY.sub("", " ".join(text.split()))).strip(" ,;:.|")
    parts = re.split(r"\s*(?:;|,|\band\b|\bund\b|\bet\b|\by\b|\be\b|&)\s+", plain)
    names = [part.strip(" ,;:") for part in parts] if len(plain) < 200 else []  # noqa: PLR2004 - no byline
    return [name for name in names if 2 < len(name) <= 60 and not _NOT_A_NAME.search(name)]  # noqa: PLR2004


def _authors(seen: _Seen, node: Mapping[str, Any], names: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return persons from the best origin that names any; organisations only where no person is named."""
    site = {name.casefold() for name in names}
    persons, others = _node_authors(node)
    told = (
        ("ld+json", persons),
        ("meta", [n for each in _all(seen, *_AUTHOR_META) for n in _person(each)]),
        ("byline", [n for each in seen.bylines for n in _person(each)]),
        ("ld+json organisation", others),
    )
    for origin, found in told:
        kept = tuple(dict.fromkeys(name for name in found if name.casefold() not in site))[:MAX_AUTHORS]
        if kept:
            return kept, origin
    return (), ""


_AUTHOR_META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")


def _node_authors(node: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    value = node.get("author") or node.get("creator") or ()
    persons: list[str] = []
    others: list[str] = []
    for each in value if isinstance(value, list) else [value]:
        named = _person(_text(each.get("name") if isinstance(each, dict) else each))
        organised = isinstance(each, dict) and bool(_types(each) & {"organization", "newsmediaorganization"})
        (others if organised else persons).extend(named)
    return persons, others


def _tags(seen: _Seen) -> list[str]:
    listed = [word for each in _all(seen, "news_keywords", "keywords") for word in each.split(",")]
    return [word.strip()[:80] for word in [*_all(seen, "article:tag"), *listed] if word.strip()]


def _absolute(found: str, url: str) -> str:
    if not found:
        return ""
    try:
        whole = urljoin(url, found.strip())
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) and len(whole) <= 2000 else ""  # noqa: PLR2004
