"""The items of an XML feed as text: known again by their bytes before anything is parsed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aggregator.core import mending
from aggregator.core.entry import FeedEntry
from aggregator.core.feed import Told
from aggregator.core.told import item_hash

FAR = 20_000  # characters in which a feed says what it wishes
NOTHING: Mapping[int, int] = {}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SAID = {
    "hour": {**{str(hour): hour % 24 for hour in range(25)}, **{f"0{hour}": hour for hour in range(10)}},
    "day": {day: number for number, day in enumerate(_DAYS)},
}


@dataclass(frozen=True, slots=True)
class Items:
    """A feed's text, the hashes of its items in order, and those of the items that were not told before."""

    whole: str
    text: str  # without the items that are known
    head: str
    hashes: tuple[int, ...]
    fresh: tuple[int, ...]
    known: Mapping[int, int]

    @classmethod
    def of(cls, text: str, root: str, known: Mapping[int, int]) -> "Items":
        """Cut a feed at its items; what stands after an item and before the next belongs to it."""
        pieces = mending.cut(text, root)
        hashes = tuple(item_hash(item) for item in pieces.items)
        if known.keys().isdisjoint(hashes):
            return cls(text, text, pieces.head, hashes, hashes, known)
        fresh = tuple((item, name) for item, name in zip(pieces.items, hashes, strict=True) if name not in known)
        shorter = pieces.joined(tuple(item for item, _ in fresh))
        return cls(text, shorter, pieces.head, hashes, tuple(name for _, name in fresh), known)

    def told(self, entries: Iterable[FeedEntry]) -> tuple[Told, ...]:
        """Return all items for the memory of the feed, in order, each with its date."""
        dates = {entry.sent: int(entry.published.timestamp()) for entry in entries if entry.published}
        return tuple(Told(name, dates.get(name) or self.known.get(name, 0)) for name in self.hashes)

    def skipped(self, name: str) -> frozenset[int]:
        """Return the hours (name "hour", UTC) or days ("day", Monday is 0) that the feed asks to be skipped.

        RSS 2.0, skipHours and skipDays; anything else in them says nothing.
        """
        whole = rf"<skip{name}s\b[^>]{{0,200}}>(.{{0,2000}}?)</skip{name}s>"
        found = re.search(whole, self.head[:FAR], re.IGNORECASE | re.DOTALL)
        said = re.findall(rf"<{name}>\s*(\w{{1,9}})\s*</{name}>", found[1], re.IGNORECASE) if found else ()
        numbers = _SAID[name]
        return frozenset(numbers[word.lower()] for word in said if word.lower() in numbers)
