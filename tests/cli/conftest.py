"""Fixtures of the command's tests: a data folder of its own, the command as an operator calls it, a day's news."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from aggregator import settings as configuration
from aggregator import wiring
from aggregator.cli.command import app
from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.source import Show, SourceSpec
from aggregator.drive import here
from aggregator.line import Parts
from aggregator.settings import Settings
from aggregator.steps.enrol import enrol
from aggregator.steps.sweep import Broom, due
from tests.texts import GLACIER, HARBOUR, SCHOOL, changed_headline
from tests.world import NOW, Item, World, page, rss

TRIBUNE = "https://tribune.example/2026/breakwater"
COURIER = "https://courier.example/breakwater-to-be-rebuilt"
OPEN = "https://open.example/school"
STUB = "https://tribune.example/2026/stub"
MISSING = "https://tribune.example/2026/missing"
BUSY = "https://courier.example/busy"
TERMS = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True)
class Said:
    """How one call of the command ended, and what it wrote."""

    code: int
    out: str
    error: str = ""

    @property
    def json(self) -> Any:
        """The document that it wrote."""
        return json.loads(self.out)


Command = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty place to work in, which the environment names as the data folder."""
    for name in [each for each in os.environ if each.startswith("AGGREGATOR_") and "_TEST_" not in each]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGGREGATOR_DATA_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.fixture
def aggregator(folder: Path) -> Command:  # noqa: ARG001 - the command works in it
    """Give the command; an error of ours is caught as `main` does it."""

    def call(*words: str, answer: str | None = None) -> Said:
        done = CliRunner().invoke(app, list(words), input=answer)
        if isinstance(done.exception, AggregatorError):
            return Said(1, done.stdout, done.exception.reason)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    return call


def _world() -> World:
    world = World()
    late = Item(BUSY, "A page that does not answer yet")
    world.says(
        "https://tribune.example/feed.xml",
        rss(Item(TRIBUNE, "Breakwater to be rebuilt"), Item(STUB, "A stub"), Item(MISSING, "Nothing there")),
    )
    world.says("https://courier.example/feed.xml", rss(Item(COURIER, "Harbour gets its breakwater back"), late))
    world.says(
        "https://open.example/feed.xml",
        rss(Item(OPEN, "Valley school opens again"), Item(f"{OPEN}?utm_source=rss", "The same")),
    )
    world.says(TRIBUNE, page("Breakwater to be rebuilt", *HARBOUR))
    world.says(COURIER, page("Harbour gets its breakwater back", *changed_headline(HARBOUR)))
    world.says(OPEN, page("Valley school opens again", *SCHOOL))
    world.says(f"{OPEN}?utm_source=rss", page("Valley school opens again", *SCHOOL))
    world.says("https://other.example/glacier", page("A core of ice", *GLACIER))
    world.says(STUB, page("A stub", "Too short."))
    world.fails(BUSY, TryLater("courier.example took longer than 30 seconds"))
    return world


def outlets() -> list[SourceSpec]:
    """Return the outlets of the day's news: two that share a text, and one whose texts may be shown in full."""
    return [
        SourceSpec(
            "Harbour Tribune", "tribune", "https://tribune.example/", feeds=("https://tribune.example/feed.xml",)
        ),
        SourceSpec("Courier", "courier", "https://courier.example/", feeds=("https://courier.example/feed.xml",)),
        SourceSpec(
            "Open Gazette",
            "open",
            "https://open.example/",
            show=Show.FULL,
            licence="CC-BY-4.0",
            licence_url=TERMS,
            licence_stated_at=TERMS,
            feeds=("https://open.example/feed.xml",),
        ),
    ]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder after a day: an article, its copy, an open one told twice, a stub, a lost page, a late one."""
    place = tmp_path_factory.mktemp("day") / "var"
    parts = parts_in(configuration.load(data={"folder": place}), _world())
    enrol(parts.store, outlets(), NOW)
    run_line(parts, NOW)
    run_line(parts, NOW + timedelta(minutes=2))
    parts.store.close()
    return place


@pytest.fixture
def day(made: Path, folder: Path) -> None:
    """Let the command find that day in its data folder."""
    shutil.copytree(made, folder / "var")


def parts_in(settings: Settings, world: World) -> Parts:
    """Return the parts of the line of these settings, in a world that answers from memory."""
    parts = wiring.build(settings)
    poller, fetcher = replace(parts.poller, web=world), replace(parts.fetcher, web=world, holder="test")
    return replace(parts, poller=poller, fetcher=fetcher, clock=lambda: NOW)


def run_line(parts: Parts, now: datetime) -> None:
    """Run all that is due then, and all that follows."""
    with parts.store.reading() as session:
        work = due(session, Broom(), now)
    here(parts, now, work, lambda _: None)
