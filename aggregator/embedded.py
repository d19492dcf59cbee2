"""The whole service in one process tree: broker, workers, beat and web, started, watched and stopped together."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from aggregator import wiring
from aggregator.adapters import folder_lock, redis_server
from aggregator.adapters.process import popen
from aggregator.adapters.sources_file import read as read_sources
from aggregator.core.entry import EntryStatus
from aggregator.core.errors import Refused, TryLater
from aggregator.core.outcome import Step, Word
from aggregator.line import Queue
from aggregator.settings import Settings, environment
from aggregator.steps.enrol import enrol
from aggregator.store import articles, entries, entry_queue, feeds, hosts, outcomes
from aggregator.store.session import Store

STOP_SECONDS = 8.0
LONGEST_PAUSE = 30.0


@dataclass(slots=True)
class Child:
    """One process of the tree: how it is started, and how it has fared."""

    name: str
    args: Sequence[str]
    env: Mapping[str, str]
    log: Path
    progress: Path | None = None
    patience: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    again_at: float = 0.0
    started_at: float = 0.0


class Broker:
    """The bundled Redis server, started anew when it has died; its address stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.server = redis_server.start(folder)
        self.url = self.server.url

    def keep(self) -> None:
        """Start it again where it no longer runs; what fails is tried again the next time."""
        if self.server.process.poll() is not None:
            with suppress(TryLater):
                self.server = redis_server.start(self._folder)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the live line shows."""

    feeds: int
    polled: int
    articles: int
    duplicates: int
    quarantined: int
    waiting: int
    lateness: timedelta
    unreachable: str = ""
    restarts: int = field(default=0)


def run(
    settings: Settings,
    watch: Callable[[Numbers], None],
    *,
    extra: Iterable[tuple[str, Sequence[str]]] = (),
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Run everything until a SIGINT or SIGTERM comes or `stop` says so; `extra` are further programs to run beside."""
    folder = settings.data.folder.resolve()
    with folder_lock.owned(folder, "`aggregator run`"):
        _port_free(settings.site.host, settings.site.port)
        _end_leftovers(folder)
        store = wiring.open_store(settings)
        _begin(settings, store)
        broker = None if settings.redis.url else Broker(folder / "redis")
        children = list(_children(settings, broker.url if broker else settings.redis.url, folder, extra))
        try:
            with _signals() as told:
                while not told() and not stop():
                    if broker:
                        broker.keep()
                    _keep(children, folder)
                    watch(_numbers(store, wiring.wall_clock(), sum(max(child.starts - 1, 0) for child in children)))
                    time.sleep(0.5)
        finally:
            _stop(children)
            if broker:
                broker.server.stop()
            (folder / "children.json").unlink(missing_ok=True)
            store.close()


def _begin(settings: Settings, store: Store) -> None:
    """Enrol the sources of the operator's file, and free what a run that was cut short still held."""
    now = wiring.wall_clock()
    if settings.sources.file.is_file():
        enrol(store, read_sources(settings.sources.file), now)
    if store.is_sqlite:  # nobody else can be at work on it while the folder is ours
        with store.writing() as session:
            entry_queue.release_all(session)
            hosts.release_all(session)


def _port_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"the web application cannot listen on {host}:{port}: {error.strerror}; "
                "end what holds the port, or choose another (--port, or site.port)"
            ) from error


