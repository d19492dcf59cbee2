"""How the pages of sources are read, as `sources show`, `status` and `doctor` tell it."""

import math
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.core.baseline import Alarm, AlarmKind
from aggregator.core.override import Override
from aggregator.core.source import SourceSpec
from aggregator.store import alarms, baselines, sources
from aggregator.store.baselines import Count
from aggregator.store.session import Store
from aggregator.wiring import wall_clock
from tests.cli.conftest import Command

DAY = timedelta(days=1)
SHORT = Alarm(AlarmKind.LENGTH, "the newest 9 texts have 60 words, 600 are usual (10%)")


@pytest.fixture
def tribune(aggregator: Command, folder: Path) -> None:
    """Store a source with an override, pages of five weeks and two alarms, of which one has ended; and a quiet one."""
    aggregator("sources", "add", "https://quiet.example/feed", "--name", "Quiet", "--unchecked")
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    now = wall_clock()
    today = now.date()
    with store.writing() as session:
        spec = SourceSpec("Tribune", "tribune", override=Override(body=(".story",), title=("h1",)))
        source = sources.save(session, spec, now)
        baselines.add(
            session,
            [
                Count(source.id, today, "article", 2, 2 * math.log(400), 1),
                Count(source.id, today - 3 * DAY, "article", 2, 2 * math.log(100), 2),
                Count(source.id, today, "paywall", 1),
                Count(source.id, today - 2 * DAY, "consent", 2),
                Count(source.id, today - 28 * DAY, "challenge", 50),
            ],
        )
        alarms.begin(session, {source.id: [SHORT, Alarm(AlarmKind.QUARANTINE, "q")]}, now - DAY)
        alarms.end(session, source.id, [AlarmKind.QUARANTINE], now)
    store.close()


@pytest.mark.usefixtures("tribune")
def test_a_source_is_shown_with_what_was_read_in_four_weeks_and_its_open_alarms(aggregator: Command):
    found = aggregator("sources", "show", "tribune", "--json").json
    assert found["extraction"] == {
        "days": 28,
        "articles": 4,
        "words": 200,
        "titles_agree": 0.75,
        "quarantined": {"consent": 2, "paywall": 1},
    }
    (alarm,) = found["alarms"]
    assert (alarm["source"], alarm["kind"], alarm["reason"]) == ("tribune", "length", SHORT.reason)
    assert "aggregator articles try URL --source tribune" in alarm["next"]
    assert "aggregator sources pause tribune" in alarm["next"]
    assert found["override"] == {"body": [".story"], "remove": [], "title": ["h1"]}


@pytest.mark.usefixtures("tribune")
def test_a_person_reads_the_same_in_words(aggregator: Command):
    said = " ".join(aggregator("sources", "show", "tribune").out.split())
    assert "read in 28 days 4 articles of usually 200 words, 75% with the feed's headline" in said
    assert "3 of 7 pages: 2 consent, 1 paywall" in said
    assert f"alarm: length {SHORT.reason}, since" in said
    assert 'override { body = [".story"], title = ["h1"] }' in said
    quiet = aggregator("sources", "show", "quiet").out
    assert "0 articles\n" in quiet
    assert "alarm" not in quiet
    assert "override" not in quiet


@pytest.mark.usefixtures("tribune")
def test_the_status_tells_how_many_alarms_are_open_and_of_which_sources(aggregator: Command):
    found = aggregator("status", "--json").json
    assert (found["alarms_number"], [each["source"] for each in found["alarms"]]) == (1, ["tribune"])
    assert "1 open: tribune (length)" in " ".join(aggregator("status").out.split())


@pytest.mark.usefixtures("tribune")
def test_the_doctor_warns_of_open_alarms(aggregator: Command, folder: Path):
    def reading() -> dict[str, str]:
        (found,) = [each for each in aggregator("doctor", "--json").json if each["about"] == "reading"]
        return dict(found)

    found = reading()
    assert (found["state"], found["said"]) == ("warn", "alarms: 1 open: tribune (length)")
    assert "aggregator sources show tribune" in found["cure"]
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        (standing,) = alarms.every_open(session)
        alarms.end(session, standing.source_id, AlarmKind, wall_clock())
    store.close()
    assert reading()["state"] == "ok"
    assert "alarms none" in " ".join(aggregator("status").out.split())


@pytest.mark.usefixtures("tribune")
def test_of_many_alarms_the_first_are_named(aggregator: Command, folder: Path):
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        for number in range(6):
            source = sources.save(session, SourceSpec(f"S{number}", f"s{number}"), wall_clock())
            alarms.begin(session, {source.id: [SHORT, Alarm(AlarmKind.TITLES, "t")]}, wall_clock())
    store.close()
    said = " ".join(aggregator("status").out.split())
    named = ", ".join(f"s{number} (length, titles)" for number in range(5))
    assert f"13 open: {named}, …" in said
