"""The process that reads mutated pages: a seed a line in, a line of JSON out, and not a word when it hangs or dies.

    python -m tests.fuzz.victim FOLDER SECONDS

FOLDER holds the pages that are mutated; SECONDS is the time that one page may take.
"""

import json
import re
import resource
import sys
import time
import traceback
from pathlib import Path

from lxml import html as lxml_html

from aggregator.adapters import sanitizer, text_extractor
from aggregator.adapters.deadline import deadline
from aggregator.core import gate, walls, words
from aggregator.core.article import Extraction, Hints
from aggregator.core.errors import AggregatorError
from aggregator.core.sketch import sketch
from tests.fuzz.mutations import mutated

URL = "https://fuzz.example/news/2026/an-article"
CHARSETS = ("", "utf-8", "iso-8859-1", "utf-16", "x-nonsense")
MOST_TEXT, MOST_TITLE = 600_000, 1_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def broken(found: Extraction) -> str:
    """Return what of an extraction breaks a promise that others build on; '' when nothing does."""
    said = {"title": found.title, "text": found.text, "html": found.html, "description": found.description}
    said |= {f"author {number}": name for number, name in enumerate((*found.authors, *found.organisations))}
    said |= {"section": found.section, "credit": found.image_credit, "site": found.site_name}
    for name, value in said.items():
        if unfit := _CONTROL.search(value):
            return f"{name} holds {unfit[0]!r}, which XML cannot"
    if len(found.text) > MOST_TEXT or len(found.title) > MOST_TITLE or len(found.authors) > 50:
        return f"{len(found.text)} characters, title of {len(found.title)}, {len(found.authors)} authors"
    if any(when is not None and when.tzinfo is None for when in (found.published, found.modified)):
        return "a date without a zone"
    for name, address in (("canonical", found.canonical_url), ("image", found.image), ("amp", found.amp_url)):
        if address and not address.startswith(("http://", "https://")):
            return f"{name} is {address[:80]!r}"
    return _unclean(found.html)


def _unclean(markup: str) -> str:
    if not markup:
        return ""
    for element in lxml_html.fragment_fromstring(markup, create_parent="div").iter():
        if element.tag not in sanitizer.TAGS | {"div"}:
            return f"<{element.tag!s}> in the clean HTML"
        for name, value in element.items():
            if name.startswith("on") or (name == "href" and not value.startswith(("http://", "https://"))):
                return f"{name}={value[:80]!r} in the clean HTML"
    return ""


def read(body: bytes, charset: str, seconds: float) -> str:
    """Take a page through what the line does with it; returns how it ended, or raises what it should not."""
    walls.wall(200, {"content-type": "text/html"}, body)
    hints = Hints("A headline of the feed", "Some words of summary.", "A. Person")
    try:
        with deadline(seconds):
            found = text_extractor.extract(body, url=URL, charset=charset, hints=hints)
    except AggregatorError as error:
        return f"refused: {error.reason[:80]}"
    if wrong := broken(found):
        raise AssertionError(wrong)
    number = words.count(found.text)
    sketch(found.title, found.text, found.language)
    return gate.verdict(found, hints, number).partition(":")[0] or "article"


def main() -> None:
    """Read seeds until there are no more."""
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    pages = [file.read_bytes() for file in sorted(folder.iterdir())]
    text_extractor.warm_up()
    print(json.dumps({"ready": len(pages)}), flush=True)
    for line in sys.stdin:
        seed = int(line)
        body = mutated(seed, pages)
        began = time.perf_counter()
        told: dict[str, object] = {"seed": seed, "size": len(body)}
        try:
            told["end"] = read(body, CHARSETS[seed % len(CHARSETS)], seconds)
        except Exception:  # noqa: BLE001 - whatever escapes is what is looked for
            told["crash"] = traceback.format_exc(limit=-6)
        told["seconds"] = time.perf_counter() - began
        told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        told["memory"] = int(Path("/proc/self/statm").read_text().split()[1]) * 4 if sys.platform == "linux" else 0
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
