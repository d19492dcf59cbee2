"""Gather: find the other tellings of a text, join them under one canonical article, and place that in its story."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from aggregator.core import story
from aggregator.core.article import Article, ArticleState, Sketch
from aggregator.core.copies import Candidate, Match, Relation, canonical, compare, is_agency
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.sketch import unpack
from aggregator.core.takedown import Ruling, ruling_on_text
from aggregator.store import articles, copies, entries, outcomes, sketches, stories, takedowns
from aggregator.store.copies import Edge
from aggregator.store.entries import Settled
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=3)
RARE_TERMS = 8
ENDS = (EntryStatus.ARTICLE, EntryStatus.DUPLICATE)


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
        drawn = sketches.several(session, [entry.article_id or 0 for entry in leased])
    return ended + [_gather_one(store, entry, drawn.get(entry.article_id or 0), now) for entry in leased]


def _gather_one(store: Store, entry: Entry, sketch: Sketch | None, now: datetime) -> Outcome:
    with store.reading() as session:
        article = articles.get(session, entry.article_id or 0)
        found = _found(session, article, sketch) if article and sketch else []
    with store.writing() as session:
        article = articles.get(session, entry.article_id or 0)
        if article is None or sketch is None or article.state is ArticleState.REMOVED:
            return _refused(session, entry, [], "its article was taken down in the meantime", now)
        ruling = _ruling(session, article, sketch)
        if ruling:
            return _refused(session, entry, [article.id], ruling.rule, article.first_seen)
        for other, match in found:
            edge = Edge(article.id, other, match.relation.value, match.score, match.rule)
            copies.save(session, edge, article.first_seen)
        twins = [other for other, match in found if match.relation is Relation.COPY]
        changed = {article.id}
        if twins:
            changed |= _joined(session, [article.id, *twins])
            article = articles.several(session, [article.id])[article.id]
        changed |= _placed(session, article)
        articles.want_published(session, changed, article.first_seen)
        return _settled(session, entry, article, changed)


def _ruling(session: Session, article: Article, sketch: Sketch) -> Ruling | None:
    found = takedowns.of_texts(session, [str(fp) for fp in sketch.sample], article.text_hash)
    if not found:
        return None
    whole = takedowns.sketches_of(session, {block.takedown_id for block in found})
    return ruling_on_text([(block, unpack(block.sketch)) for block in whole], article.text_hash, sketch.shingles)


def _found(session: Session, article: Article, sketch: Sketch) -> list[tuple[int, Match]]:
    """Return the articles whose text is related to this one's, and how."""
    ids = sketches.candidates(session, article.id, sketch, article.text_hash)
    if not ids:
        return []
    others = articles.several(session, ids)
    theirs = sketches.several(session, ids)
    found = []
    for other_id, other in others.items():
        if other.state is ArticleState.REMOVED or other_id not in theirs:
            continue
        gap = abs(article.effective_at - other.effective_at)
        match = compare(sketch, theirs[other_id], gap, same_source=article.source_id == other.source_id)
        if match:
            found.append((other_id, match))
    return found


def _candidate(article: Article, credited: Sequence[str]) -> Candidate:
    return Candidate(
        id=article.id,
        key=article.key,
        url_key=article.url_key,
        source_id=article.source_id,
        canonical_url=article.canonical_url,
        effective_at=article.effective_at,
        first_seen=article.first_seen,
        words=article.words,
        credit=article.credit,
        is_agency=any(is_agency(article.url_key, each) for each in credited),
    )


def _joined(session: Session, ids: Sequence[int]) -> set[int]:
    """Join the groups of some copies into one; returns the articles whose publications change."""
    members = articles.groups_for_update(session, ids)
    roots = {member.root_id for member in members}
    standing = [member for member in members if member.state is ArticleState.LIVE]
    credited = sorted({member.credit for member in standing if member.credit})
    root, reason = canonical([_candidate(member, credited) for member in standing])
    articles.regroup(session, [member.id for member in members], root, reason)
    _restory(session, members, root)
    _resettle(session, members, root)
    return roots | {root}


