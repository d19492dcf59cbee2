"""What holds for the facts of a page whatever stands on it: its JSON-LD, what is judged from it, and its pictures."""

import json
from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core import byline, dates, images, ld_json, page_facts

URL = "https://news.example/2026/11/harbour-opens"
FEW = settings(max_examples=60, deadline=None)
MANY = settings(max_examples=80, deadline=None)

# Pieces on which the rules turn, so that arbitrary texts meet them more often than by chance.
_SIGNS = (
    " ", "  ", "\n", ",", ", ", " and ", " und ", " y ", "/", " | ", " – ", "-", ":", "://", "@", "(", ")", "&amp;", "&#0;", "<b>", "©",
    "By ", "Von ", "Autor: ", "Vera Lund", "Vera", "Lund", "AFP", "Reuters", "Redaktion", "news.example", "记者", "文/", "Photo: ", "写真：",
    "3.11.2026", "2026-11-03T10:00:00+99:99", "Nov 3, 2026", "3 Nov 99", "2026年11月3日", "0001-01-01", "9999-12-31 23:59 -12:00",
    "GMT+9", "Europe/Rome", "Foo/Bar", "pm", "٣", "²", "१", "\u00ad", "\x00", "\x0b", "\x85", "\ufffe", "\ud800", "İ", "ß", "ﬁ",
)  # fmt: skip
_letters = st.text(st.characters(), max_size=12)  # lone surrogates too: JSON may hold them (RFC 8259 section 8.2)
texts = st.lists(st.sampled_from(_SIGNS) | _letters, max_size=12).map("".join)
_NAMES = (
    "@type", "@id", "@graph", "@value", "name", "url", "headline", "author", "creator", "publisher", "image", "width", "creditText",
    "datePublished", "dateModified", "keywords", "articleBody", "articleSection", "itemListElement", "item", "hasPart",
    "isAccessibleForFree", "license", "inLanguage", "mainEntity", "mainEntityOfPage", "thumbnailUrl", "description",
)  # fmt: skip
_plain = (
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.sampled_from(["NewsArticle", "Person", URL])
)
values = st.recursive(
    _plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES) | texts, inner, max_size=6),
    max_leaves=12,
)
nodes = st.dictionaries(st.sampled_from(_NAMES), values, max_size=10)
articles = nodes.map(lambda node: {**node, "@type": "NewsArticle"})


def fit(text: str) -> bool:
    """Whether a text holds nothing that UTF-8 and XML cannot (XML 1.0 section 2.2)."""
    return not any(sign in text for sign in ("\x00", "\x0b", "\ufffe", "\ud800"))


# --- JSON-LD


@MANY
@given(values)
def test_any_json_is_read_as_bounded_nodes_and_words(value: object) -> None:
    found = ld_json.nodes(json.dumps(value))
    assert len(found) <= ld_json.MAX_NODES
    assert all(isinstance(node, dict) for node in found)
    chosen = ld_json.main(found, [URL], ["Harbour opens"])
    assert chosen == {} or any(chosen is node for node in found)
    for each in (value, *found):
        assert len(ld_json.text(each, "url")) <= ld_json.MAX_WORD
        assert len(ld_json.several(each)) <= 2 * ld_json.MAX_STEPS
        assert all(word == word.strip() != "" and "," not in word for word in ld_json.words(each))
        assert isinstance(ld_json.types(each), set)
        ld_json.joined(each, found)


@MANY
@given(texts.map(lambda text: '{"@type":"Article"' + text) | texts)
def test_any_script_gives_nodes_or_none(script: str) -> None:
    assert all(isinstance(node, dict) for node in ld_json.nodes(script))


@FEW
@given(
    values,
    st.sampled_from(["", "/*<![CDATA[*/", "<!--", "//<![CDATA[\n"]),
    st.sampled_from(["", ";", "-->", "//]]>", "\n"]),
)
def test_what_is_written_around_json_changes_no_node(value: object, before: str, after: str) -> None:
    script = json.dumps({"a": value})
    assert json.dumps(ld_json.nodes(before + script + after)) == json.dumps(ld_json.nodes(script))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.sampled_from(_NAMES), st.sampled_from(_NAMES), st.booleans())
