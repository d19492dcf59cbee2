"""Pages: what was had from where, and whose bytes nobody needs any more."""

from dataclasses import replace

import pytest

from aggregator.core.entry import Entry
from aggregator.core.page import Answer, Page
from aggregator.store import pages
from aggregator.store.session import Store
from tests.newsdesk import entry_of, feed_of, outlet
from tests.world import NOW

HOME = "https://harbour-tribune.example"
ANSWER = Answer(f"{HOME}/final", 200, {"content-type": "Text/HTML; charset=ISO-8859-1", "etag": '"e"'}, b"body", NOW)
ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def told(store: Store) -> list[Entry]:
    """Give three entries."""
    feed = feed_of(store, outlet(store))
    return [entry_of(store, feed, f"{HOME}/{number}") for number in range(3)]


def _kept(store: Store, *had: tuple[Entry, str]) -> list[int]:
    """Keep a page for each entry under a blob; returns the pages in that order."""
    with store.writing() as session:
        page_of = pages.add(session, [(entry.id, entry.url, ANSWER, blob) for entry, blob in had])
    return [page_of[entry.id] for entry, _ in had]


def test_a_page_comes_back_as_it_was_had(store: Store, told: list[Entry]) -> None:
    (page_id,) = _kept(store, (told[0], ONE))
    page = Page(page_id, told[0].id, f"{HOME}/0", f"{HOME}/final", NOW, 200, "text/html", "iso-8859-1", ONE, 4, '"e"')
    with store.reading() as session:
        assert pages.get(session, page_id) == page
        assert pages.several(session, [page_id, 999]) == {page_id: page}
        assert pages.of_entries(session, [told[0].id, told[1].id]) == [page]
        assert pages.get(session, 999) is None


def test_nothing_had_is_nothing_kept(store: Store) -> None:
    with store.writing() as session:
        assert pages.add(session, []) == {}
        assert pages.number(session) == 0


def test_what_a_server_says_without_end_is_cut(store: Store, told: list[Entry]) -> None:
    headers = {
        "content-type": f"text/{'x' * 500}; charset={'y' * 500}",
        "etag": "e" * 5000,
        "last-modified": "m" * 5000,
    }
    answer = replace(ANSWER, url=f"{HOME}/{'z' * 3000}", headers=headers)
    with store.writing() as session:
        page_of = pages.add(session, [(told[0].id, told[0].url, answer, ONE)])
        page = pages.get(session, page_of[told[0].id])
    assert page is not None
    assert (len(page.final_url), len(page.content_type), len(page.charset)) == (2000, 120, 40)


def test_bytes_that_another_page_names_are_not_given_up(store: Store, told: list[Entry]) -> None:
    first, second, third = _kept(store, (told[0], ONE), (told[1], ONE), (told[2], TWO))
    with store.writing() as session:
        assert pages.remove(session, [first, third]) == [TWO]
        assert pages.named(session, [ONE, TWO]) == {ONE}
        assert pages.remove(session, [second]) == [ONE]
        assert pages.remove(session, [second]) == []
        assert pages.number(session) == 0


def test_pages_that_go_together_give_up_their_bytes_once(store: Store, told: list[Entry]) -> None:
    ids = _kept(store, (told[0], ONE), (told[1], ONE))
    with store.writing() as session:
        assert pages.remove(session, ids) == [ONE]


def test_the_newest_bytes_are_told_first(store: Store, told: list[Entry]) -> None:
    _kept(store, (told[0], ONE))
    _kept(store, (told[1], TWO))
    with store.reading() as session:
        assert pages.blobs(session, None) == [TWO, ONE]
        assert pages.blobs(session, 1) == [TWO]
