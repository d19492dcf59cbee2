"""Reading feeds: golden pairs for the formats and the ways in which they break, tables for what is refused."""

import json
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.adapters.feed_reader import MAX_CONTENT, MAX_SUMMARY, MAX_TITLE, read
from aggregator.core.errors import Unreadable
from aggregator.core.feed import MAX_ITEMS, FeedDocument

GOLDEN = Path(__file__).parents[1] / "data" / "feeds"
CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "feeds"
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
URL = "https://feeds.example/dir/feed.xml"


def document(
    body: bytes | str, content_type: str = "application/xml", charset: str = "", url: str = URL
) -> FeedDocument:
    body = body.encode() if isinstance(body, str) else body
    return read(body, url=url, content_type=content_type, charset=charset, now=NOW)


def rss(items: str, channel: str = "<link>https://news.example/</link>") -> str:
    return f'<rss version="2.0"><channel><title>N</title>{channel}{items}</channel></rss>'


def item(number: int = 1, **fields: str) -> str:
    given = {"title": f"T{number}", "link": f"https://news.example/{number}", **fields}
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in given.items()) + "</item>"


def as_json(read_document: FeedDocument) -> dict[str, Any]:
    """Return what differs from the defaults, so that a golden file shows only what the feed says."""

    def told(value: dict[str, Any]) -> dict[str, Any]:
        unsaid = {"sent", "told"}  # hashes of the bytes
        return {name: one for name, one in value.items() if one and name not in unsaid}

    fields = told(asdict(read_document))
    fields["recovered"] = bool(read_document.recovered)  # the parser's words change from release to release
    fields["entries"] = [told(entry) for entry in fields.get("entries", ())]
    plain: dict[str, Any] = json.loads(json.dumps(fields, default=str))
    return plain


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.xml")))
def test_a_feed_reads_as_its_golden_pair_says(name: str) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert as_json(document((GOLDEN / f"{name}.xml").read_bytes())) == expected


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("broken-*.xml")))
def test_one_bad_item_never_loses_the_others_and_the_reason_is_kept(name: str) -> None:
    feed = document((GOLDEN / f"{name}.xml").read_bytes())
    whole = {"broken-truncated": 2, "broken-warning-before": 2}.get(name, 3)
    assert len(feed.entries) == whole
    assert feed.recovered


@pytest.mark.parametrize(
    "content_type", ["text/xml", "application/rss+xml", "text/html", "application/octet-stream", ""]
)
@pytest.mark.parametrize("charset", ["", "iso-8859-1", "utf-8", "nonsense"])
def test_the_servers_word_on_type_and_charset_does_no_harm(content_type: str, charset: str) -> None:
    for name, title in (("koi8-r", "Городские вести"), ("utf-16", "東京だより"), ("wrong-prolog", "Gazeta Łódzka")):
        if charset == "utf-8" and name == "koi8-r":
            continue  # a contradiction that only guessing could solve
        assert document((GOLDEN / f"{name}.xml").read_bytes(), content_type, charset).title == title


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"", "", "the answer is empty"),
        (b"  \r\n\xef\xbb\xbf ", "", "the answer is empty"),
        (b"\xef\xbb\xbf  ", "", "the answer is empty"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "application/feed+json", "it is JSON"),
        (b"[]", "", "it is JSON"),
        (b"<!DOCTYPE html><html><body>Hi</body></html>", "text/html", "an HTML page"),
        (b"<!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'><title>x</title>", "text/html", "an HTML page"),
        (b"<html><head><link rel='alternate'></head></html>", "application/xml", "an HTML page"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "", "an HTML page"),
        (b"<p>Not found</p>", "text/html", "an HTML page"),
        (b"<?xml version='1.0'?><urlset/>", "", "a sitemap"),
        (b"<opml version='2.0'/>", "", "an OPML list"),
        (
            b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
            "application/xml",
            "<error> .application/xml.",
        ),
        (b"<?xml version='1.0'?>", "", "nothing follows|begins with"),
        (b"%PDF-1.7 ...", "application/pdf", "application/pdf that begins with '%PDF"),
        (b"Not Found", "text/plain", "text/plain that begins with 'Not Found'"),
        (b"\x1f\x8b\x08\x00\x00", "", "begins with"),
        (bytes(1000), "", "the answer is empty"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, content_type: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        document(body, content_type)


LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))
    + "]>"
)


@pytest.mark.parametrize(
    "before",
    [
        LAUGHS,
        f"<?xml version='1.0'?><!-- <rss> -->{LAUGHS}",
        f"<!-- <!DOCTYPE rss> --><?pi <rss> ?>\n{LAUGHS}",
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd" [<!ENTITY % p "x"> %p;]>',
        "<!doctype rss [<!ELEMENT rss ANY>]>",
        "<!DOCTYPE rss" + " " * 5000 + '[<!ENTITY a "b">]>',
    ],
)
def test_a_feed_with_declarations_of_its_own_is_refused_before_it_is_parsed(before: str) -> None:
    with pytest.raises(Unreadable, match=r"declarations of its own|begins with"):
        document(before + rss(item(title="&u;&x;")))


