"""An article as it lies in the drawer: a text file with a TOML header between two lines of `+++`."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from aggregator.devtools.newsroom.outlets import OUTLETS


class Kind(StrEnum):
    """What a reader meets at an article's address."""

    ARTICLE = "article"
    BRIEF = "brief"  # two lines, too short to be an article
    PAYWALLED = "paywalled"  # the lead and an offer to subscribe
    CONSENT = "consent"  # a cookie dialogue in place of the article
    MISSING = "missing"  # 404, although the feed names it


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of `old` into `new`, `after` the newsroom's start, with the `note` that says so."""

    after: timedelta
    old: str
    new: str
    note: str


@dataclass(frozen=True, slots=True)
class Article:
    """A stored text with its stage directions.

    `age` is how long before its appearance it was published; `appears_after` and `withdrawn_after` count from the
    newsroom's start. A paragraph that begins with '## ' is a subhead. `mangled` articles break the feed they stand in.
    """

    name: str
    outlet: str
    path: str
    title: str
    authors: tuple[str, ...]
    section: str
    language: str
    kind: Kind
    summary: str
    paragraphs: tuple[str, ...]
    credit: str
    image: str
    image_alt: str
    age: timedelta
    appears_after: timedelta
    withdrawn_after: timedelta | None
    correction: Correction | None
    mangled: bool


_LANGUAGES = {outlet.slug: outlet.language for outlet in OUTLETS}


@cache
def articles() -> tuple[Article, ...]:
    """Return all articles of all outlets, by file name."""
    drawer = files(__package__) / "articles"
    sheets = sorted((sheet for sheet in drawer.iterdir() if sheet.name.endswith(".md")), key=lambda sheet: sheet.name)
    return tuple(read(sheet.name.removesuffix(".md"), sheet.read_text(encoding="utf-8")) for sheet in sheets)


def read(name: str, text: str) -> Article:
    """Return the article that `text` describes; raise ValueError or KeyError, naming what is wrong with it."""
    opening, head, body = text.split("+++\n", 2)
    if opening:
        raise ValueError(f"{name}: an article starts with +++, not with {opening[:20]!r}")
    header = tomllib.loads(head)
    paragraphs = tuple(" ".join(block.split("\n")) for block in body.strip().split("\n\n") if block)
    return Article(
        name=name,
        outlet=header["outlet"],
        path=header["path"],
        title=header["title"],
        authors=tuple(header["authors"]),
        section=header["section"],
        language=header.get("language", _LANGUAGES[header["outlet"]]),
        kind=Kind(header.get("kind", Kind.ARTICLE)),
        summary=header["summary"] if "summary" in header else paragraphs[0],
        paragraphs=paragraphs,
        credit=header.get("credit", ""),
        image=header.get("image", ""),
        image_alt=header.get("image_alt", ""),
        age=timedelta(minutes=header["minutes_before"]),
        appears_after=timedelta(seconds=header.get("appears_after", 0)),
        withdrawn_after=timedelta(seconds=header["withdrawn_after"]) if "withdrawn_after" in header else None,
        correction=_correction(header["correction"]) if "correction" in header else None,
        mangled=header.get("mangled", False),
    )


def _correction(table: dict[str, Any]) -> Correction:
    return Correction(timedelta(seconds=table["after"]), table["old"], table["new"], table["note"])
