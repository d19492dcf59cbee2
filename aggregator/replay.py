"""Replay: the whole line on an archive in the network's place, with the archive's own clock, until nothing is left."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from aggregator import drive, wiring
from aggregator.adapters import archive, folder_lock
from aggregator.adapters.archive import Index, Record
from aggregator.core import identity, source
from aggregator.core.entry import EntryStatus, FeedEntry
from aggregator.core.errors import Refused
from aggregator.core.feed import FeedState
from aggregator.core.outcome import Step, Word, Work
from aggregator.core.source import SourceSpec
from aggregator.core.url import host, key, normal
from aggregator.crew import Pool
from aggregator.drive import Tally
from aggregator.settings import Settings
from aggregator.steps.enrol import enrol
from aggregator.steps.sweep import Broom, due
from aggregator.store import entries, entry_queue, feeds, hosts, sources
from aggregator.store.entries import NewEntry
from aggregator.store.session import Session, Store
from aggregator.wiring import Archived

HTML = {"text/html", "application/xhtml+xml"}


@dataclass(frozen=True, slots=True)
class Report:
    """What a replay did: the archive's records, how each step ended, and where all entries stand now.

    `peak` is the most memory that one of its processes had, in MiB.
    """

    records: int
    skipped: Mapping[str, int]
    end: datetime
    steps: Mapping[Step, Mapping[Word, int]]
    entries: Mapping[EntryStatus, int]
    lost: int
    peak: int = 0

    @property
    def articles(self) -> int:
        """Return how many canonical articles there are."""
        return self.entries.get(EntryStatus.ARTICLE, 0)

    @property
    def seen(self) -> int:
        """Return how many entries there are."""
        return sum(self.entries.values())


def replay(
    settings: Settings, file: Path, specs: Sequence[SourceSpec], watch: Callable[[Tally], None], *, pages: bool
) -> Report:
    """Run the line on `file` until nothing is left to do; what the data folder holds already is gone on with.

    With `pages`, every HTML response of the archive is taken as the page of an entry. Every feed is asked from its
    first record on, as though for the first time.
    """
    with folder_lock.owned(settings.data.folder, "a replay"):
        found, store = _opened(settings, file)
        try:
            begun = _begin(store, found, specs, pages=pages)
            store.close()  # a connection must not be shared with the processes of the pool
            make = partial(wiring.build, settings, archived=Archived(file, found))
            pool = Pool(make, settings.workers.count, memory=settings.workers.memory_limit_mb)
            tally = _run(pool, store, found, begun, watch)
            return _report(store, found, tally)
        finally:
            store.close()


def _opened(settings: Settings, file: Path) -> tuple[Index, Store]:
    """Return what lies in the archive, and the database; the archive is unpacked while the other parts are made.

    Raises Unreadable when `file` is no archive, and Refused when nothing in it can be replayed.
    """
    with ThreadPoolExecutor(1) as beside, ExitStack() as failing:
        reading = beside.submit(archive.index, file)
        store = wiring.open_store(settings)
        failing.callback(store.close)
        wiring.warm_up()
        found = reading.result()
        if not found.records:
            raise Refused(f"{file} holds no responses that can be read: {dict(found.skipped) or 'it is empty'}")
        failing.pop_all()
        return found, store


def _begin(store: Store, found: Index, specs: Sequence[SourceSpec], *, pages: bool) -> list[int]:
    """Enrol the sources and let their feeds be asked anew; returns the feeds that the archive can answer for."""
    enrol(store, specs, found.end, keep=True)
    archived = {record.url for record in found.records}
    with store.writing() as session:
        entry_queue.release_all(session)
        hosts.release_all(session)
        mine = [feed.id for feed in feeds.every(session) if feed.url in archived and feed.state is FeedState.ACTIVE]
        feeds.make_due(session, mine, found.end, forget=True)
        if pages:
            _take_pages(session, found)
    return mine


def _take_pages(session: Session, found: Index) -> None:
    """Make an entry of each HTML response, under a source for its host."""
    by_host: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in found.records:
        if record.content_type in HTML and 200 <= record.status < 300:  # noqa: PLR2004 - a success
            url = normal(record.url)
            by_host[host(url)].setdefault(url, record)
    for name, records in sorted(by_host.items()):
        outlet = sources.save(session, SourceSpec(name, source.slug(name), f"https://{name}/"), found.end)
        feed = feeds.add(session, outlet.id, f"https://{name}/#archive", name, found.end)
        feeds.set_state(session, feed.id, FeedState.PAUSED, found.end)
        first = min(record.at for record in records.values())
        items = [identity.item(FeedEntry(guid=url, url=url), key(url), name) for url in records]
        entries.add_new(session, [NewEntry(feed.id, outlet.id, item, first) for item in items])


def _run(pool: Pool, store: Store, found: Index, begun: Sequence[int], watch: Callable[[Tally], None]) -> Tally:
    """Drive the line, asking each feed as often as the archive has records of it."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for record in found.records:
        times[record.url].append(record.at)
    total = Tally()
    asked = list(begun)
    while True:
        with store.reading() as session:
            left = due(session, Broom(feeds=0, hubs=0, sought=0, grace=timedelta(0)), found.end)
        store.close()
        work = [Work(Step.POLL, feed_id) for feed_id in asked] + left
        if not work:
            return total
        done = drive.drive(pool, store, found.end, work, watch)
        total = Tally(total.words + done.words, total.lost + done.lost, max(total.peak, done.peak))
        asked = _told_more(store, times, begun, found.end)


def _told_more(store: Store, times: Mapping[str, Sequence[datetime]], begun: Sequence[int], end: datetime) -> list[int]:
    """Return the feeds of which the archive has a later record than the one just read, due at once."""
    with store.writing() as session:
        more = [
            feed.id
            for feed in feeds.every(session)
            if feed.id in set(begun) and feed.answered_at and max(times[feed.url]) > feed.answered_at
        ]
        feeds.make_due(session, more, end)
        return more


def _report(store: Store, found: Index, tally: Tally) -> Report:
    steps: dict[Step, Counter[Word]] = defaultdict(Counter)
    for (step, word), number in tally.words.items():
        steps[step][word] += number
    with store.reading() as session:
        standing = entries.numbers(session)
    return Report(len(found.records), found.skipped, found.end, steps, standing, tally.lost, tally.peak)
