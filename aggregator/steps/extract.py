"""Extract: read the article out of a stored page, or say why there is none."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.core import gate, words
from aggregator.core.article import Extraction, Hints, effective, text_hash
from aggregator.core.copies import credit
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import AggregatorError, Refused
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import Page
from aggregator.core.readers import Blobs, PageReader
from aggregator.core.sketch import sketch
from aggregator.core.url import key, normal, same_site
from aggregator.store import articles, entries, outcomes, pages, sightings, sketches
from aggregator.store.articles import NewArticle
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=3)
ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Extractor:
    """What extraction needs: the bytes, the reader and its version, and a guard against pages that take too long."""

    blobs: Blobs
    read: PageReader
    version: str
    guard: Callable[[], AbstractContextManager[None]]


def extract(store: Store, tools: Extractor, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Read the pages of those of the entries that wait for it, one by one; each ends in one outcome.

    Each page is leased for itself: one that takes the whole worker down with it is known by its count of attempts, and
    its siblings have not been touched.
    """
    return [_extract_one(store, tools, now, entry_id) for entry_id in entry_ids]


def _extract_one(store: Store, tools: Extractor, now: datetime, entry_id: int) -> Outcome:
    with store.writing() as session:
        leased = entries.lease(session, [entry_id], EntryStatus.FETCHED, now, LEASE)
        if not leased:
            return _ended(session, Outcome(Step.EXTRACT, entry_id, Word.NOT_DUE), now)
        entry = leased[0]
        page = pages.get(session, entry.page_id or 0)
        if page is None:
            return _quarantined(session, entry, "its page is no longer kept", now)
        if entry.attempts > ATTEMPTS:
            reason = f"the parser did not come back from this page ({ATTEMPTS} tries)"
            return _quarantined(session, entry, reason, page.fetched_at)
    hints = Hints(entry.title, entry.summary, entry.author, entry.published, entry.language)
    try:
        with tools.guard():
            found = tools.read(tools.blobs.get(page.blob), url=page.final_url, charset=page.charset, hints=hints)
    except AggregatorError as error:
        with store.writing() as session:
            return _quarantined(session, entry, error.reason, page.fetched_at)
    return _saved(store, tools, entry, page, found, hints)


def _saved(store: Store, tools: Extractor, entry: Entry, page: Page, found: Extraction, hints: Hints) -> Outcome:
    number = words.count(found.text)
    verdict = gate.verdict(found, hints, number)
    if verdict:
        with store.writing() as session:
            return _quarantined(session, entry, verdict, page.fetched_at)
    new = _article(entry, page, found, number, tools.version)
    fingerprint = sketch(found.title, found.text, found.language)
    with store.writing() as session:
        article_id = articles.add(session, new)
        if article_id is None:
            return _known(session, entry, page, new.url_key)
        articles.add_aliases(session, article_id, _aliases(entry, page, new.url_key))
        sketches.add(session, article_id, fingerprint, new.first_seen)
        sightings.add(session, article_id, entry.source_id, entry.id, new.url, entry.seen_at, new.published)
        entries.settle(session, entry.id, EntryStatus.EXTRACTED, page.fetched_at, article_id=article_id)
        follows = (Work(Step.GATHER, entry.id, entry.host),)
        return _ended(session, Outcome(Step.EXTRACT, entry.id, Word.EXTRACTED, "", follows), page.fetched_at)


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
        named = ""
    front = named.partition("://")[2].partition("/")[2] == ""
    return named if named and not front and same_site(named, final_url) else final_url


def _aliases(entry: Entry, page: Page, url_key: str) -> dict[str, str]:
    names = {key(page.final_url): "redirect", entry.url_key: "feed"}
    return {name: kind for name, kind in names.items() if name != url_key}


def _known(session: Session, entry: Entry, page: Page, url_key: str) -> Outcome:
    known = articles.by_url_key(session, url_key)
    if known is None:
        return _quarantined(session, entry, "its address clashes with that of another article", page.fetched_at)
    reason = f"the same address as article {known.key}"
    sightings.add(session, known.id, entry.source_id, entry.id, page.final_url, entry.seen_at, entry.published)
    articles.add_aliases(session, known.id, _aliases(entry, page, url_key))
    articles.want_published(session, [known.root_id], page.fetched_at)
    entries.settle(session, entry.id, EntryStatus.DUPLICATE, page.fetched_at, reason=reason, article_id=known.id)
    follows = (Work(Step.PUBLISH, known.root_id),)
    return _ended(session, Outcome(Step.EXTRACT, entry.id, Word.DUPLICATE, reason, follows), page.fetched_at)


def _quarantined(session: Session, entry: Entry, reason: str, at: datetime) -> Outcome:
    entries.settle(session, entry.id, EntryStatus.QUARANTINED, at, reason=reason)
    return _ended(session, Outcome(Step.EXTRACT, entry.id, Word.QUARANTINED, reason), at)


def _ended(session: Session, outcome: Outcome, at: datetime) -> Outcome:
    outcomes.record(session, [outcome], at)
    return outcome
