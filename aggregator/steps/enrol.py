"""Enrol: take sources and their feeds into the store, as an operator named them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.core.errors import Refused
from aggregator.core.source import Source, SourceSpec, slug
from aggregator.core.url import host, normal, registrable
from aggregator.store import feeds, sources
from aggregator.store.session import Session, Store


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many feeds are new, how many were known, and which were refused, with the reason."""

    new: int
    known: int
    refused: tuple[tuple[str, str], ...]


def enrol(store: Store, specs: Sequence[SourceSpec], now: datetime, *, keep: bool = False) -> Enrolled:
    """Store sources and feeds; those that are there already keep their standing, and none is ever dropped here.

    What a spec says of a source that is there is taken over. With `keep` it is not: a list of feeds says nothing of
    licences, and must not undo what the operator said of them; nor are two outlets of one name made one.
    """
    refused: list[tuple[str, str]] = []
    found: dict[str, tuple[int, str, str]] = {}
    with store.writing() as session:
        for spec in specs:
            addresses = _addresses(spec, refused)
            there = feeds.sources_of(session, addresses) if keep else {}
            new = [each for each in addresses if each not in there and each not in found]
            if not keep:
                there = dict.fromkeys(new, sources.save(session, spec, now).id)
            elif new:
                there |= dict.fromkeys(new, _kept(session, spec, new, now).id)
            for each, source_id in there.items():
                found.setdefault(each, (source_id, each, host(each)))
        added = feeds.enter(session, list(found.values()), now)
    return Enrolled(added, len(found) - added, tuple(refused))


def _addresses(spec: SourceSpec, refused: list[tuple[str, str]]) -> list[str]:
    """Return the feeds of a spec in their clean form, each once; what is no address is put with the `refused`."""
    found = []
    for url in spec.feeds:
        try:
            found.append(normal(url))
        except Refused as error:
            refused.append((url, error.reason))
    return list(dict.fromkeys(found))


def _kept(session: Session, spec: SourceSpec, addresses: Sequence[str], now: datetime) -> Source:
    """Return the source of that name as it stands, or a new one; another outlet of that name is told apart by host."""
    known = sources.by_slug(session, spec.slug)
    if known is None:
        return sources.save(session, spec, now)
    homes = {registrable(feed.host) for feed in feeds.of_source(session, known.id)} | {_home(known.url)}
    if homes & {registrable(host(each)) for each in addresses}:
        return known
    own = slug(f"{host(addresses[0])} {spec.slug}")
    return sources.by_slug(session, own) or sources.save(session, replace(spec, slug=own), now)


def _home(url: str) -> str:
    try:
        return registrable(host(url))
    except Refused:
        return ""
