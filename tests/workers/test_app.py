"""The Celery application, as a worker would load it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SHOW = """
import json
from workers.app import app
from workers import tasks
queues = {q.name: [q.exchange.name, q.routing_key] for q in app.conf.task_queues}
names = ("task_acks_late", "task_reject_on_worker_lost", "worker_prefetch_multiplier", "task_ignore_result",
         "worker_max_tasks_per_child", "task_time_limit", "task_soft_time_limit", "worker_max_memory_per_child")
print(json.dumps({"queues": queues, "tasks": sorted(n for n in app.tasks if n.startswith("workers.")),
                  "network": [tasks.poll.time_limit, tasks.fetch.time_limit], **{n: app.conf[n] for n in names}}))
"""


def _loaded(tmp_path: Path, code: str = SHOW, **given: str) -> "subprocess.CompletedProcess[str]":
    env = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=env | {"AGGREGATOR_DATA_FOLDER": str(tmp_path), **given},
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_worker_loses_nothing_and_takes_no_more_than_it_can_do(tmp_path: Path):
    found = json.loads(_loaded(tmp_path, AGGREGATOR_REDIS_URL="redis://127.0.0.1:1/0").stdout)
    assert found["queues"] == {name: [name, name] for name in ("network", "processor", "publishing")}
    assert found["task_acks_late"]
    assert found["task_reject_on_worker_lost"]
    assert found["task_ignore_result"]
    assert found["worker_prefetch_multiplier"] == 1
    assert found["worker_max_tasks_per_child"] == 200
    assert found["worker_max_memory_per_child"] == 600 * 1024
    assert found["task_soft_time_limit"] < found["task_time_limit"] < found["network"][0] == found["network"][1]
    assert [name.rsplit(".", 1)[-1] for name in found["tasks"]] == [
        "extract", "fetch", "gather", "poll", "publish", "pulse",
        "renew", "revise", "seek", "subscribe", "sweep", "take_down",
    ]  # fmt: skip


GREEDY = """
from workers import tasks
from aggregator.adapters.process import bound_memory
bound_memory(1500)
try:
    with tasks._within_memory("extract, a batch of 16,"):
        bytearray(3_000_000_000)
except RuntimeError as error:
    print(error, "cause", type(error.__cause__).__name__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_what_needs_too_much_memory_fails_as_a_task_and_not_as_the_whole_worker(tmp_path: Path):
    done = _loaded(tmp_path, GREEDY, AGGREGATOR_REDIS_URL="redis://127.0.0.1:1/0")
    assert done.stdout.startswith("extract, a batch of 16, needs more memory than the 1500 MiB"), done.stderr
    assert done.stdout.endswith("cause MemoryError\n"), "Celery ends a worker with all its children by such an error"


def test_without_a_broker_it_says_what_to_set(tmp_path: Path):
    done = _loaded(tmp_path)
    assert done.returncode == 1
    assert "AGGREGATOR_REDIS_URL" in done.stderr
    assert "aggregator run" in done.stderr
