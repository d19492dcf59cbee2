"""What holds for verdicts whatever comes: gates, walls, overrides, counted words."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape, unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core import gate, override, plain, wall_look, walls, words
from aggregator.core.article import Extraction, Hints
from aggregator.core.errors import Refused
from aggregator.core.override import Override
from aggregator.core.wall_words import SAYINGS, Kind

FEW = settings(max_examples=60, deadline=None)
MANY = settings(max_examples=80, deadline=None)

_phrases = st.sampled_from([each for phrases in SAYINGS.values() for each in phrases])
_signs = st.sampled_from(
    [
        "\n",
        " ",
        ". ",
        "? ",
        "“",
        "”",
        "«",
        "1 of 9",
        "{{",
        "}}",
        "# ",
        "we",
        "you",
        "Sie",
        "cookies",
        "İ",
        "ﷺ",
        "\u00ad",
        "港は開いた。",
        "ไทย",
    ]
)
texts = st.lists(_signs | _phrases | st.text(max_size=20), max_size=14).map("".join)
addresses = (
    st.sampled_from(
        ["", "https://news.example/", "https://news.example/2026/harbour", "http://[", "https://news.example/tag/x?p=1"]
    )
    | texts
)
moments = st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of it

extractions = st.builds(
    Extraction,
    title=texts,
    authors=st.lists(texts, max_size=2).map(tuple),
    published=st.none() | moments,
    modified=st.none() | moments,
    language=st.sampled_from(["", "en", "ja"]),
    text=texts,
    html=texts,
    canonical_url=addresses,
    paywalled=st.booleans(),
    page_type=st.sampled_from(["", "article", "website", "video.other", "profile", "x"]),
    links=st.integers(0, 500),
)
hints = st.builds(Hints, title=texts, summary=texts, published=st.none() | moments, body=texts)
bodies = st.lists(
    st.sampled_from([b"<body>", b"<script>", b"</script>", b"<style", b"<!--", b"-->", b"<", b">", b"&amp;", b"\xff", b"\x00", b"<title>Just a moment...</title>",
                     b"px-captcha", b"<?xml ", b"<html>", b"{", b"_Incapsula_Resource", b"<title>Access Denied</title>", "İ港".encode(), b"Ray ID: #abc123def"])
    | st.binary(max_size=12),
    max_size=14,
).map(b"".join)  # fmt: skip


# --- The gate, and what it looks at


@MANY
@given(extractions, hints, st.integers(0, 600) | st.none(), addresses, addresses, bodies, st.integers(0, 5))
def test_any_reading_of_a_page_is_judged_alike_each_time_and_briefly(
    found: Extraction, told: Hints, number: int | None, asked: str, final: str, body: bytes, same_at: int
) -> None:
    size = words.count(found.text) if number is None else number

    def judged() -> gate.Verdict | None:
        return gate.judged(found, told, size, asked_url=asked, final_url=final, body=body, same_at=same_at)

    verdict = judged()
    assert verdict == judged()
    assert verdict is None or (verdict.kind in Kind and 0 < len(verdict.reason) < 400)
    assert verdict is not None or (size >= gate.LEAST_WORDS and same_at < gate.SAME_BODY)
    assert gate.verdict(found, told, size) == str(gate.judged(found, told, size) or "")


@MANY
@given(texts, st.booleans())
def test_what_is_seen_of_a_text_adds_up(text: str, listen: bool) -> None:
    seen = wall_look.look(text, listen=listen)
    assert len(seen.lines) <= wall_look.MOST_LINES
    assert 0 <= seen.prose <= 1
    assert (seen.kind is None) == (seen.phrase == "") == (seen.loud == 0 and not seen.phrase)
    assert listen or seen.kind is None
    assert seen.kind is None or seen.phrase in SAYINGS[seen.kind]
    assert all(part.words == words.count(part.text) and "\n" not in part.text for part in seen.lines)
    tokens, share = wall_look.voice(text)
    assert share >= 0
    assert all(tokens)
    assert all(wall_look.notable(text))


@FEW
@given(_phrases)
def test_each_phrase_that_walls_use_is_heard(phrase: str) -> None:
    heard = wall_look.look(f"The harbour opened.\n{phrase}\n")
    assert heard.kind is not None
    assert heard.phrase in phrase or phrase in heard.phrase or heard.loud


@MANY
@given(
    st.sampled_from([200, 403, 503]),
    bodies,
    st.dictionaries(st.sampled_from(["server", "content-type", "cf-mitigated", "x-datadome"]), texts, max_size=3),
)
def test_any_answer_is_a_wall_by_a_name_or_none(status: int, body: bytes, headers: Mapping[str, str]) -> None:
    name = walls.wall(status, headers, body)
    assert name == walls.wall(status, headers, body)
    assert name == name.strip()
    assert walls.wall(status, {**headers, "cf-mitigated": "challenge"}, body) == "Cloudflare"
    number = walls.reference(body)
    assert len(number) <= 80
    assert number == "" or any(each.isdigit() for each in number)


@MANY
@given(bodies, texts)
def test_what_a_page_shows_is_one_bounded_line_without_markup(body: bytes, text: str) -> None:
    shown = walls.visible(body)
    assert shown == " ".join(shown.split())
    assert len(shown) <= walls.SHOWN
    assert len(walls.behind(text, body)) <= walls.BEHIND
    line = " ".join(text.split())
    page = f"<html><head><title>x</title><body><p>{escape(line)}</p><script>secret</script><!-- hidden --><b>{escape(line)}</b>"
    assert walls.visible(page.encode()) == f"{line} {line}".strip()


@FEW
@given(texts, st.text(max_size=40))
def test_what_stands_behind_a_text_is_what_follows_it_on_the_page(text: str, after: str) -> None:
    text = f"{text} and so the harbour opened on Tuesday."
    rest = " ".join(after.split())
    seen = walls.behind(text, f"<body><p>{escape(' '.join(text.split()))}</p><p>{escape(rest)}".encode())
    assert seen.strip() == rest[: walls.BEHIND].strip()


# --- Overrides


@MANY
@given(
    st.lists(
        st.text(max_size=12) | st.sampled_from(["//p", "p[1][2]", "a" * 301, "(//h1)[1]", "[" * 9, "b" * 300]),
        max_size=24,
    )
)
def test_an_override_is_within_its_bounds_or_refused_with_a_brief_reason(expressions: list[str]) -> None:
    fair = len(expressions) <= override.MOST and all(
        each.strip() and len(each) <= override.LONGEST and each.count("[") + each.count("//") <= override.MOST_STEPS
        for each in expressions
    )
    third = len(expressions) // 3
    parts = tuple(expressions[:third]), tuple(expressions[third : 2 * third]), tuple(expressions[2 * third :])
    if fair:
        assert Override(*parts).body == parts[0]
        return
    with pytest.raises(Refused) as refused:
        Override(*parts)
    assert 0 < len(str(refused.value)) < 2 * override.LONGEST


# --- Words


_mixed = st.text(st.sampled_from("ab,. \n\t–…港船開タไ") | st.characters(), max_size=60)


@MANY
@given(_mixed, _mixed, st.integers(0, 30))
def test_words_are_counted_and_cut_by_the_same_count(text: str, other: str, number: int) -> None:
    size = words.count(text)
    assert size >= 0
    assert words.count(f" {text}\n") == size
    assert abs(words.count(f"{text} {other}") - size - words.count(other)) <= 1
    short = words.first(text, number)
    told = (
        short.removesuffix(words.ELLIPSIS)
        if short.endswith(words.ELLIPSIS) and not text.strip().endswith(short[-2:])
        else short
    )
    assert words.count(told) <= number + 1
    assert Counter("".join(told.split())) <= Counter("".join(text.split()) + words.ELLIPSIS)
    assert words.first(text, size + 1) == " ".join(text.split())


@MANY
@given(_mixed, st.integers(0, 70))
def test_an_excerpt_is_no_longer_than_allowed_and_begins_as_its_text(text: str, chars: int) -> None:
    line = " ".join(text.split())
    short = words.within(text, chars)
    assert len(short) <= chars
    assert short == line if len(line) <= chars else line.startswith(short.removesuffix(words.ELLIPSIS))
    assert words.within(text, len(line)) == line
    assert plain.line(f"<p>{escape(text)}</p><!-- x --><script>y</script>") == line


_MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]{0,2000}>", re.IGNORECASE | re.DOTALL | re.ASCII)
_marks = (
    "<",
    ">",
    "<!--",
    "-->",
    "<!-->",
    "<script",
    "<SCRIPT>",
    "</script >",
    "</style>",
    "<style>",
    "<b>",
    "&lt;",
    "a",
    " ",
    "ſ",
    "a" * 1999,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_marks), max_size=12).map("".join))
def test_markup_is_taken_out_as_one_pattern_says_that_would_be_too_slow(html: str) -> None:
    assert plain.line(html) == " ".join(unescape(_MARKUP.sub(" ", html)).split())
