"""articles try: one page without and with an override, from a file or over a real socket, and nothing stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.core.override import Override
from aggregator.core.source import SourceSpec
from aggregator.store import sources
from aggregator.store.session import Store
from tests.cli.conftest import Command
from tests.cli.outlet import Outlet, running
from tests.texts import HARBOUR, SCHOOL
from tests.world import NOW

WRONG = "<p>Our newsletter brings you the harbour every morning, and it costs nothing at all for readers like you.</p>"
LAST = "The council meets again on Monday, and the ferry company has asked to be heard there before it decides."
PAGE = (
    "<!doctype html><html lang=en><title>The site</title><body><header><h1>The site</h1></header>"
    f"<article>{WRONG}{''.join(f'<p>{line}</p>' for line in SCHOOL)}</article>"
    f"<h2 class=real>Breakwater to be rebuilt</h2><section class=story>{''.join(f'<p>{line}</p>' for line in HARBOUR)}"
    f"<p>{LAST} <b class=ad>Buy a boat!</b></p>"
    "<div class=ad><p>An advertisement of many words that nobody has come to this page for, ever.</p></div></section>"
)
OPTIONS = ("--body", ".story", "--remove", ".ad", "--title", "h2.real")


@pytest.fixture
def outlet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outlet]:
    """Give an outlet that may be asked, without pauses between two requests."""
    monkeypatch.setenv("AGGREGATOR_FETCH_ALLOW_LOOPBACK", "true")
    monkeypatch.setenv("AGGREGATOR_POLL_HOST_DELAY_SECONDS", "0")
    with running() as found:
        yield found


@pytest.fixture
def file(aggregator: Command, folder: Path) -> Path:
    """Give a file with a page, of a source that is known."""
    aggregator("sources", "add", "https://tribune.example/feed", "--name", "Tribune", "--unchecked")
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    return folder / "page.html"


def test_a_file_is_read_without_and_with_the_override_of_the_options(aggregator: Command, file: Path):
    done = aggregator("articles", "try", str(file), "--source", "tribune", *OPTIONS, "--json")
    assert done.code == 0, done.error
    told = done.json
    assert told["override"] == {"body": [".story"], "remove": [".ad"], "title": ["h2.real"]}
    assert told["after"]["title"] == "Breakwater to be rebuilt" != told["before"]["title"]
    assert (told["after"]["body_from"], told["after"]["verdict"], told["unmatched"]) == ("override", "an article", [])
    assert told["after"]["first_lines"][0].startswith(HARBOUR[0][:60])
    assert told["after"]["words"] != told["before"]["words"]
    added = [line for sign, line in told["difference"] if sign != "-"]
    assert added.count(HARBOUR[-1]) == added.count(LAST) == 1
    assert not any(SCHOOL[-1] in line or "advertisement" in line for line in added)
    assert any(SCHOOL[-1] in line for sign, line in told["difference"] if sign == "-")
    assert told["toml"] == 'extract = { body = [".story"], remove = [".ad"], title = ["h2.real"] }'


def test_a_person_sees_both_side_by_side_the_difference_and_the_line_to_paste_on_80_columns(
    aggregator: Command, file: Path
):
    said = aggregator("articles", "try", str(file), "--source", "tribune", *OPTIONS).out
    lines = said.splitlines()
    assert max(len(line) for line in lines if not line.startswith("extract =")) <= 80
    assert any(line.startswith(f"+ {LAST[:40]}") for line in lines)
    assert any(line.startswith(f"- {SCHOOL[0][:40]}") for line in lines)
    assert f"  ({len(HARBOUR)} paragraphs alike)" in lines
    assert any("without" in line and "with the override" in line for line in lines)
    assert lines[-1] == 'extract = { body = [".story"], remove = [".ad"], title = ["h2.real"] }'


def test_the_line_to_paste_is_one_line_however_long(aggregator: Command, file: Path):
    long = f"div.story:not(.{'a' * 100})"
    said = aggregator("articles", "try", str(file), "--source", "tribune", "--body", long).out
    assert said.splitlines()[-1] == f'extract = {{ body = ["{long}"] }}'


def test_the_override_of_the_source_holds_where_no_option_is_given(aggregator: Command, file: Path, folder: Path):
    assert "This source has no override" in aggregator("articles", "try", str(file), "--source", "tribune").out
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        sources.save(session, SourceSpec("Tribune", "tribune", override=Override(body=(".story",))), NOW)
    store.close()
    assert aggregator("articles", "try", str(file), "--source", "tribune", "--json").json["override"]["body"] == [
        ".story"
    ]
    own = aggregator("articles", "try", str(file), "--source", "tribune", "--title", "h2", "--json").json["override"]
    assert own == {"body": [], "remove": [], "title": ["h2"]}


def test_what_matches_nothing_is_said(aggregator: Command, file: Path):
    said = aggregator("articles", "try", str(file), "--source", "tribune", "--body", ".none", "--title", "h6").out
    assert "body matches nothing on this page" in said
    assert "title matches nothing on this page" in said
    assert "Both texts are the same." in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--source", "nobody"), "no source is called 'nobody'; see `aggregator sources list`"),
        (("--source", "tribune", "--body", "p["), "'p[' cannot be read"),
        (("--source", "tribune", "--body", ""), "an expression of an override is empty"),
    ],
)
def test_wrong_options_are_refused(aggregator: Command, file: Path, options: tuple[str, ...], said: str):
    done = aggregator("articles", "try", str(file), *options)
    assert (done.code, said in done.error) == (1, True), done.error


def test_a_file_that_is_missing_or_too_large_is_refused(aggregator: Command, file: Path, folder: Path):
    missing = aggregator("articles", "try", str(folder / "none"), "--source", "tribune")
    assert (missing.code, "cannot be read" in missing.error) == (1, True)
    with file.open("wb") as opened:
        opened.truncate(5 * 1024 * 1024 + 1)
    large = aggregator("articles", "try", str(file), "--source", "tribune")
    assert (large.code, "more than 5242880 bytes" in large.error) == (1, True)


@pytest.mark.usefixtures("file")
def test_an_address_is_asked_once_after_its_robots_txt(aggregator: Command, outlet: Outlet):
    url = outlet.says("/story", PAGE, Content_Type="text/html; charset=utf-8")
    done = aggregator("articles", "try", url, "--source", "tribune", *OPTIONS, "--json")
    assert done.code == 0, done.error
    told = done.json
    assert (told["url"], told["after"]["title"]) == (url, "Breakwater to be rebuilt")
    assert outlet.paths == ["/robots.txt", "/story"]
    assert aggregator("status", "--json").json["entries"]["seen"] == 0


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("status", "rules", "said"),
    [
        (200, "User-agent: *\nDisallow: /", "its robots.txt does not allow it; save the page"),
        (503, "", "its robots.txt could not be had; save the page"),
    ],
)
def test_robots_txt_is_heeded(aggregator: Command, outlet: Outlet, status: int, rules: str, said: str):
    outlet.says("/robots.txt", rules, status)
    done = aggregator("articles", "try", outlet.says("/story", PAGE), "--source", "tribune")
    assert (done.code, said in done.error) == (1, True), done.error
    assert outlet.paths == ["/robots.txt"]


@pytest.mark.usefixtures("file")
def test_an_address_that_gives_no_page_is_an_error_with_its_status(aggregator: Command, outlet: Outlet):
    done = aggregator("articles", "try", f"{outlet.url}/none", "--source", "tribune")
    assert (done.code, "answered 404" in done.error) == (1, True)


@pytest.mark.usefixtures("file")
def test_an_address_that_was_taken_down_is_not_asked(aggregator: Command, outlet: Outlet):
    url = outlet.says("/story", PAGE)
    blocked = aggregator("takedown", "article", url, "--reason", "a wish", "--yes")
    assert blocked.code == 0, blocked.error
    done = aggregator("articles", "try", url, "--source", "tribune")
    assert (done.code, "its address is blocked" in done.error, outlet.paths) == (1, True, [])
