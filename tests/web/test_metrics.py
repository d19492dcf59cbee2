"""The numbers of polling, for whoever watches over us."""

from dataclasses import replace
from datetime import timedelta

from aggregator.core.baseline import Alarm, AlarmKind
from aggregator.core.feed import Trouble
from aggregator.core.websub import Wish
from aggregator.store import alarms, feeds, subscriptions
from tests.newsdesk import feed_of, outlet
from tests.web.newsstand import Site
from tests.world import NOW


def test_feeds_are_told_by_state_and_trouble_with_their_lateness_and_subscriptions(site: Site) -> None:
    feed = feed_of(site.store, outlet(site.store))
    quiet = {"news_at": NOW - timedelta(days=9), "usual": timedelta(hours=1)}
    late = replace(feed, polled_at=NOW, lateness=timedelta(seconds=42), **quiet)  # type: ignore[arg-type]
    with site.store.writing() as session:
        feeds.save(session, [late])
        subscriptions.add(session, Wish(feed.id, "https://hub.example/", feed.url), "token", "secret", NOW)
    text = site.get("/metrics").text
    for line in (
        'aggregator_feeds{state="active"} 1',
        'aggregator_feeds_trouble{trouble="wall"} 0',
        "aggregator_feeds_quiet 1",
        'aggregator_poll_late_seconds{quantile="1"} 42',
        'aggregator_subscriptions{state="wanted"} 1',
    ):
        assert f"{line}\n" in text
    with site.store.writing() as session:
        feeds.save(session, [replace(late, failures=1, trouble=Trouble.WALL)])
    text = site.get("/metrics").text
    for line in (
        'aggregator_feeds_trouble{trouble="wall"} 1',
        "aggregator_feeds_quiet 0",
        "aggregator_feeds_failing 1",
    ):
        assert f"{line}\n" in text


def test_open_alarms_are_told_by_kind(site: Site) -> None:
    source = outlet(site.store)
    with site.store.writing() as session:
        alarms.begin(session, {source.id: [Alarm(kind, "r") for kind in (AlarmKind.LENGTH, AlarmKind.TITLES)]}, NOW)
        alarms.end(session, source.id, [AlarmKind.TITLES], NOW)
    text = site.get("/metrics").text
    for kind, number in (("length", 1), ("titles", 0), ("quarantine", 0)):
        assert f'aggregator_alarms{{kind="{kind}"}} {number}\n' in text
