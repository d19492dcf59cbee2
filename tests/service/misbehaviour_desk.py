"""A desk that polls a real server: the real client, reader, step and store, and a clock that a test sets."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import delete, select

from aggregator.adapters import feeds_in, robots
from aggregator.adapters.http import HttpWeb
from aggregator.adapters.http_settings import HttpSettings
from aggregator.adapters.resolver import Lookup, system_lookup
from aggregator.core.entry import Entry
from aggregator.core.feed import Feed
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.page import Web
from aggregator.core.schedule import Manners
from aggregator.steps.poll import Poller, poll
from aggregator.store import entries, feeds, outcomes, schema
from aggregator.store import tables as rows
from aggregator.store.session import Store
from tests.newsdesk import feed_of, outlet

AGENT = "Aggregator/1 (+https://site.example/about)"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MANNERS = Manners(feed_delay=0.0, page_delay=0.0)


def settings(port: int, *, hasty: bool = False) -> HttpSettings:
    """Return how the network is used, with one more port; `hasty` makes the limits of time short."""
    found = HttpSettings(AGENT, allow_loopback=True, ports=(80, 443, port))
    return replace(found, read_seconds=0.8, total_seconds=2.0) if hasty else found


@dataclass
class Clock:
    """A clock that stands until it is set."""

    at: datetime

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


@dataclass(frozen=True)
class Polled:
    """What one poll came to: its outcome, how the feed stands after it, and how many entries it added."""

    outcome: Outcome
    feed: Feed
    new: int

    @property
    def word(self) -> Word:
        """The word of the outcome."""
        return self.outcome.word

    @property
    def reason(self) -> str:
        """The reason of the outcome."""
        return self.outcome.reason

    @property
    def pause(self) -> timedelta:
        """How long after this poll the feed is due again."""
        assert self.feed.polled_at is not None
        return self.feed.due_at - self.feed.polled_at


def make_bomb(port: int) -> None:
    """Ask the misbehaving server for its largest bomb: it makes it once, which takes longer than a client waits."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/gzip-bomb")
    connection.getresponse().read()
    connection.close()


def made(folder: Path) -> Store:
    """Make an SQLite database with the schema; the caller closes it."""
    store = Store(f"sqlite:///{folder / 'aggregator.db'}")
    schema.upgrade(store)
    return store


def emptied(store: Store) -> Store:
    """Delete every row, which is quicker than to make the database anew."""
    with store.writing() as session:
        for table in reversed(rows.metadata.sorted_tables):
            session.execute(delete(table))
    return store


@cache
def _network(port: int, *, hasty: bool) -> tuple[Clock, HttpWeb]:
    """Return a network and its clock, made once: certificates take long to load."""
    clock = Clock(datetime.min.replace(tzinfo=UTC))
    return clock, HttpWeb(settings(port, hasty=hasty), clock)


@dataclass
class Desk:
    """A store, a clock, the network with the port of a server, and the poller between them.

    Desks of one port share their clock.
    """

    store: Store
    port: int
    start: datetime
    hasty: bool = False
    lookup: Lookup = system_lookup
    manners: Manners = MANNERS
    wrapped: Callable[[Web], Web] = lambda web: web
    holder: str = "worker"
    clock: Clock = field(init=False)
    poller: Poller = field(init=False)

    def __post_init__(self) -> None:
        """Make the parts."""
        self.clock, web = _network(self.port, hasty=self.hasty)
        if self.lookup is not system_lookup:
            web = HttpWeb(settings(self.port), self.clock, lookup=self.lookup)
        self.clock.at = self.start
        self.poller = Poller(self.wrapped(web), feeds_in.read, robots.parse, self.manners, self.holder, self.clock)

    def follow(self, url: str) -> int:
        """Store a feed, due now; return its id."""
        with self.store.reading() as session:
            number = len(feeds.every(session))
        return feed_of(self.store, outlet(self.store, f"Outlet {number + 1}"), url, self.clock.at).id

    def feed(self, feed_id: int) -> Feed:
        """Return how a feed stands."""
        with self.store.reading() as session:
            found = feeds.get(session, feed_id)
        assert found is not None
        return found

    def run(self, *feed_ids: int) -> list[Outcome]:
        """Poll feeds at the time of the clock."""
        return poll(self.store, self.poller, self.clock.at, feed_ids)

    def poll(self, feed_id: int, after: timedelta | None = None) -> Polled:
        """Poll a feed, and check what holds after every poll.

        With `after` the clock goes on by so much first, and the feed is made due.
        """
        if after is not None:
            self.clock.at += after
            with self.store.writing() as session:
                feeds.make_due(session, [feed_id], self.clock.at)
        before, ends = len(self.entries()), len(self.ends(feed_id))
        [outcome] = self.run(feed_id)
        assert [end[1:] for end in self.ends(feed_id)[ends:]] == [(outcome.word, outcome.reason)], "one outcome"
        found = self.feed(feed_id)
        assert self._leases(feed_id) == (found.due_at, []), "feed and host are free again"
        return Polled(outcome, found, len(self.entries()) - before)

    def poll_when_due(self, feed_id: int) -> Polled:
        """Poll a feed at its time."""
        self.clock.at = self.feed(feed_id).due_at
        return self.poll(feed_id)

    def _leases(self, feed_id: int) -> tuple[datetime | None, list[str]]:
        """Return when a feed may be taken next, and which hosts are held."""
        with self.store.reading() as session:
            free = session.scalar(select(rows.feeds.c.pick_at).where(rows.feeds.c.id == feed_id))
            held = session.scalars(select(rows.hosts.c.name).where(rows.hosts.c.leased_until.is_not(None)))
            return free, list(held)

    def ends(self, feed_id: int) -> list[tuple[datetime, Word, str]]:
        """Return how all polls of a feed ended."""
        with self.store.reading() as session:
            return outcomes.of_item(session, Step.POLL, feed_id)

    def entries(self) -> list[Entry]:
        """Return all entries, oldest first."""
        with self.store.reading() as session:
            return entries.page_after(session, 0, 10_000)

    def titles(self) -> list[str]:
        """Return the headlines of all entries, sorted."""
        return sorted(entry.title for entry in self.entries())

    def host_rests(self, feed_id: int) -> timedelta:
        """Return how long nobody may ask the host of a feed."""
        with self.store.reading() as session:
            until = session.scalar(select(rows.hosts.c.next_at).where(rows.hosts.c.name == self.feed(feed_id).host))
        return max((until or self.clock.at) - self.clock.at, timedelta())
