"""A replay runs the whole line on an archive: everything adds up, a second one adds nothing, a kill changes nothing."""

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aggregator.adapters.blobs import Blobs
from aggregator.adapters.recorder import Recorder
from aggregator.core.exchange import Exchange
from aggregator.store import publications
from aggregator.store.session import Store
from tests.service.tree import State, environment, kill_all, start, state
from tests.texts import GLACIER, HARBOUR, SCHOOL, changed_headline
from tests.world import NOW, Item, page, rss

OUTLETS = ("alpha.example", "beta.example", "gamma.example")
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def _story(place: int) -> tuple[str, ...]:
    """Return one of many reports that have nothing in common."""
    base = (HARBOUR, SCHOOL, GLACIER)[place % 3]
    return tuple(f"{' '.join(reversed(line.split()))} Report {place}." if place > 2 else line for line in base)


def _archive(file: Path) -> None:
    """Record a small world: each outlet has its own report and a copy of the first one's, and one page is a stub."""
    write = Recorder(file)

    def say(url: str, body: str, kind: str) -> None:
        write(Exchange(url, 200, "OK", (("Content-Type", f"{kind}; charset=utf-8"),), body.encode(), NOW))

    for place, outlet in enumerate(OUTLETS):
        own, copied = f"https://{outlet}/own", f"https://{outlet}/copied"
        say(own, page(f"Own report of {outlet}", *_story(place + 1)), "text/html")
        say(copied, page(f"Breakwater, says {outlet}", *(changed_headline(HARBOUR) if place else HARBOUR)), "text/html")
        items = [Item(own, f"Own report of {outlet}"), Item(copied, f"Breakwater, says {outlet}")]
        if not place:
            items.append(Item(f"https://{outlet}/stub", "A stub"))
            items.append(Item(f"https://{outlet}/missing", "Not in the archive"))
            say(f"https://{outlet}/stub", page("A stub", "Nothing more."), "text/html")
        say(f"https://{outlet}/feed.xml", rss(*items, title=outlet), "application/rss+xml")


def _opml(file: Path) -> None:
    outlines = "".join(f'<outline type="rss" text="{name}" xmlUrl="https://{name}/feed.xml"/>' for name in OUTLETS)
    file.write_text(f'<opml version="2.0"><head/><body>{outlines}</body></opml>', encoding="utf-8")


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Path, Path]:
    """Give a web archive and the list of its feeds."""
    file, feeds = tmp_path / "world.warc.gz", tmp_path / "world.opml"
    _archive(file)
    _opml(feeds)
    return file, feeds


def _command(env: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "aggregator", *words], env=env, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def _replay(env: dict[str, str], archive: tuple[Path, Path]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = json.loads(
        _command(env, "replay", str(archive[0]), "--opml", str(archive[1]), "--json")
    )
    return found


def _state(folder: Path) -> State:
    store = Store(f"sqlite:///{folder / 'aggregator.db'}")
    found = state(store)
    store.close()
    return found


@pytest.mark.timeout(120)
def test_every_entry_ends_in_one_outcome_and_a_second_replay_adds_nothing(
    archive: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    env = environment(folder, tmp_path / "none.toml")
    first = _replay(env, archive)["entries"]
    assert first == {
        "seen": 8,
        "article": 4,
        "duplicate": 2,
        "refused": 1,
        "quarantined": 1,
        "still_due": 0,
    }
    words = " ".join(_command(env, "replay", str(archive[0]), "--opml", str(archive[1])).split())
    (peak,) = re.findall(r" peak memory (\d+) MiB of 1500 ", words)
    assert 50 < int(peak) <= 1500
    before = _state(folder)
    assert _replay(env, archive)["entries"] == first
    assert _state(folder) == before


@pytest.mark.timeout(120)
def test_what_was_taken_down_goes_with_its_copies_and_no_replay_brings_it_back(
    archive: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    env = environment(folder, tmp_path / "none.toml")
    _replay(env, archive)
    kept = len(list(Blobs(str(folder / "blobs")).digests()))
    _command(env, "takedown", "article", "https://beta.example/copied", "--reason", "asked for", "--yes")
    assert len(list(Blobs(str(folder / "blobs")).digests())) == kept - 3
    left = b"".join(file.read_bytes() for file in folder.glob("aggregator.db*"))
    assert b"hollow spaces under" not in left, "the words are still in the database's files"
    for _ in range(2):
        store = Store(f"sqlite:///{folder / 'aggregator.db'}")
        with store.reading() as session:
            titles = {each.title for each in publications.live(session, publications.ALL, 100)}
        store.close()
        assert titles == {f"Own report of {name}" for name in OUTLETS}
        found = _replay(env, archive)["entries"]
        assert found["article"] == 3
        assert found["refused"] == 4
    _command(env, "export", "feeds", "--to", str(tmp_path / "feeds"))
    written = "".join(file.read_text() for file in (tmp_path / "feeds").rglob("feed.*"))
    assert "/copied" not in written
    assert "deleted-entry" in written


@pytest.mark.timeout(180)
def test_a_replay_that_is_killed_at_any_time_ends_the_same_when_it_is_run_again(
    archive: tuple[Path, Path], tmp_path: Path
) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    _replay(environment(calm, tmp_path / "none.toml"), archive)
    env = environment(rough, tmp_path / "none.toml")
    for _ in range(4):
        process = start(env, "replay", str(archive[0]), "--opml", str(archive[1]))
        time.sleep(random.uniform(1.5, 4.5))
        kill_all(process)
    _replay(env, archive)
    assert _state(rough) == _state(calm)


@pytest.mark.timeout(120)
def test_pages_alone_are_an_input_too(archive: tuple[Path, Path], tmp_path: Path) -> None:
    env = environment(tmp_path / "data", tmp_path / "none.toml")
    found = json.loads(_command(env, "replay", str(archive[0]), "--pages", "--json"))["entries"]
    assert (found["seen"], found["article"], found["duplicate"], found["quarantined"]) == (7, 4, 2, 1)


@pytest.mark.timeout(120)
def test_the_export_tells_of_every_entry(archive: tuple[Path, Path], tmp_path: Path) -> None:
    env = environment(tmp_path / "data", tmp_path / "none.toml")
    _replay(env, archive)
    rows = [json.loads(line) for line in _command(env, "export", "articles", "--format", "jsonl").splitlines()]
    by_url = {row["url"]: row for row in rows}
    assert len(rows) == 8
    copy = next(row for row in rows if row["status"] == "duplicate")
    assert copy["duplicate_of"].endswith("/copied")
    assert {each["source"] for each in copy["sightings"]} == {"alpha-example", "beta-example", "gamma-example"}
    assert by_url["https://alpha.example/stub"]["status"] == "quarantined"
    assert by_url["https://alpha.example/stub"]["reason"].startswith("too-short")
    assert by_url["https://alpha.example/missing"]["status"] == "refused"


@pytest.mark.timeout(300)
def test_real_pages_become_articles(tmp_path: Path) -> None:
    file, feeds = CORPUS / "world-news.warc.gz", CORPUS / "world-news.opml"
    if not file.is_file():
        pytest.skip(f"the corpus of real pages is not at {CORPUS}")
    env = environment(tmp_path / "data", tmp_path / "none.toml")
    found = _replay(env, (file, feeds))["entries"]
    assert found["seen"] == 257
    assert found["article"] + found["duplicate"] >= 245
    assert found["still_due"] == 0
