"""The queue of articles whose publications are to be made anew: since when each is due, and who holds it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from aggregator.core.outcome import Step, Work
from aggregator.store.rows import locked
from aggregator.store.session import Session
from aggregator.store.tables import articles


def want(session: Session, ids: Iterable[int], now: datetime) -> None:
    """Let the publications of these articles be made anew."""
    session.execute(update(articles).where(articles.c.id.in_(set(ids))).values(publish_due=now))


def due(session: Session, now: datetime, limit: int) -> list[Work]:
    """Return the articles whose publication is to be made."""
    wanted = select(articles.c.id).where(articles.c.publish_due <= now)
    return [
        Work(Step.PUBLISH, found) for found in session.scalars(wanted.order_by(articles.c.publish_due).limit(limit))
    ]


def lease(session: Session, ids: Sequence[int], now: datetime, length: timedelta) -> list[int]:
    """Take those of `ids` whose publication is due, for `length`."""
    free = locked(session, articles, articles.c.id.in_(ids) & (articles.c.publish_due <= now))
    session.execute(update(articles).where(articles.c.id.in_(free)).values(publish_due=now + length))
    return free


def done(session: Session, ids: Sequence[int], lease_end: datetime) -> None:
    """Mark publications as made, unless they were wanted anew while they were being made."""
    mine = articles.c.id.in_(ids) & (articles.c.publish_due == lease_end)
    session.execute(update(articles).where(mine).values(publish_due=None))


def left(session: Session) -> int:
    """Return how many publications are still to be made."""
    return session.scalar(select(func.count()).where(articles.c.publish_due.is_not(None))) or 0
