"""From bytes to one tree: decoded by the rules of HTML, bounded in size, number and depth, parsed once."""

import codecs
import re

from charset_normalizer import from_bytes
from lxml import etree
from lxml.html import HtmlElement

from aggregator.core import encoding
from aggregator.core.errors import Unreadable

MAX_BYTES = 5 * 1024 * 1024
MAX_ELEMENTS = 30_000  # news pages have a thousand, rarely four thousand
MAX_CHILDREN = 2_500  # of one element: what follows takes time by their square
MAX_DEPTH = 200  # the parser stops at 256 and drops the rest without a word
LONG_TAG = 8_000  # bytes
MAX_WORDS = 50_000  # in all long tags: the parser takes time by the square of an element's attributes
SNIFFED = 4096  # bytes in which a page names its encoding (HTML standard, 13.2.3.2, asks for 1024)
GUESSED = 50_000  # bytes that are looked at to detect an encoding

_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_OPENED = re.compile(rb"<[a-z]", re.IGNORECASE)
_WORD = re.compile(rb"[\s/=]+")
_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_ALL = etree.XPath("count(//*)")
_WIDE = etree.XPath(f"boolean(//*[*[{MAX_CHILDREN + 1}]])")
_UNFIT = bytes({*range(32), 127} - {9, 10, 13})  # control characters that XML cannot hold


def decode(body: bytes, charset: str) -> str:
    """Return the text of a page: by byte order mark, UTF-8 where it is valid, HTTP, the page's word, else detection.

    `charset` is what HTTP says, or ''; its Latin-1 gives way to the page's own word, as it is a server's default.
    """
    found = _META.search(body[:SNIFFED])
    own = found[1].decode("ascii", "replace").lower() if found else ""
    latin = charset.replace("_", "-").lower() in {"", "iso-8859-1", "latin-1", "latin1"}
    return encoding.decoded(body, (own or charset) if latin else charset, _guess)[0]


def _guess(body: bytes) -> str:
    best = from_bytes(body[:GUESSED]).best()
    return best.encoding if best else ""


def parse(body: bytes, charset: str) -> HtmlElement:
    """Return the page as a tree; Unreadable when it is empty, too large, too deep or has too many elements."""
    if len(body) > MAX_BYTES:
        raise Unreadable(f"a page of {len(body)} bytes is too large, {MAX_BYTES} are read")
    if _swollen(body):
        raise Unreadable(f"the page has tags of more than {MAX_WORDS} words")
    tree = _tree(_as_utf8(body, charset).translate(None, _UNFIT))
    _bounded(tree)
    return tree


def _swollen(body: bytes) -> bool:
    """Whether there is too much in long tags; what follows a "<" up to a ">" that is far away is taken for one."""
    words = start = 0
    while start < len(body):
        close = body.rfind(b">", start, start + LONG_TAG)
        if close < 0:
            close = body.find(b">", start + LONG_TAG)
            close = len(body) if close < 0 else close
            opened = _OPENED.search(body, start, close)
            words += len(_WORD.split(body[opened.start() : close])) if opened else 0
        start = close + 1
    return words > MAX_WORDS


def _as_utf8(body: bytes, charset: str) -> bytes:
    """Return the page in UTF-8; what is that already is not touched."""
    if b"\0" not in body[:256] and not body.isascii():
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return body.removeprefix(codecs.BOM_UTF8)
    return decode(body, charset).encode("utf-8", "replace")


def _tree(text: bytes) -> HtmlElement:
    if not text.strip():
        raise Unreadable("the page is empty")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    try:
        tree = etree.fromstring(text, parser)
    except etree.LxmlError as error:
        raise Unreadable(f"the page cannot be parsed: {error}") from error
    if not isinstance(tree, HtmlElement):
        raise Unreadable("the page holds nothing that can be parsed")
    return tree


def _bounded(tree: HtmlElement) -> None:
    """Refuse a tree that has too many elements, in all or side by side, or is too deep."""
    if _ALL(tree) > MAX_ELEMENTS:
        raise Unreadable(f"the page has too many elements, {MAX_ELEMENTS} are read")
    if _WIDE(tree):
        raise Unreadable(f"the page has more than {MAX_CHILDREN} elements side by side")
    if _DEEP(tree):
        raise Unreadable(f"the page is nested too deep: elements are read down to {MAX_DEPTH}")
