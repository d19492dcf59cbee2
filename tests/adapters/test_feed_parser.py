"""The short way to feedparser's handlers leads where the long one does, and their known traps are stepped around."""

from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from feedparser.api import StrictFeedParser
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.sax import saxify

from aggregator.adapters import feed_parser
from aggregator.adapters.feed_entries import ABSOLUTE, Place, first_link, pause, web
from aggregator.adapters.feed_reader import read
from aggregator.core.feed import FeedDocument

GOLDEN = Path(__file__).parents[1] / "data" / "feeds"
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
URL = "https://feeds.example/dir/feed.xml"
SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "cc": "http://web.resource.org/cc/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "old": "http://backend.userland.com/rss2",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "x": "urn:x",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "xlink": "http://www.w3.org/1999/xlink",
}
NAMES = [
    "title", "link", "guid", "id", "pubDate", "published", "updated", "modified", "lastBuildDate", "date", "author",
    "managingEditor", "description", "summary", "content", "body", "category", "source", "enclosure", "comments",
    "image", "textInput", "url", "name", "email", "width", "language", "ttl", "rights", "copyright", "generator",
    "contributor", "subtitle", "info", "created", "abstract", "fullitem", "p", "div", "svg", "b", "dc:creator",
    "dc:date", "dc:title", "dc:subject", "dc:description", "dc:language", "dc:rights", "dc:contributor",
    "dcterms:issued", "dcterms:modified", "content:encoded", "media:title", "media:group", "itunes:author",
    "itunes:summary", "itunes:owner", "itunes:image", "itunes:keywords", "slash:comments", "atom:link",
    "atom:updated", "x:foo", "x:title", "feedburner:origLink", "cc:license", "xhtml:body", "old:title",
    "sy:updatePeriod",
]  # fmt: skip
TEXTS = [
    "", "A", " two \n lines ", "Fish &amp; chips", "&lt;b&gt;x&lt;/b&gt; &amp;amp; y", "<![CDATA[<p>Hi <b>x</b></p>]]>",
    "https://news.example/x?a=1&amp;b=2", "/x", "http:///news.example/x", "Tue, 03 Nov 2026 10:00:00 GMT", "20261103",
    "2026-11-03T10:00:00Z", "Tue Nov  3 10:00:00 2026", "Eva Berg", "eva@news.example (Eva Berg)", "größe", "Ã¼ \x85",
    "東京", "a<!-- no -->b<?pi no?>c", "R28=",
]  # fmt: skip
ATTRIBUTES = [
    "", "", "", "", ' isPermaLink="false"', ' type="html"', ' type="xhtml"', ' type="TEXT"', ' type="text/plain"',
    ' href="https://news.example/h"', ' Href="h" rel="alternate"', ' rel="self" href="/s"', ' url="https://news.example/u"',
    ' xml:lang="de_AT"', ' xml:lang=""', ' lang="fr"', ' xml:base="https://b.example/d/"', ' base="https://c.example/q/"',
    ' rdf:about="https://news.example/about"', ' rdf:resource="https://news.example/r"', ' mode="base64"', ' term="t"',
    ' xmlns="http://www.w3.org/1999/xhtml"', ' xmlns:dc="urn:other"', ' xmlns:y="urn:y"', ' xlink:href="/xl"',
    ' lastmod="2026-11-01"', ' type="application/octet-stream"', ' rel="enclosure" href="https://news.example/e"',
]  # fmt: skip
FRAMES = {
    "rss": '<rss version="2.0"{0}><channel>{1}</channel></rss>',
    "userland": '<rss xmlns="http://backend.userland.com/rss2"{0}><channel>{1}</channel></rss>',
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"{0}>{1}</feed>',
    "old atom": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"{0}>{1}</feed>',
    "rdf": '<rdf:RDF xmlns="http://purl.org/rss/1.0/"{0}>{1}</rdf:RDF>',
}


def element(name: str, attributes: str, inside: str) -> str:
    return f"<{name}{attributes}>{inside}</{name}>"


