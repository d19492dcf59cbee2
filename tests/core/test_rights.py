"""What may be shown, and by which rule."""

from dataclasses import replace

import pytest

from aggregator.core.rights import Caps, Form, decide
from aggregator.core.source import Show, Source

PLAIN = Source(1, "outlet", "An Outlet", "https://outlet.example/", "", "en", Show.EXCERPT, "", "", "", "active")
LICENSED = replace(
    PLAIN,
    show=Show.FULL,
    licence="CC-BY-4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    licence_stated_at="https://outlet.example/terms",
)


@pytest.mark.parametrize(
    ("source", "paywalled", "credit", "form", "first_rule"),
    [
        (PLAIN, False, "", Form.EXCERPT, "default"),
        (LICENSED, False, "", Form.FULL, "source.licence"),
        (LICENSED, True, "", Form.EXCERPT, "page.paywall"),
        (LICENSED, False, "AP", Form.EXCERPT, "wire"),
        (replace(LICENSED, licence=""), False, "", Form.EXCERPT, "source.show"),
        (replace(LICENSED, licence_url=""), False, "", Form.EXCERPT, "source.show"),
        (replace(LICENSED, show=Show.EXCERPT), False, "", Form.EXCERPT, "default"),
        (replace(LICENSED, show=Show.HEADLINE), False, "", Form.HEADLINE, "source.show"),
    ],
)
def test_the_whole_text_goes_out_only_where_a_licence_says_so(
    source: Source, paywalled: bool, credit: str, form: Form, first_rule: str
) -> None:
    decision = decide(source, paywalled=paywalled, credit=credit, caps=Caps())
    assert decision.form is form
    assert decision.rules[0].startswith(first_rule)


def test_an_excerpt_has_at_most_forty_words_unless_the_operator_says_otherwise() -> None:
    assert decide(PLAIN, paywalled=False, credit="", caps=Caps()).words == 40
    few = decide(PLAIN, paywalled=False, credit="", caps=Caps(words=7, chars=50))
    assert (few.words, few.chars) == (7, 50)
    assert "7 words" in few.rules[0]


def test_the_rule_names_where_the_licence_is_stated() -> None:
    assert "https://outlet.example/terms" in decide(LICENSED, paywalled=False, credit="", caps=Caps()).rules[0]
