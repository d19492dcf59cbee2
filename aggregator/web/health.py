"""Whether we are alive, whether we are ready, and the numbers (Prometheus text format 0.0.4)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from aggregator.core.baseline import AlarmKind
from aggregator.core.errors import AggregatorError
from aggregator.core.feed import Trouble
from aggregator.core.websub import SubscriptionState
from aggregator.store import (
    alarms,
    articles,
    entries,
    feed_health,
    feeds,
    outcomes,
    publications,
    pulses,
    schema,
    stories,
)
from aggregator.store.session import Session
from aggregator.web.desk import Desk

TEXTS = {
    "texts": "Texts read, copies among them.",
    "articles": "Canonical articles that stand.",
    "copies": "Texts that are copies of another.",
    "removed": "Texts that were taken down.",
}
METRICS = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The endpoints for whoever watches over us."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def alive(self, _request: Request) -> Response:
        """Say that the process answers."""
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    def ready(self, _request: Request) -> Response:
        """Say whether the database answers and its schema is this release's; 503 when not."""
        checks: dict[str, str] = {}
        try:
            with self._desk.store.reading() as session:
                now = schema.current(session)
                checks["database"] = "ok"
                checks["schema"] = "ok" if now == schema.newest() else f"at {now or 'nothing'}, not {schema.newest()}"
                ages = {name: self._desk.clock() - at for name, (at, _) in pulses.every(session).items()}
        except AggregatorError as error:
            checks["database"] = error.reason
            ages = {}
        good = all(said == "ok" for said in checks.values())
        body = {"ready": good, "checks": checks, "pulse_seconds": {k: int(v.total_seconds()) for k, v in ages.items()}}
        return JSONResponse(body, 200 if good else 503, headers={"Cache-Control": "no-store"})

    def metrics(self, _request: Request) -> Response:
        """Give the numbers."""
        with self._desk.store.reading() as session:
            lines = "".join(f"{line}\n" for line in self._lines(session))
        return PlainTextResponse(lines, headers={"Cache-Control": "no-store"}, media_type=METRICS)

    def _lines(self, session: Session) -> Iterator[str]:
        now = self._desk.clock()
        yield from _feeds(session, now)
        standing = {f'status="{status}"': number for status, number in entries.numbers(session).items()}
        yield from _gauge("entries", "Entries by where they stand.", standing)
        for name, number in articles.numbers(session).items():
            yield from _gauge(name, TEXTS[name], {"": number})
        standing_alarms = Counter(each.alarm.kind for each in alarms.every_open(session))
        by_kind = {kind.value: standing_alarms[kind] for kind in AlarmKind}
        yield from _gauge("alarms", "Open alarms of sources, by what is not as usual.", _labelled("kind", by_kind))
        yield from _gauge("stories", "Stories of at least two texts.", {"": stories.number(session)})
        yield from _gauge("publications_live", "Publications that stand.", {"": publications.number(session)})
        totals = outcomes.totals(session)
        ended = {f'step="{step}",word="{word}"': number for (step, word), number in sorted(totals.items())}
        yield from _counter("outcomes_total", "How often each step ended in each word.", ended)
        yield from _workers(session, now)


def _workers(session: Session, now: datetime) -> Iterator[str]:
    """Yield what the last pulse of each queue tells."""
    found = pulses.every(session)
    ages = {name: (now - at).total_seconds() for name, (at, _) in found.items()}
    yield from _gauge("pulse_age_seconds", "Seconds since each queue's last sign of life.", _labelled("queue", ages))
    told = {name: each.peak for name, (_, about) in found.items() if (each := pulses.memory(about))}
    about_peaks = "The most memory that the process of each queue's last pulse has had, in MiB."
    yield from _gauge("worker_peak_memory_mib", about_peaks, _labelled("queue", told))


def _feeds(session: Session, now: datetime) -> Iterator[str]:
    """Yield how the feeds fare."""
    found = feed_health.health(session, now)
    yield from _gauge("feeds", "Feeds by state.", _labelled("state", found.states))
    yield from _gauge("feeds_failing", "Feeds whose last polls failed.", {"": found.failing})
    troubles = {each.value: found.troubles.get(each.value, 0) for each in Trouble if each}
    yield from _gauge("feeds_trouble", "Feeds whose last poll failed, by why.", _labelled("trouble", troubles))
    quiet = "Feeds that answer and have told nothing new for far longer than they usually do."
    yield from _gauge("feeds_quiet", quiet, {"": found.quiet})
    overdue = feeds.lateness(session, now).total_seconds()
    yield from _gauge("lateness_seconds", "How long the most overdue feed has waited.", {"": overdue})
    late = found.lateness
    shares = {'quantile="0.5"': late.p50, 'quantile="0.99"': late.p99, 'quantile="1"': late.longest}
    yield from _gauge("poll_late_seconds", "How late the last polls of a day were.", shares)
    states = {each.value: found.subscriptions.get(each.value, 0) for each in SubscriptionState}
    yield from _gauge("subscriptions", "Subscriptions with hubs by state.", _labelled("state", states))


def _labelled(name: str, numbers: Mapping[str, float]) -> dict[str, float]:
    return {f'{name}="{value}"': number for value, number in numbers.items()}


def _gauge(name: str, about: str, values: Mapping[str, float]) -> Iterator[str]:
    yield from _metric("gauge", name, about, values)


def _counter(name: str, about: str, values: Mapping[str, float]) -> Iterator[str]:
    yield from _metric("counter", name, about, values)


def _metric(kind: str, name: str, about: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP aggregator_{name} {about}"
    yield f"# TYPE aggregator_{name} {kind}"
    for labels, value in values.items():
        yield f"aggregator_{name}{'{' + labels + '}' if labels else ''} {value}"
