"""reprocess: read stored pages by today's rules, show what would change, and change it when told to."""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from aggregator import settings as configuration
from aggregator import wiring
from aggregator.adapters import folder_lock
from aggregator.adapters.process import bound_memory
from aggregator.cli import memory_facts, rereaders
from aggregator.cli.console import Moving, confirm, err, out, print_json
from aggregator.cli.replay import Watch
from aggregator.cli.rereaders import ARTICLES, BATCH, ENTRIES, Batch, Readers
from aggregator.cli.revisions import print_difference
from aggregator.core.errors import Refused
from aggregator.core.outcome import Step, Work
from aggregator.crew import Pool
from aggregator.drive import drive
from aggregator.settings import Settings
from aggregator.steps.rereading import Difference
from aggregator.store import renewals, retries, sources
from aggregator.store.renewals import RULES
from aggregator.store.session import Store

AT_ONCE = 500  # rows of one transaction
PLAIN_SECONDS = 2.0
MOST_DAYS = 36_500


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(reprocess)


@dataclass
class Seen:
    """What was looked at and what would change: the ids, and for a program the differences too."""

    looked: int = 0
    lost: list[str] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    kept: int = 0
    told: list[Difference] = field(default_factory=list)

    def add(self, each: Difference) -> None:
        """Count a difference."""
        if each.kind == "kept":
            self.kept += 1
        else:
            (self.articles if each.kind == "article" else self.entries).append(each.id)

    def totals(self) -> dict[str, int]:
        """Return the numbers."""
        return {
            "looked at": self.looked,
            "articles that change": len(self.articles),
            "entries that become articles": len(self.entries),
            "kept, no article by today's rules": self.kept,
            "lost their process": len(self.lost),
        }


