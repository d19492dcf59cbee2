"""The body of an article: one tree, trafilatura's stages, and what is put right around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from aggregator.adapters import cascade, clean_html, straight
from aggregator.core import boilerplate, trimming, witness
from aggregator.core.blocks import Block
from aggregator.core.errors import Unreadable
from aggregator.core.lead import MOST, Line, lead
from aggregator.core.witness import Witness

MAX_TEXT = 500_000  # characters on a page, without its scripts
MAX_LINES = 1000  # of a page, that may be its lead
_FAILURES = (RecursionError, ValueError, TypeError, AttributeError, IndexError)

# What never holds an article's text: taken out first, which halves the work of what follows.
FURNITURE = (
    "script", "style", "noscript", "svg", "template", "iframe", "nav", "button", "dialog", "input", "select",
    "textarea", "figcaption",
)  # fmt: skip
_LENGTH = etree.XPath("string-length()")
_PICTURES = etree.XPath(
    "//figure[not(.//p or .//table or .//pre or .//blockquote)] | //footer[not(ancestor::blockquote)]"
)
_LAYOUT = etree.XPath("//table[.//h1 or .//td/h2 or .//td[count(p) > 1]]")
_PARTS = etree.XPath("self::* | tr | tbody | tr/td | tbody/tr | tbody/tr/td")
_LINES = etree.XPath(
    "//*[self::p or self::div or self::h1 or self::h2 or self::h3 or self::span or self::strong or self::header]"
    "[not(.//p or .//div or .//h1 or .//h2 or .//h3 or .//li or .//td)][self::h1 or string-length() > 39]"
    "[not(ancestor::a)]"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an article beside its body: how it may be headed, its authors, what the page says that it is
    about, who else has its text, and on how many other pages of the site lines were seen (by their hashes).
    """

    titles: Sequence[str] = ()
    authors: Sequence[str] = ()
    descriptions: Sequence[str] = ()
    witnesses: Sequence[Witness] = ()
    fillers: Sequence[Witness] = ()
    known: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """The blocks of an article, who they are from ('' for the page itself), and the share of the text that another
    witness has too (0 to 1, None without one).
    """

    blocks: list[Block]
    origin: str
    agreement: float | None


def read(tree: HtmlElement, url: str, told: Told) -> Body:
    """Return the body of the article that a page shows, the tree is used up; Unreadable when the page is too much.

    The body is trafilatura's, less what is not the article's, with the lead where the page shows it elsewhere. Where a
    witness has the whole and the page only a part, its text is taken.
    """
    _strip(tree)
    shown = _lines(tree)
    found = _trafilatura(tree, url)
    kept = trimming.trimmed(found, told.titles, told.authors)
    if better := witness.winner(_text(kept), told.fillers):
        blocks = [block for line in better.text.splitlines() if (block := clean_html.paragraph(line)).words]
        return Body(blocks, better.name, witness.agreement(better.text, [w for w in told.witnesses if w != better]))
    kept = boilerplate.without_known(witness.confirmed(kept, told.witnesses), told.known)
    if kept and (said := lead(shown, found, told.descriptions, told.titles)):
        kept = [clean_html.paragraph(said), *kept]
    return Body(kept, "", witness.agreement(_text(kept), told.witnesses))


def read_named(page: HtmlElement, url: str, told: Told) -> Body:
    """Return the body of a page that holds only the elements that an operator has named; the tree is used up.

    Their text is taken as it stands, but for the headline told again: who names elements has decided.
    """
    _strip(page)
    kept = trimming.without_headline(clean_html.blocks(straight.convert(page), url), told.titles)
    return Body(kept, "override", witness.agreement(_text(kept), told.witnesses))


def _trafilatura(tree: HtmlElement, url: str) -> list[Block]:
    try:
        return clean_html.blocks(cascade.body(tree), url)
    except _FAILURES as error:
        raise Unreadable(f"trafilatura failed on this page: {type(error).__name__}: {error}") from error


def _text(found: Sequence[Block]) -> str:
    return "\n".join(block.words for block in found)


def _strip(tree: HtmlElement) -> None:
    """Take out what is no text, and open tables that only lay the page out; Unreadable when too much text is left."""
    etree.strip_elements(tree, *FURNITURE, with_tail=False)
    for element in _PICTURES(tree):
        if element.getparent() is not None:
            element.drop_tree()
    for part in [part for table in _LAYOUT(tree) for part in _PARTS(table)]:
        part.tag = "div"
    if (length := int(_LENGTH(tree))) > MAX_TEXT:
        raise Unreadable(f"the page has {length} characters of text, {MAX_TEXT} are read")


def _lines(tree: HtmlElement) -> list[Line]:
    """Return the text of the elements that hold no others, of headlines and of what is long enough to be a lead."""
    found = []
    for element in _LINES(tree)[:MAX_LINES]:
        line = " ".join("".join(map(str, element.itertext())).split())
        if 0 < len(line) <= MOST:
            found.append(Line(element.tag, line))
    return found
