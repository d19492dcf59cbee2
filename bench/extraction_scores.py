"""How near an extraction comes to what was expected: the measures of `bench/extraction.py`, each from 0.0 to 1.0.

Titles, names and words are compared after Unicode NFKC, so that full-width and composed forms count as one. The body's
measure is the one that published comparisons of extractors use: F1 over the multiset of words.
"""

# ruff: noqa: RUF001 - the quotes and dashes that are folded

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

SOFT = 0.8  # of a title's words, as F1: from here on it is the same headline in another dress
_WORD = re.compile(r"\w+")
_QUOTES = str.maketrans(
    dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛‹›′`´", "'") | dict.fromkeys("‐‑‒–—―−", "-")
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def words(text: str) -> list[str]:
    r"""Return the words of a text: runs of `\w`, lower case."""
    return _WORD.findall(text.lower())


def f1(found: str, expected: str) -> float:
    """Return F1 over the multiset of words; two empty texts agree wholly."""
    ours, theirs = Counter(words(found)), Counter(words(expected))
    if not ours or not theirs:
        return float(ours == theirs)
    return 2 * sum((ours & theirs).values()) / (sum(ours.values()) + sum(theirs.values()))


def folded(text: str) -> str:
    """Return a text as far as titles and names are compared: on one line, small, with plain quotes and dashes."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(_QUOTES)
    return " ".join(plain.casefold().split())


def title_exact(found: str, expected: str) -> bool:
    """Whether both titles are the same but for white space, quotes, dashes and case."""
    return folded(found) == folded(expected)


def title_soft(found: str, expected: str) -> bool:
    """Whether both titles share nearly all words (F1 of at least `SOFT`), or are the same where there are no spaces."""
    ours, theirs = folded(found), folded(expected)
    return ours == theirs or f1(ours, theirs) >= SOFT


def authors_exact(found: Iterable[str], expected: Iterable[str], organisations: Iterable[str] = ()) -> bool:
    """Whether both name the same authors, in any order.

    `organisations` are those found apart from the persons. What does not tell the two apart is met by the persons
    alone, where there are any, or by both together.
    """
    wanted, persons = {folded(name) for name in expected}, {folded(name) for name in found}
    both = persons | {folded(name) for name in organisations}
    return wanted == both or bool(persons and wanted == persons)


def same_day(found: datetime | None, expected: datetime | None) -> bool:
    """Whether both are on one calendar day, in UTC or in the offset of `expected`; None is the same as None only."""
    if found is None or expected is None:
        return found is expected
    return any(found.astimezone(zone).date() == expected.astimezone(zone).date() for zone in (UTC, expected.tzinfo))
