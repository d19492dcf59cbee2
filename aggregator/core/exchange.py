"""An exchange is one answer of a server as it came, redirects included, for whoever keeps a record of them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    """What `url` answered `at` that time: status line, headers in order, and the body decoded from its codings."""

    url: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: datetime
