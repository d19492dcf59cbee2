"""sources: adding, importing, exporting, showing, pausing, removing, and asking a feed once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.core.feed import Feed, FeedState, Told, Trouble
from aggregator.core.websub import Subscription, SubscriptionState, Wish
from aggregator.store import feeds, subscriptions
from aggregator.store.session import Session, Store
from aggregator.store.tables import feeds as table
from tests.cli.conftest import STUB, TERMS, Command
from tests.cli.outlet import Outlet, running
from tests.world import NOW, Item, rss

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


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the address of an outlet on this machine, which may be asked."""
    monkeypatch.setenv("AGGREGATOR_FETCH_ALLOW_LOOPBACK", "true")
    monkeypatch.setenv("AGGREGATOR_POLL_HOST_DELAY_SECONDS", "0")
    with running() as outlet:
        feed = rss(_item(outlet, "private/a"), _item(outlet, "b"), title="The outlet")
        outlet.says("/feed", feed, ETag='"one"', Content_Type="application/rss+xml; charset=utf-8")
        outlet.says("/old", "", 301, Location="/feed")
        outlet.says("/page", "<!doctype html><p>no feed", Content_Type="text/html")
        outlet.says("/down", "", 503)
        outlet.says("/robots.txt", "User-agent: *\nDisallow: /private\nCrawl-delay: 7\n", Content_Type="text/plain")
        yield outlet.url


def _item(outlet: Outlet, path: str) -> Item:
    return Item(f"{outlet.url}/{path}", path)


def test_a_feed_is_asked_once_and_all_is_told_and_nothing_stored(aggregator: Command, site: str):
    facts = aggregator("sources", "check", f"{site}/feed", "--json").json
    assert (facts["status"], facts["format"], facts["entries"], facts["title"]) == (200, "rss20", 2, "The outlet")
    assert (facts["etag"], facts["last_modified"], facts["encoding"]["server"]) == ('"one"', "", "utf-8")
    assert facts["newest"] == "2026-11-24T10:00:00+00:00"
    assert f"does not allow {site}/private/a, one page in 7 s" in facts["robots_page"]["said"]
    assert facts["known"]["said"] == "no"
    assert facts["would_do"].startswith("fetch 2 pages, ask again in about ")
    assert aggregator("sources", "list", "--json").json == []


def test_a_check_follows_redirects_and_says_where_the_feed_is_known(aggregator: Command, site: str):
    aggregator("sources", "add", f"{site}/feed", "--name", "Mine")
    plain = aggregator("sources", "check", f"{site}/old").out
    assert f"301 {site}/feed" in plain
    assert "as a feed of mine (active)" in plain


@pytest.mark.parametrize(("path", "said"), [("/page", "HTML"), ("/down", "answered 503"), ("/none", "answered 404")])
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


NEW = "https://tribune.example/atom.xml"


def _stands(folder: Path, proposed: str = "", **given: object) -> None:
    """Let the feed of the Tribune stand so."""
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        feeds.save(session, [replace(_feed(session), **given)])  # type: ignore[arg-type]
        offered = {"proposed_url": proposed, "proposed_overlap": 0.75}
        session.execute(table.update().where(table.c.url == FEED).values(**offered))
    store.close()


def _feed(session: Session, url: str = FEED) -> Feed:
    found = feeds.by_url(session, url)
    assert found is not None
    return found


@pytest.mark.usefixtures("day")
def test_a_feed_is_shown_with_all_that_troubles_it(aggregator: Command, folder: Path):
    ill = {"failures": 3, "trouble": Trouble.WALL, "reason": "blocked by Imperva", "failing_since": NOW}
    moving = {"moved_to": NEW, "moved_since": NOW, "moved_times": 7, "floor": timedelta(hours=2)}
    _stands(folder, NEW, **ill, **moving, lied_at=NOW, recovered="a tag is not closed", skip_hours=frozenset({3, 1}))
    (feed,) = aggregator("sources", "show", "tribune", "--json").json["feeds"]
    assert (feed["trouble"], feed["failing_since"]) == ("wall", "2026-11-24T12:00:00+00:00")
    assert (feed["floor"], feed["skip_hours"], feed["proposed_overlap"]) == (7200.0, [1, 3], 0.75)
    assert "told" not in feed
    plain = " ".join(aggregator("sources", "show", "tribune").out.split())
    for said in (
        "trouble wall",
        "reason blocked by Imperva",
        "failing since 2026-11-24 12:00 UTC",
        "pause asked 2 h",
        "skipped hours 1, 3 UTC",
        "repairs a tag is not closed",
        "validators hid news at 2026-11-24 12:00 UTC",
        "seen 7 of 20 times since 2026-11-24 12:00 UTC (believed after 3 d)",
        f"aggregator sources adopt tribune --feed {FEED}",
        "75% of its items are there",
    ):
        assert said in plain


