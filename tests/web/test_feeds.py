"""The feeds that we publish."""

import gzip
import json
from datetime import timedelta

import feedparser
import pytest

from aggregator.store import articles, publications, takedowns
from tests.adapters import feed_rules
from tests.web.newsstand import Site, block, publish
from tests.world import NOW

URL = "https://harbour-tribune.example/news/1"
KINDS = ("rss", "atom", "json")
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


def _filled(site: Site, number: int) -> None:
    for place in range(number):
        address = f"https://harbour-tribune.example/news/{place}"
        publish(site.store, address, f"Headline {place}", published=NOW - timedelta(hours=place))


@pytest.mark.parametrize("kind", KINDS)
def test_every_item_names_its_source_links_to_the_original_and_bears_rights_and_disclaimer(
    site: Site, kind: str
) -> None:
    publish(site.store, URL, "Breakwater to be rebuilt")
    answer = site.get(f"/feed.{kind}")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith(TYPES[kind])
    for said in (URL, "Harbour Tribune", "All rights with the source", "Assembled by software."):
        assert said in answer.text, said


def test_feeds_are_read_by_a_reader(site: Site) -> None:
    _filled(site, 2)
    for kind in ("rss", "atom"):
        found = feedparser.parse(site.get(f"/feed.{kind}").body)
        assert not found.bozo
        assert [entry.title for entry in found.entries] == ["Headline 0", "Headline 1"]
        assert found.entries[0].link == "https://harbour-tribune.example/news/0"
    items = json.loads(site.get("/feed.json").body)["items"]
    assert [item["external_url"] for item in items] == [
        "https://harbour-tribune.example/news/0",
        "https://harbour-tribune.example/news/1",
    ]


def test_a_feed_comes_in_pages(site: Site) -> None:
    _filled(site, 4)
    first = feedparser.parse(site.get("/feed.atom").body)
    second = feedparser.parse(site.get("/feed.atom?page=2").body)
    assert (len(first.entries), len(second.entries)) == (3, 1)
    links = {link.rel: link.href for link in first.feed.links}
    assert links["next"] == "https://site.example/feed.atom?page=2"
    assert {link.rel for link in second.feed.links} >= {"self", "first", "previous"}


def test_each_source_language_and_story_has_a_feed_of_its_own(site: Site) -> None:
    made = publish(site.store, URL, "English", language="en")
    publish(site.store, "https://bote.example/1", "Deutsch", language="de", outlet="Der Bote")
    for path, title in (
        ("/sources/der-bote/feed.rss", "Deutsch"),
        ("/languages/en/feed.rss", "English"),
        (f"/stories/{made.key}/feed.rss", "English"),
    ):
        assert [entry.title for entry in feedparser.parse(site.get(path).body).entries] == [title], path
    assert site.get("/sources/none/feed.rss").status == 404


def test_a_feed_names_a_page_that_is_there(site: Site) -> None:
    made = publish(site.store, URL)
    for path in ("", "/sources/harbour-tribune", "/languages/en", f"/stories/{made.key}"):
        links = feedparser.parse(site.get(f"{path}/feed.atom").body).feed.links
        home = next(link.href for link in links if link.rel == "alternate")
        assert site.get(home.removeprefix("https://site.example")).status == 200, path


def test_one_block_in_the_place_of_another_is_not_overlooked(site: Site) -> None:
    first, second = (f"https://harbour-tribune.example/news/{place}" for place in range(2))
    _filled(site, 2)
    number = block(site.store, first)
    text = site.get("/feed.atom").text
    assert "Headline 0" not in text
    assert "Headline 1" in text
    with site.store.writing() as session:
        takedowns.lift(session, number, "a mistake", NOW)
    block(site.store, second)
    text = site.get("/feed.atom").text
    assert "Headline 0" in text
    assert "Headline 1" not in text


def test_a_reader_that_asks_by_time_alone_misses_nothing(site: Site) -> None:
    _filled(site, 1)
    first = site.get("/feed.atom").headers["Last-Modified"]
    seen_before = NOW - timedelta(days=1)
    publish(site.store, "https://harbour-tribune.example/late", "Seen before, published late", updated=seen_before)
    answer = site.get("/feed.atom", If_Modified_Since=first)
    assert answer.status == 200
    assert "Seen before, published late" in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_withdrawn_leaves_a_tombstone_and_no_words(site: Site, kind: str) -> None:
    made = publish(site.store, URL, "Breakwater to be rebuilt")
    with site.store.writing() as session:
        article = articles.by_key(session, made.key)
        assert article is not None
        publications.withdraw(session, [article.id], "takedown 1", NOW)
    answer = site.get(f"/feed.{kind}")
    assert made.key in answer.text, "the tombstone names what is gone"
    assert "Breakwater" not in answer.text
    assert URL not in answer.text


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    _filled(site, 1)
    first = site.get("/feed.atom")
    again = site.get("/feed.atom", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert site.get("/feed.atom", If_Modified_Since=first.headers["Last-Modified"]).status == 304
    assert site.get("/feed.atom", If_None_Match='"other"').status == 200
    publish(site.store, "https://harbour-tribune.example/new", "A new one")
    changed = site.get("/feed.atom", If_None_Match=first.headers["ETag"])
    assert changed.status == 200
    assert "A new one" in changed.text


def test_a_reader_that_understands_gzip_gets_it(site: Site) -> None:
    _filled(site, 2)
    plain = site.get("/feed.rss")
    packed = site.get("/feed.rss", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Vary"] == "Accept-Encoding"


def test_the_head_of_a_feed_can_be_had_alone(site: Site) -> None:
    _filled(site, 1)
    answer = site.get("/feed.rss", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 500


def test_feeds_keep_the_rules_of_their_formats(site: Site) -> None:
    _filled(site, 3)
    assert feed_rules.rss_faults(site.get("/feed.rss").body) == []
    assert feed_rules.atom_faults(site.get("/feed.atom").body) == []
    assert feed_rules.json_faults(site.get("/feed.json").body) == []
