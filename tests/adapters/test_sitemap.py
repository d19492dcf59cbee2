"""Sitemaps as feeds: news, recent pages, indexes; packed, cut off, broken, very long, hostile."""

import gzip
from collections.abc import Container
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.adapters import sitemap
from aggregator.adapters.sitemap import MAX_PLAIN, is_sitemap
from aggregator.core.entry import FeedEntry
from aggregator.core.errors import Unreadable
from aggregator.core.feed import MAX_CHILDREN, MAX_ITEMS, FeedDocument

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
URL = "https://www.harbour.example/sitemaps/news.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def document(body: bytes | str, known: Container[int] = ()) -> FeedDocument:
    body = body.encode() if isinstance(body, str) else body
    return sitemap.read(body, url=URL, now=NOW, known=known)


def urlset(*urls: str, spaces: str = SPACES) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {spaces}>\n{"".join(urls)}</urlset>\n'


def news(number: int = 1, *, hours: float = 1, title: str = "", more: str = "", loc: str = "") -> str:
    at = (NOW - timedelta(hours=hours)).isoformat()
    return (
        f"<url><loc>{loc or f'https://www.harbour.example/{number}'}</loc>{more}<news:news><news:publication>"
        "<news:name>Harbour Post</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>{at}</news:publication_date><news:title>{title or f'Ship {number}'}</news:title>"
        "</news:news></url>\n"
    )


def page(number: int = 1, *, hours: float = 1) -> str:
    at = (NOW - timedelta(hours=hours)).isoformat()
    return f"<url><loc>https://www.harbour.example/{number}</loc><lastmod>{at}</lastmod></url>\n"


def index(*maps: tuple[str, str]) -> str:
    listed = (f"<sitemap><loc>{loc}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>" for loc, at in maps)
    return f"<sitemapindex {SPACES}>{''.join(listed)}</sitemapindex>"


def numbers(found: FeedDocument) -> list[int]:
    return [int(one.url.rpartition("/")[2]) for one in found.entries]


# News


def test_an_item_of_news_is_an_entry() -> None:
    image = "<image:image><image:loc>https://www.harbour.example/i.jpg</image:loc><image:title>No</image:title></image:image>"
    found = document(urlset(news(title="Cod &amp; chips\n  again", more=f"<lastmod>2026-11-03</lastmod>{image}")))
    assert (found.format, found.title, found.language, found.link) == ("sitemap", "Harbour Post", "en", "")
    assert (found.dropped, found.recovered, found.children) == ((), "", ())
    assert found.entries == (
        FeedEntry(
            guid="https://www.harbour.example/1",
            url="https://www.harbour.example/1",
            title="Cod & chips again",
            published=NOW - timedelta(hours=1),
            updated=datetime(2026, 11, 3, tzinfo=UTC),
            raw_date=(NOW - timedelta(hours=1)).isoformat(),
            language="en",
        ),
    )


def test_news_come_newest_first_however_old_and_in_order_where_equal() -> None:
    found = document(urlset(news(1, hours=9_000), news(2, hours=1), news(3, hours=5), news(4, hours=1)))
    assert numbers(found) == [2, 4, 3, 1]


def test_news_without_a_date_come_last_and_one_with_a_date_of_change_by_that() -> None:
    undated = "<url><loc>https://www.harbour.example/7</loc><news:news><news:title>T</news:title></news:news></url>"
    changed = "<url><loc>https://www.harbour.example/8</loc><lastmod>2026-11-03T11:30:00Z</lastmod><news:news/></url>"
    found = document(urlset(undated, news(1, hours=3), changed))
    assert numbers(found) == [8, 1, 7]
    assert [one.published for one in found.entries[::2]] == [None, None]


def test_where_there_is_news_other_pages_do_not_count() -> None:
    assert numbers(document(urlset(page(1), news(2), page(3)))) == [2]


