"""Fetch: get the pages behind entries, where robots.txt and takedowns let us, and keep their bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.core import schedule
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.host import Host, robots_stale, visits
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import MAX_PAGE_BYTES, MAX_ROBOTS_BYTES, Answer, Request, Web, is_html
from aggregator.core.readers import Blobs, RobotsReader, RobotsRules
from aggregator.core.schedule import Manners
from aggregator.core.takedown import ruling_on_url
from aggregator.core.url import disguises
from aggregator.store import articles, entries, hosts, outcomes, pages, sightings, takedowns
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=15)
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
GONE = {404, 410, 451}


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What fetching needs: the world, where pages are kept, how robots.txt is read, how we behave, who we are."""

    web: Web
    blobs: Blobs
    read_robots: RobotsReader
    manners: Manners
    holder: str


def fetch(store: Store, tools: Fetcher, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Fetch those of the entries that are due and whose hosts are free; each ends in one outcome."""
    with store.writing() as session:
        leased = entries.lease(session, entry_ids, EntryStatus.DUE, now, LEASE)
        taken = {entry.id for entry in leased}
        ended = [Outcome(Step.FETCH, each, Word.NOT_DUE) for each in entry_ids if each not in taken]
        outcomes.record(session, ended, now)
        wanted, settled = _without_known(session, leased, now)
        held = hosts.lease(session, {entry.host for entry in wanted}, tools.holder, now, LEASE)
        busy = [entry for entry in wanted if entry.host not in held]
        entries.release(session, [entry.id for entry in busy])
        passed = [Outcome(Step.FETCH, entry.id, Word.HOST_BUSY) for entry in busy]
        outcomes.record(session, passed, now)
    ended += settled + passed
    try:
        mine = {entry.id: entry for entry in wanted if entry.host in held}
        ended += _visited(store, tools, now, mine, held)
    finally:
        with store.writing() as session:
            hosts.release(session, held, tools.holder)
    return ended


def _without_known(session: Session, leased: Sequence[Entry], now: datetime) -> tuple[list[Entry], list[Outcome]]:
    """Return the entries whose pages must be fetched, and how the others ended: taken down, or had already."""
    wanted = []
    ended = []
    for entry in leased:
        names = disguises(entry.url)
        ruling = ruling_on_url(takedowns.of_urls(session, list(names)), names)
        known = None if ruling else articles.by_url_key(session, entry.url_key)
        if ruling:
            ended.append(_refused(session, entry, ruling.rule, now))
        elif known:
            ended.append(_sighted(session, entry, known.id, known.key, now))
        else:
            wanted.append(entry)
    return wanted, ended


def _sighted(session: Session, entry: Entry, article_id: int, key: str, now: datetime) -> Outcome:
    reason = f"the same address as article {key}"
    sightings.add(session, article_id, entry.source_id, entry.id, entry.url, entry.seen_at, entry.published)
    entries.settle(session, entry.id, EntryStatus.DUPLICATE, now, reason=reason, article_id=article_id)
    articles.want_published(session, [article_id], now)
    return _ended(
        session, Outcome(Step.FETCH, entry.id, Word.DUPLICATE, reason, (Work(Step.PUBLISH, article_id),)), now
    )


def _visited(
    store: Store, tools: Fetcher, now: datetime, mine: Mapping[int, Entry], held: Mapping[str, Host]
) -> list[Outcome]:
    origins = {entry.host: f"{urlsplit(entry.url).scheme}://{entry.host}" for entry in mine.values()}
    rules, later = _robots(store, tools, now, held, origins)
    ended = []
    asked: dict[str, list[Request]] = {}
    for entry in mine.values():
        if tools.manners.obey_robots and not rules[entry.host].allows(entry.url, tools.manners.agent):
            with store.writing() as session:
                ended.append(_refused(session, entry, "robots.txt does not allow it", now))
        else:
            request = Request(entry.url, tag=entry.id, max_bytes=MAX_PAGE_BYTES, accept=ACCEPT)
            asked.setdefault(entry.host, []).append(request)
    delays = {name: max(rules[name].delay(tools.manners.agent) or 0.0, tools.manners.page_delay) for name in asked}
    hosts_now = {name: Host(name, next_at=later.get(name, host.next_at)) for name, host in held.items()}
    for request, answer in tools.web.visit(visits(asked, hosts_now, delays)):
        entry = mine[request.tag]
        outcome = _settled(store, tools, entry, answer, now)
        at = answer.at if isinstance(answer, Answer) else now
        with store.writing() as session:
            hosts.put_off(session, [entry.host], at + timedelta(seconds=delays[entry.host]))
        ended.append(outcome)
    return ended


def _robots(
    store: Store, tools: Fetcher, now: datetime, held: Mapping[str, Host], origins: Mapping[str, str]
) -> tuple[dict[str, RobotsRules], dict[str, datetime]]:
    """Return each host's rules, asked anew where they are stale, and when hosts just asked may be asked again."""
    known = {name: (host.robots, host.robots_status) for name, host in held.items()}
    later = {}
    stale = {name: host for name, host in held.items() if robots_stale(host, now)} if tools.manners.obey_robots else {}
    names = dict(enumerate(stale))
    asked = {
        name: [Request(f"{origins[name]}/robots.txt", tag=tag, max_bytes=MAX_ROBOTS_BYTES)]
        for tag, name in names.items()
    }
    for request, answer in tools.web.visit(visits(asked, stale, {})):
        name = names[request.tag]
        body, status = (answer.body, answer.status) if isinstance(answer, Answer) else (b"", 0)
        at = answer.at if isinstance(answer, Answer) else now
        known[name] = (body, status)
        later[name] = at + timedelta(seconds=min(tools.manners.page_delay, 1.0))
        with store.writing() as session:
            hosts.save_robots(session, name, body, status, at)
    return {name: tools.read_robots(body, status) for name, (body, status) in known.items()}, later


def _settled(store: Store, tools: Fetcher, entry: Entry, answer: Answer | AggregatorError, now: datetime) -> Outcome:
    """Return how the fetch of one page ended, after storing it."""
    if isinstance(answer, TryLater):
        return _later(store, entry, answer.reason, now, answer.after)
    with store.writing() as session:
        if isinstance(answer, Refused):
            return _refused(session, entry, answer.reason, now)
        if isinstance(answer, Unreadable):
            return _quarantined(session, entry, answer.reason, now)
    assert isinstance(answer, Answer)  # noqa: S101 - all errors are one of the three
    if answer.status == 200 and is_html(answer):  # noqa: PLR2004 - OK
        return _kept(store, tools, entry, answer)
    if answer.status in GONE or 200 <= answer.status < 300:  # noqa: PLR2004 - a success that is no page
        said = f"the server answered {answer.status}"
        reason = said if answer.status in GONE else f"no page: {answer.content_type or 'no type'} ({answer.status})"
        with store.writing() as session:
            return _refused(session, entry, reason, answer.at)
    asked = schedule.retry_after(answer.headers.get("retry-after", ""), answer.at)
    return _later(store, entry, f"the server answered {answer.status}", answer.at, asked)


def _kept(store: Store, tools: Fetcher, entry: Entry, answer: Answer) -> Outcome:
    blob = tools.blobs.put(answer.body)
    with store.writing() as session:
        names = disguises(answer.url)
        ruling = ruling_on_url(takedowns.of_urls(session, list(names)), names)
        if ruling:
            if not pages.named(session, [blob]):
                tools.blobs.delete(blob)
            return _refused(session, entry, ruling.rule, answer.at)
        page_id = pages.add(session, entry.id, entry.url, answer, blob)
        entries.settle(session, entry.id, EntryStatus.FETCHED, answer.at, page_id=page_id)
        follows = (Work(Step.EXTRACT, entry.id, entry.host),)
        return _ended(session, Outcome(Step.FETCH, entry.id, Word.FETCHED, "", follows), answer.at)


def _later(store: Store, entry: Entry, reason: str, now: datetime, asked: timedelta | None) -> Outcome:
    with store.writing() as session:
        if asked:
            hosts.put_off(session, [entry.host], now + asked)
        if entry.attempts >= schedule.FETCH_ATTEMPTS:
            return _quarantined(session, entry, f"{entry.attempts} attempts, the last: {reason}", now)
        entries.put_off(session, entry.id, now + schedule.page_retry(entry.attempts, asked), reason)
        return _ended(session, Outcome(Step.FETCH, entry.id, Word.LATER, reason), now)


def _refused(session: Session, entry: Entry, reason: str, now: datetime) -> Outcome:
    entries.settle(session, entry.id, EntryStatus.REFUSED, now, reason=reason)
    return _ended(session, Outcome(Step.FETCH, entry.id, Word.REFUSED, reason), now)


def _quarantined(session: Session, entry: Entry, reason: str, now: datetime) -> Outcome:
    entries.settle(session, entry.id, EntryStatus.QUARANTINED, now, reason=reason)
    return _ended(session, Outcome(Step.FETCH, entry.id, Word.QUARANTINED, reason), now)


def _ended(session: Session, outcome: Outcome, at: datetime) -> Outcome:
    outcomes.record(session, [outcome], at)
    return outcome
