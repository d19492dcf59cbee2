"""Rows of sources: outlets as an operator named them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Row, select, update

from aggregator.core.override import Override
from aggregator.core.source import Show, Source, SourceSpec
from aggregator.store.rows import insert_for
from aggregator.store.session import Session
from aggregator.store.tables import sources


def _value(row: Row[tuple[object, ...]]) -> Source:
    fields = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a row's names
    fields.pop("added_at")
    return Source(**{**fields, "show": Show(row.show), "override": _unpacked(row.override)})


def _packed(override: Override) -> str:
    """Return an override as JSON, '' for one that says nothing."""
    told = {name: expressions for name, expressions in asdict(override).items() if expressions}
    return json.dumps(told, ensure_ascii=False) if told else ""


def _unpacked(text: str) -> Override:
    told = json.loads(text) if text else {}
    return Override(**{name: tuple(expressions) for name, expressions in told.items()})


def save(session: Session, spec: SourceSpec, now: datetime) -> Source:
    """Store a source under its slug; what an operator changed in its description is taken over."""
    return save_several(session, [spec], now)[spec.slug]


def save_several(session: Session, specs: Iterable[SourceSpec], now: datetime) -> dict[str, Source]:
    """Store sources like `save`, by slug; of two specs of one slug the later one holds."""
    rows = {
        spec.slug: {
            "slug": spec.slug,
            "added_at": now,
            "name": spec.name,
            "url": spec.url,
            "country": spec.country,
            "language": spec.language,
            "show": spec.show.value,
            "licence": spec.licence,
            "licence_url": spec.licence_url,
            "licence_stated_at": spec.licence_stated_at,
            "override": _packed(spec.override),
        }
        for spec in specs
    }
    if not rows:
        return {}
    statement = insert_for(session, sources)
    given = {name: statement.excluded[name] for name in next(iter(rows.values())) if name not in {"slug", "added_at"}}
    written = statement.on_conflict_do_update(index_elements=["slug"], set_=given).returning(sources)
    return {row.slug: _value(row) for row in session.execute(written, list(rows.values()))}


def by_slug(session: Session, slug: str) -> Source | None:
    """Return the source of that slug."""
    return by_slugs(session, [slug]).get(slug)


def by_slugs(session: Session, slugs: Iterable[str]) -> dict[str, Source]:
    """Return the sources of these slugs, by slug, for those that are there."""
    rows = session.execute(select(sources).where(sources.c.slug.in_(set(slugs))))
    return {row.slug: _value(row) for row in rows}


def get(session: Session, source_id: int) -> Source | None:
    """Return the source of that id."""
    row = session.execute(select(sources).where(sources.c.id == source_id)).one_or_none()
    return _value(row) if row else None


def several(session: Session, ids: Sequence[int]) -> dict[int, Source]:
    """Return the sources of those ids, by id."""
    rows = session.execute(select(sources).where(sources.c.id.in_(set(ids))))
    return {row.id: _value(row) for row in rows}


def every(session: Session) -> list[Source]:
    """Return all sources by name."""
    return [_value(row) for row in session.execute(select(sources).order_by(sources.c.name))]


def set_state(session: Session, source_id: int, state: str) -> None:
    """Pause a source ('paused') or let it go on ('active')."""
    session.execute(update(sources).where(sources.c.id == source_id).values(state=state))
