"""`reprocess` tells what today's rules would change before it changes anything; `articles diff` what has changed."""

import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator import settings as configuration
from aggregator import wiring
from aggregator.adapters import folder_lock
from aggregator.cli.rereaders import Batch, Readers
from aggregator.core.article import Extraction
from aggregator.core.entry import EntryStatus
from aggregator.core.outcome import Step
from aggregator.drive import here
from aggregator.line import Parts, run
from aggregator.steps.rereading import Difference
from aggregator.store import articles, entries, entry_queue, publications, renewals
from aggregator.store.entry_queue import Settled
from tests.cli.conftest import OPEN, STUB, TRIBUNE, Command
from tests.texts import HARBOUR, SCHOOL
from tests.world import NOW

SINCE = ("--since", "2026-11-20")
pytestmark = pytest.mark.usefixtures("day")


@pytest.fixture
def parts(folder: Path, day: None) -> Parts:  # noqa: ARG001 - the day lies in the folder
    """Give the parts of the line of the day's data folder."""
    return wiring.build(configuration.load(data={"folder": folder / "var"}))


@pytest.fixture
def old(parts: Parts) -> Parts:
    """Let the open article have been read by older rules, which left its last paragraph out and misread its author."""
    read = parts.extractor.read

    def shorter(*given: Any, **named: Any) -> Extraction:
        found = read(*given, **named)
        return replace(found, text=found.text.rpartition("\n")[0], authors=("Share This",))

    _revise(replace(parts, extractor=replace(parts.extractor, read=shorter, version="older")), OPEN)
    return parts


def _id(parts: Parts, url: str) -> int:
    with parts.store.reading() as session:
        return next(each.id for each in articles.newest(session, 100) if each.url == url)


def _revise(parts: Parts, url: str) -> None:
    with parts.store.writing() as session:
        renewals.want_revised(session, [_id(parts, url)], "rules", NOW)
    here(parts, NOW, run(parts, Step.SWEEP, [], NOW + timedelta(minutes=1))[0].follows, lambda _: None)


def _shown(parts: Parts, url: str) -> str:
    with parts.store.reading() as session:
        found = publications.by_article(session, _id(parts, url))
        assert found is not None
        return found.text


def test_nothing_is_changed_where_the_rules_are_the_same(aggregator: Command):
    done = aggregator("reprocess", *SINCE)
    assert done.code == 0
    assert "articles that change" not in done.out
    assert re.search(r"^peak memory [1-9]\d+ MiB of 1500$", done.out, re.MULTILINE)
    told = aggregator("reprocess", *SINCE, "--json").json
    assert (told["peak_memory_mib"] > 50, told["memory_limit_mib"]) == (True, 1500)
    assert done.out.endswith("Nothing would change.\n")


def test_a_dry_run_shows_what_would_change_and_changes_nothing(aggregator: Command, old: Parts):
    before = _shown(old, OPEN)
    done = aggregator("reprocess", *SINCE, "--dry-run")
    assert OPEN in done.out
    assert "authors: Share This → none" in done.out
    assert "+ Two teachers have applied already" in done.out
    assert "articles that change: 1" in done.out
    assert "Nothing was changed" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert _shown(old, OPEN) == before
    assert aggregator("articles", "show", OPEN, "--json").json["version"] == 2


def test_without_an_answer_nothing_is_changed(aggregator: Command, old: Parts):
    before = _shown(old, OPEN)
    done = aggregator("reprocess", *SINCE)
    assert (done.code, "give --yes" in done.error) == (2, True)
    assert _shown(old, OPEN) == before


def test_with_yes_it_is_read_anew_and_published(aggregator: Command, old: Parts):
    assert SCHOOL[3] not in _shown(old, OPEN)
    done = aggregator("reprocess", *SINCE, "--yes", "--json").json
    assert (done["totals"]["articles that change"], done["ended"]["revise revised"]) == (1, 1)
    assert SCHOOL[3] in _shown(old, OPEN)
    (difference,) = [each for each in done["differences"] if each["kind"] == "article"]
    assert (difference["url"], difference["fields"]["authors"]) == (OPEN, ["Share This", ""])
    assert difference["words"][0] < difference["words"][1]
    told = aggregator("articles", "show", OPEN, "--revisions", "--json").json["revisions"]
    assert [each["kind"] for each in told] == ["first", "rules", "rules"]
    assert aggregator("reprocess", *SINCE, "--yes").out.endswith("Nothing would change.\n")


