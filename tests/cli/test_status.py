"""status: one screen on which the numbers add up."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.core.feed import Trouble
from aggregator.core.limits import Limit
from aggregator.store import feeds, limits, pulses
from aggregator.store.session import Store
from tests.cli.conftest import COURIER, Command
from tests.world import NOW


@pytest.mark.usefixtures("day")
def test_the_entries_add_up(aggregator: Command):
    found = aggregator("status", "--json").json
    entries = found["entries"]
    assert entries.pop("seen") == sum(entries.values()) == 7
    assert entries == {"article": 2, "duplicate": 2, "refused": 1, "quarantined": 1, "still_due": 1}


@pytest.mark.usefixtures("day")
def test_everything_is_counted(aggregator: Command):
    found = aggregator("status", "--json").json
    assert found["feeds"] == {"active": 3, "failing": 0}
    assert found["articles"] == {"texts": 3, "articles": 2, "copies": 1, "removed": 0}
    assert found["quarantined"] == {"too-short": 1}
    assert found["refused"] == {"the server answered 404": 1}
    assert (found["published"], found["withdrawn"], found["takedowns"]) == (2, 0, 0)
    assert found["outcomes"]["gather"] == {"article": 2, "duplicate": 1}
    assert found["database_bytes"] > 10_000
    assert found["disk_free_bytes"] > 0


@pytest.mark.usefixtures("day")
def test_a_takedown_shows(aggregator: Command):
    aggregator("takedown", "article", COURIER, "--reason", "a wish", "--yes")
    found = aggregator("status", "--json").json
    assert (found["published"], found["withdrawn"], found["takedowns"]) == (1, 2, 1)
    assert found["articles"]["removed"] == 2
    aggregator("takedown", "lift", "1", "--why", "x", "--yes")
    assert aggregator("status", "--json").json["takedowns"] == 0


@pytest.mark.usefixtures("day")
def test_it_is_one_screen_of_words(aggregator: Command, folder: Path):
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        pulses.beat(session, "network@here", NOW - timedelta(days=1))
    store.close()
    lines = aggregator("status").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) < 40
    text = " ".join(" ".join(lines).split())
    assert "7 seen = 2 article + 2 duplicate + 1 refused + 1 quarantined + 1 still due" in text
    assert "network@here" in text
    assert "2 live, 0 withdrawn" in text


def test_the_peak_memory_of_each_worker_is_shown_as_it_told_it_last(aggregator: Command, folder: Path):
    aggregator("db", "upgrade")
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        for name, about in (
            ("network", "host:6"),
            ("processor", pulses.told("host:7", 262, 1500)),
            ("publishing", pulses.told("host:8", 171, 0)),
        ):
            pulses.beat(session, name, NOW, about)
    store.close()
    told = {"processor": {"peak_mib": 262, "limit_mib": 1500}, "publishing": {"peak_mib": 171, "limit_mib": 0}}
    assert aggregator("status", "--json").json["memory"] == told
    lines = aggregator("status").out.splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    for said in ("s ago (peak 262 MiB of 1500)", "s ago (peak 171 MiB, no limit)"):
        assert said in text
    assert text.count("(peak") == 2


@pytest.mark.usefixtures("day")
def test_limits_are_told_with_their_release_and_troubles_by_name(aggregator: Command, folder: Path):
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    far = NOW + timedelta(days=36_500)
    with store.writing() as session:
        feed = feeds.by_url(session, "https://courier.example/feed.xml")
        assert feed is not None
        late = timedelta(minutes=3)
        ill = replace(feed, failures=2, trouble=Trouble.LIMITED, reason="429", polled_at=far, lateness=late)
        feeds.save(session, [ill])
        held = [Limit(f"https://courier.example/{each}", feed.host, feed.host, NOW, far, "429") for each in range(5)]
        limits.save(session, held)
    store.close()
    found = aggregator("status", "--json").json
    assert (found["feeds"], found["troubles"]) == ({"active": 3, "failing": 1}, {"limited": 1})
    assert found["late_seconds"]["longest"] == 180
    assert (found["limits_number"], len(found["limits"])) == (5, 5)
    assert found["limits"][0] == {"url": "https://courier.example/0", "until": far.isoformat(), "reason": "429"}
    text = " ".join(aggregator("status").out.split())
    assert f"https://courier.example/0 until {far:%m-%d %H:%M}" in text
    assert "and 2 more" in text
    assert "all within 3 min" in text


def test_nothing_yet_is_said_as_such(aggregator: Command):
    text = aggregator("status").out
    for said in ("feeds        0 failing", "0 seen", "no sign of life"):
        assert said in text
