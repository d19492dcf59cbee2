"""Polling of feeds beside the library `reader`, both against the same server on loopback, in one run.

    python bench/polling.py [--feeds 2000] [--hosts 500] [--rounds 1] [--json] [--profile]

Every side is one process with warm imports and a SQLite file of its own, and polls all feeds once in each of four
rounds: the first load; all answer 304; a tenth has one new entry; and no validators, the same bytes. What it took is
read from outside, by the same means for all. `reader` is no dependency: it is put into an environment of its own.
"""

import argparse
import cProfile
import json
import pstats
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from aggregator import settings, wiring
from aggregator.core.outcome import Step, Word, Work
from aggregator.core.source import SourceSpec
from aggregator.line import Parts, batches, run
from aggregator.steps.enrol import enrol
from aggregator.store import entries, feeds
from bench import peer_reader
from bench.peer_reader import Child, Ended, child

HERE = Path(__file__).resolve().parent
PEER = "reader==3.26"
BESIDE = "sgmllib3k==1.0.0"  # its copy of feedparser imports it; feedparser itself no longer brings it along
PEER_FOLDER = HERE.parent / "var" / "bench" / "peer"
WORKERS = (1, 10)  # threads of the peer; the better counts
COUNTED = 200  # feeds of the pass in which statements are counted
LATENCY = 0.02  # seconds that the server takes in the round that looks for overlaps
OURS = "aggregator"
TARGETS = {"first load": 2.5, "all 304": 10.0, "a tenth new": 8.0}
Target = tuple[str, int, bool]  # address, host number, whether later editions have news


@dataclass(frozen=True, slots=True)
class Round:
    """What the server is told before a round, and whether all, the tenth or none of the feeds bring something new."""

    name: str
    edition: int = 0
    validators: bool = True
    delay: float = 0.0
    new: str = "none"


ROUNDS = (
    Round("first load", new="all"),
    Round("all 304"),
    Round("overlap", delay=LATENCY),  # not timed
    Round("a tenth new", edition=1, new="tenth"),
    Round("same bytes", edition=1, validators=False),
)
TIMED = tuple(each.name for each in ROUNDS if not each.delay)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one round took: seconds, mebibytes, SQL statements, connections, and requests open at once to one host."""

    feeds: int
    wall: float
    cpu: float
    peak: float
    statements: int
    connections: int
    overlap: int


# What is measured, from outside


def _cpu(pid: int) -> float:
    used = psutil.Process(pid).cpu_times()
    return used.user + used.system + used.children_user + used.children_system


def _forget_peak(pid: int) -> None:
    """Let the peak of resident memory begin anew (proc_pid_clear_refs(5)); else it is the whole run's."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    except OSError as error:
        print(f"the peak of memory is that of all rounds so far: {error}", file=sys.stderr)


def _peak(pid: int) -> float:
    words = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").split()
    return int(words[words.index("VmHWM:") + 1]) / 1024


def measured(side: Child, server: Child, asked: Round, targets: Sequence[Target]) -> Figures:
    """Run one round and return what it took; ends the program when it did not end as it must."""
    server.ask({"do": "set", "edition": asked.edition, "validators": asked.validators, "delay": asked.delay})
    side.ask("make due")
    pid = side.process.pid
    _forget_peak(pid)
    before, began = _cpu(pid), time.perf_counter()
    ended = side.ask("poll")
    wall, cpu = time.perf_counter() - began, _cpu(pid) - before
    served = server.ask({"do": "count"})
    _check(side, asked, targets, ended, served)
    return Figures(
        len(targets), wall, cpu, _peak(pid), ended.get("statements", 0), served["connections"], served["overlap"]
    )


