"""Sentences end where each script ends them."""

import pytest

from aggregator.core.sentences import LONGEST, MOST, shared, split


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Dr. Smith left. He said: “No.” Why? J. Roe stayed!",
            ["Dr. Smith left.", "He said: “No.”", "Why?", "J. Roe stayed!"],
        ),
        ("It cost 3.5 million in the U.S. last year. So.", ["It cost 3.5 million in the U.S. last year.", "So."]),
        ("他走了。“我也走！”他说。", ["他走了。", "“我也走！”", "他说。"]),
        ("「行く。」と言った。終わり", ["「行く。」", "と言った。", "終わり"]),
        ("قال ذلك؟ نعم۔ انتهى.", ["قال ذلك؟", "نعم۔", "انتهى."]),
        ("वह गया। वह आया॥ ठीक", ["वह गया।", "वह आया॥", "ठीक"]),
        ("One\n\n  two  \nthree", ["One", "two", "three"]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_a_text_is_split_by_the_marks_of_its_script(text: str, found: list[str]):
    assert split(text) == found


def test_sentences_and_their_number_are_bounded_and_nothing_is_lost():
    assert list(map(len, split("x" * (LONGEST + 1)))) == [LONGEST, 1]
    many = split("Yes sir. " * (MOST + 10))
    assert len(many) == MOST
    assert " ".join(many) == ("Yes sir. " * (MOST + 10)).strip()


@pytest.mark.parametrize(
    ("before", "after", "pairs"),
    [
        ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
        ("abc", "xacx", [(0, 1), (2, 2)]),
        ("aab", "aa", [(0, 0), (1, 1)]),
        ("abc", "", []),
        ("cab", "abc", [(1, 0), (2, 1)]),
    ],
)
def test_what_two_texts_share_keeps_its_order(before: str, after: str, pairs: list[tuple[int, int]]):
    assert shared(list(before), list(after)) == pairs
