"""Beginnings: a feed is found behind whatever stands before it, and never behind declarations of its own."""

import time

import pytest

from aggregator.core.errors import Unreadable
from aggregator.core.prolog import FeedText, feed_in

RSS = '<rss version="2.0"/>'


@pytest.mark.parametrize(
    ("before", "trouble"),
    [
        ("", ""),
        ("\ufeff \n", ""),
        ("<?xml version='1.0' encoding='utf-8'?>\n", ""),
        ("<?xml version='1.0'?><?xml-stylesheet href='a>b'?><!-- <html> -- > -->", ""),
        ('<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.example/rss-0.91.dtd">', ""),
        ("<br /><b>Warning</b>: line 3<br />", "34 characters stand before the feed"),
        ("Notice: undefined index", "23 characters stand before the feed"),
    ],
)
def test_the_text_begins_at_the_root(before: str, trouble: str) -> None:
    assert feed_in(before + RSS, "") == FeedText(RSS, "rss", trouble)


@pytest.mark.parametrize(
    ("start", "root"),
    [("<rdf:RDF xmlns:rdf='x'/>", "rdf:RDF"), ("<atom:feed/>", "atom:feed"), ("<RSS/>", "RSS"), ("<feed>", "feed")],
)
def test_roots_are_kept_as_they_are_written(start: str, root: str) -> None:
    assert feed_in(start, "").root == root


@pytest.mark.parametrize("subset", ['[<!ENTITY a "b">]', "[]", 'SYSTEM "x" [%p;]', "[<!--"])
@pytest.mark.parametrize("before", ["", "<?xml version='1.0'?>", "<!-- <rss> -->", "<?a <rss> ?>", "\n"])
def test_declarations_of_its_own_are_refused(before: str, subset: str) -> None:
    with pytest.raises(Unreadable, match="declarations of its own"):
        feed_in(f"{before}<!DOCTYPE rss {subset}>{RSS}", "")


@pytest.mark.parametrize(
    "piece", ["<!--", "<!-- x -->", "<?x ", "<?x ?>", "<!DOCTYPE ", "<!DOCTYPE a>", " ", "<", "<br/>"]
)
def test_long_beginnings_take_little_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.perf_counter()
    with pytest.raises(Unreadable):
        feed_in(text, "")
    assert time.perf_counter() - start < 3
