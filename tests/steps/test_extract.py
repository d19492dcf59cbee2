"""Extraction: an article, or the reason why there is none; a page that never comes back harms nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.core.article import Extraction, Hints
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import TryLater, Unreadable
from aggregator.core.feed import Feed
from aggregator.core.outcome import Step
from aggregator.core.page import Answer
from aggregator.line import Parts, run
from aggregator.steps.extract import ATTEMPTS, LEASE
from aggregator.store import articles, entries, pages, sightings
from aggregator.store.entries import Settled
from tests.newsdesk import entry_of, feed_of, outlet
from tests.steps.parts import words
from tests.texts import GLACIER, HARBOUR, SCHOOL
from tests.world import NOW, page

HOME = "https://harbour-tribune.example"
URL = f"{HOME}/news/1"


def _feed(line: Parts, name: str = "Harbour Tribune") -> Feed:
    return feed_of(line.store, outlet(line.store, name))


def _fetched(line: Parts, feed: Feed, url: str, body: str, title: str = "A headline", final: str = "") -> Entry:
    entry = entry_of(line.store, feed, url, title)
    answer = Answer(final or url, 200, {"content-type": "text/html; charset=utf-8"}, body.encode(), NOW)
    with line.store.writing() as session:
        page_of = pages.add(session, [(entry.id, url, answer, line.blobs.put(answer.body))])
        entries.settle(session, [Settled(entry.id, EntryStatus.FETCHED, NOW, page_id=page_of[entry.id])])
    return entry


def _now(line: Parts, entry: Entry) -> Entry:
    with line.store.reading() as session:
        found = entries.get(session, entry.id)
        assert found is not None
        return found


def test_a_page_becomes_an_article_that_waits_to_be_gathered(line: Parts) -> None:
    entry = _fetched(line, _feed(line), URL, page("Breakwater to be rebuilt", *HARBOUR), "Breakwater to be rebuilt")
    ended = run(line, Step.EXTRACT, [entry.id], NOW)
    assert words(ended) == ["extracted"]
    assert [work.step for work in ended[0].follows] == [Step.GATHER]
    standing = _now(line, entry)
    assert standing.status is EntryStatus.EXTRACTED
    with line.store.reading() as session:
        article = articles.get(session, standing.article_id or 0)
        text = articles.text(session, standing.article_id or 0)
        seen = sightings.of_group(session, standing.article_id or 0)
    assert article is not None
    assert text is not None
    assert (article.title, article.language, article.url) == ("Breakwater to be rebuilt", "en", URL)
    assert text.text.splitlines() == list(HARBOUR)
    assert [each.url for each in seen] == [URL]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (page("Brief", "Only two lines here."), "too-short"),
        (page("Just a moment...", "Checking your browser before accessing the site."), "challenge"),
        (page("Welcome", "We use cookies. Accept all cookies or manage preferences to continue."), "consent"),
        ("<html><body></body></html>", "too-short"),
    ],
)
def test_what_is_no_article_is_put_aside_with_its_kind(line: Parts, body: str, kind: str) -> None:
    entry = _fetched(line, _feed(line), URL, body)
    ended = run(line, Step.EXTRACT, [entry.id], NOW)
    assert words(ended) == ["quarantined"]
    assert ended[0].reason.startswith(kind)
    assert _now(line, entry).reason == ended[0].reason


def test_the_pages_own_address_is_taken_where_it_is_on_the_same_site(line: Parts) -> None:
    head = f'<link rel="canonical" href="{HOME}/2026/breakwater">'
    entry = _fetched(line, _feed(line), f"{HOME}/n?id=7&utm_source=x", page("A", *HARBOUR, head=head))
    run(line, Step.EXTRACT, [entry.id], NOW)
    with line.store.reading() as session:
        article = articles.get(session, _now(line, entry).article_id or 0)
        assert article is not None
        assert article.url == f"{HOME}/2026/breakwater"
        assert articles.aliases(session, [article.id]) == [entry.url_key]


@pytest.mark.parametrize("named", ["https://elsewhere.example/a", f"{HOME}/", "ftp://x.example/a"])
def test_a_strange_address_of_its_own_is_not_believed(line: Parts, named: str) -> None:
    entry = _fetched(line, _feed(line), URL, page("A", *HARBOUR, head=f'<link rel="canonical" href="{named}">'))
    run(line, Step.EXTRACT, [entry.id], NOW)
    with line.store.reading() as session:
        article = articles.get(session, _now(line, entry).article_id or 0)
    assert article is not None
    assert article.url == URL


def test_one_address_told_by_two_feeds_is_one_article_with_two_sightings(line: Parts) -> None:
    body = page("A", *HARBOUR, head=f'<link rel="canonical" href="{URL}">')
    first = _fetched(line, _feed(line), f"{URL}?a=1", body)
    second = _fetched(line, _feed(line, "Other Post"), f"{URL}?a=2", body)
    ended = run(line, Step.EXTRACT, [first.id, second.id], NOW)
    assert sorted(words(ended)) == ["duplicate", "extracted"]
    article_id = _now(line, first).article_id
    assert _now(line, second).article_id == article_id
    with line.store.reading() as session:
        assert len(sightings.of_group(session, article_id or 0)) == 2


def test_a_page_that_cannot_be_read_does_not_harm_its_siblings(line: Parts) -> None:
    def read(body: bytes, *, url: str, charset: str, hints: Hints) -> Extraction:
        if url.endswith("/bad"):
            raise Unreadable("the parser did not finish within 20 seconds")
        return line.extractor.read(body, url=url, charset=charset, hints=hints)

    careful = replace(line, extractor=replace(line.extractor, read=read))
    feed = _feed(line)
    good = _fetched(line, feed, f"{HOME}/good", page("A", *HARBOUR))
    bad = _fetched(line, feed, f"{HOME}/bad", page("B", *SCHOOL))
    after = _fetched(line, feed, f"{HOME}/after", page("C", *GLACIER))
    ended = run(careful, Step.EXTRACT, [good.id, bad.id, after.id], NOW)
    assert words(ended) == ["extracted", "quarantined", "extracted"]


def test_a_page_that_takes_its_worker_down_is_tried_alone_and_then_put_aside(line: Parts) -> None:
    class Died(BaseException):
        """A worker that is killed in the middle of its work."""

    def read(body: bytes, *, url: str, charset: str, hints: Hints) -> Extraction:
        if url.endswith("/hangs"):
            raise Died
        return line.extractor.read(body, url=url, charset=charset, hints=hints)

    deadly = replace(line, extractor=replace(line.extractor, read=read))
    feed = _feed(line)
    hangs = _fetched(line, feed, f"{HOME}/hangs", page("A", *HARBOUR))
    siblings = [
        _fetched(line, feed, f"{HOME}/{number}", page(title, *text))
        for number, (title, text) in enumerate((("B", SCHOOL), ("C", GLACIER)))
    ]
    ids = [hangs.id, *(each.id for each in siblings)]
    now = NOW
    for _ in range(ATTEMPTS):
        with pytest.raises(Died):
            run(deadly, Step.EXTRACT, ids, now)
        now += LEASE + timedelta(seconds=1)
    ended = run(deadly, Step.EXTRACT, ids, now)
    assert {outcome.id: outcome.word.value for outcome in ended} == {
        hangs.id: "quarantined",
        siblings[0].id: "extracted",
        siblings[1].id: "extracted",
    }
    assert "did not come back" in _now(line, hangs).reason


def test_a_page_that_is_no_longer_kept_is_told(line: Parts) -> None:
    entry = _fetched(line, _feed(line), URL, page("A", *HARBOUR))
    with line.store.writing() as session:
        pages.remove(session, [_now(line, entry).page_id or 0])
    ended = run(line, Step.EXTRACT, [entry.id], NOW)
    assert (words(ended), ended[0].reason) == (["quarantined"], "its page is no longer kept")


def test_an_entry_that_does_not_wait_for_extraction_is_left_alone(line: Parts) -> None:
    entry = entry_of(line.store, _feed(line), URL)
    assert words(run(line, Step.EXTRACT, [entry.id, 999], NOW)) == ["not_due", "not_due"]


def test_when_the_house_fails_and_not_the_page_nothing_is_held_against_the_page(line: Parts) -> None:
    def read(*_: object, **__: object) -> Extraction:
        raise TryLater("the store of blobs failed")

    entries_of = [_fetched(line, _feed(line), f"{HOME}/{n}", page("A", *HARBOUR)) for n in range(2)]
    away = replace(line, extractor=replace(line.extractor, read=read))
    for _ in range(ATTEMPTS + 2):
        with pytest.raises(TryLater):
            run(away, Step.EXTRACT, [each.id for each in entries_of], NOW)
    standing = [_now(line, each) for each in entries_of]
    assert [(each.status, each.attempts) for each in standing] == [(EntryStatus.FETCHED, 0)] * 2
    assert words(run(line, Step.EXTRACT, [entries_of[0].id], NOW)) == ["extracted"], "and it is free at once"
