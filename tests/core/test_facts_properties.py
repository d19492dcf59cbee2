"""What holds for the facts of a page whatever stands on it: JSON-LD, authors, headlines, dates, pictures and parts."""

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core import byline, dates, images, ld_json, page_dates, page_facts, parts
from aggregator.core.headline import MAX_LENGTH, alike, choose, tidy

URL = "https://news.example/2026/11/harbour-opens"
FEW = settings(max_examples=80, deadline=None)
MANY = settings(max_examples=150, deadline=None)

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
_plain = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.sampled_from(["NewsArticle", "Person", URL])
values = st.recursive(
    _plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES) | texts, inner, max_size=6),
    max_leaves=20,
)
nodes = st.dictionaries(st.sampled_from(_NAMES), values, max_size=10)
articles = nodes.map(lambda node: {**node, "@type": "NewsArticle"})
origins = st.sampled_from(["h1", "ld+json", "og:title", "twitter:title", "title", "other"])


def nested(depth: int, inner: object, name: str = "") -> object:
    """Return a value in so many lists, or objects that have it by `name`."""
    for _ in range(depth):
        inner = {name: inner} if name else [inner]
    return inner


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
@given(values, st.sampled_from(["", "/*<![CDATA[*/", "<!--", "//<![CDATA[\n"]), st.sampled_from(["", ";", "-->", "//]]>", "\n"]))
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
    meta=st.dictionaries(st.sampled_from(sorted(page_facts.WANTED_META)), st.lists(texts, min_size=1, max_size=3), max_size=10),
    headings=st.lists(texts, max_size=4),
    title=texts,
    language=texts,
    times=st.lists(st.tuples(st.integers(0, 5), texts), max_size=4),
    nodes=st.lists(articles | nodes, max_size=4),
    bylines=st.lists(texts, max_size=4),
    marked=st.lists(texts, max_size=4),
    linked=st.lists(texts, max_size=4),
    captions=st.lists(texts, max_size=3),
    onward=st.lists(st.tuples(st.sampled_from([URL + "/2", URL + "?page=3", "http://[", "//["]) | texts, texts, st.booleans()), max_size=4),
    base=texts,
    canonical=texts | st.just(URL),
    amp=texts,
    licence=texts,
    links=st.integers(0, 10_000),
)


@settings(max_examples=120, deadline=None)
@given(_seen)
def test_a_page_of_any_content_gives_facts_that_are_bounded_and_fit_to_be_stored(seen: page_facts.Seen) -> None:
    found = page_facts.judged(seen, URL)
    words = [found.language, found.description, found.image_credit, found.section, *found.tags, *found.robots, *found.site_names]
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


@FEW
@given(_seen)
def test_the_second_look_is_taken_only_where_no_person_is_named_and_adds_only_authors(seen: page_facts.Seen) -> None:
    looks: list[int] = []
    found = page_facts.judged(seen, URL, lambda: looks.append(1))
    assert found == page_facts.judged(seen, URL)
    assert len(looks) <= 1
    assert looks or found.authors


# --- Authors


@MANY
@given(texts, st.lists(texts, max_size=2))
def test_whoever_is_named_by_a_byline_stands_in_it(line: str, site: list[str]) -> None:
    found = byline.read(line, site)
    names = (*found.persons, *found.organisations)
    assert len(set(found.persons)) == len(found.persons)
    assert len(set(found.organisations)) == len(found.organisations)
    assert all(0 < len(name) <= byline.MAX_NAME for name in names)
    assert all(name == " ".join(name.split()) for name in names)
    assert all(word in line for name in names for word in name.split())
    assert sum(map(len, names)) <= byline.MAX_BYLINE


@FEW
@given(texts, texts, st.sampled_from(["", "ld+json", "meta", "rel", "class", "link"]), st.lists(texts, max_size=2))
def test_the_authors_are_the_pages_or_the_feeds(page: str, told: str, origin: str, site: list[str]) -> None:
    mine, theirs = byline.read(page, site), byline.read(told, site)
    chosen, source = byline.chosen(mine, origin, told, site)
    assert source in {origin, "feed"}
    assert chosen == mine if source == origin else set(chosen.persons) == set(theirs.persons)
    assert {*chosen.organisations} <= {*mine.organisations, *theirs.organisations}
    both = byline.merged([mine, theirs])
    assert set(both.persons) == {*mine.persons, *theirs.persons}
    assert len(set(both.persons)) == len(both.persons)
    assert byline.merged([both, both]) == both


@FEW
@given(st.lists(texts, max_size=4))
def test_elements_of_a_byline_are_told_on_one_line_with_all_their_words(elements: list[str]) -> None:
    line = byline.together(elements)
    assert line.replace(",", " ").split() == " ".join(elements).replace(",", " ").split()
    byline.names_author(line)
    byline.author_page(line)


