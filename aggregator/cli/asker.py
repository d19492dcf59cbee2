"""Asking outside the line: at most a few addresses, one by one at each host, with our usual pause, nothing stored."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from aggregator import wiring
from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.host import Host, visits
from aggregator.core.page import Answer, Request, Web
from aggregator.core.url import host
from aggregator.settings import Settings

Said = Answer | AggregatorError


class Asker:
    """The network for a command: between two requests to one host it waits as long as polling does."""

    def __init__(self, settings: Settings) -> None:
        self.manners = wiring.manners_of(settings)
        self._web: Web = wiring.live_web(settings)
        self._next: dict[str, datetime] = {}
        self._had: dict[str, Said] = {}

    def ask(self, request: Request) -> Said:
        """Return the answer to one request, or why there is none."""
        return next(iter(self.ask_all([request]).values()), TryLater(f"{request.url} gave no answer"))

    def once(self, request: Request) -> Said:
        """Return the answer to a request, the one from before when its address was asked in this way already."""
        if request.url not in self._had:
            self._had[request.url] = self.ask(request)
        return self._had[request.url]

    def ask_all(self, requests: Iterable[Request]) -> dict[str, Said]:
        """Return the answers by the address that was asked; different hosts are asked side by side."""
        by_host: dict[str, list[Request]] = {}
        for request in requests:
            by_host.setdefault(host(request.url), []).append(request)
        hosts = {name: Host(name, self._next.get(name)) for name in by_host}
        delays = dict.fromkeys(by_host, self.manners.feed_delay)
        found: dict[str, Said] = {}
        for request, said in self._web.visit(visits(by_host, hosts, delays)):
            found[request.url] = said
            self._next[host(request.url)] = wiring.wall_clock() + timedelta(seconds=self.manners.feed_delay)
        return found