named, attributed = st.sampled_from(NAMES), st.sampled_from(ATTRIBUTES)
elements = st.recursive(
    st.builds(element, named, attributed, st.sampled_from(TEXTS)),
    lambda inner: st.builds(
        element, named, attributed, st.lists(inner | st.sampled_from(TEXTS), max_size=3).map("".join)
    ),
    max_leaves=4,
)
fields = st.lists(elements, max_size=8).map("".join)
linked = st.sampled_from(["", "<link>https://news.example/1</link>", '<link href="https://news.example/2"/>'])
bodies = st.builds(lambda link, rest: link + rest, linked, fields)
feeds = st.builds(
    lambda frame, head, items, tail: FRAMES[frame].format(
        "".join(f' xmlns:{name}="{uri}"' for name, uri in SPACES.items()),
        head + "".join(element("entry" if "atom" in frame else "item", "", body) for body in items) + tail,
    ),
    st.sampled_from(sorted(FRAMES)),
    fields,
    st.lists(bodies, min_size=1, max_size=3),
    fields,
)


def heard(tree: etree._Element) -> dict[str, Any]:
    """Return feedparser's view of a tree by its own way, SAX events; of media RSS it is told nothing."""
    reader = StrictFeedParser("", None, "utf-8")
    reader.resolve_relative_uris = reader.sanitize_html = False
    etree.strip_elements(tree, f"{{{SPACES['media']}}}*", with_tail=False)
    saxify(tree, reader)
    return {"feed": reader.feeddata, "entries": reader.entries, "version": reader.version}


def said(parsed: dict[str, Any]) -> tuple[Any, ...]:
    """Return all that is read of feedparser's view."""
    feed = parsed["feed"]
    place = Place("https://news.example/", NOW, parsed["version"], str(feed.get("language")))
    texts = [place.plain(feed, name, 500) for name in ("title", "rights")]
    links = [first_link(feed, kinds) for kinds in (("alternate",), ("license",), ("hub",), ("self",))]
    return place, texts, links, pause(feed), place.entries(parsed["entries"], (0,) * len(parsed["entries"]))


def outcome(view: Any, tree: etree._Element) -> object:
    try:
        return said(view(tree))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return type(error)


def by_the_short_way(tree: etree._Element) -> dict[str, Any]:
    return feed_parser.parse(tree, "", scattered=True)


@given(feeds)
@settings(max_examples=150, deadline=None)
def test_all_fields_that_are_read_are_as_feedparser_says(feed: str) -> None:
    assert outcome(by_the_short_way, etree.fromstring(feed)) == outcome(heard, etree.fromstring(feed))


@pytest.mark.parametrize(
    "path", [path for path in sorted(GOLDEN.glob("*.xml")) if "broken" not in path.stem], ids=lambda path: path.stem
)
def test_the_golden_feeds_are_as_feedparser_says(path: Path) -> None:
    parser = etree.XMLParser(recover=True)
    tree, other = (etree.fromstring(path.read_bytes().lstrip(), parser) for _ in range(2))
    assert outcome(by_the_short_way, tree) == outcome(heard, other)


@given(feeds)
@settings(max_examples=50, deadline=None)
def test_namespaces_that_only_the_root_declares_need_not_be_looked_for(feed: str) -> None:
    alone = reduce(lambda text, one: text.replace(one, ""), (one for one in ATTRIBUTES if "xmlns" in one), feed)
    once, again = etree.fromstring(alone), etree.fromstring(alone)
    assert outcome(lambda tree: feed_parser.parse(tree, "", scattered=False), once) == outcome(heard, again)


