"""The service in one process tree: one command, one Ctrl-C, and whatever is killed, the same end."""

import contextlib
import random
import signal
import time
from pathlib import Path

import psutil
import pytest

from aggregator.store import schema
from aggregator.store.session import Store
from tests.service.tree import (
    State,
    environment,
    kill_all,
    newsroom,
    settled,
    start,
    state,
    stop,
    tree,
    until,
)

ENTRIES = 60


def _store(folder: Path) -> Store:
    """Return the store of a service that may just be starting."""
    store = Store(f"sqlite:///{folder / 'aggregator.db'}")
    schema.upgrade(store)
    return store


def _undisturbed(env: dict[str, str], folder: Path) -> State:
    process = start(env, "run")
    try:
        store = _store(folder)
        until(lambda: settled(store, ENTRIES), 90)
        found = state(store)
        store.close()
        below = tree(process)[1:]
        assert len(below) >= 6, "broker, two workers with their children, beat and web"
        (broker,) = [each for each in below if "valkey" in each.name()]
        broker.kill()
        until(lambda: any("valkey" in each.name() and each.pid != broker.pid for each in tree(process)), 30)
        below = tree(process)[1:]
        again = start(env, "run")
        assert again.wait(30) == 1, "a second start on the same folder is refused"
        assert "is in use by" in (folder / "test-run.log").read_text()
        assert stop(process) == 0
        assert [each for each in below if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
        return found
    finally:
        kill_all(process)


@pytest.mark.timeout(400)
def test_whatever_is_killed_the_end_is_the_same(tmp_path: Path) -> None:
    with newsroom(tmp_path) as room:
        calm = tmp_path / "calm"
        expected = _undisturbed(environment(calm, room.sources), calm)

        folder = tmp_path / "rough"
        env = environment(folder, room.sources)
        luck = random.Random()  # a new one each time; what it did is in the message
        killed: list[str] = []
        process = start(env, "run")
        try:
            for _ in range(5):
                time.sleep(luck.uniform(1.0, 5.0))  # at any time
                victim = luck.choice(tree(process))
                with contextlib.suppress(psutil.Error):  # it has just ended by itself
                    killed.append(" ".join(victim.cmdline()[:6])[-60:])
                    victim.kill()
                if victim.pid == process.pid:
                    process.wait()
                    process = start(env, "run")
            kill_all(process)
            process = start(env, "run")
            store = _store(folder)
            until(lambda: settled(store, ENTRIES), 120)
            found = state(store)
            store.close()
            assert found == expected, killed
        finally:
            process.send_signal(signal.SIGINT)
            kill_all(process)
