"""What a page says of itself, judged: from what was seen on it, each fact by the best of its witnesses."""

# ruff: noqa: E501 - tables

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from aggregator.core import byline, images, ld_json, page_dates, parts, plain

MAX_VALUES = 20  # of a kind: authors, headings, times
MAX_TAGS = 30
MAX_BODY = 500_000  # characters
MAX_ADDRESS = 2_000
MANY = 5  # bylines: those of a list of articles
AUTHOR_META = (
    "author", "article:author", "article:author_name", "parsely-author", "sailthru.author", "cxenseparse:author", "bt:author",
    "dc.creator", "dcterms.creator", "dc.contributor", "byl", "authors", "twitter:misc:written by",
)  # fmt: skip
TAG_META = ("article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
SECTION_META = ("article:section", "parsely-section", "cxenseparse:recs:category", "section", "category")
WANTED_META = frozenset({
    "og:title", "og:type", "og:site_name", "og:image", "og:url", "og:description", "og:locale", "twitter:title",
    "twitter:image", "description", "robots", "googlebot", "article:content_tier", "application-name", "headline", "dc.title",
    "isaccessibleforfree", "content-language", "dc.language", *(f"twitter:{kind}{n}" for kind in ("label", "data") for n in "12"),
    *AUTHOR_META, *TAG_META, *SECTION_META, *page_dates.PUBLISHED_META, *page_dates.MODIFIED_META,
})  # fmt: skip
_WRITTEN = re.compile(
    r"written|verfasst|geschrieben|autor|author|auteur|écrit|escrito|scritto|geschreven|skrevet|автор", re.IGNORECASE
)
_MARKUP = re.compile(r"</?(?:p|br|div|h\d|li)\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"<[a-z/][^<>]{0,500}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What was found: titles and dates with their origins, best first; `body` is JSON-LD's articleBody.

    `authors` are persons, `organisations` all other authors; `authors_from` is the origin of both, or ''. `origins` says
    where the other fields that are there come from.
    """

    titles: tuple[tuple[str, str], ...] = ()
    authors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    authors_from: str = ""
    published: page_dates.Dates = ()
    modified: page_dates.Dates = ()
    language: str = ""
    site_names: tuple[str, ...] = ()
    description: str = ""
    image: str = ""
    image_credit: str = ""
    canonical_url: str = ""
    amp_url: str = ""
    next_urls: tuple[str, ...] = ()
    licence_url: str = ""
    paywalled: bool = False
    robots: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str = ""
    page_type: str = ""
    links: int = 0
    body: str = ""
    origins: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Seen:
    """What stands on a page, unjudged and bounded, as one pass over its tree collects it.

    `bylines` are marked as the author by the standards (rel, microdata), `marked` by a class, `linked` by an address.
    `times` are (rank, datetime attribute); `onward` links (address, words, rel=next) that may be parts of the article.
    """

    meta: dict[str, list[str]] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    title: str = ""
    language: str = ""
    times: list[tuple[int, str]] = field(default_factory=list)
    nodes: list[ld_json.Node] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    onward: list[tuple[str, str, bool]] = field(default_factory=list)
    base: str = ""
    canonical: str = ""
    amp: str = ""
    licence: str = ""
    links: int = 0

    def all(self, *names: str) -> list[str]:
        """Return what meta elements of these names say, in the order of the names."""
        return [value for name in names for value in self.meta.get(name, ())]

    def first(self, *names: str) -> str:
        """Return what the first of these names says, or ''."""
        return next(iter(self.all(*names)), "")


def judged(seen: Seen, url: str, look: Callable[[], None] = lambda: None) -> PageFacts:
    """Return what the page at `url` says of itself.

    `look` adds to `seen` what costs a second pass, the bylines that are known by a class or address only; it is called
    where no person is named otherwise.
    """
    node = ld_json.main(seen.nodes, (url, seen.canonical), [*seen.headings, *seen.all("og:title"), seen.title])
    base = absolute(seen.base, url) or url
    names = site_names(seen, node)
    people, origin = authors(seen, node, (*names, urlsplit(url).netloc))
    if not people.persons:
        look()
        people, origin = authors(seen, node, (*names, urlsplit(url).netloc))
    picture = image(seen, node)
    found = PageFacts(
        titles=titles(seen, node),
        authors=people.persons,
        organisations=people.organisations,
        authors_from=origin,
        published=_published(seen, node),
        modified=page_dates.told([ld_json.text(node.get("dateModified"))], _pairs(seen, page_dates.MODIFIED_META)),
        language=language(seen, node),
        site_names=names,
        description=unescape(seen.first("og:description", "description")) or ld_json.text(node.get("description")),
        image=absolute(picture.url, base),
        image_credit=picture.credit,
        canonical_url=absolute(seen.canonical or seen.first("og:url"), base),
        amp_url=absolute(seen.amp, base),
        next_urls=parts.following(url, [(absolute(link, base), words, marked) for link, words, marked in seen.onward]),
        licence_url=absolute(seen.licence or ld_json.text(node.get("license"), "url", "@id"), base),
        paywalled=paywalled(seen, node),
        robots=tuple(
            sorted(
                {word for said in seen.all("robots", "googlebot") for word in re.split(r"[,\s]+", said.lower())} - {""}
            )
        ),
        tags=tags(seen, node),
        section=section(seen, node),
        page_type=seen.first("og:type").lower(),
        links=seen.links,
        body=_body(node.get("articleBody")),
        origins=origins(seen, node, picture),
    )
    return PageFacts(**{each.name: _fit(getattr(found, each.name)) for each in fields(found)})


def _fit(value: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    """Return a value with its words, and those in it, fit to be written anywhere: JSON may hold what XML cannot."""
    if isinstance(value, str):
        return plain.fit(value)
    return tuple(map(_fit, value)) if isinstance(value, tuple) else value


def origins(seen: Seen, node: ld_json.Node, picture: images.Image) -> tuple[tuple[str, str], ...]:
    """Return where section, tags, image, description and canonical address come from, of those that are there."""
    named = {each.url for each in images.told(node.get("image"), seen.nodes)}
    said: dict[str, list[tuple[str, object]]] = {
        "section": [("ld+json", node.get("articleSection")), ("meta", seen.first(*SECTION_META)), ("trail", True)],
        "tags": [("meta", seen.first(*TAG_META)), ("ld+json", node.get("keywords"))],
        "image": [("ld+json", picture.url in named), ("meta", True)],
        "description": [("meta", seen.first("og:description", "description")), ("ld+json", node.get("description"))],
        "canonical": [("link", seen.canonical), ("og:url", seen.first("og:url"))],
    }
    there = {
        "section": section(seen, node),
        "tags": tags(seen, node),
        "image": picture.url,
        "description": any(value for _, value in said["description"]),
        "canonical": any(value for _, value in said["canonical"]),
    }
    return tuple(
        (name, next((each for each, value in said[name] if value), "")) for name, found in there.items() if found
    )


def _pairs(seen: Seen, names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, seen.first(name)) for name in names]


def _published(seen: Seen, node: ld_json.Node) -> page_dates.Dates:
    said = [ld_json.text(node.get(name)) for name in ("datePublished", "dateCreated", "uploadDate")]
    return page_dates.told(said, _pairs(seen, page_dates.PUBLISHED_META)) or page_dates.marked(seen.times)


def language(seen: Seen, node: ld_json.Node) -> str:
    """Return the language that the page states, as it writes it (de-AT, de_AT): the document's own word first."""
    said = ld_json.text(node.get("inLanguage"), "alternateName", "name")
    return (seen.language or said or seen.first("og:locale", "content-language", "dc.language"))[:35]


def site_names(seen: Seen, node: ld_json.Node) -> tuple[str, ...]:
    """Return what the site is called, best first."""
    named = [seen.first("og:site_name"), seen.first("application-name"), ld_json.text(node.get("publisher"), "name")]
    return tuple(dict.fromkeys(unescape(name) for name in named if name and "://" not in name))


def titles(seen: Seen, node: ld_json.Node) -> tuple[tuple[str, str], ...]:
    """Return the headlines on offer, each with its origin."""
    found = [
        *(("h1", each) for each in seen.headings[:5]),
        ("ld+json", ld_json.text(node.get("headline")) or ld_json.text(node.get("name"))),
        ("og:title", unescape(seen.first("og:title"))),
        ("twitter:title", unescape(seen.first("twitter:title"))),
        ("title", seen.title),
    ]
    return tuple((origin, title) for origin, title in found if title)


def authors(seen: Seen, node: ld_json.Node, site: Sequence[str]) -> tuple[byline.Names, str]:
    """Return the authors from the best origin that names a person; where none does, organisations from the best.

    `site` are the names and host of the site: its own name is an organisation, told only where no person is. Many
    bylines on a page are those of other articles too.
    """
    fallback: tuple[byline.Names, str] = byline.Names(), ""
    once = [list(dict.fromkeys(found)) for found in (seen.bylines, seen.marked, seen.linked)]
    for origin, found in (
        ("ld+json", _told(seen, node, site)),
        ("meta", _all(seen.all(*AUTHOR_META) + _labelled(seen), site)),
        ("byline", _all(once[0] if len(once[0]) < MANY else once[0][:1], site)),
    ):
        if found.persons:
            return _bounded(found, site), origin
        if found.organisations and not fallback[1]:
            fallback = _bounded(found, ()), origin
    for origin, found in (*(("class", _all([each], site)) for each in once[1][:MANY]), ("link", _all(once[2], site))):
        people = tuple(name for name in found.persons if byline.full(name))
        if people and not fallback[1]:
            return _bounded(byline.Names(people, found.organisations), site), origin
    return fallback


def _bounded(found: byline.Names, site: Sequence[str]) -> byline.Names:
    others = tuple(name for name in found.organisations if not byline.of_site(name, site))
    return byline.Names(found.persons[:MAX_VALUES], others[:MAX_VALUES])


def _all(found: Sequence[str], site: Sequence[str]) -> byline.Names:
    return byline.merged([byline.read(each, site) for each in found[:MAX_VALUES]])


def _told(seen: Seen, node: ld_json.Node, site: Sequence[str]) -> byline.Names:
    """Return the authors of JSON-LD: what it types as an organisation is one, whatever it is called."""
    found = []
    for each in ld_json.several(node.get("author") or node.get("creator")):
        whole = ld_json.joined(each, seen.nodes)
        name = "" if isinstance(whole, Mapping) and not whole.get("name") else ld_json.text(whole, "name")
        organised = any(kind.endswith(("organization", "corporation")) for kind in ld_json.types(whole))
        if organised and name and "://" not in name:
            found.append(byline.Names((), (name[: byline.MAX_NAME],)))
        else:
            found.append(byline.read(name, site))
    return byline.merged(found)


def _labelled(seen: Seen) -> list[str]:
    """Return what Twitter's cards label as the writer (twitter:label1 and twitter:data1)."""
    pairs = [(seen.first(f"twitter:label{n}"), seen.first(f"twitter:data{n}")) for n in "12"]
    return [said for label, said in pairs if _WRITTEN.search(label)]


def image(seen: Seen, node: ld_json.Node) -> images.Image:
    """Return the lead image, its address as written: JSON-LD's, else that for sharing."""
    told = [*images.told(node.get("image"), seen.nodes), *images.told(node.get("thumbnailUrl"))]
    return images.lead([*told, *(images.Image(each) for each in seen.all("og:image", "twitter:image"))], seen.captions)


def paywalled(seen: Seen, node: ld_json.Node) -> bool:
    """Whether the page says that it is not free to read (schema.org isAccessibleForFree, also of a part of it)."""
    whole = [node, *ld_json.several(node.get("hasPart"))[:MAX_VALUES]]
    said = [str(each.get("isAccessibleForFree", "")) for each in whole if isinstance(each, Mapping)]
    free = [each.rsplit("/", 1)[-1].strip().lower() for each in [*said, *seen.all("isaccessibleforfree")]]
    return "false" in free or seen.first("article:content_tier").lower() == "locked"


def tags(seen: Seen, node: ld_json.Node) -> tuple[str, ...]:
    """Return the subjects that the page gives for itself, each once, whatever its case."""
    listed = [word for said in seen.all(*TAG_META) for word in unescape(said).split(",")]
    found = (" ".join(word.split())[:80] for word in [*listed, *ld_json.words(node.get("keywords"))])
    kept: dict[str, str] = {}
    for word in found:
        if word:
            kept.setdefault(word.casefold(), word)
    return tuple(kept.values())[:MAX_TAGS]


def section(seen: Seen, node: ld_json.Node) -> str:
    """Return the part of the paper that the article stands in: as told, else the first step of the trail to it."""
    said = ld_json.text(node.get("articleSection")) or unescape(seen.first(*SECTION_META))
    return (said or _trail(seen.nodes))[:120]


def _trail(found: Sequence[ld_json.Node]) -> str:
    """Return the step after the front page in a BreadcrumbList of at least three."""
    for node in found:
        if "breadcrumblist" in ld_json.types(node):
            steps = ld_json.several(node.get("itemListElement"))
            named = [
                ld_json.text(each.get("name")) or ld_json.text(each.get("item"), "name")
                for each in steps
                if isinstance(each, Mapping)
            ]
            if len(named) > 2 and "://" not in named[1]:  # noqa: PLR2004 - front page, section, article
                return named[1]
    return ""


def _body(value: object) -> str:
    """Return an articleBody as paragraphs, one a line, without the markup that some put into it."""
    if not isinstance(value, str) or len(value) > MAX_BODY:
        return ""
    return unescape(_TAG.sub("", _MARKUP.sub("\n", unescape(value))))


def absolute(found: str, url: str) -> str:
    """Return an address made absolute, '' for what is none of the Web or too long."""
    if not found:
        return ""
    try:
        whole = urljoin(url, found.strip())
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) and len(whole) <= MAX_ADDRESS else ""
