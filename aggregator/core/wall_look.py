"""What there is to see of a text before it is judged: its lines, what they say in a wall's voice, and to whom."""

# ruff: noqa: RUF001 - ends of sentences in many scripts

import re
from dataclasses import dataclass

from aggregator.core import headline
from aggregator.core.wall_words import READER, SAYINGS, Kind, folded, spoken, unquoted
from aggregator.core.words import count

LOOKED_AT = 12_000  # characters of a text
MOST_LINES = 400
CLAUSE = 6  # words of a sentence of prose

_TOKEN = re.compile(r"\w+(?:['-]\w+)*")
_FORMAL = re.compile(r"(?<=[a-zäöüß,] )(?:Sie|Ihnen|Ihr(?:e[nmrs]?)?)\b")  # German for you, in the middle of a sentence
_SENTENCES = re.compile(r"(?<=[.!?؟।])\s+|(?<=[。！？])\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """A line or a sentence: its words, and which kinds of walls speak so, each with a phrase and how many of them."""

    text: str
    words: int
    says: tuple[tuple[Kind, str, int], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A text as it is judged: its lines and sentences, and the kind of wall that speaks most in it.

    `last` is the last sentence, `loud` are the words of sentences in which walls speak, `prose` the share of those in
    longer ones where none does.
    """

    lines: tuple[Part, ...]
    last: Part | None = None
    kind: Kind | None = None
    phrase: str = ""
    loud: int = 0
    prose: float = 0.0


def look(text: str, *, listen: bool = True) -> Look:
    """Return what there is to see of a text; without `listen` no more than its lines."""
    whole = folded(text[:LOOKED_AT])
    known = [(kind, phrase) for kind, phrases in SAYINGS.items() for phrase in phrases if listen and phrase in whole]
    known.sort(key=lambda each: -len(each[1]))
    lines = tuple(_part(line, known) for line in whole.splitlines()[:MOST_LINES] if line.strip())
    sentences = [_part(each, known) for line in lines for each in _SENTENCES.split(line.text) if each.strip()]
    total = max(sum(each.words for each in sentences), 1)
    prose = sum(each.words for each in sentences if each.words >= CLAUSE and not each.says) / total
    sums: dict[Kind, tuple[int, int, str]] = {}
    for kind, phrase, number in [said for each in sentences for said in each.says]:
        before, _, first = sums.get(kind, (0, 0, phrase))
        sums[kind] = (before + number, -list(Kind).index(kind), first)
    if not sums:
        return Look(lines, prose=prose)
    most = max(sums, key=lambda kind: sums[kind])
    return Look(lines, sentences[-1], most, sums[most][2], sum(each.words for each in sentences if each.says), prose)


def _part(text: str, known: list[tuple[Kind, str]]) -> Part:
    if not known:
        return Part(text, count(text), ())
    kind_of = {phrase: kind for kind, phrase in known}
    tally: dict[Kind, tuple[str, int]] = {}
    for phrase, number in spoken(text, kind_of).items():
        first, before = tally.get(kind_of[phrase], (phrase, 0))
        tally[kind_of[phrase]] = (first, before + number)
    return Part(text, count(text), tuple((kind, *each) for kind, each in tally.items()))


def voice(text: str) -> tuple[list[str], float]:
    """Return the words of a text and the share of them that are we, you and their like, outside of quotations."""
    tokens = _TOKEN.findall(folded(text[:LOOKED_AT]))
    said = sum(token in READER for token in tokens) + len(_FORMAL.findall(unquoted(text[:LOOKED_AT])))
    return tokens, said / max(len(tokens), 1)


def addresses(line: str) -> bool:
    """Whether a folded line speaks of us or to you."""
    return not READER.isdisjoint(_TOKEN.findall(line))


def notable(text: str) -> set[str]:
    """Return the words that tell a subject: long ones, and pairs of characters where there are no spaces."""
    words = headline.folded(text[:LOOKED_AT]).split()
    if count(text[:LOOKED_AT]) > 2 * len(words):
        return {word[at : at + 2] for word in words for at in range(len(word) - 1)}
    return {word for word in words if len(word) > len("that")}