def _restory(session: Session, members: Sequence[Article], root: int) -> None:
    """Let the group stand in one story only: that of its canonical article, else that of any."""
    told = {member.id: member.story_id for member in members if member.story_id is not None}
    if told:
        stories.lock(session)
        kept = told.get(root, min(told.values()))
        articles.set_story(session, [member.id for member in members], None)
        articles.set_story(session, [root], kept)
        stories.recount(session, told.values())


def _resettle(session: Session, members: Sequence[Article], root: int) -> None:
    """Let the entry of the canonical article end as article and those of its copies as duplicates."""
    by_id = {member.id: member for member in members}
    settled = []
    for entry in entries.of_articles(session, list(by_id)):
        if entry.status in ENDS and entry.article_id is not None:
            first = by_id[entry.article_id].entry_id == entry.id
            ends = EntryStatus.ARTICLE if entry.article_id == root and first else EntryStatus.DUPLICATE
            if ends is not entry.status:
                reason = "" if ends is EntryStatus.ARTICLE else f"a copy of article {by_id[root].key}"
                settled.append(Settled(entry.id, ends, entry.due_at, reason))
    entries.settle(session, settled)


def _placed(session: Session, article: Article) -> set[int]:
    """Put a canonical article into its story, an old one or a new one; returns the articles it was joined with."""
    if article.root_id != article.id or article.story_id is not None:
        return set()
    text = articles.text(session, article.id)
    told = story.terms(article.title, text.text if text else "")
    own = {story.term_key(term): weight for term, weight in told.items()}
    since, until = article.effective_at - story.WINDOW, article.effective_at + story.WINDOW
    stories.lock(session)
    frequency = stories.frequencies(session, own, since, until)
    stories.add_terms(session, article.id, own, article.effective_at)
    shared = sorted((term for term in own if frequency.get(term)), key=lambda term: (frequency[term], term))
    near = stories.with_terms(session, shared[:RARE_TERMS], since, until) if shared else []
    if near:
        total = stories.articles_between(session, since, until)
        chosen = _chosen(own, stories.members_terms(session, near), frequency, total)
        if chosen is not None:
            articles.set_story(session, [article.id], chosen)
            stories.recount(session, [chosen])
            return set(stories.article_ids(session, [chosen]).get(chosen, []))
    articles.set_story(session, [article.id], stories.add(session, article.key, article.title, article.effective_at))
    return set()


def _chosen(
    own: Mapping[int, float],
    near: Mapping[int, Mapping[int, Mapping[int, float]]],
    frequency: Mapping[int, int],
    total: int,
) -> int | None:
    counted = {term: frequency.get(term, 0) + 1 for term in own}  # this article is one of those that have it
    vectors = {
        story_id: [story.vector(terms, counted, total) for terms in members.values()]
        for story_id, members in near.items()
    }
    return story.choose(story.vector(own, counted, total), vectors)[0]


def _settled(session: Session, entry: Entry, article: Article, changed: Iterable[int]) -> Outcome:
    follows = tuple(Work(Step.PUBLISH, each) for each in sorted(changed))
    if article.root_id == article.id:
        settled = Settled(entry.id, EntryStatus.ARTICLE, article.first_seen)
        outcome = Outcome(Step.GATHER, entry.id, Word.ARTICLE, article.root_reason, follows)
    else:
        root = articles.get(session, article.root_id)
        reason = f"a copy of article {root.key if root else article.root_id}"
        settled = Settled(entry.id, EntryStatus.DUPLICATE, article.first_seen, reason)
        outcome = Outcome(Step.GATHER, entry.id, Word.DUPLICATE, reason, follows)
    entries.settle(session, [settled])
    outcomes.record(session, [outcome], article.first_seen)
    return outcome


def _refused(session: Session, entry: Entry, article_ids: Sequence[int], reason: str, at: datetime) -> Outcome:
    articles.remove(session, article_ids)
    sketches.remove(session, article_ids)
    entries.empty(session, [entry.id], reason, at)
    outcome = Outcome(Step.GATHER, entry.id, Word.REFUSED, reason)
    outcomes.record(session, [outcome], at)
    return outcome
