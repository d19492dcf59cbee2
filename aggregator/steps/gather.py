"""Gather: find the other tellings of a text, join them under one canonical article, and place that in its story."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.core.article import Article, ArticleState, Sketch
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.readers import Blobs
from aggregator.steps.blocked import withdraw_blocked
from aggregator.steps.finding import related
from aggregator.steps.joining import Groups
from aggregator.steps.placing import place
from aggregator.store import (
    article_groups,
    copies,
    entries,
    entry_queue,
    outcomes,
    pages,
    publish_queue,
    sketches,
    stories,
)
from aggregator.store.entry_queue import Settled
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=3)
TOGETHER = 16
GONE = "its article was taken down in the meantime"


def gather(store: Store, blobs: Blobs, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Gather the articles of those of the entries that wait for it; each ends in one outcome.

    Each text was stored and committed before it is looked up here, so of two copies at the same instant at least one
    sees the other.
    """
    with store.writing() as session:
        leased = entry_queue.lease(session, entry_ids, EntryStatus.EXTRACTED, now, LEASE)
        taken = {entry.id for entry in leased}
        ended = [Outcome(Step.GATHER, each, Word.NOT_DUE) for each in entry_ids if each not in taken]
        outcomes.record(session, ended, now)
    for start in range(0, len(leased), TOGETHER):
        ended += _gathered(store, blobs, leased[start : start + TOGETHER], now)
    return ended


def _gathered(store: Store, blobs: Blobs, leased: Sequence[Entry], now: datetime) -> list[Outcome]:
    """Look up without a lock, then join and place under one: a single worker at a time changes groups and stories."""
    ids = [entry.article_id or 0 for entry in leased]
    with store.reading() as session:
        drawn = sketches.several(session, ids)
        found = related(session, drawn)
    with store.writing() as session:
        stories.lock(session)
        others = [other for matches in found.values() for other, _ in matches]
        held = article_groups.hold(session, [*ids, *others])
        refused, orphans = _refused(session, leased, held, drawn, now)
        gone = {entry.article_id or 0 for entry in leased if entry.id in refused}.intersection(held)
        held |= {each: replace(held[each], state=ArticleState.REMOVED) for each in gone}
        left = [entry for entry in leased if entry.id not in refused]
        groups = Groups(held, entries.of_articles(session, list(held)) if others else ())
        turns = [groups.join(entry.article_id or 0, found.get(entry.article_id or 0, ())) for entry in left]
        changed = place(session, held, groups.held, turns).union(*(turn.changed for turn in turns))
        copies.save_several(session, groups.edges, now)
        ended = _settled(session, left, groups, changed, now)
        ended += [Outcome(Step.GATHER, each, Word.REFUSED, reason) for each, reason in refused.items()]
        publish_queue.want(session, changed, now)
        outcomes.record(session, ended, now)
    for blob in orphans:
        blobs.delete(blob)
    return ended


def _refused(
    session: Session, leased: Sequence[Entry], held: Mapping[int, Article], drawn: Mapping[int, Sketch], now: datetime
) -> tuple[dict[int, str], list[str]]:
    """Return why entries are refused: their articles were taken down, or tell what was; these are emptied here.

    Returns as well the blobs that nobody names any more, to be deleted after the commit.
    """
    mine = {entry.id: entry.article_id or 0 for entry in leased}
    live = {each for each in mine.values() if each in drawn and each in held and held[each].state is ArticleState.LIVE}
    texts = {each: (held[each].text_hash, drawn[each]) for each in sorted(live)}
    blocked, orphans = withdraw_blocked(session, held, texts, now)
    refused = {
        entry_id: blocked.get(each, GONE) for entry_id, each in mine.items() if each in blocked or each not in live
    }
    late = [entry_id for entry_id, reason in refused.items() if reason == GONE]
    if late:
        entries.empty(session, late, GONE, now)
        orphans += pages.remove(session, [page.id for page in pages.of_entries(session, late)])
    return refused, orphans


def _settled(
    session: Session, left: Sequence[Entry], groups: Groups, changed: Iterable[int], now: datetime
) -> list[Outcome]:
    """Return how the entries end, after storing it: each as an article of its own, or as a copy of another."""
    follows = tuple(Work(Step.PUBLISH, each) for each in sorted(changed))
    ended = []
    settled = list(groups.settled.values())
    for entry in left:
        article = groups.held[entry.article_id or 0]
        if article.root_id == article.id:
            settled.append(Settled(entry.id, EntryStatus.ARTICLE, now))
            ended.append(Outcome(Step.GATHER, entry.id, Word.ARTICLE, article.root_reason, follows))
        else:
            reason = f"a copy of article {groups.held[article.root_id].key}"
            settled.append(Settled(entry.id, EntryStatus.DUPLICATE, now, reason))
            ended.append(Outcome(Step.GATHER, entry.id, Word.DUPLICATE, reason, follows))
    entry_queue.settle(session, settled)
    return ended
