"""Subscribing: a real hub, asked over real HTTP, asks back at the real site, and sends what is new."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from aggregator.adapters.http import HttpWeb
from aggregator.adapters.http_settings import HttpSettings
from aggregator.core import websub
from aggregator.core.feed import Feed, FeedState
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.websub import DEAD_PAUSE, LEASE, VERIFY_WITHIN, Subscription, SubscriptionState
from aggregator.steps.subscribe import Subscriber, subscribe
from aggregator.store import feeds, hosts, outcomes, subscriptions
from aggregator.store.session import Store
from aggregator.store.tables import feeds as feeds_table
from aggregator.store.tables import hosts as hosts_table
from tests.newsdesk import feed_of, outlet
from tests.steps.hub import CHALLENGE, Hub, running
from tests.web.newsstand import Site, serving
from tests.world import NOW, Item, World, rss

TOPIC = "https://harbour-tribune.example/feed.xml?all=1"
CONTENT = rss(Item("https://harbour-tribune.example/1", "One")).encode()
HOUR = timedelta(hours=1)


@dataclass
class Place:
    """A site, a hub, and the subscriber between them."""

    site: Site
    hub: Hub
    tools: Subscriber

    @property
    def store(self) -> Store:
        return self.site.store

    def feed(self, number: int = 1, hub: str = "", topic: str = TOPIC, *, due_in: timedelta = HOUR) -> Feed:
        """Store a feed that names the hub, not due for a while."""
        source = outlet(self.store)
        feed = feed_of(self.store, source, f"https://harbour-tribune.example/{number}.xml", NOW + due_in)
        names(self.store, feed, hub or self.hub.url, topic)
        return feed

    def run(self, *asked: Feed, now: datetime = NOW) -> list[Outcome]:
        return subscribe(self.store, self.tools, now, [feed.id for feed in asked])

    def subscription(self, feed: Feed) -> Subscription:
        with self.store.reading() as session:
            return subscriptions.of_feeds(session, [feed.id])[feed.id]

    def standing(self, feed: Feed) -> Feed:
        with self.store.reading() as session:
            found = feeds.get(session, feed.id)
            assert found is not None
            return found

    def pushed(self, feed: Feed) -> list[bytes]:
        with self.store.reading() as session:
            return [each.body for each in subscriptions.take_pushes(session, [feed.id]).get(feed.id, [])]

    def due(self, now: datetime) -> list[int]:
        with self.store.reading() as session:
            return [each.id for each in subscriptions.due(session, now, 100)]


def names(store: Store, feed: Feed, hub: str, topic: str = TOPIC) -> None:
    """Let a feed name a hub and a topic, as a poll would have found them."""
    with store.writing() as session:
        session.execute(update(feeds_table).where(feeds_table.c.id == feed.id).values(hub=hub, topic=topic))


def _tokens() -> Iterator[str]:
    return (f"{number:043d}" for number in itertools.count(1))


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    web = HttpWeb(HttpSettings(user_agent="Test/1", allow_loopback=True, total_seconds=10.0), lambda: NOW)
    with serving(database_url, tmp_path) as site, running() as hub:
        tools = Subscriber(web, site.url, _tokens().__next__, "worker", delay=0.0, allow_loopback=True)
        yield Place(site, hub, tools)


def test_a_hub_is_asked_verifies_and_the_feed_is_pushed_from_then_on(place: Place) -> None:
    feed = place.feed()
    assert place.due(NOW) == [feed.id]
    [ended] = place.run(feed)
    assert (ended.word, ended.step, ended.id) == (Word.ASKED, Step.SUBSCRIBE, feed.id)
    token, secret = f"{1:043d}", f"{2:043d}"
    assert place.hub.asked == [
        {
            "hub.callback": f"{place.site.url}/websub/{token}",
            "hub.mode": "subscribe",
            "hub.topic": TOPIC,
            "hub.lease_seconds": "864000",
            "hub.secret": secret,
        }
    ]
    assert place.hub.heard == [(200, CHALLENGE)]
    found = place.subscription(feed)
    assert (found.state, found.lease_until, found.failures) == (SubscriptionState.ACTIVE, NOW + LEASE, 0)
    assert place.standing(feed).pushed_until == NOW + LEASE
    assert place.due(NOW + LEASE * 0.74) == []
    with place.store.reading() as session:
        assert [word for _, word, _ in outcomes.of_item(session, Step.SUBSCRIBE, feed.id)] == [Word.ASKED]


def test_what_a_hub_sends_is_kept_when_its_signature_is_right_and_makes_the_feed_due(place: Place) -> None:
    feed = place.feed()
    place.run(feed)
    [form] = place.hub.asked
    assert place.hub.distribute(form, CONTENT) == 202
    assert place.pushed(feed) == [CONTENT]
    assert place.standing(feed).due_at == NOW
    with place.store.reading() as session:
        assert [work.id for work in feeds.due(session, NOW, 10)] == [feed.id]


@pytest.mark.parametrize("signature", [None, "sha256=00", "md5=00", "sha256=" + "f" * 64, "sha1=" + "0" * 40])
def test_what_comes_without_a_right_signature_is_taken_politely_and_ignored(
    place: Place, signature: str | None
) -> None:
    feed = place.feed()
    place.run(feed)
    assert place.hub.distribute(place.hub.asked[0], CONTENT, signature) == 202
    assert place.pushed(feed) == []
    assert place.standing(feed).due_at == NOW + HOUR
    assert (place.subscription(feed).refused, place.subscription(feed).pushes) == (1, 0)


def test_a_hub_that_answers_with_an_error_after_it_has_verified_is_believed(place: Place) -> None:
    feed = place.feed()
    place.hub.status = 500
    assert place.run(feed)[0].word is Word.LATER
    assert place.subscription(feed).state is SubscriptionState.ACTIVE


@pytest.mark.parametrize("lies", [{"topic": "https://harbour-tribune.example/other.xml"}, {"challenge": "x" * 1001}])
def test_a_hub_that_asks_for_something_else_gets_no_confirmation_and_the_subscription_lapses(
    place: Place, lies: dict[str, str]
) -> None:
    feed = place.feed()
    place.hub.lies = lies
    assert place.run(feed)[0].word is Word.ASKED
    assert [status for status, _ in place.hub.heard] == [404]
    assert place.subscription(feed).state is SubscriptionState.PENDING
    assert place.due(NOW + VERIFY_WITHIN) == [feed.id]
    [ended] = place.run(feed, now=NOW + VERIFY_WITHIN)
    assert (ended.word, "did not verify" in ended.reason) == (Word.LATER, True)
    found = place.subscription(feed)
    assert (found.state, found.failures) == (SubscriptionState.LAPSED, 1)
    assert place.standing(feed).pushed_until is None


def test_a_lease_of_ten_years_is_cut_to_fourteen_days(place: Place) -> None:
    feed = place.feed()
    place.hub.lies = {"lease_seconds": "315360000"}
    place.run(feed)
    assert place.standing(feed).pushed_until == NOW + timedelta(days=14)


def test_a_lease_is_renewed_with_the_same_token_before_it_ends(place: Place) -> None:
    feed = place.feed()
    place.run(feed)
    first = place.subscription(feed)
    assert place.run(feed)[0].word is Word.NOT_DUE
    with place.store.writing() as session:  # the site's clock stands still: the lease is nearly over now
        old = replace(first, due_at=NOW, lease_until=NOW + HOUR, asked_at=NOW - timedelta(days=9))
        assert subscriptions.save(session, old, first)
    assert place.due(NOW) == [feed.id]
    assert place.run(feed)[0].word is Word.ASKED
    assert place.hub.asked[0] == place.hub.asked[1]
    assert place.standing(feed).pushed_until == NOW + LEASE


def test_a_lease_runs_on_while_its_renewal_fails(place: Place) -> None:
    feed = place.feed()
    place.run(feed)
    place.hub.status, place.hub.verifies = 503, False
    at = place.subscription(feed).due_at
    [ended] = place.run(feed, now=at)
    assert ended.word is Word.LATER
    found = place.subscription(feed)
    assert (found.state, found.failures, found.lease_until) == (SubscriptionState.ACTIVE, 1, NOW + LEASE)
    assert place.standing(feed).pushed_until == NOW + LEASE


def test_a_refusal_is_told_with_the_hub_s_own_words_and_its_wish_to_be_left_alone(place: Place) -> None:
    feed = place.feed()
    place.hub.status, place.hub.verifies, place.hub.says = 429, False, "Too many\nsubscriptions"
    place.hub.headers = {"Retry-After": "90000"}
    [ended] = place.run(feed)
    assert (ended.word, ended.reason) == (Word.LATER, "the hub answered 429: Too many subscriptions")
    found = place.subscription(feed)
    assert (found.state, found.due_at) == (SubscriptionState.WANTED, NOW + timedelta(seconds=90000))
    with place.store.reading() as session:
        assert session.scalar(select(hosts_table.c.next_at)) == NOW + timedelta(seconds=90000)


def test_a_denial_is_kept_with_its_reason_for_a_week(place: Place) -> None:
    feed = place.feed()
    place.hub.verifies = False
    place.run(feed)
    assert place.hub.ask(place.hub.asked[0], mode="denied", challenge="", reason="not yours") == (200, "")
    found = place.subscription(feed)
    assert (found.state, found.reason) == (SubscriptionState.DENIED, "the hub denies it: not yours")
    assert place.due(NOW + timedelta(days=6)) == []
    assert place.due(NOW + timedelta(days=7)) == [feed.id]


def test_a_paused_feed_is_unsubscribed_and_what_still_comes_is_gone(place: Place) -> None:
    feed = place.feed()
    place.run(feed)
    with place.store.writing() as session:
        feeds.set_state(session, feed.id, FeedState.PAUSED, NOW)
    assert place.due(NOW) == [feed.id]
    [ended] = place.run(feed)
    assert (ended.word, ended.reason) == (Word.LEFT, "unsubscribed: the feed is paused or names no hub")
    assert place.hub.asked[1] == {
        "hub.callback": place.hub.asked[0]["hub.callback"],
        "hub.mode": "unsubscribe",
        "hub.topic": TOPIC,
    }
    assert place.hub.heard[1] == (200, CHALLENGE)
    assert place.standing(feed).pushed_until is None
    assert place.hub.distribute(place.hub.asked[0], CONTENT) == 410
    assert place.due(NOW + timedelta(days=30)) == []
    assert place.run(feed, now=NOW + timedelta(days=30))[0].word is Word.NOT_DUE


def test_a_hub_cannot_talk_us_out_of_a_subscription(place: Place) -> None:
    feed = place.feed()
    place.run(feed)
    assert place.hub.ask(place.hub.asked[0], mode="unsubscribe")[0] == 404
    assert place.subscription(feed).state is SubscriptionState.ACTIVE


def test_a_feed_that_names_another_hub_leaves_the_old_one_and_then_asks_the_new_with_a_new_token(
    place: Place,
) -> None:
    feed = place.feed()
    place.run(feed)
    with running() as other:
        names(place.store, feed, other.url)
        assert place.due(NOW) == [feed.id]
        assert place.run(feed)[0].word is Word.LEFT
        assert place.hub.asked[-1]["hub.mode"] == "unsubscribe"
        assert place.due(NOW) == []
        other.verifies = False
        assert place.due(NOW + VERIFY_WITHIN) == [feed.id]
        assert place.run(feed, now=NOW + VERIFY_WITHIN)[0].word is Word.ASKED
    assert other.asked[0]["hub.callback"] != place.hub.asked[0]["hub.callback"]
    assert other.asked[0]["hub.secret"] != place.hub.asked[0]["hub.secret"]
    assert place.hub.distribute(place.hub.asked[0], CONTENT) == 404
    assert place.subscription(feed).hub == other.url


def test_two_subscriptions_on_a_dead_hub_are_left_alone_for_a_week_and_then_one_of_them_tries(place: Place) -> None:
    one, two = place.feed(1, topic=f"{TOPIC}1"), place.feed(2, topic=f"{TOPIC}2")
    place.hub.verifies, place.hub.status = False, 500
    assert [each.word for each in place.run(one, two)] == [Word.LATER, Word.LATER]
    assert place.run(one, two)[0].word is Word.NOT_DUE
    now = _both_due(place, one, two)
    assert "answered 500" in place.run(one, two, now=now)[0].reason, "two failures are no death"
    assert len(place.hub.asked) == 4
    now = _both_due(place, one, two)
    ended = place.run(one, two, now=now)
    assert [each.word for each in ended] == [Word.LATER, Word.LATER]
    assert "is dead: 4 failures in a row" in ended[0].reason
    assert len(place.hub.asked) == 4
    assert place.due(now + DEAD_PAUSE - timedelta(days=2)) == []
    assert [place.standing(each).pushed_until for each in (one, two)] == [None, None]
    now = _both_due(place, one, two)
    ended = place.run(one, two, now=now)
    assert sorted("answered 500" in each.reason for each in ended) == [False, True]
    assert len(place.hub.asked) == 5


def _both_due(place: Place, *given: Feed) -> datetime:
    """Let time go on until something is due for each of the feeds; returns that time."""
    now = max(place.subscription(each).due_at for each in given)
    _answering(place, now)
    return now


def _answering(place: Place, now: datetime) -> None:
    """Let the network's clock go on."""
    settings = HttpSettings(user_agent="Test/1", allow_loopback=True, total_seconds=10.0)
    place.tools = replace(place.tools, web=HttpWeb(settings, lambda: now))


