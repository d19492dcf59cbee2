"""Fetching: pages are had where we may have them, kept once, and every failure has its end."""

from datetime import timedelta

import pytest

from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import Refused, TryLater, Unreadable
from aggregator.core.outcome import Step
from aggregator.core.schedule import FETCH_ATTEMPTS
from aggregator.core.takedown import Block, BlockKind, Scope
from aggregator.core.url import key
from aggregator.line import Parts, run
from aggregator.store import entries, hosts, pages, sightings, takedowns
from tests.newsdesk import article_of, entry_of, feed_of, outlet
from tests.steps.parts import words
from tests.texts import HARBOUR
from tests.world import NOW, World, page

HOME = "https://harbour-tribune.example"
URL = f"{HOME}/news/1"
PAGE = page("Breakwater to be rebuilt", *HARBOUR)


def _entry(line: Parts, url: str = URL) -> Entry:
    return entry_of(line.store, feed_of(line.store, outlet(line.store)), url)


def _now(line: Parts, entry: Entry) -> Entry:
    with line.store.reading() as session:
        found = entries.get(session, entry.id)
        assert found is not None
        return found


def test_a_page_is_kept_and_waits_to_be_read(line: Parts, world: World) -> None:
    entry = _entry(line)
    world.says(URL, PAGE, etag='"p"')
    ended = run(line, Step.FETCH, [entry.id], NOW)
    assert words(ended) == ["fetched"]
    assert [work.step for work in ended[0].follows] == [Step.EXTRACT]
    standing = _now(line, entry)
    assert standing.status is EntryStatus.FETCHED
    with line.store.reading() as session:
        kept = pages.get(session, standing.page_id or 0)
    assert kept is not None
    assert (kept.url, kept.status, kept.charset) == (URL, 200, "utf-8")
    assert line.blobs.get(kept.blob) == PAGE.encode()


def test_robots_txt_is_asked_first_and_once_a_day(line: Parts, world: World) -> None:
    first, second = _entry(line), _entry(line, f"{HOME}/news/2")
    world.says(URL, PAGE)
    run(line, Step.FETCH, [first.id], NOW)
    run(line, Step.FETCH, [second.id], NOW)
    assert [request.url for request in world.asked] == [f"{HOME}/robots.txt", URL, f"{HOME}/news/2"]


def test_what_robots_txt_forbids_is_not_asked(line: Parts, world: World) -> None:
    entry, other = _entry(line, f"{HOME}/intern/1"), _entry(line)
    world.says(f"{HOME}/robots.txt", "User-agent: *\nDisallow: /intern/\n")
    world.says(URL, PAGE)
    ended = run(line, Step.FETCH, [entry.id, other.id], NOW)
    assert sorted(words(ended)) == ["fetched", "refused"]
    assert _now(line, entry).reason == "robots.txt does not allow it"
    assert f"{HOME}/intern/1" not in {request.url for request in world.asked}


def test_a_host_whose_robots_txt_cannot_be_had_is_not_asked_for_pages_now(line: Parts, world: World) -> None:
    entry = _entry(line)
    world.says(f"{HOME}/robots.txt", "oops", 503)
    world.says(URL, PAGE)
    assert words(run(line, Step.FETCH, [entry.id], NOW)) == ["later"]
    assert URL not in {request.url for request in world.asked}
    assert _now(line, entry).status is EntryStatus.DUE
    world.says(f"{HOME}/robots.txt", "", 404)
    world.at = NOW + timedelta(days=2)
    assert words(run(line, Step.FETCH, [entry.id], world.at)) == ["fetched"]


def test_a_crawl_delay_is_kept_between_two_visits(line: Parts, world: World) -> None:
    entry = _entry(line)
    world.says(f"{HOME}/robots.txt", "User-agent: *\nCrawl-delay: 30\n")
    world.says(URL, PAGE)
    run(line, Step.FETCH, [entry.id], NOW)
    assert world.visits[-1].delay == 30
    with line.store.writing() as session:
        held = hosts.lease(session, [entry.host], "next", NOW, timedelta(minutes=1))
    assert held[entry.host].next_at == NOW + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (404, "text/html", "the server answered 404"),
        (410, "text/html", "the server answered 410"),
        (451, "text/html", "the server answered 451"),
        (200, "application/pdf", "no page: application/pdf (200)"),
        (204, "text/html", "no page: text/html (204)"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(
    line: Parts, world: World, status: int, kind: str, reason: str
) -> None:
    entry = _entry(line)
    world.says(URL, "x", status, content_type=kind)
    assert words(run(line, Step.FETCH, [entry.id], NOW)) == ["refused"]
    assert (_now(line, entry).status, _now(line, entry).reason) == (EntryStatus.REFUSED, reason)


def test_a_failing_server_is_asked_again_later_and_given_up_in_the_end(line: Parts, world: World) -> None:
    entry = _entry(line)
    world.says(URL, "busy", 503, retry_after="600")
    now = NOW
    for _ in range(FETCH_ATTEMPTS - 1):
        world.at = now
        assert words(run(line, Step.FETCH, [entry.id], now)) == ["later"]
        assert _now(line, entry).due_at >= now + timedelta(minutes=5)
        now += timedelta(days=8)
    assert words(run(line, Step.FETCH, [entry.id], now)) == ["quarantined"]
    assert _now(line, entry).reason == f"{FETCH_ATTEMPTS} attempts, the last: the server answered 503"


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (TryLater("no connection"), "later"),
        (Refused("not a public address"), "refused"),
        (Unreadable("larger than 5 MB"), "quarantined"),
    ],
)
def test_the_class_of_an_error_says_how_the_fetch_ends(
    line: Parts, world: World, error: TryLater | Refused | Unreadable, word: str
) -> None:
    entry = _entry(line)
    world.fails(URL, error)
    ended = run(line, Step.FETCH, [entry.id], NOW)
    assert (words(ended), ended[0].reason) == ([word], error.reason)