# --- Headlines


@MANY
@given(texts, texts)
def test_likeness_of_headlines_is_a_share_that_asks_for_no_order(one: str, other: str) -> None:
    assert 0 <= alike(one, other) <= 1
    assert alike(one, other) == alike(other, one)
    assert alike(one, one) in {0.0, 1.0}
    assert alike(one + "a", one + "a") == 1.0
    assert alike(one, one.upper().lower()) in {alike(one, one), alike(one, one.upper().lower())}


@MANY
@given(texts, st.lists(st.tuples(origins, texts), max_size=5), st.lists(texts, max_size=2))
def test_the_headline_is_one_of_those_on_offer_on_one_line(told: str, offered: list[tuple[str, str]], names: list[str]) -> None:
    title, origin = choose(told, offered, names)
    assert len(title) <= MAX_LENGTH
    assert title == " ".join(title.split())
    assert any(title in tidy(each) for each in (told, *(text for _, text in offered)))
    assert {*origin.split(" ≈ ")} <= {"feed", "", *(each for each, _ in offered)}
    assert bool(title) == bool(origin)


# --- Dates


@MANY
@given(texts | st.from_regex(r"[0-9]{1,4}[-/. ]([0-9]{1,2}|[A-Z][a-z]{2})[-/. ][0-9]{1,4}( [0-9]{1,2}:[0-9]{2} ?([+-][0-9]{2}:?[0-9]{2})?)?"))
def test_any_words_are_a_moment_of_utc_or_none(words: str) -> None:
    assert (when := dates.moment(words)) is None or when.tzinfo is UTC
    now = datetime(2026, 11, 4, tzinfo=UTC)
    assert (fair := dates.plausible(when, now)) is None or dates.EARLIEST <= fair <= now + dates.AHEAD
    assert all(each >= dates.EARLIEST for _, each in page_dates.told([words], [("date", words)]))
    assert len(page_dates.marked([(1, words), (0, words)])) <= 1
    for language in ("", "en-US"):
        found = [page_dates.stated(words, language), page_dates.by_headline([words, words], language)]
        assert all(each is None or (each.tzinfo is UTC and each >= dates.EARLIEST) for each in found)


@FEW
@given(st.datetimes(datetime(1995, 1, 2), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds of it
def test_a_moment_that_is_written_as_the_standards_say_is_read_as_it_is(when: datetime) -> None:
    whole = when.replace(microsecond=0)
    assert dates.moment(whole.isoformat()) == whole
    assert dates.moment(f"{whole:%a, %d %b %Y %H:%M:%S} GMT") == whole
    assert page_dates.stated(f"{whole:%d.%m.%Y %H:%M}") == whole.replace(second=0)


# --- Pictures and parts


@MANY
@given(values, st.lists(nodes, max_size=3), st.lists(texts, max_size=3))
def test_the_lead_image_is_one_that_is_told_and_its_credit_is_bounded(told: object, found: list[dict[str, object]], captions: list[str]) -> None:
    offered = images.told(told, found)
    chosen = images.lead(offered, captions)
    assert chosen.url in {"", *(each.url for each in offered)}
    assert bool(chosen.url) == bool(offered)
    assert len(chosen.credit) <= images.MAX_CREDIT
    assert all(images.credit(each) in " ".join(each.split()) for each in captions)


_paths = st.lists(st.sampled_from(["/", "-", "_", ",", "2", "3", "20", "page", "seite", "/news/harbour-opens", ".html", "?page=2", "?p=3", "#", "[", "²"]), max_size=6).map("".join)


@MANY
@given(_paths, st.lists(st.tuples(_paths, st.sampled_from(["", "2", "3", "next", "1 2 3"]) | texts, st.booleans()), max_size=6))
def test_the_parts_that_follow_are_among_the_links_each_once_and_no_more_than_twenty(path: str, links: list[tuple[str, str, bool]]) -> None:
    offered = [(f"https://news.example{href}", words, marked) for href, words, marked in links]
    found = parts.following(f"https://news.example{path}", offered)
    assert {*found} <= {address for address, _, _ in offered}
    assert len(set(found)) == len(found) <= parts.MAX_PARTS


@FEW
@given(st.integers(2, 30), st.randoms(use_true_random=False))
def test_all_parts_of_an_article_are_found_in_their_order_wherever_they_are_linked(last: int, chance: object) -> None:
    links = [(f"{URL}/{part}", str(part), False) for part in range(2, last + 1)]
    chance.shuffle(links)  # type: ignore[attr-defined]
    assert parts.following(URL, links) == tuple(f"{URL}/{part}" for part in range(2, min(last, 1 + parts.MAX_PARTS) + 1))
