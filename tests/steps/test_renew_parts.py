"""Articles that are split over pages: the further parts are got at the next look, and one article comes of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.adapters.http import HttpWeb
from aggregator.adapters.http_settings import HttpSettings
from aggregator.core.outcome import Step
from aggregator.core.url import key
from aggregator.line import Parts, run
from aggregator.steps.sweep import sweep
from aggregator.steps.take_down import take_down
from aggregator.store import articles, entries, pages, revisions, tables, takedowns
from aggregator.store import parts as further_parts
from aggregator.store.session import Store
from tests.newsdesk import entry_of, feed_of, licensed
from tests.steps.parts import parts, words
from tests.steps.press import Press, press
from tests.texts import GLACIER, HARBOUR, SCHOOL
from tests.world import NOW, World, page

PATH, TITLE = "/news/1", "Breakwater to be rebuilt"
PARTS = (HARBOUR, SCHOOL, GLACIER)
SOON = NOW + timedelta(minutes=1)


def _part(number: int) -> str:
    links = "".join(f'<a href="{PATH}?page={each}">{each}</a> ' for each in (2, 3))
    return page(TITLE, *PARTS[number - 1]).replace("</article>", f"<p>{links}</p></article>")


@pytest.fixture
def site() -> Iterator[Press]:
    """Give the server of an outlet that splits its articles."""
    with press() as told:
        told.says("/robots.txt", "User-agent: *\nDisallow:\n")
        told.says(PATH, _part(1), '"1"')
        for number in (2, 3):
            told.says(f"{PATH}?page={number}", _part(number))
        yield told


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Parts:
    """Give a line that asks over real HTTP."""
    web = HttpWeb(HttpSettings("Aggregator/test (+https://site.example)", allow_loopback=True), lambda: SOON)
    line = parts(store, tmp_path, World())
    return replace(line, fetcher=replace(line.fetcher, web=web))


def _first(line: Parts, site: Press) -> int:
    """Take the first part through the line; returns the article."""
    entry = entry_of(line.store, feed_of(line.store, licensed(line.store)), site.url + PATH, TITLE)
    for step in (Step.FETCH, Step.EXTRACT, Step.GATHER):
        run(line, step, [entry.id], SOON)
    with line.store.reading() as session:
        found = entries.get(session, entry.id)
    assert found is not None
    assert found.article_id is not None
    return found.article_id


def _text(line: Parts, article_id: int) -> list[str]:
    with line.store.reading() as session:
        found = revisions.text(session, article_id)
    assert found is not None
    return found.text.splitlines()


def _look(line: Parts, article_id: int) -> list[str]:
    ended = run(line, Step.RENEW, [article_id], SOON)
    later = SOON + timedelta(minutes=1)
    due = [work.id for work in sweep(line.store, line.broom, later).follows if work.step is Step.REVISE]
    return words(ended) + words(run(line, Step.REVISE, due, later))


def test_the_parts_of_an_article_become_one_text(desk: Parts, site: Press) -> None:
    article_id = _first(desk, site)
    assert _text(desk, article_id) == list(HARBOUR), "the first part goes out at once"
    swept = sweep(desk.store, desk.broom, SOON).follows
    assert [work.id for work in swept if work.step is Step.RENEW] == [article_id]
    assert _look(desk, article_id) == ["unchanged", "revised"]
    assert _text(desk, article_id) == [*HARBOUR, *SCHOOL, *GLACIER]
    with desk.store.reading() as session:
        article = articles.get(session, article_id)
    assert article is not None
    assert article.version == 2
    assert site.of(f"{PATH}?page=2") == [("", 200)]
    assert site.of(PATH) == [("", 200), ('"1"', 304)]


def test_parts_are_asked_for_once_and_those_that_fail_again(desk: Parts, site: Press) -> None:
    article_id = _first(desk, site)
    site.says(f"{PATH}?page=3", "oops", status=503)
    assert _look(desk, article_id) == ["unchanged", "revised"]
    assert _text(desk, article_id) == [*HARBOUR, *SCHOOL]
    site.says(f"{PATH}?page=3", _part(3))
    with desk.store.writing() as session:
        found = articles.get(session, article_id)
        assert found is not None
        session.execute(tables.articles.update().values(check_at=SOON))
    assert _look(desk, article_id) == ["unchanged", "revised"]
    assert _text(desk, article_id) == [*HARBOUR, *SCHOOL, *GLACIER]
    assert len(site.of(f"{PATH}?page=2")) == 1


def test_parts_that_robots_txt_forbids_are_not_asked_for(desk: Parts, site: Press) -> None:
    article_id = _first(desk, site)
    with desk.store.writing() as session:
        session.execute(tables.hosts.update().values(robots=None, robots_at=None))
    site.says("/robots.txt", f"User-agent: *\nDisallow: {PATH}?page=2\n")
    assert _look(desk, article_id) == ["unchanged", "revised"]
    assert site.of(f"{PATH}?page=2") == []
    assert _text(desk, article_id) == [*HARBOUR, *GLACIER]


def test_a_takedown_reaches_the_parts_and_their_addresses(desk: Parts, site: Press) -> None:
    article_id = _first(desk, site)
    _look(desk, article_id)
    take_down(desk.store, desk.blobs, SOON, site.url + PATH, "asked", "them")
    with desk.store.reading() as session:
        assert pages.number(session) == 0
        assert further_parts.of(session, [article_id]) == {}
        assert takedowns.of_urls(session, [key(f"{site.url}{PATH}?page=2")]) != []
    entry = entry_of(desk.store, feed_of(desk.store, licensed(desk.store)), f"{site.url}{PATH}?page=2", "Another name")
    assert words(run(desk, Step.FETCH, [entry.id], SOON)) == ["refused"]


def test_further_pages_are_no_articles_of_their_own(desk: Parts, site: Press) -> None:
    _first(desk, site)
    entry = entry_of(desk.store, feed_of(desk.store, licensed(desk.store)), f"{site.url}{PATH}?page=2", "Part two")
    assert words(run(desk, Step.FETCH, [entry.id], SOON)) == ["duplicate"]
