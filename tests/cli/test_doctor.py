"""doctor: what it finds, which cure it names, and that it never waits for long."""

import socket
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.core.outcome import Outcome, Step, Word
from aggregator.store import outcomes
from aggregator.store.session import Store
from tests.cli.conftest import Command, Said


def findings(said: Said) -> dict[str, tuple[str, str, str]]:
    return {each["about"]: (each["state"], each["said"], each["cure"]) for each in said.json}


def test_a_sound_system_is_said_to_be_one(aggregator: Command, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AGGREGATOR_SITE_PORT", str(probe.getsockname()[1]))
    aggregator("db", "upgrade")
    done = aggregator("doctor", "--json")
    found = findings(done)
    assert done.code == 0
    assert list(found) == [
        "versions",
        "limits",
        "settings",
        "disk",
        "database",
        "pages",
        "broker",
        "clock",
        "port",
        "memory",
        "reading",
        "network",
    ]
    sound = {about for about, (state, _, _) in found.items() if state == "ok"}
    assert sound >= set(found) - {"disk", "network"}
    assert found["network"][1] == "no feeds are known yet"


def test_a_database_that_is_behind_is_left_as_it_is_and_the_cure_is_named(aggregator: Command):
    for _ in range(2):
        done = aggregator("doctor", "--json")
        assert findings(done)["database"][0::2] == ("warn", "run `aggregator db upgrade`")
        assert done.code == 0


def test_a_wrong_setting_is_told_and_nothing_else_tried(aggregator: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGGREGATOR_SITE_PORT", "none")
    done = aggregator("doctor")
    assert done.code == 1
    assert "fail  settings  setting site.port = 'none' is wrong" in done.out
    assert "disk" not in done.out


def test_a_data_folder_that_cannot_be_one_is_told_with_its_cure(
    aggregator: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    (folder / "file").touch()
    monkeypatch.setenv("AGGREGATOR_DATA_FOLDER", str(folder / "file"))
    done = aggregator("doctor", "--json")
    assert done.code == 1
    assert findings(done)["disk"][0::2] == ("fail", "choose another data.folder, or correct its rights")


def test_a_broker_that_does_not_answer_is_told_without_its_password(
    aggregator: Command, monkeypatch: pytest.MonkeyPatch
):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AGGREGATOR_REDIS_URL", f"redis://user:secret@127.0.0.1:{probe.getsockname()[1]}/0")
        done = aggregator("doctor", "--json")
    assert done.code == 1
    assert findings(done)["broker"][0] == "fail"
    assert "secret" not in done.out


def test_a_broker_that_answers_is_fine(aggregator: Command, redis_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGGREGATOR_REDIS_URL", redis_url)
    assert findings(aggregator("doctor", "--json"))["broker"][0] == "ok"


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1/", "redis://127.0.0.1:none/"])
def test_an_address_of_no_broker_is_told(aggregator: Command, monkeypatch: pytest.MonkeyPatch, url: str):
    monkeypatch.setenv("AGGREGATOR_REDIS_URL", url)
    done = aggregator("doctor", "--json")
    assert (done.code, findings(done)["broker"][0]) == (1, "fail")


def test_a_database_that_does_not_answer_is_told_without_its_password(
    aggregator: Command, monkeypatch: pytest.MonkeyPatch
):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"postgresql://user:secret@127.0.0.1:{probe.getsockname()[1]}/news"
        monkeypatch.setenv("AGGREGATOR_DATABASE_URL", url)
        done = aggregator("doctor", "--json")
    assert done.code == 1
    assert findings(done)["database"][0] == "fail"
    assert "secret" not in done.out


def test_a_clock_that_is_behind_the_newest_row_is_told(aggregator: Command, folder: Path):
    aggregator("db", "upgrade")
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        outcomes.record(session, [Outcome(Step.POLL, 1, Word.POLLED)], datetime.now(UTC) + timedelta(hours=1))
    store.close()
    done = aggregator("doctor", "--json")
    assert (done.code, findings(done)["clock"][0]) == (1, "fail")


def test_a_port_that_is_taken_is_told(aggregator: Command, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("AGGREGATOR_SITE_PORT", str(taken.getsockname()[1]))
        assert findings(aggregator("doctor", "--json"))["port"][0] == "warn"


def test_a_host_that_can_be_reached_is_enough(aggregator: Command):
    with socket.socket() as outlet:
        outlet.bind(("127.0.0.1", 0))
        outlet.listen()
        aggregator("sources", "add", "http://127.0.0.1:1/feed")
        aggregator("sources", "add", f"http://127.0.0.1:{outlet.getsockname()[1]}/feed")
        assert findings(aggregator("doctor", "--json"))["network"][0] == "ok"


def test_without_a_network_it_says_so_soon_and_names_the_demonstration(aggregator: Command):
    for number in range(5):
        aggregator("sources", "add", f"http://127.0.0.1:{number + 1}/feed")
    began = time.monotonic()
    state, said, cure = findings(aggregator("doctor", "--json"))["network"]
    assert time.monotonic() - began < 20
    assert state == "warn"
    assert said == "none of 127.0.0.1:1, 127.0.0.1:2, 127.0.0.1:3 can be reached"
    assert "demo" in cure
