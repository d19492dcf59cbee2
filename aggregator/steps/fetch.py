"""Fetch: get the pages behind entries, where robots.txt and takedowns let us, and keep their bytes."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.core.article import Article
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import AggregatorError
from aggregator.core.fetching import Verdict, later, verdict
from aggregator.core.host import Host, visits
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import MAX_PAGE_BYTES, Answer, Request, Web
from aggregator.core.readers import Blobs, RobotsReader, RobotsRules
from aggregator.core.schedule import Manners
from aggregator.core.takedown import Ruling, ruling_on_url
from aggregator.core.url import disguises
from aggregator.steps.robots import Rules, rules
from aggregator.store import articles, asked, entries, hosts, outcomes, pages, sightings, takedowns
from aggregator.store.asked import Asked
from aggregator.store.entries import Settled
from aggregator.store.session import Session, Store
from aggregator.store.sightings import NewSighting

LEASE = timedelta(minutes=15)
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
FRESH = timedelta(hours=1)
ON_THE_WAY = (EntryStatus.FETCHED, EntryStatus.EXTRACTED)
ENDS = {Word.REFUSED: EntryStatus.REFUSED, Word.QUARANTINED: EntryStatus.QUARANTINED}

Had = tuple[Entry, Answer | AggregatorError]


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


def fetch(store: Store, tools: Fetcher, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Fetch those of the entries that are due and whose hosts are free; each ends in one outcome."""
    with store.writing() as session:
        leased = entries.lease(session, entry_ids, EntryStatus.DUE, now, LEASE)
        taken = {entry.id for entry in leased}
        ended = [Outcome(Step.FETCH, each, Word.NOT_DUE) for each in entry_ids if each not in taken]
        wanted = _without_known(session, leased, now, ended)
        held = hosts.lease(session, {entry.host for entry in wanted}, tools.holder, now, LEASE)
        busy = [entry.id for entry in wanted if entry.host not in held]
        entries.release(session, busy)
        ended += [Outcome(Step.FETCH, each, Word.HOST_BUSY) for each in busy]
        outcomes.record(session, ended, now)
    try:
        found = _robots(store, tools, now, held, [entry for entry in wanted if entry.host in held])
        mine = _allowed(store, tools, now, found.of, [entry for entry in wanted if entry.host in held], ended)
        for had in _chunks(_visited(tools, mine, held, found.of, found.pauses), tools.hold):
            ended += _saved(store, tools, now, had, found.of)
    finally:
        with store.writing() as session:
            hosts.release(session, held, tools.holder)
    return ended


def _ruling(session: Session, urls: Iterable[str]) -> dict[str, Ruling]:
    """Return the takedown that forbids each address, for those that are forbidden."""
    names = {url: disguises(url) for url in urls}
    blocks = takedowns.of_urls(session, sorted({name for each in names.values() for name in each}))
    found = {url: ruling_on_url(blocks, each) for url, each in names.items()} if blocks else {}
    return {url: ruling for url, ruling in found.items() if ruling}


def _without_known(session: Session, leased: Sequence[Entry], now: datetime, ended: list[Outcome]) -> list[Entry]:
    """Return the entries whose pages must be fetched; the others end here, or wait for the page that is on its way."""
    forbidden = _ruling(session, [entry.url for entry in leased])
    known = articles.by_url_keys(session, [entry.url_key for entry in leased])
    twins: dict[str, list[Entry]] = {}
    for other in entries.at_urls(session, [entry.url_key for entry in leased]):
        twins.setdefault(other.url_key, []).append(other)
    wanted: dict[str, Entry] = {}
    for entry in leased:
        if entry.url in forbidden:
            ended.append(_end_now(session, entry, EntryStatus.REFUSED, forbidden[entry.url].rule, now))
        elif entry.url_key in known:
            ended.append(_sighted(session, entry, known[entry.url_key], now))
        elif twin := _failed(twins[entry.url_key], now):
            reason = f"the same address as entry {twin.id}: {twin.reason}"
            ended.append(_end_now(session, entry, twin.status, reason, now))
        elif entry.url_key in wanted or any(other.status in ON_THE_WAY for other in twins[entry.url_key]):
            entries.release(session, [entry.id])
            ended.append(Outcome(Step.FETCH, entry.id, Word.LATER, "its page is on its way for another entry"))
        else:
            wanted[entry.url_key] = entry
    return list(wanted.values())


