"""Stories: found by the rare words of their articles, and as large as their independent texts are many."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from aggregator.store import articles, stories, story_terms
from aggregator.store.session import Session, Store
from aggregator.store.stories import StoryRow
from tests.newsdesk import article_of, feed_of, outlet, regroup, set_story
from tests.texts import report
from tests.world import NOW

HOUR = timedelta(hours=1)
DAYS, HOURS, LATER = (NOW - 24 * HOUR, NOW + 24 * HOUR), (NOW - HOUR, NOW), (NOW + HOUR, NOW + 24 * HOUR)
LARGE = 2**62


@pytest.fixture
def ids(store: Store) -> list[int]:
    """Give four articles, each an hour earlier than the one before it."""
    feed = feed_of(store, outlet(store))
    return [
        article_of(
            store,
            feed,
            f"https://harbour-tribune.example/{place}",
            report(place),
            title=f"Headline {place}",
            effective_at=NOW - place * HOUR,
        )
        for place in range(4)
    ]


def _story(session: Session, key: str, *members: int) -> int:
    story_id = stories.add(session, key, "", NOW)
    set_story(session, members, story_id)
    stories.recount(session, [story_id])
    return story_id


def _row(session: Session, story_id: int) -> StoryRow:
    found = stories.get(session, story_id)
    assert found is not None
    return found


def test_a_story_begins_with_one_article_and_is_known_by_its_name(store: Store) -> None:
    with store.writing() as session:
        number = stories.add(session, "key", "A headline", NOW)
        row = StoryRow(number, "key", "A headline", NOW, NOW, 1)
        assert stories.get(session, number) == stories.by_key(session, "key") == row
        assert stories.keys(session, [number, 999]) == {number: "key"}
        assert stories.get(session, 999) is stories.by_key(session, "other") is None


def test_a_name_that_is_there_is_taken_up_again(store: Store) -> None:
    with store.writing() as session:
        first = stories.add(session, "key", "A headline", NOW)
        assert stories.add(session, "key", "Another", NOW + HOUR) == first
        assert _row(session, first).title == "A headline"


def test_a_story_is_told_by_its_earliest_article_and_spans_them_all(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        story_id = _story(session, "key", *ids[:3])
        assert _row(session, story_id) == StoryRow(story_id, "key", "Headline 2", NOW - 2 * HOUR, NOW, 3)
        assert stories.article_ids(session, [story_id]) == {story_id: [ids[2], ids[1], ids[0]]}


def test_copies_and_what_was_removed_do_not_count(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        story_id = _story(session, "key", *ids[:3])
        regroup(session, [ids[1]], ids[0], "the earliest")
        articles.remove(session, [ids[2]])
        stories.recount(session, [story_id])
        assert _row(session, story_id) == StoryRow(story_id, "key", "Headline 0", NOW, NOW, 1)
        assert stories.article_ids(session, [story_id]) == {story_id: [ids[0]]}


def test_a_story_of_which_nothing_is_left_says_nothing(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        story_id = _story(session, "key", ids[0])
        articles.remove(session, [ids[0]])
        stories.recount(session, [story_id])
        assert (_row(session, story_id).title, _row(session, story_id).size) == ("", 0)
        assert stories.newest(session, 10) == []
        assert stories.article_ids(session, [story_id]) == {}


def test_the_latest_come_first_and_small_ones_can_be_left_out(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        large = _story(session, "large", ids[1], ids[2])
        small = _story(session, "small", ids[0])
        old = _story(session, "old", ids[3])
        assert [row.id for row in stories.newest(session, 10)] == [small, large, old]
        assert [row.id for row in stories.newest(session, 1, offset=1)] == [large]
        assert [row.id for row in stories.newest(session, 10, at_least=2)] == [large]
        assert stories.number(session) == 1


def test_words_are_counted_within_their_time(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        for place, terms in enumerate(({1: 1.0, LARGE: 2.0}, {1: 3.0}, {1: 1.0})):
            story_terms.add(session, [(ids[place], terms, NOW - place * HOUR)])
        wanted = {DAYS: {1, LARGE, 9}, HOURS: {1}, LATER: {1}, (NOW, NOW): set()}
        found = story_terms.frequencies(session, wanted)
        assert found == {DAYS: {1: 3, LARGE: 1}, HOURS: {1: 2}, LATER: {}, (NOW, NOW): {}}, "both ends are within"
        assert story_terms.articles_between(session, [HOURS, DAYS, LATER]) == {HOURS: 2, DAYS: 4, LATER: 0}
        assert story_terms.frequencies(session, {}) == {}
        assert story_terms.articles_between(session, []) == {}


def test_more_words_can_be_asked_for_than_a_statement_has_parameters(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        story_terms.add(session, [(ids[0], {70_000: 1.0}, NOW)])
        assert story_terms.frequencies(session, {DAYS: set(range(70_001))}) == {DAYS: {70_000: 1}}


def test_the_words_of_an_article_are_kept_once(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        story_id = _story(session, "key", ids[0])
        story_terms.add(session, [(ids[0], {1: 1.5}, NOW)])
        story_terms.add(session, [(ids[0], {1: 9.0, 2: 2.0}, NOW), (ids[1], {3: 1.0}, NOW - HOUR)])
        story_terms.add(session, [(ids[0], {}, NOW)])
        told = {1: 1.5, 2: 2.0}
        assert story_terms.members_terms(session, [story_id]) == {story_id: {ids[0]: told}}
        assert story_terms.members_terms(session, [story_id], without=[ids[0]]) == {}
        assert story_terms.terms_of(session, ids) == {ids[0]: (NOW, told), ids[1]: (NOW - HOUR, {3: 1.0})}


def test_stories_are_found_by_any_of_their_words(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        one, two = _story(session, "one", ids[0]), _story(session, "two", ids[1])
        told = [(ids[0], {1: 1.0}, NOW), (ids[1], {1: 1.0, 2: 1.0}, NOW), (ids[2], {1: 1.0, 2: 1.0, 3: 1.0}, NOW)]
        story_terms.add(session, told)
        every: set[int] = {1, 2, 3}
        wanted = [(DAYS, every), (LATER, every), (DAYS, {2}), (DAYS, set[int]())]
        assert story_terms.with_terms(session, wanted) == [{one: 1, two: 2}, {}, {two: 1}, {}], (
            "one without a story is out"
        )
        assert story_terms.with_terms(session, [(DAYS, every)], without=[ids[1]]) == [{one: 1}]
        assert story_terms.with_terms(session, []) == []
        articles.remove(session, [ids[1]])
        assert story_terms.with_terms(session, [(DAYS, every)]) == [{one: 1}]


def test_several_stories_begin_at_once_in_their_order(store: Store) -> None:
    with store.writing() as session:
        there = stories.add(session, "there", "As it was", NOW)
        made = stories.add_several(session, [(key, key.upper(), NOW) for key in ("c", "there", "a", "b")])
        assert made["there"] == there < made["c"] < made["a"] < made["b"]
        assert _row(session, there).title == "As it was"
        assert _row(session, made["a"]) == StoryRow(made["a"], "a", "A", NOW, NOW, 1)
        assert stories.ids_of(session, ["a", "other"]) == {"a": made["a"]}
        assert stories.add_several(session, []) == {}


def test_stories_are_counted_anew_together(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        one, two = _story(session, "one", *ids[:2]), _story(session, "two", ids[2])
        set_story(session, [ids[2]], one)
        assert stories.recount(session, [two, one, 999]) == {one: [ids[2], ids[1], ids[0]]}
        assert _row(session, one) == StoryRow(one, "one", "Headline 2", NOW - 2 * HOUR, NOW, 3)
        left = _row(session, two)
        assert (left.size, left.title, left.first_at) == (0, "", NOW - 2 * HOUR), "it keeps its times"
        assert stories.recount(session, []) == {}


def test_words_are_let_go_with_their_article_or_with_time(store: Store, ids: list[int]) -> None:
    with store.writing() as session:
        story_id = _story(session, "key", *ids[:3])
        for place in range(3):
            story_terms.add(session, [(ids[place], {1: 1.0, 2: 1.0}, NOW - place * HOUR)])
        stories.remove_terms(session, [ids[0]])
        assert set(story_terms.members_terms(session, [story_id])[story_id]) == {ids[1], ids[2]}
        assert stories.forget_terms(session, NOW - HOUR) == 2
        assert set(story_terms.members_terms(session, [story_id])[story_id]) == {ids[1]}


def test_only_one_worker_at_a_time_decides(store: Store) -> None:
    """Each reads the size and writes it back: without the lock, some would write what another has read too."""

    def decide(_: int) -> None:
        for _ in range(10):
            with store.writing() as session:
                stories.lock(session)
                number = len(stories.newest(session, 100))
                stories.add(session, f"story {number}", "", NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(decide, range(4)))
    with store.reading() as session:
        assert len(stories.newest(session, 100)) == 40
