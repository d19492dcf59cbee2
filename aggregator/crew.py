"""Crew: a pool of processes, each with a pipe of its own, so that none waits for another whatever state it dies in."""

import math
import multiprocessing
import os
import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection, wait
from traceback import format_exception
from typing import Any, Self

from aggregator.adapters.process import bound_memory, die_with_parent, peak_memory
from aggregator.core.errors import TryLater
from aggregator.core.outcome import Outcome, Step
from aggregator.line import Parts, run

BATCH_SECONDS = 120.0
LOOK_SECONDS = 1.0  # so often each process is looked at, whatever its pipe says
MOST_STILLBORN = 5  # processes that die in a row before they have begun
MOST_GIVEN = 2  # batches that a process holds: the one that it is at, and the next, lest it wait for us

Batch = tuple[Step, list[int]]
Answer = list[Outcome] | Exception | None
Said = tuple[list[Outcome] | Exception, int]  # an answer, and the peak memory of its process in MiB


@dataclass(frozen=True, slots=True)
class Pool:
    """How the work is spread: over so many processes, each with parts of its own, each batch within so many seconds.

    No process may have more than `memory` MiB of its own; 0 sets no bound.
    """

    make: Callable[[], Parts]
    processes: int
    seconds: float = BATCH_SECONDS
    memory: int = 0


@dataclass(slots=True)
class Ended:
    """What has happened: batches that ended, with None if they were lost, and batches that nobody had begun."""

    answers: list[tuple[Batch, Answer]] = field(default_factory=list)
    unbegun: list[Batch] = field(default_factory=list)


class Hand:
    """One process of the pool, with a pipe of its own, and its batches: the one that it is at, and those after it.

    It shares no lock and no pipe with its siblings, so whatever it is doing when it is killed, they go on.
    """

    def __init__(self, pool: Pool, siblings: Iterable["Hand"]) -> None:
        """Start it; it is ready when it has made its parts, for which it has the time of a batch."""
        forks = hasattr(os, "fork")
        context = multiprocessing.get_context("fork") if forks else multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        inherited = [self.pipe, *(each.pipe for each in siblings)] if forks else []
        self.process = context.Process(target=_serve, args=(pool, theirs, inherited), daemon=True)
        self.process.start()
        theirs.close()
        self.ready = False
        self.peak = 0  # MiB, as it said last
        self.batches: deque[Batch] = deque()
        self.seconds = pool.seconds
        self.until = time.monotonic() + pool.seconds

    def give(self, batch: Batch, now: datetime) -> None:
        """Let it run a batch, after those that it has; each has its time from when the one before it has ended."""
        self.batches.append(batch)
        if len(self.batches) == 1:
            self.until = time.monotonic() + self.seconds
        with suppress(OSError):  # it is dead, which is seen when it is listened to
            self.pipe.send((*batch, now))

    def answered(self) -> Batch | None:
        """Let the batch go that it was at, since it is over; None when that was the making of its parts."""
        batch = self.batches.popleft() if self.batches else None
        self.until = time.monotonic() + self.seconds if self.batches else math.inf
        return batch

    def heard(self) -> tuple[bool, Answer]:
        """Whether it has answered or is lost, and its answer; None when it is lost."""
        alive = self.process.is_alive()  # asked first: what it said before it died is in its pipe
        try:
            if self.pipe.poll():
                answer, self.peak = self.pipe.recv()
                return True, answer
        except (EOFError, OSError):  # it died, perhaps in the middle of its answer
            return True, None
        return not alive or time.monotonic() > self.until, None

    def end(self, seconds: float = 0.0) -> None:
        """Let go of it: when it has nothing to do it ends by itself, and after `seconds` in any case."""
        self.pipe.close()
        if seconds:
            self.process.join(seconds)
        self.process.kill()
        self.process.join()
        self.process.close()


class Crew:
    """The processes of the pool; who dies or takes too long is replaced."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.hands: list[Hand] = []
        self.stillborn = 0
        self.peak = 0  # the most memory that a process said it has had, in MiB

    def __enter__(self) -> Self:
        """Start them."""
        for _ in range(self.pool.processes):
            self.hands.append(Hand(self.pool, self.hands))
        return self

    def __exit__(self, *_: object) -> None:
        """End them, each after what it is at."""
        for hand in self.hands:
            hand.pipe.close()
        for hand in self.hands:
            hand.end(min(max(hand.until - time.monotonic(), 0.0), self.pool.seconds))

    def free(self) -> list[Hand]:
        """Return those that can be given a batch, first those that have none, each as often as it can take one."""
        ready = [hand for hand in self.hands if hand.ready]
        return [hand for held in range(MOST_GIVEN) for hand in ready if len(hand.batches) <= held]

    def busy(self) -> set[Step]:
        """Return the steps that some process is at, or will be next."""
        return {step for hand in self.hands for step, _ in hand.batches}

    def ended(self) -> Ended:
        """Wait until something happens, a second at most, and return what has."""
        wait([hand.pipe for hand in self.hands], LOOK_SECONDS)
        found = Ended()
        for place, hand in enumerate(self.hands):
            happened, answer = hand.heard()
            if not happened:
                continue
            self.peak = max(self.peak, hand.peak)
            if batch := hand.answered():
                found.answers.append((batch, answer))
            elif isinstance(answer, Exception):  # its parts cannot be made
                raise answer
            if answer is None:
                found.unbegun += hand.batches  # it takes one up when it has told of the one before
                self._replace(place)
            else:
                hand.ready, self.stillborn = True, 0
        return found

    def _replace(self, place: int) -> None:
        self.stillborn += not self.hands[place].ready
        if self.stillborn >= MOST_STILLBORN:
            raise TryLater(
                f"{MOST_STILLBORN} processes in a row died before they had begun; "
                "look at the machine's memory and log, then run it again"
            )
        self.hands[place].end()
        self.hands[place] = Hand(self.pool, (each for other, each in enumerate(self.hands) if other != place))


def _serve(pool: Pool, pipe: "Connection[Said, Any]", inherited: Sequence["Connection[Any, Any]"]) -> None:
    """Live as a process of the pool: make the parts, then answer each batch, until the other end is closed."""
    for each in inherited:
        each.close()  # else a sibling would not hear that the parent is gone
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    if pool.memory:
        bound_memory(pool.memory)
    with suppress(EOFError, ConnectionError):
        try:
            parts = pool.make()
        except Exception as error:  # noqa: BLE001 - the parent raises it
            pipe.send((_portable(error), peak_memory()))
            return
        pipe.send(([], peak_memory()))
        while True:
            step, ids, now = pipe.recv()
            pipe.send((_tried(parts, (step, ids), now, pool.memory), peak_memory()))


def _tried(parts: Parts, batch: Batch, now: datetime, memory: int) -> list[Outcome] | Exception:
    """Return how a batch ended; one that needs too much memory is an error of ours, so that fewer are tried at once."""
    try:
        return run(parts, *batch, now)
    except MemoryError as error:
        bound = f"the {memory} MiB of workers.memory_limit_mb" if memory else "there is"
        what = f"{batch[0]}, a batch of {len(batch[1])},"
        ours = TryLater(f"{what} needs more memory than {bound}; let a process have more")
        ours.__cause__ = error
        return _portable(ours)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        return _portable(error)


def _portable(error: Exception) -> Exception:
    """Return an error that can be sent to another process, with the lines of this one that it came from as a note."""
    lines = "".join(format_exception(error))
    error.add_note(lines)
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - whatever it says, it cannot travel
        return RuntimeError(lines)
    return error
