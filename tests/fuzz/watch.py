"""Watching the process that reads mutated pages: crashes, hangs and growth are findings, each with its seed."""

import json
import selectors
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SECONDS = 10.0  # for one page, by its own clock
PATIENCE = 3.0  # times as long until the process is taken for dead
GROWTH = 150_000  # KiB between the first and the last quarter of a run: more is a leak
MANY = 400  # pages from which growth can be told


@dataclass(slots=True)
class Report:
    """What a run came to: pages read, how they ended, findings, the slowest page and memory in KiB."""

    pages: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)
    peak: int = 0
    memory: list[int] = field(default_factory=list)

    def growth(self) -> int:
        """Return by how many KiB the process was larger at the end than at the beginning, by medians of quarters."""
        quarter = len(self.memory) // 4
        if len(self.memory) < MANY:
            return 0
        return int(statistics.median(self.memory[-quarter:]) - statistics.median(self.memory[:quarter]))

    def said(self) -> str:
        """Return all of it in some lines."""
        ends = ", ".join(f"{number} {name}" for name, number in self.ends.most_common())
        return (
            f"{self.pages} pages: {ends}\nslowest {self.slowest[0]:.2f} s (seed {self.slowest[1]}), peak "
            f"{self.peak // 1024} MiB, growth {self.growth() // 1024} MiB\n" + "\n".join(self.findings)
        )


class _Victim:
    """The process, started anew when it had to be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.victim", str(self.folder), str(SECONDS)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        self.waiting = selectors.DefaultSelector()
        assert self.process.stdout
        self.waiting.register(self.process.stdout, selectors.EVENT_READ)
        self._line(120)

    def _line(self, seconds: float) -> dict[str, Any] | None:
        assert self.process.stdout
        if not self.waiting.select(seconds):
            return None
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def ask(self, seed: int) -> dict[str, Any]:
        """Return what became of a seed."""
        assert self.process.stdin
        self.process.stdin.write(f"{seed}\n".encode())
        told = self._line(SECONDS * PATIENCE)
        if told is not None:
            return told
        ended = self.process.poll()
        self.end()
        self._start()
        return {"seed": seed, "dead": f"it ended with {ended}" if ended is not None else "it hung"}

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()
        self.waiting.close()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()


def seeds(first: int) -> Iterator[int]:
    """Return one seed after the other."""
    while True:
        yield first
        first += 1


def watch(folder: Path, numbers: Iterator[int], seconds: float, progress: Callable[[Report], None]) -> Report:
    """Read mutated pages for so many seconds, or until there are no more seeds."""
    report, victim = Report(), _Victim(folder)
    until = time.monotonic() + seconds
    try:
        for seed in numbers:
            told = victim.ask(seed)
            _count(report, told)
            progress(report)
            if time.monotonic() > until:
                break
    finally:
        victim.end()
    if report.growth() > GROWTH:
        report.findings.append(f"it grew by {report.growth() // 1024} MiB over {report.pages} pages")
    return report


def _count(report: Report, told: dict[str, Any]) -> None:
    report.pages += 1
    seed = told["seed"]
    if "dead" in told:
        report.findings.append(f"seed {seed}: {told['dead']}")
        report.ends["dead"] += 1
        return
    report.slowest = max(report.slowest, (told["seconds"], seed))
    report.peak = max(report.peak, told["peak"])
    report.memory.append(told["memory"])
    if "crash" in told:
        report.findings.append(f"seed {seed}: {told['crash']}")
        report.ends["crash"] += 1
        return
    report.ends[told["end"].partition(":")[0]] += 1
    if told["seconds"] > SECONDS * 1.5:
        report.findings.append(f"seed {seed}: took {told['seconds']:.1f} s, {SECONDS:g} are allowed")
