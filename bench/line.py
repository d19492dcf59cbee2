"""The whole line on a web archive beside bare extraction of the same pages, in as many processes, in one run.

    python bench/line.py [ARCHIVE.warc.gz --opml FEEDS.opml] [--rounds 3]

Prints articles a second for both and their ratio. Both sides begin with warm processes: what is measured is the work.
"""

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import trafilatura

from aggregator import replay, settings, wiring
from aggregator.adapters import archive, opml
from aggregator.core.page import Answer, Request, Visit

ARCHIVE = Path("../shared/corpus/world-news.warc.gz")
OPML = Path("../shared/corpus/world-news.opml")
BATCH = 8

_pages: list[str] = []


def pages(file: Path) -> list[str]:
    """Return the HTML pages of an archive as text."""
    index = archive.index(file)
    web = archive.ArchiveWeb(file, index)
    wanted = tuple(Request(record.url) for record in index.records if record.content_type == "text/html")
    answers = (answer for _, answer in web.visit([Visit("", wanted)]))
    return [each.body.decode(each.charset or "utf-8", "replace") for each in answers if isinstance(each, Answer)]


def _start(found: list[str]) -> None:
    _pages.extend(found)
    trafilatura.bare_extraction(found[0], with_metadata=True)


def _bare(metadata: bool, numbers: list[int]) -> int:
    return sum(trafilatura.bare_extraction(_pages[each], with_metadata=metadata) is not None for each in numbers)


def cpu() -> float:
    """Return the processor seconds of this process and of its ended children."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def bare(found: list[str], processes: int, *, metadata: bool) -> tuple[float, float]:
    """Return wall and processor seconds of extracting all pages in a pool."""
    numbers = [list(range(start, min(start + BATCH, len(found)))) for start in range(0, len(found), BATCH)]
    before = cpu()
    with multiprocessing.get_context("fork").Pool(processes, _start, (found,)) as pool:
        pool.map(_warm, range(processes), chunksize=1)
        began = time.perf_counter()
        pool.map(partial(_bare, metadata), numbers, chunksize=1)
        wall = time.perf_counter() - began
        pool.close()
        pool.join()
    return wall, cpu() - before


def _warm(_: int) -> None:
    time.sleep(0.2)


def line(file: Path, feeds: Path, processes: int) -> tuple[float, float, int]:
    """Return wall and processor seconds of a replay into an empty folder, and how many articles came of it."""
    with tempfile.TemporaryDirectory() as folder:
        found = settings.load(data={"folder": folder}, workers={"processes": processes}, database={"url": ""})
        specs = opml.read(feeds.read_bytes())
        before = cpu()
        began = time.perf_counter()
        report = replay.replay(found, file, specs, lambda _: None, pages=False)
        wall = time.perf_counter() - began
        return wall, cpu() - before, report.articles


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", type=Path, default=ARCHIVE)
    parser.add_argument("--opml", type=Path, default=OPML)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.archive.is_file() or not given.opml.is_file():
        parser.exit(2, f"{given.archive} or {given.opml} is not there: name an archive and its feeds\n")
    processes = os.cpu_count() or 1
    wiring.warm_up()
    found = pages(given.archive)
    rows: dict[str, list[tuple[float, float]]] = {"bare": [], "bare with metadata": [], "line": []}
    articles = 0
    for _ in range(given.rounds):  # in turn, so that whatever else the machine does meets all alike
        rows["bare"].append(bare(found, processes, metadata=False))
        rows["bare with metadata"].append(bare(found, processes, metadata=True))
        wall, used, articles = line(given.archive, given.opml, processes)
        rows["line"].append((wall, used))
    _print(rows, len(found), articles, processes, as_json=given.json)


def _print(
    rows: dict[str, list[tuple[float, float]]], number: int, articles: int, processes: int, *, as_json: bool
) -> None:
    middle: Callable[[list[float]], float] = statistics.median
    wall = {name: middle([each[0] for each in runs]) for name, runs in rows.items()}
    used = {name: middle([each[1] for each in runs]) for name, runs in rows.items()}
    if as_json:
        print(json.dumps({"pages": number, "articles": articles, "processes": processes, "wall": wall, "cpu": used}))
        return
    print(
        f"{number} pages, {processes} processes, median of {len(rows['line'])} rounds; "
        f"the line made {articles} articles"
    )
    print(f"{'':<20}{'pages/s':>9}{'wall s':>9}{'cpu s':>9}{'wall / bare':>13}{'wall / metadata':>17}")
    for name in rows:
        ratios = f"{wall[name] / wall['bare']:>13.2f}{wall[name] / wall['bare with metadata']:>17.2f}"
        print(f"{name:<20}{number / wall[name]:>9.1f}{wall[name]:>9.2f}{used[name]:>9.2f}{ratios}")
    print("target: the line at most 1.25 times bare extraction")


if __name__ == "__main__":
    main()
