"""An operator's override of what is read from a page: CSS selectors and XPath on the page's tree."""

from collections.abc import Iterable
from copy import copy
from functools import lru_cache

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from aggregator.core.errors import Refused
from aggregator.core.override import Override, is_xpath

MOST_ELEMENTS = 500  # that an expression may match
_WITHOUT_ROOT = {"html", "body", "head"}  # are never removed
_CSS = HTMLTranslator()


@lru_cache(maxsize=512)
def compiled(expression: str) -> etree.XPath:
    """Return an expression of an override, ready to be asked; Refused when it is neither CSS nor XPath 1.0."""
    try:
        path = expression if is_xpath(expression) else _CSS.css_to_xpath(expression, prefix="descendant-or-self::")
        return etree.XPath(path, smart_strings=False)
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise Refused(
            f"the expression {expression!r} cannot be read ({error}): allowed are CSS selectors as browsers know them, "
            'and XPath 1.0 that begins with "/", "(" or "./"'
        ) from error


def check(override: Override) -> None:
    """Refuse an override with an expression that cannot be compiled, so that it is never stored."""
    for expression in (*override.body, *override.remove, *override.title):
        compiled(expression)


def apply(tree: HtmlElement, override: Override) -> tuple[HtmlElement | None, str]:
    """Remove what an override removes; return a page of what it takes for the body (None when nothing matches), and
    the headline ('' without one).
    """
    remove(tree, override)
    return body(tree, override), title(tree, override)


def remove(tree: HtmlElement, override: Override) -> None:
    """Take the elements that the override removes out of the tree; their tails stay."""
    for element in _matched(tree, override.remove):
        if element.getparent() is not None and element.tag not in _WITHOUT_ROOT:
            element.drop_tree()


def title(tree: HtmlElement, override: Override) -> str:
    """Return the text of the first element that the override takes for the headline, on one line; '' without one."""
    for expression in override.title:
        for element in _matched(tree, (expression,)):
            if said := " ".join(" ".join(map(str, element.itertext())).split()):
                return said
    return ""


def body(tree: HtmlElement, override: Override) -> HtmlElement | None:
    """Return a page that holds copies of the elements that the override takes for the body, None when there are none.

    An element that stands in another one that is taken is there once.
    """
    taken = set(_matched(tree, override.body))
    if not taken:
        return None
    page = document_fromstring("<html><body><article></article></body></html>")
    article = page[0][0]
    for element in tree.iter(etree.Element):
        if element in taken and not any(above in taken for above in element.iterancestors()):
            twin = copy(element)
            twin.tail = None
            if twin.tag in _WITHOUT_ROOT:
                twin.tag = "div"
            article.append(twin)
    return page


def _matched(tree: HtmlElement, expressions: Iterable[str]) -> list[HtmlElement]:
    """Return the elements that expressions match, each once; what is no element (a text, a number) is not counted."""
    found: dict[HtmlElement, None] = {}
    for expression in expressions:
        try:
            result = compiled(expression)(tree)
        except etree.XPathEvalError as error:
            raise Refused(
                f"the expression {expression!r} cannot be evaluated ({error}): change the override"
            ) from error
        if isinstance(result, list):
            matched = [each for each in result[:MOST_ELEMENTS] if isinstance(each, HtmlElement)]
            found.update(dict.fromkeys(each for each in matched if isinstance(each.tag, str)))
    return list(found)
