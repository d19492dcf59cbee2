"""The invented world of `bench/scheduling.py`: feeds on hosts, when they have news, and how their servers answer.

All chance comes from one seed. Nothing here knows of workers or leases: a server is asked and answers.
"""

from __future__ import annotations  # array is no generic class before Python 3.12

import itertools
import math
import random
import statistics
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from sqlalchemy import insert

from aggregator.core import schedule
from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.feed import FeedDocument, Told, Trouble
from aggregator.core.page import Answer, Request
from aggregator.core.schedule import Manners
from aggregator.core.told import pack
from aggregator.store.session import Store
from aggregator.store.tables import sources

START = datetime(2030, 1, 7, tzinfo=UTC)
SINCE = int(START.timestamp())
ITEMS = 12  # that a feed tells
SHARED = 0  # the number of the host that very many feeds share
SHARED_PART, FAILING_PART, LIMITED_PART = 0.03, 0.05, 0.01  # of all feeds
HUNDREDS = 0.00014, 200, 600  # so many large hosts for each feed, and from how many feeds to how many
LARGE = 100  # feeds that make a host a large one
TAIL = 2.6  # the exponent of how many feeds the other hosts have
GAP_HOURS, GAP_SPREAD = 24.0, 1.6  # between two entries of a feed: the median of a log-normal distribution
STILL = 0.6  # the chance that a poll brings nothing new, by which the first intervals are stretched
FASTEST, SLOWEST = 0.1, 10.0  # seconds that a server takes
JITTER = 1.125  # the mean of `schedule.jittered`
ROWS = 5000  # written at once
LIMITING = 0.3  # of the requests to a limiting host are answered 429


class Kind(IntEnum):
    """How a feed's server behaves."""

    GOOD = 0
    FAILING = 1
    LIMITED = 2


class Group(IntEnum):
    """Feeds whose lateness is looked at together."""

    SMALL = 0  # on hosts of their own, or of few
    LARGE = 1  # on hosts of a hundred and more
    LIMITED = 2  # on hosts that answer 429
    SHARED = 3  # on the one host that very many share


@dataclass(frozen=True, slots=True)
class Plan:
    """How large the world is, how busy its shared host (polls asked for, of those it can be asked), and its seed."""

    feeds: int
    crowd: float = 0.8
    seed: int = 1
    overdue: bool = False  # everything is due at the start, as after a night's outage


@dataclass(slots=True)
class World:
    """The feeds by number from 0 (their ids less one), and their servers."""

    plan: Plan
    manners: Manners
    chance: random.Random
    host: array[int] = field(default_factory=lambda: array("i"))
    kind: array[int] = field(default_factory=lambda: array("b"))
    gap: array[float] = field(default_factory=lambda: array("d"))
    dates: list[array[int]] = field(default_factory=list)  # of the last items, the newest last, and of the next one
    base: array[float] = field(default_factory=lambda: array("d"))  # seconds that each host takes
    sizes: list[int] = field(default_factory=list)  # feeds of each host
    asked: int = 0  # polls that the shared host is asked for in an hour, at first

    def group(self, number: int) -> Group:
        """Return where a feed's lateness is counted."""
        host = self.host[number]
        if host == SHARED:
            return Group.SHARED
        if self.kind[number] == Kind.LIMITED:
            return Group.LIMITED
        return Group.LARGE if self.sizes[host] >= LARGE else Group.SMALL

    def seconds(self, host: int) -> float:
        """Return how long a server takes over one request."""
        return min(max(self.base[host] * self.chance.uniform(0.7, 1.3), FASTEST), SLOWEST)

    def answer(self, request: Request, at: datetime) -> Answer | AggregatorError:
        """Return what a server says to a request at a time."""
        number = request.tag - 1
        if self.kind[number] == Kind.FAILING:
            return _failure(number, request.url, at)
        if self.kind[number] == Kind.LIMITED and self.chance.random() < LIMITING:
            return Answer(request.url, 429, {"retry-after": str(self.chance.randrange(30, 300))}, b"", at)
        dates = self._news(number, int(at.timestamp()))
        etag = f'"{dates[-2]}"'
        if request.etag == etag:
            return Answer(request.url, 304, {"etag": etag}, b"", at)
        body = " ".join(map(str, (number, *dates[:-1]))).encode()
        return Answer(request.url, 200, {"etag": etag}, body, at)

    def _news(self, number: int, now: int) -> array[int]:
        dates = self.dates[number]
        while dates[-1] <= now:
            dates.append(dates[-1] + _pause(self.chance, self.gap[number]))
            del dates[0]
        return dates


def read(
    body: bytes, *, url: str, content_type: str, charset: str, now: datetime, known: Mapping[int, int] | None = None
) -> FeedDocument:
    """Read what `World.answer` wrote; its entries are left out, since only the rhythm of the feed is looked at."""
    del url, content_type, charset, now, known
    number, *dates = map(int, body.split())
    return FeedDocument("rss20", "", "", "", told=_told(number, dates))


def _told(number: int, dates: list[int] | array[int]) -> tuple[Told, ...]:
    return tuple(Told(number << 32 | date, date) for date in reversed(dates))


def _failure(number: int, url: str, at: datetime) -> Answer | AggregatorError:
    match number % 3:
        case 0:
            return Answer(url, 404, {}, b"", at)
        case 1:
            return Answer(url, 503, {}, b"", at)
    return TryLater(f"{url} cannot be reached", trouble=Trouble.CONNECTION)


