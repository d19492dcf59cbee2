"""Rows of subscriptions with hubs, and of what hubs have pushed and nobody has read yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, case, delete, func, insert, or_, select, true, update

from aggregator.core.callback import LISTENING, MAX_PUSH_BYTES
from aggregator.core.feed import FeedState
from aggregator.core.outcome import Step, Work
from aggregator.core.url import MAX_LENGTH
from aggregator.core.websub import Push, Subscription, SubscriptionState, Tally, Wish, hub_host
from aggregator.store.rows import insert_returning, locked
from aggregator.store.session import Session
from aggregator.store.tables import feeds, pushes, sources, subscriptions

MAX_WAITING = 20  # pushes of one feed that nobody has read yet
MAX_TAKEN_BYTES = 64 * 1024 * 1024  # pushes that are held in memory at once
MAX_CONTENT_TYPE = 200

_TOPIC = case((feeds.c.topic != "", feeds.c.topic), else_=feeds.c.url)
_WANTED = and_(
    feeds.c.state != FeedState.PAUSED.value,
    sources.c.state == "active",
    feeds.c.hub != "",
    func.length(feeds.c.hub) <= MAX_LENGTH,
    func.length(feeds.c.topic) <= MAX_LENGTH,
)


def _value(row: Row[tuple[object, ...]]) -> Subscription:
    return Subscription(
        id=row.id,
        feed_id=row.feed_id,
        token=row.token,
        secret=row.secret,
        hub=row.hub,
        topic=row.topic,
        state=SubscriptionState(row.state),
        due_at=row.due_at,
        asked_at=row.asked_at,
        lease_until=row.lease_until,
        failures=row.failures,
        reason=row.reason,
        pushes=row.pushes,
        refused=row.refused,
        pushed_at=row.pushed_at,
    )


def due(session: Session, now: datetime, limit: int) -> list[Work]:
    """Return the feeds with whose hubs something is to be done: to ask, renew, give up or leave; by hub's host."""
    known = subscriptions.c
    differs = or_(known.hub != feeds.c.hub, known.topic != _TOPIC)
    running = known.state.in_([each.value for each in LISTENING])
    idle = known.state.in_([SubscriptionState.WANTED.value, SubscriptionState.DENIED.value])
    waits = or_(
        and_(_WANTED, or_(known.id.is_(None), known.due_at <= now, and_(idle, differs))),
        and_(running, or_(~_WANTED, differs)),
    )
    hub = func.coalesce(known.hub, feeds.c.hub).label("hub")
    joined = feeds.join(sources, sources.c.id == feeds.c.source_id).outerjoin(
        subscriptions, known.feed_id == feeds.c.id
    )
    rows = session.execute(select(feeds.c.id, hub).select_from(joined).where(waits).order_by(feeds.c.id).limit(limit))
    return [Work(Step.SUBSCRIBE, row.id, hub_host(row.hub)) for row in rows]


def wishes(session: Session, feed_ids: Sequence[int]) -> dict[int, Wish]:
    """Return the hub and topic that each of these feeds names, its own address where it names no topic."""
    found = select(feeds.c.id, feeds.c.hub, _TOPIC.label("topic"), case((_WANTED, 1), else_=0).label("wanted"))
    joined = feeds.join(sources, sources.c.id == feeds.c.source_id)
    rows = session.execute(found.select_from(joined).where(feeds.c.id.in_(feed_ids)))
    return {row.id: Wish(row.id, row.hub, row.topic, bool(row.wanted)) for row in rows}


def of_feeds(session: Session, feed_ids: Sequence[int]) -> dict[int, Subscription]:
    """Return the subscriptions of these feeds, by feed."""
    rows = session.execute(select(subscriptions).where(subscriptions.c.feed_id.in_(feed_ids)))
    return {row.feed_id: _value(row) for row in rows}


