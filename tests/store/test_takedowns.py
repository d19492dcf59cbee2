"""Takedowns: in force until they are lifted, never forgotten, and asked by address and by text."""

from datetime import timedelta

import pytest

from aggregator.core.sketch import pack
from aggregator.core.takedown import Block, BlockKind, Scope, Takedown, TakedownState
from aggregator.store import takedowns
from aggregator.store.session import Session, Store
from tests.world import NOW

DAY = timedelta(days=1)
TARGET = "https://harbour-tribune.example/1"
KEY = "//harbour-tribune.example/1"
HASH = "0" * 32
SHINGLES = pack([1, 2, 2**62 - 1])
BLOCKS = [
    Block(BlockKind.URL, KEY),
    Block(BlockKind.TEXT, HASH, SHINGLES),
    Block(BlockKind.SHINGLE, "1"),
    Block(BlockKind.SHINGLE, "2"),
]


def _ordered(session: Session) -> int:
    number = takedowns.add(session, Scope.ARTICLE, TARGET, "asked for", "A. Author", NOW)
    takedowns.block(session, number, BLOCKS)
    return number


@pytest.fixture
def number(store: Store) -> int:
    """Give a takedown with its blocks."""
    with store.writing() as session:
        return _ordered(session)


def _kinds(found: list[Block]) -> list[tuple[BlockKind, str]]:
    return [(block.kind, block.value) for block in found]


def test_a_takedown_is_in_force_as_soon_as_it_is_stored(store: Store, number: int) -> None:
    standing = Takedown(
        id=number,
        scope=Scope.ARTICLE,
        target=TARGET,
        reason="asked for",
        requester="A. Author",
        state=TakedownState.ACTIVE,
        at=NOW,
        lifted_at=None,
        lifted_why="",
        evidence="",
    )
    with store.reading() as session:
        assert takedowns.get(session, number) == standing
        assert takedowns.get(session, number + 1) is None
        assert takedowns.number_of_blocks(session) == 4


def test_an_address_is_known_by_its_key_alone(store: Store, number: int) -> None:
    with store.reading() as session:
        assert takedowns.of_urls(session, [KEY, "//other.example/"]) == [Block(BlockKind.URL, KEY, b"", number)]
        assert takedowns.of_urls(session, ["//other.example/", HASH, "1"]) == [], "a text's block names no address"
        assert takedowns.of_urls(session, []) == []


@pytest.mark.parametrize(
    ("sample", "text_hash", "found"),
    [
        ([], HASH, [(BlockKind.TEXT, HASH)]),
        (["1", "9"], "other", [(BlockKind.SHINGLE, "1")]),
        (["2", "1"], HASH, [(BlockKind.TEXT, HASH), (BlockKind.SHINGLE, "1"), (BlockKind.SHINGLE, "2")]),
        (["9"], "other", []),
        ([KEY], KEY, []),
    ],
)
def test_a_text_is_known_by_its_hash_or_by_any_fingerprint(
    store: Store, number: int, sample: list[str], text_hash: str, found: list[tuple[BlockKind, str]]
) -> None:
    with store.reading() as session:
        blocks = takedowns.of_texts(session, sample, text_hash)
        assert _kinds(blocks) == found
        assert {block.takedown_id for block in blocks} <= {number}
        assert takedowns.any_of_texts(session, sample, [text_hash]) is bool(found)


def test_where_nothing_is_blocked_no_text_is(store: Store) -> None:
    with store.reading() as session:
        assert not takedowns.any_of_texts(session, ["1"], [HASH])


def test_the_sketches_of_blocked_texts_come_back_whole(store: Store, number: int) -> None:
    with store.reading() as session:
        assert takedowns.sketches_of(session, {number}) == [Block(BlockKind.TEXT, HASH, SHINGLES, number)]
        assert takedowns.sketches_of(session, {number + 1}) == []


def test_what_is_lifted_blocks_nothing_and_stays_as_history(store: Store, number: int) -> None:
    with store.writing() as session:
        assert takedowns.lift(session, number, "a mistake", NOW + DAY)
        assert takedowns.of_urls(session, [KEY]) == []
        assert takedowns.of_texts(session, ["1"], HASH) == []
        assert takedowns.sketches_of(session, {number}) == []
        assert not takedowns.any_of_texts(session, ["1"], [HASH])
        assert takedowns.number_of_blocks(session) == 0
        found = takedowns.get(session, number)
    assert found is not None
    assert (found.state, found.lifted_at, found.lifted_why) == (TakedownState.LIFTED, NOW + DAY, "a mistake")
    assert (found.reason, found.at) == ("asked for", NOW)


def test_only_what_holds_can_be_lifted(store: Store, number: int) -> None:
    with store.writing() as session:
        assert not takedowns.lift(session, number + 1, "there is none", NOW)
        assert takedowns.lift(session, number, "a mistake", NOW)
        assert not takedowns.lift(session, number, "once more", NOW + DAY)
        found = takedowns.get(session, number)
    assert found is not None
    assert found.lifted_why == "a mistake"


def test_lifting_one_leaves_another_on_the_same_thing_in_force(store: Store, number: int) -> None:
    with store.writing() as session:
        second = _ordered(session)
        takedowns.lift(session, number, "a mistake", NOW)
        assert [block.takedown_id for block in takedowns.of_urls(session, [KEY])] == [second]
        assert [each.id for each in takedowns.every(session)] == [second, number], "newest first"


def test_what_was_cut_short_is_told_until_it_is_done_or_lifted(store: Store, number: int) -> None:
    with store.writing() as session:
        second = _ordered(session)
        takedowns.set_evidence(session, number, '{"articles": []}')
        assert takedowns.unfinished(session) == [number, second]
        takedowns.set_evidence(session, number, '{"articles": ["a"]}', done_at=NOW)
        assert takedowns.unfinished(session) == [second]
        takedowns.lift(session, second, "a mistake", NOW)
        assert takedowns.unfinished(session) == []
        found = takedowns.get(session, number)
    assert found is not None
    assert found.evidence == '{"articles": ["a"]}'


def test_a_takedown_that_is_undone_before_its_end_blocks_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing() as session:
            _ordered(session)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as session:
        assert takedowns.every(session) == []
        assert takedowns.number_of_blocks(session) == 0