def reprocess(
    since: Annotated[str, typer.Option(help="What was first seen since a date (2026-11-01), or so many days (7).")],
    source: Annotated[str, typer.Option(help="Only this source (slug).")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Look at so many pages at most.")] = 100_000,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Change it without asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read stored pages by today's rules, show what would change, and change it when told to.

    No page is fetched. Until the question is answered, nothing is changed and nothing published.
    """
    settings = configuration.load()
    now = wiring.wall_clock()
    begin = _since(since, now)
    store = wiring.open_store(settings)
    try:
        source_id = _source(store, source)
        seen = _looked(settings, store, now, (begin, source_id, limit), as_json=as_json)
        changes = len(seen.articles) + len(seen.entries)
        ended: dict[str, int] = {}
        if changes and not dry_run:
            confirm(f"Change {changes} of them and publish that?", yes=yes)
            ended = _changed(settings, store, now, seen, quiet=as_json)
    finally:
        store.close()
    if as_json:
        document = {"since": begin, "dry_run": dry_run, "differences": [asdict(each) for each in seen.told]}
        memory = {"peak_memory_mib": memory_facts.peak_of_ended(), "memory_limit_mib": settings.workers.memory_limit_mb}
        print_json({**document, "totals": seen.totals(), "lost": seen.lost, "ended": ended, **memory})
        return
    said = memory_facts.words(memory_facts.peak_of_ended(), settings.workers.memory_limit_mb)
    out.print(f"peak memory {said}", markup=False)
    if not changes:
        out.print("Nothing would change.")
    elif dry_run:
        out.print("Nothing was changed (--dry-run).")


def _since(words: str, now: datetime) -> datetime:
    """Return the moment that a date (UTC) or a number of days means."""
    if found := re.fullmatch(r"(\d{1,5})d?", words.strip(), re.ASCII):
        return now - timedelta(days=min(int(found[1]), MOST_DAYS))
    try:
        at = datetime.fromisoformat(words.strip())
    except ValueError as error:
        raise Refused(f"--since {words!r} is neither a date (2026-11-01) nor a number of days (7)") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _source(store: Store, slug: str) -> int | None:
    if not slug:
        return None
    with store.reading() as session:
        found = sources.by_slug(session, slug)
    if found is None:
        raise Refused(f"no source is called {slug!r}; see `aggregator sources list`")
    return found.id


def _looked(
    settings: Settings, store: Store, now: datetime, chosen: tuple[datetime, int | None, int], *, as_json: bool
) -> Seen:
    """Read all that is chosen, showing what differs as it comes."""
    seen = Seen()
    wiring.warm_up()
    with _Bar(quiet=as_json) as bar, _readers(settings, now) as readers:
        for batch, found in readers.read(_batches(store, *chosen)):
            seen.looked += len(batch[1])
            if found is None:
                seen.lost.append(f"{batch[0]} {batch[1][0]}")
            for each in found or ():
                seen.add(each)
                if as_json:
                    seen.told.append(each)
                else:
                    bar.around(partial(_print, each))
            bar.show(seen)
    if not as_json:
        for name, number in seen.totals().items():
            if number or name == "looked at":
                out.print(f"{name}: {number}", markup=False)
        for lost in seen.lost:
            out.print(f"the parser did not come back from the page of {lost}", markup=False)
    return seen


def _readers(settings: Settings, now: datetime) -> Readers:
    return Readers(settings.workers.count, partial(_begin, settings), partial(rereaders.read, now))


def _begin(settings: Settings) -> None:
    """Begin a process that reads pages."""
    if settings.workers.memory_limit_mb:
        bound_memory(settings.workers.memory_limit_mb)
    rereaders.begin(settings)


def _batches(store: Store, since: datetime, source_id: int | None, limit: int) -> Iterator[Batch]:
    """Yield ids in batches, a few at a time from the database, the store closed while others may be born."""
    left = limit
    for name, ask in ((ARTICLES, renewals.seen_since), (ENTRIES, retries.aside_since)):
        after = 0
        while left > 0:
            with store.reading() as session:
                ids = ask(session, since, source_id, after, min(BATCH, left))
            store.close()  # a connection must not be shared with the processes of the pool
            if not ids:
                break
            yield name, ids
            after, left = ids[-1], left - len(ids)


def _print(each: Difference) -> None:
    """Print one difference within 80 columns."""
    head = {"article": each.key, "entry": f"entry {each.id}", "kept": each.key}[each.kind]
    out.print(f"\n{head} {each.url}", markup=False, style="bold")
    if each.kind == "kept":
        out.print(f"  kept as it is: {each.note}", markup=False)
        return
    said = f"becomes an article (was {each.note})" if each.kind == "entry" else each.note
    out.print(f"  {said}; {each.words[0]} → {each.words[1]} words", markup=False)
    for name, (before, after) in each.fields.items():
        out.print(f"  {name}: {before or 'none'} → {after or 'none'}", markup=False)
    print_difference(each.sentences)


class _Bar(Moving):
    """Shows how far the reading has come: a live line on a terminal, plain lines elsewhere, both on stderr."""

    def __init__(self, *, quiet: bool) -> None:
        live = err.is_terminal and not quiet
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._live = Progress(*columns, console=err, transient=True) if live else None
        super().__init__(self._live)
        self._task = self._live.add_task("pages read", total=None) if self._live else None
        self._quiet = quiet
        self._said = time.monotonic()

    def around(self, print_it: "partial[None]") -> None:
        """Print something without tearing the live line."""
        if self._live:
            self._live.stop()
        print_it()
        if self._live:
            self._live.start()

    def show(self, seen: Seen) -> None:
        """Tell the numbers so far."""
        if self._live and self._task is not None:
            self._live.update(self._task, completed=seen.looked)
        elif not self._quiet and time.monotonic() - self._said >= PLAIN_SECONDS:
            self._said = time.monotonic()
            print(f"{seen.looked} pages read", file=sys.stderr, flush=True)


def _changed(settings: Settings, store: Store, now: datetime, seen: Seen, *, quiet: bool) -> dict[str, int]:
    """Let all that differs be read anew, and carry the line on; returns how often each step ended in each word."""
    for start in range(0, len(seen.articles), AT_ONCE):
        with store.writing() as session:
            renewals.want_revised(session, seen.articles[start : start + AT_ONCE], RULES, now)
    back = [each for start in range(0, len(seen.entries), AT_ONCE) for each in _back(store, seen.entries[start:], now)]
    work = [Work(Step.REVISE, each) for each in seen.articles] + [Work(Step.EXTRACT, each) for each in back]
    store.close()
    if settings.redis.url:
        if not quiet:
            out.print("The workers of the cluster carry it on.")
        return {}
    try:
        with folder_lock.owned(settings.data.folder, "reprocess"), Watch(quiet=quiet) as watch:
            make, workers = partial(wiring.build, settings), settings.workers
            pool = Pool(make, workers.count, memory=workers.memory_limit_mb)
            tally = drive(pool, store, now, work, watch.show)
    except Refused as error:
        if not quiet:
            out.print(f"The running service carries it on ({error.reason.partition(':')[0]}).", markup=False)
        return {}
    ended = Counter({f"{step} {word}": number for (step, word), number in sorted(tally.words.items())})
    if not quiet:
        out.print(", ".join(f"{name} {number}" for name, number in ended.items()), markup=False)
    return dict(ended)


def _back(store: Store, ids: Sequence[int], now: datetime) -> list[int]:
    with store.writing() as session:
        return retries.read_again(session, ids[:AT_ONCE], now)
