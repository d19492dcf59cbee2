"""What holds for authors, headlines, dates and further parts of an article whatever words they are read from."""

from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.core import byline, dates, page_dates, parts
from aggregator.core.headline import MAX_LENGTH, alike, choose, tidy

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
origins = st.sampled_from(["h1", "ld+json", "og:title", "twitter:title", "title", "other"])


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
@example("\u00ad", [], [])
@given(texts, st.lists(st.tuples(origins, texts), max_size=5), st.lists(texts, max_size=2))
def test_the_headline_is_one_of_those_on_offer_on_one_line(
    told: str, offered: list[tuple[str, str]], names: list[str]
) -> None:
    title, origin = choose(told, offered, names)
    assert len(title) <= MAX_LENGTH
    assert title == " ".join(title.split())
    assert any(title in tidy(each) for each in (told, *(text for _, text in offered)))
    assert {*origin.split(" ≈ ")} <= {"feed", "", *(each for each, _ in offered)}
    assert bool(title) == bool(origin)


def test_a_told_headline_without_words_gives_way_to_the_pages() -> None:
    assert choose("\u00ad", [("h1", "Harbour opens")]) == ("Harbour opens", "h1")
    assert choose("***", [("h1", "Harbour opens")]) == ("Harbour opens", "h1")


# --- Dates


@MANY
@example("0001-01-01")
@example("9999-12-31 23:59 -12:00")
@given(
    texts
    | st.from_regex(
        r"[0-9]{1,4}[-/. ]([0-9]{1,2}|[A-Z][a-z]{2})[-/. ][0-9]{1,4}( [0-9]{1,2}:[0-9]{2} ?([+-][0-9]{2}:?[0-9]{2})?)?"
    )
)
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


# --- Parts


_paths = st.lists(
    st.sampled_from(
        [
            "/",
            "-",
            "_",
            ",",
            "2",
            "3",
            "20",
            "page",
            "seite",
            "/news/harbour-opens",
            ".html",
            "?page=2",
            "?p=3",
            "#",
            "[",
            "²",
        ]
    ),
    max_size=6,
).map("".join)


@MANY
@given(
    _paths,
    st.lists(st.tuples(_paths, st.sampled_from(["", "2", "3", "next", "1 2 3"]) | texts, st.booleans()), max_size=6),
)
def test_the_parts_that_follow_are_among_the_links_each_once_and_no_more_than_twenty(
    path: str, links: list[tuple[str, str, bool]]
) -> None:
    offered = [(f"https://news.example{href}", words, marked) for href, words, marked in links]
    found = parts.following(f"https://news.example{path}", offered)
    assert {*found} <= {address for address, _, _ in offered}
    assert len(set(found)) == len(found) <= parts.MAX_PARTS


@FEW
@given(st.integers(2, 30), st.randoms(use_true_random=False))
def test_all_parts_of_an_article_are_found_in_their_order_wherever_they_are_linked(last: int, chance: object) -> None:
    links = [(f"{URL}/{part}", str(part), False) for part in range(2, last + 1)]
    chance.shuffle(links)  # type: ignore[attr-defined]
    assert parts.following(URL, links) == tuple(
        f"{URL}/{part}" for part in range(2, min(last, 1 + parts.MAX_PARTS) + 1)
    )
