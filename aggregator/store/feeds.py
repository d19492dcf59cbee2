"""Rows of feeds: what is due, who holds it, and how the last poll ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update

from aggregator.core.feed import Feed, FeedState
from aggregator.core.outcome import Step, Work
from aggregator.store.rows import insert_for, locked
from aggregator.store.session import Session
from aggregator.store.tables import feeds, sources


def _value(row: Row[tuple[object, ...]]) -> Feed:
    return Feed(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        host=row.host,
        title=row.title,
        state=FeedState(row.state),
        due_at=row.due_at,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        failures=row.failures,
        reason=row.reason,
        polled_at=row.polled_at,
        answered_at=row.answered_at,
        interval=timedelta(seconds=row.interval_seconds),
    )


def add(session: Session, source_id: int, url: str, host: str, now: datetime) -> Feed:
    """Store a feed of a source, due at once; one that is there already is returned as it stands."""
    enter(session, [(source_id, url, host)], now)
    added = by_url(session, url)
    assert added is not None  # noqa: S101 - it was written in this transaction
    return added


def enter(session: Session, found: Sequence[tuple[int, str, str]], now: datetime) -> int:
    """Store feeds (source, address, host), due at once, that are not there yet; returns how many were new."""
    rows = [{"source_id": source_id, "url": url, "host": host, "due_at": now} for source_id, url, host in found]
    if not rows:
        return 0
    statement = insert_for(session, feeds).on_conflict_do_nothing(index_elements=["url"])
    return len(session.execute(statement.returning(feeds.c.id), rows).all())


def by_url(session: Session, url: str) -> Feed | None:
    """Return the feed at that address."""
    row = session.execute(select(feeds).where(feeds.c.url == url)).one_or_none()
    return _value(row) if row else None


def get(session: Session, feed_id: int) -> Feed | None:
    """Return the feed of that id."""
    row = session.execute(select(feeds).where(feeds.c.id == feed_id)).one_or_none()
    return _value(row) if row else None


def of_source(session: Session, source_id: int) -> list[Feed]:
    """Return the feeds of a source by address."""
    rows = session.execute(select(feeds).where(feeds.c.source_id == source_id).order_by(feeds.c.url))
    return [_value(row) for row in rows]


def every(session: Session) -> list[Feed]:
    """Return all feeds by address."""
    return [_value(row) for row in session.execute(select(feeds).order_by(feeds.c.url))]


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= now)


def due(session: Session, now: datetime, limit: int) -> list[Work]:
    """Return the feeds that may be polled now, fairest first: rank within host, then due time."""
    rank = func.row_number().over(partition_by=feeds.c.host, order_by=feeds.c.due_at).label("rank")
    waiting = (
        select(feeds.c.id, feeds.c.host, feeds.c.due_at, rank)
        .join(sources, sources.c.id == feeds.c.source_id)
        .where(feeds.c.state == FeedState.ACTIVE, sources.c.state == "active", feeds.c.due_at <= now, _free(now))
        .subquery()
    )
    rows = session.execute(select(waiting.c.id, waiting.c.host).order_by(waiting.c.rank, waiting.c.due_at).limit(limit))
    return [Work(Step.POLL, row.id, row.host) for row in rows]


def lease(session: Session, ids: Sequence[int], now: datetime, length: timedelta) -> list[Feed]:
    """Take those of `ids` that are due and free, for `length`; the others are somebody else's or not due."""
    can = and_(feeds.c.id.in_(ids), feeds.c.due_at <= now, _free(now), feeds.c.state == FeedState.ACTIVE)
    free = locked(session, feeds, can)
    mine = feeds.c.id.in_(free)
    taken = session.execute(update(feeds).where(mine).values(leased_until=now + length).returning(feeds))
    return [_value(row) for row in taken]


def release(session: Session, ids: Sequence[int]) -> None:
    """Give leases back without an end of any kind."""
    session.execute(update(feeds).where(feeds.c.id.in_(ids)).values(leased_until=None))


def save(session: Session, feed: Feed) -> None:
    """Write how a feed stands after a poll, and give its lease back."""
    session.execute(
        update(feeds)
        .where(feeds.c.id == feed.id)
        .values(
            title=feed.title,
            state=feed.state.value,
            due_at=feed.due_at,
            leased_until=None,
            etag=feed.etag,
            last_modified=feed.last_modified,
            body_hash=feed.body_hash,
            failures=feed.failures,
            reason=feed.reason,
            polled_at=feed.polled_at,
            answered_at=feed.answered_at,
            interval_seconds=int(feed.interval.total_seconds()),
        )
    )


def make_due(session: Session, ids: Sequence[int], now: datetime, *, forget: bool = False) -> None:
    """Let feeds be polled at once; with `forget`, as though they had never been asked."""
    values: dict[str, object] = {"due_at": now, "leased_until": None}
    if forget:
        values |= {"etag": "", "last_modified": "", "body_hash": "", "answered_at": None}
    session.execute(update(feeds).where(feeds.c.id.in_(ids)).values(**values))


def set_state(session: Session, feed_id: int, state: FeedState, now: datetime) -> None:
    """Pause, wake or bury a feed."""
    session.execute(update(feeds).where(feeds.c.id == feed_id).values(state=state.value, due_at=now))


def lateness(session: Session, now: datetime) -> timedelta:
    """Return how long the feed that has waited longest is over its time; zero when none is."""
    oldest = session.scalar(select(func.min(feeds.c.due_at)).where(feeds.c.state == FeedState.ACTIVE))
    return max(now - oldest, timedelta()) if oldest else timedelta()


def numbers(session: Session) -> dict[str, int]:
    """Return how many feeds there are in each state, and how many are failing."""
    rows = session.execute(select(feeds.c.state, func.count()).group_by(feeds.c.state))
    counted = {str(state): int(number) for state, number in rows}
    counted["failing"] = session.scalar(select(func.count()).where(feeds.c.failures > 0)) or 0
    return counted


def first_failure(session: Session) -> str:
    """Return the reason of one failing feed, '' when none fails."""
    return session.scalar(select(feeds.c.reason).where(feeds.c.failures > 0).order_by(feeds.c.id).limit(1)) or ""


def sources_of(session: Session, urls: Sequence[str]) -> dict[str, int]:
    """Return to which source each of these feeds belongs, for those that are there."""
    rows = session.execute(select(feeds.c.url, feeds.c.source_id).where(feeds.c.url.in_(urls)))
    return {row.url: row.source_id for row in rows}
