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
        ("1" * 30, timedelta(days=7)),
        ("٣", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, expected: timedelta | None) -> None:
    assert schedule.retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([], None),
        ([1, 1], None),
        ([1, 1, 1], HOUR),
        ([1, 1, 9], 9 * HOUR),
        ([1, 1, 1, 1, 1, 1, 1, 1, 1, 99], HOUR),
        ([1, 1, 1, 1, 1, 1, 1, 1, 98, 99], 98 * HOUR),
        ([1] * 18 + [98, 99], HOUR),
        ([2, 0, 0, 3, 1], 3 * HOUR),
        ([0, 0, 0, 0], None),
    ],
)
def test_the_usual_gap_is_the_one_that_nine_of_ten_do_not_exceed(gaps: list[int], expected: timedelta | None) -> None:
    dates = [NOW]
    for gap in gaps:
        dates.append(dates[-1] - gap * HOUR)
    assert schedule.usual_gap(dates) == expected
    assert schedule.usual_gap(dates[::-1]) == expected, "their order does not matter"


@pytest.mark.parametrize(
    ("silent", "usual", "expected"),
    [
        (7 * DAY, None, False),
        (None, HOUR, False),
        (2 * DAY, HOUR, False),
        (2 * DAY + MINUTE, HOUR, True),
        (6 * DAY, 2 * DAY, False),
        (6 * DAY + MINUTE, 2 * DAY, True),
        (-HOUR, HOUR, False),
    ],
)
def test_a_feed_has_gone_quiet_after_three_long_gaps_and_two_days(
    silent: timedelta | None, usual: timedelta | None, *, expected: bool
) -> None:
    news_at = None if silent is None else NOW - silent
    assert schedule.gone_quiet(news_at, usual, NOW) is expected


@pytest.mark.parametrize(
    ("weight", "expected"),
    [
        (1.0, 10 * MINUTE),
        (1.5, 10 * MINUTE * 2**0.5),
        (2.0, 20 * MINUTE),
        (3.25, 10 * MINUTE * 2**2.25),
        (0.0, 10 * MINUTE),
        (-9.0, 10 * MINUTE),
        (1e9, DAY),
    ],
)
def test_failures_lengthen_the_pause_by_what_they_weigh(weight: float, expected: timedelta) -> None:
    assert schedule.after_failures(weight, MANNERS) == expected


def test_pauses_double_ten_times_at_most_and_the_longest_is_the_operators() -> None:
    patient = Manners(shortest=MINUTE, longest=999 * DAY)
    assert schedule.after_failures(11, patient) == schedule.after_failures(400, patient) == 1024 * MINUTE
    assert schedule.after_failures(4, Manners(shortest=HOUR, longest=2 * HOUR)) == 2 * HOUR


def test_a_sleeping_feed_is_asked_after_a_week_then_twice_as_late_up_to_a_month() -> None:
    pauses = [timedelta()]
    for _ in range(4):
        pauses.append(schedule.probe(pauses[-1]))
    assert pauses[1:] == [7 * DAY, 14 * DAY, 28 * DAY, 30 * DAY]
    assert schedule.probe(900 * DAY) == 30 * DAY
    assert schedule.probe(-DAY) == 7 * DAY


ALL_HOURS, ALL_DAYS = frozenset(range(24)), frozenset(range(7))
AT = NOW.replace(minute=34, second=56)  # a Tuesday, 12:34:56


@pytest.mark.parametrize(
    ("hours", "days", "expected"),
    [
        (frozenset(), frozenset(), AT),
        ({11, 13}, {0, 2}, AT),
        ({12}, frozenset(), NOW + HOUR),
        ({12, 13, 14}, frozenset(), NOW + 3 * HOUR),
        ({12} | set(range(15)), frozenset(), NOW + 3 * HOUR),
        (ALL_HOURS - {12}, frozenset(), AT),
        (ALL_HOURS - {11}, frozenset(), NOW + 23 * HOUR),
        (frozenset(), {1}, NOW + 12 * HOUR),
        (frozenset(), {1, 2}, NOW + 36 * HOUR),
        (frozenset(), ALL_DAYS - {0}, NOW + 6 * DAY - 12 * HOUR),
        ({0, 1}, {1}, NOW + 14 * HOUR),
        (ALL_HOURS - {23}, ALL_DAYS - {0}, NOW + 6 * DAY + 11 * HOUR),
        (ALL_HOURS, frozenset(), AT),
        (frozenset(), ALL_DAYS, AT),
        (ALL_HOURS, ALL_DAYS, AT),
    ],
)
def test_a_feed_is_asked_in_the_first_hour_that_it_does_not_want_skipped(
    hours: set[int], days: set[int], expected: datetime
) -> None:
    assert schedule.allowed(AT, hours, days) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, timedelta()),
        ({"cache-control": "max-age=600"}, 10 * MINUTE),
        ({"cache-control": 'public, MAX-AGE = "600"'}, 10 * MINUTE),
        ({"cache-control": "s-maxage=99, max-age=600"}, 10 * MINUTE),
        ({"cache-control": "s-maxage=600"}, timedelta()),
        ({"cache-control": "max-age=600", "age": "120"}, 8 * MINUTE),
        ({"cache-control": "max-age=600", "age": "900"}, timedelta()),
        ({"cache-control": "max-age=600", "age": "-1"}, 10 * MINUTE),
        ({"cache-control": "max-age=600", "expires": "Wed, 25 Nov 2026 12:00:00 GMT"}, 10 * MINUTE),
        ({"cache-control": "max-age=0", "expires": "Wed, 25 Nov 2026 12:00:00 GMT"}, timedelta()),
        ({"cache-control": "no-cache, max-age=600"}, timedelta()),
        ({"cache-control": "max-age=600, No-Store"}, timedelta()),
        ({"cache-control": "no-cache", "expires": "Wed, 25 Nov 2026 12:00:00 GMT"}, timedelta()),
        ({"cache-control": "max-age=soon"}, timedelta()),
        ({"cache-control": "max-age=-5"}, timedelta()),
        ({"expires": "Tue, 24 Nov 2026 12:30:00 GMT"}, 30 * MINUTE),
        ({"expires": "Tue, 24 Nov 2026 12:30:00 GMT", "date": "Tue, 24 Nov 2026 12:10:00 GMT"}, 20 * MINUTE),
        ({"expires": "Tue, 24 Nov 2026 12:30:00 GMT", "date": "today"}, 30 * MINUTE),
        ({"expires": "Tue, 24 Nov 2026 11:00:00 GMT"}, timedelta()),
        ({"expires": "0"}, timedelta()),
        ({"expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - NOW),
        ({"cache-control": f"max-age={'9' * 9}"}, timedelta(seconds=999_999_999)),
    ],
)
def test_an_answer_is_fresh_for_as_long_as_it_says(headers: dict[str, str], expected: timedelta) -> None:
    assert schedule.freshness(headers, NOW) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Tue, 24 Nov 2026 12:00:00 GMT", NOW),
        (" Tue, 24 Nov 2026 12:00:00 GMT\t", NOW),
        ("Tue, 24 Nov 2026 12:00:00 +0000", None),
        ("Tuesday, 24-Nov-26 12:00:00 GMT", None),
        ("Tue Nov 24 12:00:00 2026", None),
        ("24 Nov 2026 12:00:00 GMT", None),
        ("Tue, 31 Nov 2026 12:00:00 GMT", None),
        ("2026-11-24T12:00:00Z", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_http_dates_are_read_in_their_present_form(words: str, expected: datetime | None) -> None:
    assert schedule.http_date(words) == expected
