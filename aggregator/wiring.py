"""Settings in, working parts out; the only place where parts meet."""

import gc
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from aggregator.adapters import discovery, feeds_in, robots, sanitizer, text_extractor, tracking_file
from aggregator.adapters.archive import ArchiveWeb, Index
from aggregator.adapters.blobs import Blobs
from aggregator.adapters.deadline import deadline
from aggregator.adapters.http import HttpWeb
from aggregator.adapters.http_settings import HttpSettings
from aggregator.adapters.recorder import Recorder
from aggregator.core import tracking
from aggregator.core.attribution import Wording
from aggregator.core.page import Web
from aggregator.core.renewal import Renewal
from aggregator.core.rights import Caps
from aggregator.core.schedule import Manners
from aggregator.line import Parts
from aggregator.settings import Settings
from aggregator.steps.asking import Fetcher
from aggregator.steps.poll import Poller
from aggregator.steps.publish import House
from aggregator.steps.reading import Extractor
from aggregator.steps.seek import Seeker
from aggregator.steps.subscribe import Subscriber
from aggregator.steps.sweep import Broom
from aggregator.store import schema
from aggregator.store.session import Store

Clock = Callable[[], datetime]
OF_A_HOST, ALL = 12, 1_000_000  # feeds of one host in one run; an archive has no manners to be kept to
HUB_DELAY = 1.0  # seconds between two requests to one hub
RULE_SECONDS = 0.5  # that one tracking rule of an operator's file may take on the addresses it is tried on


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive in the place of the network: its file, its index, and the time at which it ends."""

    file: Path
    index: Index

    def ends(self) -> datetime:
        """Return the time at which it ends, which is the present of a replay."""
        return self.index.end


def wall_clock() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def open_store(settings: Settings) -> Store:
    """Return the database, its schema brought up to this release; addresses are named by the operator's rules too."""
    name_addresses(settings)
    if not settings.database.url:
        settings.data.folder.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url)
    schema.upgrade(store)
    return store


def name_addresses(settings: Settings) -> None:
    """Let the tracking rules of the operator's files hold in this process; each process of the line begins with it."""
    tracking.use(tracking_file.read(settings.urls.tracking_rules, partial(deadline, RULE_SECONDS)))


def live_web(settings: Settings, clock: Clock = wall_clock, record: Path | None = None) -> HttpWeb:
    """Return the network, asked politely; with `record`, every answer is written to that WARC file."""
    fetch = settings.fetch
    http = HttpSettings(
        user_agent=fetch.agent,
        connect_seconds=fetch.connect_seconds,
        read_seconds=fetch.read_seconds,
        total_seconds=fetch.total_seconds,
        connections=fetch.connections,
        allow_loopback=fetch.allow_loopback,
    )
    return HttpWeb(http, clock, Recorder(record) if record else None)


def build(
    settings: Settings, *, archived: Archived | None = None, record: Path | None = None, clock: Clock = wall_clock
) -> Parts:
    """Return the parts of the line: on the network, or on an archive with its own clock and no delays.

    Whoever replays an archive has opened the store, and with it brought the schema up to date, before.
    """
    if archived:
        name_addresses(settings)  # which opening the store does else
    web: Web = ArchiveWeb(archived.file, archived.index) if archived else live_web(settings, clock, record)
    manners = manners_of(settings, replayed=archived is not None)
    blobs = Blobs(settings.blobs_url)
    holder = f"{socket.gethostname()[:40]}:{os.getpid()}"
    return Parts(
        store=Store(settings.database_url) if archived else open_store(settings),
        blobs=blobs,
        poller=Poller(web, feeds_in.read, robots.parse, manners, holder, archived.ends if archived else clock),
        subscriber=Subscriber(
            web,
            settings.site.base_url,
            _token,
            holder,
            manners.feed_delay,
            allow_loopback=settings.fetch.allow_loopback,
        ),
        seeker=Seeker(web, discovery.candidates, feeds_in.read, holder, manners.feed_delay),
        fetcher=Fetcher(web, blobs, robots.parse, manners, holder, hold=16 if archived else 4),
        extractor=Extractor(
            blobs,
            text_extractor.extract,
            text_extractor.VERSION,
            partial(deadline, settings.extract.page_seconds),
        ),
        house=house(settings),
        broom=_broom(settings),
        clock=clock,
        holder=holder,
        renewal=renewal_of(settings, replayed=archived is not None),
    )


def renewal_of(settings: Settings, *, replayed: bool = False) -> Renewal:
    """Return whether and when pages are looked at again, as the operator wishes; an archive's clock stands still."""
    return Renewal(on=settings.extract.renew and not replayed, factor=settings.extract.renew_factor)


def _broom(settings: Settings) -> Broom:
    full = Broom()
    return replace(
        full,
        hubs=full.hubs if settings.site.base_url else 0,  # no hub could reach us
        renewed=full.renewed if settings.extract.renew else 0,
    )


def house(settings: Settings) -> House:
    """Return what publishing needs of the operator's wishes."""
    publish = settings.publish
    return House(
        Caps(publish.excerpt_words, publish.excerpt_chars),
        Wording(publish.disclaimer, publish.contact),
        sanitizer.clean,
    )


def manners_of(settings: Settings, *, replayed: bool = False) -> Manners:
    """Return how we ask, as the operator wishes; an archive without delays, and without robots.txt for feeds."""
    return Manners(
        shortest=timedelta(seconds=settings.poll.shortest_seconds),
        longest=timedelta(seconds=settings.poll.longest_seconds),
        feed_delay=0.0 if replayed else settings.poll.host_delay_seconds,
        page_delay=0.0 if replayed else settings.fetch.host_delay_seconds,
        agent=settings.fetch.agent.split("/", 1)[0],
        obey_robots=settings.fetch.obey_robots,
        robots_for_feeds=settings.poll.obey_robots and not replayed,
        full_every=timedelta(seconds=settings.poll.full_every_seconds),
        of_a_host=ALL if replayed else OF_A_HOST,
    )


def settle() -> None:
    """Tell Python's cycle collector that what a worker has loaded stays, and to look for garbage less often.

    Trees and rows are freed without it; it took a fifth of the time of a poll.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _token() -> str:
    return secrets.token_urlsafe(32)


def warm_up() -> None:
    """Load what is slow to load, so that the first page is as fast as the others."""
    text_extractor.warm_up()
    settle()
