"""Whatever tells of articles is told apart by its bytes."""

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from aggregator.adapters import feeds_in
from aggregator.core.errors import Unreadable
from aggregator.core.feed import FeedDocument
from aggregator.core.page import MAX_FEED_BYTES

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://post.example/feed"
LINK = "https://post.example/1"
RSS = (
    f"<?xml version='1.0'?><rss version='2.0'><channel><title>Post</title><link>https://post.example/</link>"
    f"<item><title>One</title><link>{LINK}</link></item></channel></rss>"
)
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>Post</title><id>a</id><entry><id>1</id><title>One</title>"
    f"<link href='{LINK}'/></entry></feed>"
)
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
    f"<channel><title>Post</title></channel><item rdf:about='{LINK}'><title>One</title><link>{LINK}</link></item>"
    "</rdf:RDF>"
)
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Post",
        "items": [{"id": "1", "url": LINK, "title": "One"}],
    }
)
MAP = (
    f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{LINK}</loc>"
    "<lastmod>2026-11-24T10:00:00Z</lastmod></url></urlset>"
)
INDEX = "<sitemapindex><sitemap><loc>https://post.example/news.xml</loc></sitemap></sitemapindex>"
OPML = "<opml version='2.0'><body><outline type='rss' xmlUrl='https://a.example/rss'/></body></opml>"
EMPTY_OPML = "<opml version='2.0'><head><title>List</title></head><body></body></opml>"


def read(body: bytes, content_type: str = "", known: Mapping[int, int] | None = None) -> FeedDocument:
    return feeds_in.read(body, url=URL, content_type=content_type, charset="", now=NOW, known=known or {})


@pytest.mark.parametrize(
    ("text", "kind"),
    [(RSS, "rss20"), (ATOM, "atom10"), (RDF, "rss10"), (JSON, "json11"), (MAP, "sitemap")],
    ids=["rss", "atom", "rdf", "json", "sitemap"],
)
@pytest.mark.parametrize("content_type", ["", "text/html", "application/octet-stream", "application/json"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_feed_is_known_by_its_bytes_whatever_its_server_calls_it(
    text: str, kind: str, content_type: str, *, packed: bool
) -> None:
    body = gzip.compress(text.encode()) if packed else text.encode()
    found = read(body, content_type)
    assert found.format == kind
    assert [entry.url for entry in found.entries] == [LINK]


@pytest.mark.parametrize(
    ("text", "kind", "children"),
    [(INDEX, "sitemapindex", ("https://post.example/news.xml",)), (OPML, "opml", ("https://a.example/rss",))],
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_names_other_feeds_is_read_as_such(
    text: str, kind: str, children: tuple[str, ...], *, packed: bool
) -> None:
    found = read(gzip.compress(text.encode()) if packed else text.encode())
    assert (found.format, found.children, found.entries) == (kind, children, ())


@pytest.mark.parametrize("text", [RSS, ATOM, RDF, JSON, MAP], ids=["rss", "atom", "rdf", "json", "sitemap"])
def test_items_that_were_told_before_are_left_out_in_every_kind(text: str) -> None:
    first = read(text.encode())
    again = read(text.encode(), known={item.hash: 5 for item in first.told})
    assert (len(first.entries), len(again.entries)) == (1, 0)
    assert [item.hash for item in again.told] == [item.hash for item in first.told] != []


def test_a_list_that_names_no_feed_is_no_answer_since_it_would_end_all_that_it_named() -> None:
    with pytest.raises(Unreadable, match=f"{URL} is an OPML list that names no feed"):
        read(EMPTY_OPML.encode())


@pytest.mark.parametrize("spare", [0, 9])
def test_a_gzip_file_that_breaks_off_is_said_to(spare: int) -> None:
    whole = gzip.compress(RSS.encode())
    with pytest.raises(Unreadable, match=f"{URL} is a gzip file of more than .* bytes, or one that is cut short"):
        read(whole[: -1 - spare])


def test_a_gzip_file_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(Unreadable, match=f"{URL} is a gzip file that cannot be unpacked"):
        read(b"\x1f\x8bnothing of the kind")


def test_a_gzip_file_is_unpacked_up_to_the_bound_and_no_further() -> None:
    head, tail = RSS.encode().split(b"<item>")
    room = MAX_FEED_BYTES - len(RSS) - 7
    fits = head + b" " * (room // 2) + b"<!---->" + b" " * (room - room // 2) + b"<item>" + tail
    assert len(fits) == MAX_FEED_BYTES
    assert len(read(gzip.compress(fits, 1)).entries) == 1
    for body in (fits + b"\n", b"<rss>" + bytes(100 * 1024 * 1024)):
        with pytest.raises(Unreadable, match="more than 10485760 bytes"):
            read(gzip.compress(body, 1))


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", b"<html></html>", b"<note/>", b"{}", b"[1]", gzip.compress(b"hello"), gzip.compress(b"")],
)
def test_what_is_nothing_of_the_kind_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)
