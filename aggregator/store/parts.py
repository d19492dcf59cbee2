"""Rows of parts: the further pages of an article that is split, in order, and which of them were had."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from aggregator.store.rows import insert_new
from aggregator.store.session import Session
from aggregator.store.tables import parts

_HAD = (
    update(parts)
    .where(parts.c.article_id == bindparam("which"), parts.c.number == bindparam("place"))
    .values(page_id=bindparam("page"))
)


@dataclass(frozen=True, slots=True)
class Part:
    """One further page of an article: its place from 2 on, its address, and its newest page where it was had."""

    article_id: int
    number: int
    url: str
    page_id: int | None = None


def add(session: Session, urls: Mapping[int, Sequence[str]]) -> None:
    """Remember the addresses of further parts by article, in order; those that are known stay as they are."""
    rows = [
        {"article_id": article_id, "number": number, "url": url[:2000]}
        for article_id, named in urls.items()
        for number, url in enumerate(named, 2)
    ]
    insert_new(session, parts, rows, ["article_id", "number"])


def of(session: Session, article_ids: Iterable[int]) -> dict[int, list[Part]]:
    """Return the further parts of these articles, in order."""
    found: dict[int, list[Part]] = {}
    rows = session.execute(
        select(parts).where(parts.c.article_id.in_(set(article_ids))).order_by(parts.c.article_id, parts.c.number)
    )
    for row in rows:
        found.setdefault(row.article_id, []).append(Part(row.article_id, row.number, row.url, row.page_id))
    return found


def had(session: Session, pages: Iterable[tuple[Part, int]]) -> None:
    """Remember which pages these parts were had in."""
    rows = [{"which": part.article_id, "place": part.number, "page": page_id} for part, page_id in pages]
    if rows:
        session.execute(_HAD, rows)


def remove(session: Session, article_ids: Iterable[int]) -> None:
    """Forget the parts of articles."""
    session.execute(delete(parts).where(parts.c.article_id.in_(set(article_ids))))
