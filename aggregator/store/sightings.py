"""Rows of sightings: which outlet carried which article, where and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from aggregator.store.rows import insert_new
from aggregator.store.session import Session
from aggregator.store.tables import articles, sightings, sources


@dataclass(frozen=True, slots=True)
class Sighting:
    """One outlet's carrying of an article."""

    article_id: int
    source_id: int
    source_slug: str
    source_name: str
    source_url: str
    entry_id: int
    url: str
    seen_at: datetime
    published: datetime | None


def add(
    session: Session, article_id: int, source_id: int, entry_id: int, url: str, at: datetime, published: datetime | None
) -> None:
    """Store that an entry of a source led to an article; each entry is one sighting at most."""
    row = {
        "article_id": article_id,
        "source_id": source_id,
        "entry_id": entry_id,
        "url": url[:2000],
        "seen_at": at,
        "published": published,
    }
    insert_new(session, sightings, [row], ["entry_id"])


def of_group(session: Session, root_id: int) -> list[Sighting]:
    """Return every sighting of a group of copies, earliest first."""
    rows = session.execute(
        select(sightings, sources.c.slug, sources.c.name, sources.c.url.label("source_url"))
        .join(articles, articles.c.id == sightings.c.article_id)
        .join(sources, sources.c.id == sightings.c.source_id)
        .where(articles.c.root_id == root_id)
        .order_by(sightings.c.seen_at, sightings.c.url)
    )
    return [
        Sighting(
            article_id=row.article_id,
            source_id=row.source_id,
            source_slug=row.slug,
            source_name=row.name,
            source_url=row.source_url,
            entry_id=row.entry_id,
            url=row.url,
            seen_at=row.seen_at,
            published=row.published,
        )
        for row in rows
    ]


def remove(session: Session, article_ids: Iterable[int]) -> None:
    """Forget who carried these articles."""
    session.execute(delete(sightings).where(sightings.c.article_id.in_(set(article_ids))))
