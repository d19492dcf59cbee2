"""How far a wish to be left alone reaches: as far as the evidence goes, and no farther.

One address that limits us speaks for itself. Two different addresses of one host within ten minutes speak for the host,
two hosts of one registrable domain for the domain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(minutes=10)


class Reach(StrEnum):
    """What a limit holds for."""

    URL = "url"
    HOST = "host"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Limit:
    """An address that told us to wait: since when and until when."""

    url: str
    host: str
    domain: str
    at: datetime
    until: datetime
    reason: str = ""


def reach(new: Limit, evidence: Iterable[Limit]) -> Reach:
    """Return how far a new limit reaches, given those seen lately at the same domain."""
    lately = [each for each in evidence if abs(new.at - each.at) <= WINDOW and each.domain == new.domain]
    if any(each.host != new.host for each in lately):
        return Reach.DOMAIN
    return Reach.HOST if any(each.url != new.url for each in lately) else Reach.URL
