"""export: every entry that was ever seen in one line, in three formats, and the feeds as files."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from aggregator.cli.export import WALK
from aggregator.store import entries, feeds
from aggregator.store.session import Store
from tests.cli.conftest import BUSY, COURIER, MISSING, OPEN, STUB, TRIBUNE, Command
from tests.newsdesk import new_entry, told
from tests.texts import HARBOUR

AGAIN = f"{OPEN}?utm_source=rss"


def rows(aggregator: Command) -> list[dict[str, Any]]:
    return [json.loads(line) for line in aggregator("export", "articles").out.splitlines()]


@pytest.mark.usefixtures("day")
def test_every_entry_has_a_line_in_the_order_in_which_they_were_seen(aggregator: Command):
    found = {row["url"]: (row["status"], row["outcome"]) for row in rows(aggregator)}
    assert found == {
        TRIBUNE: ("published", "article"),
        STUB: ("quarantined", "quarantined"),
        MISSING: ("refused", "refused"),
        COURIER: ("duplicate", "duplicate"),
        BUSY: ("due", "due"),
        OPEN: ("published", "article"),
        AGAIN: ("duplicate", "duplicate"),
    }
    assert aggregator("export", "articles").out == aggregator("export", "articles").out


@pytest.mark.usefixtures("day")
def test_an_article_tells_all_that_is_known_of_it(aggregator: Command):
    row = next(row for row in rows(aggregator) if row["url"] == TRIBUNE)
    assert row["text"] == "\n".join(HARBOUR)
    assert (row["title"], row["language"], row["source"]) == ("Breakwater to be rebuilt", "en", "tribune")
    assert (row["canonical_url"], row["duplicate_of"], row["form"]) == (TRIBUNE, "", "excerpt")
    assert (row["published"], row["modified"]) == ("2026-11-24T10:00:00+00:00", None)
    assert row["key"] == row["story"]
    assert [(each["source"], each["url"]) for each in row["sightings"]] == [("courier", COURIER), ("tribune", TRIBUNE)]


@pytest.mark.usefixtures("day")
def test_a_copy_names_what_it_is_a_copy_of(aggregator: Command):
    found = {row["url"]: row for row in rows(aggregator)}
    copy = found[COURIER]
    assert (copy["duplicate_of"], copy["canonical_url"], copy["story"]) == (TRIBUNE, TRIBUNE, found[TRIBUNE]["story"])
    assert copy["text"].startswith("The decision will be felt here too")
    assert found[AGAIN]["duplicate_of"] == OPEN
    assert found[OPEN]["form"] == "full"


@pytest.mark.usefixtures("day")
def test_what_became_no_article_has_its_reason_and_no_text(aggregator: Command):
    found = {row["url"]: row for row in rows(aggregator)}
    assert found[STUB]["reason"].startswith("too-short")
    assert found[MISSING]["reason"] == "the server answered 404"
    assert {found[url]["text"] for url in (STUB, MISSING, BUSY)} == {""}
    assert (found[STUB]["title"], found[STUB]["sightings"]) == ("A stub", [])


@pytest.mark.usefixtures("day")
def test_json_and_csv_tell_the_same_as_lines(aggregator: Command):
    lines = rows(aggregator)
    assert json.loads(aggregator("export", "articles", "--format", "json").out) == lines
    table = list(csv.DictReader(io.StringIO(aggregator("export", "articles", "--format", "csv").out)))
    assert [row["url"] for row in table] == [row["url"] for row in lines]
    assert [json.loads(row["sightings"]) for row in table] == [row["sightings"] for row in lines]
    assert [row["text"].splitlines() for row in table] == [row["text"].splitlines() for row in lines]


@pytest.mark.parametrize(("form", "written"), [("jsonl", ""), ("json", "[]\n")])
def test_nothing_is_exported_as_nothing(aggregator: Command, form: str, written: str):
    assert aggregator("export", "articles", "--format", form).out == written


def test_a_table_of_nothing_still_has_its_head(aggregator: Command):
    assert aggregator("export", "articles", "--format", "csv").out.startswith("url,canonical_url,title,")


@pytest.mark.usefixtures("day")
def test_a_file_appears_whole_and_leaves_nothing_beside_it(aggregator: Command, folder: Path):
    done = aggregator("export", "articles", "--output", "all.jsonl")
    assert done.out == "7 entries written to all.jsonl\n"
    assert (folder / "all.jsonl").read_text() == aggregator("export", "articles").out
    assert sorted(each.name for each in folder.iterdir()) == ["all.jsonl", "var"]


@pytest.mark.usefixtures("day")
def test_a_file_that_cannot_be_written_is_refused_and_what_was_there_stays(aggregator: Command, folder: Path):
    done = aggregator("export", "articles", "--output", str(folder / "none" / "all.jsonl"))
    assert (done.code, "cannot be written" in done.error) == (1, True)
    (folder / "all").mkdir()
    (folder / "all" / "kept").touch()
    assert "cannot be written" in aggregator("export", "articles", "--output", "all").error
    assert sorted(each.name for each in folder.iterdir()) == ["all", "var"]


@pytest.mark.usefixtures("day")
def test_who_reads_the_old_file_meanwhile_reads_it_to_its_end(aggregator: Command, folder: Path):
    (folder / "all.jsonl").write_text("yesterday's")
    (folder / "as-opened-before").hardlink_to(folder / "all.jsonl")
    aggregator("export", "articles", "--output", "all.jsonl")
    assert (folder / "as-opened-before").read_text() == "yesterday's"
    assert len((folder / "all.jsonl").read_text().splitlines()) == 7


def test_none_is_left_out_where_one_walk_ends_and_the_next_begins(aggregator: Command, folder: Path):
    aggregator("sources", "add", "https://many.example/feed")
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    urls = [f"https://many.example/{number}" for number in range(2 * WALK + 1)]
    with store.writing() as session:
        (feed,) = feeds.every(session)
        entries.add_new(session, [new_entry(feed, told(url)) for url in urls])
    store.close()
    assert [row["url"] for row in rows(aggregator)] == urls


def test_an_unknown_format_is_refused_with_those_there_are(aggregator: Command):
    assert (
        aggregator("export", "articles", "--format", "xml").error
        == "--format 'xml' is unknown; there are jsonl, json, csv"
    )


@pytest.mark.usefixtures("day")
def test_what_was_taken_down_is_exported_without_a_word_of_it(aggregator: Command):
    aggregator("takedown", "article", TRIBUNE, "--reason", "a wish", "--yes")
    found = {row["url"]: row for row in rows(aggregator)}
    for url in (TRIBUNE, COURIER):
        assert (found[url]["status"], found[url]["reason"]) == ("refused", "takedown 1")
        assert (found[url]["title"], found[url]["text"], found[url]["form"]) == ("", "", "excerpt")
    assert "breakwater" not in found[TRIBUNE]["text"].casefold()


@pytest.mark.usefixtures("day")
def test_the_feeds_are_written_as_files_whole_and_by_source(aggregator: Command, folder: Path):
    assert aggregator("export", "feeds", "--to", "out", "--json").json == {"folder": "out", "files": 12}
    for kind in ("rss", "atom"):
        root = etree.parse(folder / "out" / f"feed.{kind}").getroot()
        assert len(root.findall(".//item") + root.findall("{http://www.w3.org/2005/Atom}entry")) == 2
    whole = json.loads((folder / "out/feed.json").read_text())
    assert {item["title"] for item in whole["items"]} == {"Breakwater to be rebuilt", "Valley school opens again"}
    of_open = json.loads((folder / "out/sources/open/feed.json").read_text())
    assert [item["external_url"] for item in of_open["items"]] == [OPEN]


@pytest.mark.usefixtures("day")
def test_the_feeds_on_disk_hold_nothing_that_was_taken_down(aggregator: Command, folder: Path):
    aggregator("takedown", "article", TRIBUNE, "--reason", "a wish", "--yes")
    aggregator("export", "feeds", "--to", "out")
    for file in (folder / "out").rglob("feed.*"):
        assert "reakwater to be rebuilt" not in file.read_text(), file


@pytest.mark.usefixtures("day")
def test_feeds_are_not_written_where_a_file_is(aggregator: Command, folder: Path):
    (folder / "out").touch()
    done = aggregator("export", "feeds", "--to", "out")
    assert (done.code, "out cannot be a folder" in done.error) == (1, True)
