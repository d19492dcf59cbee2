"""A feed is an address that tells of entries, and when to ask it again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from aggregator.core.entry import FeedEntry

MAX_ITEMS = 2000
MAX_CHILDREN = 50  # feeds that a sitemap index or a list may bring at once


class FeedState(StrEnum):
    """Whether a feed is asked at all; a sleeping one is, but rarely: it may come back."""

    ACTIVE = "active"
    PAUSED = "paused"
    SLEEPING = "sleeping"


class Trouble(StrEnum):
    """Why a feed could not be had, in a word that can be counted."""

    NONE = ""
    NAME = "name"  # the host's name leads nowhere
    CONNECTION = "connection"
    TLS = "tls"
    SLOW = "slow"
    BROKEN = "broken"  # an answer that breaks off or breaks HTTP
    REDIRECT = "redirect"
    STATUS = "status"
    LIMITED = "limited"  # 429, or 503 with a wish to be left alone
    GONE = "gone"
    WALL = "wall"  # a challenge to prove that we are no robot
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"  # no feed
    REFUSED = "refused"  # by us: an address that must not be asked, robots.txt


class Told(NamedTuple):
    """An item as a feed told it last: a 64-bit hash of its bytes, and its date in seconds since 1970, 0 for none."""

    hash: int
    at: int


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed as read from bytes, newest first as sent; `recovered` says why strict reading was not possible, or ''.

    `entries` leaves out the items that were told in the same bytes before; `told` has all of them.
    """

    format: str  # feedparser's version word (rss20, atom10 ...), json10, json11, sitemap, sitemapindex, opml
    title: str
    link: str
    language: str
    entries: tuple[FeedEntry, ...] = field(default=())
    told: tuple[Told, ...] = field(default=())
    rights: str = ""
    licence_url: str = ""
    hub: str = ""
    topic: str = ""  # its own address as it says itself (rel=self), which a hub knows it by
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = field(default=frozenset())  # hours of the day in UTC, 0 to 23
    skip_days: frozenset[int] = field(default=frozenset())  # days of the week, Monday is 0
    children: tuple[str, ...] = field(default=())  # addresses of sitemaps or feeds that an index or list names
    dropped: tuple[str, ...] = field(default=())  # why items could not be read, a sentence each
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
    format: str = ""
    validated_url: str = ""  # the exact address that gave etag and last_modified
    full_at: datetime | None = None  # when it last answered in full to a request without conditions
    lied_at: datetime | None = None  # when its validators were last seen to hide news
    told: tuple[Told, ...] = field(default=())  # the items of the last answer
    floor: timedelta = timedelta()  # the pause that the server or the feed itself asks for
    skip_hours: frozenset[int] = field(default=frozenset())
    skip_days: frozenset[int] = field(default=frozenset())
    news_at: datetime | None = None  # when it last told something new
    usual: timedelta | None = None  # the gap between its entries that nine of ten do not exceed
    trouble: Trouble = Trouble.NONE
    failing_since: datetime | None = None
    gone_at: datetime | None = None  # the first 410 in a row
    recovered: str = ""  # why its last answer could not be read strictly
    storm_at: datetime | None = None  # when most of what it told seemed new at once, and was held
    moved_to: str = ""  # where permanent redirects have led, and since when and how often
    moved_since: datetime | None = None
    moved_times: int = 0
    hub: str = ""
    topic: str = ""
    pushed_until: datetime | None = None  # the end of the hub's lease: until then news come by themselves
    lateness: timedelta = timedelta()  # how late the last poll was
    parent_id: int | None = None  # the sitemap index or list that named it
    proposed_url: str = ""  # what may have taken its place, and the share of its items found there
    proposed_overlap: float = 0.0


class Turn(NamedTuple):
    """As much of a feed as it takes to ask it, and to go on when it has not changed; the names are those of `Feed`.

    Most polls need no more, and the rest of a feed, its memory of what it told above all, is dear to read. A tuple,
    since it is made for each poll.
    """

    id: int
    url: str
    host: str
    due_at: datetime
    lateness: timedelta
    etag: str
    last_modified: str
    validated_url: str
    full_at: datetime | None
    lied_at: datetime | None
    answered_at: datetime | None
    interval: timedelta
    floor: timedelta
    skip_hours: frozenset[int]
    skip_days: frozenset[int]
    pushed_until: datetime | None
    hub: str
    pushed: bool  # whether its hub has pushed what nobody has read yet
    plain: bool  # whether it is active, has no failure, no reason and no redirect to remember


class Again(NamedTuple):
    """What is written of a feed that has not changed: when it answered, and when it is asked again."""

    id: int
    at: datetime
    due_at: datetime
    interval: timedelta
    lateness: timedelta
