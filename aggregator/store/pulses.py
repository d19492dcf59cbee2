"""Rows of pulses: signs of life that workers leave, and who runs the line on this database."""

from datetime import datetime

from sqlalchemy import select

from aggregator.store.rows import upsert
from aggregator.store.session import Session
from aggregator.store.tables import pulses


def beat(session: Session, name: str, at: datetime, about: str = "") -> None:
    """Leave a sign of life."""
    upsert(session, pulses, [{"name": name, "at": at, "about": about}], ["name"])


def every(session: Session) -> dict[str, tuple[datetime, str]]:
    """Return the last sign of life of each."""
    return {row.name: (row.at, row.about) for row in session.execute(select(pulses))}