def test_an_address_is_the_items_own_and_its_guid_is_as_written() -> None:
    found = document(urlset(news(loc="  https://WWW.harbour.example/a?x=1&amp;y=2#top ")))
    assert found.entries[0].guid == "https://WWW.harbour.example/a?x=1&y=2#top"
    assert found.entries[0].url == "https://www.harbour.example/a?x=1&y=2"


def test_an_address_in_cdata_is_read_as_written() -> None:
    found = document(urlset(news(loc="<![CDATA[https://www.harbour.example/a?x=1&y=2]]>")))
    assert (found.entries[0].url, found.recovered) == ("https://www.harbour.example/a?x=1&y=2", "")


def test_an_item_without_an_address_costs_no_other_and_is_named() -> None:
    found = document(urlset(news(1), news(loc="mailto:desk@harbour.example"), "<url><news:news/></url>", news(2)))
    assert numbers(found) == [1, 2]
    assert found.dropped == ("no address of the web: 'mailto:desk@harbour.example'", "no address of the web: ''")


@pytest.mark.parametrize(
    ("spaces", "urls"),
    [
        ("", news().replace("news:", "")),
        (SPACES.replace("http://www.google.com/schemas/sitemap-news/0.9", "urn:mistyped"), news()),
        ('xmlns="https://www.sitemaps.org/"', news()),
    ],
    ids=["none", "another", "undeclared"],
)
def test_names_count_and_namespaces_do_not(spaces: str, urls: str) -> None:
    plain = urls.replace("<news>", "<news>", 1) if spaces else urls
    assert document(urlset(plain, spaces=spaces)).entries[0].title == "Ship 1"


def test_a_prefix_for_the_sitemaps_own_elements_makes_no_difference() -> None:
    body = "<sm:urlset xmlns:sm='http://www.sitemaps.org/schemas/sitemap/0.9'><sm:url><sm:loc>https://a.example/1</sm:loc><sm:lastmod>2026-11-03</sm:lastmod></sm:url></sm:urlset>"
    assert numbers(document(body)) == [1]
    assert numbers(document(body[:-4])) == [1]
    assert numbers(document(body.replace("xmlns:sm", "xmlns:other"))) == [1]


# Pages


def test_without_news_the_pages_of_fourteen_days_are_entries_by_their_time_of_change() -> None:
    undated = "<url><loc>https://www.harbour.example/9</loc></url>"
    ahead = page(8, hours=-5)
    found = document(urlset(page(1, hours=14 * 24 + 0.1), page(2, hours=14 * 24 - 0.1), undated, ahead, page(3)))
    assert numbers(found) == [3, 2]
    assert (found.entries[0].published, found.entries[0].updated) == (None, NOW - timedelta(hours=1))
    assert len(found.told) == 2
    assert found.told[0].at == int((NOW - timedelta(hours=1)).timestamp())


def test_without_news_the_newest_five_hundred_are_kept() -> None:
    found = document(urlset(*(page(number, hours=300 - number / 10) for number in range(1_000))))
    assert numbers(found) == list(range(999, 999 - MAX_PLAIN, -1))


def test_of_pages_that_all_changed_at_one_time_the_first_are_kept_in_order() -> None:
    assert numbers(document(urlset(*(page(number) for number in range(700))))) == list(range(MAX_PLAIN))


# Memory


def test_what_was_told_in_the_same_bytes_is_left_out_but_remembered() -> None:
    first = document(urlset(news(1), news(2)))
    known = {one.hash for one in first.told}
    again = document(urlset(news(3), news(1), news(2, title="Changed")), known)
    assert numbers(again) == [3, 2]
    assert len(again.told) == 3
    assert again.told[1] == first.told[0]
    assert first.told[0].at == int((NOW - timedelta(hours=1)).timestamp())


# Size


@pytest.mark.parametrize("turned", [False, True])
def test_of_fifty_thousand_addresses_the_newest_are_kept(turned: bool) -> None:
    pages = [page(number, hours=(50_000 - number) / 400) for number in range(50_000)]
    found = document(urlset(*(reversed(pages) if turned else pages)))
    assert numbers(found) == list(range(49_999, 49_999 - MAX_PLAIN, -1))
    assert found.recovered == ""


