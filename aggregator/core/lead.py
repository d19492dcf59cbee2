"""The lead of an article that stands apart from its body: which of the lines that the page shows it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.core import headline
from aggregator.core.blocks import Block, grams, share, tokens
from aggregator.core.headline import folded

LEAST, MOST = 40, 800  # characters of a lead
UNTOLD = 60  # characters of one that no description confirms
TOLD = 0.6  # share of its words that a description has too when it is the same
IN_BODY = 0.5  # share of its runs of words that a body has when the lead is told there
CUT = 12  # characters at the end of a description that may be an ellipsis or half a word
SAME_HEADLINE = 0.8


@dataclass(frozen=True, slots=True)
class Line:
    """What a page shows in one element: its tag and its text on one line."""

    tag: str
    text: str


def lead(lines: Sequence[Line], found: Sequence[Block], descriptions: Sequence[str], titles: Sequence[str]) -> str:
    """Return the line of the page that is the article's lead and that the body lacks; '' when there is none.

    `lines` are those that the page shows, in order; `descriptions` are what it says of itself to machines (meta,
    JSON-LD). A line that is one of those is the lead: readers see it, and the page calls it its summary. Without one,
    it is the subheading (h2, h3) that comes first after a headline.
    """
    told = [said for text in descriptions if len(said := folded(text)) >= LEAST // 2]
    fit = [line for line in lines if LEAST <= len(line.text) <= MOST]
    best = (next((line.text for line in fit if _same(line.text, told)), ""), _subheading(lines, titles))
    if not any(best):
        return ""
    body = grams("\n".join(block.words for block in found))
    for text in filter(None, best):
        if share(text, body) < IN_BODY and not any(headline.alike(text, title) > TOLD for title in titles):
            return text
    return ""


def _same(line: str, told: Sequence[str]) -> bool:
    """Whether a line is what a description says; one of them may be cut short."""
    said = folded(line) if told else ""
    for text in told:
        if said.startswith(text[:-CUT]) or text.startswith(said):
            return True
        if max(len(said), len(text)) < 2 * min(len(said), len(text)):
            first, second = set(tokens(said)), set(tokens(text))
            if len(first & second) >= TOLD * max(len(first), len(second)):
                return True
    return False


def _subheading(lines: Sequence[Line], titles: Sequence[str]) -> str:
    """Return the subheading that is the first line after the headline, '' when another line comes first."""
    begun = False
    for line in lines:
        if not begun:
            begun = line.tag == "h1" and any(headline.alike(line.text, title) >= SAME_HEADLINE for title in titles)
        elif len(line.text) >= LEAST and not any(headline.alike(line.text, title) >= SAME_HEADLINE for title in titles):
            return line.text if line.tag in {"h2", "h3"} and UNTOLD <= len(line.text) <= MOST else ""
    return ""
