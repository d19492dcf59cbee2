"""replay, poll: the line run once, on an archive or on the network, in this terminal."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from aggregator import settings as configuration
from aggregator.adapters import opml as opml_format
from aggregator.cli import memory_facts
from aggregator.cli.console import Moving, err, out, print_json, print_table
from aggregator.core.entry import WAITING, EntryStatus
from aggregator.core.outcome import Step, Word
from aggregator.drive import Tally
from aggregator.replay import Report
from aggregator.replay import replay as replay_archive

PLAIN_SECONDS = 2.0


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(replay)


def replay(
    file: Annotated[Path, typer.Argument(help="A web archive: .warc or .warc.gz.", exists=True, dir_okay=False)],
    opml: Annotated[Path | None, typer.Option(help="The feeds to read in it.", exists=True, dir_okay=False)] = None,
    *,
    pages: Annotated[bool, typer.Option("--pages", help="Take each HTML response as an entry.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run the whole line on a web archive, with no network, until nothing is left to do.

    Without --opml, each HTML response in the archive is taken as the page of an entry, as with --pages.
    """
    settings = configuration.load()
    specs = opml_format.read(opml.read_bytes()) if opml else ()
    began = time.monotonic()
    with Watch(quiet=as_json) as watch:
        report = replay_archive(settings, file, specs, watch.show, pages=pages or opml is None)
    seconds = time.monotonic() - began
    if as_json:
        print_json(_document(report, seconds, settings.workers.memory_limit_mb))
    else:
        _print(report, seconds, settings.workers.memory_limit_mb)


class Watch(Moving):
    """Shows how far the line has come: a live line on a terminal, plain lines elsewhere, both on stderr."""

    def __init__(self, *, quiet: bool) -> None:
        self._live = (
            Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=err)
            if err.is_terminal and not quiet
            else None
        )
        super().__init__(self._live)
        self._quiet = quiet
        self._said = time.monotonic()
        self._task = self._live.add_task("starting") if self._live else None

    def show(self, tally: Tally) -> None:
        """Tell the numbers so far."""
        if self._live and self._task is not None:
            self._live.update(self._task, description=_line(tally))
        elif not self._quiet and time.monotonic() - self._said >= PLAIN_SECONDS:
            self._said = time.monotonic()
            print(_line(tally), file=sys.stderr, flush=True)


def _line(tally: Tally) -> str:
    words = tally.words
    quarantined = sum(number for (_, word), number in words.items() if word is Word.QUARANTINED)
    duplicates = sum(number for (_, word), number in words.items() if word is Word.DUPLICATE)
    polled = words[Step.POLL, Word.POLLED] + words[Step.POLL, Word.UNCHANGED]
    return (
        f"feeds {polled} · pages {words[Step.FETCH, Word.FETCHED]} · articles {words[Step.GATHER, Word.ARTICLE]} · "
        f"duplicates {duplicates} · quarantined {quarantined} · published {words[Step.PUBLISH, Word.PUBLISHED]}"
    )


def _document(report: Report, seconds: float, limit: int) -> dict[str, object]:
    return {
        "records": report.records,
        "skipped": dict(report.skipped),
        "archive_end": report.end,
        "steps": {
            step.value: {word.value: number for word, number in words.items()} for step, words in report.steps.items()
        },
        "entries": {"seen": report.seen, **_standing(report)},
        "batches_lost": report.lost,
        "peak_memory_mib": report.peak,
        "memory_limit_mib": limit,
        "seconds": round(seconds, 2),
    }


def _standing(report: Report) -> dict[str, int]:
    ends = {status.value: report.entries.get(status, 0) for status in EntryStatus if status not in WAITING}
    return {**ends, "still_due": sum(report.entries.get(status, 0) for status in WAITING)}


def _print(report: Report, seconds: float, limit: int) -> None:
    rows = [
        (
            step.value,
            sum(report.steps[step].values()),
            ", ".join(f"{word} {number}" for word, number in sorted(words.items())),
        )
        for step in Step
        if (words := report.steps.get(step))
    ]
    print_table("How each step ended", ["step", "runs", "outcomes"], rows)
    standing = _standing(report)
    parts = " + ".join(f"{number} {name.replace('_', ' ')}" for name, number in standing.items())
    out.print(f"\nentries seen {report.seen} = {parts}", markup=False)
    for reason, number in report.skipped.items():
        out.print(f"archive: {number} records left out: {reason}", markup=False)
    if report.lost:
        out.print(f"{report.lost} batches lost their process and were run again", markup=False)
    if report.peak:
        out.print(f"peak memory {memory_facts.words(report.peak, limit)}", markup=False)
    out.print(f"{report.records} records in {seconds:.1f} s; see `aggregator web` and `aggregator export articles`")
