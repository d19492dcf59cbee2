"""How the feeds fare as a whole: what troubles them, which have gone quiet, how late they were asked."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, func, or_, select, true, update

from aggregator.core import schedule
from aggregator.core.feed import Feed, FeedState, Trouble
from aggregator.core.limits import Limit
from aggregator.core.url import registrable
from aggregator.store.session import Session
from aggregator.store.tables import feeds, limits, subscriptions

LATELY = timedelta(days=1)  # polls whose lateness counts
AT_A_TIME = 5_000  # rows that are in memory at once
MAX_LIMITS = 200


@dataclass(frozen=True, slots=True)
class Glance:
    """As much of a feed as tells whether anybody should look at it."""

    source_id: int
    url: str
    state: FeedState
    trouble: Trouble
    failures: int
    quiet: bool

    @property
    def words(self) -> tuple[str, ...]:
        """Return what is the matter: `sleeping`, the word of its trouble, `quiet`; nothing when it is well."""
        found = ("sleeping" if self.state is FeedState.SLEEPING else "", self._failing(), "quiet" if self.quiet else "")
        return tuple(filter(None, found))

    def _failing(self) -> str:
        return (self.trouble.value or "failing") if self.failures else ""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many seconds after their time feeds were asked, over so many polls: half, 99 of 100, and all within."""

    polls: int
    p50: int
    p99: int
    longest: int


@dataclass(frozen=True, slots=True)
class Health:
    """All feeds in numbers: by state, by trouble (only those that fail), how many are quiet, and the lateness."""

    states: dict[str, int]
    troubles: dict[str, int]
    failing: int
    quiet: int
    lateness: Lateness
    subscriptions: dict[str, int]


def health(session: Session, now: datetime) -> Health:
    """Return how all feeds fare."""
    troubles = _counted(session, feeds.c.trouble, feeds.c.failures > 0)
    return Health(
        states=_counted(session, feeds.c.state),
        troubles={name or "failing": number for name, number in troubles.items()},
        failing=sum(troubles.values()),
        quiet=quiet(session, now),
        lateness=lateness(session, now),
        subscriptions=_counted(session, subscriptions.c.state),
    )


def _counted(session: Session, by: Column[str], wanted: ColumnElement[bool] | None = None) -> dict[str, int]:
    """Return how many rows there are of each value of a column."""
    counts = select(by, func.count()).where(true() if wanted is None else wanted).group_by(by).order_by(by)
    return {str(row[0]): int(row[1]) for row in session.execute(counts)}


def is_quiet(feed: Feed, now: datetime) -> bool:
    """Whether a feed is asked and answers, and yet has told nothing new for far longer than it usually does."""
    return _quiet(feed.state, feed.failures, feed.news_at, feed.usual, now)


def _quiet(
    state: FeedState, failures: int, news_at: datetime | None, usual: timedelta | None, now: datetime
) -> bool:  # fmt: skip
    return state is FeedState.ACTIVE and failures == 0 and schedule.gone_quiet(news_at, usual, now)


def quiet(session: Session, now: datetime) -> int:
    """Return how many feeds are asked and answer, and have told nothing new for far longer than they usually do."""
    wanted = (
        (feeds.c.state == FeedState.ACTIVE.value)
        & (feeds.c.failures == 0)
        & (feeds.c.news_at < now - schedule.QUIET_LEAST)
        & feeds.c.usual_seconds.is_not(None)
    )
    rows = session.execute(
        select(feeds.c.news_at, feeds.c.usual_seconds).where(wanted).execution_options(yield_per=AT_A_TIME)
    )
    return sum(schedule.gone_quiet(row.news_at, timedelta(seconds=row.usual_seconds), now) for row in rows)


def glances(session: Session, now: datetime) -> Iterator[Glance]:
    """Yield all feeds by address, each as far as it tells whether anybody should look at it."""
    names = ("source_id", "url", "state", "trouble", "failures", "news_at", "usual_seconds")
    chosen = select(*(feeds.c[name] for name in names)).order_by(feeds.c.url)
    for row in session.execute(chosen.execution_options(yield_per=AT_A_TIME)):
        state = FeedState(row.state)
        usual = None if row.usual_seconds is None else timedelta(seconds=row.usual_seconds)
        still = _quiet(state, row.failures, row.news_at, usual, now)
        yield Glance(row.source_id, row.url, state, Trouble(row.trouble), row.failures, still)


def lateness(session: Session, now: datetime) -> Lateness:
    """Return how late the last poll of each feed was that was asked within a day."""
    rows = session.execute(
        select(feeds.c.late_seconds, func.count())
        .where(feeds.c.polled_at >= now - LATELY)
        .group_by(feeds.c.late_seconds)
    )
    counted = sorted((int(seconds), int(number)) for seconds, number in rows)
    polls = sum(number for _, number in counted)
    return Lateness(polls, _within(counted, polls, 0.5), _within(counted, polls, 0.99), _within(counted, polls, 1.0))


def _within(counted: Sequence[tuple[int, int]], total: int, share: float) -> int:
    """Return the least number of seconds within which that share of all polls began (the nearest rank)."""
    left = math.ceil(total * share)
    for seconds, number in counted:
        left -= number
        if left <= 0:
            return seconds
    return 0


def limits_of(session: Session, host: str, now: datetime) -> list[Limit]:
    """Return the limits that hold for addresses of a host or for its whole domain, those that end last first."""
    its = or_(limits.c.host == host, limits.c.url == f"*.{registrable(host)}")
    rows = session.execute(
        select(limits).where(its, limits.c.until > now).order_by(limits.c.until.desc(), limits.c.url).limit(MAX_LIMITS)
    )
    return [Limit(row.url, row.host, row.domain, row.at, row.until, row.reason) for row in rows]


def adopt(session: Session, feed: Feed, host: str, now: datetime) -> bool:
    """Put the proposed address of a feed (its host is `host`) in the place of its own; due at once unless paused.

    Its entries stay its own. False when it is not as `feed` any more, or a worker has it at this moment.
    """
    paused = feeds.c.state == FeedState.PAUSED.value
    same = (feeds.c.id == feed.id) & (feeds.c.url == feed.url) & (feeds.c.proposed_url == feed.proposed_url)
    free = or_(paused, feeds.c.pick_at <= feeds.c.due_at, feeds.c.pick_at <= now)
    awake = {} if feed.state is FeedState.PAUSED else {"state": FeedState.ACTIVE.value, "pick_at": now}
    changed = session.execute(
        update(feeds)
        .where(same, feeds.c.state == feed.state.value, free)
        .values(url=feed.proposed_url, host=host, due_at=now, **_FRESH, **awake)
    )
    return changed.rowcount == 1


_EMPTY: Iterable[str] = (
    "etag", "last_modified", "validated_url", "body_hash", "trouble", "reason", "hub", "topic", "moved_to",
    "proposed_url",
)  # fmt: skip
_UNKNOWN = ("full_at", "lied_at", "failing_since", "gone_at", "storm_at", "moved_since", "sought_at")
_FRESH: dict[str, object] = {
    **dict.fromkeys(_EMPTY, ""),
    **dict.fromkeys(_UNKNOWN),
    "failures": 0,
    "moved_times": 0,
    "floor_seconds": 0,
    "proposed_overlap": 0.0,
}
