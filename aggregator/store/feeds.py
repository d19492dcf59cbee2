"""Rows of feeds: what is due, who holds it, and how the last poll ended.

`due_at` is when a feed should be asked; `pick_at` is when the scheduler looks at it again: the same, or later while
a message about it is under way, a worker holds it, or its host is busy. So what can be taken is found by one index,
however many feeds there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, case, func, null, or_, select, update

from aggregator.core.feed import Again, Feed, FeedState, Trouble, Turn
from aggregator.core.outcome import Step, Work
from aggregator.store.feed_rows import SAVED, TURN, columns, turn, value
from aggregator.store.rows import Many, insert_for
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
    .values(leased_until=None, pick_at=bindparam("pick_at"))
    .values({name: bindparam(name) for name in SAVED})
)
_SAVE_AGAIN = Many(
    ("which", "at", "due", "interval", "late"),
    lambda _: (
        update(feeds)
        .where(feeds.c.id == bindparam("which"))
        .values(
            due_at=bindparam("due"),
            pick_at=bindparam("due"),
            leased_until=null(),
            polled_at=bindparam("at"),
            answered_at=bindparam("at"),
            interval_seconds=bindparam("interval"),
            late_seconds=bindparam("late"),
        )
    ),
)
_FREE = (
    select(*TURN)
    .where(
        feeds.c.id.in_(bindparam("ids", expanding=True)),
        feeds.c.due_at <= bindparam("now"),
        feeds.c.state.in_(ASKED),
        or_(feeds.c.leased_until.is_(None), feeds.c.leased_until <= bindparam("now")),
    )
    .order_by(feeds.c.id)
    .with_for_update(skip_locked=True, of=feeds)
)
_TAKE = (
    update(feeds)
    .where(feeds.c.id.in_(bindparam("ids", expanding=True)))
    .values(leased_until=bindparam("until"), pick_at=bindparam("until"))
)
_SEVERAL = select(feeds).where(feeds.c.id.in_(bindparam("ids", expanding=True)))
_SENT = update(feeds).where(feeds.c.id == bindparam("which")).values(pick_at=bindparam("again"))
_RELEASE = (
    update(feeds)
    .where(feeds.c.id == bindparam("which"))
    .values(
        leased_until=None,
        pick_at=case((feeds.c.due_at > bindparam("again"), feeds.c.due_at), else_=bindparam("again")),
    )
)


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
    return value(row) if row else None


def get(session: Session, feed_id: int) -> Feed | None:
    """Return the feed of that id."""
    row = session.execute(select(feeds).where(feeds.c.id == feed_id)).one_or_none()
    return value(row) if row else None


def of_source(session: Session, source_id: int) -> list[Feed]:
    """Return the feeds of a source by address."""
    rows = session.execute(select(feeds).where(feeds.c.source_id == source_id).order_by(feeds.c.url))
    return [value(row) for row in rows]


def every(session: Session) -> list[Feed]:
    """Return all feeds by address."""
    return [value(row) for row in session.execute(select(feeds).order_by(feeds.c.url))]


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


def lease(session: Session, ids: Sequence[int], now: datetime, length: timedelta) -> list[Turn]:
    """Take those of `ids` that are due and free, for `length`; the others are somebody else's or not due.

    The lateness of each is that of this moment; those that have waited longest come first.
    """
    taken = [turn(row, now) for row in session.execute(_FREE, {"ids": ids, "now": now})]
    if taken:
        session.execute(_TAKE, {"ids": [each.id for each in taken], "until": now + length})
    return sorted(taken, key=lambda each: (each.due_at, each.id))


def whole(session: Session, turns: Iterable[Turn]) -> dict[int, Feed]:
    """Return all of the feeds of these turns, by id, as due and as late as they were when they were taken."""
    taken = {each.id: each for each in turns}
    rows = session.execute(_SEVERAL, {"ids": list(taken)}) if taken else ()
    return {
        row.id: replace(value(row), due_at=taken[row.id].due_at, lateness=taken[row.id].lateness) for row in rows
    }  # fmt: skip


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
        session.execute(_SAVE, [columns(feed) | {"pick_at": _looked_at(feed)} for feed in standing])


def _looked_at(feed: Feed) -> datetime:
    return NEVER if feed.state is FeedState.PAUSED else feed.due_at


def save_again(session: Session, found: Sequence[Again]) -> None:
    """Write only when feeds have answered and are due again, and give their leases back: all else is as it was."""
    rows = [
        (each.id, each.at, each.due_at, int(each.interval.total_seconds()), int(each.lateness.total_seconds()))
        for each in found
    ]
    _SAVE_AGAIN(session, rows)


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
