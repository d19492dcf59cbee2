"""Mending: a strict parser can read the result, and what was right stays as it was."""

import time

import pytest
from lxml import etree

from aggregator.core.mending import closed, closing, cut, declared, mended

GOOD = (
    '<item a="1 &amp; 2"><title>A &#8211; &lt;b&gt; &#x2014;</title><d><![CDATA[<b>x & y</b> < z &nbsp;]]></d></item>'
)


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ("A & B", "A & B"),
        ("AT&T", "AT&T"),
        ("a?b=1&c=2&copy=3", "a?b=1&c=2&copy=3"),
        ("a&nbsp;b", "a\xa0b"),
        ("caf&eacute; &hellip;", "café …"),
        ("&bogus; &; &#; &#x;", "&bogus; &; &#; &#x;"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("&LT;", "<"),
        ("a\x00b\x0bc\x1fd\ufffe", "abcd"),
        ("a&#0;b&#x1F;c&#xD800;d&#9999999;e", "abcde"),
        ("1 < 2 << 3 <= 4", "1 < 2 << 3 <= 4"),
        ("<![CDATA[a & b < c &nbsp;]]> & d", "a & b < c &nbsp; & d"),
        ("<![CDATA[a]]>&<![CDATA[b]]>", "a&b"),
    ],
)
def test_stray_characters_are_escaped(broken: str, text: str) -> None:
    assert etree.fromstring(f"<t>{mended(broken)}</t>").text == text


def test_what_is_right_stays_as_it_was() -> None:
    assert mended(GOOD) == GOOD
    assert closed(GOOD) == GOOD
    assert declared(GOOD, "item") == GOOD


@pytest.mark.parametrize(
    ("item", "whole"),
    [
        ("<item><title>T<link>l</link></item>", "<item><title>T</title><link>l</link></item>"),
        ("<item><title>T</title><description>d</item>", "<item><title>T</title><description>d</description></item>"),
        ("<item><title>T</title><link>l</link>", "<item><title>T</title><link>l</link></item>"),
        ("<entry><title type='text'>T<id>i</id></entry>", "<entry><title type='text'>T</title><id>i</id></entry>"),
        ("<item><d><![CDATA[x</d></item>", "<item><d><![CDATA[x]]></d></item>"),
        ("<item><d>\n<![CDATA[x</d><link>l</link></item>", "<item><d>\n<![CDATA[x</d><link>l</link>]]></d></item>"),
        ("<item><description><p/>x</description></item>", "<item><description><p/>x</description></item>"),
        ("<entry><link href='h'/><title>t</title></entry>", "<entry><link href='h'/><title>t</title></entry>"),
    ],
)
def test_an_item_is_closed(item: str, whole: str) -> None:
    assert closed(item) == whole
    etree.fromstring(whole)


def test_prefixes_are_declared_once_and_by_their_known_names() -> None:
    text = declared('<rss xmlns:a="urn:a"><a:x/><dc:creator/><z:y b:c="1"/></rss>', "rss")
    assert etree.fromstring(text).nsmap == {
        "a": "urn:a",
        "b": "urn:undeclared:b",
        "dc": "http://purl.org/dc/elements/1.1/",
        "z": "urn:undeclared:z",
    }


def test_a_feed_is_cut_at_its_items() -> None:
    text = "<rss><channel><title>c</title><item>1</item> <item>2</item></channel></rss>"
    pieces = cut(text, "rss")
    assert pieces.head == "<rss><channel><title>c</title>"
    assert pieces.items == ("<item>1</item> ", "<item>2</item>")
    assert pieces.joined(pieces.items) == text


def test_an_unfinished_last_item_is_left_out_since_its_address_may_be_half() -> None:
    pieces = cut("<rss><channel><item>1</item><item><link>https://e.example/hal", "rss")
    assert pieces.joined(pieces.items) == "<rss><channel><item>1</item></channel></rss>"


def test_items_of_rdf_and_prefixed_ones_are_items_but_lists_of_them_are_not() -> None:
    text = "<r:RDF><channel><items/></channel><r:item>1</r:item><atom:entry>2</atom:entry><itemised/></r:RDF>"
    assert cut(text, "r:RDF").items == ("<r:item>1</r:item>", "<atom:entry>2</atom:entry>")
    assert closing("<r:RDF><channel></channel>", "r:RDF") == "</r:RDF>"


@pytest.mark.parametrize(
    "piece", ["<![CDATA[", "&", "<", "<item>", "<title>", "<a:", "<title ", "&#", "]]>", " a:b", "<title>x", "'"]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    start = time.perf_counter()
    mended(text)
    closed("<item>" + text)
    declared("<rss>" + text, "rss")
    cut("<rss>" + text, "rss")
    assert time.perf_counter() - start < 5
