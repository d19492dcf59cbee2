"""Asking: what steps heed that ask hosts for pages: takedowns, robots.txt, delays, wishes to be left alone."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from aggregator.core.errors import AggregatorError
from aggregator.core.host import Host, visits
from aggregator.core.page import Answer, Request, Web
from aggregator.core.readers import Blobs, RobotsReader, RobotsRules
from aggregator.core.schedule import Manners
from aggregator.core.takedown import Ruling, ruling_on_url
from aggregator.core.url import disguises
from aggregator.steps.robots import Rules, rules
from aggregator.store import takedowns
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=15)  # of a host, and of what is asked of it
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

Said = Answer | AggregatorError
_T = TypeVar("_T")


class Wanted(Protocol):
    """Something whose page is asked for."""

    @property
    def id(self) -> int:
        """Its id, which is the mark of its request."""
        ...

    @property
    def url(self) -> str:
        """The address of its page."""
        ...

    @property
    def host(self) -> str:
        """The host of that address."""
        ...


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What fetching needs: the world, where pages are kept, how robots.txt is read, how we behave, who we are.

    `hold` is how many answers may wait to be saved together.
    """

    web: Web
    blobs: Blobs
    read_robots: RobotsReader
    manners: Manners
    holder: str
    hold: int = 4


def forbidden(session: Session, urls: Iterable[str]) -> dict[str, Ruling]:
    """Return the takedown that forbids each address, for those that are forbidden."""
    names = {url: disguises(url) for url in urls}
    blocks = takedowns.of_urls(session, sorted({name for each in names.values() for name in each}))
    found = {url: ruling_on_url(blocks, each) for url, each in names.items()} if blocks else {}
    return {url: ruling for url, ruling in found.items() if ruling}


def robots_of(store: Store, tools: Fetcher, now: datetime, held: Mapping[str, Host], wanted: Sequence[Wanted]) -> Rules:
    """Return the rules of hosts; where they are not heeded, they are not asked for either."""
    heeded = tools.manners.obey_robots
    schemes = {each.host: urlsplit(each.url).scheme for each in wanted} if heeded else {}
    return rules(store, tools.web, tools.read_robots, now, held, schemes, tools.manners.page_delay)


def allowed(tools: Fetcher, found: Rules, each: Wanted) -> bool:
    """Whether robots.txt lets us ask for a page, or is not heeded."""
    return not tools.manners.obey_robots or found.of[each.host].allows(each.url, tools.manners.agent)


def delay(tools: Fetcher, found: RobotsRules) -> float:
    """Return the seconds between two requests to a host: ours, or its own longer crawl delay."""
    return max(found.delay(tools.manners.agent) or 0.0, tools.manners.page_delay)


def visited(
    tools: Fetcher, wanted: Mapping[str, Sequence[Request]], held: Mapping[str, Host], found: Rules
) -> Iterator[tuple[Request, Said]]:
    """Ask hosts (by name) that are held; gives what each request was answered, as it comes."""
    delays = {name: delay(tools, found.of[name]) for name in wanted}
    hosts_now = {name: Host(name, next_at=found.pauses.get(name, held[name].next_at)) for name in wanted}
    return tools.web.visit(visits(wanted, hosts_now, delays))


def pauses(
    tools: Fetcher, told: Iterable[tuple[str, Said, timedelta | None]], found: Rules, now: datetime
) -> dict[str, datetime]:
    """Return when each host may be asked again: after our delay, or the pause that it asked for."""
    until: dict[str, datetime] = {}
    for host, answer, asked in told:
        at = answer.at if isinstance(answer, Answer) else now
        pause = max(timedelta(seconds=delay(tools, found.of[host])), asked or timedelta())
        until[host] = max(at + pause, until.get(host, at))
    return until


def chunks(found: Iterator[_T], size: int) -> Iterator[list[_T]]:
    """Give what comes in lists of at most `size`."""
    while chunk := list(itertools.islice(found, size)):
        yield chunk
