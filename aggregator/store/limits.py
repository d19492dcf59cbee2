"""Rows of limits: which addresses told us to wait, and how far that wish reaches.

Beside addresses there are whole hosts (`//host`) and domains (`*.domain`), for which the addresses are the evidence.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from aggregator.core.limits import WINDOW, Limit
from aggregator.store.rows import upsert
from aggregator.store.session import Session
from aggregator.store.tables import limits


def lately(session: Session, domains: Iterable[str], now: datetime) -> list[Limit]:
    """Return the limits of addresses seen at these domains within the time that counts as evidence."""
    wanted = limits.c.domain.in_(set(domains)) & (limits.c.at >= now - WINDOW) & limits.c.url.startswith("http")
    rows = session.execute(select(limits).where(wanted))
    return [Limit(row.url, row.host, row.domain, row.at, row.until, row.reason) for row in rows]


def save(session: Session, found: Iterable[Limit]) -> None:
    """Keep limits; the latest of an address stands."""
    rows = [
        {
            "url": each.url,
            "host": each.host,
            "domain": each.domain,
            "at": each.at,
            "until": each.until,
            "reason": each.reason,
        }
        for each in {each.url: each for each in found}.values()
    ]
    if rows:
        upsert(session, limits, rows, ["url"])


def standing(session: Session, now: datetime) -> list[Limit]:
    """Return the limits that still hold, those that end last first."""
    rows = session.execute(select(limits).where(limits.c.until > now).order_by(limits.c.until.desc(), limits.c.url))
    return [Limit(row.url, row.host, row.domain, row.at, row.until, row.reason) for row in rows]


def forget(session: Session, before: datetime) -> int:
    """Drop limits that ended before then; returns how many rows went."""
    return session.execute(delete(limits).where(limits.c.until < before)).rowcount
