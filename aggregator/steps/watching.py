"""Watching: what several steps share to see that the pages of a source are no longer read as they used to be."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from aggregator.core import baseline
from aggregator.core.baseline import ARTICLE, Alarm, AlarmKind
from aggregator.store import alarms, baselines
from aggregator.store.baselines import Count
from aggregator.store.session import Session

MAX_KIND = 16  # characters of a verdict, as wide as its column


@dataclass(frozen=True, slots=True)
class Counted:
    """One page that was read: the kind "article" or a verdict; words and whether the headlines agree, of an article."""

    source_id: int
    kind: str
    words: int = 0
    titled: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm of a source that has just been raised, or has `ended`; str() is the sentence for a log."""

    source_id: int
    kind: AlarmKind
    reason: str
    ended: bool = False

    def __str__(self) -> str:
        """Return what has happened, in a sentence."""
        word = "ended" if self.ended else "raised"
        return f"alarm {word} for source {self.source_id}: {self.kind}: {self.reason}"


def tally(session: Session, now: datetime, read: Iterable[Counted]) -> None:
    """Count pages that were read under the day of `now` (UTC)."""
    day = now.astimezone(UTC).date()
    baselines.add(session, [_count(each, day) for each in read])


def _count(each: Counted, day: date) -> Count:
    if each.kind != ARTICLE:
        return Count(each.source_id, day, each.kind[:MAX_KIND], 1)
    return Count(each.source_id, day, ARTICLE, 1, math.log(max(each.words, 1)), int(each.titled))


def watch(session: Session, now: datetime, source_ids: Iterable[int]) -> list[Change]:
    """Judge each of these sources once by its days, raise and end its alarms, and return what has changed.

    All in the caller's transaction. Call it after `tally`, once in a batch, with the sources that were counted.
    """
    today = now.astimezone(UTC).date()
    ids = set(source_ids)
    days = baselines.days(session, ids, baseline.since(today))
    standing = {source_id: [each.alarm for each in found] for source_id, found in alarms.open_of(session, ids).items()}
    changes: list[Change] = []
    for source_id in sorted(days):
        before = standing.get(source_id, [])
        after = baseline.judge(days[source_id], today, before)
        changes += [Change(source_id, each.kind, each.reason) for each in after if each not in before]
        changes += [Change(source_id, each.kind, each.reason, ended=True) for each in before if each not in after]
    _save(session, now, changes)
    return changes


def _save(session: Session, now: datetime, changes: Iterable[Change]) -> None:
    begun: dict[int, list[Alarm]] = {}
    for each in changes:
        if each.ended:
            alarms.end(session, each.source_id, [each.kind], now)
        else:
            begun.setdefault(each.source_id, []).append(Alarm(each.kind, each.reason))
    if begun:
        alarms.begin(session, begun, now)