def _failed(twins: Iterable[Entry], now: datetime) -> Entry | None:
    """Return an entry at the same address that has just failed: asking again at once would bring the same.

    What a takedown refused is no failure of the page: that gate is asked for each entry by itself.
    """
    failed = (each for each in twins if each.status in ENDS.values() and now - each.due_at < FRESH)
    return next((each for each in failed if not each.reason.startswith("takedown ")), None)


def _end_now(session: Session, entry: Entry, status: EntryStatus, reason: str, now: datetime) -> Outcome:
    entries.settle(session, [Settled(entry.id, status, now, reason)])
    word = Word.REFUSED if status is EntryStatus.REFUSED else Word.QUARANTINED
    return Outcome(Step.FETCH, entry.id, word, reason)


def _sighted(session: Session, entry: Entry, article: Article, now: datetime) -> Outcome:
    """Let an entry whose article we hold end as another sighting of it."""
    reason = f"the same address as article {article.key}"
    sightings.add(
        session, [NewSighting(article.id, entry.source_id, entry.id, entry.url, entry.seen_at, entry.published)]
    )
    entries.settle(session, [Settled(entry.id, EntryStatus.DUPLICATE, now, reason, article_id=article.id)])
    articles.want_published(session, [article.root_id], now)
    return Outcome(Step.FETCH, entry.id, Word.DUPLICATE, reason, (Work(Step.PUBLISH, article.root_id),))


def _robots(store: Store, tools: Fetcher, now: datetime, held: Mapping[str, Host], wanted: Sequence[Entry]) -> Rules:
    """Return the rules of hosts; where they are not heeded, they are not asked for either."""
    heeded = tools.manners.obey_robots
    schemes = {entry.host: urlsplit(entry.url).scheme for entry in wanted} if heeded else {}
    return rules(store, tools.web, tools.read_robots, now, held, schemes, tools.manners.page_delay)


def _allowed(
    store: Store,
    tools: Fetcher,
    now: datetime,
    rules: Mapping[str, RobotsRules],
    wanted: Sequence[Entry],
    ended: list[Outcome],
) -> list[Entry]:
    """Return the entries whose pages robots.txt lets us fetch; the others end here."""
    if not tools.manners.obey_robots:
        return list(wanted)
    mine = [entry for entry in wanted if rules[entry.host].allows(entry.url, tools.manners.agent)]
    others = [entry for entry in wanted if entry not in mine]
    if others:
        with store.writing() as session:
            unwelcome = [_unwelcome(session, entry, rules[entry.host], now) for entry in others]
            outcomes.record(session, unwelcome, now)
        ended += unwelcome
    return mine


def _unwelcome(session: Session, entry: Entry, rules: RobotsRules, now: datetime) -> Outcome:
    """End an entry that robots.txt forbids; where none could be had, leave it for later (RFC 9309, 2.3.1.4)."""
    if rules.known:
        reason = "robots.txt does not allow it"
        entries.settle(session, [Settled(entry.id, EntryStatus.REFUSED, now, reason)])
        return Outcome(Step.FETCH, entry.id, Word.REFUSED, reason)
    found = later("robots.txt of its host cannot be had, so nothing may be asked", entry.attempts, now, None)
    if found.again_at is None:
        entries.settle(session, [Settled(entry.id, EntryStatus.QUARANTINED, now, found.reason)])
    else:
        entries.put_off(session, entry.id, found.again_at, found.reason)
    return Outcome(Step.FETCH, entry.id, found.word, found.reason)


def _delay(tools: Fetcher, rules: RobotsRules) -> float:
    return max(rules.delay(tools.manners.agent) or 0.0, tools.manners.page_delay)


