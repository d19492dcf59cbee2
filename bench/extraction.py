"""Extraction beside trafilatura, readability-lxml and newspaper4k, on the same pages in one run.

    python -m bench.extraction [ARCHIVE.warc.gz --truth EXPECTED.jsonl.gz] [--rounds 2] [--split] [--json]

For each tool: F1 of the body over the multiset of words (mean over pages), the shares of titles (exact, and soft: F1
of 0.8), of author lists (exact) and of dates (same day), pages a processor second and peak memory. A tool runs in a
process of its own, which is warm when its clock starts; a page on which it fails counts as empty. The expected values
are lines of JSON: url, title, authors, published, body. The feed's word is not used: only the page speaks.
"""

import argparse
import gzip
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.adapters import archive
from aggregator.core.page import Answer, Request, Visit
from bench import extraction_scores as scores
from bench import peer_reader
from bench.extractors import TOOLS

HERE = Path(__file__).resolve().parent
ARCHIVE = Path("../shared/corpus/world-news.warc.gz")
TRUTH = Path("../shared/corpus/world-news.truth.jsonl.gz")
PEERS = {  # each in an environment of its own: pip cannot put both into one
    "readability-lxml": ("readability-lxml==0.8.4.1", "lxml_html_clean==0.4.6"),
    "newspaper4k": ("newspaper4k==0.9.6", "lxml_html_clean==0.4.6"),
}
PEER_FOLDER = HERE.parent / "var" / "bench"
BESIDE = "trafilatura, no comments"  # bare_extraction with metadata: what our speed is measured against
OURS = "aggregator"
TARGETS = {"body": 0.962, "title": 0.80, "soft": 0.91, "authors": 0.86, "date": 0.988}
SPEED = 1.6

Made = Mapping[str, Any]  # what a tool made of a page
Expected = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One tool's figures: means over the pages, pages a processor second, MiB; None for what a tool does not give."""

    body: float
    title: float
    soft: float
    authors: float | None
    date: float | None
    failed: int
    pages_a_second: float
    peak_mib: float


def spool(file: Path, expected: Mapping[str, Expected], folder: Path) -> list[str]:
    """Write those pages of an archive of which something is expected into a folder; returns their addresses."""
    index = archive.index(file)
    web = archive.ArchiveWeb(file, index)
    wanted = tuple(Request(record.url) for record in index.records if record.url in expected)
    listed = []
    for number, (request, answer) in enumerate(web.visit([Visit("", wanted)])):
        if isinstance(answer, Answer):
            (folder / f"{number}.html").write_bytes(answer.body)
            listed.append({"file": f"{number}.html", "url": request.url, "charset": answer.charset})
    (folder / "pages.json").write_text(json.dumps(listed), encoding="utf-8")
    return [each["url"] for each in listed]


def read_truth(file: Path) -> dict[str, Expected]:
    """Return the expected values by address."""
    raw = file.read_bytes()
    lines = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode().splitlines()
    return {row["url"]: row for row in map(json.loads, lines)}


