"""HTML that others are shown holds nothing but what is allowed."""

import pytest

from aggregator.adapters.sanitizer import clean


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("<p onclick='x()'>a</p>", "<p>a</p>"),
        ("<script>alert(1)</script><p>a</p>", "<p>a</p>"),
        ("<style>p{}</style><p style='color:red' class='x' id='y'>a</p>", "<p>a</p>"),
        ("<iframe src='https://a.example/'></iframe>b", "b"),
        ("<a href='javascript:alert(1)'>a</a>", '<a rel="noopener nofollow ugc">a</a>'),
        ("<a href='data:text/html,x'>a</a>", '<a rel="noopener nofollow ugc">a</a>'),
        ("<img src='https://a.example/x.png' onerror='x()'>", ""),
        ("<svg><script>x()</script></svg>", ""),
        ("<form action='/x'><input name='a'><button>b</button></form>", "b"),
        ("<meta http-equiv='refresh' content='0'><base href='/x'>a", "a"),
        ("<p>a<!-- b --></p>", "<p>a</p>"),
        ("<p>1 < 2 & 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
    ],
)
def test_what_is_hostile_goes(hostile: str, harmless: str):
    assert clean(hostile) == harmless


@pytest.mark.parametrize(
    "fine",
    [
        "<p>a <strong>b</strong> <em>c</em></p>",
        "<h2>a</h2><ul><li>b</li></ul><ol><li>c</li></ol>",
        "<blockquote><p>a</p></blockquote>",
        "<table><tbody><tr><th>a</th><td>b</td></tr></tbody></table>",
        '<p lang="ar" dir="rtl">a</p>',
    ],
)
def test_what_an_article_is_made_of_stays(fine: str):
    assert clean(fine) == fine


def test_a_link_stays_and_says_what_it_is():
    assert clean('<a href="https://a.example/">a</a>') == (
        '<a href="https://a.example/" rel="noopener nofollow ugc">a</a>'
    )


def test_what_is_clean_is_not_changed_by_a_second_cleaning():
    once = clean("<p onclick='x'>a <a href='https://a.example/?b=1&c=2'>d</a></p>")
    assert clean(once) == once
