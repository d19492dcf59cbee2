"""Processes that reread stored pages for `reprocess`; a page that takes one down harms no other page."""

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from typing import Self

from aggregator import wiring
from aggregator.line import Parts
from aggregator.settings import Settings
from aggregator.steps import rereading
from aggregator.steps.rereading import Difference

BATCH = 16  # pages that one process reads at a time
ARTICLES, ENTRIES = "articles", "entries"
READ = {ARTICLES: rereading.of_articles, ENTRIES: rereading.of_entries}

Batch = tuple[str, list[int]]
Read = Callable[[str, list[int]], list[Difference]]
_parts: list[Parts] = []


class Readers:
    """Processes that read pages; one that dies takes its batch with it, which is then read one by one."""

    def __init__(self, processes: int, begin: Callable[[], None], read: Read) -> None:
        """Take how many, what each does first, and how it reads a batch."""
        self._processes = processes
        self._begin = begin
        self._read = read
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=self._begin)

    def __enter__(self) -> Self:
        """Begin; processes are born with the work."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the processes end after what they are at."""
        self._pool.shutdown(cancel_futures=True)

    def read(self, batches: Iterator[Batch]) -> Iterator[tuple[Batch, list[Difference] | None]]:
        """Yield each batch with what differs; None where its one page took its process down."""
        running: dict[Future[list[Difference]], Batch] = {}
        while True:
            while len(running) < self._processes * 2 and (batch := next(batches, None)):
                running[self._pool.submit(self._read, *batch)] = batch
            if not running:
                return
            lost: list[Batch] = []
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                batch = running.pop(done)
                try:
                    yield batch, done.result()
                except BrokenProcessPool:
                    lost.append(batch)
            if lost:
                lost += running.values()
                running = {}
                yield from self._one_by_one(lost)

    def _one_by_one(self, lost: Sequence[Batch]) -> Iterator[tuple[Batch, list[Difference] | None]]:
        self._pool = self._new()
        for name, ids in lost:
            for each in ids:
                try:
                    found = self._pool.submit(self._read, name, [each]).result()
                except BrokenProcessPool:
                    self._pool = self._new()
                    yield (name, [each]), None
                else:
                    yield (name, [each]), found


def begin(settings: Settings) -> None:
    """Make the parts of a process."""
    _parts.append(wiring.build(settings))


def read(now: datetime, name: str, ids: list[int]) -> list[Difference]:
    """Return what differs of articles or entries, by the parts of this process."""
    return READ[name](_parts[0].store, _parts[0].extractor, now, ids)
