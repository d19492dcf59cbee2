"""Plain text: what is unseen or cannot be written goes, paragraphs become lines, and language tags keep their shape."""

import pytest

from aggregator.core.plain import fit, folded, language, line, paragraphs


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One.</p><p>Two <b>bold</b>\n words.</p>", "One.\nTwo bold words."),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>a</li><li>b &amp; c</li></ul>", "a\nb & c"),
        ("a<script>no('<p>')</script>b<style>p{}</style><!-- <p>c</p> -->d", "a b d"),
        ("a<SCRIPT>x</SCRIPT >b<!-- open <p>c</p>", "a b c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("&lt;p&gt;told&lt;/p&gt;", "<p>told</p>"),
        ("<p>\u200b\x00</p><p> </p>", ""),
        ("<P CLASS='x'>a</P><TD>b</TD>", "a\nb"),
    ],
)
def test_paragraphs_become_lines(html: str, expected: str) -> None:
    assert paragraphs(html) == expected


def test_an_endless_tag_ends() -> None:
    assert len(paragraphs("<p " * 100_000)) > 0
    assert paragraphs("<" * 100_000) == "<" * 100_000
    assert paragraphs("<script>" * 100_000) == ""
    assert line("<script>" * 100_000) == ""


@pytest.mark.parametrize("unfit", ["\x00", "\x0b", "\x1f", "\x7f", "\x80", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_goes(unfit: str) -> None:
    assert fit(f"a{unfit}b\n\tc") == "ab\n\tc"


def test_folded_text_is_on_one_line_without_what_is_unseen() -> None:
    assert folded(" a\u200b\n\u202eb  c ") == "a b c"


@pytest.mark.parametrize(("said", "tag"), [("de_AT", "de-AT"), (" en ", "en"), ("x" * 9, ""), ("deutsch, bitte", "")])
def test_a_language_tag_keeps_its_shape(said: str, tag: str) -> None:
    assert language(said) == tag


def test_all_words_of_a_fragment_stand_on_one_line() -> None:
    told = "<p>One &amp; <b>two</b></p><script>x()</script><!-- no -->\n<p>three</p>"
    assert line(told) == "One & two three"
