"""What is the same text, told twice, and what only looks like it."""

import itertools
import random
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.core.article import Sketch
from aggregator.core.copies import RULE_VERSION, Match, Relation, compare
from aggregator.core.sketch import sketch

TEXTS = Path(__file__).parents[1] / "data" / "texts"
NAMES = sorted(path.stem for path in TEXTS.glob("*.txt"))
LONG = [
    "en_ferry",
    "de_bridge",
    "fr_library",
    "es_drought",
    "ru_observatory",
    "zh_railway",
    "ja_tea",
    "th_elephant",
    "ar_museum",
    "hi_school",
]
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def told(name: str) -> str:
    """Return a text without its headline."""
    return (TEXTS / f"{name}.txt").read_text().partition("\n")[2].strip()


def related(one: str, other: str, gap: timedelta = HOUR, *, same_source: bool = False) -> Match | None:
    """Compare two texts, both ways round: what they are to each other must not depend on the order."""
    a, b = sketch("", one, ""), sketch("", other, "")
    there, back = compare(a, b, gap, same_source=same_source), compare(b, a, gap, same_source=same_source)
    assert (there is None) == (back is None)
    if there and back:
        turned = {Relation.EXCERPT_OF: Relation.CONTAINS, Relation.CONTAINS: Relation.EXCERPT_OF}
        assert back.score == there.score
        assert back.relation is turned.get(there.relation, there.relation)
    return there


def is_copy(one: str, other: str, gap: timedelta = HOUR, *, same_source: bool = False) -> bool:
    """Whether two texts are the same one told twice."""
    found = related(one, other, gap, same_source=same_source)
    return found is not None and found.relation is Relation.COPY


def paragraphs(name: str) -> list[str]:
    """Return the paragraphs of a text."""
    return told(name).split("\n")


# the same text


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_a_copy_of_itself(name: str) -> None:
    found = related(told(name), told(name))
    assert found is not None
    assert found.relation is Relation.COPY
    assert found.score == 1
    assert found.rule.startswith(RULE_VERSION)


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize(
    "edit",
    [
        lambda parts: [*parts, "Subscribe to our newsletter and never miss a story from your region again."],
        lambda parts: ["The news came as a surprise to many of our readers here this morning.", *parts],
        lambda parts: parts[:-1],
        lambda parts: [parts[0], *parts[2:]],
        lambda parts: [*parts[1:], parts[0]],
        lambda parts: [unicodedata.normalize("NFD", part).replace(" ", "\u00a0") for part in parts],
    ],
    ids=["footer", "local lede", "cut at the end", "cut in the middle", "moved", "spelled otherwise"],
)
def test_a_copy_that_an_editor_touched_is_still_a_copy(name: str, edit: object) -> None:
    assert callable(edit)
    assert is_copy(told(name), "\n".join(edit(paragraphs(name))))


def test_a_copy_with_another_lede_and_close_is_a_copy() -> None:
    edited = [
        "Travellers from our town were among those on the ferry that stranded off Skarholm, the mayor's office said.",
        *paragraphs("en_ferry")[1:],
        "A bus will meet those returning home at the railway station. Our correspondent contributed to this report.",
    ]
    assert is_copy(told("en_ferry"), "\n".join(edited))


def test_a_copy_with_corrected_figure_is_a_copy() -> None:
    corrected = "CORRECTED: number of litres in last paragraph\n" + told("en_ferry").replace("9,000", "6,000")
    assert is_copy(told("en_ferry"), corrected, 3 * HOUR)


def test_a_copy_in_capitals_is_a_copy() -> None:
    assert is_copy(told("en_ferry"), told("en_ferry").upper())


