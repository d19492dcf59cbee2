"""Enrol: take sources and their feeds into the store, as an operator named them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.core.errors import Refused
from aggregator.core.source import SourceSpec
from aggregator.core.url import host, normal
from aggregator.store import feeds, sources
from aggregator.store.session import Store


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many feeds are new, how many were known, and which were refused, with the reason."""

    new: int
    known: int
    refused: tuple[tuple[str, str], ...]


def enrol(store: Store, specs: Sequence[SourceSpec], now: datetime) -> Enrolled:
    """Store sources and feeds; those that are there already keep their standing, and none is ever dropped here."""
    refused = []
    found: dict[str, tuple[int, str, str]] = {}
    with store.writing() as session:
        for spec in specs:
            source = sources.save(session, spec, now)
            for url in spec.feeds:
                try:
                    address = normal(url)
                except Refused as error:
                    refused.append((url, error.reason))
                else:
                    found.setdefault(address, (source.id, address, host(address)))
        new = feeds.enter(session, list(found.values()), now)
    return Enrolled(new, len(found) - new, tuple(refused))
