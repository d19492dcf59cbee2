"""Parts: the further pages of an article that is split, kept in order until each was had."""

import pytest

from aggregator.store import parts
from aggregator.store.parts import Part
from aggregator.store.session import Store
from tests.newsdesk import article_of, feed_of, outlet
from tests.texts import HARBOUR, SCHOOL

HOME = "https://harbour-tribune.example"


@pytest.fixture
def two(store: Store) -> tuple[int, int]:
    """Give two articles."""
    feed = feed_of(store, outlet(store))
    return article_of(store, feed, f"{HOME}/1", HARBOUR), article_of(store, feed, f"{HOME}/2", SCHOOL)


def test_parts_come_back_in_order_and_with_the_pages_they_were_had_in(store: Store, two: tuple[int, int]) -> None:
    first, second = two
    with store.writing() as session:
        parts.add(session, {first: [f"{HOME}/1?p=2", f"{HOME}/1?p=3"], second: [f"{HOME}/2?p=2"]})
        parts.had(session, [(parts.of(session, [first])[first][1], 77)])
        parts.had(session, [])
    with store.reading() as session:
        assert parts.of(session, [first, second]) == {
            first: [Part(first, 2, f"{HOME}/1?p=2"), Part(first, 3, f"{HOME}/1?p=3", 77)],
            second: [Part(second, 2, f"{HOME}/2?p=2")],
        }


def test_parts_that_are_known_stay_as_they_are(store: Store, two: tuple[int, int]) -> None:
    first, _ = two
    with store.writing() as session:
        parts.add(session, {first: [f"{HOME}/1?p=2"]})
        parts.had(session, [(parts.of(session, [first])[first][0], 5)])
        parts.add(session, {first: [f"{HOME}/other", f"{HOME}/1?p=3"]})
        parts.add(session, {})
        assert parts.of(session, [first])[first] == [
            Part(first, 2, f"{HOME}/1?p=2", 5),
            Part(first, 3, f"{HOME}/1?p=3"),
        ]


def test_parts_are_forgotten_with_their_article(store: Store, two: tuple[int, int]) -> None:
    first, second = two
    with store.writing() as session:
        parts.add(session, {first: [f"{HOME}/1?p=2"], second: [f"{HOME}/2?p=2"]})
        parts.remove(session, [first])
        assert list(parts.of(session, two)) == [second]
