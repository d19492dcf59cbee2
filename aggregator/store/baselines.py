"""Rows of extraction days: how many pages of a source were read on a day, by kind, and how long the articles were."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from aggregator.core.baseline import Day
from aggregator.store.rows import insert_for
from aggregator.store.session import Session
from aggregator.store.tables import extraction_days

_SUMS = ("number", "log_words", "titled")


@dataclass(frozen=True, slots=True)
class Count:
    """Pages of one kind ("article" or a verdict) of a source on a day; `log_words` is the sum of ln(words)."""

    source_id: int
    day: date
    kind: str
    number: int
    log_words: float = 0.0
    titled: int = 0


def add(session: Session, counts: Iterable[Count]) -> None:
    """Add counts to those that are there; many of them, also of the same source and day, are one statement."""
    rows: dict[tuple[int, str, str], dict[str, float]] = {}
    for each in counts:
        sums = rows.setdefault((each.source_id, each.day.isoformat(), each.kind), dict.fromkeys(_SUMS, 0))
        for name in _SUMS:
            sums[name] += getattr(each, name)
    if rows:
        statement = insert_for(session, extraction_days)
        more = {name: extraction_days.c[name] + statement.excluded[name] for name in _SUMS}
        unique = ("source_id", "day", "kind")
        session.execute(
            statement.on_conflict_do_update(index_elements=list(unique), set_=more),
            [{**dict(zip(unique, key, strict=True)), **rows[key]} for key in sorted(rows)],
        )


def days(session: Session, source_ids: Iterable[int], since: date) -> dict[int, list[Day]]:
    """Return the days of these sources from `since` on, the earliest first; a source without any is left out."""
    wanted = extraction_days.c.source_id.in_(set(source_ids)) & (extraction_days.c.day >= since.isoformat())
    rows = session.execute(select(extraction_days).where(wanted).order_by(extraction_days.c.day))
    kinds: dict[tuple[int, str], dict[str, int]] = {}
    sums: dict[tuple[int, str], tuple[float, int]] = {}
    for source_id, day, kind, number, log_words, titled in rows:
        kinds.setdefault((source_id, day), {})[kind] = number
        if log_words or titled:
            sums[source_id, day] = (log_words, titled)
    found: dict[int, list[Day]] = {}
    for (source_id, day), of_day in kinds.items():
        told = Day(date.fromisoformat(day), of_day, *sums.get((source_id, day), (0.0, 0)))
        found.setdefault(source_id, []).append(told)
    return found


def forget(session: Session, before: date) -> int:
    """Drop the counts of days before that; returns how many rows went."""
    return session.execute(delete(extraction_days).where(extraction_days.c.day < before.isoformat())).rowcount