def test_a_hub_nobody_has_heard_of_is_tried_with_three_feeds_and_asked_for_the_others_once_it_verifies(
    place: Place,
) -> None:
    many = [place.feed(number, topic=f"{TOPIC}{number}") for number in range(5)]
    place.hub.verifies = False
    ended = place.run(*many)
    assert [each.word for each in ended].count(Word.ASKED) == 3
    assert len(place.hub.asked) == 3
    assert [each.word for each in place.run(*many)] == [Word.NOT_DUE] * 5
    assert place.hub.ask(place.hub.asked[0])[0] == 200
    assert len(place.due(NOW)) == 2
    assert [each.word for each in place.run(*many)].count(Word.ASKED) == 2


def test_a_hub_whose_host_is_being_asked_is_busy(place: Place) -> None:
    feed = place.feed()
    with place.store.writing() as session:
        hosts.lease(session, [websub.hub_host(place.hub.url)], "another", NOW, HOUR)
    assert place.run(feed)[0].word is Word.HOST_BUSY
    assert place.due(NOW) == [feed.id]


def test_the_host_is_given_back(place: Place) -> None:
    feed = place.feed()
    place.run(feed)
    with place.store.writing() as session:
        name = websub.hub_host(place.hub.url)
        assert set(hosts.lease(session, [name], "another", NOW, HOUR)) == {name}