@pytest.mark.parametrize("name", ["en_ferry", "de_bridge"])
def test_scattered_small_edits_leave_a_copy(name: str) -> None:
    chance = random.Random(7)
    words = told(name).split(" ")
    for place in chance.sample(range(len(words)), len(words) // 20):
        if words[place].islower():
            words[place] = "indeed"
    assert is_copy(told(name), " ".join(words))


def test_a_chain_of_edits_ends_in_another_text() -> None:
    one = paragraphs("en_ferry")
    two = [*one[2:], *paragraphs("en_ferry_other")[:2]]
    three = [*two[3:], *paragraphs("en_fire_dunmore")]
    first, second, third = ("\n".join(parts) for parts in (one, two, three))
    assert is_copy(first, second)
    assert not is_copy(first, third)


def test_an_evergreen_told_again_after_two_years_is_a_copy() -> None:
    assert is_copy(told("en_ferry"), told("en_ferry"), timedelta(days=730))


# a part of it


def test_a_quarter_of_a_text_is_an_excerpt_and_not_a_copy() -> None:
    whole = told("en_ferry")
    part = " ".join(whole.split()[:60])
    found = related(part, whole)
    assert found is not None
    assert found.relation is Relation.EXCERPT_OF
    assert related(whole, part) == replace(found, relation=Relation.CONTAINS)


def test_half_of_a_text_is_a_copy() -> None:
    whole = told("en_ferry")
    assert is_copy(" ".join(whole.split()[:120]), whole)


def test_a_short_first_version_is_an_excerpt_of_the_long_one() -> None:
    later = "\n".join([*paragraphs("en_ferry"), *paragraphs("en_ferry_other"), *paragraphs("en_fire_pelham")])
    found = related("\n".join(paragraphs("en_ferry")[:3]), later, 6 * HOUR)
    assert found is not None
    assert found.relation is Relation.EXCERPT_OF


def test_a_round_up_contains_the_briefs_and_joins_none_of_them() -> None:
    briefs = [told(name) for name in ("en_fire_dunmore", "en_fire_pelham", "en_ferry_other")]
    whole = "\n".join([*briefs, *paragraphs("en_ferry")])
    for brief in briefs:
        found = related(whole, brief)
        assert found is not None
        assert found.relation is Relation.CONTAINS
    for one, other in itertools.combinations(briefs, 2):
        assert related(one, other) is None


def test_a_stub_of_one_sentence_is_no_copy_of_the_full_story() -> None:
    stub = "A passenger ferry with 212 people aboard ran onto a sandbank half a mile off the island of Skarholm early on Tuesday."
    found = related(stub, told("en_ferry"))
    assert found is not None
    assert found.relation is Relation.EXCERPT_OF


def test_a_headline_sentence_inside_another_text_is_nothing() -> None:
    assert related("The ship struck a sandbank on Tuesday", told("en_ferry")) is None


# another text


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(NAMES, 2)))
def test_other_texts_are_not_related(one: str, other: str) -> None:
    assert related(told(one), told(other)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("en_ferry", "en_ferry_other"), ("de_bridge", "de_bridge_other"), ("en_fire_dunmore", "en_fire_dunmore_other")],
)
def test_two_reports_that_share_a_long_quote_are_two_texts(one: str, other: str) -> None:
    quote = (
        '"We stood there for hours and heard nothing but the water, and when at last a light came out of the grey we did '
        "not know whether to shout or to weep, so we did both, all of us together, until somebody began to sing and the "
        'whole shore joined in."'
    )
    assert related(f"{told(one)}\n{quote}", f"{told(other)}\n{quote}") is None


