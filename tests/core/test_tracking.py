"""Addresses without what only says how a reader came; all else stays as it is written."""

import pytest

from aggregator.core.tracking import untracked
from aggregator.core.url import key

HOME = "https://post.example/a"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("?utm_source=rss&utm_medium=feed", ""),
        ("?id=7&utm_source=rss&b=%C3%A9", "?id=7&b=%C3%A9"),
        ("?utm%5Fsource=rss&id", "?id"),
        ("?id=7#part", "?id=7#part"),
        ("?fbclid=x#part", "#part"),
        ("?ref=main", "?ref=main"),
        ("?", "?"),
        ("", ""),
        ("?a=1&&b=2", "?a=1&&b=2"),
    ],
)
def test_tracking_goes_and_the_page_is_the_same(given: str, expected: str) -> None:
    assert untracked(HOME + given) == HOME + expected
    assert key(HOME + given) == key(HOME + expected)
