"""Rows of pulses: signs of life that workers leave, and who runs the line on this database."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from aggregator.store.rows import upsert
from aggregator.store.session import Session
from aggregator.store.tables import pulses

_MEMORY = re.compile(r" peak_mib=(\d{1,9}) limit_mib=(\d{1,9})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Memory:
    """The most memory that a process has had so far, and what it may have (0: no limit), both in MiB."""

    peak: int
    limit: int


def told(holder: str, peak: int, limit: int) -> str:
    """Return what a pulse says about who left it: the holder of its leases, and its memory in MiB."""
    return f"{holder} peak_mib={peak} limit_mib={limit}"


def memory(about: str) -> Memory | None:
    """Return the memory that a pulse tells of; None when it tells of none, as those of older releases."""
    found = _MEMORY.search(about)
    return Memory(int(found[1]), int(found[2])) if found else None


def beat(session: Session, name: str, at: datetime, about: str = "") -> None:
    """Leave a sign of life."""
    upsert(session, pulses, [{"name": name, "at": at, "about": about}], ["name"])


def every(session: Session) -> dict[str, tuple[datetime, str]]:
    """Return the last sign of life of each."""
    return {row.name: (row.at, row.about) for row in session.execute(select(pulses))}
