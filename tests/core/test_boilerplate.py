"""What a site's memory takes out of its articles, and where it holds back."""

import pytest

from aggregator.core.blocks import Block
from aggregator.core.boilerplate import LONGEST, MOST, SHORTEST, line_hash, lines, without_known

SAID = [
    f"Speaker {n} of the evening told the council of Osterby about wheel number {n * 7} and its {n} broken paddles."
    for n in range(12)
]
BODY = [Block("p", each, f"<p>{each}</p>") for each in SAID]
EXPECTED = -7408507282159736864  # BLAKE2b of "our valley in pictures"
LINE = "Our reporters walk so that you do not have to."


def block(said: str, kind: str = "p") -> Block:
    return Block(kind, said, f"<{kind}>{said}</{kind}>")


def seen(*said: str, pages: int = 2) -> dict[int, int]:
    return {line_hash(each): pages for each in said}


@pytest.mark.parametrize("place", [0, 1, 6, 12])
def test_a_line_of_two_other_pages_goes(place: int):
    found = [*BODY[:place], block(LINE), *BODY[place:]]
    assert without_known(found, seen(LINE)) == BODY


def test_a_line_of_one_other_page_stays():
    found = [*BODY, block(LINE)]
    assert without_known(found, seen(LINE, pages=1)) == found


def test_without_a_memory_nothing_goes():
    assert without_known(BODY, {}) == BODY


def test_case_spaces_and_punctuation_do_not_matter():
    assert without_known([*BODY, block("OUR  reporters walk, so that you do not have to!")], seen(LINE)) == BODY


def test_a_list_goes_when_all_its_lines_are_known():
    known = seen("Our valley in pictures", "Our valley in numbers")
    assert without_known([*BODY, block("Our valley in pictures\nOur valley in numbers", "list")], known) == BODY
    found = [*BODY, block("Our valley in pictures\nOur valley in letters", "list")]
    assert without_known(found, known) == found


def test_no_more_than_a_fifth_goes_in_the_first_third():
    assert without_known(BODY, seen(*SAID[:2])) == BODY[2:]
    assert without_known(BODY, seen(*SAID[:3])) == BODY


def test_no_more_than_three_tenths_go_in_all():
    assert without_known(BODY, seen(*SAID[9:])) == BODY[:9]
    assert without_known(BODY, seen(*SAID[8:])) == BODY


def test_what_is_short_or_long_is_not_remembered():
    text = "\n".join(["x" * (SHORTEST - 1), "y" * SHORTEST, "z" * LONGEST, "w" * (LONGEST + 1)])
    assert lines(text) == (line_hash("y" * SHORTEST), line_hash("z" * LONGEST))


def test_a_line_is_remembered_once():
    assert lines(f"{LINE}\n{SAID[0]}\n{LINE}") == (line_hash(LINE), line_hash(SAID[0]))


def test_the_first_and_the_last_lines_of_a_long_text_are_remembered():
    said = [f"This is line number {n} of the minutes." for n in range(100)]
    assert lines("\n".join(said)) == tuple(map(line_hash, said[: MOST // 2] + said[-MOST // 2 :]))


def test_hashes_fit_into_a_signed_column_and_never_change():
    assert line_hash("Our valley in pictures") == line_hash("our VALLEY in pictures.")
    hashes = [line_hash(f"line {n}") for n in range(200)]
    assert all(-(2**63) <= each < 2**63 for each in hashes)
    assert min(hashes) < 0 < max(hashes)
    assert line_hash("Our valley in pictures") == EXPECTED