def _children(
    settings: Settings, redis_url: str, folder: Path, extra: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[Child]:
    logs = folder / "log"
    logs.mkdir(exist_ok=True)
    data = settings.data.model_copy(update={"folder": folder})
    shared = settings.model_copy(update={"data": data, "redis": settings.redis.model_copy(update={"url": redis_url})})
    for name, args in extra:
        yield Child(name, args, environment(shared), logs / f"{name}.log")
    yield Child("web", web_args(shared), environment(shared), logs / "web.log")
    limits = settings.workers
    for name, queues, processes, patience in (
        ("network", (Queue.NETWORK,), limits.network_processes, limits.network_hard_seconds),
        ("processor", (Queue.PROCESSOR, Queue.PUBLISHING), limits.count, limits.hard_seconds),
    ):
        progress = folder / f"progress-{name}"
        mine = shared.model_copy(update={"data": data.model_copy(update={"progress": progress})})
        args = worker_args(queues, processes, name)
        yield Child(name, args, environment(mine), logs / f"{name}.log", progress, patience + 60)
    yield Child("beat", beat_args(folder), environment(shared), logs / "beat.log")


def worker_args(queues: Sequence[Queue], processes: int, name: str) -> list[str]:
    """Return the command line of a worker on these queues."""
    return [
        *(sys.executable, "-m", "celery", "--app", "workers.app", "worker", "--pool", "prefork"),
        *("--queues", ",".join(queues), "--concurrency", str(processes), "--hostname", f"{name}@%h"),
        *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
    ]


def beat_args(folder: Path) -> list[str]:
    """Return the command line of beat, whose own notes lie in the data folder."""
    file = str(folder / "beat-schedule")
    return [
        *(sys.executable, "-m", "celery", "--app", "workers.app", "beat"),
        *("--schedule", file, "--pidfile", "", "--loglevel", "WARNING"),
    ]


def web_args(settings: Settings) -> list[str]:
    """Return the command line of the web application."""
    return [
        *(sys.executable, "-m", "uvicorn", "--factory", "aggregator.web.app:create"),
        *("--host", settings.site.host, "--port", str(settings.site.port), "--log-level", "warning"),
    ]


@contextmanager
def _signals() -> Iterator[Callable[[], bool]]:
    """Give a question that is answered with yes once the process has been told to stop."""
    told: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: told.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda: bool(told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _keep(children: Sequence[Child], folder: Path) -> None:
    """Start what does not run, after a pause that grows; end what runs but no longer gets on."""
    now = time.monotonic()
    changed = False
    for child in children:
        if child.process is not None and child.process.poll() is None:
            if _stuck(child):
                _kill(child.process)
            continue
        if child.process is not None and child.again_at <= child.started_at:
            lived = now - child.started_at
            pause = 0.0 if lived > LONGEST_PAUSE else min(0.5 * 2**child.starts, LONGEST_PAUSE)
            child.starts = 1 if lived > LONGEST_PAUSE else child.starts
            child.again_at = now + pause
        if now >= child.again_at:
            child.process = popen(child.args, env=child.env, log=child.log)
            child.starts += 1
            child.started_at = child.again_at = now
            changed = True
    if changed:
        pids = [child.process.pid for child in _running(children) if child.process]
        (folder / "children.json").write_text(json.dumps([[pid, psutil.Process(pid).create_time()] for pid in pids]))


def _running(children: Iterable[Child]) -> list[Child]:
    return [child for child in children if child.process is not None and child.process.poll() is None]


def _stuck(child: Child) -> bool:
    """Whether a worker has left no sign of getting on for longer than its longest task may take."""
    if child.progress is None or time.monotonic() - child.started_at < child.patience:
        return False
    try:
        silent = time.time() - child.progress.stat().st_mtime  # noqa: TID251 - compared with a file's own time
    except FileNotFoundError:
        return True
    return silent > child.patience


def _tree(pid: int) -> list[psutil.Process]:
    try:
        found = psutil.Process(pid)
        return [found, *found.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(process: subprocess.Popen[bytes]) -> None:
    for each in _tree(process.pid):
        _send(each, signal.SIGKILL)
    process.wait()


def _send(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _stop(children: Sequence[Child]) -> None:
    """End all children: beat first, so that nothing new is sent; then all others, gently, then firmly."""
    running = _running(reversed(children))
    below = [process for child in running if child.process for process in _tree(child.process.pid)]
    for child in running:
        if child.process is not None:
            child.process.send_signal(signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while _running(running) and time.monotonic() < until:
        time.sleep(0.05)
    for child in _running(running):
        if child.process is not None:
            child.process.send_signal(signal.SIGQUIT)
    until = time.monotonic() + 2
    while _running(running) and time.monotonic() < until:
        time.sleep(0.05)
    for process in below:
        _send(process, signal.SIGKILL)
    for child in running:
        if child.process is not None:
            child.process.wait()


def _end_leftovers(folder: Path) -> None:
    """End what a run that was killed left behind; a number that now belongs to another process is let be."""
    try:
        pids = json.loads((folder / "children.json").read_text())
    except (FileNotFoundError, ValueError):
        return
    for pid, born in pids:
        for process in _tree(int(pid)):
            try:
                if process.pid != pid or abs(process.create_time() - born) < 1:
                    _send(process, signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue


def _numbers(store: Store, now: datetime, restarts: int) -> Numbers:
    with store.reading() as session:
        totals = outcomes.totals(session)
        standing = entries.numbers(session)
        polled = totals.get((Step.POLL, Word.POLLED), 0) + totals.get((Step.POLL, Word.UNCHANGED), 0)
        known = feeds.numbers(session)
        failing = known.pop("failing", 0)
        number = sum(known.values())
        return Numbers(
            feeds=number,
            polled=polled,
            articles=articles.numbers(session)["articles"],
            duplicates=standing.get(EntryStatus.DUPLICATE, 0),
            quarantined=standing.get(EntryStatus.QUARANTINED, 0),
            waiting=entry_queue.waiting(session),
            lateness=feeds.lateness(session, now),
            unreachable=feeds.first_failure(session) if number and failing == number and not polled else "",
            restarts=restarts,
        )
