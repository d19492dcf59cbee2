"""An operator's expressions on real trees: what they take, what they remove, and what is refused."""

import pytest
from lxml import html

from aggregator.adapters import html_tree, overrides
from aggregator.core.errors import Refused
from aggregator.core.override import Override

PAGE = b"""<html><head><title>T</title></head><body>
<div id=a class="story main"><h1> The  old <b>mill</b></h1><p>One <a href=/x>link</a>.</p><div class=ad>Buy</div><p>Two.</p></div>
<div id=b><p class=x>Three.</p> tail</div></body></html>"""


def tree() -> html.HtmlElement:
    return html_tree.parse(PAGE, "utf-8")


def words(element: html.HtmlElement | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (".story p", "One link.Two."),
        ("div.story > p:first-of-type", "One link."),
        ("#b", "Three. tail"),
        ("[class~=main] .ad", "Buy"),
        ("p:not(.x)", "One link.Two."),
        ("//div[@id='b']/p", "Three."),
        ("(//p)[2]", "Two."),
        ("./body/div[2]/p", "Three."),
        (".//p[contains(., 'Two')]", "Two."),
        ("//p/text()", ""),
        ("//p/@class", ""),
        (".nothing", ""),
    ],
)
def test_css_and_xpath_take_elements(expression: str, expected: str):
    assert words(overrides.body(tree(), Override(body=(expression,)))) == expected


def test_what_is_taken_stands_in_the_order_of_the_page_and_once():
    found = overrides.body(tree(), Override(body=("#b p", "#a", "#a p", "h1")))
    assert words(found) == "The old millOne link.BuyTwo.Three."


def test_the_page_itself_keeps_what_is_taken():
    page = tree()
    overrides.body(page, Override(body=("#a",)))
    assert words(page.find("body")).startswith("The old mill")


def test_the_whole_body_may_be_taken():
    found = overrides.body(tree(), Override(body=("body",)))
    assert found is not None
    assert words(found).endswith("Three. tail")
    assert [child.tag for child in found[0][0]] == ["div"]


def test_what_is_removed_goes_before_the_body_is_taken():
    found, title = overrides.apply(tree(), Override(body=("#a",), remove=(".ad", "//h1"), title=("h1",)))
    assert words(found) == "One link.Two."
    assert title == ""


def test_text_behind_a_removed_element_stays_and_the_page_cannot_be_removed():
    page = tree()
    overrides.remove(page, Override(remove=("p.x", "html", "body")))
    assert words(page.find("body")).endswith("Two. tail")


def test_the_title_is_the_first_element_with_text():
    assert overrides.title(tree(), Override(title=(".nothing", "h1", "p"))) == "The old mill"
    assert overrides.title(tree(), Override(title=(".nothing",))) == ""


@pytest.mark.parametrize(
    "expression", ["p[", "p::before", "p:unknown-thing", "//p[", "(//p", "//p[nothing()]", "//x:p", "count(//p", "!"]
)
def test_what_cannot_be_read_is_refused_and_says_what_is_allowed(expression: str):
    with pytest.raises(Refused, match=r"cannot be (read|evaluated)"):
        overrides.apply(tree(), Override(body=(expression,)))


@pytest.mark.parametrize("field", ["body", "remove", "title"])
def test_an_override_is_checked_before_it_is_stored(field: str):
    overrides.check(Override(**{field: ("p", "//p")}))
    with pytest.raises(Refused, match="allowed are CSS selectors"):
        overrides.check(Override(**{field: ("p", "p[")}))
