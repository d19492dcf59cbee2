"""Separate processes on Redis and PostgreSQL do the job: no article twice, no host asked by two at a time."""

import contextlib
import json
import urllib.request
from pathlib import Path

import feedparser
import psutil
import pytest

from aggregator.core.entry import EntryStatus
from aggregator.line import Queue
from aggregator.store import entries, outcomes, pulses, schema
from aggregator.store.session import Store
from tests import servers
from tests.service.tree import environment, kill_all, newsroom, settled, start, tree, until

ENTRIES = 60


@pytest.mark.timeout(240)
def test_two_workers_beat_and_web_do_the_same_job(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    with servers.fresh_database(postgres_url) as database, newsroom(tmp_path) as room, contextlib.ExitStack() as stack:
        env = environment(
            tmp_path / "data", room.sources, AGGREGATOR_DATABASE_URL=database, AGGREGATOR_REDIS_URL=redis_url
        )
        store = Store(database)
        stack.callback(store.close)
        schema.upgrade(store)
        assert start(env, "sources", "import", str(room.sources)).wait(60) == 0
        started = [
            start(env, *words)
            for words in (
                ("worker", "--name", "one", "--processes", "2"),
                ("worker", "--name", "two", "--processes", "2"),
                ("beat",),
                ("web",),
            )
        ]
        for each in started:
            stack.callback(kill_all, each)
        until(lambda: settled(store, ENTRIES), 120)
        bounds = [each.rlimit(psutil.RLIMIT_DATA)[0] for worker in started[:2] for each in tree(worker)[1:]]
        assert bounds == [1500 * 1024 * 1024] * 4, "what each child may have"
        until(lambda: _memory(store) == {queue.value for queue in Queue}, 40)

        assert {host: most for host, most in room.visitors.most.items() if most > 1} == {}
        pages = {
            address: number
            for address, number in room.visitors.asked.items()
            if number > 1 and not address.endswith((".xml", ".rdf", "robots.txt"))
        }
        assert pages == {}, "a page was fetched twice"
        with store.reading() as session:
            numbers = entries.numbers(session)
            totals = outcomes.totals(session)
        assert numbers[EntryStatus.ARTICLE] > 40
        assert numbers[EntryStatus.DUPLICATE] > 5
        assert numbers[EntryStatus.QUARANTINED] >= 3
        assert numbers[EntryStatus.REFUSED] >= 2
        assert sum(number for (_, word), number in totals.items() if word == "article") >= numbers[EntryStatus.ARTICLE]

        site = f"http://127.0.0.1:{env['AGGREGATOR_SITE_PORT']}"
        until(lambda: _ready(site), 30)
        feed = feedparser.parse(_read(f"{site}/feed.atom"))
        assert len(feed.entries) > 30
        assert all(entry.link and entry.rights for entry in feed.entries)


def _memory(store: Store) -> set[str]:
    """Return the queues whose last pulse tells of the memory of its process."""
    with store.reading() as session:
        told = {name: pulses.memory(about) for name, (_, about) in pulses.every(session).items()}
    return {name for name, each in told.items() if each and 50 < each.peak < each.limit == 1500}


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body


def _ready(site: str) -> bool:
    try:
        return bool(json.loads(_read(f"{site}/readyz"))["ready"])
    except OSError:
        return False
