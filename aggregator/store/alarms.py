"""Rows of alarms: what is not as usual of which source, since when, and until when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from aggregator.core.baseline import Alarm, AlarmKind
from aggregator.store.session import Session
from aggregator.store.tables import alarms, sources

_OPEN = alarms.c.ended_at.is_(None)


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm of a source; `ended_at` is None while it is open."""

    source_id: int
    slug: str
    alarm: Alarm
    since: datetime
    ended_at: datetime | None = None


def begin(session: Session, told: Mapping[int, Iterable[Alarm]], now: datetime) -> None:
    """Open alarms of sources (by id); one that is open already stays as it is, with its reason and its beginning."""
    _held(session, told)
    there = {(row.source_id, row.kind) for row in session.execute(select(alarms).where(_OPEN, _among(told)))}
    rows = {
        (source_id, alarm.kind.value): alarm.reason
        for source_id, found in told.items()
        for alarm in found
        if (source_id, alarm.kind.value) not in there
    }
    if rows:
        session.execute(
            alarms.insert(),
            [
                {"source_id": source_id, "kind": kind, "reason": reason, "since": now}
                for (source_id, kind), reason in rows.items()
            ],
        )


def end(session: Session, source_id: int, kinds: Iterable[AlarmKind], now: datetime) -> None:
    """End the open alarms of these kinds; those that have ended keep their time."""
    wanted = _OPEN & (alarms.c.source_id == source_id) & alarms.c.kind.in_({kind.value for kind in kinds})
    session.execute(update(alarms).where(wanted).values(ended_at=now))


def open_of(session: Session, source_ids: Iterable[int]) -> dict[int, list[Standing]]:
    """Return the open alarms of these sources, by source and in the order of their kinds; without any, none."""
    found: dict[int, list[Standing]] = {}
    for each in _found(session, _OPEN & _among(source_ids)):
        found.setdefault(each.source_id, []).append(each)
    return found


def every_open(session: Session) -> list[Standing]:
    """Return all open alarms, by the slugs of their sources."""
    return _found(session, _OPEN)


def of_source(session: Session, source_id: int, since: datetime) -> list[Standing]:
    """Return the alarms of a source that are open or ended after `since`, the latest first."""
    late = _OPEN | (alarms.c.ended_at >= since)
    return sorted(_found(session, (alarms.c.source_id == source_id) & late), key=lambda each: each.since, reverse=True)


def _among(source_ids: Iterable[int]) -> ColumnElement[bool]:
    return alarms.c.source_id.in_(set(source_ids))


def _held(session: Session, source_ids: Iterable[int]) -> None:
    """Hold the sources until the end of the transaction, so that no two workers open the same alarm."""
    wanted = select(sources.c.id).where(sources.c.id.in_(set(source_ids))).order_by(sources.c.id)
    session.execute(wanted.with_for_update(key_share=True)).all()


def _found(session: Session, wanted: ColumnElement[bool]) -> list[Standing]:
    joined: Sequence[ColumnElement[object]] = (sources.c.slug, alarms.c.kind)
    rows = session.execute(
        select(alarms, sources.c.slug).join(sources, sources.c.id == alarms.c.source_id).where(wanted).order_by(*joined)
    )
    return [
        Standing(row.source_id, row.slug, Alarm(AlarmKind(row.kind), row.reason), row.since, row.ended_at)
        for row in rows
    ]
