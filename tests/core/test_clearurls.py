"""Rules in the form of ClearURLs: each of its fields, and what is refused."""

import re
from typing import Any

import pytest

from aggregator.core import clearurls
from aggregator.core.errors import Refused

SHOP = r"^https?://(?:[a-z0-9-]+\.)*?shop(?:\.[a-z]{2,})+"
URL = "https://www.shop.example/item"


def made(**fields: Any) -> clearurls.Rules:
    return clearurls.rules([{"providers": {"shop": {"urlPattern": SHOP, **fields}}}])


def test_a_name_is_matched_whole_and_blind_to_case() -> None:
    rules = made(rules=["tr[a-z]*"])
    assert rules.kept(URL, [("Track", "1"), ("xtrack", "1"), ("tr1", "1")]) == [("xtrack", "1"), ("tr1", "1")]


def test_an_alternation_in_a_rule_is_matched_whole_as_well() -> None:
    assert made(rules=["a|b"]).kept(URL, [("a", ""), ("b", ""), ("ab", "")]) == [("ab", "")]


def test_rules_hold_where_the_pattern_is_and_no_exception() -> None:
    rules = made(rules=["t"], exceptions=[r"/cart\?"])
    assert rules.kept(URL, [("t", "1")]) == []
    assert rules.kept("https://shop.example/cart?t=1", [("t", "1")]) == [("t", "1")]
    assert rules.kept("https://news.example/?u=shop.example", [("t", "1")]) == [("t", "1")]


def test_referral_parameters_go_too() -> None:
    assert made(referralMarketing=["tag"]).kept(URL, [("tag", "me-21")]) == []


def test_all_parameters_of_a_complete_provider_go() -> None:
    assert made(completeProvider=True).kept(URL, [("id", "7")]) == []


def test_a_raw_rule_about_a_parameter_takes_it_by_its_value() -> None:
    rules = made(rawRules=[r"[?&]ref=(?:rss|mail)(?=&|#|$)"])
    assert rules.kept(URL, [("ref", "rss"), ("ref", "rssx"), ("ref", "7")]) == [("ref", "rssx"), ("ref", "7")]


def test_any_other_raw_rule_cuts_out_of_the_address() -> None:
    rules = made(rawRules=[r"\/ref=[^/?]*"])
    assert rules.cut("https://shop.example/dp/7/ref=sr_1?id=1") == "https://shop.example/dp/7?id=1"
    assert rules.cut("https://news.example/ref=sr_1") == "https://news.example/ref=sr_1"


def test_a_redirection_names_what_it_leads_to() -> None:
    rules = made(redirections=[r"/out\?to=([^&]+)"])
    assert rules.led("https://shop.example/out?to=https%3A%2F%2Fnews.example%2Fa&x=1") == "https://news.example/a"
    assert rules.led("https://shop.example/in?to=https%3A%2F%2Fnews.example%2Fa") == ""


def test_what_a_site_keeps_wins_over_rules_for_all_sites() -> None:
    everywhere = {"providers": {"all": {"urlPattern": ".*", "rules": ["ref", "id"]}}}
    site = {"providers": {"shop": {"urlPattern": SHOP, "keep": ["ref"], "rules": ["x"]}}}
    rules = clearurls.rules([everywhere, site])
    given = [("ref", "1"), ("id", "2"), ("x", "3")]
    assert rules.kept(URL, given) == [("ref", "1")]
    assert rules.kept("https://news.example/", given) == [("x", "3")]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "of the form"),
        ({"providers": []}, "of the form"),
        ({"providers": {"shop": []}}, "'shop' of the tracking rules is no object"),
        ({"providers": {"shop": {"rules": "a"}}}, "rules of the provider 'shop'"),
        ({"providers": {"shop": {"rules": [1]}}}, "no list of strings"),
        ({"providers": {"shop": {"urlPattern": 1}}}, "is no string"),
        ({"providers": {"shop": {"rules": ["("]}}}, "'(' of 'shop' is no regular expression"),
        ({"providers": {"shop": {"urlPattern": "(?<x>a)"}}}, "is no regular expression"),
        ({"providers": {"shop": {"rules": ["a" * 1001]}}}, "1001 characters, 1000 are allowed"),
        ({"providers": {"shop": {"redirections": ["a"]}}}, "no group"),
        ({"providers": {str(n): {} for n in range(2001)}}, "more than 2000 providers"),
        ({"providers": {"shop": {"rules": ["a"] * 20_001}}}, "or 20000 tracking rules"),
    ],
)
def test_what_is_not_of_the_form_is_refused_by_name(document: Any, said: str) -> None:
    with pytest.raises(Refused, match=re.escape(said)):
        clearurls.rules([document])


def test_a_check_that_refuses_is_told_with_its_rule() -> None:
    def never(_pattern: re.Pattern[str], whole: bool) -> None:
        assert whole
        raise Refused("takes too long")

    with pytest.raises(Refused, match=r"'a\+' of 'shop' takes too long"):
        clearurls.rules([{"providers": {"shop": {"rules": ["a+"]}}}], never)