LINK = "<link>https://news.example/1</link>"
DC = SPACES["dc"]
ALONE = [  # each is a turn that the short way could miss, with what has to come out
    (f"<item>{LINK}<title>A</title><source url='x'>S</source><title>B</title></item>", "title", "B"),
    (f"<item>{LINK}<title>A</title><category>S</category><title>B</title></item>", "title", "A"),
    (f"<item>{LINK}<v:a xmlns:v='{DC}'/><v:creator xmlns:v='urn:v'>Eva</v:creator></item>", "author", "Eva"),
    (f"<item>{LINK}<v:creator xmlns:v='{DC}'>Eva</v:creator></item>", "author", "Eva"),
    (f"<item>{LINK}<description>a <rss>b</rss> c</description></item>", "summary", "a <rss>b</rss> c"),
    (
        f"<item>{LINK}<description>a <i>b</i><i/> c &amp; d</description></item>",
        "summary",
        "a <i>b</i><i></i> c &amp; d",
    ),
    ("<item><link>https://news.example/?a=1&amp;copy;=2</link></item>", "url", "https://news.example/?a=1&copy=2"),
    (f"<item>{LINK}<date>Tue, 03 Nov 2026 10:00:00 GMT</date></item>", "raw_date", "Tue, 03 Nov 2026 10:00:00 GMT"),
    (f"<item lastmod='2026-11-01' href='https://news.example/2'>{LINK}</item>", "raw_date", "2026-11-01"),
    (f"<item>{LINK}<x xml:base='https://b.example/'/><guid>/g</guid></item>", "guid", "https://b.example/g"),
]


@pytest.mark.parametrize(("item", "name", "meant"), ALONE)
def test_turns_of_feedparser_that_the_short_way_takes_too(item: str, name: str, meant: str) -> None:
    feed = f'<rss version="2.0"><channel>{item}</channel></rss>'
    entries, _ = said(by_the_short_way(etree.fromstring(feed)))[-1]
    assert getattr(entries[0], name) == meant
    assert outcome(by_the_short_way, etree.fromstring(feed)) == outcome(heard, etree.fromstring(feed))


def document(item: str) -> FeedDocument:
    link = "<link>https://news.example/1</link>"
    body = (
        f'<rss version="2.0" xmlns:gml="http://www.opengis.net/gml"><channel><item>{link}{item}</item></channel></rss>'
    )
    return read(body.encode(), url=URL, content_type="", charset="", now=NOW)


@pytest.mark.parametrize(
    "odd",
    [
        "<authors>Eva Berg</authors>",
        "<authors>Eva Berg<author>Eva Berg</author></authors>",
        "<links>https://news.example/2</links>",
        "<title_detail>x</title_detail>",
        "<summary_detail><x/>x</summary_detail>",
        "<gml:pos>45.2 -71.9</gml:pos>",
        "<pubDate>Fri, 2006/13/15 08:19:53 EDT</pubDate>",
    ],
)
def test_elements_that_feedparser_trips_over_or_lets_overwrite_others_do_not_cost_the_entry(odd: str) -> None:
    (entry,) = document(f"{odd}<title>T</title>").entries
    assert (entry.title, entry.url) == ("T", "https://news.example/1")


def test_an_author_of_a_megabyte_ends_in_time() -> None:
    (entry,) = document(f"<author>{'a' * 1_000_000} @</author>").entries
    assert len(entry.author) <= 300


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("Fri, 2026/10/30 08:19:53 GMT", datetime(2026, 10, 30, 8, 19, 53, tzinfo=UTC)),  # a shape of feedparser's
        ("Τρι, 03 Νοε 2026 10:00:00 GMT", datetime(2026, 11, 3, 10, tzinfo=UTC)),
        ("sometime", None),
    ],
)
def test_dates_of_rare_shapes_are_left_to_feedparser(words: str, at: datetime | None) -> None:
    (entry,) = document(f"<pubDate>{words}</pubDate>").entries
    assert entry.published == at


@given(st.from_regex(ABSOLUTE, fullmatch=True), st.sampled_from(["https://news.example/a/b?c", "http://x.example"]))
def test_an_address_that_is_taken_as_it_is_would_be_the_same_when_joined(address: str, base: str) -> None:
    assert web(base, address) == (urljoin(base, address) if len(address) <= 2000 else "")