def _check(side: Child, asked: Round, targets: Sequence[Target], ended: dict[str, int], served: dict[str, Any]) -> None:
    """End the program unless every feed was asked once and ended as it must."""
    all_of_them, tenth = len(targets), sum(news for _, _, news in targets)
    polled = {"all": all_of_them, "tenth": tenth, "none": 0}[asked.new]
    new = {"all": 20 * all_of_them, "tenth": tenth, "none": 0}[asked.new]
    due = {"polled": polled, "unchanged": all_of_them - polled, "failed": 0, "new": new}
    full = polled if asked.validators else all_of_them
    statuses = {status: number for status, number in (("200", full), ("304", all_of_them - full)) if number}
    found = {name: ended[name] for name in due}
    if found != due or served["statuses"] != statuses:
        raise SystemExit(
            f"round {asked.name!r} of {' '.join(side.command)} went wrong: {found}, and due is {due}; "
            f"the server answered {served['statuses']}, and due is {statuses}"
        )


def passed(command: Sequence[object], server: Child, targets: Sequence[Target]) -> dict[str, Figures]:
    """Return what each round took of one side that begins with nothing stored."""
    with tempfile.TemporaryDirectory() as folder, child(*command, folder) as side:
        server.ask({"do": "set", "edition": 0, "validators": True, "delay": 0})
        side.ask([url for url, _, _ in targets])
        return {each.name: measured(side, server, each, targets) for each in ROUNDS}


# Our side, in a process of its own


def _parts(folder: Path, urls: Sequence[str]) -> tuple[Parts, list[Work]]:
    """Return the parts as in production, but for loopback and the delay, and the feeds as work to do."""
    found = settings.load(
        data={"folder": folder}, database={"url": ""}, fetch={"allow_loopback": True}, poll={"host_delay_seconds": 0}
    )
    wiring.settle()  # as a worker does
    parts = wiring.build(found)
    specs = [SourceSpec(f"Paper {number}", f"paper-{number}", feeds=(url,)) for number, url in enumerate(urls)]
    enrol(parts.store, specs, parts.clock())
    with parts.store.reading() as session:
        return parts, [Work(Step.POLL, feed.id, feed.host) for feed in feeds.every(session)]


def _polled(parts: Parts, work: Sequence[Work]) -> Ended:
    """Poll all feeds in batches as the line makes them, and count."""
    with parts.store.reading() as session:
        before = entries.number(session)
    words: Counter[Word] = Counter()
    for step, ids in batches(work):
        words.update(outcome.word for outcome in run(parts, step, ids, parts.clock()) if outcome.step is Step.POLL)
    with parts.store.reading() as session:
        new = entries.number(session) - before
    polled, unchanged = words.pop(Word.POLLED, 0), words.pop(Word.UNCHANGED, 0)
    if words:
        print(f"unexpected: {dict(words)}", file=sys.stderr)
    return {"polled": polled, "unchanged": unchanged, "failed": words.total(), "new": new}


def our_side(folder: Path, *, count: bool, profile: bool) -> None:
    """Obey orders from standard input, as bench/peer_reader.py does for the peer."""
    told = peer_reader.counted() if count else None

    def begin(urls: Sequence[str]) -> tuple[Callable[[], None], Callable[[], Ended]]:
        warm, some = _parts(folder / "warm", urls[:5])
        for _ in range(2):
            _polled(warm, some)
            _make_due(warm, some)
        warm.store.close()
        mine = _parts(folder / "ours", urls)
        return partial(_make_due, *mine), partial(_profiled if profile else _polled, *mine)

    peer_reader.attend(begin, told)


def _make_due(parts: Parts, work: Sequence[Work]) -> None:
    """Let all feeds be polled at once; a clock set forward would also end the trust in validators."""
    with parts.store.writing() as session:
        feeds.make_due(session, [each.id for each in work], parts.clock())


def _profiled(parts: Parts, work: Sequence[Work]) -> Ended:
    profiler = cProfile.Profile()
    ended = profiler.runcall(_polled, parts, work)
    shown = pstats.Stats(profiler, stream=sys.stderr)
    print(f"\n==== {ended}", file=sys.stderr)
    shown.sort_stats("cumulative").print_stats(40)
    shown.sort_stats("tottime").print_stats(40)
    return ended


# What is printed

Rows = dict[str, dict[str, Figures]]


def middle(runs: Sequence[dict[str, Figures]]) -> dict[str, Figures]:
    """Return the median of each figure of each round, and of overlaps the worst."""
    found = {}
    for name in runs[0]:
        parts = zip(*(astuple(each[name]) for each in runs), strict=True)
        found[name] = replace(Figures(*map(statistics.median, parts)), overlap=max(each[name].overlap for each in runs))
    return found


