"""Reading articles: golden pairs for the shapes of pages, tables for what is trimmed, and pages that mean harm."""

import json
import time
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from aggregator.adapters import sanitizer, text_extractor
from aggregator.adapters.clean_html import Block
from aggregator.adapters.text_extractor import extract, trimmed
from aggregator.core import gate, words
from aggregator.core.article import Extraction, Hints
from aggregator.core.errors import Unreadable

GOLDEN = Path(__file__).parents[1] / "data" / "pages"
URL = "https://post.example/news/ferry-aground"
HEAD = "<!DOCTYPE html><html><head><title>T</title></head><body><article>"
SENTENCE = "The council of Osterby met again on Monday evening and talked for two hours about the old mill."
PROSE = "".join(f"<p>{SENTENCE} It was item {number} of the agenda.</p>" for number in range(12))
DAY = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
SECONDS = 10


def page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><article>{body}</article></body></html>".encode()


def read(body: bytes, hints: Hints | None = None, charset: str = "utf-8") -> Extraction:
    return extract(body, url=URL, charset=charset, hints=hints or Hints())


def read_page(file: Path) -> Extraction:
    return extract(file.read_bytes(), url=f"https://post.example/news/{file.stem}", charset="", hints=Hints())


def as_json(found: Extraction) -> dict[str, Any]:
    """Return what differs from the defaults, the text and the HTML line by line, and the gate's verdict."""
    known = asdict(found)
    shown = {field.name: known[field.name] for field in fields(found) if known[field.name]}
    shown["text"] = found.text.splitlines()
    shown["html"] = found.html.splitlines()
    shown["origins"] = {name: origin for name, origin in found.origins if origin and name != "body"}
    shown["verdict"] = gate.verdict(found, Hints(), words.count(found.text))
    return dict(json.loads(json.dumps(shown, default=str)))
