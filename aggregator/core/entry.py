"""An entry is what a feed says: an address, a headline, perhaps a date and some words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EntryStatus(StrEnum):
    """Where an entry stands; the first three are still due, the others are ends."""

    DUE = "due"  # waits for its page
    FETCHED = "fetched"  # waits for extraction
    EXTRACTED = "extracted"  # waits to be gathered
    ARTICLE = "article"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


WAITING = (EntryStatus.DUE, EntryStatus.FETCHED, EntryStatus.EXTRACTED)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One item as a feed gives it, read but not yet stored.

    `guid` is the item's own id or, lacking one, its address; `published` and `updated` are in UTC or None when absent
    or absurd; `raw_date` keeps the words of the feed; `summary` and `content` are HTML as sent, not yet trusted;
    `sent` is the hash of the bytes it came in (`aggregator.core.told.item_hash`).
    """

    guid: str
    url: str
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    raw_date: str = ""
    language: str = ""
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored entry; `url_key` names its address without disguise, `attempts` counts the runs of its present step.

    `verdict` is the kind of page it was put aside for, `retry_at` when it is tried again (None: never), and `retries`
    how often it was.
    """

    id: int
    feed_id: int
    source_id: int
    guid: str
    url: str
    url_key: str
    host: str
    title: str
    summary: str
    author: str
    language: str
    published: datetime | None
    seen_at: datetime
    status: EntryStatus
    reason: str
    due_at: datetime
    attempts: int
    page_id: int | None
    article_id: int | None
    verdict: str = ""
    retry_at: datetime | None = None
    retries: int = 0
