"""status: one screen on which the numbers add up."""

from datetime import timedelta

from aggregator.line import Parts
from aggregator.store import pulses
from tests.cli.conftest import COURIER, Command
from tests.world import NOW


def test_the_entries_add_up(aggregator: Command, day: Parts):
    found = aggregator("status", "--json").json
    entries = found["entries"]
    assert entries.pop("seen") == sum(entries.values()) == 7
    assert entries == {"article": 2, "duplicate": 2, "refused": 1, "quarantined": 1, "still_due": 1}


def test_everything_is_counted(aggregator: Command, day: Parts):
    found = aggregator("status", "--json").json
    assert found["feeds"] == {"active": 3, "failing": 0}
    assert found["articles"] == {"texts": 3, "articles": 2, "copies": 1, "removed": 0}
    assert found["quarantined"] == {"too-short": 1}
    assert found["refused"] == {"the server answered 404": 1}
    assert (found["published"], found["withdrawn"], found["takedowns"]) == (2, 0, 0)
    assert found["outcomes"]["gather"] == {"article": 2, "duplicate": 1}
    assert found["database_bytes"] > 10_000
    assert found["disk_free_bytes"] > 0


def test_a_takedown_shows(aggregator: Command, day: Parts):
    aggregator("takedown", "article", COURIER, "--reason", "a wish", "--yes")
    found = aggregator("status", "--json").json
    assert (found["published"], found["withdrawn"], found["takedowns"]) == (1, 1, 1)
    assert found["articles"]["removed"] == 2
    aggregator("takedown", "lift", "1", "--why", "x", "--yes")
    assert aggregator("status", "--json").json["takedowns"] == 0


def test_it_is_one_screen_of_words(aggregator: Command, day: Parts):
    with day.store.writing() as session:
        pulses.beat(session, "network@here", NOW - timedelta(days=1))
    day.store.close()
    lines = aggregator("status").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) < 40
    text = " ".join(" ".join(lines).split())
    assert "7 seen = 2 article + 2 duplicate + 1 refused + 1 quarantined + 1 still due" in text
    assert "network@here" in text
    assert "2 live, 0 withdrawn" in text


def test_nothing_yet_is_said_as_such(aggregator: Command):
    text = aggregator("status").out
    for said in ("feeds        none", "0 seen", "no sign of life"):
        assert said in text
