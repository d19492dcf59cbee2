"""Settings: where they come from, which wins, and how a wrong one is refused."""

import os
import re
import tomllib
from pathlib import Path

import pytest

from aggregator import settings
from aggregator.core.errors import Refused
from aggregator.settings import Settings

SHIPPED = Path(__file__).parents[1] / "config/aggregator.toml"
LINE = re.compile(r"^# (?=\w+ = )", re.MULTILINE)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, with no setting in the environment."""
    for name in [each for each in os.environ if each.startswith("AGGREGATOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(text: str) -> None:
    Path("config").mkdir()
    Path("config/aggregator.toml").write_text(text, encoding="utf-8")


def test_without_a_file_and_an_environment_the_defaults_hold():
    found = settings.load()
    assert found.database_url == "sqlite:///var/aggregator.db"
    assert found.blobs_url == str(Path("var/blobs"))
    assert found.site.address == "http://127.0.0.1:8000"
    assert found.fetch.agent.startswith("Aggregator/")


def test_code_wins_over_the_environment_and_that_over_the_file(monkeypatch: pytest.MonkeyPatch):
    written('[site]\nport = 1001\ntitle = "From the file"\nhost = "127.0.0.2"\n')
    monkeypatch.setenv("AGGREGATOR_SITE_PORT", "1002")
    monkeypatch.setenv("AGGREGATOR_SITE_TITLE", "From the environment")
    found = settings.load(site={"port": 1003}).site
    assert (found.port, found.title, found.host) == (1003, "From the environment", "127.0.0.2")


def test_another_file_can_be_named_and_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    other = tmp_path / "other.toml"
    other.write_text("[site]\nport = 1234\n")
    monkeypatch.setenv("AGGREGATOR_CONFIG", str(other))
    assert settings.load().site.port == 1234
    monkeypatch.setenv("AGGREGATOR_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(Refused, match=r"none\.toml, and there is no such file"):
        settings.load()


# as written in the file; the key; the value as shown; what is allowed
WRONG = [
    ("[site]\nport = 70000", "site.port", "70000", "less than or equal to 65535"),
    ("[site]\nport = 0", "site.port", "0", "greater than or equal to 1"),
    ('[site]\nport = "http"', "site.port", "'http'", "valid integer"),
    ('[site]\nbase_url = "https://x.example/"', "site.base_url", "'https://x.example/'", "match pattern"),
    ('[site]\nbase_url = "x.example"', "site.base_url", "'x.example'", "match pattern"),
    ("[site]\nfeed_items = 0", "site.feed_items", "0", "greater than or equal to 1"),
    ("[poll]\nshortest_seconds = -1", "poll.shortest_seconds", "-1", "greater than or equal to 0"),
    ("[poll]\nlongest_seconds = 1e12", "poll.longest_seconds", "1000000000000.0", "less than or equal to"),
    ("[fetch]\nobey_robots = 2", "fetch.obey_robots", "2", "boolean"),
    ("[fetch]\nconnections = 0", "fetch.connections", "0", "greater than or equal to 1"),
    ("[publish]\nexcerpt_words = 1000", "publish.excerpt_words", "1000", "less than or equal to 200"),
    ("[workers]\nprocesses = 1000", "workers.processes", "1000", "less than or equal to 256"),
    ("[workers]\nhard_seconds = 1", "workers.hard_seconds", "1", "greater than or equal to 10"),
    ("[workers]\nmemory_limit_mb = 299", "workers.memory_limit_mb", "299", "at least 300"),
    ("[workers]\nmemory_limit_mb = -1", "workers.memory_limit_mb", "-1", "greater than or equal to 0"),
    ("[workers]\nmemory_limit_mb = 1e9", "workers.memory_limit_mb", "1000000000.0", "less than or equal to 1048576"),
    ("[workers]\nmemory_limit_mb = 599", "workers.memory_limit_mb", "599", "memory_per_child_mb: 600 to 1048576"),
    ("[workers]\nmemory_per_child_mb = 1501", "workers.memory_limit_mb", "1500", "0 (no limit), or at least 300"),
    ("[beat]\nsweep_seconds = []", "beat.sweep_seconds", "[]", "valid number"),
    ("[fetch]\ndelay = 3", "fetch.delay", "3", "see config/aggregator.toml for what there is"),
    ("[sight]\nport = 1", "sight", "{'port': 1}", "see config/aggregator.toml for what there is"),
]


@pytest.mark.parametrize(("text", "key", "value", "allowed"), WRONG)
def test_a_wrong_setting_in_the_file_is_refused_with_key_value_and_what_is_allowed(
    text: str, key: str, value: str, allowed: str
):
    written(text)
    with pytest.raises(Refused) as refused:
        settings.load()
    assert f"setting {key} = {value} is " in refused.value.reason
    assert allowed in refused.value.reason


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AGGREGATOR_SITE_PORT", "zero", "setting site.port = 'zero' is wrong"),
        ("AGGREGATOR_SITE_PORTS", "1", "setting site.ports = '1' is unknown"),
        (
            "AGGREGATOR_SIGHT_PORT",
            "1",
            "AGGREGATOR_SIGHT_PORT in the environment is no setting; the groups are beat, blobs",
        ),
        ("AGGREGATOR_PORT", "1", "AGGREGATOR_PORT in the environment is no setting"),
        ("AGGREGATOR_URLS_TRACKING_RULES", "a.json", "AGGREGATOR_URLS_TRACKING_RULES = 'a.json' is no list"),
        ("AGGREGATOR_URLS_TRACKING_RULES", "1", "setting urls.tracking_rules = 1 is wrong"),
    ],
)
def test_a_wrong_setting_in_the_environment_is_refused_too(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
):
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused) as refused:
        settings.load()
    assert said in refused.value.reason


def test_all_that_is_wrong_is_said_at_once_and_where_to_correct_it():
    written("[site]\nport = 0\nfeed_items = 0\n")
    with pytest.raises(Refused) as refused:
        settings.load()
    lines = refused.value.reason.splitlines()
    assert len(lines) == 2
    assert "in config/aggregator.toml or as AGGREGATOR_SITE_PORT" in lines[0]


def test_a_file_that_is_no_toml_is_refused():
    written("[site\n")
    with pytest.raises(Refused, match=r"config/aggregator\.toml is not valid TOML"):
        settings.load()


@pytest.mark.parametrize(("limit", "child"), [(0, 5000), (600, 600), (300, 100)])
def test_a_limit_of_memory_is_none_or_no_lower_than_where_a_process_is_replaced(limit: int, child: int):
    found = settings.load(workers={"memory_limit_mb": limit, "memory_per_child_mb": child}).workers
    assert (found.memory_limit_mb, found.memory_per_child_mb) == (limit, child)


def test_the_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        settings.load().site.port = 1


def test_a_child_process_finds_the_same_settings(monkeypatch: pytest.MonkeyPatch):
    given = settings.load(site={"port": 4321, "title": "A title, with = and spaces"}, fetch={"obey_robots": False})
    for name, value in settings.environment(given).items():
        monkeypatch.setenv(name, value)
    assert settings.load() == given


def test_the_file_that_is_shipped_changes_nothing_as_it_is():
    written(SHIPPED.read_text(encoding="utf-8"))
    assert settings.load() == Settings()


def test_the_file_that_is_shipped_names_every_setting_with_its_default():
    text = LINE.sub("", SHIPPED.read_text(encoding="utf-8"))
    told = tomllib.loads(text)
    defaults = Settings().model_dump(mode="json")
    not_told = {("data", "progress")}  # set by the supervisor alone
    expected = {(group, name) for group, values in defaults.items() for name in values} - not_told
    assert {(group, name) for group, values in told.items() for name in values} == expected
    shown = {("data", "record"), ("publish", "disclaimer")}  # an example, and a long text that is cut short
    for group, name in sorted(expected - shown):
        assert told[group][name] == defaults[group][name], f"{group}.{name}"


def test_the_file_that_is_shipped_is_valid_with_every_line_in_force():
    written(LINE.sub("", SHIPPED.read_text(encoding="utf-8")))
    assert settings.load().data.record == Path("all.warc.gz")
