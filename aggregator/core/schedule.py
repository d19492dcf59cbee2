"""When to ask again: from a feed's own rhythm, with jitter, and with growing pauses after failures."""

import hashlib
import itertools
import re
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_DOUBLINGS = 10
FETCH_ATTEMPTS = 5


SLEEPS_AFTER = timedelta(days=14), 10  # of failures in a row, and so many of them
PROBES = timedelta(days=7), timedelta(days=30)  # of a sleeping feed: the first pause, and the longest
PUSHED = 12  # so many times rarer is a feed asked whose hub tells us of news
LONG_WAIT = timedelta(days=7)  # the longest pause that anybody may ask us for
QUIET_TIMES, QUIET_LEAST = 3, timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Manners:
    """How we ask: the bounds of the interval between polls, and the seconds between two requests to one host.

    A feed is asked for without conditions at least once in `full_every`, so that validators that lie are found out.
    `of_a_host` feeds of one host are asked in one run: with 30 seconds for each and the delay they end well before the
    host's lease does.
    """

    shortest: timedelta = timedelta(minutes=10)
    longest: timedelta = timedelta(hours=24)
    feed_delay: float = 5.0
    page_delay: float = 10.0
    agent: str = "Aggregator"
    obey_robots: bool = True
    robots_for_feeds: bool = False
    full_every: timedelta = timedelta(hours=24)
    of_a_host: int = 12


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


def usual_gap(dates: Sequence[datetime]) -> timedelta | None:
    """Return the gap between entries that nine of ten do not exceed; None when fewer than four dates tell of it."""
    known = sorted(set(dates))
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(known))
    return gaps[(len(gaps) * 9 - 1) // 10] if len(gaps) >= 3 else None  # noqa: PLR2004 - four dates


def gone_quiet(news_at: datetime | None, usual: timedelta | None, now: datetime) -> bool:
    """Whether a feed has told nothing new for far longer than it usually does: three of its long gaps, two days."""
    if news_at is None or usual is None:
        return False
    return now - news_at > max(usual * QUIET_TIMES, QUIET_LEAST)


def after_failures(weight: float, manners: Manners, asked: timedelta | None = None) -> timedelta:
    """Return the pause after failures in a row that weigh so much together (1 a hard one, less a passing one).

    It doubles with each hard failure, up to the longest interval, and is never shorter than was asked for.
    """
    pause = manners.shortest * 2 ** min(max(weight - 1, 0.0), MAX_DOUBLINGS)
    return max(min(pause, manners.longest), min(asked or timedelta(), LONG_WAIT))


def probe(slept: timedelta) -> timedelta:
    """Return the pause before a sleeping feed is asked again: 7 days at first, then twice the last one, 30 at most."""
    first, longest = PROBES
    return min(max(first, slept * 2), longest)


def allowed(at: datetime, skip_hours: Collection[int], skip_days: Collection[int]) -> datetime:
    """Return the first moment from `at` on that a feed does not ask us to skip (RSS 2.0 skipHours and skipDays, UTC).

    A feed that asks to be skipped always is not taken at its word.
    """
    if not (skip_hours or skip_days):
        return at
    moment = at
    for _ in range(24 * 8):
        if moment.hour not in skip_hours and moment.weekday() not in skip_days:
            return moment
        moment = (moment + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return at


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return how long an answer is fresh by its own word: max-age less Age, else Expires less Date (RFC 9111, 4.2).

    `no-cache`, `no-store` and what cannot be read say nothing: zero.
    """
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return timedelta()
    if found := re.search(r"max-age\s*=\s*\"?(\d{1,9})", control):
        age = re.fullmatch(r"\s*(\d{1,9})\s*", headers.get("age", ""))
        return timedelta(seconds=max(int(found[1]) - (int(age[1]) if age else 0), 0))
    expires, date = http_date(headers.get("expires", "")), http_date(headers.get("date", ""))
    return max(expires - (date or now), timedelta()) if expires else timedelta()


def http_date(words: str) -> datetime | None:
    """Return the moment of an HTTP date in its present form (RFC 9110 section 5.6.7), or None."""
    try:
        return datetime.strptime(words.strip(), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None


def page_retry(attempts: int, asked: timedelta | None = None) -> timedelta:
    """Return the pause before a page is asked for again: 5, 15, 45 … minutes, never shorter than was asked for."""
    pause = timedelta(minutes=5) * int(3 ** min(max(attempts - 1, 0), 6))
    return max(pause, min(asked or timedelta(), LONG_WAIT))


def retry_after(value: str, now: datetime) -> timedelta | None:
    """Return the pause that a Retry-After header asks for (RFC 9110 section 10.2.3), in seconds or as a date.

    None when there is none or it cannot be read; a moment in the past is no pause, and centuries are a long one.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text)) if len(text) < 10 else LONG_WAIT  # noqa: PLR2004 - more are centuries
    moment = http_date(text)
    return max(moment - now, timedelta()) if moment else None
