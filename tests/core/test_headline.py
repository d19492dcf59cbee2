"""Headlines: tables of what pages offer and what is taken."""

import pytest

from aggregator.core.headline import MAX_LENGTH, alike, choose, folded, tidy, without_site


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Ferry aground off Skarholm", "FERRY AGROUND, off Skarholm!", 1.0, 1.0),
        ("Ferry aground off Skarholm", "Ferry aground off Vellby", 0.5, 0.7),
        ("Ferry aground off Skarholm", "Council argues on lamps", 0.0, 0.0),
        ("霜害の茶畑、百年前の扇風機で守る", "霜害の茶畑 百年前の扇風機で守る", 1.0, 1.0),
        ("霜害の茶畑を扇風機で守る", "霜害の茶畑を風車で守る", 0.5, 0.9),
        ("Ｆｅｒｒｙ　１２", "ferry 12", 1.0, 1.0),
        ("Straßen\u00adbahn", "STRASSENBAHN", 1.0, 1.0),
        ("", "", 0.0, 0.0),
        ("!?", "…", 0.0, 0.0),
    ],
)
def test_headlines_are_compared_by_their_words(one: str, other: str, least: float, most: float):
    assert least <= alike(one, other) <= most
    assert alike(one, other) == alike(other, one)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Ferry aground | Skarholm Post", "Ferry aground"),
        ("Ferry aground - Skarholm Post", "Ferry aground"),
        ("Ferry aground – News – Skarholm Post", "Ferry aground – News"),
        ("Ferry aground — SKARHOLM POST ONLINE", "Ferry aground"),
        ("Skarholm Post: ferry aground", "Skarholm Post: ferry aground"),
        ("Skarholm Post | Ferry aground", "Ferry aground"),
        ("Skarholm Post » Ferry aground » Skarholm Post", "Ferry aground"),
        ("Ferry aground｜Skarholm Post", "Ferry aground"),
        ("Ferry aground：Skarholm Post", "Ferry aground"),
        ("Skarholm Post", "Skarholm Post"),
        ("Half-timbered houses - a walk", "Half-timbered houses - a walk"),
        ("Skarholm Post wins a prize", "Skarholm Post wins a prize"),
        ("Ferry « aground »", "Ferry « aground »"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_a_headline(title: str, expected: str):
    assert without_site(title, ["Skarholm Post"]) == expected


def test_a_title_that_only_adds_parts_to_another_one_is_that_one():
    assert without_site("Ferry aground * by V. Lund * News", [], ["Ferry aground"]) == "Ferry aground"
    assert without_site("Ferry aground again", [], ["Ferry aground"]) == "Ferry aground again"
    assert without_site("Ferry aground-Town", [], ["Ferry aground"]) == "Ferry aground"


H1, LD, OG, TITLE = "h1", "ld+json", "og:title", "title"


@pytest.mark.parametrize(
    ("told", "offered", "expected"),
    [
        ("", [], ("", "")),
        ("Ferry aground", [], ("Ferry aground", "feed")),
        ("Ferry aground", [(H1, "FERRY AGROUND!")], ("Ferry aground", "feed")),
        ("Ferry aground", [(H1, "Live: ferry aground off Skarholm in fog")], ("Ferry aground", "feed")),
        ("Ferry aground off Skarholm", [(H1, "Just a moment...")], ("Just a moment...", H1)),
        ("", [(H1, "Ferry aground"), (H1, "Most read"), (TITLE, "Ferry aground | Post")], ("Ferry aground", "h1 ≈ title")),
        ("", [(H1, "The Post"), (LD, "Ferry aground"), (OG, "Ferry aground | The Post")], ("Ferry aground", "ld+json ≈ og:title")),
        ("", [(H1, "Fog"), (H1, "Ferry aground"), (LD, "Ferry aground"), (TITLE, "Ferry")], ("Ferry aground", "ld+json ≈ h1")),
        ("", [(H1, "Six hours in the fog"), (LD, "Six hours in the fog"), (OG, "Ferry!"), (TITLE, "Ferry!")],
         ("Six hours in the fog", "ld+json ≈ h1")),
        ("", [(H1, "Boat stuck"), (LD, "Boat stuck"), (OG, "Ferry aground"), (TITLE, "Boat stuck")], ("Ferry aground", OG)),
        ("", [(H1, "Ferry aground off Vellby"), (OG, "Ferry aground off…")], ("Ferry aground off Vellby", H1)),
        ("", [(H1, "Ferry aground"), (OG, "The Post")], ("Ferry aground", H1)),
        ("", [(H1, "NEWS FERRY AGROUND"), (LD, "News: ferry aground")], ("News: ferry aground", "ld+json ≈ h1")),
        ("", [(H1, "Ferry aground"), (LD, "FERRY AGROUND")], ("Ferry aground", "h1 ≈ ld+json")),
        ("", [(H1, "…"), (TITLE, "Ferry aground")], ("Ferry aground", TITLE)),
        ("", [(TITLE, "  Ferry\n aground ")], ("Ferry aground", TITLE)),
    ],
)  # fmt: skip
def test_the_headline_is_the_one_that_agrees_best(told: str, offered: list[tuple[str, str]], expected: tuple[str, str]):
    assert choose(told, offered, ["Post", "The Post"]) == expected


def test_headlines_are_bounded_and_on_one_line():
    assert len(tidy("word " * 1000)) == MAX_LENGTH
    assert tidy("a\n b\tc") == "a b c"
    assert folded("  A-b, C! ") == "a b c"
