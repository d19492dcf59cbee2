"""Which articles tell of the same event."""

import itertools
import math
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from aggregator.core.story import LEAD_WORDS, THRESHOLD, WINDOW, choose, cosine, term_key, terms, vector
from tests import texts

TEXTS = Path(__file__).parents[1] / "data" / "texts"
NAMES = sorted(path.stem for path in TEXTS.glob("*.txt"))
PAIRS = [(name.removesuffix("_other"), name) for name in NAMES if name.endswith("_other")]
OTHERS = [pair for pair in itertools.combinations(NAMES, 2) if pair not in PAIRS]
WIRE = [texts.HARBOUR, texts.SCHOOL, texts.GLACIER]


def told(name: str) -> dict[int, float]:
    """Return the terms of a text by their keys."""
    title, _, text = (TEXTS / f"{name}.txt").read_text().partition("\n")
    return {term_key(term): weight for term, weight in terms(title, text).items()}


def vectors(articles: Mapping[str, Mapping[int, float]]) -> dict[str, dict[int, float]]:
    """Return the vectors of articles that are alone in their window."""
    frequency = Counter(term for article in articles.values() for term in article)
    return {name: vector(article, frequency, len(articles)) for name, article in articles.items()}


ALL = {name: told(name) for name in NAMES}
WHOLE = vectors(ALL)


def joined(one: str, other: str, among: Iterable[str]) -> bool:
    """Whether an article joins the story of another one, with those articles in the window."""
    found = vectors({name: ALL[name] for name in {one, other, *among}})
    return choose(found[one], {7: [found[other]]})[0] == 7


# the same event


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_two_reports_of_one_event_make_a_story(one: str, other: str) -> None:
    assert joined(one, other, NAMES)
    assert joined(other, one, NAMES)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_they_do_so_when_nothing_else_is_known_yet(one: str, other: str) -> None:
    assert joined(one, other, ())


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_reports_of_other_events_make_none(one: str, other: str) -> None:
    assert not joined(one, other, NAMES)
    assert not joined(one, other, ())


def test_whether_two_reports_are_joined_does_not_depend_on_which_came_first() -> None:
    for one, other in itertools.combinations(NAMES, 2):
        assert joined(one, other, NAMES) == joined(other, one, NAMES)


def test_two_fires_of_one_evening_are_two_stories() -> None:
    stories = {1: [WHOLE["en_fire_dunmore"]], 2: [WHOLE["en_fire_pelham"]]}
    assert choose(WHOLE["en_fire_dunmore_other"], stories)[0] == 1
    assert choose(WHOLE["en_fire_pelham"], {1: [WHOLE["en_fire_dunmore"], WHOLE["en_fire_dunmore_other"]]})[0] is None


def test_every_article_finds_its_own_story_among_all() -> None:
    stories: dict[int, list[dict[int, float]]] = {}
    where: dict[str, int] = {}
    for number, name in enumerate(NAMES):
        found = choose(WHOLE[name], stories)[0]
        where[name] = number if found is None else found
        stories.setdefault(where[name], []).append(WHOLE[name])
    assert all(where[one] == where[other] for one, other in PAIRS)
    assert len(stories) == len(NAMES) - len(PAIRS)


# the choice


def flat(*words: int) -> dict[int, float]:
    """Return a vector of length one in which all words weigh the same."""
    return dict.fromkeys(words, 1 / math.sqrt(len(words)))


def rounded(chosen: tuple[int | None, float]) -> tuple[int | None, float]:
    """Return a choice without the dust of floating point."""
    return chosen[0], round(chosen[1], 6)


def test_there_is_no_story_to_join_where_there_are_none() -> None:
    assert choose(flat(1, 2, 3), {}) == (None, 0.0)
    assert choose({}, {1: [flat(1, 2, 3)]}) == (None, 0.0)
    assert choose(flat(1, 2, 3), {1: []}) == (None, 0.0)


def test_the_best_story_is_chosen_by_its_mean() -> None:
    article = flat(1, 2, 3, 4)
    near, far = flat(1, 2, 3, 4), flat(1, 2, 3, 9)
    assert rounded(choose(article, {1: [far], 2: [near]})) == (2, 1.0)
    assert rounded(choose(article, {1: [near, flat(10, 11, 12, 13)], 2: [far]})) == (2, 0.75)
    assert choose(article, {2: [near], 1: [near]})[0] == choose(article, {1: [near], 2: [near]})[0] == 1


def test_a_story_below_the_threshold_is_not_joined_but_measured() -> None:
    article, other = flat(1, 2, 3, 4), flat(1, 2, 3, 9)
    assert choose(article, {1: [other]}, threshold=0.74)[0] == 1
    assert rounded(choose(article, {1: [other]}, threshold=0.76)) == (None, 0.75)


@pytest.mark.parametrize(("share", "story"), [(0.17, 1), (0.15, None)])
def test_the_usual_threshold_is_a_cosine_of_16_in_100(share: float, story: int | None) -> None:
    common = dict.fromkeys((1, 2, 3), math.sqrt(share / 3))
    one, other = ({**common, rest: math.sqrt(1 - share)} for rest in (4, 5))
    assert cosine(one, other) == pytest.approx(share)
    heavy = {term: weight for term, weight in one.items() if term != 4} | dict.fromkeys(range(10, 40), 0.05)
    assert choose(heavy, {1: [other]})[0] == story


