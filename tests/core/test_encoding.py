"""Character sets: the text comes out right whoever is wrong about it."""

import codecs
import time

import pytest

from aggregator.core.encoding import decoded

RUSSIAN = "Срочные новости из Москвы и Санкт-Петербурга"
GERMAN = "Über das Café: „Grüße“ – 5 €"
JAPANESE = "東京の最新ニュース"
KOREAN = "서울의 최신 뉴스"
CHINESE = "北京的最新新闻"


def never(_: bytes) -> str:
    raise AssertionError("nothing is left to guess here")


def xml(text: str, codec: str, declared: str = "") -> bytes:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{head}<rss>{text}</rss>".encode(codec)


@pytest.mark.parametrize(
    ("text", "codec", "in_file", "stated"),
    [
        (GERMAN, "utf-8", "", ""),
        (GERMAN, "utf-8", "utf-8", "utf-8"),
        (GERMAN, "cp1252", "windows-1252", ""),
        (GERMAN, "cp1252", "iso-8859-1", ""),  # as browsers do
        (GERMAN, "cp1252", "", "iso-8859-1"),
        (GERMAN, "cp1252", "utf-8", "windows-1252"),  # the server wins
        (RUSSIAN, "koi8-r", "KOI8-R", ""),
        (RUSSIAN, "koi8-r", "KOI8-R", "iso-8859-1"),  # but not with what it says by default
        (RUSSIAN, "cp1251", "windows-1251", "us-ascii"),
        (RUSSIAN, "cp1251", "koi8-r", "windows-1251"),
        (RUSSIAN, "iso8859-5", "iso-8859-5", ""),
        (JAPANESE, "cp932", "Shift_JIS", ""),
        (JAPANESE, "euc_jp", "EUC-JP", ""),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP", ""),
        (KOREAN, "cp949", "euc-kr", ""),
        (CHINESE, "gb18030", "gb2312", ""),
        ("北京的最新新聞", "big5", "big5", ""),
        (JAPANESE, "utf-16", "utf-16", ""),
        (JAPANESE, "utf-16-le", "utf-16", ""),
        (JAPANESE, "utf-16-be", "", "utf-8"),
        (JAPANESE, "utf-32", "", ""),
        (JAPANESE, "utf-8-sig", "", "iso-8859-1"),
    ],
)
def test_declared_sets_are_read(text: str, codec: str, in_file: str, stated: str) -> None:
    read, _ = decoded(xml(text, codec, in_file), stated, never)
    assert text in read


@pytest.mark.parametrize(
    "declared", ["iso-8859-1", "windows-1251", "utf-16", "no-such-set", "unicode_escape", "rot13", "idna"]
)
@pytest.mark.parametrize("stated", ["", "iso-8859-1", "no such set", "x" * 200])
def test_valid_utf_8_is_utf_8_whatever_is_said(declared: str, stated: str) -> None:
    read, _ = decoded(xml(JAPANESE, "utf-8", declared), stated, never)
    assert JAPANESE in read


def test_a_contradiction_is_told() -> None:
    assert decoded(xml(GERMAN, "utf-8", "koi8-r"), "", never)[1] == "declared as koi8-r, read as utf-8"
    assert decoded(xml(GERMAN, "utf-8", "utf-8"), "", never)[1] == ""
    assert decoded(xml("plain", "ascii", "koi8-r"), "iso-8859-1", never) == (
        xml("plain", "ascii", "koi8-r").decode(),
        "",
    )


def test_one_broken_character_does_not_spoil_a_text() -> None:
    body = xml(RUSSIAN * 3, "utf-8", "utf-8").replace("Срочные".encode(), "Срочные".encode()[:-1], 1)
    read, reason = decoded(body, "", never)
    assert read.count(RUSSIAN) == 2
    assert reason == "1 characters are not utf-8"


def test_latin_bytes_that_call_themselves_utf_8_are_guessed() -> None:
    read, reason = decoded(xml("Café", "cp1252", "utf-8"), "utf-8", lambda _: "iso-8859-1")
    assert "Café" in read
    assert reason == "declared as utf-8, read as cp1252"


def test_a_guess_that_names_nothing_is_latin() -> None:
    assert "Café" in decoded(xml("Café", "cp1252"), "", lambda _: "")[0]


@pytest.mark.parametrize(
    "body", [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"\xff", b"\x00", b"<\x00\xd8", bytes(range(256))]
)
def test_any_bytes_give_some_text(body: bytes) -> None:
    assert isinstance(decoded(body, "", lambda _: "")[0], str)


def test_a_large_feed_takes_little_time() -> None:
    start = time.perf_counter()
    decoded(xml(RUSSIAN * 50_000, "cp1251"), "", lambda _: "windows-1251")
    assert time.perf_counter() - start < 2
