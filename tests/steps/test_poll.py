"""Polling: what is new is stored once, what fails is tried again later, and no host is asked by two."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.feed import Feed, FeedDocument, FeedState, Trouble
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.page import Answer, Request, Visit
from aggregator.core.schedule import Manners
from aggregator.line import Parts, run
from aggregator.steps.poll import LEASE
from aggregator.store import entries, entry_texts, feeds, hosts, outcomes
from aggregator.store.session import Store
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import parts, words
from tests.world import NOW, Item, World, rss

ITEMS = (Item("https://harbour-tribune.example/1", "One"), Item("https://harbour-tribune.example/2", "Two"))
PROLOG = '<?xml version="1.0"?>'


def _feed(line: Parts) -> Feed:
    return feed_of(line.store, outlet(line.store))


def _now(line: Parts, feed: Feed) -> Feed:
    with line.store.reading() as session:
        found = feeds.get(session, feed.id)
        assert found is not None
        return found


def _again(line: Parts, feed: Feed) -> None:
    with line.store.writing() as session:
        feeds.make_due(session, [feed.id], NOW)


def test_new_entries_are_stored_and_are_what_follows(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, rss(*ITEMS), etag='"v1"')
    ended = run(line, Step.POLL, [feed.id], NOW)
    assert words(ended) == ["polled"]
    assert ended[0].reason == "2 new of 2 entries"
    assert [work.step for work in ended[0].follows] == [Step.FETCH, Step.FETCH]
    standing = _now(line, feed)
    assert (standing.etag, standing.failures, standing.title) == ('"v1"', 0, "An outlet")
    assert standing.due_at > NOW


def test_a_feed_that_has_not_changed_is_asked_with_its_validators_and_says_nothing_new(
    line: Parts, world: World
) -> None:
    feed = _feed(line)
    world.says(feed.url, rss(*ITEMS), etag='"v1"')
    run(line, Step.POLL, [feed.id], NOW)
    _again(line, feed)
    assert words(run(line, Step.POLL, [feed.id], NOW)) == ["unchanged"]
    assert world.asked[-1].etag == '"v1"'


def test_the_same_bytes_are_not_read_again(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, rss(*ITEMS))
    run(line, Step.POLL, [feed.id], NOW)
    _again(line, feed)
    ended = run(line, Step.POLL, [feed.id], NOW)
    assert (words(ended), ended[0].reason) == (["unchanged"], "the same bytes as before")


def test_only_what_is_new_in_a_changed_feed_follows(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, rss(ITEMS[0]))
    run(line, Step.POLL, [feed.id], NOW)
    world.says(feed.url, rss(*ITEMS))
    _again(line, feed)
    ended = run(line, Step.POLL, [feed.id], NOW)
    assert ended[0].reason == "1 new of 2 entries"
    with line.store.reading() as session:
        assert entries.number(session) == 2


def test_a_failure_is_told_and_tried_again_after_growing_pauses(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.fails(feed.url, TryLater("the host does not resolve", trouble=Trouble.NAME))
    pauses = []
    for _ in range(3):
        _again(line, feed)
        assert words(run(line, Step.POLL, [feed.id], NOW)) == ["later"]
        pauses.append(_now(line, feed).due_at - NOW)
    for pause, least in zip(pauses, (10, 20, 40), strict=True):
        assert timedelta(minutes=least) <= pause <= timedelta(minutes=least * 1.25)
    standing = _now(line, feed)
    assert (standing.reason, standing.trouble) == ("the host does not resolve", Trouble.NAME)
    assert (standing.failures, standing.failing_since) == (3, NOW)


def test_an_address_that_asks_for_a_pause_gets_it_and_its_host_is_not_held_to_it(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, "busy", 503, retry_after="7200")
    assert words(run(line, Step.POLL, [feed.id], NOW)) == ["later"]
    assert _now(line, feed).due_at >= NOW + timedelta(hours=2)
    assert _now(line, feed).trouble is Trouble.LIMITED
    with line.store.writing() as session:
        assert hosts.lease(session, [feed.host], "me", NOW, timedelta(minutes=1))[feed.host].next_at == NOW


def test_two_addresses_that_ask_for_a_pause_speak_for_their_host(line: Parts, world: World) -> None:
    told = [feed_of(line.store, outlet(line.store), f"https://shared.example/{number}.xml") for number in range(3)]
    for feed in told[:2]:
        world.says(feed.url, "busy", 429, retry_after="7200")
    world.says(told[2].url, rss(*ITEMS))
    assert words(run(line, Step.POLL, [told[0].id], NOW)) == ["later"]
    assert words(run(line, Step.POLL, [told[2].id], NOW)) == ["polled"]
    assert words(run(line, Step.POLL, [told[1].id], NOW)) == ["later"]
    _again(line, told[2])
    assert words(run(line, Step.POLL, [told[2].id], NOW)) == ["host_busy"]
    with line.store.reading() as session:
        assert feeds.due(session, NOW + timedelta(hours=2) - timedelta(seconds=1), 10) == []
        assert [work.id for work in feeds.due(session, NOW + timedelta(hours=2), 10)] == [told[2].id]


def test_two_hosts_that_ask_for_a_pause_speak_for_their_domain(line: Parts, world: World) -> None:
    names = ("a.shared.example", "b.shared.example", "c.shared.example", "c.other.example")
    told = [feed_of(line.store, outlet(line.store), f"https://{name}/feed.xml") for name in names]
    for feed in told[:2]:
        world.says(feed.url, "busy", 429, retry_after="Tue, 24 Nov 2026 14:00:00 GMT")
    for feed in told[2:]:
        world.says(feed.url, rss(Item(f"https://{feed.host}/1", "One")))
    assert words(run(line, Step.POLL, [feed.id for feed in told[:2]], NOW)) == ["later"] * 2
    ended = run(line, Step.POLL, [feed.id for feed in told[2:]], NOW)
    assert {outcome.id: outcome.word for outcome in ended} == {told[2].id: Word.HOST_BUSY, told[3].id: Word.POLLED}
    assert words(run(line, Step.POLL, [told[2].id], NOW + timedelta(hours=2))) == ["polled"]


def test_a_limit_long_past_is_no_evidence(line: Parts, world: World) -> None:
    told = [feed_of(line.store, outlet(line.store), f"https://shared.example/{number}.xml") for number in range(3)]
    for number, feed in enumerate(told[:2]):
        at = NOW + timedelta(minutes=11) * number
        world.says(feed.url, "busy", 429, retry_after="7200")
        world.at = at
        run(line, Step.POLL, [feed.id], at)
    world.says(told[2].url, rss(*ITEMS))
    assert words(run(line, Step.POLL, [told[2].id], world.at)) == ["polled"]


def test_a_feed_that_is_gone_is_asked_once_more_a_day_later_and_then_sleeps(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, "gone", 410)
    assert words(run(line, Step.POLL, [feed.id], NOW)) == ["later"]
    first = _now(line, feed)
    assert (first.state, first.trouble) == (FeedState.ACTIVE, Trouble.GONE)
    assert first.due_at >= NOW + timedelta(hours=24)
    world.at = first.due_at
    assert words(run(line, Step.POLL, [feed.id], first.due_at)) == ["refused"]
    asleep = _now(line, feed)
    assert asleep.state is FeedState.SLEEPING
    assert timedelta(days=7) <= asleep.due_at - first.due_at <= timedelta(days=9)
    world.at = asleep.due_at
    assert words(run(line, Step.POLL, [feed.id], asleep.due_at)) == ["refused"]
    assert _now(line, feed).due_at - asleep.due_at >= timedelta(days=14), "its sleep grows deeper"
    world.says(feed.url, rss(*ITEMS))
    world.at = _now(line, feed).due_at
    assert words(run(line, Step.POLL, [feed.id], world.at)) == ["polled"]
    assert (_now(line, feed).state, _now(line, feed).gone_at) == (FeedState.ACTIVE, None)


def test_gone_once_and_back_again_is_nothing(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, "gone", 410)
    run(line, Step.POLL, [feed.id], NOW)
    world.says(feed.url, rss(*ITEMS))
    _again(line, feed)
    assert words(run(line, Step.POLL, [feed.id], NOW)) == ["polled"]
    world.says(feed.url, "gone", 410)
    world.at = NOW + timedelta(days=3)
    _again(line, feed)
    assert words(run(line, Step.POLL, [feed.id], world.at)) == ["later"], "the count begins anew"


def test_what_is_no_feed_is_said_to_be_none(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, "<html><body>Welcome</body></html>")
    ended = run(line, Step.POLL, [feed.id], NOW)
    assert words(ended) == ["later"]
    assert "HTML" in ended[0].reason


def test_an_item_without_a_usable_address_does_not_lose_the_others(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, rss(Item("https://user:secret@harbour-tribune.example/x", "Odd"), *ITEMS))
    ended = run(line, Step.POLL, [feed.id], NOW)
    assert "1 without a usable address" in ended[0].reason
    assert len(ended[0].follows) == 2


def test_a_feed_that_is_not_due_is_not_asked(line: Parts, world: World) -> None:
    feed = _feed(line)
    assert words(run(line, Step.POLL, [feed.id], NOW - timedelta(seconds=1))) == ["not_due"]
    assert world.asked == []


def test_a_host_that_another_worker_talks_to_is_left_alone(line: Parts, world: World) -> None:
    feed = _feed(line)
    with line.store.writing() as session:
        hosts.lease(session, [feed.host], "another", NOW, timedelta(minutes=5))
    assert words(run(line, Step.POLL, [feed.id], NOW)) == ["host_busy"]
    assert world.asked == []
    with line.store.reading() as session:
        assert feeds.due(session, NOW, 10) == [], "it is not tried at once"
        soon = NOW + timedelta(seconds=5)
        assert [work.id for work in feeds.due(session, soon, 10)] == [feed.id], "but soon, since it is still due"
        assert feeds.lateness(session, NOW + timedelta(seconds=5)) == timedelta(seconds=5)


def test_two_pollers_at_once_ask_each_feed_once(line: Parts, world: World, tmp_path: Path) -> None:
    source = outlet(line.store)
    told = [feed_of(line.store, source, f"https://h{number % 4}.example/{number}.xml") for number in range(12)]
    for feed in told:
        world.says(feed.url, rss(Item(f"https://{feed.host}/{feed.id}", "One")))
    another = World(answers=world.answers)
    both = [line, parts(line.store, tmp_path, another, holder="another")]
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda mine: run(mine, Step.POLL, [feed.id for feed in told], NOW), both))
    asked = [[request.url for request in each.asked] for each in (world, another)]
    assert sorted(asked[0] + asked[1]) == sorted(feed.url for feed in told)
    assert [sum(word == "polled" for word in words(each)) for each in ended] == [len(each) for each in asked]
    with line.store.reading() as session:
        assert entries.number(session) == 12
        assert outcomes.totals(session)[Step.POLL, Word.POLLED] == 12


def test_while_one_poller_talks_to_a_host_another_asks_it_nothing(line: Parts, world: World, tmp_path: Path) -> None:
    source = outlet(line.store)
    names = ("shared.example/1", "shared.example/2", "free.example/3")
    mine, shared, free = (feed_of(line.store, source, f"https://{name}.xml") for name in names)
    for feed in (mine, shared, free):
        world.says(feed.url, rss(*ITEMS))
    another = World(answers=world.answers)
    second = parts(line.store, tmp_path, another, holder="another")
    meanwhile: list[Outcome] = []

    class Watched(World):
        """A world in which the other poller comes by in the middle of a visit."""

        def visit(self, visits: Iterable[Visit]) -> Iterator[tuple[Request, Answer | AggregatorError]]:
            for each in super().visit(visits):
                meanwhile.extend(run(second, Step.POLL, [shared.id, free.id], NOW))
                yield each

    ended = run(
        replace(line, poller=replace(line.poller, web=Watched(answers=world.answers))), Step.POLL, [mine.id], NOW
    )
    assert words(ended) == ["polled"]
    assert {outcome.id: outcome.word for outcome in meanwhile} == {shared.id: Word.HOST_BUSY, free.id: Word.POLLED}
    assert [request.url for request in another.asked] == [free.url]
    soon = NOW + timedelta(seconds=5)
    assert words(run(second, Step.POLL, [shared.id], soon)) == ["polled"], "its turn comes when the host is free"


def test_a_poller_that_fails_in_the_middle_keeps_its_hosts_from_nobody(line: Parts, world: World) -> None:
    class Died(BaseException):
        """The process is stopped while it reads."""

    def read(*_: object, **__: object) -> FeedDocument:
        raise Died

    feed = _feed(line)
    world.says(feed.url, rss(*ITEMS))
    with pytest.raises(Died):
        run(replace(line, poller=replace(line.poller, read=read)), Step.POLL, [feed.id], NOW)
    assert words(run(line, Step.POLL, [feed.id], NOW)) == ["not_due"], "its lease has not ended"
    with line.store.writing() as session:
        assert set(hosts.lease(session, [feed.host], "next", NOW, timedelta(minutes=1))) == {feed.host}
    assert words(run(line, Step.POLL, [feed.id], NOW + LEASE)) == ["polled"]


def test_a_feed_that_recovers_is_a_feed_like_any_other(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, f"{PROLOG}<rss><channel>", 500)
    run(line, Step.POLL, [feed.id], NOW)
    assert (_now(line, feed).failures, _now(line, feed).reason) == (1, "the server answered 500")
    world.says(feed.url, rss(*ITEMS))
    _again(line, feed)
    assert words(run(line, Step.POLL, [feed.id], NOW)) == ["polled"]
    assert (_now(line, feed).failures, _now(line, feed).reason) == (0, "")


@pytest.mark.parametrize("body", ["", "\x00\x01", f"{PROLOG}<opml", "{}", "not a feed at all"])
def test_a_body_that_cannot_be_read_is_asked_for_again_later(line: Parts, world: World, body: str) -> None:
    feed = _feed(line)
    world.says(feed.url, body)
    ended = run(line, Step.POLL, [feed.id], NOW)
    assert words(ended) == ["later"]
    assert ended[0].reason == _now(line, feed).reason != ""
    assert _now(line, feed).due_at > NOW
    with line.store.reading() as session:
        assert entries.number(session) == 0


def test_an_item_that_is_told_twice_in_one_feed_is_one_entry(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, rss(ITEMS[0], ITEMS[1], ITEMS[0]))
    ended = run(line, Step.POLL, [feed.id], NOW)
    assert (ended[0].reason, len(ended[0].follows)) == ("2 new of 2 entries", 2)


def test_the_host_is_free_again_after_the_poll_but_not_before_its_delay(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.says(feed.url, rss(*ITEMS))
    polite = replace(line, poller=replace(line.poller, manners=Manners(feed_delay=5.0)))
    run(polite, Step.POLL, [feed.id], NOW)
    with line.store.writing() as session:
        held = hosts.lease(session, [feed.host], "next", NOW, timedelta(minutes=1))
    assert held[feed.host].next_at == NOW + timedelta(seconds=5)


def test_each_poll_is_counted_in_one_word(line: Parts, world: World, store: Store) -> None:
    feed = _feed(line)
    world.says(feed.url, rss(*ITEMS))
    run(line, Step.POLL, [feed.id, 99], NOW)
    with store.reading() as session:
        assert outcomes.totals(session) == {(Step.POLL, Word.POLLED): 1, (Step.POLL, Word.NOT_DUE): 1}


def test_no_run_asks_more_of_a_host_than_it_can_end_in_time(line: Parts, world: World) -> None:
    told = [feed_of(line.store, outlet(line.store), f"https://crowd.example/{number:02}.xml") for number in range(15)]
    for feed in told:
        world.says(feed.url, rss(*ITEMS))
    ended = run(line, Step.POLL, [feed.id for feed in told], NOW)
    assert words(ended).count("polled") == 12
    busy = [outcome.id for outcome in ended if outcome.word is Word.HOST_BUSY]
    assert busy == [feed.id for feed in told[12:]]
    soon = NOW + timedelta(seconds=5)
    assert words(run(line, Step.POLL, busy, soon)) == ["polled"] * 3, "the others have their turn next"


def test_an_error_has_the_time_at_which_it_came_and_the_host_its_pause(line: Parts, world: World) -> None:
    feed = _feed(line)
    world.fails(feed.url, TryLater("no connection", trouble=Trouble.CONNECTION))
    world.at = NOW + timedelta(seconds=40)
    polite = replace(line, poller=replace(line.poller, manners=Manners(feed_delay=5.0)))
    run(polite, Step.POLL, [feed.id], NOW)
    assert _now(line, feed).polled_at == world.at
    with line.store.writing() as session:
        held = hosts.lease(session, [feed.host], "next", world.at, timedelta(minutes=1))
    assert held[feed.host].next_at == world.at + timedelta(seconds=5)


def test_the_full_text_of_an_item_is_kept_for_the_reading_of_its_page(line: Parts, world: World) -> None:
    whole = "".join(f"<p>Paragraph {number} of the article &amp; more of its words.</p>" for number in range(30))
    items = "".join(
        f"<item><title>News {name}</title><link>https://harbour-tribune.example/{name}</link><description>Short.</description>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
        for name, body in (("whole", whole), ("part", "<p>A teaser only.</p>"))
    )
    rss_with_content = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>T</title>'
        f"{items}</channel></rss>"
    )
    feed = _feed(line)
    world.says(feed.url, rss_with_content, content_type="application/rss+xml")
    follows = run(line, Step.POLL, [feed.id], NOW)[0].follows
    with line.store.reading() as session:
        told = entry_texts.several(session, [work.id for work in follows])
    assert len(follows) == 2
    (text,) = told.values()
    assert text.splitlines()[3] == "Paragraph 3 of the article & more of its words."
    assert len(text.splitlines()) == 30
