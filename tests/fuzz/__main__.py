"""Fuzz extraction from the command line.

    python -m tests.fuzz [--seconds 60] [--seed 1]      read mutated pages, print what was found
    python -m tests.fuzz --once SEED --write PAGE.html  read the page of one seed, and write it

The exit status is 1 when something was found.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.mutations import mutated
from tests.fuzz.pages import spool
from tests.fuzz.watch import Report, seeds, watch


def main() -> int:
    """Read the arguments and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--once", type=int)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        number = spool(folder)
        numbers = seeds(given.seed) if given.once is None else iter([given.once])
        if given.once is not None and given.write:
            given.write.write_bytes(mutated(given.once, [file.read_bytes() for file in sorted(folder.iterdir())]))
        print(f"{number} pages to mutate, first seed {given.seed if given.once is None else given.once}")
        report = watch(folder, numbers, given.seconds, _progress)
    print(report.said())
    return 1 if report.findings else 0


_told: list[str] = []


def _progress(report: Report) -> None:
    for finding in report.findings[len(_told) :]:
        _told.append(finding)
        print(finding, flush=True)
    if report.pages % 200 == 0:
        print(f"{report.pages} pages, {len(report.findings)} findings, {report.memory[-1] // 1024} MiB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
