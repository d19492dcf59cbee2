"""Extract: read the articles out of stored pages, or say why there is none."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.core import gate, renewal, retrying
from aggregator.core.article import Article
from aggregator.core.baseline import ARTICLE
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import TryLater
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import Page
from aggregator.core.renewal import Renewal
from aggregator.core.schedule import chance
from aggregator.core.url import key
from aggregator.steps import reading, watching
from aggregator.steps.reading import Extractor, Known, Reading
from aggregator.steps.watching import Counted
from aggregator.store import (
    aliases,
    articles,
    entry_queue,
    outcomes,
    pages,
    parts,
    publish_queue,
    sightings,
    site_lines,
    sketches,
)
from aggregator.store.articles import NewArticle
from aggregator.store.entry_queue import Settled
from aggregator.store.session import Session, Store
from aggregator.store.sightings import NewSighting

LEASE = timedelta(minutes=3)
ATTEMPTS = 2
TOGETHER = 8
SAME_DAY = timedelta(days=1)


def extract(store: Store, tools: Extractor, plan: Renewal, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Read the pages of those of the entries that wait for it; each ends in one outcome.

    Pages are taken and saved a few at a time. One whose first attempt took its whole worker down is taken alone, so
    that it can do no harm to its siblings, and is put aside when it does so again.
    """
    ended: list[Outcome] = []
    alone: list[int] = []
    for start in range(0, len(entry_ids), TOGETHER):
        ids = entry_ids[start : start + TOGETHER]
        with store.writing() as session:
            leased = entry_queue.lease(session, ids, EntryStatus.FETCHED, now, LEASE, untried=True)
            page_of = pages.several(session, [entry.page_id or 0 for entry in leased])
            known = reading.known(session, leased)
        taken = {entry.id for entry in leased}
        alone += [each for each in ids if each not in taken]
        ended += _saved(store, plan, now, _all_read(store, tools, leased, page_of, known, now))
    return ended + [_alone(store, tools, plan, now, each) for each in alone]


def _alone(store: Store, tools: Extractor, plan: Renewal, now: datetime, entry_id: int) -> Outcome:
    with store.writing() as session:
        leased = entry_queue.lease(session, [entry_id], EntryStatus.FETCHED, now, LEASE)
        if not leased:
            outcome = Outcome(Step.EXTRACT, entry_id, Word.NOT_DUE)
            outcomes.record(session, [outcome], now)
            return outcome
        page = pages.get(session, leased[0].page_id or 0)
        known = reading.known(session, leased)
    if leased[0].attempts > ATTEMPTS:
        reason = f"the parser did not come back from this page ({ATTEMPTS} tries)"
        at = page.fetched_at if page else now
        return _saved(store, plan, now, [Reading(leased[0], at, retrying.UNREADABLE, reason)])[0]
    page_of = {page.id: page} if page else {}
    return _saved(store, plan, now, _all_read(store, tools, leased, page_of, known, now))[0]


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
            entry_queue.release(session, [entry.id for entry in leased])
        raise


def _saved(store: Store, plan: Renewal, now: datetime, found: Sequence[Reading]) -> list[Outcome]:
    """Return how the extractions of some pages ended, after storing it in one transaction.

    What has been taken down or settled by somebody else while it was read here leaves nothing.
    """
    if not found:
        return []
    with store.writing() as session:
        waiting = entry_queue.hold(session, [each.entry.id for each in found], EntryStatus.FETCHED)
        gone = [Outcome(Step.EXTRACT, each.entry.id, Word.NOT_DUE) for each in found if each.entry.id not in waiting]
        found = _without_repeated(session, [each for each in found if each.entry.id in waiting])
        new = [replace(each.new, check_at=_next_look(each, each.new, plan, now)) for each in found if each.new]
        by_entry = articles.add(session, new)
        known = articles.by_url_keys(
            session, [each.new.url_key for each in found if each.new and each.entry.id not in by_entry]
        )
        _joined(session, found, by_entry, known)
        ended = [_end(each, by_entry.get(each.entry.id), known, now) for each in found]
        _watched(session, found, by_entry, now)
        entry_queue.settle(session, [settled for _, settled in ended])
        publish_queue.want(session, [article.root_id for article in known.values()], now)
        outcomes.record(session, gone + [outcome for outcome, _ in ended], now)
    return gone + [outcome for outcome, _ in ended]


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
    aliases.add(session, names)
    sightings.add(session, seen)