def test_deep_json_is_read_or_left(depth: int, outer: str, inner: str, lists: bool) -> None:
    deep = "[" * depth + "]" * depth if lists else f'{{"{inner}":' * depth + "0" + "}" * depth
    found = ld_json.nodes(f'{{"@type":"NewsArticle","headline":"Harbour","{outer}":{deep}}}')
    assert page_facts.judged(page_facts.Seen(nodes=found), URL).titles in {(("ld+json", "Harbour"),), ()}


# --- A page's facts


_seen = st.builds(
    page_facts.Seen,
    meta=st.dictionaries(
        st.sampled_from(sorted(page_facts.WANTED_META)), st.lists(texts, min_size=1, max_size=3), max_size=10
    ),
    headings=st.lists(texts, max_size=4),
    title=texts,
    language=texts,
    times=st.lists(st.tuples(st.integers(0, 5), texts), max_size=4),
    nodes=st.lists(articles | nodes, max_size=2),
    bylines=st.lists(texts, max_size=4),
    marked=st.lists(texts, max_size=4),
    linked=st.lists(texts, max_size=4),
    captions=st.lists(texts, max_size=3),
    onward=st.lists(
        st.tuples(st.sampled_from([URL + "/2", URL + "?page=3", "http://[", "//["]) | texts, texts, st.booleans()),
        max_size=4,
    ),
    base=texts,
    canonical=texts | st.just(URL),
    amp=texts,
    licence=texts,
    links=st.integers(0, 10_000),
)


@settings(max_examples=40, deadline=None)
@given(_seen)
def test_a_page_of_any_content_gives_facts_that_are_bounded_and_fit_to_be_stored(seen: page_facts.Seen) -> None:
    found = page_facts.judged(seen, URL)
    words = [
        found.language,
        found.description,
        found.image_credit,
        found.section,
        *found.tags,
        *found.robots,
        *found.site_names,
    ]
    words += [*found.authors, *found.organisations, *(title for _, title in found.titles)]
    assert all(fit(word) for word in words)
    assert len(found.language) <= 35
    assert len(found.section) <= 120
    assert len(found.tags) <= page_facts.MAX_TAGS
    assert all(0 < len(tag) <= 80 for tag in found.tags)
    assert len({tag.casefold() for tag in found.tags}) == len(found.tags)
    assert max(len(found.authors), len(found.organisations)) <= page_facts.MAX_VALUES
    assert all(0 < len(name) <= byline.MAX_NAME for name in (*found.authors, *found.organisations))
    assert bool(found.authors_from) == bool(found.authors or found.organisations)
    addresses = [found.image, found.canonical_url, found.amp_url, found.licence_url, *found.next_urls]
    assert all(each == "" or each.startswith(("http://", "https://")) for each in addresses)
    assert all(len(each) <= page_facts.MAX_ADDRESS for each in addresses)
    assert all(when.tzinfo is UTC and when >= dates.EARLIEST for _, when in (*found.published, *found.modified))


@settings(max_examples=20, deadline=None)
@given(_seen)
def test_the_second_look_is_taken_only_where_no_person_is_named_and_adds_only_authors(seen: page_facts.Seen) -> None:
    looks: list[int] = []
    found = page_facts.judged(seen, URL, lambda: looks.append(1))
    assert found == page_facts.judged(seen, URL)
    assert len(looks) <= 1
    assert looks or found.authors


# --- Pictures


@FEW
@given(values, st.lists(nodes, max_size=2), st.lists(texts, max_size=3))
def test_the_lead_image_is_one_that_is_told_and_its_credit_is_bounded(
    told: object, found: list[dict[str, object]], captions: list[str]
) -> None:
    offered = images.told(told, found)
    chosen = images.lead(offered, captions)
    assert chosen.url in {"", *(each.url for each in offered)}
    assert bool(chosen.url) == bool(offered)
    assert len(chosen.credit) <= images.MAX_CREDIT
    assert all(images.credit(each) in " ".join(each.split()) for each in captions)
