"""Sightings: which outlet carried a text, where and when, each entry once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.store import sightings
from aggregator.store.session import Store
from aggregator.store.sightings import NewSighting, Sighting
from tests.newsdesk import article_of, entry_of, feed_of, outlet, regroup
from tests.texts import HARBOUR, SCHOOL
from tests.world import NOW

HOUR = timedelta(hours=1)
HOME = "https://harbour-tribune.example"
OTHER = "https://other-post.example"


@pytest.fixture
def article(store: Store) -> int:
    """Give an article that one outlet has carried."""
    return article_of(store, feed_of(store, outlet(store)), f"{HOME}/1", HARBOUR)


def _seen(store: Store, article_id: int, url: str, *, after: timedelta = HOUR, name: str = "Other Post") -> NewSighting:
    source = outlet(store, name)
    entry = entry_of(store, feed_of(store, source), url)
    seen = NewSighting(article_id, source.id, entry.id, url, NOW + after, None)
    with store.writing() as session:
        sightings.add(session, [seen])
    return seen


def test_a_sighting_says_who_carried_what_where_and_when(store: Store, article: int) -> None:
    seen = _seen(store, article, f"{OTHER}/1")
    with store.reading() as session:
        assert sightings.of_group(session, article)[-1] == Sighting(
            article_id=article,
            source_id=seen.source_id,
            source_slug="other-post",
            source_name="Other Post",
            source_url=f"{OTHER}/",
            entry_id=seen.entry_id,
            url=f"{OTHER}/1",
            seen_at=NOW + HOUR,
            published=None,
        )


def test_an_entry_is_one_sighting_and_the_first_word_holds(store: Store, article: int) -> None:
    seen = _seen(store, article, f"{OTHER}/1")
    with store.writing() as session:
        sightings.add(session, [replace(seen, url=f"{OTHER}/moved"), replace(seen, seen_at=NOW)])
        sightings.add(session, [])
        assert [each.url for each in sightings.of_group(session, article)] == [f"{HOME}/1", f"{OTHER}/1"]


def test_they_are_told_earliest_first_and_those_of_one_moment_by_address(store: Store, article: int) -> None:
    for url, after in ((f"{OTHER}/late", 2 * HOUR), (f"{OTHER}/b", -HOUR), (f"{OTHER}/a", -HOUR)):
        _seen(store, article, url, after=after)
    with store.reading() as session:
        found = [each.url for each in sightings.of_group(session, article)]
    assert found == [f"{OTHER}/a", f"{OTHER}/b", f"{HOME}/1", f"{OTHER}/late"]


def test_those_of_copies_belong_to_the_canonical_article(store: Store, article: int) -> None:
    copy = article_of(store, feed_of(store, outlet(store, "Other Post")), f"{OTHER}/copy", HARBOUR)
    apart = article_of(store, feed_of(store, outlet(store, "Third")), "https://third.example/1", SCHOOL)
    with store.writing() as session:
        regroup(session, [copy], article, "the earliest")
        found = sightings.of_groups(session, [article, copy, apart])
    assert {root: [each.article_id for each in seen] for root, seen in found.items()} == {
        article: [article, copy],
        apart: [apart],
    }


def test_an_address_that_is_too_long_is_cut(store: Store, article: int) -> None:
    source = outlet(store, "Other Post")
    entry = entry_of(store, feed_of(store, source), f"{OTHER}/1")
    with store.writing() as session:
        sightings.add(session, [NewSighting(article, source.id, entry.id, f"{OTHER}/{'x' * 3000}", NOW + HOUR, NOW)])
        assert len(sightings.of_group(session, article)[-1].url) == 2000


def test_what_is_removed_is_told_no_more(store: Store, article: int) -> None:
    _seen(store, article, f"{OTHER}/1")
    kept = article_of(store, feed_of(store, outlet(store, "Third")), "https://third.example/1", SCHOOL)
    with store.writing() as session:
        sightings.remove(session, [article])
        assert sightings.of_group(session, article) == []
        assert len(sightings.of_group(session, kept)) == 1
