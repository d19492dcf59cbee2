"""sources: adding, importing, exporting, showing, pausing, removing, and asking a feed once."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import STUB, TERMS, Command
from tests.world import Item, rss

FEED = "https://tribune.example/feed.xml"
TOML = f'[[source]]\nname = "Tribune"\nslug = "tribune"\nshow = "full"\nlicence = "CC-BY-4.0"\nlicence_url = "{TERMS}"\nfeeds = ["{FEED}"]\n'
OPML = f'<opml version="2.0"><body><outline text="Tribune" xmlUrl="{FEED}"/><outline text="X" xmlUrl="ftp://x/"/></body></opml>'


def test_a_feed_is_added_under_its_clean_address_and_named_after_its_host(aggregator: Command):
    done = aggregator("sources", "add", "HTTPS://Tribune.example:443/feed.xml#top")
    assert (done.code, done.out) == (0, "1 new feeds, 0 known ones, 0 refused\n")
    (source,) = aggregator("sources", "list", "--json").json
    assert (source["name"], source["slug"], source["show"]) == ("tribune.example", "tribune-example", "excerpt")
    assert (source["url"], source["feeds"]) == ("https://tribune.example/", [FEED])


def test_an_outlet_is_added_with_name_front_page_and_several_feeds(aggregator: Command):
    more = ("--feed", "https://tribune.example/a", "--feed", "https://tribune.example/b")
    done = aggregator(
        "sources", "add", FEED, "--name", "Harbour Tribune", "--site", "https://www.tribune.example", *more, "--json"
    )
    assert done.json == {"new": 3, "known": 0, "refused": []}
    (source,) = aggregator("sources", "list", "--json").json
    assert (source["slug"], source["url"], len(source["feeds"])) == (
        "harbour-tribune",
        "https://www.tribune.example/",
        3,
    )


@pytest.mark.parametrize(
    "url", ["ftp://tribune.example/feed", "tribune.example/feed", "https://u:p@tribune.example/", "file:///etc/passwd"]
)
def test_what_is_no_web_address_is_refused(aggregator: Command, url: str):
    done = aggregator("sources", "add", url)
    assert done.code == 1
    assert "address" in done.error
    assert aggregator("sources", "list", "--json").json == []


def test_a_feed_added_by_hand_does_not_change_the_licence_of_a_source_of_that_name(aggregator: Command, folder: Path):
    (folder / "mine.toml").write_text(TOML)
    aggregator("sources", "import", "mine.toml")
    aggregator("sources", "add", "https://tribune.example/sport.xml", "--name", "Tribune")
    aggregator("sources", "add", "https://tribune.test/feed.xml", "--name", "Tribune")
    found = {source["slug"]: source for source in aggregator("sources", "list", "--json").json}
    assert (found["tribune"]["show"], len(found["tribune"]["feeds"])) == ("full", 2)
    assert found["tribune-test-tribune"]["show"] == "excerpt"


def test_opml_is_imported_with_the_number_of_new_known_and_refused_feeds_and_why(aggregator: Command, folder: Path):
    (folder / "list.opml").write_text(OPML)
    done = aggregator("sources", "import", "list.opml")
    assert done.code == 0
    assert done.out.startswith("1 new feeds, 0 known ones, 1 refused\nrefused ftp://x/: not an http or https address")
    again = aggregator("sources", "import", "list.opml", "--json").json
    assert (again["new"], again["known"], again["refused"][0][0]) == (0, 1, "ftp://x/")


def test_a_wrong_list_is_refused_whole(aggregator: Command, folder: Path):
    (folder / "bad.toml").write_text(TOML + '[[source]]\nname = "B"\nslug = "B!"\nfeeds = ["https://b.example/"]\n')
    done = aggregator("sources", "import", "bad.toml")
    assert (done.code, "[[source]] number 2: slug = 'B!'" in done.error) == (1, True)
    (folder / "bad.opml").write_text("no list")
    assert "not OPML" in aggregator("sources", "import", "bad.opml").error
    assert aggregator("sources", "list", "--json").json == []
    assert aggregator("sources", "import", "none.opml").code == 2


def test_what_is_exported_as_toml_imports_elsewhere_with_its_licence(
    aggregator: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    (folder / "mine.toml").write_text(TOML)
    aggregator("sources", "import", "mine.toml")
    (folder / "copy.toml").write_text(aggregator("sources", "export", "--format", "toml").out)
    before = aggregator("sources", "list", "--json").json
    monkeypatch.setenv("AGGREGATOR_DATA_FOLDER", str(folder / "elsewhere"))
    aggregator("sources", "import", "copy.toml")
    assert aggregator("sources", "list", "--json").json == before


@pytest.mark.usefixtures("day")
def test_our_own_opml_taken_in_again_changes_nothing(aggregator: Command, folder: Path):
    before = aggregator("sources", "list", "--json").json
    (folder / "own.opml").write_text(aggregator("sources", "export").out)
    assert aggregator("sources", "import", "own.opml", "--json").json == {"new": 0, "known": 3, "refused": []}
    assert aggregator("sources", "list", "--json").json == before


def test_an_unknown_format_is_refused_with_those_there_are(aggregator: Command):
    done = aggregator("sources", "export", "--format", "csv")
    assert (done.code, done.error) == (1, "--format 'csv' is unknown; there are opml, toml")


@pytest.mark.usefixtures("day")
def test_a_source_is_shown_with_its_rights_its_feeds_and_how_they_fare(aggregator: Command):
    shown = aggregator("sources", "show", "tribune", "--json").json
    assert shown["entries"] == {"article": 1, "quarantined": 1, "refused": 1}
    (feed,) = shown["feeds"]
    assert (feed["url"], feed["state"], feed["failures"], feed["reason"]) == (FEED, "active", 0, "")
    assert feed["answered_at"] == "2026-11-24T12:00:00+00:00"
    plain = aggregator("sources", "show", "open").out
    for said in ("CC-BY-4.0", "next due", "last answer", "failures", "https://open.example/feed.xml"):
        assert said in plain


@pytest.mark.usefixtures("day")
def test_pausing_and_resuming_reach_all_feeds_of_a_source(aggregator: Command):
    def states() -> tuple[str, str]:
        shown = aggregator("sources", "show", "tribune", "--json").json
        return shown["state"], shown["feeds"][0]["state"]

    assert aggregator("sources", "pause", "tribune").out == "tribune is paused\n"
    assert states() == ("paused", "paused")
    assert aggregator("sources", "resume", "tribune", "--json").json == {"source": "tribune", "state": "active"}
    assert states() == ("active", "active")


@pytest.mark.usefixtures("day")
def test_removing_asks_first_and_without_a_terminal_does_nothing(aggregator: Command):
    done = aggregator("sources", "remove", "tribune")
    assert done.code == 2
    assert "3 entries stay" in done.out
    assert "--yes" in done.error
    assert aggregator("sources", "show", "tribune", "--json").json["state"] == "active"


@pytest.mark.usefixtures("day")
def test_a_dry_run_of_removing_tells_its_reach_and_does_nothing(aggregator: Command):
    told = aggregator("sources", "remove", "tribune", "--dry-run", "--json").json
    assert told == {"dry_run": True, "source": "tribune", "feeds": [FEED], "entries_kept": 3}
    assert aggregator("sources", "show", "tribune", "--json").json["state"] == "active"


@pytest.mark.usefixtures("day")
def test_a_removed_source_is_asked_no_more_and_its_articles_stay(aggregator: Command):
    assert aggregator("sources", "remove", "tribune", "--yes").code == 0
    shown = aggregator("sources", "show", "tribune", "--json").json
    assert (shown["state"], shown["feeds"][0]["state"]) == ("removed", "paused")
    assert "tribune.example" not in aggregator("sources", "export").out
    assert "Breakwater" in aggregator("articles", "list").out


@pytest.mark.parametrize("verb", ["show", "pause", "resume", "remove"])
def test_an_unknown_source_is_named_with_where_to_look(aggregator: Command, verb: str):
    done = aggregator("sources", verb, "nobody")
    assert (done.code, done.error) == (1, "no source is called 'nobody'; see `aggregator sources list`")


def test_the_list_fits_eighty_columns(aggregator: Command, folder: Path):
    (folder / "long.toml").write_text(TOML.replace('slug = "tribune"', f'slug = "{"long-" * 14}slug"'))
    aggregator("sources", "import", "long.toml")
    assert max(map(len, aggregator("sources", "list").out.splitlines())) <= 80


class _Outlet(BaseHTTPRequestHandler):
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}  # noqa: RUF012 - set by the fixture

    def do_GET(self) -> None:
        status, headers, body = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of an outlet on this machine, which may be asked."""
    monkeypatch.setenv("AGGREGATOR_FETCH_ALLOW_LOOPBACK", "true")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Outlet) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        feed = rss(Item(f"{address}/private/a", "A"), Item(f"{address}/b", "B"), title="The outlet").encode()
        kind = {"Content-Type": "application/rss+xml; charset=utf-8", "ETag": '"one"'}
        _Outlet.answers = {
            "/feed": (200, kind, feed),
            "/old": (301, {"Location": "/feed"}, b""),
            "/page": (200, {"Content-Type": "text/html"}, b"<!doctype html><p>no feed"),
            "/down": (503, {}, b""),
            "/robots.txt": (
                200,
                {"Content-Type": "text/plain"},
                b"User-agent: *\nDisallow: /private\nCrawl-delay: 7\n",
            ),
        }
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield address
        server.shutdown()


