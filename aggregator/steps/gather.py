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
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=3)
RARE_TERMS = 8
ENDS = (EntryStatus.ARTICLE, EntryStatus.DUPLICATE)


def gather(store: Store, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Gather the articles of those of the entries that wait for it; each ends in one outcome.

    Each text was stored and committed before it is looked up here, so of two copies at the same instant at least one
    sees the other.
    """
    return [_gather_one(store, now, entry_id) for entry_id in entry_ids]


def _gather_one(store: Store, now: datetime, entry_id: int) -> Outcome:
    with store.writing() as session:
        leased = entries.lease(session, [entry_id], EntryStatus.EXTRACTED, now, LEASE)
        if not leased:
            return _ended(session, Outcome(Step.GATHER, entry_id, Word.NOT_DUE), now)
        entry = leased[0]
    with store.writing() as session:
        article = articles.get(session, entry.article_id or 0)
        sketch = sketches.several(session, [entry.article_id or 0]).get(entry.article_id or 0)
        if article is None or sketch is None or article.state is ArticleState.REMOVED:
            return _refused(session, entry, [], "its article was taken down in the meantime", now)
        ruling = _ruling(session, article, sketch)
        if ruling:
            return _refused(session, entry, [article.id], ruling.rule, article.first_seen)
        matches = _matches(session, article, sketch)
        changed = _joined(session, article, [other for other, match in matches if match.relation is Relation.COPY])
        mine = articles.get(session, article.id)
        assert mine is not None  # noqa: S101 - rows of articles are never deleted
        changed |= _placed(session, mine)
        articles.gathered(session, article.id, article.first_seen)
        articles.want_published(session, changed, article.first_seen)
        return _settled(session, entry, mine, changed)


def _ruling(session: Session, article: Article, sketch: Sketch) -> Ruling | None:
    found = takedowns.of_texts(session, [str(fp) for fp in sketch.sample], article.text_hash)
    whole = takedowns.sketches_of(session, {block.takedown_id for block in found})
    return ruling_on_text([(block, unpack(block.sketch)) for block in whole], article.text_hash, sketch.shingles)


def _matches(session: Session, article: Article, sketch: Sketch) -> list[tuple[int, Match]]:
    """Return the articles whose text is related to this one's, after storing how."""
    ids = sketches.candidates(session, article.id, sketch, article.text_hash)
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
            edge = Edge(article.id, other_id, match.relation.value, match.score, match.rule)
            copies.save(session, edge, article.first_seen)
    return found


def _candidate(article: Article) -> Candidate:
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
        is_agency=is_agency(article.url_key, article.credit),
    )


def _joined(session: Session, article: Article, others: Sequence[int]) -> set[int]:
    """Join an article's group with those of its copies; returns the articles whose publications change."""
    members = articles.groups_for_update(session, [article.id, *others])
    roots = {member.root_id for member in members}
    standing = [member for member in members if member.state is ArticleState.LIVE]
    root, reason = canonical([_candidate(member) for member in standing])
    articles.regroup(session, [member.id for member in members], root, reason)
    _restory(session, members, root)
    _resettle(session, members, root)
    return roots | {root}


def _restory(session: Session, members: Sequence[Article], root: int) -> None:
    """Let the group stand in one story only: that of its canonical article, else that of any."""
    told = {member.id: member.story_id for member in members if member.story_id is not None}
    if told:
        kept = told.get(root, min(told.values()))
        articles.set_story(session, [member.id for member in members], None)
        articles.set_story(session, [root], kept)
        stories.recount(session, told.values())


def _resettle(session: Session, members: Sequence[Article], root: int) -> None:
    """Let the entry of the canonical article end as article and those of its copies as duplicates."""
    by_id = {member.id: member for member in members}
    for entry in entries.of_articles(session, list(by_id)):
        if entry.status in ENDS and entry.article_id is not None:
            first = by_id[entry.article_id].entry_id == entry.id
            ends = EntryStatus.ARTICLE if entry.article_id == root and first else EntryStatus.DUPLICATE
            if ends is not entry.status:
                reason = "" if ends is EntryStatus.ARTICLE else f"a copy of article {by_id[root].key}"
                entries.settle(session, entry.id, ends, entry.due_at, reason=reason)


def _placed(session: Session, article: Article) -> set[int]:
    """Put a canonical article into its story, an old one or a new one; returns the articles it was joined with."""
    if article.root_id != article.id or article.story_id is not None:
        return set()
    stories.lock(session)
    text = articles.text(session, article.id)
    told = story.terms(article.title, text.text if text else "")
    own = {story.term_key(term): weight for term, weight in told.items()}
    since, until = article.effective_at - story.WINDOW, article.effective_at + story.WINDOW
    stories.add_terms(session, article.id, own, article.effective_at)
    frequency = stories.frequencies(session, own, since, until)
    rare = sorted(own, key=lambda term: (frequency.get(term, 0), term))
    shared = [term for term in rare if frequency.get(term, 0) > 1][:RARE_TERMS]
    near = stories.members_terms(session, stories.with_terms(session, shared, since, until))
    total = max(stories.articles_between(session, since, until), 1)
    chosen = _chosen(own, near, frequency, total)
    story_id = chosen or stories.add(session, article.key, article.title, article.effective_at)
    articles.set_story(session, [article.id], story_id)
    stories.recount(session, [story_id])
    return set(stories.article_ids(session, [story_id]).get(story_id, []))


def _chosen(
    own: Mapping[int, float],
    near: Mapping[int, Mapping[int, Mapping[int, float]]],
    frequency: Mapping[int, int],
    total: int,
) -> int | None:
    vectors = {
        story_id: [story.vector(terms, frequency, total) for terms in members.values()]
        for story_id, members in near.items()
    }
    return story.choose(story.vector(own, frequency, total), vectors)[0]


def _settled(session: Session, entry: Entry, article: Article, changed: Iterable[int]) -> Outcome:
    follows = tuple(Work(Step.PUBLISH, each) for each in sorted(changed))
    if article.root_id == article.id:
        entries.settle(session, entry.id, EntryStatus.ARTICLE, article.first_seen)
        outcome = Outcome(Step.GATHER, entry.id, Word.ARTICLE, article.root_reason, follows)
    else:
        root = articles.get(session, article.root_id)
        reason = f"a copy of article {root.key if root else article.root_id}"
        entries.settle(session, entry.id, EntryStatus.DUPLICATE, article.first_seen, reason=reason)
        outcome = Outcome(Step.GATHER, entry.id, Word.DUPLICATE, reason, follows)
    return _ended(session, outcome, article.first_seen)


def _refused(session: Session, entry: Entry, article_ids: Sequence[int], reason: str, at: datetime) -> Outcome:
    articles.remove(session, article_ids)
    sketches.remove(session, article_ids)
    entries.empty(session, [entry.id], reason, at)
    return _ended(session, Outcome(Step.GATHER, entry.id, Word.REFUSED, reason), at)


def _ended(session: Session, outcome: Outcome, at: datetime) -> Outcome:
    outcomes.record(session, [outcome], at)
    return outcome
