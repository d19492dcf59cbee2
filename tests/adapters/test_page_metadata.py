"""What a page says of itself: tables of the ways in which pages say it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.adapters import html_tree
from aggregator.adapters.page_metadata import read, visible_date
from aggregator.core.ld_json import MAX_JSON, MAX_NODES
from aggregator.core.page_facts import PageFacts

URL = "https://www.post.example/news/mill?ref=rss"


def facts(head: str = "", body: str = "", attributes: str = "") -> PageFacts:
    page = f"<html {attributes}><head>{head}</head><body>{body}</body></html>"
    return read(html_tree.parse(page.encode(), "utf-8"), URL)


def script(*nodes: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(nodes[0] if len(nodes) == 1 else nodes)}</script>'


def article(**fields: object) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", **fields}


def person(name: str, kind: str = "Person") -> dict[str, str]:
    return {"@type": kind, "name": name}


LONG = "The mill by the harbour of Vellby has burnt down. " * 4
NODE = article(headline="Old mill", datePublished="2026-11-03T10:00:00Z")
TEXT = json.dumps(NODE)


@pytest.mark.parametrize(
    "inner",
    [
        TEXT,
        f"[{TEXT}]",
        f"<!--{TEXT}-->",
        f"<!--\n{TEXT}\n//-->",
        f"<![CDATA[{TEXT}]]>",
        f"//<![CDATA[\n{TEXT}\n//]]>",
        f"/*<![CDATA[*/{TEXT}/*]]>*/",
        f"{TEXT};",
        TEXT.replace("Old mill", "Old\n mill"),
        TEXT.replace("}", ",}"),
        json.dumps({"@graph": [{"@type": "WebSite", "name": "Post"}, NODE]}),
        json.dumps({"@type": "WebPage", "mainEntity": NODE}),
        TEXT.replace('"NewsArticle"', '["Article", "ReportageNewsArticle"]'),
        TEXT.replace('"NewsArticle"', '"http://schema.org/NewsArticle"'),
        TEXT.replace("Old mill", "Old&#32;mill"),
    ],
)
def test_json_ld_is_read_however_it_is_wrapped(inner: str):
    found = facts(f'<script type="application/ld+json">{inner}</script>')
    assert found.titles == (("ld+json", "Old mill"),)
    assert found.published == (("ld+json", datetime(2026, 11, 3, 10, tzinfo=UTC)),)


@pytest.mark.parametrize(
    "inner", ["", "{", "null", "[]", "3", '"a"', "{'a': 1}", "[[[[", '{"@type": 5}', '{"@type": [null]}']
)
def test_json_ld_that_is_none_says_nothing(inner: str):
    assert facts(f'<script type="application/ld+json">{inner}</script>') == PageFacts()


ODD: list[Any] = [None, 5, True, [], {}, [[]], [None], {"name": None}, {"name": [[]]}, {"@type": {}}, "", "x" * 5_000]


@pytest.mark.parametrize("value", ODD, ids=lambda value: str(value)[:20])
def test_values_of_the_wrong_kind_break_nothing(value: object):
    names = ("headline", "author", "image", "publisher", "license", "datePublished", "dateModified", "inLanguage",
             "isAccessibleForFree", "hasPart", "articleBody", "articleSection", "url", "mainEntityOfPage")  # fmt: skip
    found = facts(script(article(**dict.fromkeys(names, value))))
    assert found.published == ()
    assert not found.paywalled


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([article(headline="Other"), article(headline="Mill", url="https://www.post.example/news/mill")], "Mill"),
        ([article(headline="Other"), article(headline="Mill", mainEntityOfPage={"@id": "https://post.example/news/mill"})],
         "Mill"),
        ([article(headline="Other", author=person("A B")), article(headline="Old  mill")], "Old mill"),
        ([article(headline="Mill"), {"@type": "Organization", "name": "Post", "url": URL}], "Mill"),
        ([article(headline="First"), article(headline="Second")], "First"),
    ],
)  # fmt: skip
def test_of_several_articles_the_pages_own_is_read(nodes: list[dict[str, Any]], expected: str):
    found = facts(script(*nodes), "<h1>Old mill</h1>")
    assert dict(found.titles)["ld+json"] == expected


@pytest.mark.parametrize(
    ("head", "body", "expected", "origin"),
    [
        (script(article(author=person("Vera Lund"))), "", ("Vera Lund",), "ld+json"),
        (script(article(author=[person("Vera Lund"), person("Liv Sande")])), "", ("Vera Lund", "Liv Sande"), "ld+json"),
        (script(article(author="By Vera Lund")), "", ("Vera Lund",), "ld+json"),
        (script(article(author=["Vera Lund", "Liv Sande"])), "", ("Vera Lund", "Liv Sande"), "ld+json"),
        (script(article(creator=person("Vera Lund"))), "", ("Vera Lund",), "ld+json"),
        (script(article(author=[person("Post", "Organization"), person("Vera Lund")])), "", ("Vera Lund",), "ld+json"),
        (script(article(author=person("AFP", "NewsMediaOrganization"))), "", (), "ld+json"),
        (script(article(author=person("Post Newsroom", "Organization"))) + '<meta name="author" content="Vera Lund">', "",
         ("Vera Lund",), "meta"),
        ('<meta property="article:author" content="https://social.example/vera"><meta name="byl" content="By Vera Lund">', "",
         ("Vera Lund",), "meta"),
        ('<meta name="author" content="post.example">', "", (), "meta"),
        ("", '<a rel="author" href="/v">Vera Lund</a>', ("Vera Lund",), "byline"),
        ("", '<span itemprop="author">By <b itemprop="name">Vera Lund</b>, Vellby</span>', ("Vera Lund",), "byline"),
        ("", "".join(f'<a rel="author">Vera Lund{each}</a>' for each in "abcdefg"), ("Vera Lunda",), "byline"),
        ("", '<h1>T</h1><p class="article-byline">By Vera Lund</p>', ("Vera Lund",), "class"),
        ("", '<p class="byline">By Vera Lund</p><h1>T</h1>', (), ""),
        ("", '<h1>T</h1><div class="authority">Harbour</div>', (), ""),
        (script({"@graph": [article(author={"@id": "#v"}), {"@id": "#v", **person("Vera Lund")}]}), "", ("Vera Lund",), "ld+json"),
        (script(article(author={"@id": "#v"})), "", (), ""),
        ('<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Vera Lund">', "", ("Vera Lund",), "meta"),
        ('<meta name="twitter:label1" content="Reading time"><meta name="twitter:data1" content="Four Minutes">', "", (), ""),
        ("", '<h1>T</h1><ul class="author-list"><li class="author-item">Vera Lund</li></ul>', ("Vera Lund",), "class"),
        ("", '<h1>T</h1><div class="byline"><i>By</i> <b>Vera Lund</b><b>Liv Sande</b></div>', ("Vera Lund", "Liv Sande"), "class"),
        ("", '<h1>T</h1><p class="byline">Harbour</p><p class="byline">By Vera Lund</p>', ("Vera Lund",), "class"),
        ("", '<h1>T</h1><figure><p class="author">Vera Lund</p></figure>', (), ""),
        ("", '<h1>T</h1><a href="/author/vera">Vera Lund</a>', ("Vera Lund",), "link"),
        ("", '<a href="/author/vera">Vera Lund</a><h1>T</h1>', (), ""),
        ("", f'<h1>T</h1>{f"<p>{LONG}</p>" * 3}<a href="/author/vera">Vera Lund</a>', (), ""),
        (script(article(author=person("AFP", "Organization"))), '<h1>T</h1><p class="byline">Vera Lund</p>', (), "ld+json"),
        (script(article(author=[person(f"Vera Lund {chr(97 + n)}") for n in range(25)])), "",
         tuple(f"Vera Lund {chr(97 + n)}" for n in range(20)), "ld+json"),
    ],
)  # fmt: skip
def test_authors_are_persons_where_any_are_named(head: str, body: str, expected: tuple[str, ...], origin: str):
    found = facts(head, body)
    assert (found.authors, found.authors_from) == (expected, origin)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 3, hour, minute, tzinfo=UTC)


def dated(text: str, name: str = "article:published_time") -> str:
    return f'<meta property="{name}" content="{text}">'


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (script(article(datePublished="2026-11-03T12:00:00+02:00")), "", ("ld+json", at(10))),
        (script(article(datePublished="2026-11-03T10:00:00.123Z")), "", ("ld+json", at(10))),
        (script(article(datePublished="2026-11-03 10:00")), "", ("ld+json", at(10))),
        (script(article(datePublished="2026-11-03")), "", ("ld+json", at(0))),
        (script(article(datePublished="soon")) + dated("2026-11-03T10:00:00Z"), "", ("article:published_time", at(10))),
        (dated("Tue, 3 Nov 2026 10:00:00 GMT", "pubdate"), "", ("pubdate", at(10))),
        ('<meta itemprop="datePublished" content="2026-11-03T10:00:00-0500">', "", ("datepublished", at(15))),
        (dated("0001-01-01T00:00:00Z"), "", None),
        (dated("2026-13-45"), "", None),
        ("", '<time datetime="2026-11-03T10:00:00Z">today</time>', ("time", at(10))),
        ("", '<time datetime="2026-11-01">x</time><h1>T</h1><time datetime="2026-11-03">y</time>', ("time", at(0))),
        (
            "",
            '<h1>T</h1><time datetime="2026-11-01">x</time><time pubdate datetime="2026-11-03">y</time>',
            ("time", at(0)),
        ),
        (dated("2026-11-03T10:00:00Z"), '<time datetime="2026-11-01">x</time>', ("article:published_time", at(10))),
    ],
)
def test_the_date_of_publication_is_in_utc_and_from_the_best_origin(
    head: str, body: str, expected: tuple[str, datetime] | None
):
    assert facts(head, body).published == ((expected,) if expected else ())


def test_changes_are_kept_apart():
    head = dated("2026-11-03T10:00:00Z") + dated("2026-11-03T11:00:00Z", "article:modified_time")
    assert facts(head).modified == (("article:modified_time", at(11)),)
    assert facts(head).published == (("article:published_time", at(10)),)


@pytest.mark.parametrize(
    ("head", "body", "field", "expected"),
    [
        ('<link rel="canonical" href="/a">', "", "canonical_url", "https://www.post.example/a"),
        ('<meta property="og:url" content="https://post.example/b">', "", "canonical_url", "https://post.example/b"),
        ('<link rel="canonical" href="javascript:x">', "", "canonical_url", ""),
        ('<link rel="canonical" href="http://[::1">', "", "canonical_url", ""),
        ('<base href="https://m.post.example/x/"><link rel="canonical" href="a">', "", "canonical_url",
         "https://m.post.example/x/a"),
        ('<meta property="og:image" content="//img.example/1.jpg">', "", "image", "https://img.example/1.jpg"),
        ('<meta property="og:image" content="data:image/png;base64,xx">', "", "image", ""),
        (script(article(image=[{"@type": "ImageObject", "url": "/1.jpg"}])), "", "image", "https://www.post.example/1.jpg"),
        (script(article(image=["/2.jpg", "/3.jpg"])), "", "image", "https://www.post.example/2.jpg"),
        ('<link rel="license" href="/terms">', "", "licence_url", "https://www.post.example/terms"),
        (script(article(license={"@type": "CreativeWork", "url": "https://c.example/by"})), "", "licence_url",
         "https://c.example/by"),
        ("", '<a rel="license nofollow" href="https://c.example/by">CC</a>', "licence_url", "https://c.example/by"),
        ("", '<figure><a rel="license" href="https://c.example/by">CC</a></figure>', "licence_url", ""),
        (script(article(isAccessibleForFree=False)), "", "paywalled", True),
        (script(article(isAccessibleForFree="False")), "", "paywalled", True),
        (script(article(isAccessibleForFree="http://schema.org/False")), "", "paywalled", True),
        (script(article(isAccessibleForFree=True)), "", "paywalled", False),
        (script(article(hasPart=[{"isAccessibleForFree": False}])), "", "paywalled", True),
        ('<meta property="article:content_tier" content="locked">', "", "paywalled", True),
        ('<meta property="article:content_tier" content="metered">', "", "paywalled", False),
        ('<meta name="robots" content="NOINDEX, noarchive">', "", "robots", ("noarchive", "noindex")),
        ('<meta name="googlebot" content="nosnippet">', "", "robots", ("nosnippet",)),
        ('<meta name="keywords" content="mill, council,,mill">', "", "tags", ("mill", "council")),
        ('<meta property="article:section" content="Town">', "", "section", "Town"),
        ('<meta property="og:type" content="Article">', "", "page_type", "article"),
        ('<meta name="description" content="A &amp;amp; B">', "", "description", "A & B"),
        ('<meta property="og:site_name" content="The Post">', "", "site_names", ("The Post",)),
        (script(article(publisher=person("The Post", "Organization"))), "", "site_names", ("The Post",)),
        ('<meta property="og:locale" content="de_AT">', "", "language", "de_AT"),
        (script(article(inLanguage="fr")), "", "language", "fr"),
        ("", "<a href=a>1</a><p><a>2</a></p>", "links", 2),
        (script(article(articleBody="<p>One.</p><p>Two &amp; three.</p>")), "", "body", "\nOne.\n\nTwo & three.\n"),
        ('<link rel="amphtml" href="/amp/mill">', "", "amp_url", "https://www.post.example/amp/mill"),
        ('<link rel="next" href="/news/mill?page=2">', "", "next_urls", ("https://www.post.example/news/mill?page=2",)),
        ("", '<a href="mill/2">2</a><a href="/news/mill?page=2">2</a>', "next_urls", ("https://www.post.example/news/mill?page=2",)),
        ("", '<a href="?page=2">weiter</a><a href="?page=3#comments">3</a>', "next_urls", ("https://www.post.example/news/mill?page=2",)),
        ('<link rel="next" href="/news/ferry">', "", "next_urls", ()),
        (script(article(keywords=["Mill", "fire, Vellby"])) + '<meta name="keywords" content="mill">', "", "tags", ("mill", "fire", "Vellby")),
        (script(article(keywords="https://post.example/tag, Mill")), "", "tags", ("Mill",)),
        (script(article(articleSection=["Town", "News"])), "", "section", "Town"),
        (script(NODE, {"@type": "BreadcrumbList", "itemListElement": [{"name": "Home"}, {"item": {"name": "Town"}}, {"name": "Mill"}]}),
         "", "section", "Town"),
        (script(NODE, {"@type": "BreadcrumbList", "itemListElement": [{"name": "Home"}, {"name": "Mill"}]}), "", "section", ""),
        (script(article(author=[person("AFP", "Organization"), person("Vera Lund")])), "", "organisations", ("AFP",)),
        (script(article(author=[person("Post", "Organization"), person("Vera Lund")], publisher=person("Post"))), "", "organisations", ()),
        (script(article(author=person("The Crew", "Organization"))), "", "organisations", ("The Crew",)),
        ('<meta name="author" content="Vera Lund, dpa">', "", "organisations", ("dpa",)),
        (script(article(image={"url": "/1.jpg", "creditText": "Liv Sande"})), "", "image_credit", "Liv Sande"),
        ('<meta property="og:image" content="/1.jpg">', "<h1>T</h1><figcaption>Mill. Photo: Liv Sande</figcaption>", "image_credit",
         "Liv Sande"),
        ("", "<h1>T</h1><figcaption>Mill. Photo: Liv Sande</figcaption>", "image_credit", ""),
        ("", "<svg><title>Menu</title></svg>", "titles", ()),
    ],
)  # fmt: skip
def test_each_fact_has_its_places(head: str, body: str, field: str, expected: object):
    assert getattr(facts(head, body), field) == expected


def test_the_language_of_the_document_comes_first():
    assert facts('<meta property="og:locale" content="de_AT">', attributes='lang="sv-SE"').language == "sv-SE"


def test_titles_come_with_their_origins():
    head = '<title>Old mill | Post</title><meta property="og:title" content="Mill &quot;X&quot;">' + script(NODE)
    assert facts(head, "<h1>Old <b>mill</b></h1><h1> </h1>").titles == (
        ("h1", "Old mill"), ("ld+json", "Old mill"), ("og:title", 'Mill "X"'), ("title", "Old mill | Post"),
    )  # fmt: skip


def test_what_repeats_without_end_is_bounded():
    head = "".join(f'<meta property="article:tag" content="{n}">' for n in range(900)) + script(*[NODE] * 5_000)
    found = facts(head, "<h1>T</h1>" * 900 + "<time datetime='2026-11-03'>x</time>" * 900)
    assert len(found.tags) <= 30
    assert len(found.titles) <= 10


def test_a_script_that_is_too_large_is_not_read():
    assert facts(script({**NODE, "articleBody": "x" * MAX_JSON})).titles == ()


def test_nodes_of_all_scripts_together_are_bounded():
    rest = script([{"@type": "Thing"}] * (MAX_NODES // 2))
    assert facts(rest + script(NODE)).titles == (("ld+json", "Old mill"),)
    assert facts(rest * 2 + script(NODE)).titles == ()


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("<h1>Old <b>m</b>ill</h1>", "Old mill"),
        ("<h1><span>Fire:</span><span>mill gone</span></h1>", "Fire: mill gone"),
        ("<h1><span>Fire in town</span><span>Mill gone</span></h1>", "Fire in town Mill gone"),
        ("<h1>火災<b>水車</b></h1>", "火災水車"),
    ],
)
def test_elements_of_a_headline_do_not_run_into_each_other(heading: str, expected: str):
    assert facts("", heading).titles == (("h1", expected),)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h1>T</h1><span>3.11.2026</span>", at(0)),
        ("<h1>T</h1><script>1.11.2026</script><p>3. November 2026, 10:00</p>", at(10)),
        ("<p>1.11.2026</p><h1>T</h1><p>3.11.2026</p>", at(0)),
        ("<p>3.11.2026</p>", None),
        ("<h1>T</h1><p>x</p>", None),
    ],
)
def test_the_date_in_plain_words_stands_after_the_headline(body: str, expected: datetime | None):
    tree = html_tree.parse(f"<html><body>{body}</body></html>".encode(), "utf-8")
    assert visible_date(tree, "de") == expected


def test_links_and_bylines_without_end_are_bounded():
    body = "<h1>T</h1>" + ("<div>" + '<a href="?page=2">x</a><p class="byline">Harbour</p>' * 20 + "</div>") * 100
    found = facts("", body)
    assert found.next_urls == ()
    assert found.authors == ()
    assert found.links == 2_000


def test_characters_that_xml_cannot_hold_are_in_no_fact():
    told = (
        '{"@type": "NewsArticle", "headline": "A\\u0000 mill", "author": {"name": "Ada \\ud800Reed"}, '
        '"articleBody": "x\\ufffey"}'
    )
    page = (
        f"<html><head><script type='application/ld+json'>{told}</script>"
        "<meta property='article:section' content='a&#11;b'><meta name='description' content='a \ufffe b'>"
        "<meta property='og:site_name' content='The &amp;#3; Post'></head></html>"
    )
    facts = read(html_tree.parse(page.encode("utf-8", "surrogatepass"), "utf-8"), "https://post.example/a")
    assert facts.authors == ("Ada Reed",)
    assert dict(facts.titles)["ld+json"] == "A mill"
    assert facts.body == "xy"
    assert not any(f"\\{code}" in str(facts) for code in ("x00", "x03", "x0b", "ud800", "ufffe"))


def test_each_field_says_where_it_comes_from():
    told = '{"@type": "NewsArticle", "articleSection": "Harbour", "image": "/a.jpg", "keywords": "x"}'
    page = (
        f"<html><head><script type='application/ld+json'>{told}</script><meta name='keywords' content='y'>"
        "<meta name='description' content='d'><meta property='og:url' content='/b'></head></html>"
    )
    found = read(html_tree.parse(page.encode(), "utf-8"), "https://post.example/a").origins
    assert dict(found) == {
        "section": "ld+json", "tags": "meta", "image": "ld+json", "description": "meta", "canonical": "og:url",
    }  # fmt: skip
    page = "<html><head><meta property='og:image' content='/c.jpg'><link rel='canonical' href='/d'></head></html>"
    found = read(html_tree.parse(page.encode(), "utf-8"), "https://post.example/a").origins
    assert dict(found) == {"image": "meta", "canonical": "link"}
    assert read(html_tree.parse(b"<p>x</p>", "utf-8"), "https://post.example/a").origins == ()