def test_a_feed_is_asked_once_and_all_is_told_and_nothing_stored(aggregator: Command, site: str):
    facts = aggregator("sources", "check", f"{site}/feed", "--json").json
    assert (facts["status"], facts["format"], facts["entries"], facts["title"]) == (200, "rss20", 2, "The outlet")
    assert (facts["etag"], facts["last-modified"], facts["encoding"]) == ('"one"', "none", "utf-8")
    assert facts["newest"] == "2026-11-24T10:00:00+00:00"
    assert f"does not allow {site}/private/a, one page in 7 s" in facts["robots"]
    assert facts["known"] == "no"
    assert facts["would do"].startswith("fetch 2 pages, ask again in about ")
    assert aggregator("sources", "list", "--json").json == []


def test_a_check_follows_redirects_and_says_where_the_feed_is_known(aggregator: Command, site: str):
    aggregator("sources", "add", f"{site}/feed", "--name", "Mine")
    plain = aggregator("sources", "check", f"{site}/old").out
    assert f"301 {site}/feed" in plain
    assert "as a feed of mine (active)" in plain


@pytest.mark.parametrize(
    ("path", "said"), [("/page", "HTML"), ("/down", "answered 503"), ("/none", "answered 404, not a feed")]
)
def test_what_is_no_feed_is_said_to_be_none(aggregator: Command, site: str, path: str, said: str):
    done = aggregator("sources", "check", f"{site}{path}")
    assert done.code == 1
    assert said in done.error


def test_this_machine_is_not_asked_unless_that_is_allowed(aggregator: Command):
    done = aggregator("sources", "check", "http://127.0.0.1/feed")
    assert done.code == 1
    assert "not a public address" in done.error


@pytest.mark.usefixtures("day")
def test_a_stub_of_the_day_is_no_source(aggregator: Command):
    assert aggregator("sources", "show", STUB).code == 1
