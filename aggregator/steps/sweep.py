"""Sweep: find what is due and by whom it has been forgotten, and let go of what need not be kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.core.entry import EntryStatus
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.store import (
    articles,
    asked,
    entries,
    feeds,
    limits,
    outcomes,
    sketches,
    stories,
    subscriptions,
    takedowns,
)
from aggregator.store.session import Session, Store


@dataclass(frozen=True, slots=True)
class Broom:
    """How much is taken up at once; how long what follows is left to its own message; what is kept how long."""

    feeds: int = 2000
    entries: int = 2000
    per_host: int = 10
    grace: timedelta = timedelta(seconds=20)
    outcomes: timedelta = timedelta(days=90)
    fingerprints: timedelta = timedelta(days=30)
    terms: timedelta = timedelta(days=14)
    asked: timedelta = timedelta(days=400)
    resend: timedelta = timedelta(seconds=60)  # until then a message about a feed is not sent once more
    hubs: int = 200  # subscriptions at once; 0 where no hub could reach us
    sought: int = 20  # feeds at once for which a replacement is sought


def sweep(store: Store, broom: Broom, now: datetime) -> Outcome:
    """Return all work that is due as what follows, takedowns that were cut short among it."""
    with store.reading() as session:
        work = due(session, broom, now)
        work += [Work(Step.TAKE_DOWN, number) for number in takedowns.unfinished(session)]
    with store.writing() as session:
        feeds.sent(session, [each.id for each in work if each.step is Step.POLL], now + broom.resend)
        outcomes.forget(session, now - broom.outcomes)
        sketches.forget(session, now - broom.fingerprints)
        stories.forget_terms(session, now - broom.terms)
        limits.forget(session, now)
        asked.forget(session, (now - broom.asked).date())
        subscriptions.forget_pushes(session, now)
    return Outcome(Step.SWEEP, 0, Word.SWEPT, f"{len(work)} items are due", tuple(work))


def due(session: Session, broom: Broom, now: datetime) -> list[Work]:
    """Return what can be done now, the end of the line first, so that what was begun is finished."""
    forgotten = now - broom.grace
    work = articles.publish_due(session, forgotten, broom.entries)
    for status in (EntryStatus.EXTRACTED, EntryStatus.FETCHED):
        work += entries.due(session, status, forgotten, broom.entries, broom.entries)
    work += entries.due(session, EntryStatus.DUE, now, broom.entries, broom.per_host)
    work += feeds.due(session, now, broom.feeds)
    work += subscriptions.due(session, now, broom.hubs) if broom.hubs else []
    return work + (feeds.to_seek(session, now, broom.sought) if broom.sought else [])
