"""Rows of stories: events, and the canonical articles that tell them; `story_terms` holds how they are found."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, text, update

from aggregator.core.article import ArticleState
from aggregator.store.rows import insert_for
from aggregator.store.session import Session
from aggregator.store.tables import articles, stories, story_terms

_Member = Row[Any, Any, Any, Any]  # story_id, id, title, effective_at

_LOCK = 0x41474752  # one worker at a time decides which story an article belongs to
_RECOUNT = (
    update(stories)
    .where(stories.c.id == bindparam("which"))
    .values(
        size=bindparam("number"),
        title=bindparam("headline"),
        first_at=func.coalesce(bindparam("first", type_=stories.c.first_at.type), stories.c.first_at),
        last_at=func.coalesce(bindparam("last", type_=stories.c.last_at.type), stories.c.last_at),
    )
)


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


def add(session: Session, key: str, title: str, at: datetime) -> int:
    """Store a new story of one article and return its id; a story of that key is taken up again."""
    return add_several(session, [(key, title, at)])[key]


def add_several(session: Session, found: Sequence[tuple[str, str, datetime]]) -> dict[str, int]:
    """Store new stories of one article each: key, title, time; returns their ids by key, ascending in this order.

    A story of such a key that is there already is taken up again as it stands.
    """
    if not found:
        return {}
    rows = [{"key": key, "title": title, "first_at": at, "last_at": at, "size": 1} for key, title, at in found]
    statement = insert_for(session, stories).on_conflict_do_nothing(index_elements=["key"])
    added = {row.key: row.id for row in session.execute(statement.returning(stories.c.id, stories.c.key), rows)}
    there = [key for key, _, _ in found if key not in added]
    return added | (ids_of(session, there) if there else {})


def ids_of(session: Session, names: Collection[str]) -> dict[str, int]:
    """Return the ids of the stories of these keys, for those that are there."""
    rows = session.execute(select(stories.c.key, stories.c.id).where(stories.c.key.in_(names)))
    return {row.key: row.id for row in rows}


def recount(session: Session, story_ids: Iterable[int]) -> dict[int, list[int]]:
    """Bring size, headline and times of stories up to what their canonical articles say.

    Returns these articles for each story that has any, earliest first. A story without any keeps its times.
    """
    wanted = sorted(set(story_ids))
    if not wanted:
        return {}
    members = _members(session, wanted)
    rows = []
    for story_id in wanted:
        told = members.get(story_id, [])
        headline = told[0].title if told else ""
        first, last = (told[0].effective_at, told[-1].effective_at) if told else (None, None)
        rows.append({"which": story_id, "number": len(told), "headline": headline, "first": first, "last": last})
    session.execute(_RECOUNT, rows)
    return {story_id: [row.id for row in told] for story_id, told in members.items()}


def _members(session: Session, story_ids: Collection[int]) -> dict[int, list[_Member]]:
    live = (articles.c.root_id == articles.c.id) & (articles.c.state == ArticleState.LIVE.value)
    rows = session.execute(
        select(articles.c.story_id, articles.c.id, articles.c.title, articles.c.effective_at)
        .where(articles.c.story_id.in_(set(story_ids)), live)
        .order_by(articles.c.effective_at, articles.c.key)
    )
    found: dict[int, list[_Member]] = defaultdict(list)
    for row in rows:
        found[row.story_id].append(row)
    return dict(found)


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
    return {story_id: [row.id for row in told] for story_id, told in _members(session, story_ids).items()}


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
