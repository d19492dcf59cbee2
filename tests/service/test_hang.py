"""A page from which the parser does not come back: its process is killed by Celery, it is put aside, its siblings live."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update

from aggregator.adapters.blobs import Blobs
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.page import Answer
from aggregator.steps.extract import ATTEMPTS
from aggregator.store import entries, entry_queue, pages, schema, tables
from aggregator.store.entry_queue import Settled
from aggregator.store.session import Store
from tests import servers
from tests.newsdesk import entry_of, feed_of, outlet
from tests.service.tree import environment, kill_all, start, tree, until
from tests.texts import GLACIER, HARBOUR, SCHOOL
from tests.world import page

HOME = "https://harbour-tribune.example"
# Some seconds within all bounds: the parser compares each attribute with all others.
SLOW = b"<p " + b" ".join(b"a%d=1" % number for number in range(24_000)) + b">x</p>"
on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="a process is stopped by looking at what Linux says of it"
)


def _fetched(store: Store, blobs: Blobs, url: str, body: bytes) -> Entry:
    entry = entry_of(store, feed_of(store, outlet(store)), url)
    now = datetime.now(UTC)
    answer = Answer(url, 200, {"content-type": "text/html; charset=utf-8"}, body, now)
    with store.writing() as session:
        page_of = pages.add(session, [(entry.id, url, answer, blobs.put(body))])
        entry_queue.settle(session, [Settled(entry.id, EntryStatus.FETCHED, now, page_id=page_of[entry.id])])
    return entry


@on_linux
@pytest.mark.timeout(240)
def test_a_page_that_hangs_in_a_worker_is_put_aside_and_its_siblings_live(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    with servers.fresh_database(postgres_url) as database, contextlib.ExitStack() as stack:
        env = environment(
            tmp_path / "data",
            tmp_path / "none.toml",
            AGGREGATOR_DATABASE_URL=database,
            AGGREGATOR_REDIS_URL=redis_url,
            AGGREGATOR_WORKERS_SOFT_SECONDS="10",
            AGGREGATOR_WORKERS_HARD_SECONDS="11",
        )
        store = Store(database)
        stack.callback(store.close)
        schema.upgrade(store)
        blobs = Blobs(str(tmp_path / "data" / "blobs"))
        hangs = _fetched(store, blobs, f"{HOME}/hangs", page("A", *HARBOUR).encode() + SLOW)
        siblings = [
            _fetched(store, blobs, f"{HOME}/{number}", page(title, *text).encode())
            for number, (title, text) in enumerate((("B", SCHOOL), ("C", GLACIER)))
        ]
        worker = start(env, "worker", "--processes", "2")
        for service in (worker, start(env, "beat")):
            stack.callback(kill_all, service)

        def standing(entry: Entry) -> Entry:
            with store.reading() as session:
                found = entries.get(session, entry.id)
            assert found is not None
            return found

        for attempt in range(1, ATTEMPTS + 1):
            until(lambda n=attempt: standing(hangs).attempts == n, 90)  # type: ignore[misc]
            stopped = _stopped(worker, lambda n=attempt: standing(hangs).attempts == n)  # type: ignore[misc]
            until(lambda pid=stopped: not psutil.pid_exists(pid), 40)  # type: ignore[misc]
            with store.writing() as session:  # its lease runs out
                session.execute(update(tables.entries).values(leased_until=None))
        until(lambda: standing(hangs).status is EntryStatus.QUARANTINED, 60)
        until(lambda: all(standing(each).status is EntryStatus.ARTICLE for each in siblings), 60)
        assert "did not come back" in standing(hangs).reason
        assert standing(hangs).retry_at is not None


def _stopped(worker: "subprocess.Popen[bytes]", begun: Callable[[], bool]) -> int:
    """Stop the process that reads the page, so that it answers nobody; returns its id."""
    found: list[int] = []

    def stop() -> bool:
        for process in tree(worker)[1:]:
            with contextlib.suppress(psutil.Error):
                if process.cpu_percent(0.05) > 50 and begun():
                    os.kill(process.pid, signal.SIGSTOP)
                    found.append(process.pid)
                    return True
        return False

    until(stop, 20)
    return found[0]
