"""A second witness of a body: what the page tells machines, or the feed carries, beside what was read from the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.core.blocks import GRAM, Block, grams, share, tokens

POOR = 400  # characters; a body with less says next to nothing
AGREES = 0.75  # share of our runs of words that a witness has when both tell the same article
MORE = 4 / 3  # how many times as many runs of words a witness has when ours is cut short
WHOLE = 0.9  # share of a witness that ours has when it lacks nothing
NEARLY = 0.7  # how much a witness must have of our runs of words to say what is none of the article
FOREIGN = 0.1  # share of a block that a witness knows when it does not have it
SETTLED = 2  # blocks at the head that are never foreign: a lead is seldom told to machines
SAYS = 60  # characters; a shorter paragraph may be a heading


@dataclass(frozen=True, slots=True)
class Witness:
    """Who says (ld+json, feed), and the whole text, plain, one paragraph a line."""

    name: str
    text: str


def winner(text: str, witnesses: Sequence[Witness]) -> Witness | None:
    """Return the witness whose text is better than ours, None when ours stands.

    It is better when ours says next to nothing and it more than twice as much, or when it has nearly all of ours and a
    third more. A teaser is neither.
    """
    own = grams(text) if witnesses else set()
    for witness in witnesses:
        if len(text) < POOR:
            if len(witness.text) > max(2 * len(text), POOR):
                return witness
            continue
        other = grams(witness.text)
        if len(other) >= MORE * len(own) and len(own & other) >= AGREES * len(own):
            return witness
    return None


def agreement(text: str, witnesses: Sequence[Witness]) -> float | None:
    """Return the share (0 to 1) of a text that the best witness has too, None without one.

    A witness that has less than half as many runs of words is a teaser, and none.
    """
    own = grams(text) if witnesses else set()
    known = [other for witness in witnesses if (other := grams(witness.text)) and 2 * len(other) >= len(own)]
    return max((round(len(own & other) / len(own), 3) for other in known), default=None) if own else None


def confirmed(found: Sequence[Block], witnesses: Sequence[Witness]) -> list[Block]:
    """Return the blocks without those that a witness of the whole article does not have.

    That are paragraphs and lists with what they stand under, never the first blocks, and only when the witness and the
    body agree otherwise: it is nearly all in the body, and most of the body is in it.
    """
    own = grams("\n".join(block.words for block in found)) if witnesses else set()
    for witness in witnesses:
        other = grams(witness.text)
        both = len(own & other)
        if other and both >= WHOLE * len(other) and both >= NEARLY * len(own):
            return _without(found, other, witness.text)
    return list(found)


def _without(found: Sequence[Block], other: set[int], text: str) -> list[Block]:
    """Return the blocks that a witness has (`other` are the runs of words of its text), and headings of something."""
    plain = f" {' '.join(tokens(text))} "
    kept: list[Block] = []
    for place, block in enumerate(found):
        says = block.kind == "list" or (block.kind == "p" and len(block.words) >= SAYS)
        if place >= SETTLED and says and _foreign(block, other, plain):
            while len(kept) > SETTLED and kept[-1].kind == "head" and _foreign(kept[-1], other, plain):
                kept.pop()
            continue
        kept.append(block)
    return kept


def _foreign(block: Block, other: set[int], plain: str) -> bool:
    """Whether a witness lacks a block; one of too few words for a run is sought in its `plain` text word by word."""
    said = tokens(block.words)
    if len(said) < GRAM:
        return bool(said) and f" {' '.join(said)} " not in plain
    return share(block.words, other) < FOREIGN
