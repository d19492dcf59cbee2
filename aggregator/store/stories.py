"""Rows of stories: events, the canonical articles that tell them, and the rare words by which they are found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, select, text, update

from aggregator.core.article import ArticleState
from aggregator.store.rows import insert_new, insert_returning
from aggregator.store.session import Session
from aggregator.store.tables import articles, stories, story_terms

_LOCK = 0x41474752  # one worker at a time decides which story an article belongs to


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A stored story; `size` counts its independent texts."""

    id: int
    key: str
    title: str
    first_at: datetime
    last_at: datetime
    size: int


def _value(row: Row[tuple[object, ...]]) -> StoryRow:
    return StoryRow(row.id, row.key, row.title, row.first_at, row.last_at, row.size)


def lock(session: Session) -> None:
    """Let no other worker put articles into stories until the transaction ends (SQLite has one writer anyway)."""
    if session.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def add_terms(session: Session, article_id: int, terms: Mapping[int, float], at: datetime) -> None:
    """Store the words of an article's headline and lead, by hash, with how often they occur."""
    rows = [
        {"term": term, "article_id": article_id, "weight": weight, "at": at} for term, weight in sorted(terms.items())
    ]
    insert_new(session, story_terms, rows, ["term", "article_id"])


def frequencies(session: Session, terms: Iterable[int], since: datetime, until: datetime) -> dict[int, int]:
    """Return in how many articles of that time each word occurs."""
    within = story_terms.c.term.in_(set(terms)) & story_terms.c.at.between(since, until)
    rows = session.execute(select(story_terms.c.term, func.count()).where(within).group_by(story_terms.c.term))
    return {int(term): int(number) for term, number in rows}


def articles_between(session: Session, since: datetime, until: datetime) -> int:
    """Return how many articles there are of that time."""
    return session.scalar(select(func.count()).where(articles.c.effective_at.between(since, until))) or 0


def with_terms(session: Session, terms: Iterable[int], since: datetime, until: datetime, limit: int = 500) -> list[int]:
    """Return the stories of that time in which any of these words occurs, most shared words first."""
    within = story_terms.c.term.in_(set(terms)) & story_terms.c.at.between(since, until)
    rows = session.execute(
        select(articles.c.story_id, func.count())
        .join(story_terms, story_terms.c.article_id == articles.c.id)
        .where(within, articles.c.story_id.is_not(None), articles.c.state == ArticleState.LIVE.value)
        .group_by(articles.c.story_id)
        .order_by(func.count().desc(), articles.c.story_id)
        .limit(limit)
    )
    return [int(story_id) for story_id, _ in rows]


def members_terms(session: Session, story_ids: Iterable[int]) -> dict[int, dict[int, dict[int, float]]]:
    """Return, for each story and each of its canonical articles, the stored words."""
    rows = session.execute(
        select(articles.c.story_id, story_terms.c.article_id, story_terms.c.term, story_terms.c.weight)
        .join(story_terms, story_terms.c.article_id == articles.c.id)
        .where(articles.c.story_id.in_(set(story_ids)))
    )
    found: dict[int, dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for story_id, article_id, term, weight in rows:
        found[story_id][article_id][term] = weight
    return {story_id: dict(members) for story_id, members in found.items()}


def add(session: Session, key: str, title: str, at: datetime) -> int:
    """Store a new story of one article and return its id; a story of that key is taken up again."""
    row = {"key": key, "title": title, "first_at": at, "last_at": at, "size": 1}
    added = insert_returning(session, stories, row, ["key"])
    return (
        added if added is not None else session.execute(select(stories.c.id).where(stories.c.key == key)).scalar_one()
    )


def recount(session: Session, story_ids: Iterable[int]) -> None:
    """Bring size, headline and times of stories up to what their canonical articles say."""
    for story_id in sorted(set(story_ids)):
        live = (articles.c.story_id == story_id) & (articles.c.state == ArticleState.LIVE.value)
        rows = session.execute(
            select(articles.c.title, articles.c.effective_at)
            .where(live, articles.c.root_id == articles.c.id)
            .order_by(articles.c.effective_at, articles.c.key)
        ).all()
        values: dict[str, object] = {"size": len(rows)}
        if rows:
            values |= {"title": rows[0].title, "first_at": rows[0].effective_at, "last_at": rows[-1].effective_at}
        else:
            values |= {"title": ""}
        session.execute(update(stories).where(stories.c.id == story_id).values(**values))


def get(session: Session, story_id: int) -> StoryRow | None:
    """Return the story of that id."""
    row = session.execute(select(stories).where(stories.c.id == story_id)).one_or_none()
    return _value(row) if row else None


def by_key(session: Session, key: str) -> StoryRow | None:
    """Return the story of that public name."""
    row = session.execute(select(stories).where(stories.c.key == key)).one_or_none()
    return _value(row) if row else None


def newest(session: Session, limit: int, offset: int = 0, at_least: int = 1) -> list[StoryRow]:
    """Return stories of at least so many independent texts, the latest first."""
    rows = session.execute(
        select(stories)
        .where(stories.c.size >= at_least)
        .order_by(stories.c.last_at.desc(), stories.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [_value(row) for row in rows]


def article_ids(session: Session, story_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the canonical articles of each story, earliest first."""
    rows = session.execute(
        select(articles.c.story_id, articles.c.id)
        .where(
            articles.c.story_id.in_(set(story_ids)),
            articles.c.root_id == articles.c.id,
            articles.c.state == ArticleState.LIVE.value,
        )
        .order_by(articles.c.effective_at, articles.c.key)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for story_id, article_id in rows:
        found[story_id].append(article_id)
    return dict(found)


def remove_terms(session: Session, ids: Sequence[int]) -> None:
    """Forget the words of articles."""
    session.execute(delete(story_terms).where(story_terms.c.article_id.in_(ids)))


def forget_terms(session: Session, before: datetime) -> int:
    """Drop the words of articles older than that; returns how many rows went."""
    return session.execute(delete(story_terms).where(story_terms.c.at < before)).rowcount


def number(session: Session) -> int:
    """Return how many stories have at least two independent texts."""
    return session.scalar(select(func.count()).where(stories.c.size > 1)) or 0


def keys(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the public names of stories, by id."""
    rows = session.execute(select(stories.c.id, stories.c.key).where(stories.c.id.in_(set(ids))))
    return {row.id: row.key for row in rows}
