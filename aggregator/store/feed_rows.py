"""What a row of feeds means: from a row to a value and back."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists

from aggregator.core import told
from aggregator.core.feed import Feed, FeedState, Trouble, Turn
from aggregator.store.tables import feeds, pushes

SAVED = (
    "url", "host", "title", "format", "state", "due_at", "etag", "last_modified", "validated_url",
    "full_at", "lied_at", "body_hash", "told", "floor_seconds", "skip_hours", "skip_days", "news_at",
    "usual_seconds", "failures", "trouble", "reason", "failing_since", "gone_at", "recovered", "storm_at",
    "moved_to", "moved_since", "moved_times", "hub", "topic", "polled_at", "answered_at", "interval_seconds",
    "late_seconds",
)  # fmt: skip
TURN = (
    *(feeds.c[name] for name in (
        "id", "url", "host", "due_at", "etag", "last_modified", "validated_url", "full_at", "lied_at", "answered_at",
        "interval_seconds", "floor_seconds", "skip_hours", "skip_days", "pushed_until", "hub", "state", "failures",
        "reason", "moved_to",
    )),
    exists().where(pushes.c.feed_id == feeds.c.id),
)  # fmt: skip
_NONE = timedelta()


def _bits(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)


def _numbers(bits: int) -> frozenset[int]:
    return frozenset(number for number in range(bits.bit_length()) if bits >> number & 1)


def turn(row: Sequence[Any], now: datetime) -> Turn:
    """Return a row of the columns `TURN`, taken `now`, as a value: it is as late as that is after its time."""
    # fmt: off
    (feed_id, url, host, due_at, etag, last_modified, validated_url, full_at, lied_at, answered_at, interval, floor,
     hours, days, pushed_until, hub, state, failures, reason, moved_to, pushed) = row
    # fmt: on
    return Turn(
        feed_id,
        url,
        host,
        due_at,
        max(now - due_at, _NONE),
        etag,
        last_modified,
        validated_url,
        full_at,
        lied_at,
        answered_at,
        timedelta(seconds=interval),
        timedelta(seconds=floor) if floor else _NONE,
        _numbers(hours) if hours else frozenset(),
        _numbers(days) if days else frozenset(),
        pushed_until,
        hub,
        bool(pushed),
        state == FeedState.ACTIVE and not (failures or reason or moved_to),
    )


def value(row: Row[tuple[object, ...]]) -> Feed:
    """Return a row with all columns as a value."""
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
        lateness=timedelta(seconds=row.late_seconds),
        parent_id=row.parent_id,
        proposed_url=row.proposed_url,
        proposed_overlap=row.proposed_overlap,
    )


def columns(feed: Feed) -> dict[str, object]:
    """Return what is saved of a feed after a poll (`SAVED`), by column; `which` is its id."""
    return {
        "which": feed.id,
        "url": feed.url,
        "host": feed.host,
        "title": feed.title,
        "format": feed.format,
        "state": feed.state.value,
        "due_at": feed.due_at,
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
