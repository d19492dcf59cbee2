"""The parts of a split article put together: order, repetitions, bounds."""

from dataclasses import replace

import pytest

from aggregator.core.article import Extraction
from aggregator.core.joining import joined, lines


def part(*blocks: str, links: int = 1) -> Extraction:
    text = "\n".join(line for block in blocks for line in lines(block))
    return Extraction(
        title="T", authors=("A",), published=None, modified=None, language="en", text=text, html="\n".join(blocks),
        links=links, next_urls=("https://post.example/2",), agreement=0.5,
    )  # fmt: skip


def test_the_text_of_all_parts_is_there_in_order():
    found = joined([part("<p>a</p>", "<p>b</p>"), part("<p>c</p>"), part("<h2>d</h2>", "<p>e</p>", links=4)])
    assert found.text == "a\nb\nc\nd\ne"
    assert found.html == "<p>a</p>\n<p>b</p>\n<p>c</p>\n<h2>d</h2>\n<p>e</p>"
    assert (found.links, found.next_urls, found.agreement) == (6, (), None)
    assert (found.title, found.authors) == ("T", ("A",))


def test_what_was_told_before_is_told_once():
    found = joined(
        [part("<p>Lead.</p>", "<p>a</p>"), part("<p>LEAD</p>", "<p>b</p>"), part("<p>b</p>", "<p>Lead.</p>")]
    )
    assert found.text == "Lead.\na\nb"
    assert found.html == "<p>Lead.</p>\n<p>a</p>\n<p>b</p>"


def test_what_a_part_repeats_within_itself_on_the_first_page_stays():
    assert joined([part("<p>Again!</p>", "<p>Again!</p>"), part("<p>b</p>")]).text == "Again!\nAgain!\nb"


def test_one_part_is_returned_as_it_is():
    assert joined([part("<p>a</p>")]) == part("<p>a</p>")


def test_ten_parts_are_joined_and_no_more():
    assert joined([part(f"<p>p{n}</p>") for n in range(15)]).text == "\n".join(f"p{n}" for n in range(10))


def test_parts_without_text_add_nothing():
    empty = replace(part(), text="", html="")
    assert joined([part("<p>a</p>"), empty, part("<p>b</p>")]).text == "a\nb"
    assert joined([empty, part("<p>b</p>")]).html == "<p>b</p>"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("<p>a &amp; <em>b</em> &lt;i&gt;</p>", ["a & b <i>"]),
        ('<p dir="rtl">a<br>b</p>', ["a", "b"]),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", ["a", "b", "c"]),
        ("<blockquote><p>a</p><p>b</p></blockquote>", ["a", "b"]),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", ["a b", "c"]),
        ("<pre><code>if a:\n  b\n</code></pre>", ["if a: b"]),
        ('<h3 dir="rtl">x</h3>', ["x"]),
    ],
)
def test_the_lines_of_a_block_are_those_of_its_text(block: str, expected: list[str]):
    assert lines(block) == expected


def test_code_with_empty_lines_is_one_block():
    code = "<pre><code>a\n\nb</code></pre>"
    assert joined([part("<p>x</p>"), part(code, "<p>y</p>")]).html == f"<p>x</p>\n{code}\n<p>y</p>"
