"""What a second witness changes about a body: tables of who is believed."""

import pytest

from aggregator.core.blocks import Block
from aggregator.core.witness import POOR, Witness, agreement, confirmed, winner

SENTENCES = [
    f"Speaker {n} of the evening told the council of Osterby about wheel number {n * 7} and its {n} broken paddles."
    for n in range(20)
]


def told(first: int, last: int) -> str:
    return "\n".join(SENTENCES[first:last])


def paragraph(said: str, kind: str = "p") -> Block:
    return Block(kind, said, f"<{kind}>{said}</{kind}>")


@pytest.mark.parametrize(
    ("ours", "witness", "better", "why"),
    [
        (told(0, 8), told(0, 16), True, "it has all of ours and more"),
        (told(0, 8), told(0, 9), False, "hardly more"),
        (told(0, 8), told(0, 2), False, "a teaser"),
        (told(0, 8), told(10, 20), False, "another article"),
        (told(0, 8), told(4, 20), False, "it lacks half of ours"),
        (told(0, 8), told(0, 8) + "\n" + told(0, 8), False, "the same twice"),
        ("", told(0, 8), True, "the page shows nothing"),
        (told(0, 1), told(10, 20), True, "or next to nothing"),
        (told(0, 1), told(0, 2), False, "but so does the witness"),
        (told(0, 8), "", False, "nobody says anything"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < POOR // 8 else "",
)
def test_a_witness_wins_with_the_whole_of_what_we_have_a_part_of(ours: str, witness: str, better: bool, why: str):
    known = Witness("feed", witness)
    assert winner(ours, [known]) == (known if better else None), why


def test_the_first_of_two_better_witnesses_wins():
    page, feed = Witness("ld+json", told(0, 12)), Witness("feed", told(0, 16))
    assert winner(told(0, 6), [page, feed]) == page


@pytest.mark.parametrize(
    ("witnesses", "expected"),
    [
        ([], None),
        ([told(0, 10)], 1.0),
        ([told(10, 20)], 0.07),
        ([told(10, 20), told(0, 10)], 1.0),
        ([told(0, 2)], None),
        ([""], None),
    ],
)
def test_agreement_is_the_share_of_the_best_witness(witnesses: list[str], expected: float | None):
    assert agreement(told(0, 10), [Witness("x", each) for each in witnesses]) == expected


def test_agreement_lies_between_none_and_all():
    found = agreement(told(0, 10), [Witness("x", told(0, 5) + "\n" + told(12, 17))])
    assert found is not None
    assert 0.4 < found < 0.6


def test_an_empty_text_agrees_with_nobody():
    assert agreement("", [Witness("x", told(0, 9))]) is None


BODY = [paragraph(each) for each in SENTENCES[:12]]
PROMOTION = paragraph("Our valley in pictures: every Friday the photographers of this paper show where they have been.")


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        ([PROMOTION], 6),
        ([PROMOTION], 12),
        ([paragraph("Pictures of the week", "head"), PROMOTION], 6),
        ([paragraph("Also in this paper\nSeven weirs and who owns them", "list")], 12),
    ],
)
def test_what_the_whole_text_does_not_have_goes(extra: list[Block], place: int):
    assert confirmed([*BODY[:place], *extra, *BODY[place:]], [Witness("ld+json", told(0, 12))]) == BODY


@pytest.mark.parametrize(
    ("extra", "place", "why"),
    [
        (PROMOTION, 0, "a lead is seldom told"),
        (paragraph("The second wheel", "head"), 6, "nor are headings"),
        (paragraph("What now?"), 6, "nor what stands for one"),
        (
            paragraph("We never saw such a thing in this valley, and we will not see its like again.", "quote"),
            6,
            "nor posts",
        ),
        (paragraph("Wheel 3 4\nPaddles 12 18", "table"), 6, "nor tables"),
    ],
)
def test_what_is_seldom_told_to_machines_stays(extra: Block, place: int, why: str):
    found = [*BODY[:place], extra, *BODY[place:]]
    assert confirmed(found, [Witness("ld+json", told(0, 12))]) == found, why


@pytest.mark.parametrize("witness", ["", told(0, 3), told(0, 4) + "\n" + told(13, 20), told(0, 20)])
def test_a_witness_of_a_part_or_of_more_takes_nothing_away(witness: str):
    found = [*BODY[:6], PROMOTION, *BODY[6:]]
    assert confirmed(found, [Witness("ld+json", witness)]) == found