def ratios(rows: Rows) -> dict[str, float]:
    """Return, for each round, how many times as many feeds a processor second we poll as the peer at its best."""
    peers = [found for side, found in rows.items() if side != OURS]
    return {name: min(each[name].cpu for each in peers) / rows[OURS][name].cpu for name in TIMED if peers}


def show(rows: Rows, statements: dict[str, dict[str, float]]) -> None:
    """Print a table of the rounds, and the ratios beside their targets."""
    print(f"{'':<32}{'feeds/s':>9}{'cpu s/1000':>12}{'feeds/cpu s':>13}{'peak MiB':>10}{'SQL/1000':>10}  connections")
    for name in TIMED:
        for side, found in rows.items():
            each = found[name]
            sql = f"{statements[side][name]:>10.0f}" if side in statements else f"{'':>10}"
            print(
                f"{name:<13}{side:<19}{each.feeds / each.wall:>9.0f}{1000 * each.cpu / each.feeds:>12.2f}"
                f"{each.feeds / each.cpu:>13.0f}{each.peak:>10.0f}{sql}{each.connections:>13.0f}"
            )
    for name, ratio in ratios(rows).items():
        wanted = f", target {TARGETS[name]:g}" if name in TARGETS else ""
        print(f"{name}: {ratio:.2f} times the feeds a processor second of {PEER}{wanted}")
    for side, found in rows.items():
        print(f"requests open at once to one host, at most: {found['overlap'].overlap:.0f} ({side})")


def sides(given: argparse.Namespace) -> dict[str, list[object]]:
    """Return the commands of the sides by name."""
    ours: list[object] = [sys.executable, Path(__file__).resolve(), "--side"]
    if given.profile:
        return {OURS: [*ours[:-1], "--profile", "--side"]}
    python = peer_reader.environment(given.peer, (PEER, BESIDE))
    if python is None:
        return {OURS: ours}
    peer = [python, HERE / "peer_reader.py", "--workers"]
    return {OURS: ours} | {f"reader, {number} threads": [*peer, number] for number in WORKERS}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--hosts", type=int, default=0, help="a quarter of the feeds unless said otherwise")
    parser.add_argument("--rounds", type=int, default=1, help="whole passes; medians are shown")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--profile", action="store_true", help="profile our side alone; the figures are then of no use")
    parser.add_argument("--peer", type=Path, default=PEER_FOLDER, help="where the peer's environment is or is to be")
    parser.add_argument("--count", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--side", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        our_side(given.side, count=given.count, profile=given.profile)
        return
    hosts = given.hosts or max(given.feeds // 4, 1)
    commands = sides(given)
    with child(sys.executable, HERE / "feed_server.py", "--feeds", given.feeds, "--hosts", hosts) as server:
        targets: list[Target] = server.told()
        some = [each for each in targets if each[1] < max(hosts * COUNTED // given.feeds, 1)]
        runs: dict[str, list[dict[str, Figures]]] = {side: [] for side in commands}
        for _ in range(given.rounds):  # in turn, so that whatever else the machine does meets all alike
            for side, command in commands.items():
                runs[side].append(passed(command, server, targets))
        statements = {}
        for side, command in commands.items() if not given.profile else ():
            counted = passed([*command[:2], "--count", *command[2:]], server, some)
            statements[side] = {name: 1000 * each.statements / each.feeds for name, each in counted.items()}
    rows = {side: middle(each) for side, each in runs.items()}
    if given.json:
        told = {side: {name: asdict(each) for name, each in found.items()} for side, found in rows.items()}
        print(json.dumps({"peer": PEER, "rounds": told, "statements": statements, "ratios": ratios(rows)}))
    else:
        print(f"{given.feeds} feeds on {hosts} hosts, median of {given.rounds} passes")
        show(rows, statements)
    if rows[OURS]["overlap"].overlap > 1:
        raise SystemExit("we had several requests open at once to one host: a host is to be asked one by one")


if __name__ == "__main__":
    main()
