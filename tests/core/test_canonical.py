"""Which of several copies of a text is the original."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.canonical import Candidate, canonical
from aggregator.core.url import key

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def member(number: int, **given: object) -> Candidate:
    """Return a member of a group, with what does not matter left out."""
    url = f"https://outlet{number}.example/story"
    usual = Candidate(number, f"key{number}", key(url), number, "", NOON, NOON, 300, "", is_agency=False)
    return replace(usual, **given)  # type: ignore[arg-type]


def chosen(*members: Candidate) -> int:
    """Return the canonical one, the same in every order of the members."""
    answers = {canonical(order) for order in itertools.permutations(members)}
    assert len(answers) == 1
    return answers.pop()[0]


def test_the_only_one_is_the_original() -> None:
    assert canonical([member(4)]) == (4, "the only copy")


def test_a_group_of_none_has_no_original() -> None:
    with pytest.raises(ValueError, match="empty"):
        canonical([])


def test_the_earliest_is_the_original() -> None:
    assert chosen(member(1), member(2, effective_at=NOON - HOUR), member(3)) == 2
    assert "2026-11-03 11:00 UTC" in canonical([member(1), member(2, effective_at=NOON - HOUR)])[1]


def test_of_equal_times_the_first_seen_is_the_original_then_the_key() -> None:
    assert chosen(member(1), member(2, first_seen=NOON - HOUR), member(3)) == 2
    assert chosen(member(1, key="b"), member(2, key="a"), member(3, key="c")) == 2
    assert chosen(member(1, key="a", words=10), member(2, key="b", words=900)) == 1


def test_the_agencys_own_page_is_the_original_of_what_is_credited_to_it() -> None:
    early = member(1, credit="AP", effective_at=NOON - DAY)
    assert chosen(early, member(2, is_agency=True), member(3)) == 2
    assert "AP" in canonical([early, member(2, is_agency=True)])[1]
    assert chosen(replace(early, credit=""), member(2, is_agency=True)) == 1


def test_what_another_copy_names_is_the_original_even_when_seen_later() -> None:
    late = member(2, effective_at=NOON + DAY, first_seen=NOON + DAY)
    copy = member(1, canonical_url="http://www.outlet2.example/story/?utm_source=x")
    assert chosen(copy, late, member(3, credit="AP", is_agency=True)) == 2
    assert "canonical" in canonical([copy, late])[1]


@pytest.mark.parametrize(
    "named",
    [
        "https://outlet1.example/",
        "https://elsewhere.example/a",
        "",
        "javascript:alert(1)",
        "not an address",
        "https://outlet1.example/story",
    ],
)
def test_what_names_no_other_copy_is_not_heard(named: str) -> None:
    assert chosen(member(1, canonical_url=named), member(2, effective_at=NOON - HOUR)) == 2


def test_the_end_of_a_chain_of_names_is_the_original() -> None:
    chain = (
        member(1, canonical_url="https://outlet2.example/story"),
        member(2, canonical_url="https://outlet3.example/story", effective_at=NOON - DAY),
        member(3, effective_at=NOON + DAY),
    )
    assert chosen(*chain) == 3


def test_of_a_ring_of_names_the_earliest_is_the_original() -> None:
    ring = (
        member(1, canonical_url="https://outlet2.example/story"),
        member(2, canonical_url="https://outlet1.example/story", effective_at=NOON - HOUR),
    )
    assert chosen(*ring) == 2


def test_one_that_names_itself_and_is_named_is_the_original() -> None:
    own = member(2, canonical_url="https://outlet2.example/story", effective_at=NOON + HOUR)
    assert chosen(member(1, canonical_url="https://outlet2.example/story"), own) == 2


# the agency
