"""Sweep: find what is due and by whom it has been forgotten, and let go of what need not be kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.core.entry import EntryStatus
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.store import (
    asked,
    baselines,
    entry_queue,
    entry_texts,
    feeds,
    limits,
    outcomes,
    publish_queue,
    renewals,
    retries,
    site_lines,
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
    days: timedelta = timedelta(days=90)  # of extraction; baselines look back over some 60
    lines: timedelta = timedelta(days=60)  # of sites, since they were last seen
    texts: timedelta = timedelta(days=30)  # that feeds carried in full
    resend: timedelta = timedelta(seconds=60)  # until then a message about a feed is not sent once more
    hubs: int = 200  # subscriptions at once; 0 where no hub could reach us
    sought: int = 20  # feeds at once for which a replacement is sought
    renewed: int = 500  # articles at once whose pages are looked at again
    retried: int = 500  # entries at once that were put aside and are tried again


def sweep(store: Store, broom: Broom, now: datetime) -> Outcome:
    """Return all work that is due as what follows, takedowns that were cut short among it.

    What was put aside goes back to the line here alone, and pages are looked at again from here alone: a run that ends
    when nothing is left, as a replay does, has no time in which either could come about.
    """
    with store.reading() as session:
        work = due(session, broom, now)
        work += renewals.due(session, now, broom.renewed, broom.per_host)
        work += [Work(Step.TAKE_DOWN, number) for number in takedowns.unfinished(session)]
    with store.writing() as session:
        work += retries.to_retry(session, now, broom.retried, broom.per_host)
        feeds.sent(session, [each.id for each in work if each.step is Step.POLL], now + broom.resend)
        outcomes.forget(session, now - broom.outcomes)
        sketches.forget(session, now - broom.fingerprints)
        stories.forget_terms(session, now - broom.terms)
        limits.forget(session, now)
        asked.forget(session, (now - broom.asked).date())
        subscriptions.forget_pushes(session, now)
        baselines.forget(session, (now - broom.days).date())
        site_lines.forget(session, now - broom.lines)
        entry_texts.forget(session, now - broom.texts)
    return Outcome(Step.SWEEP, 0, Word.SWEPT, f"{len(work)} items are due", tuple(work))


def due(session: Session, broom: Broom, now: datetime) -> list[Work]:
    """Return what can be done now, the end of the line first, so that what was begun is finished."""
    forgotten = now - broom.grace
    work = publish_queue.due(session, forgotten, broom.entries)
    work += renewals.revise_due(session, forgotten, broom.entries)
    for status in (EntryStatus.EXTRACTED, EntryStatus.FETCHED):
        work += entry_queue.due(session, status, forgotten, broom.entries, broom.entries)
    work += entry_queue.due(session, EntryStatus.DUE, now, broom.entries, broom.per_host)
    work += feeds.due(session, now, broom.feeds)
    work += subscriptions.due(session, now, broom.hubs) if broom.hubs else []
    return work + (feeds.to_seek(session, now, broom.sought) if broom.sought else [])
