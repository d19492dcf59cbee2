"""From bytes to a tree: tables of encodings, and bounds."""

import codecs

import pytest
from lxml.html import HtmlElement

from aggregator.adapters.html_tree import MAX_BYTES, MAX_CHILDREN, MAX_DEPTH, decode, parse
from aggregator.core.errors import Unreadable

GERMAN = "Müßig über Straßenbahn – „Ärger“"
JAPANESE = "霜害の茶畑、百年前の扇風機で守る。町の古い蔵に眠っていた。"
RUSSIAN = "Обсерватория снова открыта для посетителей"


def page(text: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><p>{text}</p></body></html>"


def meta(charset: str) -> str:
    return f'<meta charset="{charset}">'


def http_equiv(charset: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'


@pytest.mark.parametrize(
    ("body", "charset", "expected", "why"),
    [
        (page(GERMAN).encode(), "utf-8", GERMAN, "as the server says"),
        (page(GERMAN).encode(), "", GERMAN, "valid UTF-8 is UTF-8"),
        (page(GERMAN).encode(), "iso-8859-1", GERMAN, "whatever the server says"),
        (page(GERMAN, meta("iso-8859-1")).encode(), "", GERMAN, "or the page"),
        (codecs.BOM_UTF8 + page(GERMAN).encode(), "iso-8859-1", GERMAN, "a byte order mark"),
        (codecs.BOM_UTF16_LE + page(GERMAN).encode("utf-16-le"), "utf-8", GERMAN, "a byte order mark"),
        (page(GERMAN).encode("utf-16-be"), "", GERMAN, "null bytes tell"),
        (page(GERMAN).encode("cp1252"), "iso-8859-1", GERMAN, "Latin-1 means the wider set"),
        (page(GERMAN, http_equiv("ISO-8859-1")).encode("cp1252"), "", GERMAN, "the page's word"),
        (page(GERMAN, meta("windows-1252")).encode("cp1252"), "utf-8", GERMAN, "the server's is plainly wrong"),
        (page(RUSSIAN, meta("windows-1251")).encode("cp1251"), "iso-8859-1", RUSSIAN, "a server's default gives way"),
        (page(RUSSIAN).encode("koi8-r"), "koi8-r", RUSSIAN, "the server's"),
        (page(JAPANESE, http_equiv("Shift_JIS")).encode("cp932"), "", JAPANESE, "the page's"),
        (page(JAPANESE).encode("euc-jp"), "euc-jp", JAPANESE, "the server's"),
        (page(JAPANESE, meta("iso-2022-jp")).encode("iso-2022-jp"), "", JAPANESE, "ASCII that is not"),
        (page(JAPANESE * 9).encode("cp932"), "", JAPANESE * 9, "detected"),
        (page("中文").encode("gb18030"), "gb2312", "中文", "the wider set is meant"),
        (page("plain").encode(), "no-such-set", "plain", "an unknown name"),
        (page("plain", meta("rot13")).encode(), "", "plain", "no encoding of text"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_a_page_is_read_in_the_encoding_it_is_in(body: bytes, charset: str, expected: str, why: str):
    assert parse(body, charset).findtext(".//p") == expected, why


def test_a_few_broken_characters_do_not_change_the_encoding():
    body = page(GERMAN * 20).encode() + b"\xff"
    assert GERMAN in decode(body, "utf-8")


def test_control_characters_are_left_out():
    assert parse(b"<p>a\0b\x08c\x0bd\te</p>", "utf-8").findtext(".//p") == "abcd\te"


@pytest.mark.parametrize("body", [b"", b"  \n", b"\0\0\0"])
def test_an_empty_page_is_refused(body: bytes):
    with pytest.raises(Unreadable, match="empty"):
        parse(body, "utf-8")


def test_comments_and_instructions_are_no_elements():
    tree = parse(b"<p>a<!-- b --><?php c ?>d</p>", "utf-8")
    assert all(isinstance(element, HtmlElement) for element in tree.iter())


def nested(depth: int) -> bytes:
    """Return a page whose deepest element is so deep, under html and body."""
    return b"<html><body>" + b"<div>" * (depth - 2) + b"x"


def test_depth_is_bounded_exactly():
    assert parse(nested(MAX_DEPTH), "utf-8").tag == "html"
    with pytest.raises(Unreadable, match=f"down to {MAX_DEPTH}"):
        parse(nested(MAX_DEPTH + 1), "utf-8")


def test_children_are_bounded_exactly():
    assert len(parse(b"<body>" + b"<p>" * MAX_CHILDREN, "utf-8")[0]) == MAX_CHILDREN
    with pytest.raises(Unreadable, match="side by side"):
        parse(b"<body>" + b"<p>" * (MAX_CHILDREN + 1), "utf-8")


def test_bytes_are_bounded():
    with pytest.raises(Unreadable, match=f"{MAX_BYTES} are read"):
        parse(b"x" * (MAX_BYTES + 1), "utf-8")


def test_large_scripts_and_data_are_no_reason_to_refuse():
    script = "<script>" + "var a = {b: 'c'}; " * 20_000 + "</script>"
    data = "<div data-all='" + '{"a": "b"}, ' * 2_000 + "'>x</div>"
    assert parse(f"<body>{script}{data}<p>text</p>".encode(), "utf-8").findtext(".//p") == "text"
