"""Rows of revisions: the versions of an article's text, none of which is ever changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from aggregator.core.revision import SIGNIFICANT
from aggregator.store.session import Session
from aggregator.store.tables import articles, revisions


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an article's text; `kind` is `first`, or what the change was, of which `note` says how much.

    `page_id` is the page it was read from, by which `extractor`; None and '' where that was not yet kept.
    """

    article_id: int
    version: int
    kind: str
    at: datetime
    title: str
    text: str
    html: str
    text_hash: str
    page_id: int | None = None
    extractor: str = ""
    note: str = ""


def add(session: Session, new: Sequence[Revision]) -> None:
    """Store further versions."""
    if new:
        session.execute(insert(revisions), [{name: getattr(each, name) for name in Revision.__slots__} for each in new])


def text(session: Session, article_id: int) -> Revision | None:
    """Return the newest version of an article's text."""
    return texts(session, [article_id]).get(article_id)


def texts(session: Session, ids: Iterable[int]) -> dict[int, Revision]:
    """Return the newest version of each article's text."""
    newest = (revisions.c.article_id == articles.c.id) & (revisions.c.version == articles.c.version)
    rows = session.execute(select(revisions).join(articles, newest).where(articles.c.id.in_(set(ids))))
    return {row.article_id: Revision(**row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's way to the names


def history(session: Session, article_id: int) -> list[Revision]:
    """Return what is known of all versions of an article but their words, oldest first."""
    known = [revisions.c[name] for name in ("article_id", "version", "kind", "at", "page_id", "extractor", "note")]
    rows = session.execute(select(*known).where(revisions.c.article_id == article_id).order_by(revisions.c.version))
    return [Revision(**row._mapping, title="", text="", html="", text_hash="") for row in rows]  # noqa: SLF001 - SQLAlchemy's way


def versions(session: Session, article_id: int, numbers: Iterable[int]) -> dict[int, Revision]:
    """Return versions of an article with their words, by number."""
    wanted = (revisions.c.article_id == article_id) & revisions.c.version.in_(set(numbers))
    return {row.version: Revision(**row._mapping) for row in session.execute(select(revisions).where(wanted))}  # noqa: SLF001 - the same


def edited(session: Session, ids: Iterable[int]) -> dict[int, datetime]:
    """Return when each of these articles was last edited in a way that readers are told of."""
    kinds = [kind.value for kind in SIGNIFICANT]
    rows = session.execute(
        select(revisions.c.article_id, func.max(revisions.c.at).label("at"))
        .where(revisions.c.article_id.in_(set(ids)), revisions.c.kind.in_(kinds))
        .group_by(revisions.c.article_id)
    )
    return {row.article_id: row.at for row in rows}