def _when(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _date(made: Made, expected: Expected) -> bool:
    found, wanted = made.get("published"), _when(expected["published"])
    if found and len(str(found)) == len("2026-11-24") and wanted:  # a day without a time or zone
        return str(found) in {wanted.date().isoformat(), wanted.astimezone(UTC).date().isoformat()}
    return scores.same_day(_when(found), wanted)


def judged(pages: Sequence[Made], expected: Sequence[Expected], used: Mapping[str, float]) -> Row:
    """Return the figures of one tool over pages and what was expected of them."""
    both = list(zip(pages, expected, strict=True))
    dated = [(made, truth) for made, truth in both if truth["published"]]
    tells_authors = any("authors" in made for made in pages)
    tells_dates = any("published" in made for made in pages)

    def share(hits: Sequence[float]) -> float:
        return sum(hits) / max(len(hits), 1)

    return Row(
        body=share([scores.f1(made.get("text") or "", truth["body"] or "") for made, truth in both]),
        title=share([scores.title_exact(made.get("title") or "", truth["title"] or "") for made, truth in both]),
        soft=share([scores.title_soft(made.get("title") or "", truth["title"] or "") for made, truth in both]),
        authors=share(
            [
                scores.authors_exact(made.get("authors") or (), truth["authors"] or (), made.get("organisations") or ())
                for made, truth in both
            ]
        )
        if tells_authors
        else None,
        date=share([_date(made, truth) for made, truth in dated]) if tells_dates else None,
        failed=sum("error" in made for made in pages),
        pages_a_second=used["pages"] / used["cpu"],
        peak_mib=used["peak"] / 1024,
    )


def run_tool(name: str, python: Path | None, folder: Path) -> dict[str, Any]:
    """Run a tool on the spooled pages and return what it said."""
    command = [str(python), str(HERE / "extractors.py"), name, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own commands
    if done.returncode:
        raise SystemExit(f"{name} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(rows: Mapping[str, Row], number: int) -> str:
    """Return the figures as a table of at most 80 columns."""
    lines = [
        f"{number} pages",
        f"{'':25}{'body':>6}{'title':>7}{'soft':>6}{'auth':>6}{'date':>6}{'p/s':>7}{'MiB':>6}{'fail':>6}",
    ]
    for name, row in rows.items():
        authors, date = (f"{each:6.3f}" if each is not None else f"{'-':>6}" for each in (row.authors, row.date))
        lines.append(
            f"{name:25}{row.body:6.4f}{row.title:7.3f}{row.soft:6.3f}{authors}{date}"
            f"{row.pages_a_second:7.1f}{row.peak_mib:6.0f}{row.failed:6}"
        )
    return "\n".join(lines)


def against(rows: Mapping[str, Row]) -> list[str]:
    """Return our figures beside what they are to be, a line each."""
    mine = rows[OURS]
    lines = []
    for name, target in TARGETS.items():
        found = getattr(mine, name) or 0.0
        lines.append(f"{name}: {found:.4f}, target {target}{'' if found >= target else '  MISSED'}")
    if BESIDE in rows:
        ratio = mine.pages_a_second / rows[BESIDE].pages_a_second
        missed = "" if ratio >= SPEED else "  MISSED"
        lines.append(f"speed: {ratio:.2f} times the pages a processor second of {BESIDE}, target {SPEED}{missed}")
    return lines


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", type=Path, default=ARCHIVE)
    parser.add_argument("--truth", type=Path, default=TRUTH)
    parser.add_argument("--rounds", type=int, default=2, help="turns in which each tool runs; the fastest counts")
    parser.add_argument("--only", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument("--split", action="store_true", help="print the two halves of the pages apart (by address)")
    parser.add_argument(
        "--peers", type=Path, default=PEER_FOLDER, help="where the peers' environments are or are to be"
    )
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.archive.is_file() or not given.truth.is_file():
        parser.exit(2, f"{given.archive} or {given.truth} is not there: name an archive and what is expected of it\n")
    return given


def main() -> None:
    """Measure and print."""
    given = _arguments()
    made_of = {name: wanted for name, wanted in PEERS.items() if name in given.only}
    pythons = {name: peer_reader.environment(given.peers / name, wanted) for name, wanted in made_of.items()}
    python_of = {name: pythons.get(name, Path(sys.executable)) for name in given.only}
    names = [name for name in given.only if python_of[name]]
    expected = read_truth(given.truth)
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        urls = spool(given.archive, expected, Path(folder))
        for _ in range(given.rounds):  # in turn, so that whatever else the machine does meets all alike
            for name in names:
                print(f"{name} …", file=sys.stderr)
                made[name].append(run_tool(name, python_of[name], Path(folder)))
    parts = {"all": urls}
    if given.split:
        half = {url: hashlib.blake2b(url.encode(), digest_size=1).digest()[0] % 2 for url in urls}
        parts |= {f"half {which}": [url for url in urls if half[url] == which] for which in (0, 1)}
    told = {part: _rows(made, urls, chosen, expected) for part, chosen in parts.items()}
    if given.json:
        print(json.dumps({part: {name: asdict(row) for name, row in rows.items()} for part, rows in told.items()}))
        return
    for part, rows in told.items():
        print(f"\n{part}: {table(rows, len(parts[part]))}")
    if OURS in names:
        print("\n" + "\n".join(against(told["all"])))


def _rows(
    made: Mapping[str, Sequence[Mapping[str, Any]]],
    urls: Sequence[str],
    chosen: Sequence[str],
    expected: Mapping[str, Expected],
) -> dict[str, Row]:
    rows = {}
    for name, runs in made.items():
        by_url = dict(zip(urls, runs[-1]["pages"], strict=True))
        used = {
            "pages": float(len(urls)),
            "cpu": min(run["cpu"] for run in runs),
            "peak": statistics.median(run["peak"] for run in runs),
        }
        rows[name] = judged([by_url[url] for url in chosen], [expected[url] for url in chosen], used)
    return rows


if __name__ == "__main__":
    main()
