"""The queue of entries: where each stands on the line, since when it is due, and who holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update

from aggregator.core.entry import WAITING, Entry, EntryStatus
from aggregator.core.feed import FeedState
from aggregator.core.outcome import Step, Work
from aggregator.store.entries import value
from aggregator.store.rows import locked
from aggregator.store.session import Session
from aggregator.store.tables import articles, entries, feeds, sources

STEP_OF = {
    EntryStatus.DUE: Step.FETCH,
    EntryStatus.FETCHED: Step.EXTRACT,
    EntryStatus.EXTRACTED: Step.GATHER,
}


_SETTLE = (
    update(entries)
    .where(entries.c.id == bindparam("which"))
    .values(
        status=bindparam("status"),
        reason=bindparam("reason"),
        due_at=bindparam("due_at"),
        leased_until=None,
        attempts=0,
        page_id=func.coalesce(bindparam("page"), entries.c.page_id),
        article_id=func.coalesce(bindparam("article"), entries.c.article_id),
        verdict=bindparam("verdict"),
        retry_at=bindparam("retry_at"),
    )
)


@dataclass(frozen=True, slots=True)
class Settled:
    """Where an entry is to stand; a page or article that is None is left as it is.

    `verdict` is the kind of page for which it is put aside (at most 16 characters), `retry_at` when it is tried again.
    """

    id: int
    status: EntryStatus
    at: datetime
    reason: str = ""
    page_id: int | None = None
    article_id: int | None = None
    verdict: str = ""
    retry_at: datetime | None = None


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(entries.c.leased_until.is_(None), entries.c.leased_until <= now)


def due(session: Session, status: EntryStatus, now: datetime, limit: int, per_host: int) -> list[Work]:
    """Return entries that wait at `status`, fairest first: rank within host (at most `per_host` of each), then time."""
    rank = func.row_number().over(partition_by=entries.c.host, order_by=(entries.c.due_at, entries.c.id)).label("rank")
    waiting = (
        select(entries.c.id, entries.c.host, entries.c.due_at, rank)
        .join(sources, sources.c.id == entries.c.source_id)
        .where(entries.c.status == status, entries.c.due_at <= now, _free(now), sources.c.state == "active")
        .subquery()
    )
    rows = session.execute(
        select(waiting.c.id, waiting.c.host)
        .where(waiting.c.rank <= per_host)
        .order_by(waiting.c.rank, waiting.c.due_at, waiting.c.id)
        .limit(limit)
    )
    return [Work(STEP_OF[status], row.id, row.host) for row in rows]


def lease(
    session: Session,
    ids: Sequence[int],
    status: EntryStatus,
    now: datetime,
    length: timedelta,
    *,
    untried: bool = False,
) -> list[Entry]:
    """Take those of `ids` that wait at `status` and are free, for `length`, and count the attempt.

    With `untried`, only those are taken of which this is the first attempt.
    """
    can = entries.c.id.in_(ids) & (entries.c.status == status) & (entries.c.due_at <= now) & _free(now)
    if untried:
        can &= entries.c.attempts == 0
    free = locked(session, entries, can)
    taken = session.execute(
        update(entries)
        .where(entries.c.id.in_(free))
        .values(leased_until=now + length, attempts=entries.c.attempts + 1)
        .returning(entries)
    )
    return sorted((value(row) for row in taken), key=lambda entry: entry.id)


def release(session: Session, ids: Sequence[int]) -> None:
    """Give leases back as though they had not been taken."""
    back = {"leased_until": None, "attempts": entries.c.attempts - 1}
    session.execute(update(entries).where(entries.c.id.in_(ids)).values(**back))


def unlease(session: Session, ids: Sequence[int]) -> None:
    """Let entries be taken again at once whose worker is known to be dead; the attempt stays counted."""
    session.execute(update(entries).where(entries.c.id.in_(ids)).values(leased_until=None))


def release_all(session: Session) -> int:
    """Give every lease back; only for who holds the whole data folder alone. Returns how many there were."""
    freed = session.execute(update(entries).where(entries.c.leased_until.is_not(None)).values(leased_until=None))
    session.execute(update(articles).where(articles.c.leased_until.is_not(None)).values(leased_until=None))
    asked = (feeds.c.state != FeedState.PAUSED.value) & (feeds.c.pick_at > feeds.c.due_at)
    session.execute(update(feeds).where(asked).values(pick_at=feeds.c.due_at, leased_until=None))
    return freed.rowcount


def hold(session: Session, ids: Sequence[int], status: EntryStatus) -> set[int]:
    """Return which of these entries stand at a status, and hold their rows until the transaction ends."""
    return set(locked(session, entries, entries.c.id.in_(ids) & (entries.c.status == status)))


def settle(session: Session, ended: Sequence[Settled]) -> None:
    """Put entries where they now stand, free for their next step at once."""
    if not ended:
        return
    rows = [
        {
            "which": each.id,
            "status": each.status.value,
            "reason": each.reason,
            "due_at": each.at,
            "page": each.page_id,
            "article": each.article_id,
            "verdict": each.verdict,
            "retry_at": each.retry_at,
        }
        for each in ended
    ]
    session.execute(_SETTLE, rows)


def put_off(session: Session, entry_id: int, due_at: datetime, reason: str) -> None:
    """Leave an entry where it stands, to be tried again at `due_at`; the attempt stays counted."""
    values = {"due_at": due_at, "reason": reason, "leased_until": None}
    session.execute(update(entries).where(entries.c.id == entry_id).values(**values))


def waiting(session: Session) -> int:
    """Return how many entries are still due."""
    statuses = [status.value for status in WAITING]
    return session.scalar(select(func.count()).where(entries.c.status.in_(statuses))) or 0