def test_what_was_taken_down_is_not_even_asked_for(line: Parts, world: World) -> None:
    entry = _entry(line, f"{HOME}/news/1?utm_source=feed")
    with line.store.writing() as session:
        number = takedowns.add(session, Scope.ARTICLE, URL, "asked for", "", NOW)
        takedowns.block(session, number, [Block(BlockKind.URL, key(URL))])
    ended = run(line, Step.FETCH, [entry.id], NOW)
    assert words(ended) == ["refused"]
    assert f"takedown {number}" in ended[0].reason
    assert world.asked == []


def test_a_redirect_to_what_was_taken_down_is_refused_and_nothing_of_it_kept(line: Parts, world: World) -> None:
    entry = _entry(line)
    world.says(URL, PAGE)
    world.moves(URL, f"{HOME}/blocked")
    with line.store.writing() as session:
        number = takedowns.add(session, Scope.ARTICLE, URL, "asked for", "", NOW)
        takedowns.block(session, number, [Block(BlockKind.URL, key(f"{HOME}/blocked"))])
    assert words(run(line, Step.FETCH, [entry.id], NOW)) == ["refused"]
    with line.store.reading() as session:
        assert pages.number(session) == 0


def test_an_address_whose_article_we_hold_is_a_sighting_and_not_asked(line: Parts, world: World) -> None:
    feed = feed_of(line.store, outlet(line.store))
    article_id = article_of(line.store, feed, URL, HARBOUR)
    other = outlet(line.store, "Other Post")
    entry = entry_of(line.store, feed_of(line.store, other), f"{URL}?utm_source=other")
    ended = run(line, Step.FETCH, [entry.id], NOW)
    assert words(ended) == ["duplicate"]
    assert [(work.step, work.id) for work in ended[0].follows] == [(Step.PUBLISH, article_id)]
    assert world.asked == []
    with line.store.reading() as session:
        assert {seen.source_name for seen in sightings.of_group(session, article_id)} == {
            "Harbour Tribune",
            "Other Post",
        }


def test_one_page_that_two_feeds_tell_of_is_asked_once(line: Parts, world: World) -> None:
    first = _entry(line)
    second = entry_of(line.store, feed_of(line.store, outlet(line.store, "Other Post")), f"{URL}?utm_source=b")
    world.says(URL, PAGE)
    ended = run(line, Step.FETCH, [first.id, second.id], NOW)
    assert sorted(words(ended)) == ["fetched", "later"]
    assert [request.url for request in world.asked if "robots" not in request.url] == [URL]
    assert _now(line, second).attempts == 0


def test_pages_of_one_host_are_asked_in_one_visit(line: Parts, world: World) -> None:
    ids = [_entry(line, f"{HOME}/news/{number}").id for number in range(3)]
    elsewhere = _entry(line, "https://elsewhere.example/1").id
    run(line, Step.FETCH, [*ids, elsewhere], NOW)
    asked = [(visit.host, len(visit.requests)) for visit in world.visits if "robots" not in visit.requests[0].url]
    assert sorted(asked) == [("elsewhere.example", 1), ("harbour-tribune.example", 3)]


def test_the_same_bytes_at_two_addresses_are_kept_once(line: Parts, world: World) -> None:
    first, second = _entry(line), _entry(line, f"{HOME}/news/2")
    world.says(URL, PAGE)
    world.says(f"{HOME}/news/2", PAGE)
    run(line, Step.FETCH, [first.id, second.id], NOW)
    with line.store.reading() as session:
        assert pages.number(session) == 2
        assert len(set(pages.blobs(session, None))) == 1


def test_a_busy_host_leaves_its_entries_due_and_uncounted(line: Parts, world: World) -> None:
    entry = _entry(line)
    with line.store.writing() as session:
        hosts.lease(session, [entry.host], "another", NOW, timedelta(minutes=5))
    assert words(run(line, Step.FETCH, [entry.id], NOW)) == ["host_busy"]
    standing = _now(line, entry)
    assert (standing.status, standing.attempts) == (EntryStatus.DUE, 0)
    assert world.asked == []
