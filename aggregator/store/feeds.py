"""Rows of feeds: what is due, who holds it, and how the last poll ended.

`due_at` is when a feed should be asked; `pick_at` is when the scheduler looks at it again: the same, or later while
a message about it is under way, a worker holds it, or its host is busy. So what can be taken is found by one index,
however many feeds there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, and_, bindparam, case, func, or_, select, update

from aggregator.core import told
from aggregator.core.feed import Feed, FeedState, Trouble
from aggregator.core.outcome import Step, Work
from aggregator.store.rows import insert_for, locked
from aggregator.store.session import Session
from aggregator.store.tables import feeds, sources

ASKED = (FeedState.ACTIVE, FeedState.SLEEPING)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # when the scheduler looks at what is paused
DEAD_AFTER = timedelta(days=3)  # of failures: then a replacement is sought
SEEK_AGAIN = timedelta(days=7)
ALIVE = (Trouble.LIMITED, Trouble.WALL, Trouble.REFUSED)  # troubles that no other address would cure
WIDE = 4  # so many times more feeds are looked at than are taken, to find those of different hosts

_SAVE = (
    update(feeds)
    .where(feeds.c.id == bindparam("which"))
    .values(leased_until=None)
    .values({name: bindparam(name) for name in (
        "url", "host", "title", "format", "state", "due_at", "pick_at", "etag", "last_modified", "validated_url",
        "full_at", "lied_at", "body_hash", "told", "floor_seconds", "skip_hours", "skip_days", "news_at",
        "usual_seconds", "failures", "trouble", "reason", "failing_since", "gone_at", "recovered", "storm_at",
        "moved_to", "moved_since", "moved_times", "hub", "topic", "polled_at", "answered_at", "interval_seconds",
        "late_seconds",
    )})
)  # fmt: skip


_TURN = ("due_at", "polled_at", "answered_at", "interval_seconds", "late_seconds")
_SAVE_TURN = (
    update(feeds)
    .where(feeds.c.id == bindparam("which"))
    .values({name: bindparam(name) for name in _TURN} | {"pick_at": bindparam("due_at"), "leased_until": None})
)
_SENT = update(feeds).where(feeds.c.id == bindparam("which")).values(pick_at=bindparam("again"))
_NONE = timedelta()
_RELEASE = (
    update(feeds)
    .where(feeds.c.id == bindparam("which"))
    .values(
        leased_until=None,
        pick_at=case((feeds.c.due_at > bindparam("again"), feeds.c.due_at), else_=bindparam("again")),
    )
)


def _bits(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)


def _numbers(bits: int) -> frozenset[int]:
    return frozenset(number for number in range(bits.bit_length()) if bits >> number & 1)


def _value(row: Row[tuple[object, ...]], now: datetime | None = None) -> Feed:
    """Return a row as a value; taken `now`, it is as late as that is after its time."""
    late = timedelta(seconds=row.late_seconds) if now is None else max(now - row.due_at, _NONE)
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
        format=row.format,
        validated_url=row.validated_url,
        full_at=row.full_at,
        lied_at=row.lied_at,
        told=told.unpack(row.told),
        floor=timedelta(seconds=row.floor_seconds),
        skip_hours=_numbers(row.skip_hours) if row.skip_hours else frozenset(),
        skip_days=_numbers(row.skip_days) if row.skip_days else frozenset(),
        news_at=row.news_at,
        usual=None if row.usual_seconds is None else timedelta(seconds=row.usual_seconds),
        trouble=Trouble(row.trouble),
        failing_since=row.failing_since,
        gone_at=row.gone_at,
        recovered=row.recovered,
        storm_at=row.storm_at,
        moved_to=row.moved_to,
        moved_since=row.moved_since,
        moved_times=row.moved_times,
        hub=row.hub,
        topic=row.topic,
        pushed_until=row.pushed_until,
        lateness=late,
        parent_id=row.parent_id,
        proposed_url=row.proposed_url,
        proposed_overlap=row.proposed_overlap,
    )


def _columns(feed: Feed) -> dict[str, object]:
    return {
        "which": feed.id,
        "url": feed.url,
        "host": feed.host,
        "title": feed.title,
        "format": feed.format,
        "state": feed.state.value,
        "due_at": feed.due_at,
        "pick_at": NEVER if feed.state is FeedState.PAUSED else feed.due_at,
        "etag": feed.etag,
        "last_modified": feed.last_modified,
        "validated_url": feed.validated_url,
        "full_at": feed.full_at,
        "lied_at": feed.lied_at,
        "body_hash": feed.body_hash,
        "told": told.pack(feed.told),
        "floor_seconds": int(feed.floor.total_seconds()),
        "skip_hours": _bits(feed.skip_hours),
        "skip_days": _bits(feed.skip_days),
        "news_at": feed.news_at,
        "usual_seconds": None if feed.usual is None else int(feed.usual.total_seconds()),
        "failures": feed.failures,
        "trouble": feed.trouble.value,
        "reason": feed.reason,
        "failing_since": feed.failing_since,
        "gone_at": feed.gone_at,
        "recovered": feed.recovered,
        "storm_at": feed.storm_at,
        "moved_to": feed.moved_to,
        "moved_since": feed.moved_since,
        "moved_times": feed.moved_times,
        "hub": feed.hub,
        "topic": feed.topic,
        "polled_at": feed.polled_at,
        "answered_at": feed.answered_at,
        "interval_seconds": int(feed.interval.total_seconds()),
        "late_seconds": int(feed.lateness.total_seconds()),
    }


def add(session: Session, source_id: int, url: str, host: str, now: datetime) -> Feed:
    """Store a feed of a source, due at once; one that is there already is returned as it stands."""
    enter(session, [(source_id, url, host)], now)
    added = by_url(session, url)
    assert added is not None  # noqa: S101 - it was written in this transaction
    return added


def enter(session: Session, found: Sequence[tuple[int, str, str]], now: datetime, parent_id: int | None = None) -> int:
    """Store feeds (source, address, host), due at once, that are not there yet; returns how many were new.

    `parent_id` is the index or list that named them.
    """
    rows = [
        {"source_id": source_id, "url": url, "host": host, "due_at": now, "pick_at": now, "parent_id": parent_id}
        for source_id, url, host in found
    ]
    if not rows:
        return 0
    statement = insert_for(session, feeds).on_conflict_do_nothing(index_elements=["url"])
    return len(session.execute(statement.returning(feeds.c.id), rows).all())


def let_go(session: Session, parent_id: int, named: Collection[str], now: datetime, reason: str) -> int:
    """Pause the feeds that an index or list named before and names no more, wake those it names again.

    Returns how many were paused now.
    """
    mine = session.execute(
        select(feeds.c.id, feeds.c.url, feeds.c.state, feeds.c.reason).where(feeds.c.parent_id == parent_id)
    ).all()
    paused = FeedState.PAUSED.value
    left = [row.id for row in mine if row.url not in named and row.state != paused]
    again = [row.id for row in mine if row.url in named and row.state == paused and row.reason == reason]
    if left:
        values = {"state": paused, "reason": reason, "pick_at": NEVER}
        session.execute(update(feeds).where(feeds.c.id.in_(left)).values(**values))
    if again:
        awake = {"state": FeedState.ACTIVE.value, "reason": "", "due_at": now, "pick_at": now}
        session.execute(update(feeds).where(feeds.c.id.in_(again)).values(**awake))
    return len(left)


def to_seek(session: Session, now: datetime, limit: int) -> list[Work]:
    """Return feeds that have been failing for days and for which no replacement was sought lately."""
    dead = (feeds.c.state == FeedState.SLEEPING) | (feeds.c.failing_since <= now - DEAD_AFTER)
    rows = session.execute(
        select(feeds.c.id, feeds.c.host)
        .join(sources, sources.c.id == feeds.c.source_id)
        .where(
            sources.c.state == "active",
            feeds.c.state.in_(ASKED),
            dead,
            feeds.c.trouble.not_in([each.value for each in ALIVE]),
            or_(feeds.c.sought_at.is_(None), feeds.c.sought_at <= now - SEEK_AGAIN),
        )
        .order_by(feeds.c.failing_since, feeds.c.id)
        .limit(limit)
    )
    return [Work(Step.SEEK, row.id, row.host) for row in rows]


def propose(session: Session, feed_id: int, url: str, overlap: float, now: datetime) -> None:
    """Keep what may have taken the place of a feed, '' for nothing, and that it was sought."""
    values = {"proposed_url": url, "proposed_overlap": overlap, "sought_at": now}
    session.execute(update(feeds).where(feeds.c.id == feed_id).values(**values))


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


def due(session: Session, now: datetime, limit: int) -> list[Work]:
    """Return the feeds that may be polled now, fairest first: turn by turn of their hosts, then how long they wait.

    It looks at the few that wait longest only, so its cost does not grow with the number of feeds.
    """
    waiting = session.execute(
        select(feeds.c.id, feeds.c.host)
        .join(sources, sources.c.id == feeds.c.source_id)
        .where(feeds.c.state.in_(ASKED), sources.c.state == "active", feeds.c.pick_at <= now)
        .order_by(feeds.c.pick_at, feeds.c.due_at, feeds.c.id)
        .limit(limit * WIDE)
    )
    turns: dict[str, int] = {}
    ranked = []
    for place, row in enumerate(waiting):
        turns[row.host] = turns.get(row.host, -1) + 1
        ranked.append((turns[row.host], place, Work(Step.POLL, row.id, row.host)))
    return [work for _, _, work in sorted(ranked, key=lambda each: each[:2])[:limit]]


def lease(session: Session, ids: Sequence[int], now: datetime, length: timedelta) -> list[Feed]:
    """Take those of `ids` that are due and free, for `length`; the others are somebody else's or not due.

    The lateness of each is that of this moment; those that have waited longest come first.
    """
    free = or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= now)
    can = and_(feeds.c.id.in_(ids), feeds.c.due_at <= now, feeds.c.state.in_(ASKED), free)
    mine = feeds.c.id.in_(locked(session, feeds, can))
    until = {"leased_until": now + length, "pick_at": now + length}
    taken = session.execute(update(feeds).where(mine).values(**until).returning(feeds))
    return sorted((_value(row, now) for row in taken), key=lambda feed: (feed.due_at, feed.id))


def sent(session: Session, ids: Sequence[int], again: datetime) -> None:
    """Let the scheduler look at feeds `again` then: a message about each is under way, and may be lost."""
    if ids:
        session.execute(_SENT, [{"which": feed_id, "again": again} for feed_id in ids])


def release(session: Session, again: Mapping[int, datetime]) -> None:
    """Give leases back without an end of any kind; the scheduler looks at each feed at its time, or when it is due."""
    if again:
        session.execute(_RELEASE, [{"which": feed_id, "again": at} for feed_id, at in sorted(again.items())])


def save(session: Session, standing: Sequence[Feed]) -> None:
    """Write how feeds stand after a poll, and give their leases back."""
    if standing:
        session.execute(_SAVE, [_columns(feed) for feed in standing])


def save_turns(session: Session, standing: Sequence[Feed]) -> None:
    """Write only when feeds were asked and are due again, and give their leases back: all else is as it was."""
    rows = [
        {
            "which": feed.id,
            "due_at": feed.due_at,
            "polled_at": feed.polled_at,
            "answered_at": feed.answered_at,
            "interval_seconds": int(feed.interval.total_seconds()),
            "late_seconds": int(feed.lateness.total_seconds()),
        }
        for feed in standing
    ]
    if rows:
        session.execute(_SAVE_TURN, rows)


def make_due(session: Session, ids: Sequence[int], now: datetime, *, forget: bool = False) -> None:
    """Let feeds be polled at once; with `forget`, as though they had never been asked."""
    if not ids:
        return
    values: dict[str, object] = {"due_at": now, "pick_at": now, "leased_until": None}
    if forget:
        values |= {"etag": "", "last_modified": "", "body_hash": "", "told": None, "answered_at": None}
    session.execute(update(feeds).where(feeds.c.id.in_(ids)).values(**values))


def set_state(session: Session, feed_id: int, state: FeedState, now: datetime) -> None:
    """Pause or wake a feed, or let it sleep."""
    at = NEVER if state is FeedState.PAUSED else now
    session.execute(update(feeds).where(feeds.c.id == feed_id).values(state=state.value, due_at=now, pick_at=at))


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
