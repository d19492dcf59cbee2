"""HTML as it stands turned into trafilatura's elements, for elements that an operator has named: nothing is judged."""

from lxml import etree
from lxml.etree import _Element
from lxml.html import HtmlElement

_HEADS = {f"h{level}": f"h{level}" for level in range(1, 7)}
_BLOCKS = {
    "p": "p", "ul": "list", "ol": "list", "dl": "list", "li": "item", "dt": "item", "dd": "item",
    "blockquote": "quote", "q": "span", "pre": "code", "table": "table", "tr": "row", "td": "cell", "th": "cell",
}  # fmt: skip
_INLINE = {
    "a": "ref", "code": "code", "br": "lb", "del": "del", "s": "del", "strike": "del", "strong": "hi", "b": "hi",
    "em": "hi", "i": "hi", "u": "hi", "sub": "hi", "sup": "hi", "kbd": "hi", "samp": "hi", "tt": "hi",
}  # fmt: skip
_LOOKS = {
    "strong": "#b", "b": "#b", "em": "#i", "i": "#i", "u": "#u", "sub": "#sub", "sup": "#sup", "kbd": "#t",
    "samp": "#t", "tt": "#t",
}  # fmt: skip
_WORDS = {"span", "abbr", "cite", "time", "small", "mark", "font", "bdi", "bdo", "ruby", "wbr", "ins", "label", "dfn"}
_PASSED = {"thead", "tbody", "tfoot"}
_STANDS = {"p", "head", "list", "quote", "code", "table"}


def convert(tree: HtmlElement) -> _Element:
    """Return what is in a tree as trafilatura's elements under a `body`; text that stands by itself is a paragraph.

    Boxes (div, section and all that is unknown) are opened. Takes time by the number of elements; the depth of a tree
    is bounded where it is parsed.
    """
    body = etree.Element("body")
    _Writer(body).read(tree)
    return body


class _Writer:
    """Where the words go: into the paragraph that is open, or a new one."""

    def __init__(self, body: _Element) -> None:
        self.body = body
        self.open: _Element | None = None

    def read(self, element: HtmlElement) -> None:
        """Take a box apart."""
        self.say(element.text)
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in _INLINE and not _boxed(child):
                self._paragraph().append(_made(child))
            elif tag in _WORDS and not _boxed(child):
                self._paragraph().append(_made(child, "span"))
            elif tag in _HEADS or _BLOCKS.get(tag, "") in _STANDS:
                self.open = None
                self.body.append(_made(child))
            elif tag:
                self.open = None
                self.read(child)
                self.open = None
            self.say(child.tail)
        self.open = None

    def say(self, text: str | None) -> None:
        """Add text to the open paragraph."""
        if text and (text.strip() or self.open is not None):
            _add(self._paragraph(), text)

    def _paragraph(self) -> _Element:
        if self.open is None:
            self.open = etree.SubElement(self.body, "p")
        return self.open


def _boxed(element: HtmlElement) -> bool:
    """Whether an inline element holds blocks."""
    return any(each.tag in _BLOCKS or each.tag in _HEADS or each.tag == "div" for each in element.iterdescendants())


def _made(element: HtmlElement, name: str = "") -> _Element:
    """Return an HTML element as trafilatura's, with all that is in it."""
    tag = str(element.tag)
    made = etree.Element(name or _BLOCKS.get(tag) or _INLINE.get(tag) or ("head" if tag in _HEADS else "span"))
    _describe(made, element)
    made.text = element.text
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _PASSED:
            made.append(_made(child))
        elif isinstance(child.tag, str):
            for row in child:
                made.append(_made(row))
        _add(made, child.tail)
    return made


def _describe(made: _Element, element: HtmlElement) -> None:
    """Give an element the attributes that its tag stands for."""
    tag = str(element.tag)
    if tag in _HEADS:
        made.set("rend", tag)
    elif tag in {"ul", "ol", "dl"}:
        made.set("rend", "ol" if tag == "ol" else "ul")
    elif tag in _LOOKS:
        made.set("rend", _LOOKS[tag])
    elif tag == "th":
        made.set("role", "head")
    elif tag == "a" and element.get("href"):
        made.set("target", element.get("href", ""))


def _add(made: _Element, text: str | None) -> None:
    """Add text at the end of what is in an element."""
    if not text:
        return
    if len(made):
        made[-1].tail = (made[-1].tail or "") + text
    else:
        made.text = (made.text or "") + text