WEATHER = (
    "Weather for {place} on {day}: sunny spells in the morning with light winds from the {wind}, clouding over later. "
    "Highs of {high} degrees, lows of {low}. Chance of rain {rain} percent. Sunset at {sunset}. Drivers should take care "
    "on bridges in the early hours, when fog may form along the river."
)
SHARES = (
    "Shares of {firm} rose {rise} percent to {price} crowns in early trading on Tuesday after the company, based in "
    "{place}, reported a quarterly profit of {profit} million, which was above what analysts had expected. The stock has "
    "gained {year} percent since the start of the year. Chief executive {boss} will speak to investors on Thursday."
)
OBITUARY = (
    "The town mourns {name}, who died on {day} at the age of {age} after a long illness, the family said. Born in {place}, "
    "{last} worked for many years at the local school and sang in the church choir. Friends remember a patient teacher "
    "with a dry sense of humour. The funeral will be held on {funeral} in the chapel by the cemetery."
)
DIVIDEND = (
    "The board of the {place} Tax Free Income Fund set a monthly dividend of 5.2 cents a share, payable November 30 to "
    "shareholders of record November 15, the {place} trustees of Graveney Asset Management said."
)
LOTTERY = (
    "The winning numbers in the Wednesday draw of the Grand County Lottery are {numbers}. The bonus ball is {bonus}. "
    "Players have 90 days to claim their prizes at any licensed shop in the county or by post to the lottery's office."
)
RATE = (
    "The central bank of Norvia left its key interest rate unchanged at 3.5 percent, a spokesman said after the regular "
    "meeting of its council. No press conference was planned."
)
TRANSLATED = (
    "The drought has laid bare the streets of Valdeparras, a village that the reservoir of Torrealba covered in 1966 and of "
    "which the church tower, the wash house and some forty roofless houses now stand out of the mud. The water has fallen "
    "by 23 metres since April. Benita Cuadrado, 84, found the kitchen of her mother."
)
CASES = {
    "the weather of two days": (
        WEATHER.format(place="Kelmouth", day="Monday", wind="west", high=11, low=4, rain=20, sunset="16:12"),
        WEATHER.format(place="Kelmouth", day="Tuesday", wind="west", high=9, low=3, rain=60, sunset="16:10"),
        DAY,
    ),
    "the weather of two towns": (
        WEATHER.format(place="Kelmouth", day="Monday", wind="west", high=11, low=4, rain=20, sunset="16:12"),
        WEATHER.format(place="Osterby", day="Monday", wind="west", high=11, low=4, rain=20, sunset="16:12"),
        timedelta(0),
    ),
    "the shares of two firms": (
        SHARES.format(firm="Norvik Pumps", rise=3, price=120, place="Vellby", profit=14, year=22, boss="Siri Dahl"),
        SHARES.format(firm="Halden Foods", rise=4, price=87, place="Osterby", profit=9, year=5, boss="Jan Munk"),
        HOUR,
    ),
    "two people's obituaries": (
        OBITUARY.format(name="Edith Marlow", day="Friday", age=81, place="Pelham", last="Marlow", funeral="Tuesday"),
        OBITUARY.format(name="Harold Quince", day="Friday", age=77, place="Ruscombe", last="Quince", funeral="Tuesday"),
        DAY,
    ),
    "two people of the same age": (
        OBITUARY.format(name="Edith Marlow", day="Friday", age=81, place="Pelham", last="Marlow", funeral="Tuesday"),
        OBITUARY.format(name="Harold Quince", day="Friday", age=81, place="Pelham", last="Quince", funeral="Tuesday"),
        DAY,
    ),
    "two funds with the same figures": (
        DIVIDEND.format(place="Massachusetts"),
        DIVIDEND.format(place="California"),
        timedelta(minutes=1),
    ),
    "two draws of a lottery": (
        LOTTERY.format(numbers="4, 11, 19, 23, 38 and 41", bonus=7),
        LOTTERY.format(numbers="2, 9, 17, 30, 33 and 45", bonus=12),
        WEEK,
    ),
    "a decision that is the same each month": (RATE, RATE, 4 * WEEK),
    "a headline that is used each morning": (
        "Morning briefing. " + " ".join(told("en_ferry").split()[:90]),
        "Morning briefing. " + " ".join(told("en_fire_pelham").split()[:90]),
        DAY,
    ),
    "two stubs": ("Watch the video of the parade here", "Watch the video of the storm here", HOUR),
    "a footer in common": (
        " ".join(told("en_fire_dunmore").split()[:40]) + " Copyright 2026 Kelmouth Media. All rights reserved. This "
        "material may not be published, broadcast, rewritten or redistributed without permission of the publisher.",
        " ".join(told("en_fire_pelham").split()[:40]) + " Copyright 2026 Kelmouth Media. All rights reserved. This "
        "material may not be published, broadcast, rewritten or redistributed without permission of the publisher.",
        HOUR,
    ),
    "nothing": ("", "", timedelta(0)),
    "nothing and something": ("", told("en_ferry"), timedelta(0)),
    "two scripts": (told("zh_railway"), told("en_ferry"), timedelta(0)),
    "a translation": (told("es_drought"), TRANSLATED, HOUR),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("same_source", [True, False])
def test_two_texts_of_one_form_are_other_news(case: str, same_source: bool) -> None:
    one, other, gap = CASES[case]
    assert related(one, other, gap, same_source=same_source) is None


@pytest.mark.parametrize(
    "brief",
    [
        WEATHER.format(place="Kelmouth", day="Monday", wind="west", high=11, low=4, rain=20, sunset="16:12"),
        OBITUARY.format(name="Edith Marlow", day="Friday", age=81, place="Pelham", last="Marlow", funeral="Tuesday"),
        DIVIDEND.format(place="California"),
    ],
)
def test_a_brief_told_by_two_outlets_on_one_day_is_a_copy(brief: str) -> None:
    assert is_copy(brief, brief)
    assert is_copy(brief, f"{brief} Have you seen this? Write to Anna Berg at our desk in Osterby with what you know.")
    assert is_copy(brief.replace("the", "this", 1), brief)


def test_a_brief_is_a_copy_within_three_days_only() -> None:
    brief = told("en_fire_pelham")
    edited = f"{brief} More follows later."
    assert is_copy(brief, edited, timedelta(hours=72))
    assert not is_copy(brief, edited, timedelta(hours=73))
    assert is_copy(brief, brief, timedelta(hours=100), same_source=False)
    assert not is_copy(brief, brief, timedelta(hours=100), same_source=True)
    assert not is_copy(brief, brief, WEEK)


def test_the_texts_of_scripts_without_capitals_are_told_apart_by_their_numbers() -> None:
    one = "明天青岩市多云转晴，最高气温{}度，最低气温{}度，东北风三级，降水概率百分之{}，请市民外出时注意防晒和补水。"
    assert related(one.format(11, 4, 20), one.format(17, 9, 60)) is None
    assert is_copy(one.format(11, 4, 20), one.format(11, 4, 20))


# the thresholds


def drawn(shingles: range, names: str = "", numbers: str = "") -> Sketch:
    """Return a sketch with so many shingles, names and numbers (a letter each)."""
    return Sketch(frozenset(shingles), (), frozenset(numbers), frozenset(names))


FOUND = [
    ("55 of 100", drawn(range(100)), drawn(range(45, 145)), HOUR, Relation.COPY),
    ("54 of 100", drawn(range(100)), drawn(range(46, 146)), HOUR, None),
    ("12 of 20", drawn(range(20)), drawn(range(8, 28)), HOUR, Relation.COPY),
    ("11 of 20", drawn(range(20)), drawn(range(9, 29)), HOUR, None),
    ("9 of 10, one of ten", drawn(range(10)), drawn(range(1, 11)), HOUR, None),
    ("all of 9, and 1 more", drawn(range(9)), drawn(range(10)), HOUR, Relation.COPY),
    ("all of 9, and 2 more", drawn(range(9)), drawn(range(11)), HOUR, None),
    ("all of 100 in 250", drawn(range(100)), drawn(range(250)), HOUR, Relation.COPY),
    ("all of 100 in 251", drawn(range(100)), drawn(range(251)), HOUR, Relation.EXCERPT_OF),
    ("149 after 72 hours", drawn(range(149)), drawn(range(1, 150)), timedelta(hours=72), Relation.COPY),
    ("149 after 73 hours", drawn(range(149)), drawn(range(1, 150)), timedelta(hours=73), None),
    ("150 after 73 hours", drawn(range(150)), drawn(range(1, 151)), timedelta(hours=73), Relation.COPY),
    ("3 of 5 numbers", drawn(range(100), "", "abcde"), drawn(range(100), "", "abcxy"), HOUR, Relation.COPY),
    ("2 of 4 numbers", drawn(range(100), "", "abcd"), drawn(range(100), "", "abxy"), HOUR, None),
    ("3 of 5 numbers in a brief", drawn(range(99), "", "abcde"), drawn(range(99), "", "abcxy"), HOUR, None),
    ("3 of 4 numbers in a brief", drawn(range(99), "", "abcd"), drawn(range(99), "", "abcx"), HOUR, Relation.COPY),
    ("numbers in one only", drawn(range(100), "", "abcd"), drawn(range(100)), HOUR, Relation.COPY),
    ("2 of 4 names", drawn(range(100), "abcd"), drawn(range(100), "abxy"), HOUR, Relation.COPY),
    ("1 of 3 names", drawn(range(100), "abc"), drawn(range(100), "axy"), HOUR, None),
    ("1 of 3 names of 9", drawn(range(100), "abc"), drawn(range(100), "amnopqrst"), HOUR, None),
    ("names in one only", drawn(range(100), "abcd"), drawn(range(100)), HOUR, Relation.COPY),
    ("a brief with a name for a name", drawn(range(99), "abcd"), drawn(range(8, 107), "abcx"), HOUR, None),
    ("a brief with more exchanged", drawn(range(99), "abcd"), drawn(range(9, 108), "abcx"), HOUR, Relation.COPY),
    (
        "a longer one with a name for a name",
        drawn(range(100), "abcd"),
        drawn(range(8, 108), "abcx"),
        HOUR,
        Relation.COPY,
    ),
    ("a brief with a name more", drawn(range(99), "abc"), drawn(range(99), "abcx"), HOUR, Relation.COPY),
    ("no shingle", drawn(range(0)), drawn(range(0)), HOUR, None),
]


@pytest.mark.parametrize(
    ("one", "other", "gap", "relation"), [case[1:] for case in FOUND], ids=[case[0] for case in FOUND]
)
def test_so_much_must_be_shared(one: Sketch, other: Sketch, gap: timedelta, relation: Relation | None) -> None:
    found = compare(one, other, gap, same_source=False)
    assert (found.relation if found else None) is relation


def test_a_brief_in_two_papers_with_notes_of_their_own_is_a_copy() -> None:
    brief = OBITUARY.format(name="Edith Marlow", day="Friday", age=81, place="Pelham", last="Marlow", funeral="Tuesday")
    one = f"{brief} Have you seen more than this? Please write to our colleague Anna Berg at the desk in Osterby."
    other = f"{brief} For more of what happens in the county, sign up for the letter of Jens Holm from Vellby now."
    assert is_copy(one, other)


# the original
