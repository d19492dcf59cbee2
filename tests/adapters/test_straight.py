"""HTML turned into trafilatura's elements as it stands: a table of pairs."""

import pytest
from lxml import html

from aggregator.adapters import clean_html, straight

URL = "https://post.example/news/a"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<p>a</p><p>b</p>", ["<p>a</p>", "<p>b</p>"]),
        ("loose <b>and</b> bold<p>b</p>tail", ["<p>loose <strong>and</strong> bold</p>", "<p>b</p>", "<p>tail</p>"]),
        ("<div>a<div>b</div>c</div>", ["<p>a</p>", "<p>b</p>", "<p>c</p>"]),
        ("<section><h3>a</h3><span>b</span> c</section>", ["<h3>a</h3>", "<p>b c</p>"]),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>", ["<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>"]),
        ("<blockquote><p>a</p><p>b</p></blockquote>", ["<blockquote><p>a</p><p>b</p></blockquote>"]),
        ("<pre>a\n  b</pre>", ["<pre><code>a\n  b</code></pre>"]),
        (
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
            ["<table><tr><th>a</th></tr><tr><td>b</td></tr></table>"],
        ),
        (
            "<p><a href='/b'>a</a> <em>b</em><sub>2</sub><sup>3</sup><code>c</code><del>d</del></p>",
            [
                '<p><a href="https://post.example/b">a</a> <em>b</em><sub>2</sub><sup>3</sup><code>c</code><s>d</s></p>',
            ],
        ),
        ("<p>a<br>b</p>", ["<p>a<br>b</p>"]),
        ("<a href='/b'><p>a</p></a>", ["<p>a</p>"]),
        ("<p>a<img src=x>b</p>", ["<p>ab</p>"]),
        ("<dl><dt>a</dt><dd>b</dd></dl>", ["<ul><li>a</li><li>b</li></ul>"]),
        ("<p dir=rtl>شكرا</p>", ['<p dir="rtl">شكرا</p>']),
        ("  ", []),
    ],
)
def test_each_element_becomes_what_it_is(inner: str, expected: list[str]):
    page = html.fromstring(f"<html><body><article>{inner}</article></body></html>")
    assert [block.html for block in clean_html.blocks(straight.convert(page), URL)] == expected