def _pause(chance: random.Random, gap: float) -> int:
    return max(int(chance.expovariate(1 / gap)), 60)


def build(plan: Plan, manners: Manners) -> World:
    """Return a world in which the shared host is as busy as planned, if its demand can be brought there."""
    world = World(plan, manners, random.Random(plan.seed))
    _populate(world)
    wanted = plan.crowd * 3600 / manners.feed_delay
    shared = world.sizes[SHARED]
    for _ in range(6):
        demand = sum(3600 / (_usual(world, number) * JITTER) for number in range(shared))
        world.asked = round(demand)
        for number in range(shared):
            _live(world, number, world.gap[number] * demand / wanted)
    for number in range(shared, plan.feeds):
        _live(world, number, world.gap[number])
    return world


def _populate(world: World) -> None:
    chance, plan = world.chance, world.plan
    share, least, most = HUNDREDS
    sizes = [max(int(plan.feeds * SHARED_PART), 1)]
    sizes += [chance.randrange(least, most) for _ in range(int(plan.feeds * share))]
    left = plan.feeds - sum(sizes)
    while left > 0:
        sizes.append(min(int(chance.paretovariate(TAIL)), least, left))
        left -= sizes[-1]
    world.sizes = sizes
    limited = plan.feeds * LIMITED_PART
    for host, size in enumerate(sizes):
        slow = math.exp(chance.uniform(math.log(FASTEST), math.log(SLOWEST)))
        world.base.append(0.5 if host == SHARED else slow)
        limiting = host != SHARED and limited > 0 and size < LARGE and chance.random() < LIMITED_PART * 2
        limited -= size * limiting
        for _ in range(size):
            failing = chance.random() < FAILING_PART
            world.host.append(host)
            world.kind.append(Kind.LIMITED if limiting else Kind.FAILING if failing else Kind.GOOD)
            world.gap.append(GAP_HOURS * 3600 * math.exp(chance.gauss(0, GAP_SPREAD)))
            world.dates.append(array("q"))


def _live(world: World, number: int, gap: float) -> None:
    """Give a feed its rhythm, and a past that ends at the start."""
    gap = min(max(gap, 60.0), 365 * 86_400.0)
    world.gap[number] = gap
    upcoming = SINCE + _pause(world.chance, gap)
    pauses = (-_pause(world.chance, gap) for _ in range(ITEMS))
    past = [*itertools.accumulate(pauses, initial=SINCE)][1:]
    world.dates[number] = array("q", [*reversed(past), upcoming])


def _usual(world: World, number: int) -> float:
    """Return about the seconds that `schedule.rhythm` gives a feed, stretched as by polls that brought nothing."""
    shortest, longest = world.manners.shortest.total_seconds(), world.manners.longest.total_seconds()
    dates = world.dates[number]
    if not dates:
        usual = world.gap[number] * 0.35
    else:
        times = [*dates[:-1], SINCE]
        usual = statistics.median(later - date for date, later in itertools.pairwise(times)) / 2
    still = int(math.log(1 - world.chance.random()) / math.log(STILL))
    return min(max(usual, shortest) * 1.1**still, longest)


def store(world: World, into: Store) -> None:
    """Write the sources and feeds of a world in a steady state: each somewhere between two polls."""
    with into.writing() as session:
        for first in range(0, len(world.sizes), ROWS):
            some = range(first, min(first + ROWS, len(world.sizes)))
            named = [{"slug": f"s{each:06}", "name": f"S{each}", "added_at": START} for each in some]
            session.execute(insert(sources), named)
        sql = f"INSERT INTO feeds ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - ours
        for first in range(0, world.plan.feeds, ROWS):
            some = range(first, min(first + ROWS, world.plan.feeds))
            session.exec_driver_sql(sql, [_row(world, number) for number in some])  # five times as fast as insert()


COLUMNS = (
    "source_id", "url", "host", "due_at", "pick_at", "etag", "validated_url", "full_at", "told", "failures",
    "failing_since", "interval_seconds", "polled_at", "answered_at",
)  # fmt: skip


def name(host: int) -> str:
    """Return the name of a host; those of large hosts are not next to each other in order."""
    return f"h{host * 2_654_435_761 % 2**32:08x}-{host}.test"


def _row(world: World, number: int) -> tuple[object, ...]:
    """Return the values of `COLUMNS` for a feed."""
    chance, host, dates = world.chance, world.host[number], world.dates[number][:-1]
    failing = world.kind[number] == Kind.FAILING
    failures = chance.randrange(1, 40) if failing else 0
    interval = timedelta(seconds=_usual(world, number))
    pause = schedule.after_failures(1 + failures / 2, world.manners) if failing else interval
    between = schedule.jittered(pause, chance.random())
    due_at = START + between * (-chance.random() if world.plan.overdue else chance.random())
    due, polled = _stored(due_at), _stored(due_at - between)
    url = f"https://{name(host)}/{number}.xml"
    return (
        host + 1,
        url,
        name(host),
        due,
        due,
        f'"{dates[-1]}"',
        url,
        _stored(START - world.manners.full_every * chance.random()),
        pack(_told(number, dates)),
        failures,
        _stored(START - timedelta(days=3)) if failing else None,
        int(interval.total_seconds()),
        polled,
        polled,
    )


def _stored(moment: datetime) -> str:
    """Return a moment as SQLAlchemy writes it into SQLite."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
