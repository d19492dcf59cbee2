"""sources check, discover and add: what a site says when it is asked, over real sockets, and what would be done."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from aggregator.wiring import wall_clock
from tests.cli.conftest import Command
from tests.cli.outlet import Outlet, running
from tests.world import Item, rss

PAGE = "<!doctype html><title>The outlet</title><link rel=alternate type=application/rss+xml href=/feed title=All>"


@pytest.fixture
def outlet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outlet]:
    """Give an outlet that may be asked, without pauses between two requests."""
    monkeypatch.setenv("AGGREGATOR_FETCH_ALLOW_LOOPBACK", "true")
    monkeypatch.setenv("AGGREGATOR_POLL_HOST_DELAY_SECONDS", "0")
    with running() as found:
        yield found


def _feed(*dates: str, head: str = "", summary: str = "Some words.") -> str:
    items = "".join(
        f"<item><title>T{number}</title><link>{{url}}/{number}</link>{f'<pubDate>{date}</pubDate>' if date else ''}"
        f"<description>{summary}</description></item>"
        for number, date in enumerate(dates)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>The outlet</title><link>{{url}}/</link><description>d</description>{head}{items}</channel></rss>"
    )


def _facts(aggregator: Command, url: str) -> dict[str, object]:
    return dict(aggregator("sources", "check", url, "--json").json)


@pytest.mark.parametrize(("status", "said"), [("301", "for good by its own word"), ("302", "not for good")])
def test_it_says_whether_a_redirect_is_for_good(aggregator: Command, outlet: Outlet, status: str, said: str):
    outlet.says("/feed", _feed("Tue, 24 Nov 2026 10:00:00 GMT"))
    old = outlet.says("/old", "", int(status), Location="/feed")
    facts = _facts(aggregator, old)
    assert (facts["address"], facts["redirects"]) == (f"{outlet.url}/feed", [f"{status} {outlet.url}/feed"])
    assert str(facts["moved"]).startswith(said)


def test_it_counts_dates_that_are_missing_ahead_or_absurd_and_quotes_them(aggregator: Command, outlet: Outlet):
    dates = ("Tue, 24 Nov 2020 10:00:00 GMT", "", "Fri, 01 Jan 2100 00:00:00 GMT", "yesterday, I think", "1 Jan 1970")
    found = _facts(aggregator, outlet.says("/feed", _feed(*dates)))["dates"]
    assert found == {"good": 1, "none": 1, "future": 1, "absurd": 2, "words": [dates[2], *dates[3:]]}


def test_a_second_request_bears_the_validators_and_a_304_is_told(aggregator: Command, outlet: Outlet):
    url = outlet.says("/feed", _feed("Tue, 24 Nov 2020 10:00:00 GMT"), ETag='"one"')
    facts = _facts(aggregator, url)
    assert facts["second"] == {"status": 304, "said": "304, as it should be: what has not changed is not sent again"}
    sent = [headers.get("if-none-match") for path, headers in outlet.came if path == "/feed"]
    assert sent == [None, '"one"']


def test_validators_that_are_of_no_use_are_told_and_without_any_nothing_is_asked_again(
    aggregator: Command, outlet: Outlet
):
    body = _feed("Tue, 24 Nov 2020 10:00:00 GMT")
    dated = outlet.says("/dated", body, Last_Modified="Tue, 24 Nov 2020 10:00:00 GMT")
    facts = _facts(aggregator, dated)
    assert facts["second"] == {"status": 200, "said": "200 with the same bytes: its validators were of no use"}
    facts = _facts(aggregator, outlet.says("/bare", body))
    assert "there are no validators" in str(facts["second"])
    assert outlet.paths.count("/bare") == 1


def test_what_server_and_feed_ask_of_us_becomes_the_interval(aggregator: Command, outlet: Outlet):
    head = "<ttl>120</ttl><skipHours><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    now = wall_clock()
    dates = [f"{now - timedelta(hours=each):%a, %d %b %Y %H:%M:%S GMT}" for each in range(1, 6)]
    facts = _facts(aggregator, outlet.says("/feed", _feed(*dates, head=head), Cache_Control="max-age=900"))
    assert (facts["ttl"], facts["skip_hours"], facts["skip_days"]) == (7200.0, [3], [6])
    assert (facts["pause_asked"], facts["usual_gap"], facts["interval"]) == (7200.0, 3600.0, 7200.0)
    assert facts["cache_control"] == "max-age=900"
    assert "ask again in about 2 h (as it asks)" in str(facts["would_do"])
    facts = _facts(aggregator, outlet.says("/free", _feed(*dates)))
    assert (facts["pause_asked"], facts["interval"]) == (0.0, 1800.0)
    assert "ask again in about 30 min (by its own rhythm)" in str(facts["would_do"])


def test_hub_topic_rights_and_character_sets_are_told(aggregator: Command, outlet: Outlet):
    head = '<copyright>All rights reserved</copyright><atom:link rel="hub" href="https://hub.example/"/>'
    link = '<{url}/feed>; rel="self"'
    kind = "application/rss+xml; charset=koi8-r"
    url = outlet.says("/feed", _feed("", head=head, summary="Grün"), Link=link, Content_Type=kind)
    facts = _facts(aggregator, url)
    assert (facts["hub"], facts["topic"], facts["rights"]) == ("https://hub.example/", url, "All rights reserved")
    assert facts["encoding"] == {
        "server": "koi8-r",
        "mark": "",
        "file": "utf-8",
        "said": "koi8-r by the server, utf-8 by the file",
    }
    assert facts["repairs"] == "declared as koi8-r, read as utf-8"


@pytest.mark.parametrize(
    ("summary", "kind"), [("word " * 300, "full texts"), ("A few words.", "excerpts"), ("", "headlines only")]
)
def test_it_tells_full_texts_from_excerpts(aggregator: Command, outlet: Outlet, summary: str, kind: str):
    texts = _facts(aggregator, outlet.says("/feed", _feed("", "", summary=summary)))["texts"]
    assert isinstance(texts, dict)
    assert (texts["kind"], texts["words"]) == (kind, len(summary.split()))


def test_robots_txt_is_asked_once_and_its_word_on_feed_and_page_is_told(aggregator: Command, outlet: Outlet):
    outlet.says("/robots.txt", "User-agent: Aggregator\nDisallow: /feed\nCrawl-delay: 9\n")
    facts = _facts(aggregator, outlet.says("/feed", _feed("")))
    on_feed, on_page = facts["robots_feed"], facts["robots_page"]
    assert isinstance(on_feed, dict)
    assert isinstance(on_page, dict)
    assert (on_feed["allowed"], on_page["allowed"], on_page["delay"]) == (False, True, 9.0)
    assert str(on_feed["said"]).endswith("; feeds are asked all the same (poll.obey_robots)")
    assert outlet.paths.count("/robots.txt") == 1


def test_a_wall_is_named_and_so_is_the_trouble(aggregator: Command, outlet: Outlet):
    url = outlet.says(
        "/feed", "<title>Just a moment...</title>", 403, Cf_Mitigated="challenge", Content_Type="text/html"
    )
    done = aggregator("sources", "check", url, "--json")
    assert (done.code, done.json["wall"], done.json["trouble"]) == (1, "Cloudflare", "wall")
    assert "blocked by Cloudflare" in done.error


def test_a_wish_to_wait_is_told_and_kept(aggregator: Command, outlet: Outlet):
    done = aggregator("sources", "check", outlet.says("/feed", "", 429, Retry_After="86400"), "--json")
    assert (done.json["trouble"], done.json["wait"]) == ("limited", 86_400.0)
    assert "ask again in about 1 d" in done.json["would_do"]


def test_a_known_feed_is_told_with_its_source_and_nothing_is_stored(aggregator: Command, outlet: Outlet):
    url = outlet.says("/feed", _feed(""))
    assert _facts(aggregator, url)["known"] == {"feeds": [], "said": "no"}
    assert aggregator("sources", "list", "--json").json == []
    aggregator("sources", "add", url, "--name", "Mine")
    assert _facts(aggregator, url)["known"] == {
        "feeds": [{"source": "mine", "url": url, "state": "active"}],
        "said": "as a feed of mine (active)",
    }
    assert aggregator("sources", "show", "mine", "--json").json["feeds"][0]["polled_at"] is None


def test_it_is_told_in_words_without_what_says_nothing(aggregator: Command, outlet: Outlet):
    plain = " ".join(
        aggregator("sources", "check", outlet.says("/feed", _feed("yesterday", ""), ETag='"x"')).out.split()
    )
    for said in ("1 none, 1 absurd, yesterday words", "second 304", "moved no", "would do fetch 2 pages"):
        assert said in plain
    assert "licence " not in plain.split("would do", maxsplit=1)[0]


def test_discover_shows_what_the_page_and_robots_txt_name_and_guesses_nothing(aggregator: Command, outlet: Outlet):
    outlet.says("/", PAGE + "<a href=/gone.rss>RSS</a>", Content_Type="text/html")
    outlet.says("/feed", rss(Item("{url}/1", "One"), Item("{url}/2", "Two")))
    outlet.says("/robots.txt", "Sitemap: {url}/news-sitemap.xml\n")
    outlet.says(
        "/news-sitemap.xml",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{url}/1</loc>"
        f"<lastmod>{wall_clock():%Y-%m-%dT%H:%MZ}</lastmod></url></urlset>",
    )
    found = aggregator("sources", "discover", f"{outlet.url}/", "--json").json
    assert [(each["url"], each["format"], each["items"]) for each in found["feeds"]] == [
        (f"{outlet.url}/feed", "rss20", 2),
        (f"{outlet.url}/news-sitemap.xml", "sitemap", 1),
    ]
    assert found["others"] == [[f"{outlet.url}/gone.rss", "the server answered 404, there is nothing at that address"]]
    assert sorted(outlet.paths) == ["/", "/feed", "/gone.rss", "/news-sitemap.xml", "/robots.txt"]
    plain = aggregator("sources", "discover", f"{outlet.url}/").out
    assert f"to add one: aggregator sources add {outlet.url}/feed" in plain
    assert max(map(len, plain.splitlines())) <= 80


def test_discover_asks_the_usual_places_only_when_nothing_is_named(aggregator: Command, outlet: Outlet):
    outlet.says("/", "<!doctype html><p>words", Content_Type="text/html")
    outlet.says("/atom.xml", rss(Item("{url}/1", "One")))
    found = aggregator("sources", "discover", f"{outlet.url}/", "--json").json
    assert [each["url"] for each in found["feeds"]] == [f"{outlet.url}/atom.xml"]
    assert len(outlet.paths) == len(set(outlet.paths)) <= 14
    assert aggregator("sources", "list", "--json").json == []


def test_discover_tells_two_addresses_of_one_feed_as_one(aggregator: Command, outlet: Outlet):
    outlet.says("/", PAGE + "<link rel=alternate type=application/rss+xml href=/old>", Content_Type="text/html")
    outlet.says("/feed", rss(Item("{url}/1", "One")))
    outlet.says("/old", "", 301, Location="/feed")
    found = aggregator("sources", "discover", f"{outlet.url}/", "--json").json
    assert [each["url"] for each in found["feeds"]] == [f"{outlet.url}/feed"]


def test_discover_says_that_there_is_nothing(aggregator: Command, outlet: Outlet):
    outlet.says("/", "<!doctype html><p>words", Content_Type="text/html")
    done = aggregator("sources", "discover", f"{outlet.url}/")
    assert (done.code, done.out.startswith("no feed was found from")) == (1, True)


def test_discover_asks_no_more_than_twenty_candidates_and_counts_the_rest(aggregator: Command, outlet: Outlet):
    links = "".join(f"<link rel=alternate type=application/rss+xml href=/{each}.rss>" for each in range(30))
    outlet.says("/", f"<!doctype html>{links}", Content_Type="text/html")
    found = aggregator("sources", "discover", f"{outlet.url}/", "--json").json
    assert (len(found["others"]), found["left_out"]) == (20, 10)
    assert len(outlet.paths) == 22


def test_a_page_is_not_added_but_the_feeds_that_it_names_are_shown(aggregator: Command, outlet: Outlet):
    page = outlet.says("/", PAGE, Content_Type="text/html")
    outlet.says("/feed", rss(Item("{url}/1", "One")))
    done = aggregator("sources", "add", page)
    assert done.code == 1
    assert "is no feed and was not added" in done.error
    assert f"sources add {outlet.url}/feed" in done.out
    assert [each["url"] for each in aggregator("sources", "add", page, "--json").json["feeds"]] == [
        f"{outlet.url}/feed"
    ]
    assert aggregator("sources", "list", "--json").json == []
    assert aggregator("sources", "add", page, "--unchecked").code == 0
    assert len(aggregator("sources", "list", "--json").json) == 1


def test_a_feed_that_cannot_be_had_now_is_added_with_a_word(aggregator: Command, outlet: Outlet):
    done = aggregator("sources", "add", outlet.says("/feed", "", 503))
    assert (done.code, done.out) == (0, "1 new feeds, 0 known ones, 0 refused\n")
    assert "the server answered 503" in " ".join(done.error.split())


def test_a_feed_that_is_known_is_not_asked_when_it_is_added_again(aggregator: Command, outlet: Outlet):
    url = outlet.says("/feed", rss(Item("{url}/1", "One")))
    aggregator("sources", "add", url)
    aggregator("sources", "add", url)
    assert outlet.paths == ["/feed"]
