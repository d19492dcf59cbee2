"""The tools that bench/extraction.py sets beside each other, each run in a process of its own.

    PYTHON bench/extractors.py NAME FOLDER

FOLDER holds `pages.json`, a list of {"file", "url", "charset"}, and the files that it names. Prints one line of JSON:
what the tool made of each page, and what it took. Nothing of ours need be installed where a peer runs.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

Page = dict[str, Any]  # title, authors, organisations, published, text; or error
Tool = Callable[[bytes, str, str], Page]  # of the bytes, the address and the charset that HTTP gave
WARM = 5  # pages read before the clock starts


def ours() -> Tool:
    """Return the extraction of this project; the feed says nothing."""
    extractor = import_module("aggregator.adapters.text_extractor")
    article = import_module("aggregator.core.article")
    errors = import_module("aggregator.core.errors")
    extractor.warm_up()

    def read(body: bytes, url: str, charset: str) -> Page:
        try:
            found = extractor.extract(body, url=url, charset=charset, hints=article.Hints())
        except errors.AggregatorError as error:
            return {"error": str(error)}
        return {
            "title": found.title,
            "authors": list(found.authors),
            "organisations": list(found.organisations),
            "published": found.published.isoformat() if found.published else None,
            "text": found.text,
        }

    return read


def trafilatura(*, comments: bool = True, metadata: bool = True, **options: Any) -> Callable[[], Tool]:  # noqa: ANN401
    """Return trafilatura's own extraction."""

    def start() -> Tool:
        module = import_module("trafilatura")

        def read(body: bytes, url: str, charset: str) -> Page:  # noqa: ARG001 - it detects the encoding by itself
            found = module.bare_extraction(body, url=url, with_metadata=metadata, include_comments=comments, **options)
            if found is None:
                return {"error": "nothing found"}
            return {
                "title": found.title,
                "authors": found.author.split("; ") if found.author else [],
                "published": found.date,
                "text": found.text,
            }

        return read

    return start


def readability() -> Tool:
    """Return readability-lxml: a title and a body, nothing else."""
    module, html = import_module("readability"), import_module("lxml.html")

    def read(body: bytes, url: str, charset: str) -> Page:
        document = module.Document(body.decode(charset or "utf-8", "replace"), url=url)
        tree = html.fragment_fromstring(document.summary(html_partial=True), create_parent="div")
        lines = [" ".join(part.text_content().split()) for part in tree.iter("p", "li", "h2", "h3", "pre", "td")]
        return {"title": document.short_title(), "text": "\n".join(lines) or tree.text_content()}

    return read


def newspaper() -> Tool:
    """Return newspaper4k; it is given the page and asks nobody."""
    module = import_module("newspaper")

    def read(body: bytes, url: str, charset: str) -> Page:
        found = module.Article(url, fetch_images=False)
        found.download(input_html=body.decode(charset or "utf-8", "replace"))
        found.parse()
        when = found.publish_date
        return {
            "title": found.title,
            "authors": found.authors,
            "published": when.isoformat() if isinstance(when, datetime) else when,
            "text": found.text,
        }

    return read


TOOLS: dict[str, Callable[[], Tool]] = {
    "aggregator": ours,
    "trafilatura": trafilatura(),
    "trafilatura, no comments": trafilatura(comments=False),
    "trafilatura, text only": trafilatura(comments=False, metadata=False),
    "readability-lxml": readability,
    "newspaper4k": newspaper,
}


def _tried(tool: Tool, body: bytes, url: str, charset: str) -> Page:
    try:
        return tool(body, url, charset)
    except Exception as error:  # noqa: BLE001 - whatever a tool fails with is its result on that page
        return {"error": f"{type(error).__name__}: {error}"[:200]}


def peak() -> int:
    """Return the largest memory of this process so far, in KiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used // 1024 if sys.platform == "darwin" else used


def main() -> None:
    """Read the arguments, run the tool, print what it made of the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=TOOLS)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    listed = json.loads((given.folder / "pages.json").read_text(encoding="utf-8"))
    pages = [((given.folder / each["file"]).read_bytes(), each["url"], each["charset"]) for each in listed]
    tool = TOOLS[given.name]()
    for page in pages[:WARM]:
        _tried(tool, *page)
    before = peak()
    cpu, wall = time.process_time(), time.perf_counter()
    found = [_tried(tool, *page) for page in pages]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    at = datetime.now(UTC).isoformat()
    print(json.dumps({"at": at, "cpu": cpu, "wall": wall, "before": before, "peak": peak(), "pages": found}))


if __name__ == "__main__":
    main()
