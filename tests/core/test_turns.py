"""A feed that has not changed just has its next turn: the short way comes to the same as the long one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.core import polling
from aggregator.core.feed import Again, Feed, FeedState, Turn
from aggregator.core.page import Answer
from tests.core.test_polling import DAY, FEED, HOUR, MANNERS, MINUTE, NOW, URL, answer

LATE = timedelta(seconds=90)


def turn_of(feed: Feed) -> Turn:
    """Return the turn of a feed that is taken too late."""
    given = {name: getattr(feed, name) for name in Turn._fields if hasattr(feed, name)}
    plain = feed.state is FeedState.ACTIVE and not (feed.failures or feed.reason or feed.moved_to)
    return Turn(**given | {"pushed": False, "plain": plain, "lateness": LATE})


def unmodified(**headers: str) -> Answer:
    return replace(answer(304, b""), headers=headers)


@pytest.mark.parametrize(
    "feed",
    [
        FEED,
        replace(FEED, interval=MINUTE),
        replace(FEED, interval=30 * HOUR),
        replace(FEED, floor=5 * HOUR),
        replace(FEED, pushed_until=NOW + DAY),
        replace(FEED, pushed_until=NOW - DAY),
        replace(FEED, skip_hours=frozenset(range(12, 20))),
        replace(FEED, skip_days=frozenset({NOW.weekday()})),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"etag": '"e"'}, {"retry-after": "120"}])
def test_the_short_way_comes_to_the_same_as_the_long_one(feed: Feed, headers: dict[str, str]) -> None:
    said = unmodified(**headers)
    standing = polling.moved(feed, polling.unchanged(feed, said, MANNERS), said, 1.0)
    assert polling.again(turn_of(feed), said, MANNERS) == Again(7, NOW, standing.due_at, standing.interval, LATE)
    kept = {"due_at": standing.due_at, "interval": standing.interval, "polled_at": NOW, "answered_at": NOW}
    assert replace(feed, **kept) == standing, "nothing else has changed"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (FEED, answer()),
        (FEED, unmodified(etag='"newer"')),
        (FEED, unmodified(**{"cf-mitigated": "challenge"})),
        (FEED, replace(unmodified(), redirects=((301, URL),))),
        (FEED, answer(410, b"")),
        (replace(FEED, failures=1), unmodified()),
        (replace(FEED, reason="moved for good"), unmodified()),
        (replace(FEED, moved_to="https://elsewhere.example/"), unmodified()),
        (replace(FEED, state=FeedState.SLEEPING), unmodified()),
    ],
)
def test_there_is_no_short_way_when_there_is_more_to_note(feed: Feed, said: Answer) -> None:
    assert polling.again(turn_of(feed), said, MANNERS) is None


def test_a_turn_is_asked_as_its_feed_is() -> None:
    for feed in (FEED, replace(FEED, full_at=None), replace(FEED, lied_at=NOW)):
        assert polling.request(turn_of(feed), NOW, MANNERS) == polling.request(feed, NOW, MANNERS)
