"""JSON Feed as jsonfeed.org has it, and as it comes: cut off, of wrong types, too deep, too long, by somebody hostile."""

import codecs
import json
from collections.abc import Container
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.adapters.json_feed import MAX_CONTENT, MAX_SUMMARY, MAX_TITLE, MAX_VALUES, is_json, read
from aggregator.core.entry import FeedEntry
from aggregator.core.errors import Unreadable
from aggregator.core.feed import MAX_ITEMS, FeedDocument

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "feeds" / "feed.json"
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
URL = "https://harbour.example/feeds/all.json"
VERSION = "https://jsonfeed.org/version/1.1"


def document(body: bytes | str, known: Container[int] = (), charset: str = "") -> FeedDocument:
    body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return read(body, url=URL, charset=charset, now=NOW, known=known)


def feed(*items: Any, **members: Any) -> str:
    return json.dumps({"version": VERSION, "title": "Harbour Post", **members, "items": list(items)})


def item(number: int = 1, **members: Any) -> dict[str, Any]:
    return {"id": f"post-{number}", "url": f"https://harbour.example/{number}", "title": f"Ship {number}", **members}


def entry(**members: Any) -> FeedEntry:
    (found,) = document(feed(item(**members))).entries
    return found


def urls(found: FeedDocument) -> list[str]:
    return [one.url for one in found.entries]


# What a feed says


def test_a_feed_of_version_1_1_is_read_with_all_that_it_says() -> None:
    found = document(
        feed(
            item(
                content_html="<p>It <b>sank</b>.</p>",
                summary="Sunk & gone",
                date_published="2026-11-02T10:00:00+02:00",
                date_modified="2026-11-02T09:30:00Z",
                authors=[{"name": "Ada Quay"}, {"name": "Bo Mole"}],
                language="en-GB",
                tags=["ships"],
            ),
            home_page_url="https://harbour.example/",
            feed_url="https://harbour.example/feed.json",
            language="en",
            hubs=[
                {"type": "rssCloud", "url": "https://cloud.example/"},
                {"type": "WebSub", "url": "https://hub.example/"},
            ],
        )
    )
    assert (found.format, found.title, found.link) == ("json11", "Harbour Post", "https://harbour.example/")
    assert (found.language, found.hub, found.topic) == (
        "en",
        "https://hub.example/",
        "https://harbour.example/feed.json",
    )
    assert (found.ttl, found.dropped, found.recovered) == (None, (), "")
    assert found.entries == (
        FeedEntry(
            guid="post-1",
            url="https://harbour.example/1",
            title="Ship 1",
            summary="Sunk &amp; gone",
            content="<p>It <b>sank</b>.</p>",
            author="Ada Quay, Bo Mole",
            published=datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
            updated=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
            raw_date="2026-11-02T10:00:00+02:00",
            language="en-GB",
        ),
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("https://jsonfeed.org/version/1", "json10"),
        ("http://jsonfeed.org/version/1.0/", "json10"),
        (" https://JSONFeed.org/version/1.1 ", "json11"),
        ("https://jsonfeed.org/version/2", "json11"),
    ],
)
def test_the_format_is_that_of_its_version(version: str, expected: str) -> None:
    found = document(feed(version=version))
    assert (found.format, found.recovered) == (expected, "")


@pytest.mark.parametrize("version", [None, "", "1.1", 7, ["https://jsonfeed.org/version/1"]])
def test_without_a_version_a_feed_is_one_when_an_item_has_an_address(version: Any) -> None:
    found = document(feed(item(), version=version))
    assert (urls(found), found.format) == (["https://harbour.example/1"], "json11")
    assert "version" in found.recovered
    with pytest.raises(Unreadable, match="neither a version of JSON Feed nor items"):
        document(feed({"id": 1, "name": "no post"}, version=version))


def test_a_feed_without_a_version_whose_items_are_all_known_is_still_a_feed() -> None:
    body = feed(item(), version=None)
    known = {one.hash for one in document(body).told}
    assert document(body, known).entries == ()


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (
            {"url": "https://harbour.example/own", "external_url": "https://other.example/"},
            "https://harbour.example/own",
        ),
        (
            {"url": None, "id": "https://harbour.example/id", "external_url": "https://other.example/"},
            "https://harbour.example/id",
        ),
        ({"url": "", "id": "12", "external_url": "https://other.example/there"}, "https://other.example/there"),
        ({"url": "../a b"}, "https://harbour.example/a%20b"),
        ({"url": "//cdn.harbour.example/x"}, "https://cdn.harbour.example/x"),
        ({"url": "javascript:alert(1)", "id": "HTTPS://harbour.example/id"}, "https://harbour.example/id"),
    ],
)
def test_an_entrys_address_is_the_items_own_then_its_id_then_the_page_it_links_to(
    members: dict[str, Any], expected: str
) -> None:
    assert entry(**members).url == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (17, "17"),
        (1.50, "1.5"),
        ("  a ", "a"),
        ("", "https://harbour.example/1"),
        (None, "https://harbour.example/1"),
        (True, "https://harbour.example/1"),
        ([1], "https://harbour.example/1"),
        ("nul\0 and \ud800", "nul and \ufffd"),
    ],
)
def test_a_guid_is_the_id_as_written_or_the_address(given: Any, expected: str) -> None:
    assert entry(id=given).guid == expected


