"""What a server's answer for the page of an entry leads to."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.fetching import Verdict, verdict
from aggregator.core.outcome import Word
from aggregator.core.page import Answer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HTML = "text/html; charset=utf-8"


def _answer(status: int = 200, body: bytes = b"<html>", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("https://news.example/a", status, named, body, NOW)


@pytest.mark.parametrize(
    ("answer", "word", "reason"),
    [
        (_answer(content_type=HTML), Word.FETCHED, ""),
        (_answer(content_type="application/xhtml+xml"), Word.FETCHED, ""),
        (_answer(body=b"<!DOCTYPE html>"), Word.FETCHED, ""),
        (_answer(content_type="application/pdf"), Word.REFUSED, "no page: application/pdf (200)"),
        (_answer(body=b"%PDF-"), Word.REFUSED, "no page: no type (200)"),
        (_answer(204, b"", content_type=HTML), Word.REFUSED, "no page: text/html (204)"),
        (_answer(206, content_type=HTML), Word.REFUSED, "no page: text/html (206)"),
        (_answer(404, content_type=HTML), Word.REFUSED, "the server answered 404"),
        (_answer(410), Word.REFUSED, "the server answered 410"),
        (_answer(451), Word.REFUSED, "the server answered 451"),
        (Refused("robots.txt forbids it"), Word.REFUSED, "robots.txt forbids it"),
        (Unreadable("larger than 5 bytes"), Word.QUARANTINED, "larger than 5 bytes"),
        (AggregatorError("odd"), Word.QUARANTINED, "odd"),
    ],
)
def test_what_is_settled_is_not_asked_again(answer: Answer | AggregatorError, word: Word, reason: str) -> None:
    kind = "unreadable" if word is Word.QUARANTINED else ""
    assert verdict(answer, 1, NOW) == Verdict(word, reason, kind=kind)


@pytest.mark.parametrize("status", [302, 304, 400, 401, 403, 408, 429, 500, 502, 503, 504])
def test_other_answers_are_tried_again_in_five_minutes(status: int) -> None:
    found = verdict(_answer(status, content_type=HTML), 1, NOW)
    assert found == Verdict(Word.LATER, f"the server answered {status}", NOW + 5 * MINUTE)


@pytest.mark.parametrize(
    ("value", "asked", "pause"),
    [
        ("3600", 60 * MINUTE, 60 * MINUTE),
        ("10", 10 * SECOND, 5 * MINUTE),
        ("Tue, 24 Nov 2026 13:30:00 GMT", 90 * MINUTE, 90 * MINUTE),
        ("soon", None, 5 * MINUTE),
        ("999999999", timedelta(seconds=999999999), timedelta(days=7)),
    ],
)
def test_a_pause_that_was_asked_for_is_kept_within_a_week(
    value: str, asked: timedelta | None, pause: timedelta
) -> None:
    found = verdict(_answer(429, retry_after=value), 1, NOW)
    assert (found.word, found.asked, found.again_at) == (Word.LATER, asked, NOW + pause)


@pytest.mark.parametrize(("attempts", "pause"), [(1, 5), (2, 15), (3, 45), (4, 135)])
def test_pauses_grow_with_the_attempts(attempts: int, pause: int) -> None:
    found = verdict(TryLater("no connection"), attempts, NOW)
    assert found == Verdict(Word.LATER, "no connection", NOW + pause * MINUTE)


def test_a_failure_of_the_network_may_ask_for_a_pause_too() -> None:
    found = verdict(TryLater("busy", after=60 * MINUTE), 1, NOW)
    assert found == Verdict(Word.LATER, "busy", NOW + 60 * MINUTE, 60 * MINUTE)


@pytest.mark.parametrize(
    ("answer", "last"), [(_answer(503), "the server answered 503"), (TryLater("no connection"), "no connection")]
)
def test_the_fifth_attempt_is_the_last(answer: Answer | AggregatorError, last: str) -> None:
    assert verdict(answer, 4, NOW).word is Word.LATER
    assert verdict(answer, 5, NOW) == Verdict(Word.QUARANTINED, f"5 attempts, the last: {last}", kind="no-answer")


def test_the_last_attempt_still_tells_the_pause_that_the_host_asked_for() -> None:
    assert verdict(_answer(503, retry_after="60"), 5, NOW).asked == MINUTE
