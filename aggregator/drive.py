"""Drive: run the line in a pool of processes until nothing is left to do; the in-process stand-in for a broker."""

import itertools
import multiprocessing
import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, TimeoutError, wait  # noqa: A004 - pebble raises this one
from dataclasses import dataclass, field
from datetime import datetime

from pebble import ProcessExpired, ProcessPool

from aggregator.core.errors import AggregatorError
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.line import LINE, STAGE, Parts, batches, follows, run
from aggregator.store import entries
from aggregator.store.session import Store

ORDER = {stage.step: place for place, stage in enumerate(LINE)}
BATCH_SECONDS = 120.0
MANY = 16
MOST_FAILURES = 3
_parts: Parts | None = None


@dataclass(slots=True)
class Tally:
    """The numbers so far: how often each step ended in each word."""

    words: Counter[tuple[Step, Word]] = field(default_factory=Counter)
    lost: int = 0

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count the ends of runs."""
        self.words.update((outcome.step, outcome.word) for outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Pool:
    """How the work is spread: over so many processes, each with parts of its own, each batch within so many seconds."""

    make: Callable[[], Parts]
    processes: int
    seconds: float = BATCH_SECONDS


def drive(pool: Pool, store: Store, now: datetime, work: Iterable[Work], watch: Callable[[Tally], None]) -> Tally:
    """Run `work`, and all that follows from it, at the time `now`; returns the numbers.

    A process that dies or takes too long loses its batch only: what had ended stays, the rest is tried again, and what
    does so twice is put aside by its own step.
    """
    tally = Tally()
    left = _Left(work)
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    with ProcessPool(pool.processes, initializer=_start, initargs=(pool.make,), context=context) as workers:
        running: dict[Future[list[Outcome]], tuple[Step, list[int]]] = {}
        while left or running:
            busy = {step for step, _ in running.values()}
            for step, ids in left.take(pool.processes * 2 - len(running), pool.processes, busy):
                running[workers.schedule(_run, (step, ids, now), timeout=pool.seconds)] = (step, ids)
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                step, ids = running.pop(done)
                outcomes, error = _ended(done)
                if outcomes is None:
                    tally.lost += 1
                    _free(store, step, ids)
                    left.again(step, ids, error)
                else:
                    tally.add(outcomes)
                    left.add(follows(outcomes))
            watch(tally)
    return tally


class _Left:
    """What is still to be done, the beginning of the line first, so that what follows comes in large batches."""

    def __init__(self, work: Iterable[Work]) -> None:
        self.waiting: dict[Step, dict[Work, None]] = {}
        self.alone: deque[tuple[Step, list[int]]] = deque()
        self.failed: Counter[tuple[Step, int]] = Counter()
        self.add(work)

    def __bool__(self) -> bool:
        return bool(self.alone) or any(self.waiting.values())

    def add(self, work: Iterable[Work]) -> None:
        for each in work:
            self.waiting.setdefault(each.step, {})[each] = None

    def again(self, step: Step, ids: Sequence[int], error: AggregatorError | None) -> None:
        """Take items up again one by one; what fails by an error of ours time and again ends with it."""
        for each in ids:
            self.failed[step, each] += 1
            if error is not None and self.failed[step, each] > MOST_FAILURES:
                raise error
        self.alone.extend((step, [each]) for each in ids)

    def take(self, most: int, processes: int, busy: Container[Step] = ()) -> list[tuple[Step, list[int]]]:
        """Return up to `most` batches; `busy` are the steps that some process is at already."""
        taken: list[tuple[Step, list[int]]] = []
        while len(taken) < most and self.alone:
            taken.append(self.alone.popleft())
        if len(taken) < most and Step.GATHER not in busy and len(self.waiting.get(Step.GATHER, ())) >= MANY:
            taken += self._some(Step.GATHER, 1, MANY)  # it waits for its turn to write: let others read pages meanwhile
        for step in sorted(self.waiting, key=ORDER.__getitem__):
            if len(taken) < most:
                size = max(len(self.waiting[step]) // (processes * 4), STAGE[step].batch // 4)
                taken += self._some(step, most - len(taken), size)
        return taken

    def _some(self, step: Step, most: int, size: int) -> list[tuple[Step, list[int]]]:
        held = self.waiting[step]
        found = list(itertools.islice(batches(held, size), most))
        gone = {each for _, ids in found for each in ids}
        self.waiting[step] = {each: None for each in held if each.id not in gone}
        return found


def _start(make: Callable[[], Parts]) -> None:
    global _parts  # noqa: PLW0603 - one set of parts for each process of the pool
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _parts = make()


def _run(step: Step, ids: list[int], now: datetime) -> list[Outcome]:
    assert _parts is not None  # noqa: S101 - set by _start
    return run(_parts, step, ids, now)


def _ended(done: "Future[list[Outcome]]") -> tuple[list[Outcome] | None, AggregatorError | None]:
    """Return the outcomes of a batch; None when its process died, was stopped, or failed by the error beside it."""
    try:
        return done.result(), None
    except (TimeoutError, ProcessExpired):
        return None, None
    except AggregatorError as error:
        return None, error


def _free(store: Store, step: Step, ids: Sequence[int]) -> None:
    if step in {Step.FETCH, Step.EXTRACT, Step.GATHER}:
        with store.writing() as session:
            entries.unlease(session, ids)


def here(parts: Parts, now: datetime, work: Iterable[Work], watch: Callable[[Tally], None]) -> Tally:
    """Do the same as `drive` in this process alone."""
    tally = Tally()
    left = _Left(work)
    while left:
        for step, ids in left.take(1, 1):
            outcomes = run(parts, step, ids, now)
            tally.add(outcomes)
            left.add(follows(outcomes))
        watch(tally)
    return tally
