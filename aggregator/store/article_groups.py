"""Groups of articles: which of them are copies under one canonical article, and the story to which they belong."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select, update

from aggregator.core.article import Article
from aggregator.store.articles import value
from aggregator.store.session import Session
from aggregator.store.tables import articles

_PUT = (
    update(articles)
    .where(articles.c.id == bindparam("which"))
    .values(root_id=bindparam("root"), root_reason=bindparam("why"), story_id=bindparam("story"))
)


def members(session: Session, root_id: int) -> list[Article]:
    """Return all members of a group of copies, the canonical one among them, by effective time."""
    rows = session.execute(
        select(articles).where(articles.c.root_id == root_id).order_by(articles.c.effective_at, articles.c.key)
    )
    return [value(row) for row in rows]


def hold(session: Session, ids: Iterable[int]) -> dict[int, Article]:
    """Return, by id, every member of the groups to which `ids` belong, held until the transaction ends.

    The rows are held in the order of their ids, so that two workers cannot hold each other up. Ask for it under
    `stories.lock`: otherwise a group may be joined with another while its rows are waited for.
    """
    roots = select(articles.c.root_id).where(articles.c.id.in_(set(ids)))
    rows = session.execute(
        select(articles).where(articles.c.root_id.in_(roots)).order_by(articles.c.id).with_for_update()
    )
    return {row.id: value(row) for row in rows}


def put(session: Session, found: Iterable[Article]) -> None:
    """Store to which group and story articles belong, as these values have it."""
    rows = [
        {"which": each.id, "root": each.root_id, "why": each.root_reason, "story": each.story_id}
        for each in sorted(found, key=lambda each: each.id)
    ]
    if rows:
        session.execute(_PUT, rows)