def test_an_outside_doctype_is_dropped_not_fetched() -> None:
    assert document(f'<!DOCTYPE rss SYSTEM "http://evil.example/x.dtd">{rss(item())}').entries[0].title == "T1"


def test_no_more_items_than_the_bound_are_read_and_the_rest_is_told_of() -> None:
    feed = document(rss("".join(map(item, range(MAX_ITEMS + 5)))))
    assert len(feed.entries) == MAX_ITEMS
    assert (feed.entries[0].title, feed.entries[-1].title) == ("T0", f"T{MAX_ITEMS - 1}")
    assert feed.recovered == f"only the first {MAX_ITEMS} items were read"


@pytest.mark.parametrize(
    "middle",
    [
        "<a>" * 300 + "</a>" * 300,
        "<a>" * 200_000 + "</a>" * 200_000,
        "<a/>" * 150_000,
        "<a>" * 250_000,
        "<x " * 500_000,
    ],
    ids=["deep", "very deep", "many", "many and open", "many and broken"],
)
def test_a_feed_too_deep_or_too_full_is_refused_at_once(middle: str) -> None:
    start = time.perf_counter()
    with pytest.raises(Unreadable, match="refused"):
        document(rss(middle + item()))
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    "piece", ["<", "&", "<!--", "<![CDATA[", "</", "<?", "&#", "<!", '<a b="', "<item>", "<title>", "]]>", "\x00", "x:"]
)
def test_hostile_repetition_ends_in_time(piece: str) -> None:
    start = time.perf_counter()
    with suppress(Unreadable):
        document(rss(piece * (150_000 // len(piece)) + item()))
    assert time.perf_counter() - start < 15


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://news.example/a b", "https://news.example/a%20b"),
        ("  https://news.example/a\n", "https://news.example/a"),
        ("/a", "https://news.example/a"),
        ("?p=1", "https://news.example/?p=1"),
        ("HTTPS://News.Example/A", "https://News.Example/A"),
        ("http://[::1", None),
        ("https://", None),
        ("mailto:a@news.example", None),
        ("data:text/html,x", None),
        ("", None),
        ("https://news.example/" + "a" * 3000, None),
    ],
)
def test_an_entrys_address_is_absolute_and_of_the_web_or_the_entry_is_left_out(given: str, meant: str | None) -> None:
    found = document(rss(item(link=given))).entries
    assert [entry.url for entry in found] == ([meant] if meant else [])


def test_relative_addresses_start_from_the_site_in_rss_and_from_the_feed_in_atom() -> None:
    assert document(rss(item(link="a"), "")).entries[0].url == "https://feeds.example/dir/a"
    assert document(rss(item(link="a"), "<link>/site/</link>")).entries[0].url == "https://feeds.example/site/a"
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://news.example/"/><entry><link href="a"/></entry></feed>'
    assert document(atom).entries[0].url == "https://feeds.example/dir/a"


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("<![CDATA[<b>Bold</b> &amp; brave]]>", "Bold & brave"),
        ("1 &lt; 2 &gt; 0", "1 < 2 > 0"),
        ("  two\n\t lines ", "two lines"),
        ("non&#160;breaking", "non breaking"),
        ("it&amp;#8217;s", "it’s"),
        ("a&#8203;b&#8238;c", "abc"),
        ("نیم&#8204;فاصله", "نیم\u200cفاصله"),
        ("x" * 3000, "x" * MAX_TITLE),
        ("", ""),
    ],
)
def test_titles_are_plain_text(given: str, plain: str) -> None:
    assert document(rss(item(title=given))).entries[0].title == plain


def test_texts_are_bounded_and_left_as_sent() -> None:
    content = "<![CDATA[<p onclick='x'>" + "c" * 300_000 + "]]>"
    body = rss(item(1, **{"description": "d" * 50_000, "content:encoded": content}))
    body = body.replace("<rss", '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"')
    (entry,) = document(body).entries
    assert (len(entry.summary), len(entry.content)) == (MAX_SUMMARY, MAX_CONTENT)
    assert entry.content.startswith("<p onclick='x'>ccc")


