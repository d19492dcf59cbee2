"""How the feeds fare as a whole, on each database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.core.feed import Feed, FeedState, Trouble
from aggregator.core.limits import Limit
from aggregator.core.websub import Wish
from aggregator.store import feed_health, feeds, limits, subscriptions
from aggregator.store.feed_health import Lateness
from aggregator.store.session import Store
from aggregator.store.tables import feeds as table
from tests.newsdesk import feed_of, outlet
from tests.world import NOW


def _feeds(store: Store, *given: dict[str, object]) -> list[Feed]:
    source = outlet(store)
    made = [feed_of(store, source, f"https://tribune.example/{number}.xml") for number in range(len(given))]
    stands = [replace(feed, **each) for feed, each in zip(made, given, strict=True)]  # type: ignore[arg-type]
    with store.writing() as session:
        feeds.save(session, stands)
    return stands


def test_feeds_are_counted_by_state_and_failing_ones_by_trouble(store: Store):
    feed, *_ = _feeds(
        store,
        {},
        {"failures": 1, "trouble": Trouble.WALL},
        {"failures": 40, "trouble": Trouble.NAME, "state": FeedState.SLEEPING},
        {"failures": 2, "trouble": Trouble.NAME},
        {"failures": 0, "trouble": Trouble.NAME},
    )
    with store.writing() as session:
        subscriptions.add(session, Wish(feed.id, "https://hub.example/", feed.url), "token", "secret", NOW)
    with store.reading() as session:
        found = feed_health.health(session, NOW)
        words = [each.words for each in feed_health.glances(session, NOW)]
    assert (found.states, found.failing) == ({"active": 4, "sleeping": 1}, 3)
    assert found.troubles == {"wall": 1, "name": 2}
    assert found.subscriptions == {"wanted": 1}
    assert words == [(), ("wall",), ("sleeping", "name"), ("name",), ()]


HOUR, LONG = timedelta(hours=1), NOW - timedelta(days=3)


@pytest.mark.parametrize(
    ("given", "quiet"),
    [
        ({"news_at": LONG, "usual": HOUR}, True),
        ({"news_at": NOW - timedelta(days=1), "usual": HOUR}, False),
        ({"news_at": LONG, "usual": timedelta(days=2)}, False),
        ({"news_at": LONG, "usual": None}, False),
        ({"news_at": LONG, "usual": HOUR, "failures": 1}, False),
        ({"news_at": LONG, "usual": HOUR, "state": FeedState.PAUSED}, False),
    ],
)
def test_a_quiet_feed_is_told_alike_by_its_number_at_a_glance_and_of_itself(
    store: Store, given: dict[str, object], quiet: bool
):
    (feed,) = _feeds(store, given)
    with store.reading() as session:
        told = (feed_health.quiet(session, NOW), [each.quiet for each in feed_health.glances(session, NOW)])
    assert (*told, feed_health.is_quiet(feed, NOW)) == (int(quiet), [quiet], quiet)


def test_lateness_is_that_of_the_polls_of_a_day(store: Store):
    late = [{"lateness": timedelta(seconds=each), "polled_at": NOW} for each in (1, 2, 3, 400)]
    old = {"lateness": timedelta(hours=9), "polled_at": NOW - timedelta(days=2)}
    _feeds(store, *late, old, {})
    with store.reading() as session:
        assert feed_health.lateness(session, NOW) == Lateness(4, 2, 400, 400)
        assert feed_health.lateness(session, NOW + timedelta(days=9)) == Lateness(0, 0, 0, 0)


def test_the_limits_of_a_host_are_its_own_and_those_of_its_domain(store: Store):
    def limit(url: str, host: str, minutes: int = 5) -> Limit:
        return Limit(url, host, "tribune.example", NOW, NOW + timedelta(minutes=minutes))

    its, wide = limit("https://www.tribune.example/a", "www.tribune.example"), limit("*.tribune.example", "b", 9)
    other, over = limit("https://b.tribune.example/", "b.tribune.example"), limit("https://x", "www.tribune.example", 0)
    with store.writing() as session:
        limits.save(session, [its, wide, other, over])
        assert feed_health.limits_of(session, "www.tribune.example", NOW) == [wide, its]


NEW = "https://tribune.example/new.xml"


@pytest.mark.parametrize("state", list(FeedState))
def test_a_proposed_address_takes_the_place_of_the_old_one_and_a_paused_feed_stays_paused(
    store: Store, state: FeedState
):
    (feed,) = _feeds(store, {"state": state, "etag": '"1"', "failures": 4, "trouble": Trouble.GONE, "gone_at": NOW})
    offered = replace(feed, proposed_url=NEW)
    with store.writing() as session:
        assert not feed_health.adopt(session, offered, "tribune.example", NOW)  # nothing is proposed in the store
        session.execute(table.update().values(proposed_url=NEW))
        assert feed_health.adopt(session, offered, "tribune.example", NOW)
        found = feeds.get(session, feed.id)
        due = feeds.due(session, NOW, 10)
    assert found is not None
    assert (found.url, found.etag, found.failures, found.gone_at) == (NEW, "", 0, None)
    assert found.state is (FeedState.PAUSED if state is FeedState.PAUSED else FeedState.ACTIVE)
    assert len(due) == (state is not FeedState.PAUSED)


def test_a_feed_in_the_hands_of_a_worker_is_not_changed_under_it(store: Store):
    (feed,) = _feeds(store, {})
    with store.writing() as session:
        session.execute(table.update().values(proposed_url=NEW))
        feeds.lease(session, [feed.id], NOW, timedelta(minutes=10))
        offered = replace(feed, proposed_url=NEW)
        assert not feed_health.adopt(session, offered, "tribune.example", NOW)
        assert feed_health.adopt(session, offered, "tribune.example", NOW + timedelta(minutes=10))