def test_an_endless_id_is_kept_as_its_hash_and_an_endless_number_is_no_error() -> None:
    ones = "1" * 6_000
    found = document(
        f'{{"version":"{VERSION}","items":[{{"id":{ones},"url":"/a"}},{{"id":1e999,"url":"/b","x":NaN}}]}}'
    )
    assert [len(one.guid) for one in found.entries] == [64, len("1e999")]
    assert found.recovered == ""


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"authors": [{"name": "Ada"}], "author": {"name": "Old"}}, "Ada"),
        ({"author": {"name": "Old"}}, "Old"),
        ({"authors": [], "author": {"name": "Old"}}, "Old"),
        ({"authors": ["Ada", {"url": "https://a.example/"}, None, {"name": ["x"]}, {"name": "Bo"}, "Ada"]}, "Ada, Bo"),
        ({"authors": {"name": "no list"}}, "The Desk"),
        ({"author": 5}, "5"),
        ({}, "The Desk"),
    ],
)
def test_an_author_is_the_items_own_else_the_feeds(members: dict[str, Any], expected: str) -> None:
    (found,) = document(feed(item(**members), authors=[{"name": "The Desk"}])).entries
    assert found.author == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"content_html": "<p>H</p>", "content_text": "T"}, "<p>H</p>"),
        ({"content_html": " ", "content_text": "1 < 2 & 3"}, "1 &lt; 2 &amp; 3"),
        ({"content_text": "a\nb\u0000\u0007"}, "a\nb"),
        ({"content_html": ["<p>"]}, ""),
    ],
)
def test_content_is_html_else_text_as_html(members: dict[str, Any], expected: str) -> None:
    assert entry(**members).content == expected


def test_a_title_is_plain_text_in_which_nothing_is_decoded() -> None:
    assert entry(title=" Fish &amp; <b>chips</b>\n\u202etoday\u0000 ").title == "Fish &amp; <b>chips</b> today"


def test_long_texts_are_cut() -> None:
    found = entry(title="t" * 9_999, summary="s" * 99_999, content_html="c" * 300_000, author={"name": "n" * 999})
    assert [len(part) for part in (found.title, found.summary, found.content, found.author)] == [
        MAX_TITLE,
        MAX_SUMMARY,
        MAX_CONTENT,
        300,
    ]


