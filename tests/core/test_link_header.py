"""What a Link header says of an address."""

import pytest

from aggregator.core.link_header import MAX_LINKS, linked

BASE = "https://post.example/feeds/all.xml"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('<https://hub.example/>; rel="hub"', "https://hub.example/"),
        ("<https://hub.example/>; rel=hub", "https://hub.example/"),
        ("<https://hub.example/>;rel=hub", "https://hub.example/"),
        ("< https://hub.example/ > ; REL = HUB", "https://hub.example/"),
        ('<https://hub.example/>; rel="self hub"', "https://hub.example/"),
        ('<https://hub.example/>; title="a, b; c"; rel="hub"', "https://hub.example/"),
        ("<https://hub.example/>; title*=UTF-8''n%c3%a4; crossorigin; rel=hub", "https://hub.example/"),
        ("<https://a.example/>; rel=self, <https://hub.example/>; rel=hub", "https://hub.example/"),
        ("<https://one.example/>; rel=hub, <https://two.example/>; rel=hub", "https://one.example/"),
        ("</hub>; rel=hub", "https://post.example/hub"),
        ("<hub>; rel=hub", "https://post.example/feeds/hub"),
        ("<//hub.example/x>; rel=hub", "https://hub.example/x"),
        ("<>; rel=hub", BASE),
        ("<https://hub.example/?a=1,2;3>; rel=hub", "https://hub.example/?a=1,2;3"),
        ("<javascript:alert(1)>; rel=hub, <https://hub.example/>; rel=hub", "https://hub.example/"),
        ("<http://[broken/>; rel=hub, <https://hub.example/>; rel=hub", "https://hub.example/"),
    ],
)
def test_the_first_address_of_a_relation_is_found(header: str, expected: str) -> None:
    assert linked(header, "hub", BASE) == expected


@pytest.mark.parametrize(
    "header",
    [
        "",
        "<https://hub.example/>",
        "https://hub.example/; rel=hub",
        '<https://hub.example/>; rel="hubs"',
        '<https://hub.example/>; rel="not-hub"',
        "<https://hub.example/>; rev=hub",
        '<https://hub.example/>; title="rel=hub"',
        "<https://hub.example/>, rel=hub",
        "<ftp://hub.example/>; rel=hub",
        "<mailto:hub@hub.example>; rel=hub",
        '<https://hub.example/>; rel=""',
        "<https://hub.example/>; rel=self; rel=hub",
        f"<https://hub.example/{'x' * 2_000}>; rel=hub",
    ],
)
def test_what_names_no_address_of_the_web_under_a_relation_gives_nothing(header: str) -> None:
    assert linked(header, "hub", BASE) == ""


@pytest.mark.parametrize("title", ["; rel=hub", "a; rel=hub ;b"])
def test_what_stands_in_quotes_is_no_parameter(title: str) -> None:
    assert linked(f'<https://a.example/>; title="{title}"; rel=self', "hub", BASE) == ""
    assert linked(f'<https://a.example/>; title="{title}"; rel=self', "self", BASE) == "https://a.example/"


def test_each_relation_has_its_own_address() -> None:
    header = '<https://hub.example/>; rel="hub", <https://post.example/all>; rel="self"'
    assert linked(header, "self", BASE) == "https://post.example/all"
    assert linked(header, "next", BASE) == ""


def test_only_the_first_links_of_a_long_header_count() -> None:
    many = "<https://a.example/>; rel=next, " * (MAX_LINKS - 1)
    assert linked(many + "<https://hub.example/>; rel=hub", "hub", BASE) == "https://hub.example/"
    one_more = many + "<https://a.example/>; rel=next, <https://hub.example/>; rel=hub"
    assert linked(one_more, "hub", BASE) == ""
    assert linked(f"{' ' * 20_000}<https://hub.example/>; rel=hub", "hub", BASE) == ""


@pytest.mark.parametrize(
    "header", ["<" * 100_000, "<a>" + "; " * 100_000, "<a>;x" + " " * 100_000, '<a>;x="' + "\\" * 100_000]
)
def test_a_header_that_means_harm_is_read_and_says_nothing(header: str) -> None:
    assert linked(header, "hub", BASE) == ""
