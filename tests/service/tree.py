"""What the tests of the whole service need: a newsroom that watches its visitors, and the command as a process."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.core.entry import WAITING, EntryStatus
from aggregator.core.url import key
from aggregator.devtools.newsroom import create_app, sources_toml
from aggregator.store import articles, entries, publications, publish_queue
from aggregator.store.session import Store
from tests.servers import free_port

STARTED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LONG_AGO = timedelta(hours=1)  # every item has arrived, every correction and withdrawal is done


@dataclass
class Visitors:
    """Who was at which host at the same time, and how often each address was asked."""

    app: ASGIApp
    inside: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a visitor in and out; stay a moment, so that two at a time would be seen."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode()
        self.asked[f"{host}{scope['path']}"] += 1
        self.inside[host] += 1
        self.most[host] = max(self.most[host], self.inside[host])
        try:
            await asyncio.sleep(0.02)
            await self.app(scope, receive, send)
        finally:
            self.inside[host] -= 1


@dataclass(frozen=True)
class Newsroom:
    """A running newsroom: its visitors, and the sources file that names its outlets."""

    visitors: Visitors
    sources: Path


@contextlib.contextmanager
def newsroom(folder: Path) -> Iterator[Newsroom]:
    """Serve the demonstration's newsroom, everything in it there and settled."""
    port = free_port()
    visitors = Visitors(create_app(STARTED, lambda: STARTED + LONG_AGO, port, quick=True))
    server = uvicorn.Server(uvicorn.Config(visitors, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    file = folder / "sources.toml"
    file.write_text(sources_toml(port), encoding="utf-8")
    try:
        until(lambda: server.started, 10)
        yield Newsroom(visitors, file)
    finally:
        server.should_exit = True
        thread.join(10)


def until(done: Callable[[], bool], seconds: float) -> None:
    """Wait until something is so; fail when it is not within `seconds`."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not so within {seconds} seconds"
        time.sleep(0.1)


def environment(folder: Path, sources: Path, **more: str) -> dict[str, str]:
    """Return the environment of a service that is quick about everything."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
    return plain | {
        "AGGREGATOR_DATA_FOLDER": str(folder),
        "AGGREGATOR_SOURCES_FILE": str(sources),
        "AGGREGATOR_POLL_SHORTEST_SECONDS": "3600",
        "AGGREGATOR_POLL_HOST_DELAY_SECONDS": "0",
        "AGGREGATOR_FETCH_HOST_DELAY_SECONDS": "0",
        "AGGREGATOR_FETCH_ALLOW_LOOPBACK": "true",
        "AGGREGATOR_BEAT_SWEEP_SECONDS": "1",
        "AGGREGATOR_SITE_PORT": str(free_port()),
        **more,
    }


def start(env: Mapping[str, str], *words: str) -> "subprocess.Popen[bytes]":
    """Start the command in a session of its own, its words into a log in the data folder."""
    folder = Path(env["AGGREGATOR_DATA_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"test-{words[0]}.log").open("ab") as log:
        args = [sys.executable, "-m", "aggregator", *words]
        return subprocess.Popen(args, env=dict(env), stdout=log, stderr=log, start_new_session=True)


def tree(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """Return a process and everything below it."""
    try:
        root = psutil.Process(process.pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def stop(process: "subprocess.Popen[bytes]", seconds: float = 30) -> int:
    """End a service by Ctrl-C and return its exit code."""
    process.send_signal(signal.SIGINT)
    return process.wait(seconds)


def kill_all(process: "subprocess.Popen[bytes]") -> None:
    """End a process and everything below it at once, whatever state the test left it in."""
    for each in tree(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()


@dataclass(frozen=True)
class State:
    """Where everything stands, without ids and times: what two runs over the same world must agree on.

    Addresses are told by their keys: where two feeds tell of one page, each by an address of its own, which of them is
    heard first is a matter of chance.
    """

    entries: frozenset[tuple[str, str, EntryStatus]]
    groups: frozenset[tuple[str, str]]
    publications: frozenset[tuple[str, str, str]]


def state(store: Store) -> State:
    """Return where everything stands in a store."""
    with store.reading() as session:
        told = entries.page_after(session, 0, 10_000)
        held = articles.several(session, [entry.article_id for entry in told if entry.article_id])
        roots = articles.several(session, [article.root_id for article in held.values()])
        live = publications.live(session, publications.ALL, 10_000)
    return State(
        frozenset((entry.guid, entry.url_key, entry.status) for entry in told),
        frozenset((article.url_key, roots[article.root_id].url_key) for article in held.values()),
        frozenset((key(each.url), each.title, each.text) for each in live),
    )


def settled(store: Store, at_least: int) -> bool:
    """Whether so many entries have been seen and nothing is left to do on any of them."""
    with store.reading() as session:
        numbers = entries.numbers(session)
        waiting = sum(numbers.get(status, 0) for status in WAITING)
        return sum(numbers.values()) >= at_least and not waiting and not publish_queue.left(session)
