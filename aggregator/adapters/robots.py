"""robots.txt by RFC 9309, with protego: the longest match wins, an unreachable host allows nothing."""

import re
from dataclasses import dataclass
from functools import lru_cache

from protego import Protego

from aggregator.core.page import MAX_ROBOTS_BYTES

LONGEST_DELAY = 120.0
USUAL_LENGTH = 32 * 1024
SOMEBODY_ELSE = "!"  # no product token has it (RFC 9309 section 2.2.1)

_AGENT_LINE = re.compile(r"^(\s*user(?:-|\s*)agent(?:\s*:|\s)\s*)([^\s#][^#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a robots.txt allows: `text` as it was given, or, where None was given, all or nothing by `everything`."""

    text: str | None
    everything: bool

    @property
    def known(self) -> bool:
        """Whether the host has said what it allows, if only by having no robots.txt."""
        return self.text is not None or self.everything

    def allows(self, url: str, agent: str) -> bool:
        """Whether `agent` (its product token) may fetch `url`."""
        return self.everything if self.text is None else bool(_read(self.text, agent).can_fetch(url, _token(agent)))

    def delay(self, agent: str) -> float | None:
        """Return the crawl delay in seconds that the host asks of `agent`, within reason; None when it asks none."""
        asked = None if self.text is None else _read(self.text, agent).crawl_delay(_token(agent))
        return None if asked is None else min(max(float(asked), 0.0), LONGEST_DELAY)


def parse(body: bytes, status: int) -> Rules:
    """Return the rules of a robots.txt as it was answered.

    A success is read (its first 500 KiB, section 2.5); 4xx means there are no rules (2.3.1.3); 5xx, and 0 for a host
    that did not answer, mean that nothing may be fetched (2.3.1.4).
    """
    if 200 <= status < 300:  # noqa: PLR2004 - success
        return Rules(_whole_lines(body).decode("utf-8-sig", "replace"), everything=True)
    return Rules(None, everything=300 <= status < 500)  # noqa: PLR2004 - redirects too many to follow count as none


def _whole_lines(body: bytes) -> bytes:
    """Return the lines that lie within the bound: half a rule would forbid more than it says."""
    if len(body) < MAX_ROBOTS_BYTES:
        return body
    read = body[:MAX_ROBOTS_BYTES]
    return read[: max(read.rfind(b"\n"), read.rfind(b"\r")) + 1]


def _read(text: str, agent: str) -> Protego:
    return _read_usual(text, _token(agent)) if len(text) <= USUAL_LENGTH else _read_long(text, _token(agent))


@lru_cache(maxsize=128)
def _read_usual(text: str, token: str) -> Protego:
    return Protego.parse(_seen_by(text, token))


@lru_cache(maxsize=2)
def _read_long(text: str, token: str) -> Protego:
    return Protego.parse(_seen_by(text, token))


def _seen_by(text: str, token: str) -> str:
    """Return a robots.txt with all names but ours and `*` made one.

    A name counts only as a whole (section 2.2.1), and a thousand names over a thousand rules are not a million.
    """
    return "\n".join(
        _AGENT_LINE.sub(lambda found: found[1] + _named(found[2], token), each) for each in text.splitlines()
    )


def _named(value: str, token: str) -> str:
    if value.strip() == "*":
        return "*"
    return token if _token(value).rstrip("*") == token else SOMEBODY_ELSE


def _token(agent: str) -> str:
    """Return the product token of a User-Agent header, or of a line in a robots.txt, in lower case."""
    words = re.split(r"[\s/]", agent.strip(), maxsplit=1)
    return words[0].lower()
