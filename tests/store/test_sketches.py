"""Sketches: a text is found again by what it shares with others, and never by what everybody has."""

from datetime import timedelta

import pytest

from aggregator.core.article import Sketch
from aggregator.core.sketch import sketch
from aggregator.store import sketches
from aggregator.store.session import Store
from tests.newsdesk import article_of, feed_of, outlet
from tests.texts import HARBOUR, SCHOOL, report
from tests.world import NOW

URL = "https://harbour-tribune.example/news"
EDGE = 2**62


def _ids(store: Store, number: int) -> list[int]:
    """Return articles whose own sketches are out of the way."""
    feed = feed_of(store, outlet(store))
    ids = [article_of(store, feed, f"{URL}/{place}", report(place, 12)) for place in range(number)]
    with store.writing() as session:
        sketches.remove(session, ids)
    return ids


def _drawn(*sample: int) -> Sketch:
    return Sketch(frozenset(sample), sample, frozenset(), frozenset())


def _draw(store: Store, samples: dict[int, tuple[int, ...]]) -> None:
    with store.writing() as session:
        sketches.add(session, {article_id: (_drawn(*sample), NOW) for article_id, sample in samples.items()})


def _found(store: Store, article_id: int, *sample: int) -> list[int]:
    with store.reading() as session:
        return sketches.candidates(session, article_id, _drawn(*sample))


@pytest.mark.parametrize(
    "drawn",
    [
        sketch("A headline", "\n".join(HARBOUR), "en"),
        sketch("見出し", "港湾当局は火曜日、嵐で壊れた北防波堤を再建すると発表した。費用は二千三百万クローネと見積もられている。", "ja"),
        Sketch(frozenset({0, 1, EDGE - 1}), (0, EDGE - 1), frozenset({"23", "800"}), frozenset({"maren holtby"})),
        Sketch(frozenset(), (), frozenset(), frozenset()),
    ],
    ids=["words", "no spaces", "the largest hashes", "nothing"],
)  # fmt: skip
def test_a_sketch_comes_back_as_it_was(store: Store, drawn: Sketch) -> None:
    (article_id,) = _ids(store, 1)
    with store.writing() as session:
        sketches.add(session, {article_id: (drawn, NOW)})
        assert sketches.several(session, [article_id, 999]) == {article_id: drawn}


def test_a_text_that_is_told_again_keeps_its_first_sketch(store: Store) -> None:
    (article_id,) = _ids(store, 1)
    _draw(store, {article_id: (1, 2)})
    _draw(store, {article_id: (1, 2)})
    with store.reading() as session:
        assert sketches.several(session, [article_id]) == {article_id: _drawn(1, 2)}


def test_copies_are_candidates_of_each_other_and_other_texts_are_not(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    first = article_of(store, feed, f"{URL}/1", HARBOUR)
    copy = article_of(store, feed, f"{URL}/2", HARBOUR[1:])
    other = article_of(store, feed, f"{URL}/3", SCHOOL)
    with store.reading() as session:
        drawn = sketches.several(session, [first, other])
        assert sketches.candidates(session, first, drawn[first]) == [copy]
        assert sketches.candidates(session, other, drawn[other]) == []


def test_those_that_share_most_come_first(store: Store) -> None:
    text, little, much, one = _ids(store, 4)
    _draw(store, {text: (1, 2, 3, 4), little: (1, 2, 9), much: (1, 2, 3, 8), one: (4, 5, 6)})
    assert _found(store, text, 1, 2, 3, 4) == [much, little]


def test_a_text_with_a_single_fingerprint_is_found_by_that_one(store: Store) -> None:
    text, other = _ids(store, 2)
    _draw(store, {text: (7,), other: (7, 8, 9)})
    assert _found(store, text, 7) == [other]


def test_a_text_without_fingerprints_is_like_no_other(store: Store) -> None:
    text, other = _ids(store, 2)
    _draw(store, {text: (), other: ()})
    assert _found(store, text) == []


@pytest.mark.parametrize(("others", "found"), [(sketches.POSTING_CAP - 2, True), (sketches.POSTING_CAP - 1, False)])
def test_a_fingerprint_that_everybody_has_says_nothing(store: Store, others: int, *, found: bool) -> None:
    text, *crowd = _ids(store, others + 1)
    _draw(store, {text: (1, 2), **dict.fromkeys(crowd, (1, 2))})
    assert (sorted(_found(store, text, 1, 2)) == crowd) is found
    assert bool(_found(store, text, 1, 2)) is found


def test_what_everybody_has_does_not_hide_what_two_share_besides(store: Store) -> None:
    copy, *crowd, text = _ids(store, sketches.POSTING_CAP + 2)
    _draw(store, {copy: (1, 2, 3), **dict.fromkeys(crowd, (1,)), text: (1, 2, 3)})
    assert _found(store, text, 1, 2, 3) == [copy]


def test_what_is_removed_is_found_no_more(store: Store) -> None:
    text, copy = _ids(store, 2)
    _draw(store, {text: (1, 2), copy: (1, 2)})
    with store.writing() as session:
        sketches.remove(session, [copy])
        assert set(sketches.several(session, [text, copy])) == {text}
    assert _found(store, text, 1, 2) == []


def test_old_fingerprints_are_forgotten_and_their_sketches_kept(store: Store) -> None:
    old, new = _ids(store, 2)
    with store.writing() as session:
        sketches.add(session, {old: (_drawn(1, 2), NOW - timedelta(days=31)), new: (_drawn(1, 2), NOW)})
        assert sketches.forget(session, NOW) == 2, "what is from that very moment stays"
        assert sketches.forget(session, NOW) == 0
        assert set(sketches.several(session, [old, new])) == {old, new}
    assert _found(store, new, 1, 2) == []
    assert _found(store, old, 1, 2) == [new]


def test_a_fingerprint_of_a_whole_outlet_does_not_hide_an_older_copy(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    number = 3 * sketches.POSTING_CAP + 2
    copy, *crowd, text = [article_of(store, feed, f"https://{feed.host}/{n}", report(n, 12)) for n in range(number)]
    drawn = Sketch(frozenset({1, 2, 3}), (1, 2, 3), frozenset(), frozenset())
    common = Sketch(frozenset({1}), (1,), frozenset(), frozenset())
    with store.writing() as session:
        sketches.remove(session, [copy, *crowd, text])
        sketches.add(session, {copy: (drawn, NOW), text: (drawn, NOW), **dict.fromkeys(crowd, (common, NOW))})
        assert sketches.candidates(session, text, drawn) == [copy]


def test_texts_that_are_looked_up_together_find_what_each_finds_alone(store: Store) -> None:
    """What everybody has is left out for each of them; it takes no room from the fingerprints of another text."""
    copy, other, *crowd, text, short, empty = _ids(store, sketches.POSTING_CAP + 5)
    samples = {copy: (1, 2, 3), other: (4, 5), text: (1, 2, 3), short: (4,), empty: ()}
    _draw(store, {**samples, **dict.fromkeys(crowd, (1,))})
    with store.reading() as session:
        found = sketches.candidates_of(session, {each: _drawn(*samples[each]) for each in (text, short, empty)})
        assert found == {text: [copy], short: [other], empty: []}
        assert sketches.candidates_of(session, {}) == {}