def _visited(
    tools: Fetcher,
    mine: Sequence[Entry],
    held: Mapping[str, Host],
    rules: Mapping[str, RobotsRules],
    pauses: Mapping[str, datetime],
) -> Iterator[Had]:
    by_id = {entry.id: entry for entry in mine}
    wanted: dict[str, list[Request]] = {}
    for entry in mine:
        request = Request(entry.url, tag=entry.id, max_bytes=MAX_PAGE_BYTES, accept=ACCEPT)
        wanted.setdefault(entry.host, []).append(request)
    delays = {name: _delay(tools, rules[name]) for name in wanted}
    hosts_now = {name: Host(name, next_at=pauses.get(name, held[name].next_at)) for name in wanted}
    for request, answer in tools.web.visit(visits(wanted, hosts_now, delays)):
        yield by_id[request.tag], answer


def _chunks(found: Iterator[Had], size: int) -> Iterator[list[Had]]:
    while chunk := list(itertools.islice(found, size)):
        yield chunk


def _saved(
    store: Store, tools: Fetcher, now: datetime, had: Sequence[Had], rules: Mapping[str, RobotsRules]
) -> list[Outcome]:
    """Return how the fetches of some pages ended, after storing it."""
    judged = [(entry, answer, verdict(answer, entry.attempts, now)) for entry, answer in had]
    blobs = {
        entry.id: tools.blobs.put(answer.body)
        for entry, answer, found in judged
        if found.word is Word.FETCHED and isinstance(answer, Answer)
    }
    with store.writing() as session:
        forbidden = _ruling(session, [answer.url for _, answer in had if isinstance(answer, Answer)])
        kept = [
            (entry.id, entry.url, answer, blobs[entry.id])
            for entry, answer, _ in judged
            if entry.id in blobs and isinstance(answer, Answer) and answer.url not in forbidden
        ]
        page_of = pages.add(session, kept)
        ended = [_end(session, now, each, forbidden, page_of) for each in judged]
        entries.settle(session, [settled for _, settled in ended if settled])
        hosts.put_off(session, _pauses(tools, judged, rules, now))
        asked.add(session, [_asked(*each) for each in judged], now)
        outcomes.record(session, [outcome for outcome, _ in ended], now)
        orphans = {blob for each, blob in blobs.items() if each not in page_of}
        unnamed = orphans - pages.named(session, sorted(orphans)) if orphans else set()
    for blob in unnamed:
        tools.blobs.delete(blob)
    return [outcome for outcome, _ in ended]


def _asked(entry: Entry, answer: Answer | AggregatorError, found: Verdict) -> Asked:
    size = len(answer.body) if isinstance(answer, Answer) else 0
    return Asked(entry.host, "page", unchanged=False, failed=found.word is not Word.FETCHED, size=size)


def _pauses(
    tools: Fetcher,
    judged: Iterable[tuple[Entry, Answer | AggregatorError, Verdict]],
    rules: Mapping[str, RobotsRules],
    now: datetime,
) -> dict[str, datetime]:
    """Return when each host may be asked again: after our delay, or the pause that it asked for."""
    until: dict[str, datetime] = {}
    for entry, answer, found in judged:
        at = answer.at if isinstance(answer, Answer) else now
        pause = max(timedelta(seconds=_delay(tools, rules[entry.host])), found.asked or timedelta())
        until[entry.host] = max(at + pause, until.get(entry.host, at))
    return until


def _end(
    session: Session,
    now: datetime,
    judged: tuple[Entry, Answer | AggregatorError, Verdict],
    forbidden: Mapping[str, Ruling],
    page_of: Mapping[int, int],
) -> tuple[Outcome, Settled | None]:
    """Return the outcome of one fetch and where its entry is to stand."""
    entry, answer, found = judged
    at = answer.at if isinstance(answer, Answer) else now
    if isinstance(answer, Answer) and answer.url in forbidden:
        found = Verdict(Word.REFUSED, forbidden[answer.url].rule)
    if found.word is Word.FETCHED:
        follows = (Work(Step.EXTRACT, entry.id, entry.host),)
        settled = Settled(entry.id, EntryStatus.FETCHED, at, page_id=page_of[entry.id])
        return Outcome(Step.FETCH, entry.id, Word.FETCHED, "", follows), settled
    outcome = Outcome(Step.FETCH, entry.id, found.word, found.reason)
    if found.word is Word.LATER and found.again_at is not None:
        entries.put_off(session, entry.id, found.again_at, found.reason)
        return outcome, None
    return outcome, Settled(entry.id, ENDS[found.word], at, found.reason)
