"""The line in a pool of processes: everything that follows is done, and a process that is lost costs one batch."""

import contextlib
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pytest

from aggregator import wiring
from aggregator.core.article import Extraction
from aggregator.core.entry import EntryStatus
from aggregator.core.errors import Refused, TryLater
from aggregator.core.outcome import Step, Word, Work
from aggregator.crew import Pool
from aggregator.drive import MOST_LOSSES, Tally, _Left, drive, here
from aggregator.line import Parts
from aggregator.store import entries
from aggregator.store.session import Session, Store
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import parts
from tests.texts import report
from tests.world import NOW, Item, World, page, rss

HOME = "https://harbour-tribune.example"
PAGES = 12


def _world() -> World:
    world = World()
    urls = [f"{HOME}/{number}" for number in range(PAGES)]
    world.says(f"{HOME}/feed.xml", rss(*(Item(url, f"Headline {url[-2:]}") for url in urls)))
    for number, url in enumerate(urls):
        world.says(url, page(f"Headline {number}", *report(number)))
    return world


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Load what extraction needs before processes are forked, as a replay does."""
    wiring.warm_up()


Newsday = tuple[str, list[Work]]


@pytest.fixture
def newsday(tmp_path: Path, file_template: Path) -> Newsday:
    """Give a database with one feed, and the work of polling it."""
    file = tmp_path / "a.db"
    shutil.copyfile(file_template, file)
    url = f"sqlite:///{file}"
    store = Store(url)
    feed = feed_of(store, outlet(store), f"{HOME}/feed.xml")
    store.close()
    return url, [Work(Step.POLL, feed.id)]


def _pool(url: str, folder: Path, read: Callable[..., Extraction] | None = None, seconds: float = 60) -> Pool:
    def make() -> Parts:
        made = parts(Store(url), folder, _world(), f"worker {os.getpid()}")
        return replace(made, extractor=replace(made.extractor, read=read)) if read else made

    return Pool(make, 2, seconds)


def _quiet(_: Tally) -> None:
    """Watch nothing."""


@contextlib.contextmanager
def _killing(seed: int, most: int) -> Iterator[list[int]]:
    """Kill children of this process at any moment, `most` of them; give the ids of those killed so far."""
    luck, over, killed = Random(seed), threading.Event(), list[int]()
    mine = {each.pid for each in psutil.Process().children()}

    def kill() -> None:
        while len(killed) < most and not over.wait(luck.uniform(0.0, 0.5)):
            pool = [each for each in psutil.Process().children() if each.pid not in mine and each.pid not in killed]
            if pool:
                victim = luck.choice(pool)
                with contextlib.suppress(psutil.NoSuchProcess):
                    victim.kill()
                    killed.append(victim.pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def _ended(url: str) -> dict[EntryStatus, int]:
    store = Store(url)
    with store.reading() as session:
        found = dict(entries.numbers(session))
    store.close()
    return found


def test_all_that_follows_is_done(tmp_path: Path, newsday: Newsday) -> None:
    url, work = newsday
    store = Store(url)
    tally = drive(_pool(url, tmp_path), store, NOW, work, _quiet)
    store.close()
    assert tally.words[Step.POLL, Word.POLLED] == 1
    assert tally.words[Step.FETCH, Word.FETCHED] == PAGES
    assert tally.words[Step.GATHER, Word.ARTICLE] == PAGES
    assert tally.words[Step.PUBLISH, Word.PUBLISHED] == PAGES
    assert tally.lost == 0
    assert _ended(url) == {EntryStatus.ARTICLE: PAGES}


def test_one_process_alone_comes_to_the_same_numbers(tmp_path: Path, newsday: Newsday) -> None:
    url, work = newsday
    alone = parts(Store(url), tmp_path, _world())
    tally = here(alone, NOW, work, _quiet)
    alone.store.close()
    assert tally.words[Step.GATHER, Word.ARTICLE] == PAGES
    assert _ended(url) == {EntryStatus.ARTICLE: PAGES}


def _killer(body: bytes, *, url: str, **given: Any) -> Extraction:
    from aggregator.adapters import text_extractor  # noqa: PLC0415 - loaded in the child

    if url.endswith("/7"):
        os.kill(os.getpid(), signal.SIGKILL)
    return text_extractor.extract(body, url=url, **given)


def _sleeper(body: bytes, *, url: str, **given: Any) -> Extraction:
    from aggregator.adapters import text_extractor  # noqa: PLC0415 - loaded in the child

    if url.endswith("/7"):
        time.sleep(600)
    return text_extractor.extract(body, url=url, **given)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("read", "seconds"), [(_killer, 10.0), (_sleeper, 5.0)], ids=["killed", "hangs for ever"])
def test_a_page_that_takes_its_process_down_is_put_aside_and_its_siblings_survive(
    tmp_path: Path, newsday: Newsday, read: Callable[..., Extraction], seconds: float
) -> None:
    url, work = newsday
    store = Store(url)
    tally = drive(_pool(url, tmp_path, read, seconds), store, NOW, work, _quiet)
    with store.reading() as session:
        aside = entries.at_status(session, EntryStatus.QUARANTINED, 10)
    store.close()
    assert _ended(url) == {EntryStatus.ARTICLE: PAGES - 1, EntryStatus.QUARANTINED: 1}
    assert [entry.url for entry in aside] == [f"{HOME}/7"]
    assert "did not come back" in aside[0].reason
    assert tally.lost >= 2


def _away(*_: object, **__: object) -> Extraction:
    raise TryLater("the store of blobs failed")


def test_an_error_of_ours_that_does_not_pass_ends_the_run_with_its_own_words(tmp_path: Path, newsday: Newsday) -> None:
    url, work = newsday
    store = Store(url)
    with pytest.raises(TryLater, match="the store of blobs failed"):
        drive(_pool(url, tmp_path, _away), store, NOW, work, _quiet)
    store.close()
    assert _ended(url) == {EntryStatus.FETCHED: PAGES}, "and nothing is lost"


@pytest.mark.parametrize(("step", "sizes"), [(Step.PUBLISH, [100, 100, 50]), (Step.EXTRACT, [16, 16, 16, 16])])
def test_publishing_comes_in_full_batches_and_reading_in_such_as_keep_all_processes_busy(
    step: Step, sizes: list[int]
) -> None:
    for number in (250, 80):
        left = _Left(Work(step, each) for each in range(number))
        taken = [len(ids) for _, ids in left.take(4, 2)]
        assert taken == (sizes if number == 250 else [80] if step is Step.PUBLISH else [10, 10, 10, 10])


@pytest.mark.parametrize("seed", range(5))
def test_processes_that_are_killed_at_any_moment_lose_nothing(tmp_path: Path, newsday: Newsday, seed: int) -> None:
    url, work = newsday
    store = Store(url)
    with _killing(seed, MOST_LOSSES - 1) as killed:
        tally = drive(_pool(url, tmp_path), store, NOW, work, _quiet)
    store.close()
    ended = _ended(url)
    assert killed, "some were killed while it ran"
    assert sum(ended.values()) == PAGES, (ended, len(killed), tally)
    assert set(ended) <= {EntryStatus.ARTICLE, EntryStatus.QUARANTINED}, "nothing is left to do"
    aside = ended.get(EntryStatus.QUARANTINED, 0)
    assert aside <= len(killed) // 2, "only what was there when two processes died is put aside"


class _Fatal(Store):
    """A store whose process dies as soon as it has committed for the `deadly`th time, if it is the first to do so."""

    def __init__(self, url: str, mark: Path, deadly: int) -> None:
        super().__init__(url)
        self.mark, self.left = mark, deadly

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a connection whose work is committed, and perhaps die of it."""
        with super().writing() as session:
            yield session
        self.left -= 1
        if not self.left:
            with contextlib.suppress(FileExistsError):
                self.mark.touch(exist_ok=False)
                os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("deadly", [1, 2, 3, 4, 6, 8])
