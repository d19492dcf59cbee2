"""Which feeds a page names, as pages are written."""

import pytest

from aggregator.adapters import discovery
from aggregator.adapters.discovery import candidates
from aggregator.core.discovery import MAX_CANDIDATES, Candidate
from aggregator.core.errors import Unreadable

URL = "https://www.harbour.example/sport/"


def found(head: str = "", body: str = "", url: str = URL) -> list[Candidate]:
    page = f"<!doctype html><html><head><title>T</title>{head}</head><body><p>Text</p>{body}</body></html>"
    return candidates(page.encode(), url=url, charset="utf-8")


def link(address: str, media_type: str = "application/rss+xml", rel: str = "alternate", title: str = "") -> str:
    return f'<link rel="{rel}" type="{media_type}" title="{title}" href="{address}">'


def urls(*given: str) -> list[str]:
    return [one.url for one in found(*given)]


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/rss+xml", "rss"),
        ("application/atom+xml", "atom"),
        ("application/feed+json", "json"),
        ("application/json", "json"),
        ("application/rdf+xml", "rss"),
        ("APPLICATION/RSS+XML; charset=utf-8", "rss"),
    ],
)
def test_a_feed_in_the_head_is_a_candidate_of_its_type(media_type: str, expected: str) -> None:
    (one,) = found(link("/x", media_type, title="  Harbour\n Post "))
    assert (one.url, one.title, one.format) == ("https://www.harbour.example/x", "Harbour Post", expected)
    assert one.why.startswith("link rel=alternate of type application/")


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="stylesheet" href="/feed.xml">',
        '<link rel="alternate stylesheet" type="application/rss+xml" href="/feed">',
        '<link rel="alternate" hreflang="de" href="/feed">',
        '<link rel="alternate" type="text/html" href="/rss">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed?url=x">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7">',
        '<link rel="amphtml" href="/amp/feed">',
        '<link rel="search" type="application/opensearchdescription+xml" href="/rss.xml">',
        '<link rel="EditURI" type="application/rsd+xml" href="/xmlrpc.php?rsd">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:void(0)">',
        '<link rel="alternate" type="application/rss+xml" href="/feed?amp=1">',
        '<link rel="alternate" type="application/rss+xml" href="http://[">',
    ],
)
def test_other_links_of_the_head_are_none(head: str) -> None:
    assert found(head) == []


def test_any_link_that_says_it_is_a_feed_is_one() -> None:
    assert urls('<link rel="feed" href="/a">', '<a rel="nofollow feed" href="/b">B</a>') == [
        "https://www.harbour.example/a",
        "https://www.harbour.example/b",
    ]


def test_xml_of_no_known_kind_is_worth_less_than_a_feed() -> None:
    assert urls(link("/x", "text/xml") + link("/main.rss", "application/xml") + link("/y")) == [
        "https://www.harbour.example/main.rss",
        "https://www.harbour.example/y",
        "https://www.harbour.example/x",
    ]


def test_plain_json_comes_after_json_feed() -> None:
    head = link("/plain", "application/json") + link("/feed.json", "application/feed+json")
    assert urls(head) == ["https://www.harbour.example/feed.json", "https://www.harbour.example/plain"]


def test_links_in_the_text_count_when_they_look_like_feeds() -> None:
    body = (
        '<a href="/rss.xml"><b>All</b> <i>news</i></a><a href="/about">About</a><a href="/feedback">Write</a>'
        '<a href="?feed=atom">Atom</a><a type="application/rss+xml" href="/x">X</a>'
        '<a href="https://other.example/rss.xml">Elsewhere</a><a href="https://feeds.feedburner.com/harbour">FB</a>'
        '<a href="feed:https://www.harbour.example/two.rss">Two</a><a href="/amp/rss.xml">A</a><a>none</a>'
    )
    assert [(one.url.removeprefix("https://www.harbour.example"), one.title) for one in found("", body)] == [
        ("/x", "X"),
        ("/rss.xml", "All news"),
        ("/sport/?feed=atom", "Atom"),
        ("/two.rss", "Two"),
        ("https://feeds.feedburner.com/harbour", "FB"),
    ]


def test_the_head_comes_before_the_text_and_main_feeds_before_parts_and_comments() -> None:
    head = (
        link("/comments/feed", title="Comments")
        + link("/tag/ships/feed")
        + link("https://other.example/feed")
        + link("/feed")
    )
    assert urls(head, '<a href="/rss">RSS</a><a href="/sitemap.xml">S</a><a href="/news-sitemap.xml">N</a>') == [
        "https://www.harbour.example/feed",
        "https://www.harbour.example/tag/ships/feed",
        "https://other.example/feed",
        "https://www.harbour.example/comments/feed",
        "https://www.harbour.example/rss",
        "https://www.harbour.example/news-sitemap.xml",
        "https://www.harbour.example/sitemap.xml",
    ]


def test_a_feed_that_is_named_twice_is_one_candidate() -> None:
    (one,) = found(link("/feed"), '<a href="http://harbour.example/feed/">Our feed</a>')
    assert (one.url, one.title, one.score) == ("https://www.harbour.example/feed", "Our feed", 100)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ('<base href="/deep/">', "https://www.harbour.example/deep/rss.xml"),
        (
            '<base target="_top"><base href="https://cdn.harbour.example/"><base href="/late/">',
            "https://cdn.harbour.example/rss.xml",
        ),
        ('<base href="javascript:x">', "https://www.harbour.example/sport/rss.xml"),
        ("", "https://www.harbour.example/sport/rss.xml"),
    ],
)
def test_relative_addresses_start_from_the_base(base: str, expected: str) -> None:
    assert urls(base + link("rss.xml")) == [expected]


def test_the_page_itself_is_no_candidate() -> None:
    assert found(link("https://www.harbour.example/sport/")) == []


def test_lists_and_sitemaps_may_be_named_in_the_head() -> None:
    head = link("/s.xml", "application/xml", "sitemap") + link("/roll.opml", "text/x-opml", "outline")
    assert [(one.format, one.why) for one in found(head)] == [("", "link rel=sitemap"), ("opml", "link rel=outline")]


def test_a_page_of_thousands_of_links_gives_fifty_candidates() -> None:
    body = "".join(f"<p><a href='/{number}.rss'>F</a></p>" for number in range(2_000))
    assert len(found("", body)) == MAX_CANDIDATES


def test_titles_are_bounded() -> None:
    assert len(found(link("/feed", title="t" * 5_000))[0].title) == 200


@pytest.mark.parametrize("body", [b"", b"   ", b"<div>" * 3_000, b"x" * 6_000_000])
def test_what_cannot_be_parsed_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        candidates(body, url=URL, charset="")


def test_a_page_in_another_encoding_keeps_its_titles() -> None:
    body = f"<html><head>{link('/feed', title='Новости')}</head></html>".encode("windows-1251")
    assert candidates(body, url=URL, charset="windows-1251")[0].title == "Новости"


def test_places_to_try_and_the_sitemaps_of_robots_are_at_hand_here_too() -> None:
    assert discovery.guesses(URL)[0] == "https://www.harbour.example/sport/feed"
    assert discovery.sitemaps(b"Sitemap: https://a.example/s.xml") == ["https://a.example/s.xml"]
