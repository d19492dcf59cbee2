"""A line of network workers on a fake clock: the real step and the real store, an invented network and no waiting.

Each worker is a thread that runs `steps.poll.poll`; only one of them, or the clock, runs at a time. Where the real step
would wait for the network, its thread hands over to the clock, which goes on with whatever comes next.
"""

import heapq
import itertools
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from aggregator.core.errors import AggregatorError, Unreadable
from aggregator.core.outcome import Word
from aggregator.core.page import Answer, Request, Visit
from aggregator.core.readers import RobotsRules
from aggregator.line import batches
from aggregator.settings import Settings
from aggregator.steps.poll import LEASE, Poller, poll
from aggregator.steps.sweep import Broom
from aggregator.store import feeds
from aggregator.store.session import Store
from aggregator.store.tables import feeds as rows
from bench.scheduling_world import START, World, read

Found = tuple[Request, Answer | AggregatorError]
DEFAULTS = Settings.model_construct()
SWEEP = DEFAULTS.beat.sweep_seconds
PLACES = DEFAULTS.fetch.connections  # requests that one worker has under way at once
EXPIRES = max(SWEEP * 4, 60)  # seconds that a message waits in the queue, as in `workers.tasks.send`
LONG = timedelta(seconds=60)  # beyond it a feed is late
ROUNDING = 1e-3  # of a second: times are stored in microseconds


class _Over(Exception):  # noqa: N818 - no error, the end
    """The clock has stopped."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: to which feed (number from 0), due, begun and ended when, in seconds since the start."""

    number: int
    due: float
    began: float
    ended: float


@dataclass(slots=True)
class Log:
    """What happened: every request, and how often the queue, the leases and the batches did what."""

    asked: list[Asked] = field(default_factory=list)
    words: Counter[Word] = field(default_factory=Counter)
    waiting: list[tuple[int, float]] = field(default_factory=list)  # feeds that were late at the end, and by how much
    swept: list[tuple[float, int]] = field(default_factory=list)  # when, and how many feeds were due then
    queued: int = 0  # messages in the queue at most
    expired: int = 0  # messages that nobody took in time
    batches: int = 0
    outlived: int = 0  # batches that took longer than their leases
    longest: float = 0.0  # seconds that a batch took
    busy: float = 0.0  # seconds that all workers together were at work


