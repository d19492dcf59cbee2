"""From trafilatura's elements to HTML and lines: a table of what becomes what."""

import pytest
from lxml import etree

from aggregator.adapters.clean_html import blocks, joined, paragraph
from aggregator.core.blocks import Block

URL = "https://post.example/news/a"


def read(inner: str) -> list[Block]:
    return blocks(etree.fromstring(f"<body>{inner}</body>"), URL)


@pytest.mark.parametrize(
    ("inner", "words", "html"),
    [
        ("<p>One  two\n three</p>", "One two three", "<p>One two three</p>"),
        ('<p>a &amp; b &lt;i&gt; "c"</p>', 'a & b <i> "c"', '<p>a &amp; b &lt;i&gt; "c"</p>'),
        ('<head rend="h1">Head</head>', "Head", "<h2>Head</h2>"),
        ('<head rend="h4">Head</head>', "Head", "<h4>Head</h4>"),
        ("<head>Head</head>", "Head", "<h2>Head</h2>"),
        ('<p>a <hi rend="#b">b</hi><hi rend="#i">c</hi> <hi rend="#x">d</hi></p>', "a bc d",
         "<p>a <strong>b</strong><em>c</em> d</p>"),
        ("<p>a<lb/>b</p>", "a\nb", "<p>a<br>b</p>"),
        ("<p>a<del>b</del><code>c</code><graphic/></p>", "abc", "<p>a<s>b</s><code>c</code></p>"),
        ('<list rend="ul"><item>a</item><item> </item><item>b</item></list>', "a\nb", "<ul><li>a</li><li>b</li></ul>"),
        ('<list rend="ol"><item>a<list><item>b</item></list></item></list>', "a\nb",
         "<ol><li>a<ul><li>b</li></ul></li></ol>"),
        ("<quote>a</quote>", "a", "<blockquote><p>a</p></blockquote>"),
        ("<quote><p>a</p><p>b</p>c</quote>", "a\nb\nc", "<blockquote><p>a</p><p>b</p><p>c</p></blockquote>"),
        ('<table><row><cell role="head">a</cell><cell role="head">b</cell></row><row><cell>1</cell><cell><p>2</p></cell></row>'
         "</table>", "a b\n1 2",
         "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"),
        ("<code>if a &lt; b:\n  c</code>", "if a < b: c", "<pre><code>if a &lt; b:\n  c</code></pre>"),
        ('<p><ref target="/b?c=1&amp;d=2">a</ref></p>', "a", '<p><a href="https://post.example/b?c=1&amp;d=2">a</a></p>'),
        ('<p><ref target="https://o.example/&quot;&gt;">a</ref></p>', "a",
         '<p><a href="https://o.example/&quot;&gt;">a</a></p>'),
        ('<p><ref target="javascript:x">a</ref><ref>b</ref><ref target="http://[">c</ref></p>', "abc", "<p>abc</p>"),
        ('<p>a<ref target="/x"> </ref>b</p>', "a b", "<p>a b</p>"),
    ],
)  # fmt: skip
def test_each_element_has_its_lines_and_its_html(inner: str, words: str, html: str):
    found = read(inner)
    assert [block.words for block in found] == [words]
    assert [block.html for block in found] == [html]


def test_what_says_nothing_is_no_block():
    assert read("<p> </p><list><item/></list><graphic/><lb/><table><row><cell/></row></table>") == []


def test_the_share_of_links_is_known():
    assert [block.linked for block in read('<p>abc <ref target="/x">de<hi rend="#b">f</hi></ref></p><p>x</p>')] == [
        3,
        0,
    ]


def test_joined_blocks_are_a_line_each_and_have_passed_the_allow_list():
    text, html = joined([*read('<p>a <ref target="/x">b</ref></p>'), Block("p", "c", "<p>c<script>d</script></p>")])
    assert text == "a b\nc"
    assert html == '<p>a <a href="https://post.example/x" rel="noopener nofollow ugc">b</a></p>\n<p>c</p>'


def test_plain_words_become_a_paragraph():
    assert paragraph(" a  <b> & c ") == Block("p", "a <b> & c", "<p>a &lt;b&gt; &amp; c</p>")


@pytest.mark.parametrize(
    ("inner", "html"),
    [
        ("<p>وقالت المديرة</p>", '<p dir="rtl">وقالت المديرة</p>'),
        ("<p>«2026» — קראו גם</p>", '<p dir="rtl">«2026» — קראו גם</p>'),
        ('<head rend="h3">عنوان</head>', '<h3 dir="rtl">عنوان</h3>'),
        ("<list><item>واحد</item></list>", '<ul dir="rtl"><li>واحد</li></ul>'),
        ("<quote>قال</quote>", '<blockquote dir="rtl"><p>قال</p></blockquote>'),
        ("<p>BBC قالت</p>", "<p>BBC قالت</p>"),
        ("<p>2026</p>", "<p>2026</p>"),
    ],
)
def test_what_is_written_from_right_to_left_says_so(inner: str, html: str):
    assert [block.html for block in read(inner)] == [html]
    assert joined(read(inner))[1] == html


def test_plain_words_from_right_to_left_say_so_too():
    assert paragraph("وقالت").html == '<p dir="rtl">وقالت</p>'


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("<p>古い水車\n  小屋を。\n直す</p>", "古い水車小屋を。直す"),
        ("<p>Osterby\n町</p>", "Osterby 町"),
        ("<p>町\nOsterby</p>", "町 Osterby"),
        ("<p>물레방아는\n오래됐다</p>", "물레방아는 오래됐다"),
        ("<p>très\nvieux</p>", "très vieux"),
    ],
)
def test_a_line_break_in_chinese_and_japanese_is_no_space(inner: str, words: str):
    assert [block.words for block in read(inner)] == [words]
    assert words in read(inner)[0].html


def test_marks_within_a_paragraph_stay_and_pictures_never():
    found = read(
        '<p>H<hi rend="#sub">2</hi>O, x<hi rend="#sup">2</hi>, <hi rend="#t">ls</hi>, <code>cat</code>'
        '<graphic src="a.png"/> <ref target="https://o.example/">there</ref></p>'
    )
    assert joined(found)[1] == (
        "<p>H<sub>2</sub>O, x<sup>2</sup>, <code>ls</code>, <code>cat</code> "
        '<a href="https://o.example/" rel="noopener nofollow ugc">there</a></p>'
    )


def test_characters_that_xml_cannot_hold_are_in_no_text():
    text, html = joined([Block("p", "a\x02 b\ufffe\nc", "<p>a\ufffe b</p>"), paragraph("d \u0085 e")])
    assert text.splitlines() == ["a b", "c", "d e"]
    assert html == "<p>a b</p>\n<p>d e</p>"
