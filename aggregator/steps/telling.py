"""Telling: what a feed has told becomes entries, new ones, edited ones, and old ones under new names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aggregator.core import identity, plain
from aggregator.core.errors import Refused
from aggregator.core.feed import Feed, FeedDocument
from aggregator.core.identity import Item, Judged, Kind, Known
from aggregator.core.outcome import Step, Work
from aggregator.core.url import host, key, normal
from aggregator.store import entries, entry_texts, feed_keys
from aggregator.store.entries import NewEntry
from aggregator.store.session import Session

FULL = 1_200  # characters of an item's content, without its markup, from which it may be the whole article
CHANGED = {Kind.EDITED, Kind.RENAMED}


def addressed(document: FeedDocument) -> tuple[FeedDocument, tuple[Item, ...]]:
    """Return the entries of a document with their names; it says why others have no address that can be used."""
    found: dict[tuple[str, str], Item] = {}
    dropped = list(document.dropped)
    for entry in document.entries:
        try:
            url = normal(entry.url)
            name = key(url)
            found.setdefault((entry.guid, name), identity.item(replace(entry, url=url), name, host(url)))
        except Refused as error:
            dropped.append(error.reason)
    return replace(document, dropped=tuple(dropped)), tuple(_told_apart(list(found.values())))


def _told_apart(items: list[Item]) -> list[Item]:
    """Return items, those that share a GUID but not an address each with a GUID of its own."""
    shared = {guid for guid, number in Counter(each.entry.guid for each in items).items() if number > 1}
    return [
        identity.item(replace(each.entry, guid=f"{each.entry.guid} {each.url_key}"), each.url_key, each.host)
        if each.entry.guid in shared
        else each
        for each in items
    ]


def judged(
    feed: Feed, document: FeedDocument | None, items: Sequence[Item], known: Mapping[int, Known]
) -> list[Judged]:
    """Return what each item is to us, given the names under which the feed has told entries before."""
    if not items:
        return []
    newest = max((item.at for item in feed.told), default=None)
    return identity.judge(
        items,
        known,
        told=len(document.told) if document and document.told else len(items),
        newest=None if newest is None else datetime.fromtimestamp(newest, UTC),
        second_look=feed.storm_at is not None,
    )


def store_told(
    session: Session, told: Sequence[tuple[Feed, datetime, Sequence[Judged]]]
) -> dict[int, tuple[Work, ...]]:
    """Store new entries, edits and all names; returns what can be done next, by feed."""
    new = [
        NewEntry(feed.id, feed.source_id, each.item, at)
        for feed, at, judged in told
        for each in judged
        if each.kind is Kind.NEW
    ]
    changed = [
        (feed.id, each.entry_id, each.item, at)
        for feed, at, judged in told
        for each in judged
        if each.entry_id is not None and each.kind in CHANGED
    ]
    added = entries.add_new(session, new)
    entries.edit(session, [(entry_id, item, at) for _, entry_id, item, at in changed])
    names = [(one.feed_id, entry_id, one.item) for one, entry_id in added.items()]
    entry_texts.put(
        session, _texts([*((one.item, of) for one, of in added.items()), *((item, of) for _, of, item, _ in changed)])
    )
    feed_keys.add(session, names + [(feed_id, entry_id, item) for feed_id, entry_id, item, _ in changed])
    follows: dict[int, tuple[Work, ...]] = {}
    for one, entry_id in added.items():
        follows[one.feed_id] = (*follows.get(one.feed_id, ()), Work(Step.FETCH, entry_id, one.item.host))
    return follows


def _texts(told: Sequence[tuple[Item, int]]) -> dict[int, str]:
    """Return the full texts that a feed carries, by entry: they help to read the page, and are not shown for that."""
    long = [(entry_id, item.entry.content) for item, entry_id in told if len(item.entry.content) >= FULL]
    texts = {entry_id: plain.paragraphs(content[: 2 * entry_texts.MAX_CHARACTERS]) for entry_id, content in long}
    return {entry_id: text for entry_id, text in texts.items() if len(text) >= FULL}