@pytest.mark.usefixtures("day")
def test_a_feed_is_shown_with_its_subscription_but_not_with_its_keys(aggregator: Command, folder: Path):
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        wish = Wish(_feed(session).id, "https://hub.example/", FEED)
        made = subscriptions.add(session, wish, "token-of-it", "secret-of-it", NOW)
        assert isinstance(made, Subscription)
        active = replace(made, state=SubscriptionState.ACTIVE, lease_until=NOW + timedelta(days=9))
        assert subscriptions.save(session, active, made)
    store.close()
    said = aggregator("sources", "show", "tribune", "--json")
    assert said.json["feeds"][0]["subscription"]["state"] == "active"
    assert "token-of-it" not in said.out
    assert "secret-of-it" not in said.out
    plain = " ".join(aggregator("sources", "show", "tribune").out.split())
    assert "subscription active, until 2026-12-03 12:00 UTC" in plain


@pytest.mark.usefixtures("day")
def test_the_list_names_troubles_and_is_cut_down_to_them(aggregator: Command, folder: Path):
    assert aggregator("sources", "list", "--trouble", "--json").json == []
    _stands(folder, state=FeedState.SLEEPING, failures=12, trouble=Trouble.NAME, told=(Told(1, 2),))
    (source,) = aggregator("sources", "list", "--trouble", "--json").json
    assert (source["slug"], source["trouble"]) == ("tribune", {"name": 1, "sleeping": 1})
    plain = " ".join(aggregator("sources", "list").out.split())
    assert "1 name, 1 sleeping" in plain
    assert "courier" in plain


@pytest.mark.usefixtures("day")
def test_a_feed_that_has_gone_quiet_is_a_trouble(aggregator: Command, folder: Path):
    _stands(folder, news_at=NOW - timedelta(days=400), usual=timedelta(hours=1))
    (source,) = aggregator("sources", "list", "--trouble", "--json").json
    assert source["trouble"] == {"quiet": 1}
    assert aggregator("sources", "show", "tribune", "--json").json["feeds"][0]["quiet"] is True


@pytest.mark.usefixtures("day")
def test_a_proposal_is_shown_first_and_accepted_only_with_a_yes(aggregator: Command, folder: Path):
    _stands(folder, NEW, reason="the server answered 404", failures=3)
    words = ("sources", "adopt", "tribune", "--feed", FEED)
    dry = aggregator(*words, "--dry-run", "--json").json
    assert dry == {"dry_run": True, "source": "tribune", "feed": FEED, "becomes": NEW, "overlap": 0.75}
    asked = aggregator(*words)
    assert (asked.code, f"becomes {NEW}; 75%" in " ".join(asked.out.split())) == (2, True)
    assert aggregator("sources", "show", "tribune", "--json").json["feeds"][0]["url"] == FEED


@pytest.mark.usefixtures("day")
def test_an_adopted_address_is_asked_at_once_as_a_new_one_and_keeps_its_entries(aggregator: Command, folder: Path):
    ill = {"state": FeedState.SLEEPING, "reason": "gone", "failures": 30, "trouble": Trouble.GONE, "gone_at": NOW}
    _stands(folder, NEW, **ill, etag='"old"', hub="https://hub.example/", due_at=NOW + timedelta(days=30))
    assert aggregator("sources", "adopt", "tribune", "--feed", FEED, "--yes").code == 0
    shown = aggregator("sources", "show", "tribune", "--json").json
    (feed,) = shown["feeds"]
    assert (feed["url"], feed["state"], feed["failures"], feed["trouble"]) == (NEW, "active", 0, "")
    assert (feed["etag"], feed["hub"], feed["gone_at"], feed["proposed_url"]) == ("", "", None, "")
    assert feed["due_at"] < (NOW + timedelta(days=29)).isoformat()
    assert shown["entries"] == {"article": 1, "quarantined": 1, "refused": 1}


@pytest.mark.usefixtures("day")
def test_what_cannot_be_adopted_is_refused_with_the_reason(aggregator: Command, folder: Path):
    def said(name: str, url: str) -> str:
        done = aggregator("sources", "adopt", name, "--feed", url, "--yes")
        assert done.code == 1
        return done.error

    assert "nothing is proposed in the place of" in said("tribune", FEED)
    assert "courier has no feed" in said("courier", FEED)
    _stands(folder, "https://courier.example/feed.xml")
    assert "https://courier.example/feed.xml is a feed already" in said("tribune", FEED)


@pytest.mark.usefixtures("day")
def test_a_feed_that_a_worker_has_is_not_adopted_away_from_it(aggregator: Command, folder: Path):
    _stands(folder, NEW, due_at=NOW)
    store = Store(f"sqlite:///{folder / 'var/aggregator.db'}")
    with store.writing() as session:
        far = NOW + timedelta(days=36_500)
        session.execute(table.update().where(table.c.url == FEED).values(pick_at=far))
    store.close()
    done = aggregator("sources", "adopt", "tribune", "--feed", FEED, "--yes")
    assert (done.code, "is being asked at this moment" in done.error) == (1, True)
    assert aggregator("sources", "show", "tribune", "--json").json["feeds"][0]["url"] == FEED
