"""Rows of entries that were put aside, and their way back to the line."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from aggregator.core.entry import EntryStatus
from aggregator.core.outcome import Step, Work
from aggregator.store.session import Session
from aggregator.store.tables import entries, sources


def to_retry(session: Session, now: datetime, limit: int, per_host: int) -> list[Work]:
    """Let entries that were put aside and whose time has come wait for their pages again; returns the work.

    At most `limit` of them and `per_host` of each host, those that have waited longest first. Verdict and reason stay
    until they end anew. Those of paused sources wait.
    """
    if not limit:
        return []
    place = func.row_number().over(partition_by=entries.c.host, order_by=(entries.c.retry_at, entries.c.id))
    ripe = (entries.c.status == EntryStatus.QUARANTINED.value) & (entries.c.retry_at <= now)
    ranked = (
        select(entries.c.id, entries.c.retry_at, place.label("place"))
        .join(sources, sources.c.id == entries.c.source_id)
        .where(ripe, sources.c.state == "active")
        .subquery()
    )
    first = (ranked.c.retry_at, ranked.c.id)
    chosen = select(ranked.c.id).where(ranked.c.place <= per_host).order_by(*first).limit(limit)
    again = {
        "status": EntryStatus.DUE.value,
        "due_at": now,
        "leased_until": None,
        "attempts": 0,
        "retry_at": None,
        "retries": entries.c.retries + 1,
    }
    rows = session.execute(
        update(entries).where(entries.c.id.in_(chosen), ripe).values(**again).returning(entries.c.id, entries.c.host)
    )
    return [Work(Step.FETCH, row.id, row.host) for row in sorted(rows, key=lambda row: row.id)]


def aside_since(session: Session, since: datetime, source_id: int | None, after: int, limit: int) -> list[int]:
    """Return entries that were put aside with a page and seen since then, up to `limit` with ids above `after`."""
    wanted = (entries.c.status == EntryStatus.QUARANTINED.value) & entries.c.page_id.is_not(None)
    wanted &= (entries.c.seen_at >= since) & (entries.c.id > after)
    if source_id is not None:
        wanted &= entries.c.source_id == source_id
    return list(session.scalars(select(entries.c.id).where(wanted).order_by(entries.c.id).limit(limit)))


def read_again(session: Session, ids: Sequence[int], now: datetime) -> list[int]:
    """Let entries that were put aside wait for their stored pages to be read; returns those that still were."""
    ripe = (entries.c.status == EntryStatus.QUARANTINED.value) & entries.c.page_id.is_not(None)
    back = {
        "status": EntryStatus.FETCHED.value,
        "due_at": now,
        "leased_until": None,
        "attempts": 0,
        "retry_at": None,
    }
    rows = session.scalars(update(entries).where(entries.c.id.in_(ids), ripe).values(**back).returning(entries.c.id))
    return sorted(rows)