def test_an_entry_that_was_put_aside_becomes_an_article(aggregator: Command, parts: Parts):
    with parts.store.writing() as session:  # as though the rules of that day had taken a good page for a wall
        (aside,) = [each for each in entries.at_status(session, EntryStatus.QUARANTINED, 10) if each.url == STUB]
        page_id = next(each.page_id for each in articles.newest(session, 100) if each.url == TRIBUNE)
        entry_queue.settle(session, [Settled(aside.id, EntryStatus.QUARANTINED, NOW, "challenge: x", page_id=page_id)])
    done = aggregator("reprocess", *SINCE, "--dry-run").out
    assert f"entry {aside.id} {STUB}" in done
    assert "becomes an article (was challenge: x); 0 →" in done
    assert HARBOUR[0][:40] in done
    ended = aggregator("reprocess", *SINCE, "--yes", "--json").json["ended"]
    assert sum(number for name, number in ended.items() if name.startswith("extract ")) == 1
    with parts.store.reading() as session:
        standing = entries.get(session, aside.id)
    assert standing is not None
    assert standing.status is not EntryStatus.QUARANTINED


def test_a_service_that_runs_carries_it_on_itself(aggregator: Command, old: Parts, folder: Path):
    before = _shown(old, OPEN)
    with folder_lock.owned(folder / "var", "a service"):
        done = aggregator("reprocess", *SINCE, "--yes")
    assert "The running service carries it on" in done.out
    assert _shown(old, OPEN) == before
    with old.store.reading() as session:
        assert [work.id for work in renewals.revise_due(session, wiring.wall_clock(), 10)] == [_id(old, OPEN)]


def test_a_source_a_limit_and_a_time_choose_what_is_looked_at(aggregator: Command):
    def looked(*words: str) -> int:
        number: int = aggregator("reprocess", "--dry-run", "--json", *words).json["totals"]["looked at"]
        return number

    everything = looked(*SINCE)
    assert looked(*SINCE, "--source", "open") == 1
    assert looked(*SINCE, "--limit", "2") == 2
    assert looked("--since", "2027-01-01") == 0
    assert looked("--since", "36500d") == everything > 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "yesterday"), "neither a date"),
        (("--since", "2026-13-01"), "neither a date"),
        ((*SINCE, "--source", "nobody"), "no source is called 'nobody'"),
    ],
)
def test_a_wrong_word_is_refused_with_what_is_right(aggregator: Command, words: tuple[str, ...], said: str):
    done = aggregator("reprocess", *words)
    assert (done.code, said in done.error) == (1, True)


def _deadly(name: str, ids: list[int]) -> list[Difference]:
    if 5 in ids:
        os._exit(9)
    return [Difference(name, each, "", "", "", "", (0, 0)) for each in ids]


def test_a_page_that_takes_its_process_down_is_named_and_harms_no_other():
    batches: list[Batch] = [("articles", [1, 2, 3]), ("articles", [4, 5, 6]), ("entries", [7, 8])]
    with Readers(2, lambda: None, _deadly) as readers:
        found = list(readers.read(iter(batches)))
    assert sorted(each for (_, ids), _ in found for each in ids) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [ids for (_, ids), told in found if told is None] == [[5]]
    assert sorted(each.id for _, told in found for each in told or ()) == [1, 2, 3, 4, 6, 7, 8]


@pytest.mark.usefixtures("old")
def test_a_difference_is_told_sentence_by_sentence(aggregator: Command):
    done = aggregator("articles", "diff", OPEN)
    assert done.code == 0
    assert "--- version 1" in done.out
    assert "+++ version 2" in done.out
    assert "- Two teachers have applied already" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    told = aggregator("articles", "diff", OPEN, "2", "1", "--json").json
    assert (told["before"]["version"], told["after"]["version"], told["change"]["kind"]) == (2, 1, "update")
    assert any(each["op"] == "+" and each["sentence"].startswith("Two teachers") for each in told["sentences"])
    assert (
        "version 2 2026-11-24 12:00 rules: update: 1 sentence fewer; authors"
        in aggregator("articles", "show", OPEN, "--revisions").out
    )
    life = aggregator("articles", "why", OPEN, "--json").json["article"]
    assert [each["kind"] for each in life["revisions"]] == ["first", "rules"]
    assert [(each["step"], each["outcome"]) for each in life["looks"]] == [("revise", "revised")]
    assert "revise – revised: version 2: rules" in aggregator("articles", "why", OPEN).out


@pytest.mark.usefixtures("old")
def test_what_cannot_be_compared_is_refused(aggregator: Command):
    assert "has one version only" in aggregator("articles", "diff", TRIBUNE).error
    assert "has no version 7; it has 1 to 2" in aggregator("articles", "diff", OPEN, "1", "7").error
    aggregator("takedown", "article", OPEN, "--reason", "a wish", "--yes")
    assert "was taken down; its texts are gone" in aggregator("articles", "diff", OPEN).error
    assert "note" in aggregator("articles", "show", OPEN, "--revisions", "--json").json["revisions"][1]
    assert aggregator("articles", "show", OPEN, "--revisions", "--json").json["revisions"][1]["note"] == ""
