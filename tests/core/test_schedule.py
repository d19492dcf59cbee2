"""When to ask again."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core import schedule
from aggregator.core.schedule import Manners

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MANNERS = Manners()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def _every(gap: timedelta, number: int = 10, last: datetime = NOW) -> list[datetime]:
    return [last - gap * place for place in range(number)]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([], 30 * MINUTE),
        (_every(HOUR), 30 * MINUTE),
        (_every(4 * HOUR), 2 * HOUR),
        (_every(MINUTE), 10 * MINUTE),
        (_every(7 * DAY), DAY),
        ([NOW - 3 * DAY], DAY),
        ([NOW - 2 * HOUR], HOUR),
    ],
)
def test_a_feed_is_asked_twice_in_its_own_rhythm_within_bounds(dates: list[datetime], expected: timedelta) -> None:
    assert schedule.rhythm(dates, MANNERS, NOW) == expected


def test_a_feed_that_has_gone_quiet_is_asked_less_often_than_its_old_rhythm_says() -> None:
    lively = schedule.rhythm(_every(HOUR, 3), MANNERS, NOW)
    quiet = schedule.rhythm(_every(HOUR, 3, NOW - 2 * DAY), MANNERS, NOW)
    assert quiet >= lively
    assert schedule.rhythm(_every(HOUR, 2, NOW - 2 * DAY), MANNERS, NOW) > lively


def test_the_bounds_are_the_operators() -> None:
    quick = Manners(shortest=timedelta(seconds=5), longest=timedelta(seconds=10))
    assert schedule.rhythm(_every(DAY), quick, NOW) == timedelta(seconds=10)
    assert schedule.rhythm([], quick, NOW) == timedelta(seconds=10)


def test_jitter_lengthens_by_at_most_a_quarter_and_never_shortens() -> None:
    assert schedule.jittered(HOUR, 0.0) == HOUR
    assert schedule.jittered(HOUR, 0.999) < 75 * MINUTE + MINUTE
    spread = {schedule.chance(f"https://{number}.example/", NOW) for number in range(200)}
    assert len(spread) == 200
    assert all(0 <= each < 1 for each in spread)
    assert max(spread) - min(spread) > 0.9


def test_the_same_feed_at_the_same_time_has_the_same_luck() -> None:
    assert schedule.chance("https://a.example/", NOW) == schedule.chance("https://a.example/", NOW)
    assert schedule.chance("https://a.example/", NOW) != schedule.chance("https://a.example/", NOW + MINUTE)


@pytest.mark.parametrize(
    ("failures", "asked", "expected"),
    [
        (1, None, 10 * MINUTE),
        (2, None, 20 * MINUTE),
        (4, None, 80 * MINUTE),
        (9, None, DAY),
        (500, None, DAY),
        (1, 3 * HOUR, 3 * HOUR),
        (9, 3 * HOUR, DAY),
        (1, 400 * DAY, 7 * DAY),
    ],
)
def test_pauses_grow_and_are_never_shorter_than_asked_for(
    failures: int, asked: timedelta | None, expected: timedelta
) -> None:
    assert schedule.after_failures(failures, MANNERS, asked) == expected


@pytest.mark.parametrize(
    ("attempts", "asked", "expected"),
    [(1, None, 5 * MINUTE), (2, None, 15 * MINUTE), (3, None, 45 * MINUTE), (1, HOUR, HOUR), (2, MINUTE, 15 * MINUTE)],
)
def test_a_page_is_tried_again_after_growing_pauses(
    attempts: int, asked: timedelta | None, expected: timedelta
) -> None:
    assert schedule.page_retry(attempts, asked) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta()),
        ("Tue, 24 Nov 2026 12:05:00 GMT", 5 * MINUTE),
        ("Tue, 24 Nov 2026 11:00:00 GMT", timedelta()),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1" * 30, None),
        ("٣", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, expected: timedelta | None) -> None:
    assert schedule.retry_after(value, NOW) == expected