def test_of_more_news_than_a_feed_may_hold_the_newest_are_kept() -> None:
    found = document(urlset(*(news(number, hours=10_000 - number) for number in range(5_000))))
    assert numbers(found) == list(range(4_999, 4_999 - MAX_ITEMS, -1))
    assert len(found.told) == MAX_ITEMS


def test_more_elements_than_any_sitemap_has_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than 500000 elements"):
        document(urlset("<a/>" * 1_000_001))


def test_a_sitemap_that_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(Unreadable, match="refused"):
        document(urlset(news(1), "<url>" * 5_000 + "</url>" * 5_000))


def test_an_url_within_an_url_is_none() -> None:
    assert numbers(document(urlset(f"<group>{page(1)}</group>", page(2)))) == [2]


@pytest.mark.parametrize("declared", ['<!ENTITY a "aaaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">', ""])
def test_declarations_of_its_own_are_refused(declared: str) -> None:
    with pytest.raises(Unreadable, match="declarations of its own"):
        document(f"<!DOCTYPE urlset [{declared}]>" + urlset(news(title="&a;")).partition("?>")[2])
    assert not is_sitemap(f"<!DOCTYPE urlset [{declared}]><urlset>")


# Gzip


def test_a_packed_sitemap_is_read() -> None:
    body = gzip.compress(urlset(news()).encode())
    assert (numbers(document(body)), document(body).recovered) == ([1], "")


def test_of_a_packed_sitemap_that_breaks_off_the_whole_items_are_read() -> None:
    body = gzip.compress(urlset(*(news(number) for number in range(500))).encode(), 0)
    found = document(body[: len(body) // 2])
    assert 200 < len(found.entries) < 300
    assert "gzip body breaks off" in found.recovered


def test_a_bomb_is_unpacked_to_ten_megabytes_only() -> None:
    body = gzip.compress(urlset(news(1), f"<x>{' ' * 10_000}</x>" * 4_000).encode())
    found = document(body)
    assert numbers(found) == [1]
    assert "only the first 10485760 unpacked bytes" in found.recovered


def test_a_sitemap_that_is_too_long_is_read_as_far_as_ten_megabytes() -> None:
    found = document(urlset(news(1), f"<x>{' ' * 10_000}</x>" * 1_100, news(2)))
    assert numbers(found) == [1]
    assert "only the first 10485760 bytes" in found.recovered


@pytest.mark.parametrize("body", [b"\x1f\x8b", b"\x1f\x8brubbish", gzip.compress(b""), gzip.compress(b"<rss/>")])
def test_packed_rubbish_is_no_sitemap(body: bytes) -> None:
    with pytest.raises(Unreadable, match="not a sitemap"):
        document(body)
    assert not is_sitemap(body)


# What is broken


def test_a_sitemap_that_breaks_off_gives_the_items_that_are_whole_and_never_half_an_address() -> None:
    whole = urlset(*(news(number) for number in range(3)))
    for end in range(whole.index("<url>"), len(whole) - len("</urlset>\n"), 7):
        found = document(whole[:end])
        assert sorted(numbers(found)) == list(range(whole[:end].count("</url>")))
        assert found.recovered


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (news(2, loc="https://www.harbour.example/?a=1&b=2"), "https://www.harbour.example/?a=1&b=2"),
        (news(2, title="Fish &nbsp; < chips \x07"), "https://www.harbour.example/2"),
        (news(2, title="<i>Bad"), "https://www.harbour.example/2"),
        (news(2).replace("</url>", ""), "https://www.harbour.example/2"),
    ],
    ids=["ampersand", "entity", "not closed", "url not closed"],
)
def test_an_item_that_is_not_well_formed_costs_no_other(broken: str, expected: str) -> None:
    found = document(urlset(news(1), broken, news(3)))
    assert [one.url for one in found.entries] == [
        "https://www.harbour.example/1",
        expected,
        "https://www.harbour.example/3",
    ]
    assert found.recovered


