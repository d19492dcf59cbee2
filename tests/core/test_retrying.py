"""When what was put aside is tried again: by its kind, with growing pauses, and not for ever."""

import itertools
from datetime import timedelta

import pytest

from aggregator.core.retrying import again
from tests.world import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "pauses"),
    [
        ("challenge", [HOUR, 6 * HOUR, DAY, 3 * DAY]),
        ("consent", [6 * HOUR, DAY, 4 * DAY]),
        ("paywall", [6 * HOUR, DAY, 4 * DAY]),
        ("too-short", [6 * HOUR, DAY, 4 * DAY]),
        ("soft-404", [6 * HOUR, DAY, 4 * DAY]),
        ("listing", [6 * HOUR, DAY, 4 * DAY]),
        ("unreadable", [DAY]),
        ("no-page", [DAY]),
        ("no-answer", [6 * HOUR, DAY, 3 * DAY]),
        ("", []),
        ("never heard of", []),
    ],
)
def test_each_kind_has_its_pauses_and_an_end(kind: str, pauses: list[timedelta]):
    found = itertools.takewhile(bool, (again(kind, retries, NOW) for retries in itertools.count()))
    assert [at - NOW for at in found if at] == pauses


def test_a_pause_is_longer_by_chance_up_to_a_quarter():
    assert again("challenge", 0, NOW, 0.5) == NOW + HOUR * 1.125


def test_a_number_that_is_none_is_never_tried():
    assert again("challenge", -1, NOW) is None
