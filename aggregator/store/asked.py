"""Rows of what was asked: for each host and day, how many requests of which kind, so that a publisher can see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select

from aggregator.store.rows import Many, insert_for
from aggregator.store.session import Session
from aggregator.store.tables import asked


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request came to: the host, its kind (feed, page, robots, hub), and how it ended."""

    host: str
    kind: str
    unchanged: bool
    failed: bool
    size: int


@dataclass(frozen=True, slots=True)
class Day:
    """All requests of one kind to one host on one day; `bytes` are those of the bodies, decoded."""

    host: str
    day: str
    kind: str
    requests: int
    unchanged: int
    failed: int
    bytes: int


def _counts(session: Session) -> Any:  # noqa: ANN401 - as insert_for
    statement = insert_for(session, asked)
    more = {name: asked.c[name] + statement.excluded[name] for name in _NUMBERS}
    return statement.on_conflict_do_update(index_elements=["host", "day", "kind"], set_=more)


_NUMBERS = ("requests", "unchanged", "failed", "bytes")
_COUNTED = Many(("host", "kind", "day", *_NUMBERS), _counts)


def add(session: Session, found: Iterable[Asked], at: datetime) -> None:
    """Count requests under the day of `at`."""
    day = at.date().isoformat()
    counted: dict[tuple[str, str], list[int]] = {}
    for each in found:
        sums = counted.setdefault((each.host, each.kind), [0, 0, 0, 0])
        sums[0] += 1
        sums[1] += each.unchanged
        sums[2] += each.failed
        sums[3] += each.size
    _COUNTED(session, [(host, kind, day, *sums) for (host, kind), sums in sorted(counted.items())])


def of_host(session: Session, host: str, since: date) -> list[Day]:
    """Return what was asked of a host since a day, the latest first."""
    wanted = (asked.c.host == host) & (asked.c.day >= since.isoformat())
    rows = session.execute(select(asked).where(wanted).order_by(asked.c.day.desc(), asked.c.kind))
    return [Day(*row) for row in rows]


def hosts(session: Session, since: date, limit: int, offset: int = 0) -> list[Day]:
    """Return all that was asked of each host since a day, the most asked first; `day` and `kind` are empty."""
    sums = [func.sum(asked.c[name]).label(name) for name in ("requests", "unchanged", "failed", "bytes")]
    rows = session.execute(
        select(asked.c.host, *sums)
        .where(asked.c.day >= since.isoformat())
        .group_by(asked.c.host)
        .order_by(sums[0].desc(), asked.c.host)
        .limit(limit)
        .offset(offset)
    )
    return [Day(row.host, "", "", *(int(number) for number in row[1:])) for row in rows]


def forget(session: Session, before: date) -> int:
    """Drop the counts of days before that; returns how many rows went."""
    return session.execute(delete(asked).where(asked.c.day < before.isoformat())).rowcount
