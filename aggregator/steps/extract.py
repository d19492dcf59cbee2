"""Extract: read the articles out of stored pages, or say why there is none."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from aggregator.core.article import Article
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import TryLater
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import Page
from aggregator.steps import reading
from aggregator.steps.reading import Extractor, Known, Reading
from aggregator.store import articles, entries, outcomes, pages, sightings, sketches
from aggregator.store.entries import Settled
from aggregator.store.session import Session, Store
from aggregator.store.sightings import NewSighting

LEASE = timedelta(minutes=3)
ATTEMPTS = 2
TOGETHER = 8


def extract(store: Store, tools: Extractor, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Read the pages of those of the entries that wait for it; each ends in one outcome.

    Pages are taken and saved a few at a time. One whose first attempt took its whole worker down is taken alone, so
    that it can do no harm to its siblings, and is put aside when it does so again.
    """
    ended: list[Outcome] = []
    alone: list[int] = []
    for start in range(0, len(entry_ids), TOGETHER):
        ids = entry_ids[start : start + TOGETHER]
        with store.writing() as session:
            leased = entries.lease(session, ids, EntryStatus.FETCHED, now, LEASE, untried=True)
            page_of = pages.several(session, [entry.page_id or 0 for entry in leased])
            known = reading.known(session, leased)
        taken = {entry.id for entry in leased}
        alone += [each for each in ids if each not in taken]
        ended += _saved(store, now, _all_read(store, tools, leased, page_of, known, now))
    return ended + [_alone(store, tools, now, each) for each in alone]


def _alone(store: Store, tools: Extractor, now: datetime, entry_id: int) -> Outcome:
    with store.writing() as session:
        leased = entries.lease(session, [entry_id], EntryStatus.FETCHED, now, LEASE)
        if not leased:
            outcome = Outcome(Step.EXTRACT, entry_id, Word.NOT_DUE)
            outcomes.record(session, [outcome], now)
            return outcome
        page = pages.get(session, leased[0].page_id or 0)
        known = reading.known(session, leased)
    if leased[0].attempts > ATTEMPTS:
        reason = f"the parser did not come back from this page ({ATTEMPTS} tries)"
        return _saved(store, now, [Reading(leased[0], page.fetched_at if page else now, "unreadable", reason)])[0]
    page_of = {page.id: page} if page else {}
    return _saved(store, now, _all_read(store, tools, leased, page_of, known, now))[0]


def _all_read(
    store: Store,
    tools: Extractor,
    leased: Sequence[Entry],
    page_of: Mapping[int, Page],
    known: Known,
    now: datetime,
) -> list[Reading]:
    """Read pages; when it is not they but the house that fails, give their leases back as though never taken."""
    try:
        return [reading.read(tools, entry, page_of.get(entry.page_id or 0), known, now) for entry in leased]
    except TryLater:
        with store.writing() as session:
            entries.release(session, [entry.id for entry in leased])
        raise


def _saved(store: Store, now: datetime, found: Sequence[Reading]) -> list[Outcome]:
    """Return how the extractions of some pages ended, after storing it in one transaction."""
    if not found:
        return []
    with store.writing() as session:
        by_entry = articles.add(session, [each.new for each in found if each.new])
        known = articles.by_url_keys(
            session, [each.new.url_key for each in found if each.new and each.entry.id not in by_entry]
        )
        _joined(session, found, by_entry, known)
        ended = [_end(each, by_entry.get(each.entry.id), known) for each in found]
        entries.settle(session, [settled for _, settled in ended])
        articles.want_published(session, [article.root_id for article in known.values()], now)
        outcomes.record(session, [outcome for outcome, _ in ended], now)
    return [outcome for outcome, _ in ended]


def _joined(
    session: Session, found: Sequence[Reading], by_entry: Mapping[int, int], known: Mapping[str, Article]
) -> None:
    """Store what goes with the articles: sketches, other addresses, and who carried them where."""
    drawn = {}
    names = []
    seen = []
    for each in found:
        if each.new is None:
            continue
        article_id = by_entry.get(each.entry.id)
        if article_id is not None and each.drawn is not None:
            drawn[article_id] = (each.drawn, each.at)
        elif each.new.url_key in known:
            article_id = known[each.new.url_key].id
        if article_id is not None:
            names += [
                (article_id, name, kind)
                for name, kind in ((each.final_key, "redirect"), (each.entry.url_key, "feed"))
                if name != each.new.url_key
            ]
            entry = each.entry
            seen.append(
                NewSighting(article_id, entry.source_id, entry.id, each.new.url, entry.seen_at, each.new.published)
            )
    sketches.add(session, drawn)
    articles.add_aliases(session, names)
    sightings.add(session, seen)


def _end(each: Reading, article_id: int | None, known: Mapping[str, Article]) -> tuple[Outcome, Settled]:
    """Return the outcome of one extraction and where its entry is to stand."""
    entry = each.entry
    if each.new is None:
        settled = Settled(entry.id, EntryStatus.QUARANTINED, each.at, each.reason)
        return Outcome(Step.EXTRACT, entry.id, Word.QUARANTINED, each.reason), settled
    if article_id is not None:
        follows = (Work(Step.GATHER, entry.id, entry.host),)
        settled = Settled(entry.id, EntryStatus.EXTRACTED, each.at, article_id=article_id)
        return Outcome(Step.EXTRACT, entry.id, Word.EXTRACTED, "", follows), settled
    other = known.get(each.new.url_key)
    if other is None:
        reason = "its address clashes with the name of another article"
        settled = Settled(entry.id, EntryStatus.QUARANTINED, each.at, reason)
        return Outcome(Step.EXTRACT, entry.id, Word.QUARANTINED, reason), settled
    reason = f"the same address as article {other.key}"
    settled = Settled(entry.id, EntryStatus.DUPLICATE, each.at, reason, article_id=other.id)
    return Outcome(Step.EXTRACT, entry.id, Word.DUPLICATE, reason, (Work(Step.PUBLISH, other.root_id),)), settled
