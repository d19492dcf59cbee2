"""What publishers are told of our requests: who asks, by which rules, and what was asked of each host."""

from datetime import date, timedelta
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aggregator.core import polling, schedule
from aggregator.core.errors import Refused
from aggregator.core.url import host as host_of
from aggregator.core.url import normal
from aggregator.store import asked, feed_health
from aggregator.store.asked import Day
from aggregator.web.asked import page_number
from aggregator.web.pages import Pages

DAYS = 30
SIZE = 100  # hosts a page
MAX_NAME = 260  # characters of a host with its port, as they are stored
MAX_TYPED = 2_000
KINDS = {"feed": "feeds", "page": "articles", "robots": "robots.txt", "hub": "WebSub hubs"}


class Bot(Pages):
    """The endpoints for publishers."""

    def bot(self, request: Request) -> Response:
        """Say who we are, what we do and how to ask for less, and list the hosts; `?host=` leads to one of them."""
        typed = request.query_params.get("host", "").strip()
        name = _typed(typed)
        if name:
            return RedirectResponse(f"/bot/{quote(name)}", 303)
        number = page_number(request)
        with self._desk.store.reading() as session:
            found = asked.hosts(session, self._since(), SIZE + 1, (number - 1) * SIZE)
        if number > 1 and not found:
            raise HTTPException(404, "There are fewer pages than that.")
        values = {
            **self._rules(),
            "hosts": found[:SIZE],
            "page": number,
            "more": len(found) > SIZE,
            "typed": typed[:MAX_NAME],
            "days": DAYS,
        }
        return self._page(request, "bot.html", values, kept="public, max-age=300")

    def host(self, request: Request) -> Response:
        """Show what was asked of one host on each of the last days, and which limits hold for it."""
        name = _name(request.path_params["host"])
        now = self._desk.clock()
        with self._desk.store.reading() as session:
            found = asked.of_host(session, name, self._since())
            held = feed_health.limits_of(session, name, now)
        values = {"host": name, "days": DAYS, "found": found, "total": _total(found), "limits": held, "kinds": KINDS}
        return self._page(request, "bot_host.html", values, kept="public, max-age=300")

    def _since(self) -> date:
        return self._desk.clock().date() - timedelta(days=DAYS - 1)

    def _rules(self) -> dict[str, object]:
        """Return the rules as they are in force here, in words."""
        settings = self._desk.settings
        days, times = schedule.SLEEPS_AFTER
        first, rarest = schedule.PROBES
        return {
            "agent": settings.fetch.agent,
            "token": settings.fetch.agent.split("/", 1)[0],
            "bot_contact": settings.fetch.contact or settings.publish.contact,
            "obey_robots": settings.fetch.obey_robots,
            "robots_for_feeds": settings.poll.obey_robots,
            "shortest": _words(timedelta(seconds=settings.poll.shortest_seconds)),
            "longest": _words(timedelta(seconds=settings.poll.longest_seconds)),
            "feed_delay": _words(timedelta(seconds=settings.poll.host_delay_seconds)),
            "page_delay": _words(timedelta(seconds=settings.fetch.host_delay_seconds)),
            "full_every": _words(timedelta(seconds=settings.poll.full_every_seconds)),
            "sleeps_days": _words(days),
            "sleeps_times": times,
            "probe_first": _words(first),
            "probe_rarest": _words(rarest),
            "long_wait": _words(schedule.LONG_WAIT),
            "pushed": schedule.PUSHED,
            "move_times": polling.MOVE_TIMES,
            "move_after": _words(polling.MOVE_AFTER),
        }


def _typed(words: str) -> str:
    """Return the host that somebody has typed, alone or as an address, or ''."""
    if not words or len(words) > MAX_TYPED:
        return ""
    try:
        return host_of(normal(words if "://" in words else f"https://{words}"))
    except Refused:
        return ""


def _name(asked_for: str) -> str:
    """Return the host that is asked for; 404 for what cannot be one, or is not spelled as hosts are stored."""
    if len(asked_for) <= MAX_NAME:
        for scheme in ("https", "http"):  # a port is left out where it is the usual one
            try:
                if host_of(normal(f"{scheme}://{asked_for}/")) == asked_for:
                    return asked_for
            except Refused:
                continue
    raise HTTPException(404, "That is not the name of a host.")


def _total(found: list[Day]) -> dict[str, int]:
    return {name: sum(getattr(each, name) for each in found) for name in ("requests", "unchanged", "failed", "bytes")}


def _words(length: timedelta) -> str:
    """Return a length of time in its largest whole unit: 90 seconds, 10 minutes, 24 hours, 7 days."""
    seconds = int(length.total_seconds())
    for size, unit, least in ((86_400, "day", 2), (3_600, "hour", 1), (60, "minute", 2)):
        if seconds % size == 0 and seconds >= size * least:
            return _counted(seconds // size, unit)
    return _counted(seconds, "second")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
