"""Rows of sightings: which outlet carried which article, where and when."""

from collections import defaultdict
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


@dataclass(frozen=True, slots=True)
class NewSighting:
    """That an entry of a source led to an article."""

    article_id: int
    source_id: int
    entry_id: int
    url: str
    seen_at: datetime
    published: datetime | None


def add(session: Session, seen: Iterable[NewSighting]) -> None:
    """Store sightings; each entry is one at most."""
    rows = [
        {
            "article_id": each.article_id,
            "source_id": each.source_id,
            "entry_id": each.entry_id,
            "url": each.url[:2000],
            "seen_at": each.seen_at,
            "published": each.published,
        }
        for each in seen
    ]
    insert_new(session, sightings, rows, ["entry_id"])


def of_group(session: Session, root_id: int) -> list[Sighting]:
    """Return every sighting of a group of copies, earliest first."""
    return of_groups(session, [root_id]).get(root_id, [])


def of_groups(session: Session, root_ids: Iterable[int]) -> dict[int, list[Sighting]]:
    """Return every sighting of each of these groups of copies, earliest first."""
    rows = session.execute(
        select(sightings, articles.c.root_id, sources.c.slug, sources.c.name, sources.c.url.label("source_url"))
        .join(articles, articles.c.id == sightings.c.article_id)
        .join(sources, sources.c.id == sightings.c.source_id)
        .where(articles.c.root_id.in_(set(root_ids)))
        .order_by(sightings.c.seen_at, sightings.c.url)
    )
    found: dict[int, list[Sighting]] = defaultdict(list)
    for row in rows:
        found[row.root_id].append(
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
        )
    return found


def remove(session: Session, article_ids: Iterable[int]) -> None:
    """Forget who carried these articles."""
    session.execute(delete(sightings).where(sightings.c.article_id.in_(set(article_ids))))
