"""robots.txt: asked once a day of hosts that are held, kept, and heeded for feeds where the operator wants it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.adapters import robots as reader
from aggregator.core.errors import TryLater
from aggregator.core.feed import Feed, FeedState, Trouble
from aggregator.core.host import ROBOTS_LIFE, Host
from aggregator.core.outcome import Step
from aggregator.core.page import MAX_ROBOTS_BYTES
from aggregator.core.schedule import Manners
from aggregator.line import Parts, run
from aggregator.steps.robots import SHORT_PAUSE, Rules, rules
from aggregator.store import asked, feeds, hosts
from aggregator.store.asked import Day
from aggregator.store.session import Store
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import words
from tests.world import NOW, Item, World, rss

NAME, ROBOTS = "post.example", "https://post.example/robots.txt"
FEED = "https://post.example/news/feed.xml"
HOUR = timedelta(hours=1)
AGENT = Manners().agent
ALL, NONE, NO_FEEDS = "User-agent: *\nDisallow:", "User-agent: *\nDisallow: /", "User-agent: *\nDisallow: /news/"


def held(store: Store, *names: str) -> dict[str, Host]:
    with store.writing() as session:
        return hosts.lease(session, names or [NAME], "worker", NOW, HOUR)


def stored(store: Store, name: str = NAME) -> Host:
    """Return a host as it is kept, whoever held it."""
    with store.writing() as session:
        hosts.release_all(session)
        return hosts.lease(session, [name], "looking", NOW, HOUR)[name]


def asking(
    store: Store, world: World, given: Mapping[str, Host], delay: float = 5.0, scheme: str = "https", wanted: str = ""
) -> Rules:
    schemes = dict.fromkeys([wanted] if wanted else given, scheme)
    return rules(store, world, reader.parse, NOW, given, schemes, delay)


# Asking


def test_rules_that_nobody_knows_are_asked_for_kept_and_read(store: Store, world: World) -> None:
    world.says(ROBOTS, NO_FEEDS)
    found = asking(store, world, held(store))
    assert not found.of[NAME].allows(FEED, AGENT)
    assert found.of[NAME].allows("https://post.example/feed.xml", AGENT)
    (request,) = world.asked
    assert (request.url, request.max_bytes, request.cut) == (ROBOTS, MAX_ROBOTS_BYTES, True)
    kept = stored(store)
    assert (kept.robots, kept.robots_status, kept.robots_at) == (NO_FEEDS.encode(), 200, NOW)
    with store.reading() as session:
        assert asked.of_host(session, NAME, NOW.date()) == [
            Day(NAME, NOW.date().isoformat(), "robots", 1, 0, 0, len(NO_FEEDS))
        ]


@pytest.mark.parametrize(
    ("age", "again"), [(timedelta(), False), (ROBOTS_LIFE - timedelta(seconds=1), False), (ROBOTS_LIFE, True)]
)
def test_rules_hold_for_a_day(store: Store, world: World, age: timedelta, *, again: bool) -> None:
    given = {NAME: replace(held(store)[NAME], robots=NONE.encode(), robots_status=200, robots_at=NOW - age)}
    world.says(ROBOTS, ALL)
    found = asking(store, world, given)
    assert (len(world.asked), found.of[NAME].allows(FEED, AGENT)) == ((1, True) if again else (0, False))


@pytest.mark.parametrize(
    ("status", "allowed"), [(200, False), (404, True), (403, True), (401, True), (500, False), (503, False)]
)
def test_a_status_says_what_is_allowed_and_is_kept(store: Store, world: World, status: int, *, allowed: bool) -> None:
    world.says(ROBOTS, NONE, status)
    assert asking(store, world, held(store)).of[NAME].allows(FEED, AGENT) is allowed
    assert stored(store).robots_status == status


def test_a_host_that_does_not_answer_allows_nothing_and_its_failure_is_counted(store: Store, world: World) -> None:
    world.fails(ROBOTS, TryLater("no answer"))
    found = asking(store, world, held(store))
    assert (found.of[NAME].known, found.of[NAME].allows(FEED, AGENT)) == (False, False)
    kept = stored(store)
    assert (kept.robots, kept.robots_status, kept.robots_at) == (b"", 0, NOW)
    with store.reading() as session:
        assert [(day.requests, day.failed) for day in asked.of_host(session, NAME, NOW.date())] == [(1, 1)]


@pytest.mark.parametrize(("delay", "pause"), [(5.0, SHORT_PAUSE), (0.25, 0.25), (0.0, 0.0)])
def test_after_robots_txt_there_is_a_short_pause(store: Store, world: World, delay: float, pause: float) -> None:
    world.says(ROBOTS, ALL)
    assert asking(store, world, held(store), delay).pauses == {NAME: NOW + timedelta(seconds=pause)}


def test_hosts_of_which_nothing_is_wanted_are_not_asked_and_others_by_their_scheme(store: Store, world: World) -> None:
    given = held(store, NAME, "other.example:8080")
    world.says("http://other.example:8080/robots.txt", NONE)
    found = asking(store, world, given, scheme="http", wanted="other.example:8080")
    assert [request.url for request in world.asked] == ["http://other.example:8080/robots.txt"]
    assert set(found.of) == set(given)
    assert set(found.pauses) == {"other.example:8080"}
    assert not found.of["other.example:8080"].allows("http://other.example:8080/f", AGENT)


def test_a_pause_that_a_host_wishes_is_kept_before_robots_txt_too(store: Store, world: World) -> None:
    given = {NAME: replace(held(store)[NAME], next_at=NOW + timedelta(seconds=30))}
    asking(store, world, given)
    assert [visit.not_before for visit in world.visits] == [NOW + timedelta(seconds=30)]


def test_nothing_is_asked_where_nothing_is_held(store: Store, world: World) -> None:
    assert asking(store, world, {}) == Rules({}, {})
    assert world.asked == []


# Heeding it for feeds


@pytest.fixture
def heeding(line: Parts) -> Parts:
    """Give the line of an operator who wants robots.txt heeded for feeds."""
    manners = Manners(feed_delay=0.0, page_delay=0.0, robots_for_feeds=True)
    return replace(line, poller=replace(line.poller, manners=manners))


def feed_at(line: Parts, url: str = FEED) -> Feed:
    return feed_of(line.store, outlet(line.store), url)


def standing(line: Parts, feed: Feed) -> Feed:
    with line.store.reading() as session:
        found = feeds.get(session, feed.id)
        assert found is not None
        return found


def test_robots_txt_is_not_asked_for_feeds_unless_the_operator_wants_it(line: Parts, world: World) -> None:
    feed = feed_at(line)
    world.says(ROBOTS, NONE)
    world.says(FEED, rss(Item("https://post.example/1", "One")))
    assert words(run(line, Step.POLL, [feed.id], NOW)) == ["polled"]
    assert [request.url for request in world.asked] == [FEED]


def test_a_feed_that_robots_txt_allows_is_asked_after_it(heeding: Parts, world: World) -> None:
    feed = feed_at(heeding)
    world.says(ROBOTS, ALL)
    world.says(FEED, rss(Item("https://post.example/1", "One")))
    assert words(run(heeding, Step.POLL, [feed.id], NOW)) == ["polled"]
    assert [request.url for request in world.asked] == [ROBOTS, FEED]


def test_a_feed_that_robots_txt_forbids_is_not_asked_and_others_of_its_host_are(heeding: Parts, world: World) -> None:
    forbidden, free = feed_at(heeding), feed_at(heeding, "https://post.example/free.xml")
    world.says(ROBOTS, NO_FEEDS)
    world.says(free.url, rss(Item("https://post.example/1", "One")))
    ended = run(heeding, Step.POLL, [forbidden.id, free.id], NOW)
    assert {outcome.id: outcome.word for outcome in ended} == {forbidden.id: "later", free.id: "polled"}
    assert [request.url for request in world.asked] == [ROBOTS, free.url]
    found = standing(heeding, forbidden)
    assert (found.trouble, found.failures, found.state) == (Trouble.REFUSED, 1, FeedState.ACTIVE)
    assert found.reason == "robots.txt of post.example does not allow it"
    assert found.due_at > NOW


def test_what_is_forbidden_to_another_or_to_us_by_name_is_told_apart(heeding: Parts, world: World) -> None:
    other, ours = feed_at(heeding, "https://a.example/f"), feed_at(heeding, "https://b.example/f")
    world.says("https://a.example/robots.txt", "User-agent: OtherBot\nDisallow: /")
    world.says("https://b.example/robots.txt", f"User-agent: {AGENT.lower()}\nDisallow: /\n\nUser-agent: *\nAllow: /")
    for feed in (other, ours):
        world.says(feed.url, rss(Item(f"https://{feed.host}/1", "One")))
    ended = run(heeding, Step.POLL, [other.id, ours.id], NOW)
    assert {outcome.id: outcome.word for outcome in ended} == {other.id: "polled", ours.id: "later"}


def test_a_feed_waits_while_its_hosts_robots_txt_cannot_be_had(heeding: Parts, world: World) -> None:
    feed = feed_at(heeding)
    world.says(ROBOTS, "busy", 503)
    world.says(FEED, rss(Item("https://post.example/1", "One")))
    assert words(run(heeding, Step.POLL, [feed.id], NOW)) == ["later"]
    assert [request.url for request in world.asked] == [ROBOTS]


def test_robots_txt_is_asked_once_for_all_feeds_of_a_host_and_not_again_today(heeding: Parts, world: World) -> None:
    told = [feed_at(heeding, f"https://post.example/{number}.xml") for number in range(3)]
    world.says(ROBOTS, ALL)
    for feed in told:
        world.says(feed.url, rss(Item("https://post.example/1", "One")))
    assert words(run(heeding, Step.POLL, [feed.id for feed in told], NOW)) == ["polled"] * 3
    with heeding.store.writing() as session:
        feeds.make_due(session, [told[0].id], NOW)
    run(heeding, Step.POLL, [told[0].id], NOW)
    assert [request.url for request in world.asked].count(ROBOTS) == 1


def test_a_feed_is_asked_a_short_pause_after_robots_txt_and_in_its_delay(heeding: Parts, world: World) -> None:
    polite = replace(heeding, poller=replace(heeding.poller, manners=replace(heeding.poller.manners, feed_delay=5.0)))
    feed = feed_at(polite)
    world.says(ROBOTS, ALL)
    world.says(FEED, rss(Item("https://post.example/1", "One")))
    run(polite, Step.POLL, [feed.id], NOW)
    first, second = world.visits
    assert (first.not_before, second.not_before) == (None, NOW + timedelta(seconds=SHORT_PAUSE))
    assert second.delay == 5.0


def test_a_host_is_put_off_after_robots_txt_when_nothing_else_was_asked(heeding: Parts, world: World) -> None:
    polite = replace(heeding, poller=replace(heeding.poller, manners=replace(heeding.poller.manners, feed_delay=5.0)))
    feed = feed_at(polite)
    world.says(ROBOTS, NONE)
    run(polite, Step.POLL, [feed.id], NOW)
    assert stored(polite.store).next_at == NOW + timedelta(seconds=5)
