"""What one pick of the scheduler costs, by the number of feeds: `feeds.due`, and the lease of a batch of its finds."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from aggregator.line import batches
from aggregator.steps.poll import LEASE
from aggregator.steps.sweep import Broom
from aggregator.store import feeds
from aggregator.store.session import Session, Store
from aggregator.store.tables import feeds as rows
from bench.scheduling_world import START

DUE = 500  # feeds that are due, however many there are
ALL = START + timedelta(days=9)  # when all feeds are overdue


@dataclass(frozen=True, slots=True)
class Pick:
    """Medians in milliseconds of so many rounds: finding what is due, and leasing the first batch of it."""

    feeds: int
    due: int  # feeds that were due
    find: float
    lease: float

    @property
    def total(self) -> float:
        """Return milliseconds for both."""
        return self.find + self.lease


def picks(files: Sequence[Path], rounds: int, *, overdue: bool) -> list[Pick]:
    """Return what a pick costs in each database, with `DUE` feeds due or with all of them.

    The databases take turns, so that whatever else the machine does hits them alike.
    """
    stores = [Store(f"sqlite:///{file}") for file in files]
    moments = [ALL if overdue else _moment(store) for store in stores]
    took: list[list[tuple[float, float]]] = [[] for _ in files]
    for turn in range(rounds + 3):
        for place, (store, now) in enumerate(zip(stores, moments, strict=True)):
            pick = _timed(store, now)
            if turn >= 3:  # noqa: PLR2004 - the first ones fill the caches
                took[place].append(pick)
    found = [_counted(store, now) for store, now in zip(stores, moments, strict=True)]
    for store in stores:
        store.close()
    return [
        Pick(number, due, statistics.median(find for find, _ in each), statistics.median(lease for _, lease in each))
        for (number, due), each in zip(found, took, strict=True)
    ]


def _moment(store: Store) -> datetime:
    """Return when exactly `DUE` feeds are due."""
    with store.reading() as session:
        found: datetime = session.scalars(
            select(rows.c.pick_at).order_by(rows.c.pick_at).limit(1).offset(DUE - 1)
        ).one()
    return found


def _counted(store: Store, now: datetime) -> tuple[int, int]:
    with store.reading() as session:
        number = session.scalar(select(func.count()).select_from(rows)) or 0
        return number, session.scalar(select(func.count()).where(rows.c.pick_at <= now)) or 0


def _timed(store: Store, now: datetime) -> tuple[float, float]:
    with store.reading() as session:
        began = time.perf_counter()
        work = feeds.due(session, now, Broom().feeds)
        find = time.perf_counter() - began
    _, ids = next(batches(work))
    with store.writing() as session:
        began = time.perf_counter()
        taken = feeds.lease(session, ids, now, LEASE)
        lease = time.perf_counter() - began
        assert len(taken) == len(ids), "feeds that are due and free must be leased"
        feeds.release(session, {feed.id: feed.due_at for feed in taken})
    return find * 1000, lease * 1000


def plans(file: Path) -> dict[str, list[str]]:
    """Return how SQLite goes about finding what is due, and about leasing it, by its own words."""
    store = Store(f"sqlite:///{file}")
    now = _moment(store)
    with store.reading() as session:
        found = {"due": _plan(session, lambda: feeds.due(session, now, Broom().feeds))}
    with store.writing() as session:
        found["lease"] = _plan(session, lambda: feeds.lease(session, range(1, 101), START - LEASE, LEASE))
    store.close()
    return found


def _plan(session: Session, does: Any) -> list[str]:  # noqa: ANN401 - anything that runs statements
    said: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, sql: str, values: Any, *_: object) -> None:  # noqa: ANN401
        said.append((sql, values))

    event.listen(session, "before_cursor_execute", note)
    does()
    event.remove(session, "before_cursor_execute", note)
    return [row[3] for sql, values in said for row in session.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