@pytest.mark.parametrize("hub", ["ftp://hub.example/", "https://user:word@hub.example/", "javascript:alert(1)", "x"])
def test_a_hub_that_is_no_web_address_is_refused_and_not_looked_at_for_a_week(place: Place, hub: str) -> None:
    feed = place.feed(hub=hub)
    [ended] = place.run(feed)
    assert (ended.word, "no address to use" in ended.reason) == (Word.REFUSED, True)
    assert place.due(NOW + timedelta(days=6)) == []


def test_a_hub_with_an_endless_address_is_never_found_due(place: Place) -> None:
    feed = place.feed(hub="https://hub.example/" + "x" * 2000)
    assert place.due(NOW) == []
    assert place.run(feed)[0].word is Word.NOT_DUE


def test_a_hub_within_our_own_network_is_not_asked(place: Place) -> None:
    feed = place.feed(hub="http://10.0.0.1/hub")
    [ended] = place.run(feed)
    assert (ended.word, "not a public address" in ended.reason) == (Word.LATER, True)
    assert place.subscription(feed).failures == 1


def test_a_feed_without_a_hub_ends_as_not_due(place: Place) -> None:
    feed = feed_of(place.store, outlet(place.store))
    assert [each.word for each in place.run(feed, feed)] == [Word.NOT_DUE]
    assert place.due(NOW) == []


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8000", "https://desk.local", "http://192.168.1.7"])
def test_without_a_public_address_nothing_is_asked_and_the_reason_says_what_to_set(store: Store, address: str) -> None:
    feed = feed_of(store, outlet(store))
    names(store, feed, "https://hub.example/")
    world = World()
    tools = Subscriber(world, address, lambda: "t" * 43, "worker")
    [ended] = subscribe(store, tools, NOW, [feed.id])
    assert (ended.word, "site.base_url" in ended.reason) == (Word.REFUSED, True)
    assert world.asked == []
    with store.reading() as session:
        assert subscriptions.of_feeds(session, [feed.id]) == {}
