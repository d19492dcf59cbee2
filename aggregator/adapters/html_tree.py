"""From bytes to one tree: decoded by the rules of HTML, bounded in size, number and depth, parsed once."""

import codecs
import re

from charset_normalizer import from_bytes
from lxml import etree
from lxml.html import HtmlElement

from aggregator.core.errors import Unreadable

MAX_BYTES = 5 * 1024 * 1024
MAX_ELEMENTS = 60_000
MAX_ATTRIBUTE = 100_000
SNIFFED = 4096  # bytes in which a page names its encoding (HTML standard, 13.2.3.2, asks for 1024)

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
# What a page calls by the first name is by the HTML standard (Encoding, section 4.2) the second.
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252", "gb2312": "gb18030"}
_NUMBER = etree.XPath("count(//*)")
_SWOLLEN = etree.XPath(f"//*[@*[string-length() > {MAX_ATTRIBUTE}]]")
_UNFIT = bytes({*range(32), 127} - {9, 10, 13})  # control characters that XML cannot hold
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(body: bytes, charset: str) -> str:
    """Return the text of a page: by byte order mark, HTTP, its own word, UTF-8 if it is that, else by detection."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for named in (charset, _declared(body)):
        text = _decoded(body, named)
        if text is not None:
            return text
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(body[:200_000]).best()
        return body.decode(best.encoding if best else "cp1252", "replace")


def _declared(body: bytes) -> str:
    found = _XML.match(body[:SNIFFED]) or _META.search(body[:SNIFFED])
    return found[1].decode("ascii").lower() if found else ""


def _decoded(body: bytes, named: str) -> str | None:
    """Return the text by a named encoding, or None when that is unknown or plainly wrong."""
    if not named:
        return None
    try:
        encoding = codecs.lookup(_MEANT.get(named.lower(), named)).name
        if encoding == "utf-8" and b"\xff" in body[:2]:
            return None
        text = body.decode(encoding, "replace")
    except (LookupError, UnicodeDecodeError, ValueError):
        return None
    return None if text.count("\ufffd") > max(len(text) // 200, 5) else text


def parse(body: bytes, charset: str) -> HtmlElement:
    """Return the page as a tree; Unreadable when it is empty, too large or has too many elements."""
    if len(body) > MAX_BYTES:
        raise Unreadable(f"a page of {len(body)} bytes is too large, {MAX_BYTES} are read")
    tree = _tree(_as_utf8(body, charset).translate(None, _UNFIT))
    _bounded(tree)
    return tree


def _as_utf8(body: bytes, charset: str) -> bytes:
    """Return the page in UTF-8; what is that already, and says nothing else, is not touched."""
    if charset in {"utf-8", "utf8"} and not body.startswith(_WIDE):
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
    """Refuse a tree of too many elements; empty attributes that no article has (libxml2 itself bounds the depth)."""
    number = int(_NUMBER(tree))
    if number > MAX_ELEMENTS:
        raise Unreadable(f"the page has {number} elements, {MAX_ELEMENTS} are read")
    for element in _SWOLLEN(tree):
        element.attrib.clear()
