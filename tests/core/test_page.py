"""What an answer says of itself, and what a host is owed."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.host import Host, robots_stale, visits
from aggregator.core.page import Answer, Request, Visit, is_html

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _answer(content_type: str | None = None, body: bytes = b"") -> Answer:
    headers = {} if content_type is None else {"content-type": content_type}
    return Answer("https://news.example/a", 200, headers, body, NOW)


@pytest.mark.parametrize(
    ("header", "content_type", "charset"),
    [
        (None, "", ""),
        ("", "", ""),
        ("text/html", "text/html", ""),
        ("Text/HTML; Charset=UTF-8", "text/html", "utf-8"),
        ('text/html;charset="windows-1251"', "text/html", "windows-1251"),
        ("text/html; charset='iso-8859-1'", "text/html", "iso-8859-1"),
        ("text/html; charset = koi8-r ; x=y", "text/html", "koi8-r"),
        ("application/rss+xml; x=y; charset=ISO_8859-1:1987", "application/rss+xml", "iso_8859-1:1987"),
        ("text/html; charset=", "text/html", ""),
        (" text/html ;", "text/html", ""),
        ("charset=utf-8", "charset=utf-8", "utf-8"),
    ],
)
def test_type_and_charset_are_read_as_they_are_written(header: str | None, content_type: str, charset: str) -> None:
    found = _answer(header)
    assert (found.content_type, found.charset) == (content_type, charset)


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("text/html", b"", True),
        ("TEXT/HTML; charset=utf-8", b"%PDF-", True),
        ("application/xhtml+xml", b"", True),
        ("application/xml", b"<html>", False),
        ("text/plain", b"<!doctype html>", False),
        ("application/pdf", b"", False),
        (None, b"<!DOCTYPE html><html>", True),
        (None, b" \r\n\t<HTML lang=en>", True),
        (None, b"<head>", True),
        (None, b"<body>", True),
        ("", b"<html>", True),
        (None, b" " * 600 + b"<html>", False),
        (None, b"<?xml version='1.0'?><rss>", False),
        (None, b"hello", False),
        (None, b"", False),
    ],
)
def test_a_page_is_known_by_its_type_or_else_its_first_bytes(
    content_type: str | None, body: bytes, expected: bool
) -> None:
    assert is_html(_answer(content_type, body)) is expected


def test_each_host_gets_one_visit_with_its_own_pause() -> None:
    one, two, other = (Request(f"https://{name}.example/") for name in ("a", "a", "b"))
    hosts = {"a.example": Host("a.example", next_at=NOW), "b.example": Host("b.example")}
    found = visits({"a.example": [one, two], "b.example": [other]}, hosts, {"a.example": 2.5})
    assert found == [Visit("a.example", (one, two), 2.5, NOW), Visit("b.example", (other,), 0.0, None)]


def test_no_requests_make_no_visits() -> None:
    assert visits({}, {}, {}) == []


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (None, True),
        (timedelta(), False),
        (timedelta(hours=23, minutes=59), False),
        (timedelta(hours=24), True),
        (timedelta(days=30), True),
    ],
)
def test_robots_txt_is_asked_for_again_after_a_day(age: timedelta | None, expected: bool) -> None:
    asked = None if age is None else NOW - age
    assert robots_stale(Host("news.example", robots_at=asked), NOW) is expected
