"""Rows of stories: events, the canonical articles that tell them, and the rare words by which they are found."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
    union_all,
    update,
)

from aggregator.core.article import ArticleState
from aggregator.store.numbers import listed, one_of
from aggregator.store.rows import insert_for, insert_new
from aggregator.store.session import Session
from aggregator.store.tables import articles, stories, story_terms

Window = tuple[datetime, datetime]  # from, until; both ends are within
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


def add_terms(session: Session, told: Iterable[tuple[int, Mapping[int, float], datetime]]) -> None:
    """Store the words of articles' headlines and leads: article, how often each word's hash occurs, time.

    A word that is stored of an article already stays as it is.
    """
    rows = [
        {"term": term, "article_id": article_id, "weight": weight, "at": at}
        for article_id, terms, at in told
        for term, weight in sorted(terms.items())
    ]
    insert_new(session, story_terms, rows, ["term", "article_id"])


def _told_in(dialect: str, place: int) -> ColumnElement[bool]:
    """Return that a stored word is one of the `place`th words and of the `place`th time; see `_asked`."""
    within = story_terms.c.at.between(bindparam(f"since{place}"), bindparam(f"until{place}"))
    return one_of(dialect, story_terms.c.term, f"terms{place}") & within


def _asked(session: Session, wanted: Sequence[tuple[Window, Iterable[int]]]) -> dict[str, object]:
    """Return the parameters of `_told_in`; places beyond those that are wanted ask for nothing."""
    asked: dict[str, object] = {}
    padded = [*wanted, *[(wanted[0][0], ())] * (_places(wanted) - len(wanted))]
    for place, ((since, until), terms) in enumerate(padded):
        asked |= {f"since{place}": since, f"until{place}": until, f"terms{place}": listed(session, terms)}
    return asked


def _places(wanted: Sized) -> int:
    """Return for how many windows a query is made: a power of two, so that few have to be made and compiled."""
    return 1 << (len(wanted) - 1).bit_length()


@lru_cache(maxsize=64)
def _frequencies(dialect: str, number: int) -> CompoundSelect[int, int, int]:
    """Return the query for so many windows; kept, since SQLAlchemy is slow to make it and quick to run it again."""
    parts = [
        select(literal_column(str(place)), story_terms.c.term, func.count())
        .where(_told_in(dialect, place))
        .group_by(story_terms.c.term)
        for place in range(number)
    ]
    return union_all(*parts)


def frequencies(session: Session, wanted: Mapping[Window, Collection[int]]) -> dict[Window, dict[int, int]]:
    """Return in how many articles of each window each of the words asked for it occurs; words of none are left out."""
    asked = [(window, terms) for window, terms in wanted.items() if terms]
    found: dict[Window, dict[int, int]] = {window: {} for window in wanted}
    if asked:
        query = _frequencies(session.dialect.name, _places(asked))
        for place, term, number in session.execute(query, _asked(session, asked)).all():
            found[asked[place][0]][term] = number
    return found


@lru_cache(maxsize=64)
def _between(number: int) -> CompoundSelect[int, int]:
    parts: list[Select[int, int]] = [
        select(literal_column(str(place)), func.count()).where(
            articles.c.effective_at.between(bindparam(f"since{place}"), bindparam(f"until{place}"))
        )
        for place in range(number)
    ]
    return union_all(*parts)


def articles_between(session: Session, windows: Collection[Window]) -> dict[Window, int]:
    """Return how many articles there are of each window."""
    asked = list(dict.fromkeys(windows))
    if not asked:
        return {}
    values: dict[str, datetime] = {}
    for place in range(_places(asked)):
        values[f"since{place}"], values[f"until{place}"] = asked[min(place, len(asked) - 1)]
    rows = session.execute(_between(_places(asked)), values)
    return {asked[place]: number for place, number in rows if place < len(asked)}


@lru_cache(maxsize=64)
def _with_terms(dialect: str, number: int) -> CompoundSelect[int, int, int]:
    known = articles.c.story_id.is_not(None) & (articles.c.state == ArticleState.LIVE.value)
    parts = [
        select(literal_column(str(place)), articles.c.story_id, func.count())
        .join(story_terms, story_terms.c.article_id == articles.c.id)
        .where(_told_in(dialect, place), known, ~one_of(dialect, articles.c.id, "without"))
        .group_by(articles.c.story_id)
        for place in range(number)
    ]
    return union_all(*parts)


def with_terms(
    session: Session, wanted: Sequence[tuple[Window, Collection[int]]], without: Collection[int] = ()
) -> list[dict[int, int]]:
    """Return, for each window with words, the stories in which any of these occurs, and how often they do.

    A word counts once for each article of the window; the articles `without` are passed over.
    """
    found: list[dict[int, int]] = [{} for _ in wanted]
    if any(terms for _, terms in wanted):
        asked = _asked(session, wanted) | {"without": listed(session, without)}
        query = _with_terms(session.dialect.name, _places(wanted))
        for place, story_id, number in session.execute(query, asked).all():
            found[place][story_id] = number
    return found


def members_terms(
    session: Session, story_ids: Iterable[int], without: Collection[int] = ()
) -> dict[int, dict[int, dict[int, float]]]:
    """Return, for each story and each of its canonical articles but those `without`, the stored words."""
    found: dict[int, dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    dialect = session.dialect.name
    query = (
        select(articles.c.story_id, story_terms.c.article_id, story_terms.c.term, story_terms.c.weight)
        .join(story_terms, story_terms.c.article_id == articles.c.id)
        .where(one_of(dialect, articles.c.story_id, "wanted"), ~one_of(dialect, articles.c.id, "without"))
    )
    values = {"wanted": listed(session, story_ids), "without": listed(session, without)}
    for story_id, article_id, term, weight in session.execute(query, values).all():
        found[story_id][article_id][term] = weight
    return {story_id: dict(members) for story_id, members in found.items()}


def terms_of(session: Session, ids: Iterable[int]) -> dict[int, tuple[datetime, dict[int, float]]]:
    """Return the stored words of articles, by article, with the time by which they are counted."""
    rows = session.execute(select(story_terms).where(story_terms.c.article_id.in_(set(ids))))
    found: dict[int, tuple[datetime, dict[int, float]]] = {}
    for row in rows:
        found.setdefault(row.article_id, (row.at, {}))[1][row.term] = row.weight
    return found


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
