"""Which items of a feed are new: told by their ids, and by other names when a feed gives everything a new id.

An item has up to five names: its GUID, the GUID without scheme and host, its address without disguise, its headline
with its date, and its headline with its words. A host that moves, a change to https or a new publishing system changes
the first and keeps others (lion-reader#1535 and feedbin/support#416 tell what happens to readers that know only that).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.core.entry import FeedEntry

STORM_SHARE = 0.5
STORM_LEAST = 4  # items; of three in a small feed, two new ones are no storm
MIN_WORDS = 60  # characters of text that are enough to know an item by
_ORIGIN = re.compile(r"https?://(?:[^/?#@]*@)?[^/?#]+", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")


class Name(StrEnum):
    """The kinds of names; the order is that in which they are trusted."""

    GUID = "guid"
    PATH = "guid without host"
    URL = "address"
    TITLE = "headline and date"
    WORDS = "headline and words"


class Kind(StrEnum):
    """What an item of a feed is to us."""

    NEW = "new"
    KNOWN = "known"
    EDITED = "edited"
    RENAMED = "renamed"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Item:
    """An item as told, with the key and host of its address, all of its names, and a hash of what it says."""

    entry: FeedEntry
    url_key: str
    host: str
    names: Mapping[Name, int]
    says: int


@dataclass(frozen=True, slots=True)
class Known:
    """A stored entry under one of its names; `says` is the hash of what it said, None when that was not kept."""

    entry_id: int
    says: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of an item: `entry_id` is the stored entry that it is, `by` the name by which that was found."""

    item: Item
    kind: Kind
    entry_id: int | None = None
    by: Name | None = None


def hashed(*parts: str) -> int:
    """Return a signed 64-bit hash of some words, the same everywhere and for ever."""
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest(), "little", signed=True)


def item(entry: FeedEntry, url_key: str, host: str) -> Item:
    """Return an entry with its names; the key is that of `aggregator.core.url.key`."""
    title = " ".join(entry.title.casefold().split())
    words = " ".join(_TAG.sub(" ", max(entry.content, entry.summary, key=len)).casefold().split())
    names = {Name.GUID: hashed("g", entry.guid), Name.URL: hashed("u", url_key)}
    path = _ORIGIN.sub("", entry.guid, count=1)
    if path != entry.guid and len(path) > 1:
        names[Name.PATH] = hashed("p", path)
    if title and entry.raw_date:
        names[Name.TITLE] = hashed("t", title, entry.published.isoformat() if entry.published else entry.raw_date)
    if len(words) >= MIN_WORDS:
        names[Name.WORDS] = hashed("w", title, words)
    return Item(entry, url_key, host, names, hashed("s", title, words, url_key))


def judge(
    items: Sequence[Item],
    known: Mapping[int, Known],
    *,
    told: int,
    newest: datetime | None,
    second_look: bool,
) -> list[Judged]:
    """Return what each item is, given the stored entries by name and how many items the feed told in all.

    `newest` is the date of the newest item that the feed told before, None when it never told any: then all is new.
    When over half of a known feed seems new, items are looked for under all their names, and those that are found
    under none and are not younger than what was told before are held: until the feed tells them again, at the
    `second_look`.
    """
    held_by_guid = {each.names[Name.GUID] for each in items if each.names[Name.GUID] in known}
    claimed = {known[name].entry_id for name in held_by_guid}
    unknown = [each for each in items if each.names[Name.GUID] not in known]
    storm = newest is not None and told >= STORM_LEAST and len(unknown) > STORM_SHARE * told
    counted = Counter(name for each in items for name in each.names.values())
    judged = []
    for each in items:
        mine = known.get(each.names[Name.GUID])
        if mine is not None:
            edited = mine.says is not None and mine.says != each.says
            judged.append(Judged(each, Kind.EDITED if edited else Kind.KNOWN, mine.entry_id, Name.GUID))
            continue
        by, entry_id = _renamed(each, known, claimed, counted, storm=storm)
        if by is not None and entry_id is not None:
            claimed.add(entry_id)
            judged.append(Judged(each, Kind.RENAMED, entry_id, by))
        elif storm and not second_look and not _younger(each, newest):
            judged.append(Judged(each, Kind.HELD))
        else:
            judged.append(Judged(each, Kind.NEW))
    return judged


def _renamed(
    one: Item, known: Mapping[int, Known], claimed: Iterable[int], counted: Mapping[int, int], *, storm: bool
) -> tuple[Name | None, int | None]:
    """Return the stored entry that an item with a new GUID is, and by which name.

    A name that several items of the feed bear says nothing, nor does an entry that another item is already. Outside
    a storm the GUID must differ in its host only, or address and headline or words agree: some feeds give every
    item the address of one page.
    """
    found = {
        name: known[key].entry_id
        for name, key in one.names.items()
        if key in known and counted[key] == 1 and known[key].entry_id not in claimed
    }
    if Name.PATH in found:
        return Name.PATH, found[Name.PATH]
    if storm:
        name = next((name for name in (Name.URL, Name.TITLE, Name.WORDS) if name in found), None)
        return name, found.get(name) if name else None
    agree = Name.URL in found and found[Name.URL] in {found.get(Name.TITLE), found.get(Name.WORDS)}
    return (Name.URL, found[Name.URL]) if agree else (None, None)


def _younger(one: Item, newest: datetime | None) -> bool:
    at = one.entry.published
    return at is not None and newest is not None and at > newest
