"""Enrol: take sources and their feeds into the store, as an operator named them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from aggregator.adapters import overrides
from aggregator.core.errors import Refused
from aggregator.core.source import Source, SourceSpec, slug
from aggregator.core.url import host, normal, registrable
from aggregator.store import feeds, sources
from aggregator.store.session import Session, Store

ASKED_MOST = 10_000  # feeds or sources that are asked for at once: SQLite takes 32,766 parameters
Named = tuple[SourceSpec, list[str]]  # a source and the addresses of its feeds in their clean form


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

    All are Refused when the override of one has an expression that is neither CSS nor XPath.
    """
    for spec in specs:
        _check_override(spec)
    refused: list[tuple[str, str]] = []
    named = [(spec, _addresses(spec, refused)) for spec in specs]
    with store.writing() as session:
        found = _kept(session, named, now) if keep else _taken_over(session, named, now)
        added = feeds.enter(session, [(source_id, url, host(url)) for url, source_id in found.items()], now)
    return Enrolled(added, len(found) - added, tuple(refused))


def _check_override(spec: SourceSpec) -> None:
    for part in fields(spec.override):
        for expression in getattr(spec.override, part.name):
            try:
                overrides.compiled(expression)
            except Refused as error:
                raise Refused(f"source {spec.slug!r}, extract.{part.name}: {error.reason}") from error


def _addresses(spec: SourceSpec, refused: list[tuple[str, str]]) -> list[str]:
    """Return the feeds of a spec in their clean form, each once; what is no address is put with the `refused`."""
    found = []
    for url in spec.feeds:
        try:
            found.append(normal(url))
        except Refused as error:
            refused.append((url, error.reason))
    return list(dict.fromkeys(found))


def _taken_over(session: Session, named: Sequence[Named], now: datetime) -> dict[str, int]:
    """Store every source as its spec has it; returns to which source each feed belongs."""
    saved = sources.save_several(session, [spec for spec, _ in named], now)
    found: dict[str, int] = {}
    for spec, addresses in named:
        for each in addresses:
            found.setdefault(each, saved[spec.slug].id)
    return found


def _kept(session: Session, named: Sequence[Named], now: datetime) -> dict[str, int]:
    """Store the sources of feeds that are not there, and leave those that are; returns where each feed belongs."""
    there = _sources_of(session, [each for _, addresses in named for each in addresses])
    wanted = [(spec, [each for each in addresses if each not in there]) for spec, addresses in named]
    slugs = {name for spec, new in wanted for name in _slugs(spec, new)}
    known: dict[str, Source | SourceSpec] = {**_by_slugs(session, slugs)}
    chosen: dict[str, str] = {}
    for spec, new in wanted:
        left = [each for each in new if each not in chosen]
        if left:
            chosen |= dict.fromkeys(left, _chosen(session, spec, left, known))
    saved = sources.save_several(session, [each for each in known.values() if isinstance(each, SourceSpec)], now)
    stored = {**{each.slug: each for each in known.values() if isinstance(each, Source)}, **saved}
    return there | {url: stored[name].id for url, name in chosen.items()}


def _slugs(spec: SourceSpec, addresses: Sequence[str]) -> set[str]:
    """Return the slugs under which the source of these feeds may stand; none when there are no feeds."""
    return {*([spec.slug] if addresses else ()), *(_own_slug(spec, each) for each in addresses)}


def _own_slug(spec: SourceSpec, address: str) -> str:
    return slug(f"{host(address)} {spec.slug}")


def _chosen(session: Session, spec: SourceSpec, addresses: Sequence[str], known: dict[str, Source | SourceSpec]) -> str:
    """Return the slug of the source of that name, a known one or a new one, which is put with the `known`.

    Another outlet of the same name is told apart by the hosts of its feeds.
    """
    same = known.setdefault(spec.slug, spec)
    if same is spec:
        return spec.slug
    told = feeds.of_source(session, same.id) if isinstance(same, Source) else []
    homes = {registrable(feed.host) for feed in told} | {_home(same.url)}
    if homes & {registrable(host(each)) for each in addresses}:
        return spec.slug
    own = _own_slug(spec, addresses[0])
    known.setdefault(own, replace(spec, slug=own))
    return own


def _sources_of(session: Session, urls: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(urls), ASKED_MOST):
        found |= feeds.sources_of(session, urls[start : start + ASKED_MOST])
    return found


def _by_slugs(session: Session, slugs: Iterable[str]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    left = sorted(slugs)
    for start in range(0, len(left), ASKED_MOST):
        found |= sources.by_slugs(session, left[start : start + ASKED_MOST])
    return found


def _home(url: str) -> str:
    try:
        return registrable(host(url))
    except Refused:
        return ""
