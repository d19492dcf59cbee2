"""Branching: what a list or an index names becomes feeds, and those that it names no more are let go."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from aggregator.core.feed import MAX_CHILDREN, Feed, FeedDocument, FeedState
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.line import Parts, run
from aggregator.steps.branching import MOST, branched
from aggregator.store import feeds, sources
from aggregator.store.session import Store
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import words
from tests.world import NOW, Item, World, rss

LIST, INDEX = "https://lists.example/all.opml", "https://harbour-tribune.example/sitemap.xml"
ONE, TWO = "https://one.example/feed.xml", "https://two.example/feed.xml"


def opml(*urls: str) -> str:
    lines = "".join(f'<outline type="rss" text="x" xmlUrl="{url}"/>' for url in urls)
    return f'<?xml version="1.0"?><opml version="2.0"><body>{lines}</body></opml>'


def index(*urls: str) -> str:
    named = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<?xml version="1.0"?><sitemapindex>{named}</sitemapindex>'


def polled(line: Parts, world: World, feed: Feed, body: str) -> Outcome:
    """Let a feed be due and say something; returns how its poll ended."""
    world.says(feed.url, body)
    with line.store.writing() as session:
        feeds.make_due(session, [feed.id], NOW)
    (ended,) = run(line, Step.POLL, [feed.id], NOW)
    return ended


def children(store: Store, parent: Feed) -> dict[str, Feed]:
    with store.reading() as session:
        return {feed.url: feed for feed in feeds.every(session) if feed.parent_id == parent.id}


def document(urls: Sequence[str], kind: str = "opml") -> FeedDocument:
    return FeedDocument(kind, "", "", "", children=tuple(urls))


def test_a_list_brings_a_feed_and_a_source_for_each_address(line: Parts, world: World) -> None:
    parent = feed_of(line.store, outlet(line.store), LIST)
    ended = polled(line, world, parent, opml(ONE, TWO, "https://ONE.example:443/other.xml"))
    assert (ended.word, ended.reason) == (Word.POLLED, "3 feeds named, 3 of them new, 0 no longer named")
    found = children(line.store, parent)
    assert set(found) == {ONE, TWO, "https://one.example/other.xml"}
    assert {feed.host for feed in found.values()} == {"one.example", "two.example"}
    with line.store.reading() as session:
        known = {source.id: source for source in sources.every(session)}
        assert {work.id for work in feeds.due(session, NOW, 99)} == {feed.id for feed in found.values()}
    owners = {url: known[feed.source_id] for url, feed in found.items()}
    assert (owners[ONE].name, owners[ONE].slug, owners[ONE].url) == (
        "one.example",
        "one-example",
        "https://one.example/",
    )
    assert owners[ONE] == owners["https://one.example/other.xml"] != owners[TWO]


def test_what_a_list_names_is_polled_like_any_other(line: Parts, world: World) -> None:
    parent = feed_of(line.store, outlet(line.store), LIST)
    polled(line, world, parent, opml(ONE))
    world.says(ONE, rss(Item("https://one.example/1", "One")))
    assert words(run(line, Step.POLL, [children(line.store, parent)[ONE].id], NOW)) == ["polled"]


def test_a_feed_and_a_source_that_are_there_are_taken_as_they_are(line: Parts, world: World) -> None:
    mine = feed_of(line.store, outlet(line.store, "My own"), ONE)
    known = outlet(line.store, "two.example", language="de")
    parent = feed_of(line.store, outlet(line.store), LIST)
    ended = polled(line, world, parent, opml(ONE, TWO))
    assert ended.reason == "2 feeds named, 1 of them new, 0 no longer named"
    found = children(line.store, parent)
    assert set(found) == {TWO}
    assert found[TWO].source_id == known.id
    with line.store.reading() as session:
        assert feeds.get(session, mine.id) == mine
        assert {each.language for each in sources.every(session) if each.id == known.id} == {"de"}


def test_what_is_named_no_more_is_let_go_and_taken_up_again(line: Parts, world: World) -> None:
    parent = feed_of(line.store, outlet(line.store), LIST)
    polled(line, world, parent, opml(ONE, TWO))
    assert polled(line, world, parent, opml(ONE)).reason == "1 feeds named, 0 of them new, 1 no longer named"
    left = children(line.store, parent)
    assert (left[ONE].state, left[TWO].state) == (FeedState.ACTIVE, FeedState.PAUSED)
    assert left[TWO].reason == f"no longer named by {LIST}"
    assert polled(line, world, parent, opml(TWO, ONE)).reason == "2 feeds named, 0 of them new, 0 no longer named"
    assert children(line.store, parent)[TWO].state is FeedState.ACTIVE


@pytest.mark.parametrize("body", [opml(), "<opml", "", "<html>under repair</html>"])
def test_a_list_that_is_broken_or_empty_for_a_time_lets_nothing_go(line: Parts, world: World, body: str) -> None:
    parent = feed_of(line.store, outlet(line.store), LIST)
    polled(line, world, parent, opml(ONE, TWO))
    assert polled(line, world, parent, body).word is Word.LATER
    assert {feed.state for feed in children(line.store, parent).values()} == {FeedState.ACTIVE}


def test_an_index_brings_sitemaps_of_its_own_source(line: Parts, world: World) -> None:
    parent = feed_of(line.store, outlet(line.store), INDEX)
    urls = [f"https://harbour-tribune.example/map-{number}.xml" for number in range(3)]
    ended = polled(line, world, parent, index(*urls, "https://elsewhere.example/map.xml"))
    assert ended.reason == "3 feeds named, 3 of them new, 0 no longer named"
    found = children(line.store, parent)
    assert set(found) == set(urls)
    assert {feed.source_id for feed in found.values()} == {parent.source_id}


def test_what_was_named_itself_names_nothing(line: Parts, world: World) -> None:
    parent = feed_of(line.store, outlet(line.store), LIST)
    polled(line, world, parent, opml("https://lists.example/inner.opml"))
    (inner,) = children(line.store, parent).values()
    ended = polled(line, world, inner, opml(ONE, TWO))
    assert ended.reason == "it names other feeds, as does what named it: they are left alone"
    assert children(line.store, inner) == {}
    with line.store.reading() as session:
        assert len(feeds.every(session)) == 2


def test_addresses_that_cannot_be_asked_are_left_out_and_twins_are_one(store: Store) -> None:
    parent = feed_of(store, outlet(store), LIST)
    odd = [
        "ftp://a.example/",
        "https://u:p@a.example/",
        "https://",
        f"{ONE}#top",
        ONE,
        "HTTPS://One.example:443/feed.xml",
    ]
    with store.writing() as session:
        said = branched(session, [(parent, document(odd), NOW)])
    assert said == {parent.id: "6 feeds named, 1 of them new, 0 no longer named"}
    assert set(children(store, parent)) == {ONE}


@pytest.mark.parametrize(("kind", "most"), [("opml", MOST["opml"]), ("sitemapindex", MAX_CHILDREN)])
def test_no_more_are_taken_than_a_list_or_an_index_may_bring(store: Store, kind: str, most: int) -> None:
    parent = feed_of(store, outlet(store), LIST)
    with store.writing() as session:
        branched(session, [(parent, document([f"https://a.example/{n}" for n in range(most + 7)], kind), NOW)])
    assert len(children(store, parent)) == most


def test_documents_that_name_nothing_say_nothing(store: Store) -> None:
    parent, other = feed_of(store, outlet(store), LIST), feed_of(store, outlet(store))
    with store.writing() as session:
        said = branched(session, [(parent, document([ONE]), NOW), (other, document([], "rss20"), NOW)])
        assert set(said) == {parent.id}
        assert branched(session, []) == {}
        assert branched(session, [(parent, document([]), NOW + timedelta(hours=1))]) == {}
    assert children(store, parent)[ONE].state is FeedState.ACTIVE