class Clock:
    """The clock, the queue, and so many workers; `run` lets time pass."""

    def __init__(self, store: Store, world: World, workers: int) -> None:
        self.now = 0.0
        self.log = Log()
        self.over = False
        self.baton = _taken()
        self.error: BaseException | None = None
        self._store, self._world = store, world
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._queue: deque[tuple[float, list[int]]] = deque()
        self._workers = [Worker(self, store, world, f"worker {number}") for number in range(workers)]
        self._idle = deque(self._workers)

    def run(self, seconds: float, progress: Callable[[float, Log], None]) -> Log:
        """Let so many seconds pass; `progress` is told once a simulated minute."""
        self.at(0.0, self._sweep)
        minutes = 0
        while self._events[0][0] <= seconds:
            self.now, _, happens = heapq.heappop(self._events)
            happens()
            if self.error is not None:
                raise self.error
            if self.now >= minutes * 60:
                progress(self.now, self.log)
                minutes = int(self.now // 60) + 1
        self.over = True
        for worker in self._workers:
            worker.end()
        self.log.waiting = self._waiting()
        return self.log

    def _waiting(self) -> list[tuple[int, float]]:
        with self._store.reading() as session:
            late = self.moment(self.now) - LONG
            found = session.execute(select(rows.c.id, rows.c.due_at).where(rows.c.due_at < late))
            return [(row.id - 1, self.now - (row.due_at - START).total_seconds()) for row in found]

    def at(self, seconds: float, happens: Callable[[], None]) -> None:
        """Let something happen at a time."""
        heapq.heappush(self._events, (seconds, next(self._order), happens))

    def moment(self, seconds: float) -> datetime:
        """Return a time of this clock as the store knows it."""
        return START + timedelta(seconds=seconds)

    def idle(self, worker: "Worker") -> None:
        """Take back a worker that has ended its batch."""
        self._idle.append(worker)
        self.at(self.now, self._hand_out)

    def _sweep(self) -> None:
        with self._store.reading() as session:
            work = feeds.due(session, self.moment(self.now), Broom().feeds)
        self.log.swept.append((self.now, len(work)))
        self._queue.extend((self.now, ids) for _, ids in batches(work))
        self.log.queued = max(self.log.queued, len(self._queue))
        self.at(self.now + SWEEP, self._sweep)
        self._hand_out()

    def _hand_out(self) -> None:
        while self._idle and self._queue:
            sent, ids = self._queue.popleft()
            if self.now - sent > EXPIRES:
                self.log.expired += 1
                continue
            self._idle.popleft().begin(ids)


class Worker:
    """A worker process, played by a thread."""

    def __init__(self, clock: Clock, store: Store, world: World, name: str) -> None:
        self._clock, self._store, self._world = clock, store, world
        self._tools = Poller(self, read, _no_robots, world.manners, name, self._moment)
        self._go = _taken()
        self._ids: Sequence[int] = ()
        self._due: dict[int, float] = {}
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _moment(self) -> datetime:
        return self._clock.moment(self._clock.now)

    def begin(self, ids: Sequence[int]) -> None:
        """Start on a batch; returns when the worker waits for the first answer."""
        self._ids = ids
        self._resume()

    def end(self) -> None:
        """Stop, whatever is under way."""
        self._go.release()
        self._thread.join()

    def visit(self, visits: Iterable[Visit]) -> Iterator[Found]:
        """Ask the invented servers, as `adapters.http.HttpWeb` does the real ones; give each answer at its time."""
        for ended, request in self._timetable(list(visits)):
            self._wait(ended)
            yield request, self._world.answer(request, self._clock.moment(ended))

    def _timetable(self, visits: Sequence[Visit]) -> list[tuple[float, Request]]:
        """Return when each request will have been answered: hosts side by side in so many places, each in turn."""
        now, ended = self._clock.now, []
        ready = []
        for place, visit in enumerate(visits):
            wait = (visit.not_before - self._clock.moment(now)).total_seconds() if visit.not_before else 0.0
            ready.append((now + max(wait, 0.0), place, 0))
        heapq.heapify(ready)
        places = [now] * PLACES
        while ready:
            earliest, place, turn = heapq.heappop(ready)
            visit = visits[place]
            request = visit.requests[turn]
            began = max(earliest, places[0])
            at = began + self._world.seconds(self._world.host[request.tag - 1])
            heapq.heapreplace(places, at)
            self._clock.log.asked.append(Asked(request.tag - 1, self._due[request.tag], began, at))
            ended.append((at, request))
            if turn + 1 < len(visit.requests):
                heapq.heappush(ready, (max(began + visit.delay, at), place, turn + 1))
        return sorted(ended, key=lambda each: each[0])

    def _wait(self, seconds: float) -> None:
        self._clock.at(seconds, self._resume)
        self._pause()

    def _pause(self) -> None:
        self._clock.baton.release()
        self._go.acquire()
        if self._clock.over:
            raise _Over

    def _resume(self) -> None:
        self._go.release()
        self._clock.baton.acquire()

    def _run(self) -> None:
        self._go.acquire()
        try:
            while not self._clock.over:
                self._batch()
                self._clock.idle(self)
                self._pause()
        except _Over:
            return
        except BaseException as error:  # noqa: BLE001 - the clock raises it
            self._clock.error = error
            self._clock.baton.release()

    def _batch(self) -> None:
        clock, log = self._clock, self._clock.log
        began = clock.now
        with self._store.reading() as session:
            found = session.execute(select(rows.c.id, rows.c.due_at).where(rows.c.id.in_(self._ids)))
            self._due = {row.id: (row.due_at - START).total_seconds() for row in found}
        ended = poll(self._store, self._tools, clock.moment(began), self._ids)
        log.words.update(each.word for each in ended)
        took = clock.now - began
        log.batches += 1
        log.busy += took
        log.longest = max(log.longest, took)
        log.outlived += took > LEASE.total_seconds()


def _taken() -> threading.Lock:
    """Return a lock that is held: one thread waits for it, another lets it go (far cheaper than a semaphore)."""
    lock = threading.Lock()
    lock.acquire()
    return lock


def _no_robots(body: bytes, status: int) -> RobotsRules:
    """Refuse to read a robots.txt: with these manners none is asked for."""
    raise Unreadable(f"nobody is asked for a robots.txt here, and yet there are {len(body)} bytes of one ({status})")


def together(world: World, asked: Iterable[Asked]) -> tuple[int, int]:
    """Return how often a host was asked twice at a time, and how often sooner than its delay after the last start."""
    last: dict[int, Asked] = {}
    twice = soon = 0
    for each in sorted(asked, key=lambda each: each.began):
        before = last.get(world.host[each.number])
        if before is not None:
            twice += each.began < before.ended - ROUNDING
            soon += each.began < before.began + world.manners.feed_delay - ROUNDING
        if before is None or each.ended > before.ended:
            last[world.host[each.number]] = each
    return twice, soon
