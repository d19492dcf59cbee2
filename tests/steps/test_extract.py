"""Extraction: an article, or the reason why there is none; a page that never comes back harms nobody else."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from aggregator.core.article import Extraction, Hints
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import TryLater, Unreadable
from aggregator.core.feed import Feed
from aggregator.core.outcome import Step
from aggregator.core.override import Override
from aggregator.core.page import Answer
from aggregator.core.source import SourceSpec
from aggregator.line import Parts, run
from aggregator.steps.extract import ATTEMPTS, LEASE
from aggregator.steps.take_down import take_down
from aggregator.store import (
    aliases,
    articles,
    baselines,
    entries,
    entry_queue,
    entry_texts,
    pages,
    parts,
    revisions,
    sightings,
    sources,
    tables,
)
from aggregator.store.entry_queue import Settled
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
        entry_queue.settle(session, [Settled(entry.id, EntryStatus.FETCHED, NOW, page_id=page_of[entry.id])])
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
        text = revisions.text(session, standing.article_id or 0)
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
        assert aliases.of_articles(session, [article.id]) == [entry.url_key]


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
    def read(body: bytes, *, url: str, charset: str, hints: Hints, **more: Any) -> Extraction:
        if url.endswith("/bad"):
            raise Unreadable("the parser did not finish within 20 seconds")
        return line.extractor.read(body, url=url, charset=charset, hints=hints, **more)

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

    def read(body: bytes, *, url: str, charset: str, hints: Hints, **more: Any) -> Extraction:
        if url.endswith("/hangs"):
            raise Died
        return line.extractor.read(body, url=url, charset=charset, hints=hints, **more)

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


def _again(line: Parts, entry: Entry) -> None:
    """Let an entry wait for extraction once more, as a retry or a second page does."""
    with line.store.writing() as session:
        entry_queue.settle(session, [Settled(entry.id, EntryStatus.FETCHED, NOW)])


def test_what_is_put_aside_says_its_kind_and_when_it_is_tried_again(line: Parts) -> None:
    feed = _feed(line)
    wall = _fetched(line, feed, URL, page("Just a moment...", "Checking your browser before accessing the site."))
    run(line, Step.EXTRACT, [wall.id], NOW)
    standing = _now(line, wall)
    assert standing.verdict == "challenge"
    assert standing.retry_at is not None
    assert NOW + timedelta(hours=1) <= standing.retry_at <= NOW + timedelta(hours=1.25)
    with line.store.writing() as session:
        session.execute(update(tables.entries).values(retries=4))
    _again(line, wall)
    run(line, Step.EXTRACT, [wall.id], NOW)
    assert _now(line, wall).retry_at is None, "in the end it is left alone"


def test_the_fields_of_a_page_are_stored_with_the_article_and_where_they_are_from(line: Parts) -> None:
    head = (
        '<meta name="author" content="Ada Reed"><meta property="article:section" content="Harbour">'
        '<meta property="article:tag" content="Breakwater"><link rel="amphtml" href="/news/1.amp">'
    )
    body = page("Breakwater to be rebuilt", *HARBOUR).replace("</title>", f"</title>{head}")
    entry = _fetched(line, _feed(line), URL, body, "Breakwater to be rebuilt")
    run(line, Step.EXTRACT, [entry.id], NOW)
    with line.store.reading() as session:
        row = session.execute(select(tables.articles)).one()
    assert (row.section, row.tags, row.amp_url) == ("Harbour", "Breakwater", f"{HOME}/news/1.amp")
    origins = dict(each.split("=", 1) for each in row.origins.split(articles.SEPARATOR))
    assert origins["authors"] == "meta"
    assert "feed" in origins["title"]
    assert row.check_at is not None
    assert NOW < row.check_at <= NOW + timedelta(hours=2), "it is looked at again"


def test_a_page_signed_by_an_agency_is_credited_to_it(line: Parts) -> None:
    body = page("Breakwater to be rebuilt", *HARBOUR).replace(
        "</title>", '</title><meta name="author" content="Reuters">'
    )
    entry = _fetched(line, _feed(line), URL, body)
    run(line, Step.EXTRACT, [entry.id], NOW)
    with line.store.reading() as session:
        row = session.execute(select(tables.articles)).one()
    assert (row.authors, row.organisations, row.credit) == ("", "Reuters", "Reuters")


def test_how_pages_are_read_is_counted_for_each_source(line: Parts) -> None:
    feed = _feed(line)
    good = _fetched(line, feed, f"{HOME}/good", page("Breakwater to be rebuilt", *HARBOUR), "Breakwater to be rebuilt")
    short = _fetched(line, feed, f"{HOME}/short", page("B", "Two lines."))
    run(line, Step.EXTRACT, [good.id, short.id], NOW)
    with line.store.reading() as session:
        day = baselines.days(session, [feed.source_id], NOW.astimezone(UTC).date())[feed.source_id][0]
    assert dict(day.kinds) == {"article": 1, "too-short": 1}
    assert day.titled == 1


def test_a_text_that_stands_at_many_addresses_of_a_source_is_no_article(line: Parts) -> None:
    feed, other = _feed(line), _feed(line, "Other Post")
    same = page("Our offices are closed", *HARBOUR)
    told = [_fetched(line, feed, f"{HOME}/{number}", same) for number in range(4)]
    copy = _fetched(line, other, "https://other-post.example/1", same)
    first = run(line, Step.EXTRACT, [told[0].id, told[1].id, copy.id], NOW)
    assert words(first) == ["extracted"] * 3, "twice is a copy, and another outlet's is one too"
    later = run(line, Step.EXTRACT, [each.id for each in told[2:4]], NOW)
    assert [_now(line, each).verdict for each in told[2:4]] == ["repeated"] * 2
    assert "4 addresses" in later[0].reason


def test_lines_that_stand_on_every_page_of_a_source_are_left_out_of_its_texts(line: Parts) -> None:
    feed = _feed(line)
    notice = "The Tribune is printed on paper from managed woods and delivered to your door every morning."
    texts = (HARBOUR, SCHOOL, GLACIER)
    told = [
        _fetched(line, feed, f"{HOME}/{number}", page(f"News {number}", *text[:2], notice, *text[2:]))
        for number, text in enumerate(texts)
    ]
    found = []
    for entry in told:
        run(line, Step.EXTRACT, [entry.id], NOW)
        with line.store.reading() as session:
            text = revisions.text(session, _now(line, entry).article_id or 0)
        assert text is not None
        found.append(text.text)
    assert [notice in text for text in found] == [True, True, False], "two pages must have had it before"


def test_what_an_operator_says_of_a_site_is_heeded(line: Parts) -> None:
    feed = _feed(line)
    with line.store.writing() as session:
        source = sources.get(session, feed.source_id)
        assert source is not None
        spec = SourceSpec(source.name, source.slug, source.url, override=Override(remove=("p:first-of-type",)))
        sources.save(session, spec, NOW)
    entry = _fetched(line, feed, URL, page("Breakwater to be rebuilt", *HARBOUR))
    run(line, Step.EXTRACT, [entry.id], NOW)
    with line.store.reading() as session:
        text = revisions.text(session, _now(line, entry).article_id or 0)
    assert text is not None
    assert HARBOUR[0] not in text.text
    assert HARBOUR[1] in text.text


def test_the_feeds_own_full_text_stands_in_for_a_page_that_shows_a_part(line: Parts) -> None:
    feed = _feed(line)
    entry = _fetched(line, feed, URL, page("Breakwater to be rebuilt", HARBOUR[0]), "Breakwater to be rebuilt")
    with line.store.writing() as session:
        entry_texts.put(session, {entry.id: "\n".join(HARBOUR)})
    assert words(run(line, Step.EXTRACT, [entry.id], NOW)) == ["extracted"]
    with line.store.reading() as session:
        text = revisions.text(session, _now(line, entry).article_id or 0)
    assert text is not None
    assert text.text.splitlines() == list(HARBOUR)


def test_an_article_in_parts_is_looked_at_again_at_once_for_the_others(line: Parts) -> None:
    more = f'<link rel="next" href="{URL}?page=2">'
    body = page("Breakwater to be rebuilt", *HARBOUR).replace("</title>", f"</title>{more}")
    body = body.replace("</article>", f'<p><a href="{URL}?page=2">2</a> <a href="{URL}?page=3">3</a></p></article>')
    entry = _fetched(line, _feed(line), URL, body)
    run(line, Step.EXTRACT, [entry.id], NOW)
    article_id = _now(line, entry).article_id or 0
    with line.store.reading() as session:
        article = articles.get(session, article_id)
        further = parts.of(session, [article_id])[article_id]
    assert article is not None
    assert article.check_at == NOW
    assert [(each.number, each.url) for each in further] == [(2, f"{URL}?page=2"), (3, f"{URL}?page=3")]


def test_what_is_taken_down_while_it_is_read_leaves_nothing(line: Parts) -> None:
    first = _fetched(line, _feed(line), URL, page("Breakwater to be rebuilt", *HARBOUR))
    run(line, Step.EXTRACT, [first.id], NOW)
    twin = _fetched(line, _feed(line, "Other Post"), URL, page("Just a moment...", "Verifying you are human. Wait."))

    def read(*given: Any, **more: Any) -> Extraction:
        take_down(line.store, line.blobs, NOW, URL, "asked for", "them")
        return line.extractor.read(*given, **more)

    careful = replace(line, extractor=replace(line.extractor, read=read))
    assert words(run(careful, Step.EXTRACT, [twin.id], NOW)) == ["not_due"]
    standing = _now(line, twin)
    assert standing.status is EntryStatus.REFUSED
    assert standing.reason.startswith("takedown")
    with line.store.reading() as session:
        assert pages.number(session) == 0


def test_readers_are_sent_to_an_address_without_tracking(line: Parts) -> None:
    entry = _fetched(line, _feed(line), f"{URL}?utm_source=rss&id=7", page("Breakwater to be rebuilt", *HARBOUR))
    run(line, Step.EXTRACT, [entry.id], NOW)
    with line.store.reading() as session:
        article = articles.get(session, _now(line, entry).article_id or 0)
    assert article is not None
    assert article.url == f"{URL}?id=7"
