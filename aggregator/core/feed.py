"""A feed is an address that tells of entries, and when to ask it again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.core.entry import FeedEntry

MAX_ITEMS = 2000


class FeedState(StrEnum):
    """Whether a feed is asked at all."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed as read from bytes, newest first as sent; `recovered` says why strict reading was not possible, or ''."""

    format: str  # feedparser's version word, e.g. rss20, atom10
    title: str
    link: str
    language: str
    entries: tuple[FeedEntry, ...] = field(default=())
    rights: str = ""
    licence_url: str = ""
    hub: str = ""
    ttl: timedelta | None = None
    recovered: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A stored feed and its standing with us."""

    id: int
    source_id: int
    url: str
    host: str
    title: str
    state: FeedState
    due_at: datetime
    etag: str
    last_modified: str
    body_hash: str
    failures: int
    reason: str
    polled_at: datetime | None  # when it was last asked, by our clock
    answered_at: datetime | None  # the time of the last good answer, by the answer's own clock
    interval: timedelta
