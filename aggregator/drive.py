"""Drive: run the line in a pool of processes until nothing is left to do; the in-process stand-in for a broker."""

import itertools
from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.crew import Batch, Crew, Pool
from aggregator.line import LINE, STAGE, Parts, batches, follows, run
from aggregator.steps.sweep import Broom, due
from aggregator.store import entry_queue, hosts
from aggregator.store.session import Store

ORDER = {stage.step: place for place, stage in enumerate(LINE)}
MANY = 16
MOST_FAILURES = 3  # an item whose batch failed so often by an error of ours ends the run with it
MOST_LOSSES = 8  # the same for one that lost its process so often; those that hang the reader of pages end before

_AT_ONCE = {Step.EXTRACT, Step.GATHER, Step.PUBLISH}  # others hold hosts, which are free when nobody is at work
_REST = Broom(feeds=0, entries=1_000_000, per_host=1_000_000, grace=timedelta(), hubs=0, sought=0)


@dataclass(slots=True)
class Tally:
    """The numbers so far: how often each step ended in each word, batches lost, and the largest peak memory in MiB."""

    words: Counter[tuple[Step, Word]] = field(default_factory=Counter)
    lost: int = 0
    peak: int = 0

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count the ends of runs."""
        self.words.update((outcome.step, outcome.word) for outcome in outcomes)


def drive(pool: Pool, store: Store, now: datetime, work: Iterable[Work], watch: Callable[[Tally], None]) -> Tally:
    """Run `work`, and all that follows from it, at the time `now`, alone on the store; returns the numbers.

    A process that dies or takes too long loses the batch that it was at: what had ended stays, the rest is tried again,
    and what does so twice is put aside by its own step. The batch that it had not begun goes to another and is held
    against none of its items. What a dead process had brought to an end without telling of it is found in the store
    when all else is done. An error of ours that does not pass is raised, a foreign one at once.
    """
    tally, left = Tally(), _Left(work)
    with Crew(pool) as crew:
        while left or crew.busy() or _found(store, now, left):
            free = crew.free()
            for hand, batch in zip(free, left.take(len(free), pool.processes, crew.busy()), strict=False):
                hand.give(batch, now)
            ended = crew.ended()
            left.alone.extend(ended.unbegun)
            tally.peak = crew.peak
            for (step, ids), answer in ended.answers:
                if isinstance(answer, list):
                    tally.add(answer)
                    left.add(follows(answer))
                else:
                    tally.lost += 1
                    _free(store, step, ids)
                    left.again(step, ids, answer)
            watch(tally)
    return tally


def _found(store: Store, now: datetime, left: "_Left") -> bool:
    """Whether more is to be done after a loss: what was put off, one by one, then what the store knows of.

    Nobody is at work at that moment, so every lease is that of a dead process.
    """
    if not left.unsure:
        return False
    with store.writing() as session:
        entry_queue.release_all(session)
        hosts.release_all(session)
    with store.reading() as session:
        found = due(session, _REST, now)
    store.close()  # a connection must not be shared with the processes of the pool
    return left.resume(found)


class _Left:
    """What is still to be done, the beginning of the line first, so that what follows comes in large batches."""

    def __init__(self, work: Iterable[Work]) -> None:
        self.waiting: dict[Step, dict[Work, None]] = {}
        self.alone: deque[Batch] = deque()
        self.later: deque[Batch] = deque()
        self.failed: Counter[tuple[Step, int]] = Counter()
        self.unsure = False  # whether something was lost, so that the store may know of more
        self.known: list[Work] = []  # what it knew of the last time; the same again is what cannot be done now
        self.add(work)

    def __bool__(self) -> bool:
        return bool(self.alone) or any(self.waiting.values())

    def add(self, work: Iterable[Work]) -> None:
        for each in work:
            self.waiting.setdefault(each.step, {})[each] = None

    def again(self, step: Step, ids: Sequence[int], error: Exception | None) -> None:
        """Take items up again one by one, at once or after all else; what fails time and again ends the run."""
        self.unsure, self.known = True, []
        for each in ids:
            self.failed[step, each] += 1
            if error is not None and (
                self.failed[step, each] > MOST_FAILURES or not isinstance(error, AggregatorError)
            ):
                raise error
            if self.failed[step, each] > MOST_LOSSES:
                raise TryLater(
                    f"{step} of item {each} lost its process {MOST_LOSSES} times (killed, out of memory, or too long); "
                    "look at the machine's memory and log, then run it again"
                )
        if step in _AT_ONCE:
            self.alone.extend((step, [each]) for each in ids)
        elif step is not Step.FETCH:  # that is found in the store
            self.later.extend((step, [each]) for each in ids)

    def resume(self, found: list[Work]) -> bool:
        """Take up the next thing that was put off, or else what was found; whether there was anything new."""
        if self.later:
            self.alone.append(self.later.popleft())
        elif found == self.known:
            return False
        else:
            self.known = found
            self.add(found)
        return True

    def take(self, most: int, processes: int, busy: Container[Step] = ()) -> list[tuple[Step, list[int]]]:
        """Return up to `most` batches; `busy` are the steps that some process is at already."""
        taken: list[tuple[Step, list[int]]] = []
        while len(taken) < most and self.alone:
            taken.append(self.alone.popleft())
        if len(taken) < most and Step.GATHER not in busy and len(self.waiting.get(Step.GATHER, ())) >= MANY:
            taken += self._some(Step.GATHER, 1, MANY)  # it waits for its turn to write: let others read pages meanwhile
        for step in sorted(self.waiting, key=ORDER.__getitem__):
            if len(taken) < most:
                taken += self._some(step, most - len(taken), self._size(step, processes))
        return taken

    def _size(self, step: Step, processes: int) -> int:
        """Return how many items a batch should hold; publish holds the store's one writer, so that more only cost."""
        most = STAGE[step].batch
        return most if step is Step.PUBLISH else max(len(self.waiting[step]) // (processes * 4), most // 4)

    def _some(self, step: Step, most: int, size: int) -> list[tuple[Step, list[int]]]:
        held = self.waiting[step]
        found = list(itertools.islice(batches(held, size), most))
        gone = {each for _, ids in found for each in ids}
        self.waiting[step] = {each: None for each in held if each.id not in gone}
        return found


def _free(store: Store, step: Step, ids: Sequence[int]) -> None:
    if step in {Step.FETCH, Step.EXTRACT, Step.GATHER}:
        with store.writing() as session:
            entry_queue.unlease(session, ids)
        store.close()  # a connection must not be shared with the processes of the pool


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
