"""An OPML list on the web as a feed of feeds."""

import pytest

from aggregator.adapters.opml_list import MAX_FEEDS, is_opml, read
from aggregator.core.errors import Unreadable
from aggregator.core.feed import FeedDocument

URL = "https://lists.example/press/all.opml"


def opml(*addresses: str, head: str = "<title>The press</title>") -> bytes:
    outlines = "".join(f'<outline type="rss" text="F" xmlUrl="{address}"/>' for address in addresses)
    return f'<?xml version="1.0"?><opml version="2.0"><head>{head}</head><body>{outlines}</body></opml>'.encode()


def document(body: bytes) -> FeedDocument:
    return read(body, url=URL)


def test_a_list_names_its_feeds_in_order() -> None:
    found = document(opml("https://a.example/feed", "https://b.example/feed", "http://a.example/other"))
    assert found.children == ("https://a.example/feed", "https://b.example/feed", "http://a.example/other")
    assert (found.format, found.title, found.entries, found.told) == ("opml", "The press", (), ())
    assert (found.dropped, found.recovered) == ((), "")


def test_a_feed_is_named_once_and_the_list_never_names_itself() -> None:
    found = document(opml("https://a.example/feed", "http://www.a.example/feed/", URL, f"{URL}#top"))
    assert found.children == ("https://a.example/feed",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("feed://a.example/rss", "https://a.example/rss"),
        ("feed:https://a.example/rss", "https://a.example/rss"),
        ("../local.xml", "https://lists.example/local.xml"),
        ("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&b=2"),
    ],
)
def test_addresses_are_made_whole(written: str, expected: str) -> None:
    assert document(opml(written)).children == (expected,)


@pytest.mark.parametrize(
    "address", ["javascript:x", "ftp://a.example/f", "https://u:p@a.example/f", "file:///etc/passwd"]
)
def test_an_address_that_cannot_be_asked_costs_no_other_and_is_named(address: str) -> None:
    found = document(opml("https://a.example/1", address, "https://a.example/2"))
    assert found.children == ("https://a.example/1", "https://a.example/2")
    assert found.dropped == (f"feed 2 has no address of the web: {address!r}",)


def test_no_more_than_two_thousand_feeds_are_named() -> None:
    found = document(opml(*(f"https://a.example/{number}" for number in range(MAX_FEEDS + 3))))
    assert found.children[-1] == f"https://a.example/{MAX_FEEDS - 1}"
    assert len(found.children) == MAX_FEEDS
    assert found.recovered == "only the first 2000 of 2003 feeds were read"


def test_complaints_are_bounded_too() -> None:
    assert len(document(opml(*(f"ftp://a.example/{number}" for number in range(500)))).dropped) == 100


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title> Two\n words &amp; more </title>", "Two words & more"),
        ("<title><![CDATA[Marked]]></title>", "Marked"),
        ("", ""),
        (f"<title>{'t' * 900}</title>", "t" * 500),
    ],
)
def test_the_title_is_that_of_the_head(head: str, title: str) -> None:
    assert document(opml("https://a.example/1", head=head)).title == title


@pytest.mark.parametrize("between", ["", f"<!--{'x' * 20_000}-->"])
def test_declarations_of_its_own_are_refused(between: str) -> None:
    bomb = between.encode() + b'<!DOCTYPE opml [<!ENTITY a "https://a.example/">]>' + opml("&a;")[21:]
    with pytest.raises(Unreadable, match="not OPML" if between else "declarations of its own"):
        document(bomb)


@pytest.mark.parametrize("body", [b"", b"<rss/>", b"hello", b"{}", b"<html><opml/></html>"])
def test_other_answers_are_no_list(body: bytes) -> None:
    assert not is_opml(body)
    with pytest.raises(Unreadable, match="not OPML"):
        document(body)


@pytest.mark.parametrize(
    "head",
    ["<opml>", "<?xml version='1.0'?>\n<!-- x -->\n<opml version='1.0'>", "\ufeff<OPML ", "<!DOCTYPE opml><opml>"],
)
def test_a_list_is_known_by_its_root(head: str) -> None:
    assert is_opml(head)
    for encoding in ("utf-8", "utf-16", "utf-16-le"):
        assert is_opml(head.encode(encoding))