def test_a_guid_too_long_to_keep_is_named_by_its_hash() -> None:
    one, two = document(rss(item(1, guid="g" * 5000) + item(2, guid="g" * 5001))).entries
    assert len(one.guid) == len(two.guid) == 64
    assert one.guid != two.guid


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("Tue, 03 Nov 2026 12:15:00 GMT", NOW + timedelta(minutes=15)),
        ("Tue, 03 Nov 2026 12:16:00 GMT", None),
        ("Sat, 31 Dec 1994 23:59:59 GMT", None),
        ("Tue, 03 Nov 2026 13:00:00 CET", NOW),
        ("nonsense", None),
    ],
)
def test_an_absurd_date_is_none_but_its_words_are_kept(words: str, at: datetime | None) -> None:
    (entry,) = document(rss(item(pubDate=words))).entries
    assert (entry.published, entry.raw_date) == (at, words)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Eva Berg", "Eva Berg"),
        ("eva@valley.example (Eva Berg)", "Eva Berg"),
        ("Eva Berg &lt;eva@valley.example&gt;", "Eva Berg"),
        ("Eva Berg (eva@valley.example)", "Eva Berg"),
        ("mailto:eva@valley.example", ""),
        ("eva@valley.example", ""),
        ("&lt;b&gt;Eva&lt;/b&gt; &amp;amp; Max", "Eva & Max"),
        ("x" * 5000, "x" * 300),
    ],
)
def test_an_author_is_a_name_and_no_mail_address(given: str, name: str) -> None:
    assert document(rss(item(author=given))).entries[0].author == name


@pytest.mark.parametrize(
    ("channel", "pause"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>999999999</ttl>", timedelta(days=30)),
        ("<ttl>99999999999999999999</ttl>", None),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(channel: str, pause: timedelta | None) -> None:
    assert document(rss(item(), channel)).ttl == pause


def _timed(body: bytes, runs: int) -> float:
    best = 1.0
    for _ in range(runs):
        start = time.perf_counter()
        document(body)
        best = min(best, time.perf_counter() - start)
    return best


def test_it_is_fast_enough_to_read_thousands_of_feeds_a_minute() -> None:
    words = "&lt;p&gt;" + "Some words of a summary that goes on. " * 110 + "&lt;/p&gt;"
    items = [item(n, guid=f"g{n}", description=words, pubDate="Tue, 03 Nov 2026 10:00:00 GMT") for n in range(30)]
    assert len(rss("".join(items))) > 125_000
    assert _timed(rss("".join(items[:2])).encode(), 5) < 0.015  # some .0015 s when nothing else runs
    assert _timed(rss("".join(items)).encode(), 5) < 0.1  # some .014 s


TITLES = {  # what these files say to a reader, by eye: the feed, then its first entry
    "enc-invalid-prolog.xml": ("테스트 피드", None),
    "enc-iso-8859-1.xml": ("Café", None),
    "enc-koi8r.xml": ("Пример RSS ленты", "Первая новость"),
    "enc-utf8-incorrect-prolog.xml": ("테스트 피드", None),
    "enc-utf8.xml": ("테스트 피드", None),
    "enc-windows-1252-incorrect-prolog.xml": ("Euro €", None),
    "enc-windows-1252.xml": ("Euro €", None),
    "encoding_ISO-8859-1.xml": (
        "Golem.de",
        "Red Dead Redemption 2: Hinweise auf PC-Umsetzung in App von Rockstar Games",
    ),
    "encoding_WINDOWS-1251.xml": ("iBash.Org.Ru", "Цитата #17703"),
    "large_atom.xml": ("Artificial truth", "Using vale with vim"),
    "large_rss.xml": ("Artificial truth", "Using vale with vim"),
    "microposts.xml": ("Chris Coyier", ""),
    "no_encoding_ISO-8859-1.xml": (
        "Flux RSS du magazine de psychologie Le Cercle Psy",
        "Perturbateurs endocriniens : quels effets sur le cerveau ?",
    ),
    "pair-atom-after.xml": ("Feedbin", "Custom Newsletter Addresses"),
    "pair-atom-before.xml": ("Feedbin", "Subscribe to Email Newsletters in Feedbin"),
    "rdf_UTF8.xml": ("heise online News", "OLED-TVs: Vorsichtsmaßnahmen gegen Einbrennen"),
    "small_atom.xml": ("Recent Commits to v2:main", "Parse podcast categories"),
}


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus lies beside the checkout only where it was laid")
@pytest.mark.parametrize("charset", ["", "iso-8859-1"])
def test_the_corpus_reads_without_garbled_characters(charset: str) -> None:
    files = [path for path in sorted(CORPUS.iterdir()) if path.suffix in {".xml", ".rss"}]
    for path in files:
        feed = document(path.read_bytes(), "text/xml", charset)
        title, first = TITLES.get(path.name, (feed.title, feed.entries[0].title if feed.entries else None))
        assert (path.name, feed.title, feed.entries[0].title if feed.entries else None) == (path.name, title, first)
        words = " ".join(entry.title + entry.summary for entry in feed.entries)
        assert not {"Ã¼", "Ã¤", "Ã©", "â€", "Ð¾", "\ufffd"} & {words[at : at + 2] for at in range(len(words))}, (
            path.name
        )
    assert len(files) >= 20


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus lies beside the checkout only where it was laid")
def test_guids_do_not_hang_on_the_feeds_address() -> None:
    body = (CORPUS / "pair-atom-before.xml").read_bytes()
    here, there = document(body, url="https://a.example/feed"), document(body, url="https://b.example/feed")
    assert [entry.guid for entry in here.entries] == [entry.guid for entry in there.entries]
