"""Gather: find the other tellings of a text, join them under one canonical article, and place that in its story."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.core.article import Article, ArticleState, Sketch
from aggregator.core.copies import Match, compare
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.sketch import unpack
from aggregator.core.takedown import Ruling, ruling_on_text
from aggregator.steps.joining import Groups
from aggregator.steps.placing import place
from aggregator.store import articles, copies, entries, outcomes, sketches, stories, takedowns
from aggregator.store.entries import Settled
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=3)
TOGETHER = 16


def gather(store: Store, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Gather the articles of those of the entries that wait for it; each ends in one outcome.

    Each text was stored and committed before it is looked up here, so of two copies at the same instant at least one
    sees the other.
    """
    with store.writing() as session:
        leased = entries.lease(session, entry_ids, EntryStatus.EXTRACTED, now, LEASE)
        taken = {entry.id for entry in leased}
        ended = [Outcome(Step.GATHER, each, Word.NOT_DUE) for each in entry_ids if each not in taken]
        outcomes.record(session, ended, now)
    for start in range(0, len(leased), TOGETHER):
        ended += _gathered(store, leased[start : start + TOGETHER], now)
    return ended


def _gathered(store: Store, leased: Sequence[Entry], now: datetime) -> list[Outcome]:
    """Look up without a lock, then join and place under one: a single worker at a time changes groups and stories."""
    ids = [entry.article_id or 0 for entry in leased]
    with store.reading() as session:
        drawn = sketches.several(session, ids)
        found = _found(session, drawn)
    with store.writing() as session:
        stories.lock(session)
        related = [other for matches in found.values() for other, _ in matches]
        held = articles.groups_for_update(session, [*ids, *related])
        refused = _refused(session, leased, held, drawn, now)
        held |= {each: replace(held[each], state=ArticleState.REMOVED) for each in _gone(leased, held, refused)}
        left = [entry for entry in leased if entry.id not in refused]
        groups = Groups(held, entries.of_articles(session, list(held)) if related else ())
        turns = [groups.join(entry.article_id or 0, found.get(entry.article_id or 0, ())) for entry in left]
        changed = place(session, held, groups.held, turns).union(*(turn.changed for turn in turns))
        copies.save_several(session, groups.edges, now)
        ended = _settled(session, left, groups, changed, now)
        ended += [Outcome(Step.GATHER, each, Word.REFUSED, reason) for each, reason in refused.items()]
        articles.want_published(session, changed, now)
        outcomes.record(session, ended, now)
    return ended


def _gone(leased: Sequence[Entry], held: Mapping[int, Article], refused: Mapping[int, str]) -> set[int]:
    """Return the articles of refused entries, for those that there are."""
    return {entry.article_id or 0 for entry in leased if entry.id in refused}.intersection(held)


def _refused(
    session: Session, leased: Sequence[Entry], held: Mapping[int, Article], drawn: Mapping[int, Sketch], now: datetime
) -> dict[int, str]:
    """Return why entries are refused: their articles were taken down, or tell what was; these are emptied here."""
    mine = [held[each] for entry in leased if (each := entry.article_id or 0) in held]
    sampled = {str(fp) for sketch in drawn.values() for fp in sketch.sample}
    blocked = takedowns.any_of_texts(session, sampled, [article.text_hash for article in mine])
    refused = {}
    for entry in leased:
        article = held.get(entry.article_id or 0)
        if article is None or article.id not in drawn or article.state is ArticleState.REMOVED:
            refused[entry.id] = "its article was taken down in the meantime"
            continue
        ruling = _ruling(session, article, drawn[article.id]) if blocked else None
        if ruling:
            refused[entry.id] = ruling.rule
            articles.remove(session, [article.id])
            sketches.remove(session, [article.id])
    for entry_id, reason in refused.items():
        entries.empty(session, [entry_id], reason, now)
    return refused


def _ruling(session: Session, article: Article, sketch: Sketch) -> Ruling | None:
    found = takedowns.of_texts(session, [str(fp) for fp in sketch.sample], article.text_hash)
    if not found:
        return None
    whole = takedowns.sketches_of(session, {block.takedown_id for block in found})
    return ruling_on_text([(block, unpack(block.sketch)) for block in whole], article.text_hash, sketch.shingles)


def _found(session: Session, drawn: Mapping[int, Sketch]) -> dict[int, list[tuple[int, Match]]]:
    """Return, for each article, those whose text is related to its own, and how."""
    ids = {mine: others for mine, others in sketches.candidates_of(session, drawn).items() if others}
    if not ids:
        return {}
    every = {each for mine, others in ids.items() for each in (mine, *others)}
    told = articles.several(session, every)
    theirs = {**sketches.several(session, every - drawn.keys()), **drawn}
    found: dict[int, list[tuple[int, Match]]] = {}
    for mine, others in ids.items():
        for other in others:
            if other not in theirs or told[other].state is ArticleState.REMOVED:
                continue
            gap = abs(told[mine].effective_at - told[other].effective_at)
            same_source = told[mine].source_id == told[other].source_id
            if match := compare(drawn[mine], theirs[other], gap, same_source=same_source):
                found.setdefault(mine, []).append((other, match))
    return found


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
    entries.settle(session, settled)
    return ended
