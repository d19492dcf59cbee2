"""When an article's page is looked at again, and what its absence means."""

from datetime import datetime, timedelta

import pytest

from aggregator.core.errors import AggregatorError, Refused, TryLater
from aggregator.core.page import Answer
from aggregator.core.renewal import AGES, Renewal, Seen, absent, after_failure, edited, following, sight
from tests.world import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON = Renewal()


def _looks(renewal: Renewal = ON, *, changes: bool = True, born: datetime = NOW, luck: float = 0.0) -> list[timedelta]:
    now = NOW
    found: list[timedelta] = []
    while (at := following(born, now, 0 if changes else len(found), luck, renewal)) is not None:
        found.append(at - born)
        now = at
    return found


def test_an_article_is_looked_at_by_its_age_and_then_never():
    assert _looks() == list(AGES)


def test_one_that_does_not_change_is_looked_at_more_rarely_but_once_at_the_end():
    assert _looks(changes=False) == [HOUR, 3 * HOUR, 8 * HOUR, 3 * DAY, 30 * DAY]


def test_an_old_one_is_never_looked_at():
    assert _looks(born=NOW - 31 * DAY) == []


def test_one_that_is_seen_late_is_not_looked_at_for_what_has_passed():
    assert _looks(born=NOW - 5 * HOUR)[0] == 8 * HOUR
    assert following(NOW - timedelta(minutes=59), NOW, 0, 0.0, ON) == NOW + timedelta(minutes=30)


def test_pauses_are_longer_by_chance_and_by_a_factor_and_none_when_it_is_off():
    assert following(NOW, NOW, 0, 0.5, ON) == NOW + HOUR * 1.125
    assert _looks(Renewal(factor=2)) == [age * 2 for age in AGES]
    assert _looks(Renewal(on=False)) == []


def test_an_edit_brings_the_next_look_forward_but_not_to_the_minute_of_the_last():
    soon = NOW + timedelta(minutes=5)
    assert edited(NOW + DAY, None, NOW) == soon
    assert edited(NOW + DAY, NOW - timedelta(minutes=1), NOW) == NOW + timedelta(minutes=29)
    assert edited(NOW + DAY, NOW - DAY, NOW) == soon
    assert edited(NOW - HOUR, NOW, NOW) == NOW - HOUR
    assert edited(None, None, NOW) is None


def test_pauses_after_failures_grow_within_bounds_and_end():
    assert after_failure(NOW, NOW, NOW, ON) == NOW + timedelta(minutes=30)
    assert after_failure(NOW - 9 * HOUR, NOW - 8 * HOUR, NOW, ON) == NOW + 4 * HOUR
    assert after_failure(NOW - 9 * DAY, NOW - 8 * DAY, NOW, ON) == NOW + DAY
    assert after_failure(NOW, NOW, NOW, ON, 2 * DAY) == NOW + 2 * DAY
    assert after_failure(NOW, NOW, NOW, ON, 900 * DAY) == NOW + 7 * DAY
    assert after_failure(NOW - 61 * DAY, NOW, NOW, ON) is None
    assert after_failure(NOW, NOW, NOW, Renewal(on=False)) is None


@pytest.mark.parametrize("status", [410, 451])
def test_what_is_meant_to_be_gone_is(status: int):
    found = absent(status, None, 3, NOW)
    assert (found.since, found.times, found.again_at) == (NOW, 1, None)


def test_what_is_not_found_is_confirmed_twice_and_a_day_later():
    first = absent(404, None, 4, NOW)
    assert (first.since, first.times, first.again_at) == (NOW, 1, NOW + 6 * HOUR)
    second = absent(404, NOW, 1, NOW + 6 * HOUR)
    assert (second.since, second.times, second.again_at) == (NOW, 2, NOW + 24 * HOUR)
    assert absent(404, NOW, 2, NOW + 24 * HOUR).again_at is None
    assert absent(404, NOW, 1, NOW + 48 * HOUR).again_at is not None, "one confirmation, however late, is not two"
    assert absent(404, NOW, 2, NOW + 7 * HOUR).again_at == NOW + 24 * HOUR, "nor are two within the hour"


def _answer(status: int, kind: str = "text/html", **headers: str) -> Answer:
    named = {"content-type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("https://a.example/", status, named, b"", NOW)


@pytest.mark.parametrize(
    ("answer", "conditional", "seen", "reason"),
    [
        (_answer(304), True, Seen.SAME, "304 not modified"),
        (_answer(304), False, Seen.FAILED, "the server answered 304"),
        (_answer(200), False, Seen.OTHER, ""),
        (_answer(200, "application/pdf"), True, Seen.FAILED, "the server answered 200 (application/pdf)"),
        (_answer(204), True, Seen.FAILED, "the server answered 204"),
        (_answer(404), True, Seen.ABSENT, ""),
        (_answer(410), True, Seen.ABSENT, ""),
        (_answer(451), True, Seen.ABSENT, ""),
        (_answer(403), True, Seen.FAILED, "the server answered 403"),
        (TryLater("busy", after=HOUR), True, Seen.FAILED, "busy"),
        (Refused("a private address"), True, Seen.FAILED, "a private address"),
    ],
)
def test_an_answer_means_what_it_says(answer: Answer | AggregatorError, conditional: bool, seen: Seen, reason: str):
    found = sight(answer, "known", "other", conditional=conditional)
    assert (found.seen, found.reason) == (seen, reason)


def test_the_same_bytes_are_the_same_page():
    assert sight(_answer(200), "known", "known", conditional=False).seen is Seen.SAME


def test_a_wish_to_wait_is_heard():
    assert sight(_answer(503, retry_after="60"), "", "", conditional=True).asked == timedelta(seconds=60)
    assert sight(TryLater("busy", after=HOUR), "", "", conditional=True).asked == HOUR
