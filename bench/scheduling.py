"""The scheduler with very many feeds: how late polls are, how many workers it takes, and what one pick costs.

    python bench/scheduling.py [--feeds 100000] [--hours 2] [--workers 4] [--crowd 0.8] [--overdue] [--json] [--quick]

The step, the store (SQLite) and the decisions are the real ones. Only the servers and the passing of time are
invented: a fake clock goes from event to event, so the workers' own computing takes no time of it, and they do nothing
but poll. Lateness is from the moment at which a feed was due to the start of its request, after a warm-up. The same
seed gives the same figures but for those of cost. Short runs find how many workers are enough; beside them goes the
long run with the number given.
"""

import argparse
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from aggregator.core.schedule import Manners
from aggregator.store import schema
from aggregator.store.session import Store
from bench.scheduling_clock import LONG, Clock, Log
from bench.scheduling_cost import Pick, picks, plans
from bench.scheduling_report import HOUR, Ran, show_costs, show_run, show_world, summed
from bench.scheduling_world import Plan, World, build, store

SIZES = (1_000, 10_000, 100_000)
SEARCHED = (1, 2, 4, 8)  # workers of the short runs
SHORT = 10 * 60.0  # seconds of warm-up and of measuring in a short run
TARGET = LONG.total_seconds()  # 99 of 100 polls begin within so many seconds, where the host allows it
FLAT = 1.3
ROUNDS = 15
MEMORY, ROOM = Path("/dev/shm"), 2 << 30  # noqa: S108 - where files are quick, given so many bytes of room
Run = tuple[int, float, float]  # workers, seconds of warm-up, seconds measured


def simulated(world: World, file: Path, asked: Run) -> Ran:
    """Let a copy of a world run with so many workers, so many seconds of warm-up, and so many measured."""
    workers, warm, measured = asked
    copy = file.with_name(f"{workers}-{measured:g}.db")
    shutil.copyfile(file, copy)
    opened, began = Store(f"sqlite:///{copy}"), time.monotonic()

    def progress(now: float, log: Log) -> None:
        if int(now // 60) % 10 == 0:
            due = log.swept[-1][1]
            print(f"  {workers} workers, minute {now / 60:3.0f}: {len(log.asked)} polls, {due} due", file=sys.stderr)

    clock = Clock(opened, world, workers)
    log = clock.run(warm + measured, progress)
    opened.close()
    copy.unlink()
    return summed(world, log, workers, warm, warm + measured, time.monotonic() - began)


def written(world: World, file: Path) -> Path:
    """Write a world into a new database; its journal is empty afterwards, so that the file can be copied."""
    made = Store(f"sqlite:///{file}")
    schema.upgrade(made)
    store(world, made)
    made.close()
    return file


def simulations(world: World, file: Path, long: Run, short: Sequence[Run]) -> tuple[Ran, list[Ran]]:
    """Run the long simulation, and beside it the short ones until one of them shows that it has enough workers.

    Each runs in a process of its own, which begins with the world as it is now.
    """
    found: list[Ran] = []
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        whole = pool.apply_async(simulated, (world, file, long))
        for each in short:
            found.append(pool.apply(simulated, (world, file, each)))
            if enough(found):
                break
        return whole.get(), found


def enough(short: Sequence[Ran]) -> int | None:
    """Return the smallest number of workers with which polls were in time, None when none was."""
    return next((each.workers for each in short if each.late["free"].p99 < TARGET), None)


def costs(folder: Path, sizes: Sequence[int], rounds: int, at_hand: dict[int, Path]) -> dict[str, list[Pick]]:
    """Return what a pick costs at each size, with as many feeds due and with all overdue."""
    files = []
    for size in sizes:
        made = at_hand.get(size) or written(build(Plan(size), Manners()), folder / f"cost-{size}.db")
        files.append(made)
    return {
        "as many due": picks(files, rounds, overdue=False),
        "all overdue": picks(files, rounds, overdue=True),
    }


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The scheduler with very many feeds, on a fake clock.")
    parser.add_argument("--feeds", type=int, default=100_000)
    parser.add_argument("--hours", type=float, default=2.0, help="measured, after a warm-up of half as much")
    parser.add_argument("--workers", type=int, default=4, help="of the long run")
    parser.add_argument("--crowd", type=float, default=0.8, help="demand of the shared host over what it can be asked")
    parser.add_argument("--overdue", action="store_true", help="begin with everything due, and measure from there on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a tenth of the feeds and of the time")
    given = parser.parse_args()
    if given.quick:
        given.feeds, given.hours = given.feeds // 10, given.hours / 10
    return given


def _runs(given: argparse.Namespace) -> tuple[Run, list[Run]]:
    """Return the long run and the short ones."""
    seconds = given.hours * HOUR
    if given.overdue:
        return (given.workers, 0.0, seconds), []
    short = min(SHORT, seconds / 2)
    return (given.workers, seconds / 2, seconds), [(each, short, short) for each in SEARCHED]


def _folder() -> Path | None:
    """Return where the databases are written: in memory where there is room, since no disk is measured here."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


def _step(words: str) -> None:
    print(words, file=sys.stderr)


def main() -> None:
    """Run both parts and print what they showed."""
    given = _given()
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        _step(f"inventing {given.feeds} feeds")
        world = build(Plan(given.feeds, given.crowd, given.seed, given.overdue), Manners())
        file = written(world, Path(folder) / "world.db")
        long, short = simulations(world, file, *_runs(given))
        _step("what a pick costs")
        sizes = [size for size in SIZES if size <= max(given.feeds, SIZES[1])]
        cost = costs(Path(folder), sizes, ROUNDS, {} if given.overdue else {given.feeds: file})
        plan = plans(file)
    if given.json:
        found = {
            "long": asdict(long),
            "short": [asdict(each) for each in short],
            "enough": enough(short),
            "plans": plan,
        }
        print(json.dumps(found | {"costs": {name: [asdict(each) for each in some] for name, some in cost.items()}}))
        return
    show_world(world)
    for each in (*short, long):
        show_run(each)
    print(f"\nworkers for p99 < {TARGET:g} s where lateness is ours: {enough(short) or 'more than were tried'}")
    show_costs(cost)
    for name, steps in plan.items():
        print(f"plan of {name}: {'; '.join(steps)}")
    print(f"target: a pick at {sizes[-1]} feeds costs at most {FLAT} of one at {sizes[0]} with as many due")


if __name__ == "__main__":
    main()
