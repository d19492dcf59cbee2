"""An article that a site splits over several pages, put together again."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape

from aggregator.core.article import Extraction
from aggregator.core.headline import folded

MOST = 10  # parts that are joined
_BLOCK = re.compile(r"\n(?=<(?:p|h[2-6]|ul|ol|blockquote|table|pre)[ >])")
_END = re.compile(r"<br>|</?(?:p|li|tr|h[2-6]|ul|ol|table|blockquote)(?: [^<>]{0,4000})?>")
_CELL = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^<>]{0,4000}>")


def joined(parts: Sequence[Extraction]) -> Extraction:
    """Return the first part with the text and the clean HTML of all, in order; blocks that were there before, once.

    At most ten parts are joined, the rest is left out. One part is returned as it is; there must be one at least.
    What else is known of the article is the first part's; `next_urls` is empty, and `agreement` is None, since no
    witness spoke of the whole.
    """
    first, *others = parts[:MOST]
    if not others:
        return first
    html, text = [first.html] if first.html else [], [first.text] if first.text else []
    seen = {_name(lines(block)) for block in _BLOCK.split(first.html)}
    for part in others:
        for block in _BLOCK.split(part.html):
            said = lines(block)
            if (name := _name(said)) and name not in seen:
                seen.add(name)
                html.append(block)
                text += said
    return replace(
        first,
        html="\n".join(html),
        text="\n".join(text),
        links=sum(part.links for part in parts[:MOST]),
        next_urls=(),
        agreement=None,
    )


def _name(said: Sequence[str]) -> str:
    return folded(" ".join(said))


def lines(block: str) -> list[str]:
    """Return the lines of a block of clean HTML as plain text, without empty ones."""
    level = block.replace("\n", " ")
    marked = _CELL.sub(" ", _END.sub("\n", level))
    return [line for each in unescape(_TAG.sub("", marked)).split("\n") if (line := " ".join(each.split()))]
