"""Reading: one stored page through the reader and the gate, for extract with a new page and revise with a known one."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.core import gate, words
from aggregator.core.article import Extraction, Hints, Sketch, effective, text_hash
from aggregator.core.copies import credit
from aggregator.core.entry import Entry
from aggregator.core.errors import AggregatorError, Refused, TryLater
from aggregator.core.page import Page
from aggregator.core.readers import Blobs, PageReader
from aggregator.core.sketch import sketch
from aggregator.core.url import key, normal, same_site
from aggregator.store.articles import NewArticle
from aggregator.store.session import Session


@dataclass(frozen=True, slots=True)
class Extractor:
    """What extraction needs: the bytes, the reader and its version, and a guard against pages that take too long."""

    blobs: Blobs
    read: PageReader
    version: str
    guard: Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows that helps to read the pages of some entries."""

    texts: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One page, read at `at`: what was found and the article it makes with its sketch, or what `kind` of page it is.

    `kind` and `reason` are '' for an article; `words` are those of the text in either case.
    """

    entry: Entry
    at: datetime
    kind: str = ""
    reason: str = ""
    words: int = 0
    found: Extraction | None = None
    new: NewArticle | None = None
    drawn: Sketch | None = None
    final_key: str = ""


def known(session: Session, entries: Iterable[Entry]) -> Known:  # noqa: ARG001
    """Return what the store knows of these entries and their sources."""
    return Known()


def read(tools: Extractor, entry: Entry, page: Page | None, known: Known, now: datetime) -> Reading:
    """Return what the page of an entry says; TryLater when it is not the page but the house that fails."""
    if page is None:
        return Reading(entry, now, "no-page", "its page is no longer kept")
    hints = Hints(
        entry.title, entry.summary, entry.author, entry.published, entry.language, known.texts.get(entry.id, "")
    )
    try:
        with tools.guard():
            found = tools.read(tools.blobs.get(page.blob), url=page.final_url, charset=page.charset, hints=hints)
    except TryLater:
        raise
    except AggregatorError as error:
        return Reading(entry, page.fetched_at, "unreadable", error.reason)
    number = words.count(found.text)
    verdict = gate.verdict(found, hints, number)
    if verdict:
        return Reading(entry, page.fetched_at, verdict.partition(":")[0], verdict, number, found)
    return Reading(
        entry,
        page.fetched_at,
        words=number,
        found=found,
        new=_article(entry, page, found, number, tools.version),
        drawn=sketch(found.title, found.text, found.language),
        final_key=key(page.final_url),
    )


def _article(entry: Entry, page: Page, found: Extraction, number: int, version: str) -> NewArticle:
    url = _address(page.final_url, found.canonical_url)
    return NewArticle(
        url=url,
        url_key=key(url),
        source_id=entry.source_id,
        entry_id=entry.id,
        page_id=page.id,
        title=found.title or entry.title,
        authors=found.authors,
        language=found.language,
        published=found.published,
        modified=found.modified,
        effective_at=effective(found.published, page.fetched_at),
        first_seen=page.fetched_at,
        image=found.image,
        text=found.text,
        html=found.html,
        text_hash=text_hash(found.text),
        words=number,
        paywalled=found.paywalled,
        licence_url=found.licence_url,
        canonical_url=found.canonical_url,
        credit=credit(found.text, found.authors),
        extractor=version,
    )


def _address(final_url: str, canonical_url: str) -> str:
    """Return the page's own word for its address where it can be trusted: on the same site, and not its front page."""
    try:
        named = normal(canonical_url) if canonical_url else ""
    except Refused:
        return final_url
    front = named.partition("://")[2].partition("/")[2] == ""
    return named if named and not front and same_site(named, final_url) else final_url
