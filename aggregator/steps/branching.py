"""Branching: an index of sitemaps or a list of feeds brings feeds of its own, and lets go of what it names no more."""

from collections.abc import Sequence
from datetime import datetime

from aggregator.core.errors import Refused
from aggregator.core.feed import MAX_CHILDREN, Feed, FeedDocument
from aggregator.core.source import SourceSpec, slug
from aggregator.core.url import host, normal
from aggregator.store import feeds, sources
from aggregator.store.session import Session

LIST = "opml"
MOST = {LIST: 2_000}


def branched(session: Session, found: Sequence[tuple[Feed, FeedDocument, datetime]]) -> dict[int, str]:
    """Take in what the documents of these feeds name; returns for each that named something a sentence about it.

    Only what an operator added may branch: a list within a list, or an index within an index, is left alone.
    """
    said = {}
    for feed, document, at in found:
        if document.children and feed.parent_id is None:
            new, left = _taken(session, feed, document, at)
            said[feed.id] = f"{len(document.children)} feeds named, {new} of them new, {left} no longer named"
        elif document.children:
            said[feed.id] = "it names other feeds, as does what named it: they are left alone"
    return said


def _taken(session: Session, feed: Feed, document: FeedDocument, at: datetime) -> tuple[int, int]:
    named = _clean(document.children[: MOST.get(document.format, MAX_CHILDREN)])
    owners = _outlets(session, named, at) if document.format == LIST else dict.fromkeys(named, feed.source_id)
    new = feeds.enter(session, [(owners[url], url, host(url)) for url in named], at, parent_id=feed.id)
    return new, feeds.let_go(session, feed.id, named, at, f"no longer named by {feed.url}")


def _clean(addresses: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for address in addresses:
        try:
            found[normal(address)] = None
        except Refused:
            continue  # the reader has told of those
    return list(found)


def _outlets(session: Session, urls: Sequence[str], at: datetime) -> dict[str, int]:
    """Return the source of each feed of a list: the one that has it already, else one for its host."""
    there = feeds.sources_of(session, urls)
    left = [url for url in urls if url not in there]
    slugs = {url: slug(host(url)) for url in left}
    known = {name: source.id for name, source in sources.by_slugs(session, sorted(set(slugs.values()))).items()}
    specs = {
        name: SourceSpec(host(url), name, f"https://{host(url)}/") for url, name in slugs.items() if name not in known
    }
    known |= {name: source.id for name, source in sources.save_several(session, list(specs.values()), at).items()}
    return there | {url: known[name] for url, name in slugs.items()}