def _next_look(each: Reading, new: NewArticle, plan: Renewal, now: datetime) -> datetime | None:
    """Return when the page of an article is looked at next: at once where it has further parts."""
    if plan.on and each.found and each.found.next_urls:
        return now
    luck = chance(f"look at {new.url_key}", now)
    return renewal.following(new.effective_at, new.first_seen, 0, luck, plan)


def _without_repeated(session: Session, found: Sequence[Reading]) -> list[Reading]:
    """Return readings of which those are no articles whose text the same host has told at several addresses today."""
    told = [each.new for each in found if each.new]
    if not told:
        return list(found)
    since = min(new.first_seen for new in told) - SAME_DAY
    counted = articles.same_texts(session, {new.text_hash for new in told}, since)
    here = Counter((new.text_hash, new.source_id) for new in told)
    kept = []
    for each in found:
        if each.new:
            name = (each.new.text_hash, each.new.source_id)
            if verdict := gate.repeated(counted.get(name, 0) + here[name]):
                kept.append(replace(each, kind=verdict.kind.value, reason=str(verdict), new=None))
                continue
        kept.append(each)
    return kept


def _watched(session: Session, found: Sequence[Reading], by_entry: Mapping[int, int], now: datetime) -> None:
    """Count how the pages of their sources are read, and remember lines and further parts of those that are new."""
    new = [each for each in found if each.entry.id in by_entry]
    watching.tally(session, now, [_counted(each) for each in found])
    watching.watch(session, now, {each.entry.source_id for each in found})
    told: dict[int, list[int]] = {}
    for each in new:
        told.setdefault(each.entry.source_id, []).extend(each.lines)
    site_lines.add(session, told, now)
    split = {by_entry[each.entry.id]: each.found.next_urls for each in new if each.found and each.found.next_urls}
    parts.add(session, split)
    aliases.add(session, [(each, key(url), "part") for each, urls in split.items() for url in urls])


def _counted(each: Reading) -> Counted:
    return Counted(each.entry.source_id, each.kind or ARTICLE, each.words, each.titled)


def _end(each: Reading, article_id: int | None, known: Mapping[str, Article], now: datetime) -> tuple[Outcome, Settled]:
    """Return the outcome of one extraction and where its entry is to stand."""
    entry = each.entry
    if each.new is None:
        return _aside(each, each.kind, each.reason, now)
    if article_id is not None:
        follows = (Work(Step.GATHER, entry.id, entry.host),)
        settled = Settled(entry.id, EntryStatus.EXTRACTED, each.at, article_id=article_id)
        return Outcome(Step.EXTRACT, entry.id, Word.EXTRACTED, "", follows), settled
    other = known.get(each.new.url_key)
    if other is None:
        return _aside(each, "clash", "its address clashes with the name of another article", now)
    reason = f"the same address as article {other.key}"
    settled = Settled(entry.id, EntryStatus.DUPLICATE, each.at, reason, article_id=other.id)
    return Outcome(Step.EXTRACT, entry.id, Word.DUPLICATE, reason, (Work(Step.PUBLISH, other.root_id),)), settled


def _aside(each: Reading, kind: str, reason: str, now: datetime) -> tuple[Outcome, Settled]:
    """Put an entry aside, to be tried again later where that may help."""
    entry = each.entry
    again = retrying.again(kind, entry.retries, now, chance(f"retry {entry.id}", now))
    settled = Settled(entry.id, EntryStatus.QUARANTINED, each.at, reason, verdict=kind, retry_at=again)
    return Outcome(Step.EXTRACT, entry.id, Word.QUARANTINED, reason), settled
