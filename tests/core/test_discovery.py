"""Which addresses are feeds, by their shape, and which of them come first."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.discovery import (
    COMMENTS,
    LINKED,
    MAX_CANDIDATES,
    MAX_SITEMAPS,
    PARTIAL,
    Candidate,
    absolute,
    format_of,
    guesses,
    is_near,
    is_no_feed,
    is_sitemap,
    looks_like_feed,
    ranked,
    score,
    sitemap_rank,
    sitemaps,
)
from aggregator.core.errors import Refused

PAGE = "https://www.harbour.example/"
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("/feed", "https://www.harbour.example/feed"),
        ("  rss.xml\n", "https://www.harbour.example/rss.xml"),
        ("//feeds.harbour.example/all", "https://feeds.harbour.example/all"),
        ("feed:https://a.example/rss", "https://a.example/rss"),
        ("feed://a.example/rss", "https://a.example/rss"),
        ("feed://https://a.example/rss", "https://a.example/rss"),
        ("FEED:http://a.example/rss", "http://a.example/rss"),
        ("/a b#part", "https://www.harbour.example/a%20b"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("mailto:desk@harbour.example", ""),
        ("data:text/xml,<rss/>", ""),
        ("http://", ""),
        ("https://user:secret@a.example/rss", ""),
        ("http://[::1", ""),
        ("/" + "x" * 3_000, ""),
        ("/a\0b\ud800c", "https://www.harbour.example/abc"),
    ],
)
def test_an_address_as_written_is_one_of_the_web_or_none(written: str, expected: str) -> None:
    assert absolute(PAGE, written) == expected


def test_an_address_without_a_base_must_have_a_host() -> None:
    assert absolute("", "/feed") == ""
    assert absolute("", "//a.example/feed") == "https://a.example/feed"


@pytest.mark.parametrize(
    "address",
    [
        "/feed",
        "/feed/",
        "/rss",
        "/rss.xml",
        "/atom.xml",
        "/index.xml",
        "/index.rdf",
        "/feed.json",
        "/feeds/posts/default",
        "/news/rss2",
        "/sport.rss",
        "/sport_rss.xml",
        "/rss-sport.xml",
        "/rssfeed.xml",
        "/RSS/world.asp",
        "/rss.php?id=4",
        "/?feed=rss2",
        "/index.php?format=feed&x=1",
        "/x?output=atom",
        "https://feeds.harbour.example/all",
        "https://feeds.feedburner.com/harbour",
    ],
)
def test_addresses_of_feeds_look_like_feeds(address: str) -> None:
    assert looks_like_feed(absolute(PAGE, address))


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/feedback",
        "/feeding-the-poor",
        "/rssi",
        "/press",
        "/atomic-power",
        "/data.xml",
        "/feed-me.html",
        "/cross/index.html",
        "/index.json",
        "/?feedback=rss",
        "https://feeds.harbour.example/",
    ],
)
def test_other_addresses_do_not(address: str) -> None:
    assert not looks_like_feed(absolute(PAGE, address))


@pytest.mark.parametrize(
    ("address", "no_feed"),
    [
        ("/amp/feed", True),
        ("/feed?amp=1", True),
        ("/feed/print", True),
        ("/feed?view=print", True),
        ("https://amp.harbour.example/feed", True),
        ("/wp-json/wp/v2/posts/5", True),
        ("/wp-json/oembed/1.0/embed?url=x", True),
        ("/manifest.json", True),
        ("/feed", False),
        ("/example/feed", False),
        ("/prints-of-paintings/feed", False),
        ("/champ/feed", False),
    ],
)
def test_pages_in_clothes_and_interfaces_are_no_feeds(address: str, no_feed: bool) -> None:
    assert is_no_feed(absolute(PAGE, address)) is no_feed


@pytest.mark.parametrize(
    ("media_type", "address", "expected"),
    [
        ("application/rss+xml", "/x", "rss"),
        ("Application/Atom+XML; charset=utf-8", "/rss", "atom"),
        ("application/feed+json", "/x", "json"),
        ("text/x-opml", "/x", "opml"),
        ("text/xml", "/atom.xml", "atom"),
        ("", "/feed.json", "json"),
        ("", "/feed", ""),
        ("", "/rss-sitemap.xml", "sitemap"),
        ("", "/blogroll.opml", "opml"),
        ("", "/index.rdf", "rss"),
    ],
)
def test_a_format_is_guessed_by_type_then_by_address(media_type: str, address: str, expected: str) -> None:
    assert format_of(media_type, absolute(PAGE, address)) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/sitemap.xml", True),
        ("/sitemap_news.xml", True),
        ("/news-sitemap.xml", True),
        ("/sitemaps/2026/11.xml.gz", True),
        ("/sitemap", False),
        ("/sitemap.html", False),
    ],
)
def test_sitemaps_are_known_by_their_names(address: str, expected: bool) -> None:
    assert is_sitemap(absolute(PAGE, address)) is expected


def test_scores_fall_for_comments_parts_and_other_sites() -> None:
    def points(address: str, title: str = "") -> int:
        return score(LINKED, absolute(PAGE, address), title, PAGE)

    assert points("/feed") == points("https://feeds.harbour.example/x") == LINKED
    assert points("/comments/feed") == points("/feed2", "Harbour » Comments Feed") == LINKED + COMMENTS
    assert points("/tag/ships/feed") == points("/feed?s=ships") == LINKED + PARTIAL
    assert points("/tag/comments/feed") == LINKED + COMMENTS
    assert LINKED > points("https://feeds.feedburner.com/harbour") > points("https://other.example/feed")
    assert points("/news-sitemap.xml") > points("/sitemap.xml")


def test_a_page_without_a_host_has_no_site() -> None:
    assert not is_near("https://a.example/", "nowhere")


def test_candidates_come_best_first_each_once_with_the_better_score_and_any_title() -> None:
    found = ranked(
        [
            Candidate("https://a.example/1", "", "rss", 40, "link"),
            Candidate("https://a.example/2", "Two", "rss", 40, "link"),
            Candidate("http://www.a.example/1/", "One", "rss", 100, "head"),
            Candidate("https://a.example/1", "Late", "rss", 40, "link"),
            Candidate("https://a.example/3", "Three", "rss", 40, "link"),
        ]
    )
    assert [(one.url, one.title, one.score) for one in found] == [
        ("http://www.a.example/1/", "One", 100),
        ("https://a.example/2", "Two", 40),
        ("https://a.example/3", "Three", 40),
    ]


def test_no_more_than_fifty_candidates_are_given() -> None:
    many = [Candidate(f"https://a.example/{number}", "", "", number, "") for number in range(200)]
    found = ranked(many)
    assert [one.score for one in found] == list(range(199, 199 - MAX_CANDIDATES, -1))


def test_the_usual_places_are_those_of_the_whole_site() -> None:
    assert guesses(PAGE) == [
        f"https://www.harbour.example{place}"
        for place in (
            "/feed",
            "/rss",
            "/rss.xml",
            "/atom.xml",
            "/feed.xml",
            "/index.xml",
            "/feed.json",
            "/news-sitemap.xml",
            "/sitemap_news.xml",
            "/sitemap.xml",
            "/sitemap-news.xml",
            "/index.rdf",
        )
    ]


@pytest.mark.parametrize(
    "page",
    [
        "http://harbour.example:8080/sport/",
        "http://harbour.example:8080/sport",
        "http://harbour.example:8080/sport/index.html?x=1#y",
    ],
)
def test_the_places_of_a_section_come_first(page: str) -> None:
    found = guesses(page)
    assert found[:3] == [f"http://harbour.example:8080{place}" for place in ("/sport/feed", "/sport/rss", "/feed")]
    assert "http://harbour.example:8080/sitemap.xml" in found
    assert len(found) == 12


def test_a_place_is_not_guessed_that_is_the_page_itself() -> None:
    assert "https://a.example/rss.xml" not in guesses("https://a.example/rss.xml")
    assert len(guesses("https://a.example/" + "x" * 1_980)) == 12


@pytest.mark.parametrize("page", ["", "ftp://a.example/", "a.example", "http://"])
def test_there_is_nothing_to_guess_about_what_is_no_address(page: str) -> None:
    with pytest.raises(Refused):
        guesses(page)


def test_the_sitemaps_of_a_robots_txt_are_found_wherever_they_stand_news_first() -> None:
    robots = (
        "\ufeffsitemap:https://a.example/first.xml\r\nUser-agent: *\rDisallow: /x\n"
        "  SiteMap :  https://a.example/news.xml # for news\nSitemap: /relative.xml\nSitemap: ftp://a.example/x\n"
        "# Sitemap: https://a.example/comment.xml\nSitemap:\nhttps://a.example/next-line.xml\n"
        "Sitemap: https://a.example/first.xml\nSitemap: https://news.example/last.xml"
    )
    expected = ["https://a.example/news.xml", "https://a.example/first.xml", "https://news.example/last.xml"]
    assert sitemaps(robots) == expected
    assert sitemaps(robots.encode()) == expected


def test_a_robots_txt_without_end_or_sense_is_bounded() -> None:
    assert len(sitemaps("".join(f"Sitemap: https://a.example/{number}\n" for number in range(500)))) == MAX_SITEMAPS
    assert sitemaps(b"\xff\x00\xfe" * 1_000_000 + b"\nSitemap: https://a.example/far.xml") == []
    assert sitemaps("") == []


@pytest.mark.parametrize(
    ("address", "rank"),
    [
        ("/news-sitemap.xml", 3),
        ("/latest.xml", 3),
        ("/sitemap-2026-11.xml", 2),
        ("/sitemap/2026/10/28.xml", 2),
        ("/sitemap-20261103.xml", 2),
        ("/sitemap-2026.xml", 2),
        ("/news/2026/11/sitemap.xml", 3),
        ("/sitemap-1.xml", 1),
        ("/post-sitemap12.xml", 1),
        ("/news/2019/11/sitemap.xml", 0),
        ("/sitemap-2026-09.xml", 0),
        ("/sitemap-2025.xml", 0),
        ("/image-sitemap.xml", 0),
        ("/post_tag-sitemap.xml", 0),
        ("/author-sitemap.xml", 0),
    ],
)
def test_a_sitemap_is_ranked_by_what_its_address_says(address: str, rank: int) -> None:
    assert sitemap_rank(f"https://news.example{address}", NOW, timedelta(days=14)) == rank
