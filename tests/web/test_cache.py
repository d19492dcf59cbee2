"""Documents are kept as long as they are right, and no longer."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from aggregator.web.cache import MOST, MOST_BYTES, Cache, Rendered, rendered, takes_gzip
from tests.world import NOW


def _made(body: str, after: float = 0.0) -> Callable[[], Rendered]:
    return lambda: rendered(body.encode(), "text/plain", NOW + timedelta(seconds=after), (), frozenset())


def _right(_: Rendered) -> bool:
    return True


def _wrong(_: Rendered) -> bool:
    return False


def _never() -> Rendered:
    raise AssertionError("it was kept and right, so nobody may make it anew")


def test_a_document_is_made_once_for_each_state() -> None:
    cache = Cache()
    assert cache.get("a", "1", _right, _made("one")).body == b"one"
    assert cache.get("a", "1", _right, _never).body == b"one"
    assert cache.get("a", "2", _right, _made("two")).body == b"two"


def test_a_document_that_is_no_longer_right_is_made_anew_though_its_state_is_the_same() -> None:
    cache = Cache()
    cache.get("a", "1", _right, _made("one"))
    assert cache.get("a", "1", _wrong, _made("two")).body == b"two"


def test_documents_do_not_stand_in_for_each_other() -> None:
    cache = Cache()
    cache.get("a", "1", _right, _made("one"))
    assert cache.get("b", "1", _right, _made("two")).body == b"two"


def test_what_has_not_been_asked_for_longest_goes_first() -> None:
    cache = Cache()
    for place in range(MOST):
        cache.get(str(place), "1", _right, _made(str(place)))
    cache.get("0", "1", _right, _never)
    cache.get("one more", "1", _right, _made("one more"))
    assert cache.get("0", "1", _right, _never).body == b"0"
    assert cache.get("1", "1", _right, _made("made anew")).body == b"made anew"


def test_large_documents_push_each_other_out() -> None:
    cache = Cache()
    large = "x" * (MOST_BYTES * 2 // 5)
    for name in ("a", "b", "c"):
        cache.get(name, "1", _right, _made(large + name))
    assert cache.get("c", "1", _right, _never).body.endswith(b"c")
    assert cache.get("a", "1", _right, _made("made anew")).body == b"made anew"


def test_one_that_is_too_large_to_keep_is_answered_all_the_same() -> None:
    cache = Cache()
    assert cache.get("a", "1", _right, _made("x" * (MOST_BYTES + 1))).body.startswith(b"x")
    assert cache.get("a", "1", _right, _made("again")).body == b"again"
    assert cache.get("a", "1", _right, _never).body == b"again"


@pytest.mark.parametrize(
    ("body", "after", "changed", "dated"),
    [
        ("other", 1, 1, True),  # a new version, a second later
        ("other", 0.4, 0, False),  # within the same second: a date would not tell them apart
        ("other", -5, -5, False),  # the clock was set back
        ("same", 9, 0, True),  # not a byte differs, so it has not changed
    ],
)
def test_a_version_bears_a_time_that_no_other_version_bore(
    body: str, after: float, changed: float, dated: bool
) -> None:
    cache = Cache()
    cache.get("a", "1", _right, _made("same"))
    found = cache.get("a", "2", _right, _made(body, after))
    assert found.changed == NOW + timedelta(seconds=changed)
    assert found.dated is dated


def test_a_third_version_within_a_second_bears_no_time_either() -> None:
    cache = Cache()
    for state, body in enumerate(("one", "two", "three")):
        found = cache.get("a", str(state), _right, _made(body))
    assert not found.dated


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br, gzip;q=0.5, *;q=0", True),
        ("deflate , gzip ; q=1.0", True),
        ("*", True),
        ("x-gzip", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, br", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("notgzip", False),
    ],
)
def test_gzip_goes_only_to_who_takes_it(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes
