"""Memory of processes in words: how much one had of what it may have, and whether all of them fit into the machine."""

import resource
import sys
from pathlib import Path

import psutil

from aggregator.settings import LEAST_MEMORY, Workers

CONTAINER = Path("/sys/fs/cgroup/memory.max")  # of this container (cgroup v2): bytes, or "max"
MIB = 1024 * 1024


def words(peak: int, limit: int) -> str:
    """Return a peak and its limit in MiB as words; a limit of 0 is none."""
    return f"{peak} MiB of {limit}" if limit else f"{peak} MiB, no limit"


def peak_of_ended() -> int:
    """Return the most memory that one ended child of this process had, in MiB (getrusage(2), RUSAGE_CHILDREN)."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return used // (MIB if sys.platform == "darwin" else 1024)


def machine(container: Path = CONTAINER) -> int:
    """Return how many MiB this machine has, or this container may have."""
    has = int(psutil.virtual_memory().total)
    try:
        bound = container.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        bound = "max"
    return min(has, int(bound) if bound.isdecimal() else has) // MIB


def fits(workers: Workers, has: int) -> tuple[str, str]:
    """Return what all processes may have beside the `has` MiB of the machine, in words, and the cure if it is less."""
    limit, number = workers.memory_limit_mb, workers.count + workers.network_processes
    if not limit:
        return f"{number} processes have no limit (workers.memory_limit_mb = 0) in {has} MiB", ""
    said = f"{number} processes of at most {limit} MiB each are {number * limit} MiB; this machine has {has}"
    return said, "" if number * limit <= has else _cure(workers, has)


def _cure(workers: Workers, has: int) -> str:
    """Return the settings that would let all processes fit: a lower limit, or fewer of them."""
    lower = has // (workers.count + workers.network_processes)
    fewer = has // workers.memory_limit_mb - workers.network_processes
    cures = []
    if lower >= max(LEAST_MEMORY, workers.memory_per_child_mb):
        cures.append(f"workers.memory_limit_mb = {lower}")
    if fewer >= 1:
        cures.append(f"workers.processes = {fewer}")
    if cures:
        return f"set {' or '.join(cures)}, or use a machine with more memory"
    return (
        "use a machine with more memory, or lower workers.memory_per_child_mb, memory_limit_mb and processes together"
    )
