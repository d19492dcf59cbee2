"""robots.txt by RFC 9309, with protego: the longest match wins, an unreachable host allows nothing."""

from dataclasses import dataclass
from functools import lru_cache

from protego import Protego

from aggregator.core.page import MAX_ROBOTS_BYTES

LONGEST_DELAY = 120.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt allows; `text` None stands for none at all, by `everything`."""

    parsed: Protego | None
    everything: bool

    @property
    def known(self) -> bool:
        """Whether the host has said what it allows, if only by having no robots.txt."""
        return self.parsed is not None or self.everything

    def allows(self, url: str, agent: str) -> bool:
        """Whether `agent` (its product token) may fetch `url`."""
        return self.everything if self.parsed is None else bool(self.parsed.can_fetch(url, agent))

    def delay(self, agent: str) -> float | None:
        """Return the crawl delay in seconds that the host asks of `agent`, within reason; None when it asks none."""
        asked = None if self.parsed is None else self.parsed.crawl_delay(agent)
        return None if asked is None else min(max(float(asked), 0.0), LONGEST_DELAY)


@lru_cache(maxsize=500)
def parse(body: bytes, status: int) -> Rules:
    """Return the rules of a robots.txt as it was answered.

    A success is read (its first 500 KiB, section 2.5); 4xx means there are no rules (2.3.1.3); 5xx, and 0 for a host
    that did not answer, mean that nothing may be fetched (2.3.1.4).
    """
    if 200 <= status < 300:  # noqa: PLR2004 - success
        return Rules(Protego.parse(body[:MAX_ROBOTS_BYTES].decode("utf-8-sig", "replace")), everything=True)
    return Rules(None, everything=300 <= status < 500)  # noqa: PLR2004 - redirects too many to follow count as none
