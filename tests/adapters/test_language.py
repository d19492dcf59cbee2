"""Naming languages: the text decides, what is stated breaks ties."""

from pathlib import Path

import pytest

from aggregator.adapters.language import identify

TEXTS = Path(__file__).parents[1] / "data" / "texts"


@pytest.mark.parametrize("file", sorted(TEXTS.glob("*.txt")), ids=lambda file: file.stem)
def test_the_text_tells_its_language_whatever_the_page_says(file: Path):
    assert identify(file.read_text(), "xx") == file.stem[:2]


@pytest.mark.parametrize(
    ("text", "stated", "expected"),
    [
        ("", "de-AT", "de"),
        ("Kurz.", "pt_BR", "pt"),
        ("Kurz.", "", ""),
        ("Kurz.", "EN", "en"),
    ],
)
def test_what_is_stated_stands_where_the_text_says_too_little(text: str, stated: str, expected: str):
    assert identify(text, stated) == expected
