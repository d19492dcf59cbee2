"""The article in a page: trafilatura for the body, on one tree, with a layer around it for what it leaves crooked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

import trafilatura
from htmldate import find_date
from lxml.html import HtmlElement

from aggregator.adapters import body as article_body
from aggregator.adapters import clean_html, html_tree, language, overrides, page_metadata
from aggregator.adapters.body import Told
from aggregator.core import byline, headline
from aggregator.core.article import Extraction, Hints
from aggregator.core.override import Override
from aggregator.core.page_facts import PageFacts
from aggregator.core.witness import Witness

VERSION = f"trafilatura-{trafilatura.__version__}+3"
CLOSE = timedelta(hours=36)
NOTHING: Mapping[int, int] = MappingProxyType({})


def extract(
    body: bytes,
    *,
    url: str,
    charset: str,
    hints: Hints,
    known: Mapping[int, int] = NOTHING,
    override: Override | None = None,
) -> Extraction:
    """Return what the page at `url` says; Unreadable when it cannot be parsed within bounds.

    `known` gives for the hash of a line (`core.boilerplate.lines`) on how many other pages of the site it was seen,
    `override` is what an operator says about the site's pages; Refused when one of its expressions cannot be read.
    A page without an article gives an Extraction with little or no text, which is for the gate to judge.
    """
    tree = html_tree.parse(body, charset)
    named, own_title = overrides.apply(tree, override) if override else (None, "")
    facts = page_metadata.read(tree, url)
    title, title_from = headline.choose(hints.title, facts.titles, facts.site_names)
    title, title_from = (own_title, "override") if own_title else (title, title_from)
    published, published_from = _published(facts, hints, tree, url)
    site = (*facts.site_names, urlsplit(url).netloc)
    people, people_from = byline.chosen(
        byline.Names(facts.authors, facts.organisations), facts.authors_from, hints.author, site
    )
    authors = people.persons
    told = _told(facts, hints, title, authors, known)
    found = article_body.read(tree, url, told) if named is None else article_body.read_named(named, url, told)
    text, html = clean_html.joined(found.blocks)
    modified = next((when for _, when in facts.modified if published is None or when >= published), None)
    tongue = language.identify(text, facts.language or hints.language)
    return Extraction(
        title=title,
        authors=authors,
        published=published,
        modified=modified,
        language=tongue,
        text=text,
        html=html,
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
        organisations=people.organisations,
        image_credit=facts.image_credit,
        amp_url=facts.amp_url,
        next_urls=facts.next_urls,
        agreement=found.agreement,
        origins=(
            ("title", title_from),
            ("authors", people_from),
            ("published", published_from),
            ("modified", next((said for said, when in facts.modified if when == modified), "")),
            ("language", _language_from(tongue, facts, hints)),
            *facts.origins,
            ("body", found.origin or VERSION),
        ),
    )


def _language_from(found: str, facts: PageFacts, hints: Hints) -> str:
    """Return who says that a text is in the language that was found; the text itself where nobody else does."""
    said = (("page", facts.language), ("feed", hints.language))
    return next((name for name, tag in said if found and tag.lower().startswith(found)), "text" if found else "")


def _told(facts: PageFacts, hints: Hints, title: str, authors: Sequence[str], known: Mapping[int, int]) -> Told:
    """Return what page and feed say of the article beside its body.

    What a page tells machines behind a paywall bears witness, but does not stand in for what readers are not shown.
    """
    page = [Witness("ld+json", facts.body)] if facts.body else []
    feed = [Witness("feed", hints.body)] if hints.body else []
    return Told(
        titles=[title, *(each for _, each in facts.titles)],
        authors=authors,
        descriptions=[facts.description, hints.summary],
        witnesses=[*page, *feed],
        fillers=[*([] if facts.paywalled else page), *feed],
        known=known,
    )


def _published(facts: PageFacts, hints: Hints, tree: HtmlElement, url: str) -> tuple[datetime | None, str]:
    """Return when the article was published, and who says so.

    The feed's date stands where the page gives none, nearly the same, or a day without a time; the page's own where
    they are further apart, since a feed often dates what it shows anew.
    """
    if facts.published:
        origin, when = facts.published[0]
        if hints.published is None:
            return when, origin
        told = origin != "time" and (when.hour, when.minute, when.second) != (0, 0, 0)
        return (when, origin) if told and abs(when - hints.published) > CLOSE else (hints.published, "feed")
    if hints.published is not None:
        return hints.published, "feed"
    if visible := page_metadata.visible_date(tree, facts.language or hints.language):
        return visible, "text"
    found = find_date(tree, url=url, original_date=True, extensive_search=False)
    return (datetime.fromisoformat(found).replace(tzinfo=UTC), "htmldate") if found else (None, "")


def warm_up() -> None:
    """Load models and tables that are slow to load, so that the first page is as fast as the others."""
    language.warm_up()
    page = b"<html><head><title>t</title></head><body><article>" + b"<p>Some words in a paragraph.</p>" * 9
    extract(page + b"</article></body></html>", url="https://warm.example/", charset="utf-8", hints=Hints())
