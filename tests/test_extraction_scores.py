"""The measures of bench/extraction.py: what counts as the same title, authors, day and words."""

from datetime import datetime, timedelta, timezone

import pytest

from bench.extraction_scores import authors_exact, f1, same_day, title_exact, title_soft


@pytest.mark.parametrize(
    ("found", "expected", "score"),
    [
        ("Old mill burns", "old MILL, burns!", 1.0),
        ("old mill", "old mill burns down", 2 / 3),
        ("mill mill", "mill", 2 / 3),
        ("ferry", "mill", 0.0),
        ("", "", 1.0),
        ("", "mill", 0.0),
    ],
)
def test_f1_counts_each_word_as_often_as_it_stands(found: str, expected: str, score: float):
    assert f1(found, expected) == pytest.approx(score)


@pytest.mark.parametrize(
    ("found", "expected", "exact", "soft"),
    [
        ("“Old mill” – burns", '"old mill" -  burns', True, True),
        ("Old mill burns at last", "Old mill burns", False, False),
        ("Old mill of Vellby burns down", "Old mill of Vellby burns", False, True),
        ("水車小屋が燃える", "水車小屋", False, False),
        ("…", "…", True, True),
    ],
)
def test_titles_are_the_same_exactly_or_nearly(found: str, expected: str, exact: bool, soft: bool):
    assert (title_exact(found, expected), title_soft(found, expected)) == (exact, soft)


@pytest.mark.parametrize(
    ("persons", "organisations", "expected", "same"),
    [
        (["Vera Lund"], [], ["vera  lund"], True),
        (["Vera Lund", "Liv Sande"], [], ["Liv Sande", "Vera Lund"], True),
        (["Vera Lund"], ["AFP"], ["Vera Lund", "AFP"], True),
        (["Vera Lund"], ["AFP"], ["Vera Lund"], True),
        ([], ["AFP"], ["AFP"], True),
        ([], ["AFP"], [], False),
        (["Vera Lund"], ["AFP"], ["AFP"], False),
        (["Vera Lund"], [], ["Vera Lund", "AFP"], False),
        ([], [], [], True),
    ],
)
def test_authors_are_the_same_set(persons: list[str], organisations: list[str], expected: list[str], same: bool):
    assert authors_exact(persons, expected, organisations) is same


def test_a_day_is_the_same_in_utc_or_where_it_was_told():
    east = timezone(timedelta(hours=9))
    morning = datetime(2026, 11, 3, 1, tzinfo=east)
    assert same_day(datetime(2026, 11, 3, tzinfo=east), morning)
    assert same_day(datetime.fromisoformat("2026-11-02T02:00Z"), morning)
    assert not same_day(datetime.fromisoformat("2026-11-04T02:00Z"), morning)
    assert same_day(None, None)
    assert not same_day(None, morning)
