"""Dates of feeds: what they mean, and that nonsense is no date."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.dates import moment, plausible

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("Tue, 03 Nov 2026 10:20:30 GMT", "2026-11-03 10:20:30"),
        ("Tue, 03 Nov 2026 10:20:30 +0000", "2026-11-03 10:20:30"),
        ("Tue, 03 Nov 2026 10:20:30 -0530", "2026-11-03 15:50:30"),
        ("Tue, 3 Nov 26 10:20 EST", "2026-11-03 15:20:00"),
        ("Tue, 3 Nov 98 10:20 Z", "1998-11-03 10:20:00"),
        ("3 November 2026", "2026-11-03 00:00:00"),
        ("Tue, 03 Sept 2026 10:20:30 CEST", "2026-09-03 08:20:30"),
        ("Tue, 03 Nov 2026 10:20:30 JST", "2026-11-03 01:20:30"),
        ("Tue, 03 Nov 2026 10:20:30 IST", "2026-11-03 04:50:30"),
        ("Tue, 03 Nov 2026 10:20:30 Europe/Rome", "2026-11-03 09:20:30"),
        ("Tue, 03 Nov 2026 10:20:30 Nowhere/Land", "2026-11-03 10:20:30"),
        ("Tue, 03 Nov 2026 10:20:30", "2026-11-03 10:20:30"),
        ("Tue, 03 Nov 2026 10:20:60 GMT", "2026-11-03 10:20:59"),
        ("Tue, 03 Nov 2026 10:20 PM", "2026-11-03 22:20:00"),
        ("Tue, 03 Nov 2026 12:20 AM", "2026-11-03 00:20:00"),
        ("Thu,28 Jul 2022 4:35:5 GMT+9", "2022-07-27 19:35:05"),
        ("Di, 03 Nov 2026 10:20:30 +0100", "2026-11-03 09:20:30"),
        ("mar., 3 nov. 2026 10:20:30 +0100", "2026-11-03 09:20:30"),
        ("3 de diciembre de 2026", "2026-12-03 00:00:00"),
        ("3. Dezember 2026 10:20", "2026-12-03 10:20:00"),
        ("2026-11-03T10:20:30Z", "2026-11-03 10:20:30"),
        ("2026-11-03T10:20:30.123456789Z", "2026-11-03 10:20:30"),
        ("2026-11-03T10:20:30+05:30", "2026-11-03 04:50:30"),
        ("2026-11-03T10:20:30+0530", "2026-11-03 04:50:30"),
        ("2026-11-03 10:20:30", "2026-11-03 10:20:30"),
        ("2026-11-03T10:20Z", "2026-11-03 10:20:00"),
        ("2026/11/03 10:20", "2026-11-03 10:20:00"),
        ("2026-11-03", "2026-11-03 00:00:00"),
        ("  2026-11-03\n", "2026-11-03 00:00:00"),
        ("November 3, 2026", "2026-11-03 00:00:00"),
        ("Nov 3, 2026 10:20", "2026-11-03 10:20:00"),
        ("Tue Nov  3 10:20:30 2026", "2026-11-03 10:20:30"),
    ],
)
def test_a_date_is_a_moment_of_utc(words: str, meant: str) -> None:
    assert moment(words) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "yesterday",
        "Tue, 31 Nov 2026 10:00:00 GMT",
        "2026-13-01",
        "0000-00-00",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:00:00-05:00",
        "Tue, 03 Foo 2026 10:00:00 GMT",
        "2026-11-03T10:00:00+99:99",
        "03/11/2026",  # March or November: who knows
        "<b>",
    ],
)
def test_nonsense_is_no_date(words: str) -> None:
    assert moment(words) is None


@pytest.mark.parametrize(
    ("at", "believed"),
    [
        (NOON, True),
        (NOON + timedelta(minutes=15), True),
        (NOON + timedelta(minutes=15, seconds=1), False),
        (datetime(1995, 1, 1, tzinfo=UTC), True),
        (datetime(1970, 1, 1, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_a_date_before_feeds_or_ahead_of_the_clock_is_not_believed(at: datetime | None, *, believed: bool) -> None:
    assert plausible(at, NOON) == (at if believed else None)


@pytest.mark.parametrize(
    "words", ["1 " * 5000, "a" * 100_000, "1" * 100_000, "Nov " * 30, "Nov 3, " * 30, "- " * 60, "1 a 1 " * 20]
)
def test_hostile_words_take_no_time(words: str) -> None:
    start = time.perf_counter()
    moment(words)
    assert time.perf_counter() - start < 0.05


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("3.11.2026", "2026-11-03 00:00:00"),
        ("Di, 03.11.2026 10:20", "2026-11-03 10:20:00"),
        ("3. 11. 2026", "2026-11-03 00:00:00"),
        ("2026年11月3日 10:20", "2026-11-03 10:20:00"),
        ("2026년 11월 3일", "2026-11-03 00:00:00"),
        ("3 października 2026", "2026-10-03 00:00:00"),
        ("3 июля 2026", "2026-07-03 00:00:00"),
        ("3 липня 2026", "2026-07-03 00:00:00"),
        ("3 Ağustos 2026", "2026-08-03 00:00:00"),
        ("3 oktober 2026", "2026-10-03 00:00:00"),
        ("3. marraskuuta 2026", "2026-11-03 00:00:00"),
        ("3 noiembrie 2026", "2026-11-03 00:00:00"),
    ],
)
def test_dates_are_read_as_many_languages_write_them(words: str, meant: str) -> None:
    assert moment(words) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


def test_a_date_that_may_be_of_two_days_is_none() -> None:
    assert moment("3/11/2026") is None
