"""Reading articles: golden pairs for the shapes of pages, tables for what is trimmed, and pages that mean harm."""

import json
import time
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from aggregator.adapters import sanitizer, text_extractor
from aggregator.adapters.text_extractor import extract
from aggregator.core import boilerplate, gate, words
from aggregator.core.article import Extraction, Hints
from aggregator.core.errors import Refused, Unreadable
from aggregator.core.override import Override

GOLDEN = Path(__file__).parents[1] / "data" / "pages"
URL = "https://post.example/news/ferry-aground"
HEAD = "<!DOCTYPE html><html><head><title>T</title></head><body><article>"
SENTENCE = "The council of Osterby met again on Monday evening and talked for two hours about the old mill."
PROSE = "".join(f"<p>{SENTENCE} It was item {number} of the agenda.</p>" for number in range(12))
DAY = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
SECONDS = 10


def page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><article>{body}</article></body></html>".encode()


def read(body: bytes, hints: Hints | None = None, charset: str = "utf-8") -> Extraction:
    return extract(body, url=URL, charset=charset, hints=hints or Hints())


def read_page(file: Path) -> Extraction:
    return extract(file.read_bytes(), url=f"https://post.example/news/{file.stem}", charset="", hints=Hints())


def as_json(found: Extraction) -> dict[str, Any]:
    """Return what differs from the defaults, the text and the HTML line by line, and the gate's verdict."""
    known = asdict(found)
    shown = {field.name: known[field.name] for field in fields(found) if known[field.name]}
    shown["text"] = found.text.splitlines()
    shown["html"] = found.html.splitlines()
    shown["origins"] = {name: origin for name, origin in found.origins if origin and name != "body"}
    shown["verdict"] = gate.verdict(found, Hints(), words.count(found.text))
    return dict(json.loads(json.dumps(shown, default=str)))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.html")), ids=lambda file: file.stem)
def test_every_shape_of_page_reads_as_its_golden_file_says(file: Path):
    assert as_json(read_page(file)) == json.loads(file.with_suffix(".json").read_text())


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.html")), ids=lambda file: file.stem)
def test_text_and_html_are_the_same_words(file: Path):
    found = read_page(file)
    shown = " ".join(html.fromstring(f"<div>{found.html.replace('<', ' <')}</div>").itertext())
    assert "".join(shown.split()) == "".join(found.text.split())
    assert sanitizer.clean(found.html) == found.html


def test_there_is_a_page_for_every_verdict():
    verdicts = {read_verdict(file).partition(":")[0] for file in GOLDEN.glob("*.json")}
    assert verdicts == {"", "challenge", "consent", "listing", "paywall", "soft-404"}


def read_verdict(file: Path) -> str:
    return str(json.loads(file.read_text())["verdict"])


def test_what_the_feed_says_fills_the_gaps():
    hints = Hints(title="Old mill to be heard again", author="Vera Lund", published=DAY, language="en")
    found = read(page(PROSE), hints)
    assert (found.title, found.authors, found.published) == ("Old mill to be heard again", ("Vera Lund",), DAY)
    assert dict(found.origins)["title"] == dict(found.origins)["authors"] == dict(found.origins)["published"] == "feed"


@pytest.mark.parametrize(
    ("stated", "feed", "expected", "why"),
    [
        ("2026-11-03T10:00:00Z", None, "2026-11-03T10:00:00+00:00", "only the page says"),
        ("2026-11-03T10:00:00Z", DAY, "2026-11-03T09:30:00+00:00", "they agree, so the feed's"),
        ("2026-11-03", DAY, "2026-11-03T09:30:00+00:00", "the page has no time of day"),
        ("2026-10-01", DAY, "2026-11-03T09:30:00+00:00", "nor here, however far apart"),
        ("2024-02-01T08:15:00Z", DAY, "2024-02-01T08:15:00+00:00", "an old article that the feed shows anew"),
        ("1970-01-01T00:00:01Z", DAY, "2026-11-03T09:30:00+00:00", "the page's is no date of an article"),
    ],
)
def test_the_date_is_the_feeds_unless_the_page_knows_better(
    stated: str, feed: datetime | None, expected: str, why: str
):
    found = read(page(PROSE, f'<meta property="article:published_time" content="{stated}">'), Hints(published=feed))
    assert found.published == datetime.fromisoformat(expected), why


