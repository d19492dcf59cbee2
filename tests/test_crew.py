"""A pool of processes: each has its next batch before it asks, has no more memory than it may, and says how much."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aggregator import wiring
from aggregator.adapters.process import peak_memory
from aggregator.core.article import Extraction
from aggregator.core.entry import EntryStatus
from aggregator.core.errors import TryLater
from aggregator.core.feed import FeedDocument
from aggregator.core.outcome import Step, Work
from aggregator.crew import Batch, Crew, Ended, Pool
from aggregator.drive import Tally, drive
from aggregator.line import Parts
from aggregator.store import entries
from aggregator.store.session import Session, Store
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import parts
from tests.texts import report
from tests.world import NOW, Item, World, page, rss

HOME = "https://harbour-tribune.example"
PAGES = 6
SPARE, GREED = 150, 400  # MiB: what a bounded process may have beside what it has at birth, and what a page asks for
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Load what extraction needs before processes are forked, as a replay does."""
    wiring.warm_up()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """Give a database with one feed, whose number is 1."""
    found = Store(store_url)
    assert feed_of(found, outlet(found), f"{HOME}/feed.xml").id == 1
    found.close()  # a connection must not be shared with the processes of the pool
    yield found
    found.close()


@pytest.fixture
def store_url(tmp_path: Path, file_template: Path) -> str:
    """Give the address of an empty database in a file."""
    file = tmp_path / "a.db"
    file.write_bytes(file_template.read_bytes())
    return f"sqlite:///{file}"


def _parts(url: str, folder: Path) -> Parts:
    world = World()
    urls = [f"{HOME}/{number}" for number in range(PAGES)]
    world.says(f"{HOME}/feed.xml", rss(*(Item(url, f"Headline {url[-2:]}") for url in urls)))
    for number, address in enumerate(urls):
        world.says(address, page(f"Headline {number}", *report(number)))
    return parts(Store(url), folder, world, f"worker {os.getpid()}")


def _heard(crew: Crew, enough: Callable[[Ended], bool]) -> Ended:
    """Listen until enough has happened; returns all of it."""
    found, until = Ended(), time.monotonic() + 30
    while not enough(found) and time.monotonic() < until:
        ended = crew.ended()
        found.answers += ended.answers
        found.unbegun += ended.unbegun
    return found


def _standing(store: Store) -> dict[EntryStatus, int]:
    with store.reading() as session:
        return dict(entries.numbers(session))


POLL: Batch = (Step.POLL, [1])
FETCH: Batch = (Step.FETCH, list(range(1, PAGES + 1)))


@contextmanager
def _ready(pool: Pool) -> Iterator[Crew]:
    """Give a crew whose processes have begun."""
    with Crew(pool) as crew:
        _heard(crew, lambda _: all(hand.ready for hand in crew.hands))
        yield crew


@pytest.mark.usefixtures("store")
def test_who_has_nothing_to_do_comes_first_and_each_may_have_one_batch_ahead(store_url: str, tmp_path: Path) -> None:
    with _ready(Pool(lambda: _parts(store_url, tmp_path), 2)) as crew:
        one, two = crew.hands
        assert crew.free() == [one, two, one, two]
        one.give(POLL, NOW)
        assert crew.free() == [two, one, two]
        one.give(FETCH, NOW)
        assert crew.free() == [two, two]
        assert crew.busy() == {Step.POLL, Step.FETCH}
        found = _heard(crew, lambda ended: len(ended.answers) == 2)
        assert [batch for batch, _ in found.answers] == [POLL, FETCH]
        assert crew.free() == [one, two, one, two]


