"""The memory of a site: lines that stand on several of its pages are none of an article's text."""

import hashlib
from collections.abc import Mapping, Sequence

from aggregator.core.blocks import Block, size
from aggregator.core.headline import folded

SHORTEST, LONGEST = 15, 400  # characters of a line that is remembered
MOST = 40  # lines of a page that are remembered
ELSEWHERE = 2  # other pages of the site that have a line, when it is boilerplate; with one, it may be a quotation
EARLY = 3  # the first third of a text is taken more seriously
TAKEN_EARLY, TAKEN = 0.2, 0.3  # shares of the text that are taken at most, in its first third and in all


def line_hash(line: str) -> int:
    """Return the name of a line, blind to case, spaces and punctuation: signed 64 bits (BLAKE2b, RFC 7693)."""
    digest = hashlib.blake2b(folded(line).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def lines(text: str) -> tuple[int, ...]:
    """Return the hashes of the lines of a text (one paragraph a line) that are worth remembering, each once.

    Those are of 15 to 400 characters; at most 40: the first and the last twenty, where what is repeated stands.
    """
    fit = list(dict.fromkeys(line_hash(line) for line in text.splitlines() if SHORTEST <= len(line) <= LONGEST))
    return tuple(fit if len(fit) <= MOST else fit[: MOST // 2] + fit[-(MOST - MOST // 2) :])


def without_known(found: Sequence[Block], known: Mapping[int, int]) -> list[Block]:
    """Return the blocks without those all of whose lines stand on two other pages of the site.

    `known` gives for the hash of a line on how many other pages it was seen. When the blocks to be taken hold too much
    of the text (30 %, in its first third 20 %), they stay: then the site shows one text at several addresses.
    """
    if not known:
        return list(found)
    whole = size(found)
    early: list[int] = []
    late: list[int] = []
    passed = 0
    for place, block in enumerate(found):
        if _repeated(block, known):
            (early if EARLY * passed < whole else late).append(place)
        passed += len(block.words)
    if _sum(found, early) > TAKEN_EARLY * whole:
        early = []
    gone = {*early, *late}
    if _sum(found, gone) > TAKEN * whole:
        return list(found)
    return [block for place, block in enumerate(found) if place not in gone]


def _sum(found: Sequence[Block], places: Sequence[int] | set[int]) -> int:
    return sum(len(found[place].words) for place in places)


def _repeated(block: Block, known: Mapping[int, int]) -> bool:
    """Whether all lines of a block that can be remembered, one at least, stand on other pages too."""
    fit = [line for line in block.words.splitlines() if SHORTEST <= len(line) <= LONGEST]
    return (
        bool(fit)
        and len(block.words) <= LONGEST * 4
        and all(known.get(line_hash(line), 0) >= ELSEWHERE for line in fit)
    )
