"""When to ask again: from a feed's own rhythm, with jitter, and with growing pauses after failures."""

import hashlib
import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_DOUBLINGS = 10
FETCH_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Manners:
    """How we ask: the bounds of the interval between polls, and the seconds between two requests to one host."""

    shortest: timedelta = timedelta(minutes=10)
    longest: timedelta = timedelta(hours=24)
    feed_delay: float = 5.0
    page_delay: float = 10.0
    agent: str = "Aggregator"
    obey_robots: bool = True


def chance(name: str, now: datetime) -> float:
    """Return a number in [0, 1) that looks like chance but is the same for the same name and time."""
    digest = hashlib.blake2b(f"{name} {now.isoformat()}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def jittered(interval: timedelta, luck: float) -> timedelta:
    """Return the interval, longer by up to a quarter, so that feeds do not come due all at once."""
    return interval * (1 + luck / 4)


def rhythm(dates: Sequence[datetime], manners: Manners, now: datetime) -> timedelta:
    """Return how often to ask a feed whose entries bear these dates: half the usual gap, within the bounds.

    The time since the last entry counts as a gap too, so that a feed that has gone quiet is asked less often.
    """
    known = sorted(set(dates), reverse=True)[:20]
    if not known:
        return min(manners.shortest * 3, manners.longest)
    times = [max(now, known[0]), *known]
    gaps = [later - earlier for later, earlier in itertools.pairwise(times)]
    usual = timedelta(seconds=statistics.median(gap.total_seconds() for gap in gaps))
    return min(max(usual / 2, manners.shortest), manners.longest)


def after_failures(failures: int, manners: Manners, asked: timedelta | None = None) -> timedelta:
    """Return the pause after so many failures in a row: doubled each time, never shorter than was asked for."""
    pause = manners.shortest * int(2 ** min(max(failures - 1, 0), MAX_DOUBLINGS))
    return max(min(pause, manners.longest), min(asked or timedelta(), timedelta(days=7)))


def page_retry(attempts: int, asked: timedelta | None = None) -> timedelta:
    """Return the pause before a page is asked for again: 5, 15, 45 … minutes, never shorter than was asked for."""
    pause = timedelta(minutes=5) * int(3 ** min(max(attempts - 1, 0), 6))
    return max(pause, min(asked or timedelta(), timedelta(days=7)))


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Return the pause that a Retry-After header asks for (RFC 9110 section 10.2.3), in seconds or as a date.

    None when there is none or it cannot be read; a moment in the past is no pause.
    """
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004 - more digits are centuries
        return timedelta(seconds=int(text))
    try:
        moment = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=now.tzinfo)
    except ValueError:
        return None
    return max(moment - now, timedelta())
