"""Memory in words: what a process had of what it may have, and whether all of them fit into the machine."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from aggregator.cli import memory_facts
from aggregator.settings import Workers


@pytest.mark.parametrize(
    ("has", "limit", "child", "cure"),
    [
        (7500, 1500, 600, ""),
        (7499, 1500, 600, "set workers.memory_limit_mb = 1499 or workers.processes = 3,"),
        (2500, 1500, 600, "use a machine with more memory, or lower workers.memory_per_child_mb, memory_limit_mb and"),
        (3000, 1500, 600, "set workers.memory_limit_mb = 600 or workers.processes = 1,"),
        (2500, 1500, 500, "set workers.memory_limit_mb = 500,"),
        (3000, 1500, 700, "set workers.processes = 1,"),
        (1000, 0, 600, ""),
    ],
)
def test_what_all_processes_may_have_is_compared_with_the_machine(has: int, limit: int, child: int, cure: str) -> None:
    workers = Workers(processes=4, network_processes=1, memory_limit_mb=limit, memory_per_child_mb=child)
    said, named = memory_facts.fits(workers, has)
    assert (named[: len(cure)], bool(named)) == (cure, bool(cure))
    assert f"{has}" in said
    assert limit == 0 or f"5 processes of at most {limit} MiB each are {5 * limit} MiB" in said


def test_a_container_has_no_more_than_it_may_have(tmp_path: Path) -> None:
    all_of_it = psutil.virtual_memory().total // memory_facts.MIB
    file = tmp_path / "memory.max"
    assert memory_facts.machine(file) == all_of_it
    for text, has in (("max\n", all_of_it), ("104857600\n", 100), (f"{2**80}\n", all_of_it), ("\u00b2", all_of_it)):
        file.write_text(text, encoding="utf-8")
        assert memory_facts.machine(file) == has


def test_the_peak_of_ended_children_is_that_of_the_largest() -> None:
    code = "assert bytearray(300 * 1024 * 1024)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert memory_facts.peak_of_ended() >= 300


@pytest.mark.parametrize(("limit", "said"), [(1500, "262 MiB of 1500"), (0, "262 MiB, no limit")])
def test_a_peak_is_told_with_its_limit(limit: int, said: str) -> None:
    assert memory_facts.words(262, limit) == said
