"""Counting and cutting words, also where a script does not put spaces between them."""

import re

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
PER_WORD = 2  # characters that count as a word where there are no spaces
ELLIPSIS = "…"


def _tokens(text: str) -> list[tuple[int, int, float]]:
    """Return begin, end and weight in words of each run of letters."""
    found: list[tuple[int, int, float]] = []
    for run in re.finditer(r"\S+", text):
        letters = len(_UNSPACED.findall(run[0]))
        if letters * 2 < len(run[0]):
            found.append((run.start(), run.end(), 1.0))
        else:
            found += [(place, place + 1, 1 / PER_WORD) for place in range(run.start(), run.end())]
    return found


def count(text: str) -> int:
    """Return the number of words; two characters of Chinese, Japanese, Thai, Lao, Khmer or Burmese count as one."""
    if not _UNSPACED.search(text):
        return len(text.split())
    total = 0.0
    for run in text.split():
        letters = len(_UNSPACED.findall(run))
        total += 1 if letters * 2 < len(run) else len(run) / PER_WORD
    return int(total + 0.5)


def first(text: str, number: int) -> str:
    """Return at most the first `number` words, by the same count, with an ellipsis where more follow."""
    total = 0.0
    for begin, _, weight in _tokens(text[: 200 * number + 1000]):
        if total + weight > number:
            return text[:begin].rstrip(" \t\r\n,;:–—-") + ELLIPSIS if begin else ""
        total += weight
    return " ".join(text.split()) if number else ""


def within(text: str, chars: int) -> str:
    """Return at most `chars` characters, cut between words where there are spaces, with an ellipsis when cut."""
    folded = " ".join(text.split())
    if len(folded) <= chars:
        return folded
    cut = folded[: max(chars - 1, 0)]
    space = cut.rfind(" ")
    shown = cut[:space] if space > chars // 2 else cut
    return shown.rstrip(" ,;:–—-…") + ELLIPSIS if shown else ""
