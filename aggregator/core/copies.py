"""Whether two texts are the same one, told twice, and what one is to the other."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from aggregator.core.article import Sketch
from aggregator.core.sketch import SHINGLE_WORDS

RULE_VERSION = "copies-2"
CONTAINMENT = 0.55
SHARED_LEAST = 12
TINY = 10  # shingles; below this nearly all must be shared
TINY_SHARE = 0.9
SHORT = 150  # shingles; below this the time between two texts matters
SHORT_GAP = timedelta(hours=72)
BRIEF = 100  # shingles; below this more of the numbers must agree
NUMBERS, NUMBERS_BRIEF, NAMES = 0.6, 0.75, 0.5
RATIO = 2.5
JACCARD = 0.5


class Relation(StrEnum):
    """What one text is to another."""

    COPY = "copy"
    EXCERPT_OF = "excerpt_of"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Match:
    """How two texts are related; `score` is the share of the shorter one's shingles that the other has."""

    relation: Relation
    score: float
    rule: str


def _agree(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    """Whether two sets share enough of the smaller one; empty sets say nothing against."""
    fewer = min(len(one), len(other))
    return not fewer or len(one & other) >= share * fewer


def _exchanged(one: Sketch, other: Sketch) -> bool:
    """Whether all that is different in two texts is names: one form, filled in for two people, places or firms.

    A name of k words changes k + 3 word 4-grams. More than that is an edit, such as a lede or a footer of one's own.
    """
    return all(
        mine.names - theirs.names
        and len(mine.shingles - theirs.shingles) <= SHINGLE_WORDS * (len(mine.names - theirs.names) + 1)
        for mine, theirs in ((one, other), (other, one))
    )


def _told_apart(one: Sketch, other: Sketch, gap: timedelta) -> str:
    """Return which guard says that two like texts are other news told by one template, or ''."""
    size = min(len(one.shingles), len(other.shingles))
    if not _agree(one.numbers, other.numbers, NUMBERS_BRIEF if size < BRIEF else NUMBERS):
        return "numbers"
    if not _agree(one.names, other.names, NAMES) or (size < BRIEF and _exchanged(one, other)):
        return "names"
    if size < SHORT and one.shingles != other.shingles and gap > SHORT_GAP:
        return "time"
    if size < SHORT and gap > SHORT_GAP * 2:
        return "time"
    return ""


def compare(one: Sketch, other: Sketch, gap: timedelta, *, same_source: bool) -> Match | None:
    """Return what text `one` is to text `other`, or None when they are not the same text.

    Two texts of one source that share a template are told apart by time as well: a notice that is repeated word for
    word on another day is another notice.
    """
    if not one.shingles or not other.shingles:
        return None
    shared = len(one.shingles & other.shingles)
    fewer, more = sorted((len(one.shingles), len(other.shingles)))
    containment = shared / fewer
    jaccard = shared / (fewer + more - shared)
    if fewer < TINY:
        enough = min(containment, shared / more) >= TINY_SHARE
    else:
        enough = containment >= CONTAINMENT and shared >= min(SHARED_LEAST, fewer)
    if not enough or _told_apart(one, other, gap):
        return None
    if same_source and fewer < SHORT and gap > SHORT_GAP:
        return None
    rule = f"{RULE_VERSION}: containment {containment:.2f}, jaccard {jaccard:.2f}, {shared} shared"
    if more <= RATIO * fewer or jaccard >= JACCARD:
        return Match(Relation.COPY, round(containment, 4), rule)
    shorter = len(one.shingles) <= len(other.shingles)
    return Match(Relation.EXCERPT_OF if shorter else Relation.CONTAINS, round(containment, 4), rule)
