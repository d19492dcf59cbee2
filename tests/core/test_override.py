"""An override is bounded before it is stored."""

import pytest

from aggregator.core.errors import Refused
from aggregator.core.override import LONGEST, MOST, MOST_STEPS, Override, is_xpath


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (("p",) * (MOST + 1), "21 expressions, 20 are allowed"),
        (("",), "is empty"),
        (("  ",), "is empty"),
        (("p" * (LONGEST + 1),), "301 characters, 300 are allowed"),
        (("//a" * (MOST_STEPS + 1),), "more than 8 conditions"),
        (("a" + "[b]" * (MOST_STEPS + 1),), "more than 8 conditions"),
    ],
)
@pytest.mark.parametrize("field", ["body", "remove", "title"])
def test_what_is_too_much_is_refused_with_what_is_allowed(field: str, body: tuple[str, ...], why: str):
    with pytest.raises(Refused, match=why):
        Override(**{field: body})


def test_the_number_counts_for_all_three_together():
    Override(body=("a",) * 7, remove=("b",) * 7, title=("c",) * 6)
    with pytest.raises(Refused, match="21 expressions"):
        Override(body=("a",) * 7, remove=("b",) * 7, title=("c",) * 7)


@pytest.mark.parametrize("fine", ["p" * LONGEST, "//a" * MOST_STEPS, "div.story > p:not(.ad)"])
def test_what_is_within_bounds_is_taken(fine: str):
    assert Override(remove=(fine,)).remove == (fine,)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("//p", True), ("(//p)[1]", True), ("./p", True), (".//p", True), (" /html", True),
        (".story", False), ("p", False), ("#a", False), ("[itemprop]", False), ("*", False),
    ],
)  # fmt: skip
def test_a_path_is_xpath_and_the_rest_css(expression: str, expected: bool):
    assert is_xpath(expression) is expected
