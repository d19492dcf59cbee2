"""Rows of story terms: the rare words of articles, by which the stories near an article are found."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, func, literal_column, select, union_all

from aggregator.core.article import ArticleState
from aggregator.store.numbers import listed, one_of
from aggregator.store.rows import Many, insert_for
from aggregator.store.session import Session
from aggregator.store.tables import articles, story_terms

Window = tuple[datetime, datetime]  # from, until; both ends are within

_ADD = Many(
    ("term", "article_id", "weight", "at"),
    lambda session: insert_for(session, story_terms).on_conflict_do_nothing(index_elements=["term", "article_id"]),
)


def add(session: Session, told: Iterable[tuple[int, Mapping[int, float], datetime]]) -> None:
    """Store the words of articles' headlines and leads: article, how often each word's hash occurs, time.

    A word that is stored of an article already stays as it is.
    """
    rows = [(term, article_id, weight, at) for article_id, terms, at in told for term, weight in terms.items()]
    _ADD(session, sorted(rows))


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
