"""Which of the headlines that a page offers is the article's own."""

import re
import unicodedata
from collections.abc import Sequence

_SEPARATOR = re.compile(r"\s+[|–—\-·•»:›/]\s+|\s*[|»›]\s*")
_WORD = re.compile(r"[^\W_]+")
MAX_LENGTH = 500


def folded(text: str) -> str:
    """Return a headline as far as two of them are compared: letters and digits only, small."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def tidy(text: str) -> str:
    """Return a headline on one line, bounded."""
    return " ".join(text.split())[:MAX_LENGTH]


def alike(one: str, other: str) -> float:
    """Return how alike two headlines are: shared words by all words, 1.0 for the same."""
    a, b = folded(one), folded(other)
    if a == b:
        return 1.0 if a else 0.0
    first, second = set(a.split()), set(b.split())
    if len(first) < 2 or len(second) < 2:  # noqa: PLR2004 - no spaces: compare pairs of characters
        first, second = _pairs(a), _pairs(b)
    both = first | second
    return len(first & second) / len(both) if both else 0.0


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


def without_site(title: str, names: Sequence[str]) -> str:
    """Return a title without the parts at its end (or begin) that name the site."""
    known = {folded(name) for name in names if name} - {""}
    parts = _SEPARATOR.split(title)
    cut = [part for part in parts if folded(part) not in known]
    if len(cut) == len(parts):
        return tidy(title)
    kept = title
    for part in parts:
        if folded(part) in known:
            kept = re.sub(rf"(?:\s*[|–—\-·•»:›/]\s*)?{re.escape(part)}(?:\s*[|–—\-·•»:›/]\s*)?$", "", kept)
            kept = re.sub(rf"^{re.escape(part)}\s*[|–—\-·•»:›/]\s*", "", kept)
    return tidy(kept) or tidy(title)


def choose(told: str, offered: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return the headline and where it is from.

    `told` is the feed's own; `offered` are the page's, each with its origin. The feed's wins where the page agrees with
    it; else the one that agrees best with the others.
    """
    found = [(origin, tidy(title)) for origin, title in offered if folded(title)]
    if told.strip():
        best = max((alike(told, title) for _, title in found), default=0.0)
        if not found or best >= 0.5 or any(folded(told) in folded(title) for _, title in found):  # noqa: PLR2004
            return tidy(told), "feed"
    if not found:
        return "", ""
    scored = [
        (sum(alike(title, other) for _, other in found), -place, origin, title)
        for place, (origin, title) in enumerate(found)
    ]
    _, _, origin, title = max(scored)
    return title, origin
