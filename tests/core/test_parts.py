"""Parts of an article that is split: which addresses are its own, and in what order they follow."""

import pytest

from aggregator.core.parts import MAX_PARTS, following, number

AT = "https://www.post.example/news/old-mill-burns"


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        (AT, f"{AT}/2", 2),
        (AT, f"{AT}/page/3/", 3),
        (AT, f"{AT}?page=2", 2),
        (AT, f"{AT}?seite=2&x=1", 2),
        (AT, f"{AT}-2", 2),
        (f"{AT}.html", f"{AT}-2.html", 2),
        (f"{AT}.html", f"{AT},2.html", 2),
        (f"{AT}-2.html", f"{AT}-3.html", 3),
        (AT, "https://post.example/news/old-mill-burns/2", 2),
        (AT, "https://other.example/news/old-mill-burns/2", 0),
        (AT, f"{AT}-again", 0),
        (AT, f"{AT}/comments", 0),
        (AT, f"{AT}?id=2", 0),
        (AT, f"{AT}?page=2000", 0),
        (AT, f"{AT}?page=²", 0),
        (AT, "https://www.post.example/news/2", 0),
        ("https://www.post.example/news", "https://www.post.example/news/2", 0),
        (f"{AT}-84", f"{AT}-85", 0),
        (f"{AT}.html", f"{AT}-2.php", 0),
        (AT, "http://[::1", 0),
        (AT, AT, 0),
    ],
)
def test_a_part_is_the_pages_own_address_with_a_number(url: str, other: str, expected: int):
    assert number(url, other) == expected


@pytest.mark.parametrize(
    ("url", "links", "expected"),
    [
        (AT, [(f"{AT}/3", "3", False), (f"{AT}/2", "2", False)], (f"{AT}/2", f"{AT}/3")),
        (AT, [(f"{AT}/2", "Weiter", False), (f"{AT}/2?x", "2", False)], (f"{AT}/2",)),
        (AT, [(f"{AT}/2", "", True)], (f"{AT}/2",)),
        (AT, [(f"{AT}/2", "Two men held", False)], ()),
        (AT, [(f"{AT}/2", "2 men, 3 mills", False)], ()),
        (AT, [("https://www.post.example/news/ferry-aground", "next", True)], ()),
        (AT, [(f"{AT}/2", "2", False), (f"{AT}/4", "4", False)], (f"{AT}/2",)),
        (f"{AT}/2", [(f"{AT}/3", "3", False), (f"{AT}/2", "2", False)], (f"{AT}/3",)),
        (f"{AT}?page=2", [(f"{AT}?page=3", "3", False), (AT, "1", False)], (f"{AT}?page=3",)),
        ("http://[::1", [(f"{AT}/2", "2", False)], ()),
        (AT, [], ()),
    ],
)
def test_the_parts_that_follow_are_told_in_order(
    url: str, links: list[tuple[str, str, bool]], expected: tuple[str, ...]
):
    assert following(url, links) == expected


def test_parts_are_bounded():
    assert len(following(AT, [(f"{AT}/{n}", str(n), False) for n in range(2, 99)])) == MAX_PARTS