def hold(session: Session, feed_ids: Sequence[int]) -> dict[int, Subscription]:
    """Return those of the feeds' subscriptions that no other transaction holds, and hold them until this one ends."""
    ids = set(locked(session, subscriptions, subscriptions.c.feed_id.in_(feed_ids)))
    return {feed_id: each for feed_id, each in of_feeds(session, feed_ids).items() if each.id in ids}


def by_token(session: Session, token: str, *, held: bool = False) -> Subscription | None:
    """Return the subscription whose callback bears this token; `held` keeps others from writing it meanwhile."""
    found = select(subscriptions).where(subscriptions.c.token == token)
    row = session.execute(found.with_for_update() if held else found).one_or_none()
    return _value(row) if row else None


def add(session: Session, wish: Wish, token: str, secret: str, now: datetime) -> Subscription | None:
    """Store a wanted subscription, due now; None when the feed has one already."""
    row = {
        "feed_id": wish.feed_id,
        "token": token,
        "secret": secret,
        "hub": wish.hub,
        "topic": wish.topic,
        "state": SubscriptionState.WANTED.value,
        "due_at": now,
    }
    added = insert_returning(session, subscriptions, row, ["feed_id"])
    return of_feeds(session, [wish.feed_id])[wish.feed_id] if added is not None else None


def save(session: Session, stands: Subscription, before: Subscription) -> bool:
    """Write where a subscription stands, unless it no longer stands as `before`; returns whether it was written.

    So a hub that verifies before it answers is not undone by its answer. The feed's `pushed_until` follows.
    """
    same = and_(
        subscriptions.c.id == before.id,
        subscriptions.c.token == before.token,
        subscriptions.c.state == before.state.value,
        subscriptions.c.asked_at.is_not_distinct_from(before.asked_at),
        subscriptions.c.lease_until.is_not_distinct_from(before.lease_until),
    )
    values = {
        "token": stands.token,
        "secret": stands.secret,
        "hub": stands.hub,
        "topic": stands.topic,
        "state": stands.state.value,
        "due_at": stands.due_at,
        "asked_at": stands.asked_at,
        "lease_until": stands.lease_until,
        "failures": stands.failures,
        "reason": stands.reason,
    }
    if session.execute(update(subscriptions).where(same).values(**values)).rowcount == 0:
        return False
    until = stands.lease_until if stands.state in LISTENING else None
    session.execute(update(feeds).where(feeds.c.id == stands.feed_id).values(pushed_until=until))
    return True


def tallies(session: Session, hubs: Iterable[str], now: datetime) -> dict[str, Tally]:
    """Return how each of the hubs has done over all its subscriptions; one never asked has nothing against it."""
    known = subscriptions.c
    lease = case((known.lease_until > now, now), else_=known.lease_until)
    pending = case((known.state == SubscriptionState.PENDING.value, 1), else_=0)
    rows = session.execute(
        select(
            known.hub,
            func.sum(known.failures).label("failures"),
            func.sum(pending).label("pending"),
            func.max(known.asked_at).label("asked_at"),
            func.max(known.pushed_at).label("pushed_at"),
            func.max(lease, type_=known.lease_until.type).label("leased_at"),
        )
        .where(known.hub.in_(sorted(set(hubs))))
        .group_by(known.hub)
    )
    told = {}
    for row in rows:
        heard = [each for each in (row.pushed_at, row.leased_at) if each is not None]
        told[str(row.hub)] = Tally(int(row.failures), int(row.pending), row.asked_at, max(heard, default=None))
    return {hub: told.get(hub, Tally()) for hub in hubs}


def wake(session: Session, hub: str, now: datetime) -> int:
    """Let every subscription that waits for a hub be asked now, since the hub works; returns how many waited."""
    known = subscriptions.c
    lapsed = and_(known.state == SubscriptionState.LAPSED.value, known.failures > 0)  # not those that we gave up
    waits = or_(known.state == SubscriptionState.WANTED.value, lapsed)
    condition = and_(known.hub == hub, waits, known.due_at > now)
    return session.execute(update(subscriptions).where(condition).values(due_at=now)).rowcount