def test_a_process_goes_on_with_its_next_batch_while_nobody_listens(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    with _ready(Pool(lambda: _parts(store_url, tmp_path), 1)) as crew:
        for batch in (POLL, FETCH):
            crew.hands[0].give(batch, NOW)
        until = time.monotonic() + 30
        while time.monotonic() < until and _standing(store) != {EntryStatus.FETCHED: PAGES}:
            time.sleep(0.05)
        assert _standing(store) == {EntryStatus.FETCHED: PAGES}


class _Deadly(Store):
    """A store whose process dies when it has committed for the first time, if it is the first process to do so."""

    def __init__(self, url: str, mark: Path) -> None:
        super().__init__(url)
        self.mark = mark

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a connection whose work is committed, and perhaps die of it."""
        with super().writing() as session:
            yield session
        if not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.usefixtures("store")
def test_a_process_that_dies_loses_the_batch_that_it_was_at_and_gives_back_the_next(
    store_url: str, tmp_path: Path
) -> None:
    def make() -> Parts:
        return replace(_parts(store_url, tmp_path), store=_Deadly(store_url, tmp_path / "dead"))

    with _ready(Pool(make, 1)) as crew:
        for batch in (POLL, FETCH):
            crew.hands[0].give(batch, NOW)
        found = _heard(crew, lambda ended: bool(ended.answers))
        assert (found.answers, found.unbegun) == ([(POLL, None)], [FETCH])
        assert crew.busy() == set()


@pytest.mark.usefixtures("store")
def test_a_process_that_hangs_has_time_for_each_batch_anew(store_url: str, tmp_path: Path) -> None:
    def slow(*_: object, **__: object) -> FeedDocument:
        time.sleep(600)
        raise AssertionError

    def make() -> Parts:
        made = _parts(store_url, tmp_path)
        return replace(made, poller=replace(made.poller, read=slow))

    with _ready(Pool(make, 1, 3)) as crew:
        crew.hands[0].give((Step.FETCH, []), NOW)
        crew.hands[0].give(POLL, NOW)
        found = _heard(crew, lambda ended: len(ended.answers) == 2)
        assert found.answers == [((Step.FETCH, []), []), (POLL, None)]


def _greedy(body: bytes, *, url: str, **given: Any) -> Extraction:
    from aggregator.adapters import text_extractor  # noqa: PLC0415 - loaded in the child

    if url.endswith("/3"):
        assert bytearray(GREED * 1024 * 1024)
    return text_extractor.extract(body, url=url, **given)


def _greedy_pool(url: str, folder: Path, memory: int) -> Pool:
    def make() -> Parts:
        made = _parts(url, folder)
        return replace(made, extractor=replace(made.extractor, read=_greedy))

    return Pool(make, 2, memory=memory)


def _has() -> int:
    """Return how many MiB of its own this process has, by what the kernel bounds."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmData:")[2].split()[0]) // 1024


@on_linux
def test_a_page_that_needs_more_memory_than_a_process_may_have_is_put_aside_and_no_other(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    pool = _greedy_pool(store_url, tmp_path, _has() + SPARE)
    tally = drive(pool, store, NOW, [Work(Step.POLL, 1)], lambda _: None)
    assert _standing(store) == {EntryStatus.ARTICLE: PAGES - 1, EntryStatus.QUARANTINED: 1}
    with store.reading() as session:
        (aside,) = entries.at_status(session, EntryStatus.QUARANTINED, 10)
    assert (aside.url, "more memory" in aside.reason) == (f"{HOME}/3", True)
    assert tally.lost == 0, "no process died of it"


def test_the_largest_peak_of_all_processes_is_told(store: Store, store_url: str, tmp_path: Path) -> None:
    before = peak_memory()
    watched: list[int] = []
    pool = _greedy_pool(store_url, tmp_path, 0)
    tally = drive(pool, store, NOW, [Work(Step.POLL, 1)], lambda tally: watched.append(tally.peak))
    assert _standing(store) == {EntryStatus.ARTICLE: PAGES}
    assert GREED <= tally.peak < before + GREED + 300
    assert watched == sorted(watched)
    assert watched[-1] == tally.peak


@pytest.mark.usefixtures("store")
def test_the_peak_of_one_process_is_not_forgotten_for_that_of_another(store_url: str, tmp_path: Path) -> None:
    def make() -> Parts:
        with suppress(FileExistsError):
            (tmp_path / "greedy").touch(exist_ok=False)
            assert bytearray(GREED * 1024 * 1024)
        return _parts(store_url, tmp_path)

    with _ready(Pool(make, 2)) as crew:
        for hand in crew.hands:
            hand.give((Step.FETCH, []), NOW)
            _heard(crew, lambda ended: bool(ended.answers))
            assert crew.peak >= GREED
        assert min(hand.peak for hand in crew.hands) < crew.peak - GREED // 2


@on_linux
def test_a_step_that_needs_too_much_memory_is_tried_again_and_then_ends_the_run_with_what_to_do(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    def large(*_: object, **__: object) -> FeedDocument:
        assert bytearray(GREED * 1024 * 1024)
        raise AssertionError

    def make() -> Parts:
        made = _parts(store_url, tmp_path)
        return replace(made, poller=replace(made.poller, read=large))

    memory = _has() + SPARE
    seen: list[Tally] = []
    with pytest.raises(TryLater, match=rf"a batch of 1, needs more .* {memory} MiB of workers\.memory_limit_mb"):
        drive(Pool(make, 2, memory=memory), store, NOW, [Work(Step.POLL, 1)], seen.append)
    assert seen[-1].lost >= 3