def test_two_words_in_common_make_no_story() -> None:
    assert choose(flat(1, 2), {1: [flat(1, 2)]})[0] is None
    assert choose(flat(1, 2, 3), {1: [flat(1, 2, 3)]})[0] == 1


def test_common_words_in_common_make_no_story() -> None:
    light = {1: 0.4, 2: 0.3, 3: 0.3}
    article = {**light, 4: 0.6, 5: 0.55}
    assert choose(article, {1: [{**light, 8: 0.6, 9: 0.55}]})[0] is None
    assert choose(article, {1: [{**light, 4: 0.6, 5: 0.55}]})[0] == 1


# the terms


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("The Ferry and the Lighthouse of Skarholm", {"ferry", "lighthouse", "skarholm"}),
        ("Die Brücke über das Wiedtal", {"brücke", "wiedtal"}),
        ("L’école d'Aubrac n'a plus d'élèves", {"école", "aubrac", "élèves"}),
        ("El embalse de Torrealba", {"embalse", "torrealba"}),
        ("Dunmore's fire, Dunmore’s loss", {"dunmore", "fire", "loss"}),
        ("De brug van het dorp", {"brug", "dorp"}),
        ("At 12 am on a B2 road in 2026", {"road"}),
        ("Новый телескоп", {"новый", "телескоп"}),
        ("हिन्दी पुस्तक", {"हिन्दी", "पुस्तक"}),
        ("青岩铁路", {"青岩", "岩铁", "铁路"}),
        ("东京，大阪", {"东京", "大阪"}),
        ("ช้างป่า", {"ช้าง", "้างป", "างป่", "งป่า"[:4]} | {"างป่"}),
        ("night-shift WORKERS", {"night-shift", "workers"}),
        ("…", set()),
        ("", set()),
    ],
)
def test_the_terms_are_the_words_that_carry_meaning(title: str, found: set[str]) -> None:
    assert terms(title, "").keys() == found


def test_the_headline_counts_twice() -> None:
    assert terms("Ferry", "") == {"ferry": 1 + math.log(2)}
    assert terms("", "ferry") == {"ferry": 1.0}
    assert terms("Ferry", "the ferry") == {"ferry": 1 + math.log(3)}


def test_only_the_lead_is_read() -> None:
    lead = " ".join(f"word{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(LEAD_WORDS))
    assert terms("", f"{lead} beyond") == terms("", lead)
    assert len(terms("", lead)) == LEAD_WORDS
    assert len(terms("", "天地玄黄宇宙洪荒" * 10_000)) <= 360


def test_spelling_makes_no_other_term() -> None:
    assert terms("Cafe\u0301 so\u00adlar", "") == terms("CAFÉ SOLAR", "")


@pytest.mark.parametrize("unit", ["a", "a-", "a'", "新", "( ", "ก", "1"])
def test_a_huge_text_takes_no_long_time(unit: str) -> None:
    began = time.process_time()
    terms(unit * 1_000_000, unit * 1_000_000)
    assert time.process_time() - began < 1


def test_the_key_of_a_term_is_a_signed_64_bit_number_in_every_process() -> None:
    code = "from aggregator.core.story import term_key; print(term_key('ferry'))"
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert int(run.stdout) == term_key("ferry")
    keys = {term_key(str(number)) for number in range(2000)}
    assert len(keys) == 2000
    assert all(-(1 << 63) <= each < 1 << 63 for each in keys)
    assert min(keys) < 0 < max(keys)


# the vector


def test_a_vector_has_length_one_and_rare_terms_weigh_more() -> None:
    found = vector({1: 1.0, 2: 1.0, 3: 2.0}, {1: 90, 2: 3, 3: 90}, 100)
    assert sum(weight * weight for weight in found.values()) == pytest.approx(1)
    assert found[2] > found[3] > found[1]
    assert cosine(found, found) == pytest.approx(1)


def test_an_unknown_term_is_the_rarest() -> None:
    found = vector({1: 1.0, 2: 1.0}, {2: 1}, 100)
    assert found[1] > found[2]


def test_a_term_in_every_article_of_a_large_window_weighs_next_to_nothing() -> None:
    found = vector({1: 1.0, 2: 1.0}, {1: 10_000, 2: 1}, 10_000)
    assert found[1] < 0.001


def test_a_frequency_beyond_the_total_weighs_nothing() -> None:
    assert vector({1: 1.0}, {1: 500}, 10) == {}
    assert vector({}, {}, 0) == {}


def test_the_cosine_is_the_same_both_ways_and_zero_without_a_common_term() -> None:
    one, other = flat(1, 2, 3), flat(2, 3, 4, 5)
    assert cosine(one, other) == cosine(other, one) == pytest.approx(2 / math.sqrt(12))
    assert cosine(one, flat(7, 8)) == 0
    assert cosine({}, one) == 0


def test_reports_of_three_unlike_events_stay_apart() -> None:
    found = vectors({text[0]: {term_key(word): 1.0 for word in terms("", "\n".join(text))} for text in WIRE})
    for one, other in itertools.combinations(found.values(), 2):
        assert cosine(one, other) < THRESHOLD / 2


def test_a_story_is_open_for_three_days() -> None:
    assert WINDOW.total_seconds() == 72 * 3600
