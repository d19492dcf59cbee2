"""Cookies within a chain of redirects: which go where, and which are not taken."""

from datetime import UTC, datetime

import pytest

from aggregator.adapters.http_cookies import LONGEST, MOST, Cookies, Where

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HERE = Where("www.news.example", "/a/b", secure=True)


def _sent(*lines: str, to: Where = HERE) -> str:
    cookies = Cookies()
    cookies.take(HERE, lines, NOW)
    return cookies.header(to)


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("a=1", "a=1"),
        ("a=1; Path=/; HttpOnly; SameSite=Lax", "a=1"),
        (" a = 1=2 ;x", "a=1=2"),
        ('a="1 2"', 'a="1 2"'),
        ("a=", "a="),
        ("a", ""),
        ("=1", ""),
        ("", ""),
        ("a=1\x00", ""),
        ("a=1\r\nX-Evil: 1", ""),
        ("a=" + "x" * LONGEST, ""),
        ("a=1; Max-Age=0", ""),
        ("a=1; Max-Age=-1", ""),
        ("a=1; Max-Age=60", "a=1"),
        ("a=1; Max-Age=soon", "a=1"),
        ("a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT", ""),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", "a=1"),
        ("a=1; Expires=Wed, 25 Nov 2026 00:00:00 GMT", "a=1"),
        ("a=1; Expires=some day", "a=1"),
        ("a=1; Expires=Wed, 99 Nov 99999999999 00:00:00 GMT", "a=1"),
    ],
)
def test_a_cookie_comes_back_as_it_was_set_or_not_at_all(line: str, sent: str) -> None:
    assert _sent(line) == sent


@pytest.mark.parametrize(
    ("line", "host", "sent"),
    [
        ("a=1", "www.news.example", True),
        ("a=1", "news.example", False),
        ("a=1", "x.www.news.example", False),
        ("a=1; Domain=news.example", "news.example", True),
        ("a=1; Domain=.News.Example", "sso.news.example", True),
        ("a=1; Domain=news.example", "evilnews.example", False),
        ("a=1; Domain=other.example", "other.example", False),
        ("a=1; Domain=other.example", "www.news.example", False),
        ("a=1; Domain=example", "other.example", False),
        ("a=1; Domain=example", "www.news.example", False),
    ],
)
def test_a_cookie_goes_to_the_hosts_that_it_is_for(line: str, host: str, sent: bool) -> None:
    assert _sent(line, to=Where(host, "/a/b", secure=True)) == ("a=1" if sent else "")


def test_no_cookie_is_taken_for_all_who_register_under_one_name() -> None:
    cookies = Cookies()
    cookies.take(Where("paper.co.uk", "/", secure=True), ["a=1; Domain=co.uk"], NOW)
    assert cookies.header(Where("bank.co.uk", "/", secure=True)) == ""
    assert cookies.header(Where("paper.co.uk", "/", secure=True)) == ""


@pytest.mark.parametrize(
    ("line", "path", "sent"),
    [
        ("a=1", "/a/c", True),
        ("a=1", "/a", True),
        ("a=1", "/ab", False),
        ("a=1", "/", False),
        ("a=1; Path=/", "/x", True),
        ("a=1; Path=/x/", "/x/y", True),
        ("a=1; Path=/x", "/xy", False),
        ("a=1; Path=x", "/a/", True),
    ],
)
def test_a_cookie_goes_to_the_paths_that_it_is_for(line: str, path: str, sent: bool) -> None:
    assert _sent(line, to=Where(HERE.host, path, secure=True)) == ("a=1" if sent else "")


def test_a_secure_cookie_goes_over_tls_only() -> None:
    assert _sent("a=1; Secure", to=Where(HERE.host, HERE.path, secure=False)) == ""
    assert _sent("a=1; Secure") == "a=1"


def test_a_cookie_is_changed_and_forgotten() -> None:
    assert _sent("a=1", "a=2") == "a=2"
    assert _sent("a=1", "b=2", "a=; Max-Age=0") == "b=2"


def test_the_cookie_of_the_longer_path_goes_first() -> None:
    assert _sent("a=1; Path=/", "a=2; Path=/a") == "a=2; a=1"


def test_there_is_a_bound_to_what_is_kept() -> None:
    assert _sent(*(f"n{n}=1" for n in range(10 * MOST))).count("=") == MOST