def test_wrong_bytes_in_a_title_are_not_fatal() -> None:
    found = document(urlset(news(1, title="Fish and chips, " * 5 + "@"), news(2)).encode().replace(b"@", b"\xff"))
    assert numbers(found) == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_says_the_encoding(encoding: str) -> None:
    body = urlset(news(title="Ærø")).encode(encoding)
    assert document(body).entries[0].title == "Ærø"
    assert is_sitemap(body)


@pytest.mark.parametrize("body", ["", "  ", "<rss/>", "<html></html>", "hello", "<urlsets/>", "<!-- urlset -->"])
def test_other_answers_are_no_sitemap(body: str) -> None:
    assert not is_sitemap(body)
    assert not is_sitemap(body.encode())
    with pytest.raises(Unreadable, match="not a sitemap"):
        document(body)


@pytest.mark.parametrize(
    "head",
    [
        "<urlset>",
        "<sitemapindex xmlns='x'>",
        "\ufeff\n<?xml version='1.0'?><?xml-stylesheet href='x'?><!-- made by <rss> -->\n<urlset ",
        "<!DOCTYPE urlset><urlset>",
        "<sm:urlset xmlns:sm='x'>",
    ],
)
def test_a_sitemap_is_known_by_its_root(head: str) -> None:
    assert is_sitemap(head)
    assert is_sitemap(head.encode())
    assert is_sitemap(gzip.compress(head.encode() + b" " * 100_000)[:180])


def test_an_empty_sitemap_is_a_feed_without_entries() -> None:
    found = document("<urlset/>")
    assert (found.format, found.entries, found.told, found.recovered) == ("sitemap", (), (), "")


# Indexes


def test_an_index_names_sitemaps_those_for_news_first_then_the_newest() -> None:
    site = "https://harbour.example"
    found = document(
        index(
            (f"{site}/sitemap-1.xml", "2026-10-01"),
            (f"{site}/image-sitemap.xml", "2026-11-03"),
            (f"{site}/sitemap-2.xml", "2026-11-02"),
            (f"{site}/sitemap-3.xml", ""),
            (f"{site}/sitemap-2026-11.xml", "2026-11-01"),
            (f"{site}/news/old.xml", "2026-11-01"),
            (f"{site}/news/new.xml", "2026-11-02T10:00:00Z"),
        )
    )
    assert found.format == "sitemapindex"
    assert [child.removeprefix(site) for child in found.children] == [
        "/news/new.xml",
        "/news/old.xml",
        "/sitemap-2026-11.xml",
        "/sitemap-2.xml",
        "/sitemap-1.xml",
        "/sitemap-3.xml",
        "/image-sitemap.xml",
    ]
    assert (found.entries, found.told, found.dropped) == ((), (), ())


def test_an_index_names_no_more_than_fifty_of_the_newest() -> None:
    many = [(f"/s/{number}.xml", (NOW - timedelta(hours=number)).isoformat()) for number in range(200)]
    found = document(index(*reversed(many)))
    assert found.children == tuple(f"https://www.harbour.example/s/{number}.xml" for number in range(MAX_CHILDREN))


def test_an_index_names_neither_itself_nor_other_sites_nor_what_is_no_address() -> None:
    found = document(
        index(
            (URL, ""),
            ("https://other.example/s.xml", ""),
            ("ftp://harbour.example/s.xml", ""),
            ("http://[", ""),
            ("https://cdn.harbour.example/s.xml", ""),
            ("https://cdn.harbour.example/s.xml", ""),
        )
    )
    assert found.children == ("https://cdn.harbour.example/s.xml",)
    assert found.dropped == (
        "sitemap 2 is of another site: 'https://other.example/s.xml'",
        "sitemap 3 is no address of the web: 'ftp://harbour.example/s.xml'",
        "sitemap 4 is no address of the web: 'http://['",
    )


def test_an_index_of_fifty_thousand_is_read() -> None:
    found = document(index(*((f"https://harbour.example/s{number}.xml", "") for number in range(50_000))))
    assert len(found.children) == MAX_CHILDREN
