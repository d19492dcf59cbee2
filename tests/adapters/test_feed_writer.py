"""Writing feeds: valid by their specifications whatever is put in, and no item without its source."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from aggregator.adapters.feed_reader import read
from aggregator.adapters.feed_writer import atom, content, feed_id, item_id, json_feed, rss
from aggregator.core.publication import Channel, Credit, FeedPage, Publication, PublicationState
from aggregator.core.rights import Form
from tests.adapters.feed_rules import AT, ATOM, TAG_URI, atom_faults, json_faults, rss_faults

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ORIGINAL = "https://harbour.example/ferry?a=1&b=2"
CHANNEL = Channel("all", "All news", "Everything from everywhere", "https://news.example", "en")
FORMATS = (rss, atom, json_feed)
FAULTS: dict[Callable[[FeedPage], bytes], Callable[[bytes], list[str]]] = {
    rss: rss_faults,
    atom: atom_faults,
    json_feed: json_faults,
}


def publication(number: int = 1, **changes: object) -> Publication:
    given: dict[str, object] = {
        "key": f"key{number}",
        "state": PublicationState.LIVE,
        "title": "Ferry & bridge < tunnel",
        "url": ORIGINAL,
        "source": Credit("Harbour & Post", "https://harbour.example/", ORIGINAL, NOON - timedelta(hours=3)),
        "authors": ("Ada Page", "Ben Quay"),
        "language": "en-GB",
        "form": Form.EXCERPT,
        "html": "<p>The ferry runs &amp; runs.</p>",
        "text": "The ferry runs & runs.",
        "attribution": "Source: Harbour & Post.",
        "attribution_html": '<p>Source: Harbour &amp; Post. <a href="https://harbour.example/ferry?a=1&amp;b=2">Read</a></p>',
        "disclaimer": "Assembled by software; no endorsement.",
        "rights": "© Harbour & Post",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "published": NOON - timedelta(hours=2),
        "updated": NOON - timedelta(hours=1),
        "also": (Credit("Coast Wire", "https://coast.example/", "https://coast.example/1?x=1&y=2", None),),
        "image": "https://harbour.example/ferry.jpg",
        "story_key": "story1",
    }
    return Publication(**(given | changes))  # type: ignore[arg-type]


def withdrawn(number: int = 9) -> Publication:
    return publication(
        number,
        state=PublicationState.WITHDRAWN,
        withdrawn=NOON,
        reason="takedown 3: a secret reason",
        title="Secret title",
    )


def page(*publications: Publication, **changes: object) -> FeedPage:
    given: dict[str, object] = {
        "channel": CHANNEL,
        "publications": publications,
        "self_url": "https://news.example/feeds/all?page=2",
        "html_url": "https://news.example/",
        "updated": NOON,
        "first_url": "https://news.example/feeds/all",
        "next_url": "https://news.example/feeds/all?page=3",
        "previous_url": "https://news.example/feeds/all?page=1",
    }
    return FeedPage(**(given | changes))  # type: ignore[arg-type]


def tree(body: bytes) -> etree._Element:
    return etree.fromstring(body)


NASTY = "A\x00B\x0b\x1f\ufffe\ud800 ]]> <script>&amp;&nbsp; \u202e \U0001f30a &#0; --> <?x ?>"
PAGES = {
    "a usual one": page(publication(1), publication(2, form=Form.FULL), withdrawn()),
    "an empty one": page(),
    "the only one": page(publication(), first_url="", next_url="", previous_url=""),
    "without what may be missing": page(
        publication(authors=(), licence_url="", also=(), image="", story_key="", language="", title="", html="", text="")
    ),
    "headline only": page(publication(form=Form.HEADLINE, html="", text="")),
    "full of nasty characters": page(
        publication(
            title=NASTY, html=NASTY, text=NASTY, attribution=NASTY, attribution_html=NASTY, disclaimer=NASTY, rights=NASTY,
            authors=(NASTY,), language=NASTY, story_key=NASTY, source=Credit(NASTY, "https://x.example/", ORIGINAL),
        ),
        channel=Channel("all", NASTY, NASTY, "https://News.Example:8080/sub/", NASTY),
    ),
    "moved": page(publication(), publication(7, state=PublicationState.MOVED, moved_to="key1")),
    "a source without a site": page(publication(source=Credit("Harbour", "", ORIGINAL))),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("write", FORMATS)
def test_a_page_is_valid_by_its_specification(write: Callable[[FeedPage], bytes], name: str) -> None:
    assert FAULTS[write](write(PAGES[name])) == []


@pytest.mark.parametrize("write", FORMATS)
def test_characters_that_no_xml_can_hold_are_left_out(write: Callable[[FeedPage], bytes]) -> None:
    for bad in ("\x00", "\x0b", "\ud800"):
        one = publication(title=f"a{bad}b", source=Credit("S", f"https://x.example/{bad}", ORIGINAL))
        assert write(page(one)) == write(
            page(publication(title="ab", source=Credit("S", "https://x.example/", ORIGINAL)))
        )


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("write", [rss, atom])
def test_a_common_reader_finds_no_fault(write: Callable[[FeedPage], bytes], name: str) -> None:
    parsed = feedparser.parse(write(PAGES[name]), response_headers={"content-type": "application/xml; charset=utf-8"})
    assert not parsed.bozo, parsed.get("bozo_exception")


@pytest.mark.parametrize("write", FORMATS)
def test_the_checker_itself_finds_faults(write: Callable[[FeedPage], bytes]) -> None:
    good = write(page(publication()))
    for right, wrong in (
        (b"2026-11-03T11:00:00Z", b"yesterday"),
        (b"Tue, 03 Nov 2026 10:00:00 GMT", b"3.11.2026"),
        (b"tag:news.example,2026:article/key1", b""),
        (b"All news", b""),
        (b"https://harbour.example/ferry?a=1&", b"not an address &"),
    ):
        if right in good and not (right == b"All news" and write is not rss):
            assert FAULTS[write](good.replace(right, wrong)), right


@pytest.mark.parametrize("write", [rss, atom])
def test_our_own_reader_reads_what_was_written(write: Callable[[FeedPage], bytes]) -> None:
    feed = read(write(page(publication())), url="https://news.example/f", content_type="", charset="", now=NOON)
    (entry,) = feed.entries
    assert (feed.title, feed.link, feed.language, feed.recovered) == ("All news", "https://news.example/", "en", "")
    assert (entry.guid, entry.url, entry.title) == (item_id(CHANNEL, "key1"), ORIGINAL, "Ferry & bridge < tunnel")
    assert (entry.author, entry.published) == ("Ada Page, Ben Quay", NOON - timedelta(hours=2))
    assert entry.content == content(publication())


def _shown(write: Callable[[FeedPage], bytes], one: Publication) -> list[str]:
    """Return what a reader shows of an item: its content, and its description where that is all that is taken."""
    body = write(page(one))
    if write is json_feed:
        return [json.loads(body)["items"][0]["content_html"]]
    if write is atom:
        return [tree(body).findtext(f"{ATOM}entry/{ATOM}content") or ""]
    item = tree(body).find("channel/item")
    assert item is not None
    return [item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or ""]


@pytest.mark.parametrize("form", [Form.HEADLINE, Form.EXCERPT, Form.FULL])
@pytest.mark.parametrize("write", FORMATS)
def test_every_item_shows_source_original_rights_and_disclaimer(write: Callable[[FeedPage], bytes], form: Form) -> None:
    for shown in _shown(write, publication(form=form)):
        assert 'href="https://harbour.example/ferry?a=1&amp;b=2"' in shown
        assert "Harbour &amp; Post" in shown
        assert "© Harbour &amp; Post" in shown
        assert 'href="https://creativecommons.org/licenses/by/4.0/"' in shown
        assert "Assembled by software; no endorsement." in shown
        assert '<a href="https://coast.example/1?x=1&amp;y=2">Coast Wire</a>' in shown


def test_the_original_is_linked_even_when_the_attribution_forgets_it() -> None:
    shown = content(publication(attribution_html="<p>By someone.</p>"))
    assert 'By someone.</p><p><a href="https://harbour.example/ferry?a=1&amp;b=2">Harbour &amp; Post</a></p>' in shown


def test_rss_says_it_in_fields() -> None:
    channel = tree(rss(page(publication())))[0]
    item = channel.find("item")
    assert item is not None
    assert channel.find("copyright") is None  # it would claim what is others'
    assert item.findtext("link") == ORIGINAL
    guid, source = next(item.iter("guid")), next(item.iter("source"))
    assert (guid.text, guid.get("isPermaLink")) == ("tag:news.example,2026:article/key1", "false")
    assert (source.text, source.get("url")) == ("Harbour & Post", "https://harbour.example/")
    dc = "{http://purl.org/dc/elements/1.1/}"
    assert [one.text for one in item.findall(f"{dc}creator")] == ["Ada Page", "Ben Quay"]
    assert item.findtext(f"{dc}rights") == "© Harbour & Post"
    assert item.findtext("{http://purl.org/dc/terms/}license") == "https://creativecommons.org/licenses/by/4.0/"
    assert item.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-GB"
    assert item.findtext("pubDate") == "Tue, 03 Nov 2026 10:00:00 GMT"


def test_atom_says_it_in_fields() -> None:
    root = tree(atom(page(publication())))
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    links = {link.get("rel"): link.get("href") for link in entry.findall(f"{ATOM}link")}
    assert root.find(f"{ATOM}rights") is None  # RFC 4287 section 4.2.10: entries would inherit it
    assert links == {
        "alternate": ORIGINAL,
        "related": "https://news.example/articles/key1",
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert entry.findtext(f"{ATOM}rights") == "© Harbour & Post"
    assert entry.findtext(f"{ATOM}source/{ATOM}title") == "Harbour & Post"
    assert entry.findtext(f"{ATOM}source/{ATOM}id") == "https://harbour.example/"
    assert [one.text for one in entry.findall(f"{ATOM}author/{ATOM}name")] == ["Ada Page", "Ben Quay"]


def test_an_atom_entry_without_a_byline_is_its_sources_not_ours() -> None:
    root = tree(atom(page(publication(authors=()))))
    assert root.findtext(f"{ATOM}entry/{ATOM}author/{ATOM}name") == "Harbour & Post"


def test_json_says_it_in_fields() -> None:
    feed = json.loads(json_feed(page(publication())))
    (item,) = feed["items"]
    assert (item["url"], item["external_url"]) == ("https://news.example/articles/key1", ORIGINAL)
    assert item["authors"] == [{"name": "Ada Page"}, {"name": "Ben Quay"}]
    assert item["_aggregator"] == {
        "source": {
            "name": "Harbour & Post",
            "url": "https://harbour.example/",
            "article_url": ORIGINAL,
            "published": "2026-11-03T09:00:00Z",
        },
        "form": "excerpt",
        "attribution": "Source: Harbour & Post.",
        "rights": "© Harbour & Post",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "disclaimer": "Assembled by software; no endorsement.",
        "also": [
            {"name": "Coast Wire", "url": "https://coast.example/", "article_url": "https://coast.example/1?x=1&y=2"}
        ],
        "story": "story1",
    }


@pytest.mark.parametrize("write", FORMATS)
def test_a_withdrawn_item_tells_that_it_is_gone_and_nothing_else(write: Callable[[FeedPage], bytes]) -> None:
    body = write(page(withdrawn()))
    assert b"tag:news.example,2026:article/key9" in body
    for told in (b"Secret", b"secret", b"ferry", b"harbour.example", b"Ada", b"Harbour"):
        assert told not in body


def test_each_format_says_withdrawn_in_its_own_way() -> None:
    gone = page(withdrawn())
    item = tree(rss(gone)).find("channel/item")
    assert item is not None
    assert next(item.iter("{http://search.yahoo.com/mrss/}status")).get("state") == "deleted"
    assert item.findtext("pubDate") == "Tue, 03 Nov 2026 12:00:00 GMT"
    deleted = tree(atom(gone)).find(f"{AT}deleted-entry")
    assert deleted is not None
    assert (deleted.get("ref"), deleted.get("when")) == (item_id(CHANNEL, "key9"), "2026-11-03T12:00:00Z")
    feed: dict[str, Any] = json.loads(json_feed(gone))
    assert feed["items"] == []
    assert feed["_aggregator"]["withdrawn"] == [{"id": item_id(CHANNEL, "key9"), "when": "2026-11-03T12:00:00Z"}]


def test_a_moved_item_points_to_where_it_goes_on() -> None:
    moved = page(publication(7, state=PublicationState.MOVED, moved_to="key1"))
    assert tree(rss(moved)).find("channel/item") is None
    assert tree(atom(moved)).findtext(f"{AT}deleted-entry/{AT}comment") == f"Continued as {item_id(CHANNEL, 'key1')}"
    assert json.loads(json_feed(moved))["_aggregator"]["withdrawn"][0]["moved_to"] == item_id(CHANNEL, "key1")


def test_ids_last_they_hang_on_site_and_key_alone() -> None:
    renamed = replace(CHANNEL, slug="other", title="Other", site_url="http://NEWS.example:8080/sub/")
    assert item_id(CHANNEL, "k") == item_id(renamed, "k") == "tag:news.example,2026:article/k"
    assert feed_id(CHANNEL) == "tag:news.example,2026:channel/all"
    for site in ("https://news.example", "http://127.0.0.1:8000", "http://[::1]:8000", "", "http://bücher.example"):
        assert TAG_URI.fullmatch(item_id(replace(CHANNEL, site_url=site), "k")) or "::1" in site


def test_pages_are_linked_and_share_the_channels_id() -> None:
    first = page(publication(), self_url="https://news.example/feeds/all", previous_url="")
    root = tree(atom(first))
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {
        "alternate": "https://news.example/",
        "self": "https://news.example/feeds/all",
        "first": "https://news.example/feeds/all",
        "next": "https://news.example/feeds/all?page=3",
    }
    assert root.findtext(f"{ATOM}id") == tree(atom(page())).findtext(f"{ATOM}id")
    assert json.loads(json_feed(first))["next_url"] == "https://news.example/feeds/all?page=3"


def test_a_full_text_has_a_summary_cut_between_words() -> None:
    long = publication(form=Form.FULL, text="word " * 500, html="<p>" + "word " * 500 + "</p>")
    summary = tree(atom(page(long))).findtext(f"{ATOM}entry/{ATOM}summary") or ""
    assert len(summary) <= 300
    assert summary.endswith("word…")


def test_dates_of_other_zones_go_out_as_utc() -> None:
    local = datetime.fromisoformat("2026-11-03T14:00:00+05:30")
    body = rss(page(publication(published=local))) + atom(page(publication(published=local)))
    assert b"Tue, 03 Nov 2026 08:30:00 GMT" in body
    assert b"<published>2026-11-03T08:30:00Z" in body


@pytest.mark.parametrize("write", FORMATS)
def test_fifty_items_are_written_in_milliseconds(write: Callable[[FeedPage], bytes]) -> None:
    words = "Some words of a text that goes on. " * 120
    many = page(*(publication(n, form=Form.FULL, text=words, html=f"<p>{words}</p>") for n in range(50)))
    best = 1.0
    for _ in range(5):
        start = time.perf_counter()
        write(many)
        best = min(best, time.perf_counter() - start)
    assert best < 0.05  # some .004 s when nothing else runs
