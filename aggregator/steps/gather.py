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
from aggregator.store.articles import Revision
from aggregator.store.copies import Edge
from aggregator.store.entries import Settled
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=3)
RARE_TERMS = 8
TOGETHER = 16
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
    for start in range(0, len(leased), TOGETHER):
        ended += _gathered(store, leased[start : start + TOGETHER], now)
    return ended


def _gathered(store: Store, leased: Sequence[Entry], now: datetime) -> list[Outcome]:
    """Look up without a lock, then join and place under one: a single worker at a time changes groups and stories."""
    ids = [entry.article_id or 0 for entry in leased]
    with store.reading() as session:
        drawn = sketches.several(session, ids)
        found = {
            article.id: _found(session, article, drawn[article.id])
            for article in articles.several(session, ids).values()
            if article.id in drawn
        }
    with store.writing() as session:
        stories.lock(session)
        refused = _refused(session, leased, drawn, now)
        changed: set[int] = set()
        texts = articles.texts(session, ids)
        for entry in leased:
            if entry.id not in refused and entry.article_id is not None:
                changed |= _joined(session, entry.article_id, found.get(entry.article_id, ()), now)
                changed |= _placed(session, entry.article_id, texts)
        ended = _settled(session, [entry for entry in leased if entry.id not in refused], changed, now)
        ended += [Outcome(Step.GATHER, each, Word.REFUSED, reason) for each, reason in refused.items()]
        articles.want_published(session, changed, now)
        outcomes.record(session, ended, now)
    return ended


def _refused(session: Session, leased: Sequence[Entry], drawn: Mapping[int, Sketch], now: datetime) -> dict[int, str]:
    """Return why entries are refused: their articles were taken down, or tell what was; these are emptied here."""
    held = articles.several(session, [entry.article_id or 0 for entry in leased])
    sampled = {str(fp) for sketch in drawn.values() for fp in sketch.sample}
    blocked = takedowns.any_of_texts(session, sampled, [article.text_hash for article in held.values()])
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


def _found(session: Session, article: Article, sketch: Sketch) -> list[tuple[int, Match]]:
    """Return the articles whose text is related to this one's, and how."""
    ids = sketches.candidates(session, article.id, sketch)
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


def _joined(session: Session, article_id: int, found: Sequence[tuple[int, Match]], now: datetime) -> set[int]:
    """Join an article's group with those of its copies; returns the articles whose publications change."""
    for other, match in found:
        copies.save(session, Edge(article_id, other, match.relation.value, match.score, match.rule), now)
    twins = [other for other, match in found if match.relation is Relation.COPY]
    if not twins:
        return {article_id}
    members = articles.groups_for_update(session, [article_id, *twins])
    roots = {member.root_id for member in members}
    standing = [member for member in members if member.state is ArticleState.LIVE]
    credited = sorted({member.credit for member in standing if member.credit})
    root, reason = canonical([_candidate(member, credited) for member in standing])
    articles.regroup(session, [member.id for member in members], root, reason)
    _restory(session, members, root)
    _resettle(session, members, root)
    return roots | {root, article_id}


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
    settled = []
    for entry in entries.of_articles(session, list(by_id)):
        if entry.status in ENDS and entry.article_id is not None:
            first = by_id[entry.article_id].entry_id == entry.id
            ends = EntryStatus.ARTICLE if entry.article_id == root and first else EntryStatus.DUPLICATE
            if ends is not entry.status:
                reason = "" if ends is EntryStatus.ARTICLE else f"a copy of article {by_id[root].key}"
                settled.append(Settled(entry.id, ends, entry.due_at, reason))
    entries.settle(session, settled)


def _placed(session: Session, article_id: int, texts: Mapping[int, Revision]) -> set[int]:
    """Put a canonical article into its story, an old one or a new one; returns the articles it was joined with."""
    article = articles.several(session, [article_id])[article_id]
    if article.root_id != article.id or article.story_id is not None:
        return set()
    told = story.terms(article.title, texts[article.id].text if article.id in texts else "")
    own = {story.term_key(term): weight for term, weight in told.items()}
    since, until = article.effective_at - story.WINDOW, article.effective_at + story.WINDOW
    frequency = stories.frequencies(session, own, since, until)
    stories.add_terms(session, article.id, own, article.effective_at)
    shared = sorted((term for term in own if frequency.get(term)), key=lambda term: (frequency[term], term))
    near = stories.with_terms(session, shared[:RARE_TERMS], since, until) if shared else []
    chosen = _chosen(session, own, near, since, until) if near else None
    if chosen is None:
        new = stories.add(session, article.key, article.title, article.effective_at)
        articles.set_story(session, [article.id], new)
        return set()
    articles.set_story(session, [article.id], chosen)
    stories.recount(session, [chosen])
    return set(stories.article_ids(session, [chosen]).get(chosen, []))


def _chosen(
    session: Session, own: Mapping[int, float], near: Sequence[int], since: datetime, until: datetime
) -> int | None:
    """Return the story among those near to which an article belongs, weighing every word by how rare it is."""
    members = stories.members_terms(session, near)
    every = {term for told in members.values() for terms in told.values() for term in terms} | own.keys()
    frequency = stories.frequencies(session, every, since, until)  # the article's own words are counted in it already
    total = stories.articles_between(session, since, until)
    vectors = {
        story_id: [story.vector(terms, frequency, total) for terms in told.values()]
        for story_id, told in members.items()
    }
    return story.choose(story.vector(own, frequency, total), vectors)[0]


def _settled(session: Session, leased: Sequence[Entry], changed: Iterable[int], now: datetime) -> list[Outcome]:
    """Return how the entries end, after storing it: each as an article of its own, or as a copy of another."""
    held = articles.several(session, [entry.article_id or 0 for entry in leased])
    roots = articles.several(session, [article.root_id for article in held.values()])
    follows = tuple(Work(Step.PUBLISH, each) for each in sorted(changed))
    ended = []
    settled = []
    for entry in leased:
        article = held[entry.article_id or 0]
        if article.root_id == article.id:
            settled.append(Settled(entry.id, EntryStatus.ARTICLE, now))
            ended.append(Outcome(Step.GATHER, entry.id, Word.ARTICLE, article.root_reason, follows))
        else:
            reason = f"a copy of article {roots[article.root_id].key}"
            settled.append(Settled(entry.id, EntryStatus.DUPLICATE, now, reason))
            ended.append(Outcome(Step.GATHER, entry.id, Word.DUPLICATE, reason, follows))
    entries.settle(session, settled)
    return ended
