"""The readers that steps are handed: their shapes, so that a step need not know the library behind them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from aggregator.core.article import Extraction, Hints
from aggregator.core.discovery import Candidate
from aggregator.core.feed import FeedDocument
from aggregator.core.override import Override


class FeedReader(Protocol):
    """Reads a feed out of bytes; raises Unreadable when it is none."""

    def __call__(
        self, body: bytes, *, url: str, content_type: str, charset: str, now: datetime, known: Mapping[int, int] = ...
    ) -> FeedDocument:
        """Return the feed at `url` without the items that are `known` (hash to date); `now` judges its dates."""
        ...


class FeedFinder(Protocol):
    """Finds the feeds that a page names."""

    def __call__(self, body: bytes, *, url: str, charset: str) -> list[Candidate]:
        """Return them, the likeliest first; Unreadable where the page cannot be read."""
        ...


class PageReader(Protocol):
    """Reads an article out of a page; raises Unreadable when it cannot."""

    def __call__(
        self,
        body: bytes,
        *,
        url: str,
        charset: str,
        hints: Hints,
        known: Mapping[int, int] = ...,
        override: Override | None = ...,
    ) -> Extraction:
        """Return what the page says; `known` lines of its site are left out, the operator's `override` is heeded."""
        ...


class RobotsRules(Protocol):
    """What a host's robots.txt allows (RFC 9309); not `known` where it could not be had."""

    @property
    def known(self) -> bool:
        """Whether the host has said what it allows, if only by having no robots.txt."""
        ...

    def allows(self, url: str, agent: str) -> bool:
        """Whether `agent` may fetch `url`."""
        ...

    def delay(self, agent: str) -> float | None:
        """Return the crawl delay in seconds, if the host names one."""
        ...


class RobotsReader(Protocol):
    """Reads a robots.txt; status 0 stands for an unreachable host."""

    def __call__(self, body: bytes, status: int) -> RobotsRules:
        """Return its rules."""
        ...


class Blobs(Protocol):
    """Where the bytes of pages lie, each under the SHA-256 of its content."""

    def put(self, data: bytes) -> str:
        """Store bytes and return their name."""
        ...

    def get(self, digest: str) -> bytes:
        """Return the bytes of that name."""
        ...

    def delete(self, digest: str) -> bool:
        """Delete the bytes of that name; False when there were none."""
        ...