def numbers(session: Session) -> dict[str, int]:
    """Return how many subscriptions there are in each state."""
    rows = session.execute(select(subscriptions.c.state, func.count()).group_by(subscriptions.c.state))
    return {str(state): int(number) for state, number in rows}


def add_push(session: Session, subscription: Subscription, at: datetime, content_type: str, body: bytes) -> bool:
    """Keep what a hub pushed and make its feed due; False when there is too much of it already.

    What waits already is not kept twice. A push without a body only makes the feed due: it is asked itself.
    """
    if len(body) > MAX_PUSH_BYTES:
        return False
    mine = pushes.c.feed_id == subscription.feed_id
    waiting = session.scalar(select(func.count()).select_from(pushes).where(mine)) or 0
    same = select(pushes.c.id).where(mine, func.length(pushes.c.body) == len(body), pushes.c.body == body).limit(1)
    if body and session.scalar(same) is None:
        if waiting >= MAX_WAITING:
            return False
        kind = "".join(each for each in content_type[:MAX_CONTENT_TYPE] if each.isprintable())
        row = {"feed_id": subscription.feed_id, "at": at, "content_type": kind, "body": body}
        session.execute(insert(pushes).values(row))
    count = {"pushes": subscriptions.c.pushes + 1, "pushed_at": at}
    session.execute(update(subscriptions).where(subscriptions.c.id == subscription.id).values(**count))
    _make_due(session, subscription.feed_id, at)
    return True


def _make_due(session: Session, feed_id: int, at: datetime) -> None:
    """Let a feed be read now; one that a worker has at this moment stays with it (`pick_at` beyond `due_at`)."""
    due_at = case((feeds.c.due_at > at, at), else_=feeds.c.due_at)
    pick_at = case((feeds.c.pick_at > feeds.c.due_at, feeds.c.pick_at), (feeds.c.pick_at > at, at))
    values = {"due_at": due_at, "pick_at": func.coalesce(pick_at, feeds.c.pick_at)}
    session.execute(update(feeds).where(feeds.c.id == feed_id).values(**values))


def count_refused(session: Session, subscription: Subscription) -> None:
    """Count a push that bore no right signature."""
    count = {"refused": subscriptions.c.refused + 1}
    session.execute(update(subscriptions).where(subscriptions.c.id == subscription.id).values(**count))


def take_pushes(session: Session, feed_ids: Sequence[int], most: int = MAX_TAKEN_BYTES) -> dict[int, list[Push]]:
    """Return what was pushed for these feeds, oldest first, up to `most` bytes in all but at least one push.

    They stay until `delete_pushes`, so that none is lost with its reader.
    """
    sizes = select(pushes.c.id, func.length(pushes.c.body).label("size")).where(pushes.c.feed_id.in_(feed_ids))
    chosen: list[int] = []
    for row in session.execute(sizes.order_by(pushes.c.id)):
        most -= row.size
        if chosen and most < 0:
            break
        chosen.append(row.id)
    found: dict[int, list[Push]] = {}
    if not chosen:
        return found
    for row in session.execute(select(pushes).where(pushes.c.id.in_(chosen)).order_by(pushes.c.id)):
        found.setdefault(row.feed_id, []).append(Push(row.id, row.at, row.content_type, row.body))
    return found


def waiting(session: Session, feed_ids: Sequence[int]) -> set[int]:
    """Return those of the feeds for which something was pushed that nobody has read yet: they are due at once."""
    return set(session.scalars(select(pushes.c.feed_id).where(pushes.c.feed_id.in_(feed_ids)).distinct()))


def delete_pushes(session: Session, ids: Sequence[int]) -> None:
    """Drop pushes that have been read."""
    if not ids:
        return
    session.execute(delete(pushes).where(pushes.c.id.in_(ids)))


def forget_pushes(session: Session, now: datetime, age: timedelta = timedelta(days=7)) -> int:
    """Drop pushes that nobody has read for so long, as those of paused feeds; returns how many went."""
    return session.execute(delete(pushes).where(true(), pushes.c.at < now - age)).rowcount
