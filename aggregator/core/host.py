"""A host is the unit of politeness: one worker at a time talks to it, with a pause between two requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.core.page import Request, Visit

ROBOTS_LIFE = timedelta(hours=24)  # RFC 9309 section 2.4


@dataclass(frozen=True, slots=True)
class Host:
    """A host as stored: when it may be asked next, and the robots.txt it gave at `robots_at` (None: never asked)."""

    name: str
    next_at: datetime | None = None
    robots: bytes = b""
    robots_status: int = 0
    robots_at: datetime | None = None


def visits(
    requests: Mapping[str, Sequence[Request]], hosts: Mapping[str, Host], delays: Mapping[str, float]
) -> list[Visit]:
    """Return one visit for each host with its requests, its delay in seconds and the time before which none starts."""
    return [Visit(name, tuple(asked), delays.get(name, 0.0), hosts[name].next_at) for name, asked in requests.items()]


def robots_stale(host: Host, now: datetime) -> bool:
    """Whether the host's robots.txt must be asked for (again) before a page is."""
    return host.robots_at is None or now - host.robots_at >= ROBOTS_LIFE
