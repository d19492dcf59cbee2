"""The words beside every article."""

from datetime import UTC, datetime

import pytest

from aggregator.core.attribution import Wording, as_html, disclaimer, link_text, rights, sentence

WHEN = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("en", "Source: "),
        ("de", "Quelle: "),
        ("fr", "Source : "),
        ("es", "Fuente: "),
        ("de-AT", "Quelle: "),
        ("xx", "Source: "),
    ],
)
def test_the_source_is_named_first_in_the_language_of_the_text(language: str, begins: str) -> None:
    said = sentence("Der Bote", ("A. Name", "B. Name"), WHEN, language)
    assert said.startswith(f"{begins}Der Bote.")
    assert "A. Name, B. Name." in said
    assert said.endswith("2026-11-24.")


def test_nothing_is_made_up_where_the_byline_or_the_date_is_unknown() -> None:
    assert sentence("The Post", (), None, "en") == "Source: The Post."


def test_the_link_names_the_source() -> None:
    assert "The Post" in link_text("The Post", "en")


def test_a_hostile_name_or_address_stays_text() -> None:
    html = as_html("By <b>", 'https://a.example/?q="><script>', "<script>x</script>", "en")
    assert "<script" not in html
    assert '">' not in html.split("href=")[1].split(">")[0].strip('"')


def test_the_rights_line_names_the_licence_or_reserves_all() -> None:
    assert "CC-BY-4.0" in rights("The Post", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")
    assert "excerpt" in rights("The Post", "", "")


def test_a_work_in_the_public_domain_bears_no_copyright_sign() -> None:
    assert "©" not in rights("NASA", "US-PD", "https://example.org/pd")
    assert "©" not in rights("NASA", "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/")


def test_the_disclaimer_says_where_to_turn_to_if_the_operator_does() -> None:
    assert "mail@site.example" in disclaimer(Wording(contact="mail@site.example"))
    assert "concern" not in disclaimer(Wording())