@pytest.mark.parametrize(
    "written", ["2027-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "soon", 1793700000, {}, None, "9" * 500]
)
def test_a_date_that_cannot_be_is_none_and_costs_nothing_else(written: Any) -> None:
    assert entry(date_published=written).published is None


@pytest.mark.parametrize(("expired", "ttl"), [(True, timedelta(days=30)), (False, None), ("true", None), (1, None)])
def test_only_a_feed_that_has_expired_asks_for_a_long_pause(expired: Any, ttl: timedelta | None) -> None:
    assert document(feed(item(), expired=expired)).ttl == ttl


@pytest.mark.parametrize(
    "hubs", [None, {}, "WebSub", [5, None, {"type": "WebSub"}], [{"type": "WebSub", "url": "ftp://x"}]]
)
def test_hubs_of_wrong_types_are_none(hubs: Any) -> None:
    assert document(feed(hubs=hubs)).hub == ""


# What an item's memory is


def test_an_item_that_was_told_in_the_same_bytes_is_left_out_of_the_entries_but_remembered() -> None:
    first = document(feed(item(1, date_published="2026-11-02T00:00:00Z"), item(2)))
    known = {one.hash for one in first.told}
    again = document(feed(item(3), item(1, date_published="2026-11-02T00:00:00Z"), item(2, title="Changed")), known)
    assert urls(again) == ["https://harbour.example/3", "https://harbour.example/2"]
    assert len(again.told) == 3
    assert again.told[1] == first.told[0]
    assert [one.at for one in first.told] == [int(datetime(2026, 11, 2, tzinfo=UTC).timestamp()), 0]


def test_the_order_of_members_and_white_space_do_not_make_an_item_new() -> None:
    one = item()
    turned = dict(reversed(one.items()))
    spaced = json.dumps({"version": VERSION, "items": [turned]}, indent=4)
    assert document(feed(one)).told == document(spaced).told


def test_a_bad_item_is_remembered_too() -> None:
    assert len(document(feed(item(), {"title": "no address"}, 5)).told) == 3


# What is broken


def test_one_bad_item_of_any_kind_costs_no_other_and_is_named() -> None:
    bad: list[Any] = [None, 5, "text", [], {}, {"id": "lost", "url": 7}, {"id": {}, "url": {}}, [[["deep"]]]]
    found = document(feed(item(1), *bad, item(2)))
    assert urls(found) == ["https://harbour.example/1", "https://harbour.example/2"]
    assert len(found.dropped) == len(bad)
    assert found.dropped[0] == "item 2 is no object: null"
    assert found.dropped[4:6] == ("item 6 has no web address", "item 7 has no web address: lost")


def test_an_item_without_an_address_is_named_by_its_id() -> None:
    assert document(feed({"id": "lost", "title": "T"})).dropped == ("item 1 has no web address: lost",)


@pytest.mark.parametrize("items", [None, {}, "items", 3])
def test_items_that_are_no_list_are_none(items: Any) -> None:
    found = document(json.dumps({"version": VERSION, "title": "T", "items": items}))
    assert (found.entries, found.title, found.recovered) == ((), "T", "its items are no list")


def test_all_other_members_may_be_of_wrong_types() -> None:
    names = ("title", "home_page_url", "feed_url", "language", "authors", "author", "hubs", "expired", "next_url")
    wrongs: list[Any] = [None, 5, [], {}, [{}], True]
    for wrong in wrongs:
        found = document(feed(item(), **dict.fromkeys(names, wrong)))
        assert urls(found) == ["https://harbour.example/1"]


def test_a_feed_that_breaks_off_gives_the_items_that_are_whole() -> None:
    whole = feed(*(item(number, tags=["a", "b"], authors=[{"name": "}{]["}]) for number in range(5)))
    for end in range(len(whole) - 1, whole.index("post-3"), -1):
        found = document(whole[:end])
        kept = whole[:end].count('"}{]["}]}')
        assert (len(found.entries), found.title) == (kept, "Harbour Post"), whole[:end][-30:]
        assert f"breaks off: {kept} whole items" in found.recovered or whole[:end].endswith("]")


def test_a_feed_that_breaks_off_before_its_items_is_none() -> None:
    with pytest.raises(Unreadable, match="no list of items can be made out"):
        document(f'{{"version": "{VERSION}", "title": "T", "items"')


def test_items_that_come_first_survive_a_cut_although_the_version_is_lost() -> None:
    found = document(f'{{"items": [{json.dumps(item(1))}, {json.dumps(item(2))}, {{"id": "3", "ti')
    assert urls(found) == ["https://harbour.example/1", "https://harbour.example/2"]


@pytest.mark.parametrize(
    "broken",
    [
        '{"id": "x", "url": "/x", }',
        '{"id": "x" "url": "/x"}',
        '{"id": "x", "title": "He said "no" twice", "url": "/x"}',
        '{"id": x}',
        '{"id": "x", "url": "/x", "deep": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=["comma", "no comma", "quotes", "bare word", "deep"],
)
def test_an_item_that_is_not_json_costs_no_other(broken: str) -> None:
    body = f'{{"version": "{VERSION}", "title": "T", "items": [{json.dumps(item(1))}, {broken}, {json.dumps(item(2))}], "language": "no"}}'
    found = document(body)
    assert urls(found) == ["https://harbour.example/1", "https://harbour.example/2"]
    assert (found.title, found.language, found.format) == ("T", "no", "json11")
    assert len(found.dropped) == 1
    assert found.dropped[0].startswith("item 2 is ")
    assert "item by item" in found.recovered


def test_a_comma_after_the_last_item_is_no_loss() -> None:
    found = document(f'{{"version": "{VERSION}", "items": [{json.dumps(item(1))}, ]}}')
    assert (urls(found), found.dropped) == (["https://harbour.example/1"], ())


def test_what_follows_the_feed_is_left_out() -> None:
    found = document(feed(item()) + "<!-- cached -->")
    assert (urls(found), found.recovered) == (["https://harbour.example/1"], "15 characters follow the feed")


def test_of_two_members_of_one_name_the_last_counts() -> None:
    body = f'{{"version": "{VERSION}", "title": "A", "items": [], "title": "B", "items": [{{"id": "1", "url": "/a", "url": "/b"}}]}}'
    found = document(body)
    assert (found.title, urls(found)) == ("B", ["https://harbour.example/b"])


def test_members_named_items_elsewhere_are_not_the_items() -> None:
    body = f'{{"_x": {{"items": [{{"id": 9, "url": "/9"}}]}}, "y": "items", "version": "{VERSION}", "items": [{json.dumps(item())}, {{'
    assert urls(document(body)) == ["https://harbour.example/1"]


def test_no_more_than_two_thousand_items_are_read() -> None:
    many = [item(number) for number in range(MAX_ITEMS + 5)]
    for body in (feed(*many), feed(*many)[:-3]):
        found = document(body)
        assert (len(found.entries), len(found.told)) == (MAX_ITEMS, MAX_ITEMS)
        assert f"only the first {MAX_ITEMS}" in found.recovered


@pytest.mark.parametrize("unit", ["0,", "[],", "{},"])
def test_a_feed_of_too_many_values_is_refused(unit: str) -> None:
    with pytest.raises(Unreadable, match=f"more than {MAX_VALUES} values"):
        document(f'{{"version": "{VERSION}", "items": [{unit * (MAX_VALUES + 1)}0]}}')


@pytest.mark.parametrize("body", ['{"a":' * 100_000, "{" + "[" * 200_000, '{"items": [' + '{"a":[' * 90_000])
def test_a_feed_that_is_nothing_but_brackets_is_no_feed(body: str) -> None:
    with pytest.raises(Unreadable):
        document(body)


def test_a_string_that_never_ends_is_looked_at_once() -> None:
    body = f'{{"version": "{VERSION}", "items": [{json.dumps(item())}, {{"id": "' + '\\"' * 1_000_000 + "\\"
    assert urls(document(body)) == ["https://harbour.example/1"]


@pytest.mark.parametrize(
    "body", ["", " \r\n", "[]", "null", "hello", '"text"', "<html>", "{", '{"error": "not found"}', "[{}]"]
)
def test_other_answers_are_no_feed(body: str) -> None:
    with pytest.raises(Unreadable, match=r"not a|not JSON"):
        document(body)


# Characters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_feed_is_read_in_every_encoding_of_json(encoding: str) -> None:
    body = json.dumps(json.loads(feed(item(title="Ærø – 東京"))), ensure_ascii=False).encode(encoding)
    found = document(body)
    assert (found.entries[0].title, found.recovered) == ("Ærø – 東京", "")
    assert is_json(body, "")


def test_a_feed_in_latin_1_is_read_as_the_server_says() -> None:
    body = f'{{"version": "{VERSION}", "items": [{{"id": "1", "url": "/1", "title": "Ærø"}}]}}'.encode("latin-1")
    assert document(body, charset="iso-8859-1").entries[0].title == "Ærø"


def test_lone_surrogates_and_nul_do_not_get_through() -> None:
    body = f'{{"version": "{VERSION}", "title": "A\\ud800\\u0000B", "items": [{{"id": "\\udfff", "url": "/\\ud83d\\u0000x", "title": "\\ud83d\\ude00 \\ud83d", "summary": "\\udc00", "content_html": "\\u0000<p>\\ud801"}}]}}'
    found = document(body)
    (one,) = found.entries
    assert (found.title, one.guid, one.title) == ("A\ufffdB", "\ufffd", "😀 \ufffd")
    assert (one.summary, one.content, one.url) == ("\ufffd", "<p>\ufffd", "https://harbour.example/x")
    for text in (found.title, one.guid, one.url, one.title, one.summary, one.content):
        assert "\0" not in text
        text.encode("utf-8")


def test_control_characters_within_strings_are_no_error() -> None:
    found = document(f'{{"version": "{VERSION}", "items": [{{"id": "1", "url": "/1", "title": "a\tb\nc\x01"}}]}}')
    assert (found.entries[0].title, found.recovered) == ("a b c", "")


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"{}", "", True),
        (b" \r\n\t[1]", "text/plain", True),
        (codecs.BOM_UTF8 + b'{"version"', "text/html", True),
        (b"oops", "application/feed+json; charset=utf-8", True),
        (b"", "application/json", True),
        (b"<rss>", "application/json", False),
        (b"  <html>", "application/feed+json", False),
        (b"oops", "text/plain", False),
        (b"", "", False),
    ],
)
def test_json_is_known_by_its_beginning_or_its_media_type(body: bytes, content_type: str, expected: bool) -> None:
    assert is_json(body, content_type) is expected


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus lies beside the checkout only where it was laid")
def test_the_feed_of_the_corpus_is_read_whole() -> None:
    body = CORPUS.read_bytes()
    sent = json.loads(body)
    found = document(body)
    assert (found.format, found.title, found.recovered, found.dropped) == ("json10", sent["title"], "", ())
    assert [one.guid for one in found.entries] == [each["id"] for each in sent["items"]]
    assert all(one.content and one.published and one.author for one in found.entries)
    assert document(body, {one.hash for one in found.told}).entries == ()
