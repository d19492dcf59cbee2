"""Dates on pages: what machines are told, and what stands by the headline in plain words."""

from datetime import UTC, datetime

import pytest

from aggregator.core.page_dates import LONGEST, NEAR, by_headline, marked, stated, told

THIRD = datetime(2026, 11, 3, tzinfo=UTC)
TEN = THIRD.replace(hour=10, minute=20)


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("3.11.2026", "de", THIRD),
        ("Stand: 03.11.2026 10:20 Uhr", "de", TEN),
        ("03.11.2026, 10.20 Uhr", "de", TEN),
        ("3. November 2026", "de", THIRD),
        ("le 3 novembre 2026", "fr", THIRD),
        ("3 de noviembre de 2026", "es", THIRD),
        ("3 ноября 2026", "ru", THIRD),
        ("3 listopada 2026", "pl", THIRD),
        ("3/11/2026", "it", THIRD),
        ("11/3/2026", "en-US", THIRD),
        ("11/3/2026", "en_US", THIRD),
        ("13/11/2026", "en-US", THIRD.replace(day=13)),
        ("11/13/2026", "fr", THIRD.replace(day=13)),
        ("Published Nov. 3, 2026", "en", THIRD),
        ("November 3rd, 2026", "en", THIRD),
        ("3rd of November 2026", "en", THIRD),
        ("2026-11-03T10:20:00Z", "", TEN),
        ("2026.11.03", "ko", THIRD),
        ("2026年11月3日 10:20", "ja", TEN),
        ("2026년 11월 3일", "ko", THIRD),
        ("31.11.2026", "de", None),
        ("03.11.1926", "de", None),
        ("© 3 November 2026", "en", None),
        ("Updated 3 November 2026", "en", None),
        ("Aktualisiert: 03.11.2026", "de", None),
        ("call 03.11.2026.44", "de", None),
        ("in 2026", "en", None),
        ("3 November 2026" + " " * LONGEST, "en", None),
        ("", "", None),
    ],
)
def test_a_line_states_a_date_as_its_language_writes_it(line: str, language: str, expected: datetime | None):
    assert stated(line, language) == expected


LONG = "The council of Vellby met on 1 November 2026 to talk about its lamps"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([LONG, "3.11.2026"], THIRD),
        ([LONG], THIRD.replace(day=1)),
        ([LONG, *["x"] * NEAR, "Datum", "03.11.2026"], THIRD),
        ([*["x"] * NEAR, "Datum: 03.11.2026"], THIRD),
        ([*["x"] * NEAR, "03.11.2026"], None),
        (["3.11.2026", "2.11.2026"], THIRD),
        ([], None),
    ],
)
def test_the_date_by_the_headline_is_that_of_the_article(lines: list[str], expected: datetime | None):
    assert by_headline(lines, "de") == expected


def test_what_machines_are_told_comes_with_its_origin_and_without_nonsense():
    metas = [("pubdate", "2026-11-03T10:20:00Z"), ("date", "soon"), ("dc.date", "0001-01-01"), ("lastmod", "")]
    assert told(["2026-11-03", "x"], metas) == (("ld+json", THIRD), ("pubdate", TEN))


def test_the_best_of_the_marked_times_is_one():
    assert marked([(2, "2026-11-01"), (0, "soon"), (1, "2026-11-03"), (1, "2026-11-02")]) == (("time", THIRD),)
    assert marked([]) == ()
