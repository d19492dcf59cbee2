"""How differences between two versions of a text are told at a terminal."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.text import Text

from aggregator.cli.console import harmless, out
from aggregator.core.revision import Version, sentences
from aggregator.store.revisions import Revision

STYLE = {"-": "red", "+": "green", " ": ""}
AROUND = 1  # unchanged sentences shown beside a change
CUT = 300  # characters of an unchanged sentence


def told(before: Version, after: Version) -> list[dict[str, str]]:
    """Return the sentences of two versions for a program: op "-", "+" or " ", and the sentence."""
    return [{"op": op, "sentence": each} for op, each in sentences(before, after)]


def known(each: Revision) -> dict[str, Any]:
    """Return what is known of a version but its words."""
    names = ("version", "at", "kind", "note", "extractor", "page_id")
    return {name: getattr(each, name) for name in names}


def print_difference(found: Sequence[tuple[str, str]], most: int | None = None) -> None:
    """Print sentences with what came and went, and one unchanged on each side; of changes at most `most`."""
    shown = 0
    for op, sentence in _near(found):
        if op == "…":
            out.print("  …", markup=False)
            continue
        if op != " ":
            shown += 1
            if most is not None and shown > most:
                out.print("  … and more", markup=False)
                return
        kept = sentence if op != " " or len(sentence) <= CUT else sentence[:CUT] + "…"
        out.print(Text(f"{op} {harmless(kept)}", style=STYLE[op]))


def _near(found: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Yield what changed and what stands beside it; "…" stands for the rest."""
    near = {
        each for place, (op, _) in enumerate(found) if op != " " for each in range(place - AROUND, place + AROUND + 1)
    }
    skipped = False
    for place, each in enumerate(found):
        if place in near:
            if skipped:
                yield "…", ""
            yield each
        skipped = place not in near
