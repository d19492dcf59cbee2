"""When to look at an article's page again, and what it means when the page is not there any more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from aggregator.core import schedule
from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.page import Answer, is_html

AGES = tuple(timedelta(hours=hours) for hours in (1, 3, 8, 24, 3 * 24, 7 * 24, 30 * 24))  # at which it is looked at
LEAST = timedelta(minutes=30)  # between two looks
PATIENCE = 3  # looks in a row without a change, after which one of the ages is left out
SOON = timedelta(minutes=5)  # after a feed told of an edit: first the outlet's own caches must learn of it
GIVEN_UP = 2  # times the greatest age: a page that cannot be had is left alone from then on

OK, NOT_MODIFIED = 200, 304
GONE = {410, 451}  # RFC 9110 section 15.5.11, RFC 7725: it is gone, and meant to be
MISSING = 404  # RFC 9110 section 15.5.5: perhaps for good, perhaps by mistake
CONFIRMED = (timedelta(hours=6), timedelta(hours=24))  # after the first 404, when it has to be missing still


@dataclass(frozen=True, slots=True)
class Renewal:
    """Whether articles' pages are looked at again, and how much more rarely than by default (2: half as often)."""

    on: bool = True
    factor: float = 1.0


class Seen(Enum):
    """What an answer says of a page that we have."""

    SAME = auto()
    OTHER = auto()  # other bytes: perhaps another text
    ABSENT = auto()
    FAILED = auto()  # nothing at all


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen, why, and the pause that was asked for."""

    seen: Seen
    reason: str = ""
    asked: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """What is made of a page that is not there: since when, how often that was seen, and the next look.

    `again_at` is None when it is a fact: the publisher has withdrawn the article.
    """

    since: datetime
    times: int
    again_at: datetime | None
    reason: str


def following(born: datetime, now: datetime, checks: int, luck: float, renewal: Renewal) -> datetime | None:
    """Return when an article that was published at `born` is looked at next; None when it is left alone.

    It is looked at when it is 1, 3, 8, 24 hours, 3, 7 and 30 days old. After each three looks in a row that found no
    change (`checks` of them) one of these ages is left out, never the last. Each pause is longer by up to a quarter of
    itself (`luck` in [0, 1)), and none is shorter than half an hour.
    """
    if not renewal.on:
        return None
    left = [born + age * renewal.factor for age in AGES if born + age * renewal.factor > now]
    if not left:
        return None
    at = left[min(max(checks, 0) // PATIENCE, len(left) - 1)]
    return max(now + schedule.jittered(at - now, luck), now + LEAST * renewal.factor)


def edited(check_at: datetime | None, checked_at: datetime | None, at: datetime) -> datetime | None:
    """Return the next look at an article of which a feed told at `at` that it was edited.

    That is soon, but half an hour after the last look at the earliest, and never later than it was. One that is not
    looked at any more (None) stays alone.
    """
    if check_at is None:
        return None
    earliest = at + SOON
    return min(check_at, max(earliest, checked_at + LEAST) if checked_at else earliest)


def after_failure(
    born: datetime, seen_at: datetime, now: datetime, renewal: Renewal, asked: timedelta | None = None
) -> datetime | None:
    """Return the next look after one that failed, for a page last seen at `seen_at`; None when it is given up.

    The pause is half the time since then, from half an hour to a day, and never shorter than was asked for: so it grows
    with each failure in a row.
    """
    if not renewal.on or now - born > AGES[-1] * renewal.factor * GIVEN_UP:
        return None
    pause = min(max((now - seen_at) / 2, LEAST), timedelta(days=1))
    return now + max(pause, min(asked or timedelta(), schedule.LONG_WAIT))


def absent(status: int, since: datetime | None, times: int, now: datetime) -> Absence:
    """Return what is made of an answer that says there is no such page.

    `since` is when that was first answered, and `times` how often in a row, this one not counted. 410 and 451 are
    believed at once, 404 when it was answered again 6 and 24 hours after the first time.
    """
    first, times = since or now, (times if since else 0) + 1
    if status in GONE:
        return Absence(first, times, None, f"its publisher has withdrawn it: the server answered {status}")
    if times > len(CONFIRMED) and now - first >= CONFIRMED[-1]:
        return Absence(
            first, times, None, f"its publisher has withdrawn it: {status} since {first:%Y-%m-%d %H:%M}, {times} times"
        )
    waits = CONFIRMED[min(times, len(CONFIRMED)) - 1]
    again_at = max(first + waits, now + LEAST)
    return Absence(first, times, again_at, f"the server answered {status} ({times} of {len(CONFIRMED) + 1})")


def sight(answer: Answer | AggregatorError, known: str, named: str, *, conditional: bool) -> Sight:
    """Return what an answer says of a page whose bytes we know by the name `known`; `named` is that of its own bytes.

    304 means what it says only where validators were sent (RFC 9110 section 15.4.5). Whatever is neither a page nor
    says that there is none is a failure.
    """
    if isinstance(answer, AggregatorError):
        return Sight(Seen.FAILED, answer.reason, answer.after if isinstance(answer, TryLater) else None)
    if answer.status == NOT_MODIFIED and conditional:
        return Sight(Seen.SAME, "304 not modified")
    if answer.status == OK and is_html(answer):
        return Sight(Seen.SAME, "the same bytes") if named == known else Sight(Seen.OTHER)
    if answer.status in GONE or answer.status == MISSING:
        return Sight(Seen.ABSENT)
    asked = schedule.retry_after(answer.headers.get("retry-after", ""), answer.at)
    kind = f" ({answer.content_type or 'no type'})" if answer.status == OK else ""
    return Sight(Seen.FAILED, f"the server answered {answer.status}{kind}", asked)
