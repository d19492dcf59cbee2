"""Seeking: a dead feed's replacement is found on its source's home page, proposed, and never taken."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.core.errors import TryLater
from aggregator.core.feed import Feed, FeedState, Trouble
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.line import Parts, run
from aggregator.steps.seek import TRIED
from aggregator.store import asked, entries, feeds, hosts, outcomes
from aggregator.store.asked import Day
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import words
from tests.world import NOW, Item, World, rss

HOME, DEAD = "https://harbour-tribune.example/", "https://harbour-tribune.example/feed.xml"
NEW = "https://harbour-tribune.example/new.xml"
ITEMS = tuple(
    Item(f"{HOME}{number}", f"Headline {number}", published=NOW - timedelta(hours=number)) for number in range(10)
)


def home(*urls: str) -> str:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="{url}">' for url in urls)
    return f"<!doctype html><html><head><title>Tribune</title>{links}</head><body>News</body></html>"


@pytest.fixture
def dead(line: Parts, world: World) -> Feed:
    """Give a feed that told ten items before it died."""
    feed = feed_of(line.store, outlet(line.store))
    world.says(DEAD, rss(*ITEMS))
    run(line, Step.POLL, [feed.id], NOW)
    world.says(DEAD, "gone", 410)
    world.asked.clear()
    with line.store.writing() as session:
        told = feeds.get(session, feed.id)
        assert told is not None
        asleep = replace(
            told, state=FeedState.SLEEPING, trouble=Trouble.GONE, failures=2, due_at=NOW + timedelta(days=7)
        )
        feeds.save(session, [asleep])
    return asleep


def sought(line: Parts, feed: Feed) -> tuple[Outcome, Feed]:
    (ended,) = run(line, Step.SEEK, [feed.id], NOW)
    with line.store.reading() as session:
        found = feeds.get(session, feed.id)
        assert found is not None
        return ended, found


def test_a_feed_with_the_same_items_is_proposed_and_nothing_else_is_changed(
    line: Parts, world: World, dead: Feed
) -> None:
    world.says(HOME, home(DEAD, "https://harbour-tribune.example/sport.xml", NEW))
    world.says("https://harbour-tribune.example/sport.xml", rss(Item(f"{HOME}sport/1", "Football")))
    world.says(NEW, rss(*ITEMS[:7], *(Item(f"{HOME}new/{number}", f"New {number}") for number in range(3))))
    ended, found = sought(line, dead)
    assert (ended.word, ended.reason) == (
        Word.PROPOSED,
        f"{NEW} has 70% of its items in common: see `aggregator sources adopt`",
    )
    assert (found.proposed_url, found.proposed_overlap) == (NEW, 0.7)
    assert replace(found, proposed_url="", proposed_overlap=0.0) == dead, "the operator decides"
    assert [request.url for request in world.asked] == [HOME, "https://harbour-tribune.example/sport.xml", NEW]
    with line.store.reading() as session:
        assert len(feeds.every(session)) == 1
        assert entries.number(session) == 10
        assert outcomes.totals(session)[Step.SEEK, Word.PROPOSED] == 1


def test_items_are_known_again_under_other_ids_and_on_another_host(line: Parts, world: World, dead: Feed) -> None:
    moved = "https://feeds.harbour.example/all"
    world.says(HOME, home(moved))
    world.says(
        moved, rss(*(replace(item, url=f"https://new.example/{n}", guid=f"urn:{n}") for n, item in enumerate(ITEMS)))
    )
    assert sought(line, dead)[1].proposed_url == moved


def test_of_several_the_one_with_the_greatest_share_is_proposed(line: Parts, world: World, dead: Feed) -> None:
    urls = [f"{HOME}{name}.xml" for name in ("half", "most", "some")]
    world.says(HOME, home(*urls))
    for url, number in zip(urls, (5, 8, 3), strict=True):
        others = [Item(f"{url}/{other}", f"Other {other}") for other in range(10 - number)]
        world.says(url, rss(*ITEMS[:number], *others))
    assert sought(line, dead)[1].proposed_overlap == 0.8


@pytest.mark.parametrize(("number", "word"), [(2, Word.PROPOSED), (1, Word.NOTHING), (0, Word.NOTHING)])
def test_less_than_a_fifth_in_common_is_no_replacement(
    line: Parts, world: World, dead: Feed, number: int, word: Word
) -> None:
    world.says(HOME, home(NEW))
    others = [Item(f"{HOME}new/{other}", f"Other {other}") for other in range(10 - number)]
    world.says(NEW, rss(*ITEMS[:number], *others))
    assert sought(line, dead)[0].word is word


def test_what_is_no_feed_or_does_not_answer_is_stepped_over(line: Parts, world: World, dead: Feed) -> None:
    urls = [f"{HOME}{name}.xml" for name in ("page", "empty", "slow")]
    world.says(HOME, home(*urls, NEW))
    world.says(urls[0], "<html><body>Welcome</body></html>")
    world.says(urls[1], rss())
    world.fails(urls[2], TryLater("no answer"))
    world.says(NEW, rss(*ITEMS))
    ended, found = sought(line, dead)
    assert (ended.word, found.proposed_url) == (Word.PROPOSED, NEW)


def test_only_the_likeliest_are_looked_into(line: Parts, world: World, dead: Feed) -> None:
    world.says(HOME, home(*(f"{HOME}{number}.xml" for number in range(TRIED + 5))))
    ended, _ = sought(line, dead)
    assert (ended.word, ended.reason) == (Word.NOTHING, f"{HOME} names 9 feeds, none with items of {DEAD}")
    assert len(world.asked) == 1 + TRIED


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, home()),
        (200, ""),
        (200, "<html><body>Welcome</body></html>"),
        (404, home(NEW)),
        (500, ""),
    ],
)
def test_a_home_page_that_names_nothing_ends_in_nothing_and_an_old_proposal_is_withdrawn(
    line: Parts, world: World, dead: Feed, status: int, body: str
) -> None:
    with line.store.writing() as session:
        feeds.propose(session, dead.id, NEW, 0.9, NOW - timedelta(days=9))
    world.says(HOME, body, status)
    world.says(NEW, rss(*ITEMS))
    ended, found = sought(line, dead)
    assert ended.word is Word.NOTHING
    assert ("no home page" in ended.reason) is (status != 200)
    assert (found.proposed_url, found.proposed_overlap) == ("", 0.0)
    assert [request.url for request in world.asked] == [HOME]


def test_it_is_not_sought_again_at_once(line: Parts, world: World, dead: Feed) -> None:
    world.says(HOME, home())
    with line.store.reading() as session:
        assert [work.id for work in feeds.to_seek(session, NOW, 9)] == [dead.id]
    sought(line, dead)
    with line.store.reading() as session:
        assert feeds.to_seek(session, NOW, 9) == []


def test_a_feed_that_is_none_or_whose_source_has_no_home_page_is_not_sought(line: Parts, world: World) -> None:
    homeless = feed_of(line.store, outlet(line.store, "Homeless", url=""), "https://homeless.example/f")
    assert words(run(line, Step.SEEK, [99, homeless.id], NOW)) == ["not_due", "not_due"]
    assert world.asked == []


def test_each_request_is_counted_and_the_host_is_given_back_after_its_pause(
    line: Parts, world: World, dead: Feed
) -> None:
    polite = replace(line, seeker=replace(line.seeker, delay=5.0))
    world.says(HOME, home("https://feeds.example/gone", "https://feeds.example/new"))
    world.fails("https://feeds.example/gone", TryLater("no answer"))
    world.says("https://feeds.example/new", rss(*ITEMS))
    sought(polite, dead)
    with line.store.writing() as session:
        (here,) = asked.of_host(session, "harbour-tribune.example", NOW.date())
        (there,) = asked.of_host(session, "feeds.example", NOW.date())
        assert (here.requests, here.failed) == (2, 0), "one poll, one page"
        size = len(rss(*ITEMS).encode())
        assert there == Day("feeds.example", NOW.date().isoformat(), "feed", 2, 0, 1, size)
        for name in ("harbour-tribune.example", "feeds.example"):
            held = hosts.lease(session, [name], "next", NOW, timedelta(minutes=1))
            assert held[name].next_at == NOW + timedelta(seconds=5)
    assert [visit.delay for visit in world.visits[-2:]] == [5.0, 5.0]


def test_a_host_that_another_talks_to_is_not_asked(line: Parts, world: World, dead: Feed) -> None:
    world.says(HOME, home(NEW))
    world.says(NEW, rss(*ITEMS))
    with line.store.writing() as session:
        hosts.lease(session, ["harbour-tribune.example"], "another", NOW, timedelta(minutes=5))
    sought(line, dead)
    assert world.asked == []
    with line.store.writing() as session:
        assert hosts.lease(session, ["harbour-tribune.example"], "third", NOW, timedelta(minutes=1)) == {}


def test_a_host_that_is_busy_does_not_put_off_the_search_for_a_week(line: Parts, world: World, dead: Feed) -> None:
    world.says(HOME, home(NEW))
    world.says(NEW, rss(*ITEMS))
    with line.store.writing() as session:
        hosts.lease(session, ["harbour-tribune.example"], "another", NOW, timedelta(minutes=5))
    assert sought(line, dead)[0].word is Word.HOST_BUSY
    with line.store.reading() as session:
        assert [work.id for work in feeds.to_seek(session, NOW + timedelta(hours=1), 9)] == [dead.id]


def test_several_feeds_end_in_one_outcome_each(line: Parts, world: World, dead: Feed) -> None:
    world.says(HOME, home(NEW))
    world.says(NEW, rss(*ITEMS))
    other = feed_of(line.store, outlet(line.store), "https://harbour-tribune.example/other.xml")
    ended = run(line, Step.SEEK, [dead.id, other.id], NOW)
    assert [(outcome.id, outcome.word) for outcome in ended] == [(dead.id, Word.PROPOSED), (other.id, Word.NOTHING)]
