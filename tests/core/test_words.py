"""Counting and cutting words in scripts with and without spaces."""

import pytest

from aggregator.core.words import count, first, within


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("  \n ", 0),
        ("one", 1),
        ("Two  words\nhere, three", 4),
        ("l'eau d'hiver", 2),
        ("町の古い蔵", 3),
        ("町の古い", 2),
        ("รถไฟสายใหม่", 6),
        ("မြန်မာ", 3),
        ("ភាសាខ្មែរ", 5),
        ("Nikon の新型 camera", 4),
        ("학교가 다시 문을 연다", 4),
        ("स्कूल फिर खुला", 3),
    ],
)
def test_words_are_counted_by_spaces_or_by_pairs_of_characters(text: str, expected: int):
    assert count(text) == expected


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("one two three", 2, "one two…"),
        ("one two three", 3, "one two three"),
        ("one, two; three", 2, "one, two…"),
        ("one two", 0, ""),
        ("町の古い蔵に眠る", 2, "町の古い…"),
        ("町の古い", 2, "町の古い"),
        ("", 5, ""),
    ],
)
def test_the_first_words_end_with_an_ellipsis_where_more_follow(text: str, number: int, expected: str):
    assert first(text, number) == expected
    assert count(first(text, number).removesuffix("…")) <= number


def test_what_is_cut_by_characters_ends_between_words():
    assert within("one two three", 9) == "one two…"
    assert within("one two three", 13) == "one two three"
    assert within("町の古い蔵に眠る", 5) == "町の古い…"
    assert within("one", 0) == ""
