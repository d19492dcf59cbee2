"""A source is an outlet: who it is, what it allows, and the feeds it offers."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from aggregator.core.override import Override

NO_OVERRIDE = Override()


class Show(StrEnum):
    """How much of a source's articles may go out; `full` needs a licence that says so."""

    HEADLINE = "headline"
    EXCERPT = "excerpt"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Source:
    """A stored source; `licence` is an SPDX identifier where one exists, '' when none is known.

    `override` is what the operator says about its pages, empty where nothing is.
    """

    id: int
    slug: str
    name: str
    url: str
    country: str
    language: str
    show: Show
    licence: str
    licence_url: str
    licence_stated_at: str
    state: str
    override: Override = NO_OVERRIDE


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as an operator writes it: in config/sources.toml, in OPML or on the command line."""

    name: str
    slug: str
    url: str = ""
    country: str = ""
    language: str = ""
    show: Show = Show.EXCERPT
    licence: str = ""
    licence_url: str = ""
    licence_stated_at: str = ""
    feeds: tuple[str, ...] = field(default=())
    override: Override = NO_OVERRIDE


def slug(name: str) -> str:
    """Return a name for addresses: lower-case letters, digits and single hyphens; 'source' when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "source"
