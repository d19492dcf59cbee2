"""The blocks that a body is made of, and their words as far as two of them are compared."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.core.headline import folded

# scripts without spaces: each of their characters counts as a word
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
GRAM = 4  # words that stand side by side and are compared as one


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an article: its kind in trafilatura's words (p, head, list, quote, table, code), its paragraphs, one a
    line, its HTML, and how many of its characters are links.
    """

    kind: str
    words: str
    html: str
    linked: int = 0


def size(found: Sequence[Block]) -> int:
    """Return how many characters of text the blocks have."""
    return sum(len(block.words) for block in found)


def tokens(text: str) -> list[str]:
    """Return the words of a text, folded; characters where a script has no spaces."""
    said = folded(text)
    return (said if said.isascii() else _UNSPACED.sub(r" \g<0> ", said)).split()


def grams(text: str) -> set[int]:
    """Return the hashes of all runs of four words in a text, of the whole text when it is shorter; empty for none.

    The hashes hold within one process only.
    """
    said = tokens(text)
    if len(said) <= GRAM:
        return {hash(tuple(said))} if said else set()
    return set(map(hash, zip(said, said[1:], said[2:], said[3:], strict=False)))


def share(text: str, witness: set[int]) -> float:
    """Return which part (0 to 1) of a text's runs of four words `witness` has; 0 for a text without words."""
    own = grams(text)
    return len(own & witness) / len(own) if own else 0.0
