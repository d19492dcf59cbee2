"""The line in a pool of processes: everything that follows is done, and a process that is lost costs one batch."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.core.article import Extraction, Hints
from aggregator.core.entry import EntryStatus
from aggregator.core.errors import TryLater
from aggregator.core.outcome import Step, Word, Work
from aggregator.drive import Pool, Tally, drive, here
from aggregator.line import Parts
from aggregator.store import entries, schema
from aggregator.store.session import Store
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


def _store(folder: Path) -> tuple[str, list[Work]]:
    url = f"sqlite:///{folder / 'a.db'}"
    store = Store(url)
    schema.upgrade(store)
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


def _ended(url: str) -> dict[EntryStatus, int]:
    store = Store(url)
    with store.reading() as session:
        found = dict(entries.numbers(session))
    store.close()
    return found


def test_all_that_follows_is_done(tmp_path: Path) -> None:
    url, work = _store(tmp_path)
    store = Store(url)
    tally = drive(_pool(url, tmp_path), store, NOW, work, _quiet)
    store.close()
    assert tally.words[Step.POLL, Word.POLLED] == 1
    assert tally.words[Step.FETCH, Word.FETCHED] == PAGES
    assert tally.words[Step.GATHER, Word.ARTICLE] == PAGES
    assert tally.words[Step.PUBLISH, Word.PUBLISHED] == PAGES
    assert tally.lost == 0
    assert _ended(url) == {EntryStatus.ARTICLE: PAGES}


def test_one_process_alone_comes_to_the_same_numbers(tmp_path: Path) -> None:
    url, work = _store(tmp_path)
    alone = parts(Store(url), tmp_path, _world())
    tally = here(alone, NOW, work, _quiet)
    alone.store.close()
    assert tally.words[Step.GATHER, Word.ARTICLE] == PAGES
    assert _ended(url) == {EntryStatus.ARTICLE: PAGES}


def _killer(body: bytes, *, url: str, charset: str, hints: Hints) -> Extraction:
    from aggregator.adapters import text_extractor  # noqa: PLC0415 - loaded in the child

    if url.endswith("/7"):
        os.kill(os.getpid(), signal.SIGKILL)
    return text_extractor.extract(body, url=url, charset=charset, hints=hints)


def _sleeper(body: bytes, *, url: str, charset: str, hints: Hints) -> Extraction:
    from aggregator.adapters import text_extractor  # noqa: PLC0415 - loaded in the child

    if url.endswith("/7"):
        time.sleep(600)
    return text_extractor.extract(body, url=url, charset=charset, hints=hints)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("read", "seconds"), [(_killer, 10.0), (_sleeper, 8.0)], ids=["killed", "hangs for ever"])
def test_a_page_that_takes_its_process_down_is_put_aside_and_its_siblings_survive(
    tmp_path: Path, read: Callable[..., Extraction], seconds: float
) -> None:
    url, work = _store(tmp_path)
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


def test_an_error_of_ours_that_does_not_pass_ends_the_run_with_its_own_words(tmp_path: Path) -> None:
    url, work = _store(tmp_path)
    store = Store(url)
    with pytest.raises(TryLater, match="the store of blobs failed"):
        drive(_pool(url, tmp_path, _away), store, NOW, work, _quiet)
    store.close()
    assert _ended(url) == {EntryStatus.FETCHED: PAGES}, "and nothing is lost"
