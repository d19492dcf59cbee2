"""What a page says of itself: JSON-LD first, then meta elements, then what stands on it; one pass over the tree."""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from aggregator.core import dates, headline

MAX_JSON = 1_000_000  # characters of a script
MAX_NODES = 2_000  # of JSON-LD on a page
MAX_VALUES = 20  # of a kind: authors, headings, times
MANY = 5  # bylines: those of a list of articles
MAX_WORDS = 1_000  # characters of a headline or name
MAX_BODY = 500_000
MAX_BYLINE = 80
CLOSING = 40  # characters at the end of a script that may close what is written around it
MAX_ADDRESS = 2_000
ARTICLE_TYPES = {
    "newsarticle", "article", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "reviewnewsarticle",
    "backgroundnewsarticle", "advertisercontentarticle", "blogposting", "liveblogposting", "report", "techarticle",
    "scholarlyarticle", "satiricalarticle", "askpublicnewsarticle", "socialmediaposting", "review", "podcastepisode",
}  # fmt: skip
_AUTHOR_META = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
_PUBLISHED_META = (
    "article:published_time", "datepublished", "parsely-pub-date", "dc.date.issued", "dcterms.created", "pubdate",
    "publishdate", "publish-date", "sailthru.date", "date", "dc.date", "dcterms.date",
)  # fmt: skip
_MODIFIED_META = ("article:modified_time", "datemodified", "dcterms.modified", "last-modified", "lastmod")
_WANTED_META = {
    "og:title", "og:type", "og:site_name", "og:image", "og:url", "og:description", "og:locale", "twitter:title",
    "twitter:image", "description", "robots", "googlebot", "keywords", "news_keywords", "article:section",
    "article:tag", "article:content_tier", "application-name", "headline", "dc.title", "isaccessibleforfree",
    *_AUTHOR_META, *_PUBLISHED_META, *_MODIFIED_META,
}  # fmt: skip
_OPENING = re.compile(r"(?:\s|<!--|<!\[CDATA\[|//(?=\s*<!)|/\*(?=\s*<!)|\*/)*")
_CLOSING = re.compile(r"(?:\s|-->|\]\]>|//(?=\s*(?:--|\]\]))|/\*(?=\s*\]\])|\*/|;)+$")
_BYLINE = re.compile(r"(?:author|byline|autor|auteur)(?:[\s_-]*name)?(?:$|\s)", re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(\s*[\]}])")
_MARKUP = re.compile(r"</?(?:p|br|div|h\d|li)\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"<[a-z/][^<>]{0,500}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What was found, unjudged: titles and dates with their origins, best first; `body` is JSON-LD's articleBody."""

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
    body: str = ""


@dataclass(slots=True)
class _Seen:
    meta: dict[str, list[str]] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    title: str = ""
    times: list[tuple[int, str]] = field(default_factory=list)
    nodes: list[Mapping[str, Any]] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    base: str = ""
    canonical: str = ""
    licence: str = ""
    links: int = 0

    def all(self, *names: str) -> list[str]:
        """Return what meta elements of these names say, in the order of the names."""
        return [value for name in names for value in self.meta.get(name, ())]

    def first(self, *names: str) -> str:
        """Return what the first of these names says, or ''."""
        return next(iter(self.all(*names)), "")


def read(tree: HtmlElement, url: str) -> PageFacts:
    """Return what the page at `url` says of itself."""
    seen = _Seen()
    for element in tree.iter(*_KEEP):
        _KEEP[str(element.tag)](element, seen)
    node = _main(seen, url)
    base = _absolute(seen.base, url) or url
    names = _site_names(seen, node)
    authors, authors_from = _authors(seen, node, (*names, urlsplit(url).netloc))
    return PageFacts(
        titles=_titles(seen, node),
        authors=authors,
        authors_from=authors_from,
        published=_dates(_text(node.get("datePublished")), seen, _PUBLISHED_META) or _stated(seen),
        modified=_dates(_text(node.get("dateModified")), seen, _MODIFIED_META),
        language=(tree.get("lang") or tree.get("xml:lang") or _language(node) or seen.first("og:locale"))[:35],
        site_names=names,
        description=unescape(seen.first("og:description", "description")),
        image=_absolute(_picture(node.get("image") or node.get("thumbnailUrl")), base)
        or _absolute(seen.first("og:image", "twitter:image"), base),
        canonical_url=_absolute(seen.canonical or seen.first("og:url"), base),
        licence_url=_absolute(seen.licence or _text(node.get("license"), "url", "@id"), base),
        paywalled=_locked(node, seen),
        robots=tuple(
            sorted({w for said in seen.all("robots", "googlebot") for w in re.split(r"[,\s]+", said.lower())} - {""})
        ),
        tags=_tags(seen),
        section=_text(node.get("articleSection")) or seen.first("article:section"),
        page_type=seen.first("og:type").lower(),
        links=seen.links,
        body=_body(node.get("articleBody")),
    )


def _keep_anchor(element: HtmlElement, seen: _Seen) -> None:
    seen.links += 1
    rel = element.get("rel")
    if not rel:
        return
    rels = rel.lower().split()
    if "license" in rels and not seen.licence and not _within(element, "figure", "figcaption"):
        seen.licence = element.get("href") or ""
    if "author" in rels:
        _keep_name(element, seen)


def _keep_script(element: HtmlElement, seen: _Seen) -> None:
    if "ld+json" in (element.get("type") or "").lower():
        seen.nodes += _nodes(element.text or "")[: MAX_NODES - len(seen.nodes)]


def _keep_link(element: HtmlElement, seen: _Seen) -> None:
    rels = (element.get("rel") or "").lower().split()
    if "canonical" in rels:
        seen.canonical = seen.canonical or (element.get("href") or "")
    if "license" in rels:
        seen.licence = element.get("href") or seen.licence


def _keep_title(element: HtmlElement, seen: _Seen) -> None:
    if not seen.title and not _within(element, "svg"):
        seen.title = _content(element)


def _keep_base(element: HtmlElement, seen: _Seen) -> None:
    seen.base = seen.base or (element.get("href") or "")


def _keep_heading(element: HtmlElement, seen: _Seen) -> None:
    if len(seen.headings) < MAX_VALUES and (words := _content(element)):
        seen.headings.append(words)


def _keep_time(element: HtmlElement, seen: _Seen) -> None:
    """Keep a time: best one that is marked as the date of publication, then those that follow the headline."""
    if len(seen.times) < MAX_VALUES and (stated := element.get("datetime")):
        marked = element.get("itemprop") == "datePublished" or element.get("pubdate") is not None
        seen.times.append((0 if marked else 1 if seen.headings else 2, stated))


def _keep_name(element: HtmlElement, seen: _Seen) -> None:
    if len(seen.bylines) < MAX_VALUES and (words := _content(element)):
        seen.bylines.append(words)


def _keep_marked(element: HtmlElement, seen: _Seen) -> None:
    """Keep what is marked as the author: by microdata, or by the class of a short element that follows the headline."""
    if element.get("itemprop") == "author":
        inner = element.find(".//*[@itemprop='name']")
        _keep_name(element if inner is None else inner, seen)
    elif seen.headings and len(seen.marked) < MAX_VALUES and _BYLINE.search(element.get("class", "")):
        words = _content(element)
        if 1 < len(words) < MAX_BYLINE:
            seen.marked.append(words)


def _keep_meta(element: HtmlElement, seen: _Seen) -> None:
    name = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
    if name in _WANTED_META and (said := (element.get("content") or "").strip()):
        kept = seen.meta.setdefault(name, [])
        if len(kept) < MAX_VALUES:
            kept.append(said[:MAX_ADDRESS])


_KEEP = {
    "a": _keep_anchor,
    "meta": _keep_meta,
    "script": _keep_script,
    "link": _keep_link,
    "title": _keep_title,
    "base": _keep_base,
    "h1": _keep_heading,
    "time": _keep_time,
    "span": _keep_marked,
    "div": _keep_marked,
    "p": _keep_marked,
}


def _within(element: HtmlElement, *tags: str) -> bool:
    return next(element.iterancestors(*tags), None) is not None


def _content(element: HtmlElement) -> str:
    return " ".join("".join(map(str, element.itertext())).split())[:MAX_WORDS]


def _nodes(script: str) -> list[Mapping[str, Any]]:
    """Return the objects in a JSON-LD script, outermost first; none of one that is too large or too broken."""
    if len(script) > MAX_JSON:
        return []
    plain = script.strip()
    if opening := _OPENING.match(plain):
        plain = plain[opening.end() :]
    plain = plain[:-CLOSING] + _CLOSING.sub("", plain[-CLOSING:])
    for attempt in (plain, _TRAILING_COMMA.sub(r"\1", plain)):
        try:
            return list(_flat(json.loads(attempt, strict=False)))
        except (ValueError, RecursionError):
            continue
    return []


def _flat(root: object) -> Iterator[Mapping[str, Any]]:
    queue = deque([root])
    for _ in range(MAX_NODES):
        if not queue:
            return
        found = queue.popleft()
        if isinstance(found, list):
            queue.extend(found[:MAX_NODES])
        elif isinstance(found, dict):
            yield found
            queue.extend(found[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in found)


def _types(node: object) -> set[str]:
    named = node.get("@type", ()) if isinstance(node, dict) else ()
    return {str(each).rsplit("/", 1)[-1].lower() for each in (named if isinstance(named, list) else [named])}


def _main(seen: _Seen, url: str) -> Mapping[str, Any]:
    """Return the node of the article itself: among several, the one whose address and headline fit."""
    heads = {headline.folded(each) for each in [*seen.headings, *seen.all("og:title"), seen.title]}
    here = {_address(url), _address(seen.canonical)} - {""}

    def fit(node: Mapping[str, Any]) -> int:
        named = {_address(_text(node.get(name), "@id", "url")) for name in ("url", "mainEntityOfPage", "@id")}
        headed = headline.folded(_text(node.get("headline")) or _text(node.get("name"))) in heads
        return 2 * bool(named & here) + 2 * headed + ("datePublished" in node) + ("author" in node)

    return max((node for node in seen.nodes if _types(node) & ARTICLE_TYPES), key=fit, default={})


def _address(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0].rstrip("/").partition("://")[2].removeprefix("www.")


def _text(value: object, *names: str) -> str:
    """Return the word in a JSON-LD value: itself, what it has by one of `names`, or the first of several."""
    for _ in range(MAX_VALUES):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = next((value[name] for name in (*names, "@value", "name", "url", "@id") if value.get(name)), "")
        else:
            break
    return " ".join(unescape(unescape(value)).split())[:MAX_ADDRESS] if isinstance(value, str) else ""


def _language(node: Mapping[str, Any]) -> str:
    return _text(node.get("inLanguage"), "alternateName", "name")


def _picture(value: object) -> str:
    return _text(value, "url", "contentUrl")


def _body(value: object) -> str:
    """Return an articleBody as paragraphs, one a line, without the markup that some put into it."""
    if not isinstance(value, str) or len(value) > MAX_BODY:
        return ""
    return unescape(_TAG.sub("", _MARKUP.sub("\n", unescape(value))))


def _locked(node: Mapping[str, Any], seen: _Seen) -> bool:
    """Whether the page says that it is not free to read (schema.org isAccessibleForFree, also of a part of it)."""
    parts = node.get("hasPart") or ()
    whole = [node, *(parts if isinstance(parts, list) else [parts])[:MAX_VALUES]]
    said = [str(each.get("isAccessibleForFree", "")) for each in whole if isinstance(each, dict)]
    free = [each.rsplit("/", 1)[-1].strip().lower() for each in [*said, *seen.all("isaccessibleforfree")]]
    return "false" in free or seen.first("article:content_tier").lower() == "locked"


def _site_names(seen: _Seen, node: Mapping[str, Any]) -> tuple[str, ...]:
    named = [seen.first("og:site_name"), seen.first("application-name"), _text(node.get("publisher"), "name")]
    return tuple(dict.fromkeys(unescape(name) for name in named if name and "://" not in name))


def _titles(seen: _Seen, node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [
        *(("h1", each) for each in seen.headings[:5]),
        ("ld+json", _text(node.get("headline")) or _text(node.get("name"))),
        ("og:title", unescape(seen.first("og:title"))),
        ("twitter:title", unescape(seen.first("twitter:title"))),
        ("title", seen.title),
    ]
    return tuple((origin, title) for origin, title in found if title)


def _dates(told: str, seen: _Seen, metas: Sequence[str]) -> tuple[tuple[str, datetime], ...]:
    found = [("ld+json", told), *((name, seen.first(name)) for name in metas)]
    moments = [(origin, dates.moment(text)) for origin, text in found if text]
    return tuple((origin, when) for origin, when in moments if when and when >= dates.EARLIEST)


def _stated(seen: _Seen) -> tuple[tuple[str, datetime], ...]:
    """Return the best of the times that stand on the page."""
    found = [when for _, text in sorted(seen.times, key=lambda each: each[0]) if (when := dates.moment(text))]
    return tuple(("time", when) for when in found[:1] if when >= dates.EARLIEST)


def _authors(seen: _Seen, node: Mapping[str, Any], names: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return persons from the best origin that names any; an organisation only where no person is named.

    `names` are those of the site, which is no person. Many bylines on a page are those of other articles too.
    """
    told, others = _node_authors(node)
    bylines, marked = (list(dict.fromkeys(found)) for found in (seen.bylines, seen.marked))
    for origin, found in (
        ("ld+json", told),
        ("meta", seen.all(*_AUTHOR_META)),
        ("byline", bylines if len(bylines) < MANY else bylines[:1]),
        ("class", marked[:1]),
    ):
        kept = tuple(dict.fromkeys(name for each in found for name in headline.persons(each, names)))[:MAX_VALUES]
        if kept:
            return kept, origin
    kept = tuple(dict.fromkeys([*others, *told]))[:MAX_VALUES]
    return kept, "ld+json organisation" if kept else ""


def _node_authors(node: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    value = node.get("author") or node.get("creator") or ()
    persons: list[str] = []
    others: list[str] = []
    for each in (value if isinstance(value, list) else [value])[: 2 * MAX_VALUES]:
        name = _text(each, "name")[:MAX_WORDS]
        organised = any(kind.endswith(("organization", "corporation")) for kind in _types(each))
        if name and "://" not in name:
            (others if organised else persons).append(name)
    return persons, others


def _tags(seen: _Seen) -> tuple[str, ...]:
    listed = [word for said in seen.all("news_keywords", "keywords") for word in said.split(",")]
    found = (" ".join(unescape(word).split())[:80] for word in [*seen.all("article:tag"), *listed])
    return tuple(dict.fromkeys(word for word in found if word))[:30]


def _absolute(found: str, url: str) -> str:
    if not found:
        return ""
    try:
        whole = urljoin(url, found.strip())
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) and len(whole) <= MAX_ADDRESS else ""