def test_a_change_before_the_publication_is_none():
    head = '<meta property="article:published_time" content="2026-11-03T10:00:00Z">'
    later = head + '<meta property="article:modified_time" content="2026-11-03T12:00:00Z">'
    earlier = head + '<meta property="article:modified_time" content="2026-11-02T12:00:00Z">'
    assert read(page(PROSE, later)).modified == datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert read(page(PROSE, earlier)).modified is None


def test_a_date_that_stands_on_the_page_is_found_where_nobody_else_gives_one():
    found = read(page(f"<p class='published'>3 November 2026</p>{PROSE}"))
    assert found.published == datetime(2026, 11, 3, tzinfo=UTC)
    assert dict(found.origins)["published"] == "htmldate"


def script(**fields: object) -> str:
    node = {"@type": "NewsArticle", "headline": "T", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def test_a_body_for_machines_stands_in_for_an_empty_page_but_not_behind_a_paywall():
    body = "\n".join(f"{SENTENCE} Item {number}." for number in range(6))
    free = read(page("<div id='root'></div>", script(articleBody=body)))
    assert free.text == body
    assert free.html.splitlines()[0] == f"<p>{SENTENCE} Item 0.</p>"
    assert dict(free.origins)["body"] == "ld+json"
    kept = read(page("<div id='root'></div>", script(articleBody=body, isAccessibleForFree=False)))
    assert SENTENCE not in kept.text


LEAD = "Two hours, eleven speakers and no vote: what is to become of the wheel stays open until the spring."


def test_a_lead_that_stands_apart_from_the_body_comes_first():
    head = f'<title>T</title><meta name="description" content="{LEAD}">'
    body = f"<header><h1>T</h1><div>{LEAD}</div></header><main><article>{PROSE}</article></main>"
    found = read(f"<html><head>{head}</head><body>{body}</body></html>".encode())
    assert found.text.splitlines()[:2] == [LEAD, f"{SENTENCE} It was item 0 of the agenda."]
    assert found.html.startswith(f"<p>{LEAD}</p>")


def test_a_description_that_readers_do_not_see_is_no_lead():
    found = read(page(PROSE, f'<meta name="description" content="{LEAD}">'))
    assert LEAD not in found.text
    assert found.description == LEAD


MINUTES = [
    f"Speaker {n} told the council about wheel {n * 7} and its {n} broken paddles, at length." for n in range(24)
]
HALF = "".join(f"<p>{each}</p>" for each in MINUTES[:12])


def test_the_feeds_whole_text_stands_in_for_a_page_that_has_a_part():
    found = read(page(HALF), Hints(body="\n".join(MINUTES)))
    assert found.text.splitlines() == MINUTES
    assert found.html.splitlines()[-1] == f"<p>{MINUTES[-1]}</p>"
    assert dict(found.origins)["body"] == "feed"


@pytest.mark.parametrize("teaser", ["", MINUTES[0], "\n".join(MINUTES[12:])])
def test_a_teaser_or_another_text_in_the_feed_changes_nothing(teaser: str):
    found = read(page(HALF), Hints(body=teaser))
    assert found.text.splitlines() == MINUTES[:12]
    assert dict(found.origins)["body"] == text_extractor.VERSION


def test_the_page_and_what_it_tells_machines_agree_or_not():
    assert read(page(HALF)).agreement is None
    assert read(page(HALF, script(articleBody="\n".join(MINUTES[:12])))).agreement == 1.0
    assert read(page(HALF), Hints(body="\n".join(MINUTES[:12]))).agreement == 1.0
    other = read(page(HALF, script(articleBody="\n".join(MINUTES[12:])))).agreement
    assert other is not None
    assert other < 0.2


def test_what_the_page_tells_machines_behind_a_paywall_bears_witness_only():
    whole = script(articleBody="\n".join(MINUTES), isAccessibleForFree=False)
    found = read(page(HALF, whole))
    assert found.text.splitlines() == MINUTES[:12]
    assert found.agreement == 1.0


def test_lines_that_other_pages_of_the_site_have_go():
    line = "Our reporters walk through the valley so that you do not have to."
    body = page(f"{HALF}<p>{line}</p><p>{MINUTES[20]}</p>")
    assert line in read(body).text
    known = {boilerplate.line_hash(line): 2}
    found = extract(body, url=URL, charset="utf-8", hints=Hints(), known=known)
    assert found.text.splitlines() == [*MINUTES[:12], MINUTES[20]]
    assert line not in found.html


STRANGE = (
    f"<div class='related'><h2 class='t'>The real  headline</h2><div class='comment-list'>{HALF}</div>"
    f"<p class='promo'>Buy a wheel.</p></div><article>{PROSE}</article>"
)


def overridden(override: Override) -> Extraction:
    return extract(page(STRANGE), url=URL, charset="utf-8", hints=Hints(), override=override)


def test_an_override_says_what_the_article_is():
    found = overridden(Override(body=(".related",), remove=(".promo",), title=("//h2[@class='t']",)))
    assert found.title == "The real headline"
    assert found.text.splitlines() == MINUTES[:12], "all that is named, but for the headline told again"
    assert "item 3 of the agenda" not in found.text
    assert "Buy a wheel" not in found.text
    assert dict(found.origins)["body"] == dict(found.origins)["title"] == "override"


def test_an_override_that_only_removes_leaves_the_rest_to_the_reader():
    found = overridden(Override(remove=("article p:nth-of-type(3)",)))
    assert "item 1 of the agenda" in found.text
    assert "item 2 of the agenda" not in found.text
    assert dict(found.origins)["body"] == text_extractor.VERSION


def test_an_override_that_matches_nothing_is_as_none():
    assert overridden(Override(body=(".gone",), title=("#gone",))) == read(page(STRANGE))


def test_an_override_that_cannot_be_read_is_refused():
    with pytest.raises(Refused, match="allowed are CSS selectors"):
        overridden(Override(body=("p[",)))


def test_paragraphs_that_are_set_apart_by_breaks_are_lines_of_their_own():
    found = read(page(f"<div><p>{SENTENCE}<br><br>{SENTENCE} Again.<br>{SENTENCE} At last.</p></div>"))
    assert found.text.splitlines() == [SENTENCE, f"{SENTENCE} Again.", f"{SENTENCE} At last."]


def test_captions_menus_and_footers_are_no_text():
    furniture = "<nav><p>Menu entry</p></nav><figure><img src=a><figcaption>Caption of a picture</figcaption></figure>"
    text = read(page(f"{furniture}{PROSE}<footer><p>Imprint and address</p></footer>")).text
    assert "item 11" in text
    assert not any(said in text for said in ("Menu", "Caption", "Imprint"))


def test_links_lead_to_the_web_or_nowhere():
    links = (
        '<a href="/a?b=1&amp;c=2">one</a> <a href="javascript:alert(1)">two</a> <a href="data:text/html,x">three</a> '
        '<a href="http://[::1">four</a> <a href="mailto:a@b.example">five</a> <a href="//other.example/x">six</a>'
    )
    found = read(page(f"<p>{SENTENCE} {links} {SENTENCE}</p>{PROSE}"))
    assert html.fromstring(found.html).xpath("//@href") == ["https://post.example/a?b=1&c=2", "https://other.example/x"]
    assert "one two three four five six" in found.text


def test_nothing_that_runs_comes_through():
    wicked = (
        "<p onclick=alert(1)>A <b style='x' onmouseover=alert(2)>bold</b> &lt;script&gt;alert(3)&lt;/script&gt; word, "
        "<svg><script>alert(4)</script></svg><img src=x onerror=alert(5)> and more words.</p>"
    )
    found = read(page(wicked + PROSE))
    tree = html.fromstring(f"<div>{found.html}</div>")
    assert {element.tag for element in tree.iter()} <= {"div", "p", "strong"}
    assert not tree.xpath("//@onclick | //@style | //@onerror | //@onmouseover")
    assert "<script>alert(3)</script>" in found.text
    assert "&lt;script&gt;alert(3)" in found.html


def deep(tag: str, number: int = 100_000) -> bytes:
    return (HEAD + f"<{tag}>" * number + SENTENCE * 20).encode()


def many(piece: str, number: int, around: str = "") -> bytes:
    return (HEAD + around + piece * number).encode()


REFUSED = {
    "nothing at all": (b"", "empty"),
    "white space": (b" \n\t ", "empty"),
    "null bytes": (b"\0" * 4_000_000, "empty"),
    "six megabytes": (many("<p>word</p>", 600_000), "too large"),
    "an attribute of twenty megabytes": (f'{HEAD}<p class="{"x" * 20_000_000}">'.encode(), "too large"),
    "nested boxes": (deep("div"), "too deep"),
    "nested words": (deep("span"), "too deep"),
    "nested quotes": (deep("blockquote"), "too deep"),
    "nested lists": (deep("ul><li"), "too deep"),
    "nested tables": (deep("table><tr><td"), "too deep"),
    "a million siblings": (many("<p>", 1_000_000), "too many elements"),
    "thousands of siblings": (many("<p>word</p>", 3_000), "side by side"),
    "siblings in a paragraph": (many("<b>a</b> ", 20_000, "<p>"), "side by side"),
    "siblings in many places": (many("<div>" + "<p>w</p>" * 1000 + "</div>", 300), "too many elements"),
    "attributes without number": ((HEAD + "<p " + " ".join(f"a{n}=1" for n in range(400_000))).encode(), "words"),
    "an endless text": (many("word ", 900_000, "<p>"), "characters of text"),
    "an endless word": (many("x", 4_000_000, "<p>"), "characters of text"),
    "bytes of all kinds": (bytes(range(256)) * 8_000, "characters of text"),
    "entities": (many("&amp;", 900_000, "<p>"), "characters of text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_pages_end_soon_and_say_why(name: str):
    body, why = REFUSED[name]
    began = time.monotonic()
    with pytest.raises(Unreadable, match=why):
        read(body)
    assert time.monotonic() - began < SECONDS


def told(script: str) -> bytes:
    return f'<script type="application/ld+json">{script}</script>{PROSE}'.encode()


DOCTYPE = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
BORNE = {
    "as deep as may be": deep("b", 180),
    "quotes as deep as may be": deep("blockquote", 180),
    "lists as deep as may be": deep("ul><li", 90),
    "an attribute of four megabytes": f'{HEAD}<p class="{"x" * 4_000_000}">w</p>{PROSE}'.encode(),
    "entities of its own": (DOCTYPE + HEAD + "&c;" * 1000 + PROSE).encode(),
    "null bytes inside": (HEAD + PROSE).encode().replace(b" ", b"\0 "),
    "a comment that never ends": many("<!-- ", 100_000),
    "brackets in JSON-LD": told("[" * 200_000),
    "objects in JSON-LD": told('{"@graph":' * 90_000),
    "white space in JSON-LD": told("{" + " " * 900_000 + "x"),
    "a number in JSON-LD": told('{"a":' + "9" * 900_000 + "}"),
    "authors in JSON-LD": page(PROSE, script(author=[{"name": f"A{n} B"} for n in range(30_000)])),
    "authors in a meta": page(PROSE, f'<meta name="author" content="{"a, " * 20_000}">'),
    "a title of parts": page(PROSE, f"<title>{'a | ' * 100_000}</title>"),
}


@pytest.mark.parametrize("name", BORNE)
def test_pages_that_are_odd_but_within_bounds_are_read_soon(name: str):
    began = time.monotonic()
    read(BORNE[name])
    assert time.monotonic() - began < SECONDS


def test_a_page_leaves_nothing_behind_for_the_next():
    first = read(page(PROSE))
    read(page(PROSE.replace("mill", "school")))
    assert read(page(PROSE)) == first


def test_a_warm_reader_reads_at_once():
    text_extractor.warm_up()
    began = time.monotonic()
    read(page(PROSE))
    assert timedelta(seconds=time.monotonic() - began) < timedelta(seconds=1)
