"""The article in a page: trafilatura for the body, on one tree, with a layer around it for what it leaves crooked."""

import re
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import trafilatura
from htmldate import find_date
from lxml.html import HtmlElement
from trafilatura.settings import Document
from trafilatura.settings import Extractor as Options

from aggregator.adapters import clean_html, html_tree, language, page_metadata
from aggregator.adapters.page_metadata import PageFacts
from aggregator.core import headline
from aggregator.core.article import Extraction, Hints
from aggregator.core.errors import Unreadable

VERSION = f"trafilatura-{trafilatura.__version__}+1"
SAME_HEADLINE = 0.9
CLOSE = timedelta(hours=36)
POOR = 400  # characters; a text shorter than this is asked for in another way

_CALL = re.compile(
    r"^(?:read (?:more|also|next)|also read|see also|related(?: (?:articles?|stories|topics))?|more on this|share this|"
    r"follow us|sign up (?:for|to)|subscribe (?:to|now)|newsletter|click here|advertisement|"
    r"lesen sie (?:auch|mehr)|mehr zum thema|auch interessant|teilen|newsletter abonnieren|das könnte sie|"
    r"lire aussi|à lire aussi|partager|abonnez-vous|lea también|lee también|le puede interesar|comparte|leggi anche|"
    r"leia (?:também|mais)|lees ook|читайте также)\b.{0,120}$",
    re.IGNORECASE,
)
TRAILING = 4  # lines at the end that may be calls to action


def extract(body: bytes, *, url: str, charset: str, hints: Hints) -> Extraction:
    """Return what the page at `url` says; Unreadable when it cannot be parsed within bounds or holds no text."""
    tree = html_tree.parse(body, charset)
    facts = page_metadata.read(tree, url)
    title, title_from = headline.choose(hints.title, _titles(facts))
    blocks = _trimmed(_body(tree, url), [title, *(each for _, each in facts.titles)])
    text = "\n".join(words for _, words, _ in blocks)
    published, published_from = _published(facts, hints, tree, url)
    modified = facts.modified[0][1] if facts.modified else None
    return Extraction(
        title=title,
        authors=facts.authors or ((hints.author,) if hints.author else ()),
        published=published,
        modified=modified,
        language=language.identify(text, facts.language or hints.language),
        text=text,
        html="\n".join(html for _, _, html in blocks),
        description=facts.description,
        image=facts.image,
        site_name=facts.site_names[0] if facts.site_names else "",
        canonical_url=facts.canonical_url,
        licence_url=facts.licence_url,
        paywalled=facts.paywalled,
        robots=facts.robots,
        tags=facts.tags,
        section=facts.section,
        page_type=facts.page_type,
        links=facts.links,
        origins=(
            ("title", title_from),
            ("authors", facts.authors_from or ("feed" if hints.author else "")),
            ("published", published_from),
            ("body", VERSION),
        ),
    )


def _titles(facts: PageFacts) -> list[tuple[str, str]]:
    names = facts.site_names
    return [(origin, headline.without_site(title, names)) for origin, title in facts.titles]


def _body(tree: HtmlElement, url: str) -> list[tuple[str, str, str]]:
    """Return the blocks of the article: read in the quick way, and in the thorough one where that finds too little."""
    found = _read(tree, url, recall=True)
    if sum(len(words) for _, words, _ in found) >= POOR:
        return found
    return max(found, _read(tree, url, recall=False), key=lambda blocks: sum(len(words) for _, words, _ in blocks))


def _read(tree: HtmlElement, url: str, *, recall: bool) -> list[tuple[str, str, str]]:
    options = Options(
        output_format="python", recall=recall, comments=False, formatting=True, links=True, tables=True, url=url
    )
    try:
        document = trafilatura.bare_extraction(tree, options=options)
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(f"trafilatura failed on this page: {type(error).__name__}: {error}") from error
    if not isinstance(document, Document) or document.body is None:
        return []
    return clean_html.blocks(document.body, url)


def _trimmed(blocks: Sequence[tuple[str, str, str]], titles: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the blocks without the headline told again at the head and without calls to action at the end."""
    found = list(blocks)
    while found and len(found) > 1 and any(headline.alike(found[0][1], title) >= SAME_HEADLINE for title in titles):
        found.pop(0)
    for place in range(len(found) - 1, max(len(found) - 1 - TRAILING, 0), -1):
        if _CALL.match(found[place][1]):
            del found[place]
    return found


def _published(facts: PageFacts, hints: Hints, tree: HtmlElement, url: str) -> tuple[datetime | None, str]:
    """Return when the article was published, and who says so.

    The feed's date stands where the page gives none or nearly the same; a page's own, where they are far apart.
    """
    if facts.published:
        origin, when = facts.published[0]
        if hints.published is None or abs(when - hints.published) > CLOSE:
            return when, origin
        return hints.published, "feed"
    if hints.published is not None:
        return hints.published, "feed"
    found = find_date(deepcopy(tree), url=url, original_date=True, extensive_search=False)
    if not found:
        return None, ""
    return datetime.fromisoformat(found).replace(tzinfo=UTC), "htmldate"


def warm_up() -> None:
    """Load models and tables that are slow to load, so that the first page is as fast as the others."""
    language.warm_up()
    page = b"<html><head><title>t</title></head><body><article>" + b"<p>Some words in a paragraph.</p>" * 9
    extract(page + b"</article></body></html>", url="https://warm.example/", charset="utf-8", hints=Hints())