def test_a_process_that_dies_after_its_work_and_before_it_tells_of_it_loses_nothing(
    tmp_path: Path, newsday: Newsday, deadly: int
) -> None:
    """What would have followed from the work is found in the store."""
    url, work = newsday

    def make() -> Parts:
        return parts(_Fatal(url, tmp_path / "dead", deadly), tmp_path, _world(), f"worker {os.getpid()}")

    store = Store(url)
    tally = drive(Pool(make, 2, 60), store, NOW, work, _quiet)
    store.close()
    assert tally.lost == 1
    assert _ended(url) == {EntryStatus.ARTICLE: PAGES}


def test_processes_that_die_before_they_begin_are_started_again_but_not_for_ever(
    tmp_path: Path, newsday: Newsday
) -> None:
    url, work = newsday

    def make(deaths: int) -> Parts:
        if len(list(tmp_path.glob("died-*"))) < deaths:
            (tmp_path / f"died-{os.getpid()}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return parts(Store(url), tmp_path, _world())

    store = Store(url)
    tally = drive(Pool(lambda: make(3), 2, 60), store, NOW, work, _quiet)
    assert (tally.lost, _ended(url)) == (0, {EntryStatus.ARTICLE: PAGES})
    with pytest.raises(TryLater, match="5 processes in a row died before they had begun"):
        drive(Pool(lambda: make(1000), 2, 60), store, NOW, work, _quiet)
    store.close()


def test_parts_that_cannot_be_made_end_the_run_with_the_error(newsday: Newsday) -> None:
    url, work = newsday

    def make() -> Parts:
        raise Refused("no such archive")

    store = Store(url)
    with pytest.raises(Refused, match="no such archive"):
        drive(Pool(make, 2, 60), store, NOW, work, _quiet)
    store.close()


class _Odd(Exception):  # noqa: N818
    """An error that cannot be made again from its text."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


@pytest.mark.parametrize(("error", "kind"), [(KeyError("a bug"), KeyError), (_Odd(1, 2), RuntimeError)])
def test_a_bug_ends_the_run_at_once_and_says_where_it_was(
    tmp_path: Path, newsday: Newsday, error: Exception, kind: type
) -> None:
    url, work = newsday

    def buggy(*_: object, **__: object) -> Extraction:
        raise error

    store = Store(url)
    with pytest.raises(kind) as caught:
        drive(_pool(url, tmp_path, buggy), store, NOW, work, _quiet)
    store.close()
    told = str(caught.value) + "".join(getattr(caught.value, "__notes__", []))
    assert "raise error" in told, "the line of the process that it came from"
