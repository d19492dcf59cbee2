"""How far a wish to be left alone reaches."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.limits import WINDOW, Limit, Reach, reach

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def limit(url: str, after: timedelta = timedelta(), domain: str = "shared.example") -> Limit:
    host = url.split("/")[2]
    return Limit(url, host, domain, NOW + after, NOW + after + timedelta(hours=2))


ONE = limit("https://a.shared.example/1")


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([], Reach.URL),
        ([limit("https://a.shared.example/1")], Reach.URL),
        ([limit("https://a.shared.example/1", -timedelta(minutes=3))], Reach.URL),
        ([limit("https://a.shared.example/2")], Reach.HOST),
        ([limit("https://a.shared.example/2", -WINDOW)], Reach.HOST),
        ([limit("https://a.shared.example/2", WINDOW)], Reach.HOST),
        ([limit("https://a.shared.example/2", -WINDOW - timedelta(seconds=1))], Reach.URL),
        ([limit("https://a.shared.example/2", WINDOW + timedelta(seconds=1))], Reach.URL),
        ([limit("https://b.shared.example/1")], Reach.DOMAIN),
        ([limit("https://b.shared.example/1", -WINDOW - timedelta(seconds=1))], Reach.URL),
        ([limit("https://a.shared.example/2"), limit("https://b.shared.example/1")], Reach.DOMAIN),
        ([limit("https://b.other.example/1", domain="other.example")], Reach.URL),
        ([limit("https://a.shared.example/2", domain="other.example")], Reach.URL),
    ],
)
def test_a_limit_reaches_as_far_as_the_evidence_of_ten_minutes(evidence: list[Limit], expected: Reach) -> None:
    assert reach(ONE, evidence) is expected
    assert reach(ONE, iter([ONE, *evidence])) is expected, "that it is evidence itself changes nothing"
