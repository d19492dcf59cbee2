"""What a simulation of `bench/scheduling.py` showed: summed up, and printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.scheduling_clock import Asked, Log, together
from bench.scheduling_cost import Pick
from bench.scheduling_world import Group, World

HOUR = 3600.0
FREE = {Group.SMALL, Group.LARGE}  # whose lateness is ours


@dataclass(frozen=True, slots=True)
class Late:
    """Seconds of lateness of so many polls; of the longest wait of feeds that were still late at the end, and these."""

    polls: int
    p50: float
    p99: float
    most: float
    waiting: int
    longest: float


@dataclass(frozen=True, slots=True)
class Ran:
    """What one simulation showed."""

    workers: int
    seconds: float  # measured
    polls: int
    late: dict[str, Late]  # by group of feeds; "free" is all whose lateness is ours
    thirds: list[float]  # p99 of the free ones in each third of the time
    least: Late  # how late the shared host's polls would be if one worker did nothing else
    words: dict[str, int]
    twice: int
    soon: int
    most_due: int
    queued: int
    expired: int
    batches: int
    longest_batch: float
    outlived: int
    load: float  # the part of their time that the workers were at a batch
    took: float  # seconds of ours


def _share(found: Sequence[float], part: float) -> float:
    return found[min(int(len(found) * part), len(found) - 1)] if found else 0.0


def lateness(asked: Iterable[Asked], waiting: Sequence[float] = ()) -> Late:
    """Return how late requests began."""
    late = sorted(max(each.began - each.due, 0.0) for each in asked)
    return Late(
        len(late),
        round(_share(late, 0.5), 1),
        round(_share(late, 0.99), 1),
        round(late[-1] if late else 0.0, 1),
        len(waiting),
        round(max(waiting, default=0.0), 1),
    )


def _least(asked: Iterable[Asked], delay: float) -> list[Asked]:
    """Return the same requests to one host as they would be made one by one in the order in which they were due."""
    free, found = 0.0, []
    for each in sorted(asked, key=lambda each: each.due):
        began = max(free, each.due)
        free = began + max(delay, each.ended - each.began)
        found.append(Asked(each.number, each.due, began, began + each.ended - each.began))
    return found


def summed(world: World, log: Log, workers: int, warm: float, until: float, took: float) -> Ran:
    """Return what a simulation showed from `warm` to `until`, seconds of its clock, in so many seconds of ours."""
    begun = [each for each in log.asked if each.began < until]
    asked = [each for each in begun if each.began >= warm]
    group = {each.number: world.group(each.number) for each in asked}
    late = {}
    for name, which in (("free", FREE), *((each.name.lower(), {each}) for each in Group)):
        waiting = [seconds for number, seconds in log.waiting if world.group(number) in which]
        late[name] = lateness((each for each in asked if group[each.number] in which), waiting)
    third = (until - warm) / 3
    thirds = [
        lateness(each for each in asked if group[each.number] in FREE and (each.began - warm) // third == place).p99
        for place in range(3)
    ]
    shared = [each for each in begun if world.group(each.number) == Group.SHARED]
    least = lateness(each for each in _least(shared, world.manners.feed_delay) if each.began >= warm)
    twice, soon = together(world, log.asked)
    return Ran(
        workers=workers,
        seconds=until - warm,
        polls=len(asked),
        late=late,
        thirds=thirds,
        least=least,
        words={word.value: number for word, number in log.words.most_common()},
        twice=twice,
        soon=soon,
        most_due=max(number for at, number in log.swept if at >= warm),
        queued=log.queued,
        expired=log.expired,
        batches=log.batches,
        longest_batch=round(log.longest, 1),
        outlived=log.outlived,
        load=round(log.busy / workers / until, 2),
        took=round(took, 1),
    )


def ratio(found: Sequence[Pick], over: int) -> float:
    """Return the cost at the largest size over that at another."""
    return round(found[-1].total / found[over].total, 2)


def show_world(world: World) -> None:
    """Print what is simulated."""
    sizes, plan = world.sizes, world.plan
    capacity = HOUR / world.manners.feed_delay
    print(f"{plan.feeds} feeds on {len(sizes)} hosts; the largest: {sorted(sizes, reverse=True)[:6]}")
    print(
        f"the shared host: {sizes[0]} feeds, which want {world.asked} polls an hour at first, of {capacity:.0f} that "
        f"{world.manners.feed_delay:g} seconds between two allow"
    )


def show_run(ran: Ran) -> None:
    """Print one simulation."""
    print(
        f"\n{ran.workers} workers, {ran.seconds / HOUR:.2f} h measured: {ran.polls / ran.seconds:.1f} polls a second; "
        f"at work {ran.load:.0%} of the time; {ran.took:.0f} s of ours"
    )
    print(f"  {'lateness':26} {'polls':>7} {'p50':>7} {'p99':>7} {'max':>7}   still late at the end, the longest")
    for name, late in (*ran.late.items(), ("shared, at the least", ran.least)):
        still = f"{late.waiting:7} {late.longest:7.0f} s" if name != "shared, at the least" else ""
        print(f"  {name:26} {late.polls:7} {late.p50:7.1f} {late.p99:7.1f} {late.most:7.1f}   {still}")
    print(f"  p99 of the free ones by thirds of the time: {ran.thirds}; at most {ran.most_due} due in one sweep")
    print(
        f"  a host asked twice at a time: {ran.twice}; sooner than its delay: {ran.soon}; batches: {ran.batches}, the "
        f"longest {ran.longest_batch:.0f} s, longer than their lease {ran.outlived}"
    )
    print(f"  messages: {ran.queued} in the queue at most, {ran.expired} expired; outcomes: {ran.words}")


def show_costs(found: dict[str, list[Pick]]) -> None:
    """Print what a pick costs."""
    for name, each in found.items():
        print(f"\none pick, {name} (medians, ms): {'feeds':>8} {'due':>8} {'find':>8} {'lease':>8} {'both':>8}")
        for pick in each:
            figures = f"{pick.find:8.2f} {pick.lease:8.2f} {pick.total:8.2f}"
            print(f"{'':{len(name) + 26}} {pick.feeds:8} {pick.due:8} {figures}")
        for over in range(len(each) - 1):
            print(f"  {each[-1].feeds} feeds : {each[over].feeds} feeds = {ratio(each, over)}")
