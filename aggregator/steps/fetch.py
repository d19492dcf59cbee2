"""Fetch: get the pages behind entries, where robots.txt and takedowns let us, and keep their bytes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from aggregator.core import retrying
from aggregator.core.article import Article
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import AggregatorError
from aggregator.core.fetching import Verdict, later, verdict
from aggregator.core.host import Host
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import MAX_PAGE_BYTES, Answer, Request
from aggregator.core.readers import RobotsRules
from aggregator.core.schedule import chance
from aggregator.core.takedown import Ruling
from aggregator.steps import asking
from aggregator.steps.asking import ACCEPT, LEASE, Fetcher
from aggregator.steps.robots import Rules
from aggregator.store import articles, asked, entries, entry_queue, hosts, outcomes, pages, publish_queue, sightings
from aggregator.store.asked import Asked
from aggregator.store.entry_queue import Settled
from aggregator.store.session import Session, Store
from aggregator.store.sightings import NewSighting

FRESH = timedelta(hours=1)
ON_THE_WAY = (EntryStatus.FETCHED, EntryStatus.EXTRACTED)
FAILED = (EntryStatus.REFUSED, EntryStatus.QUARANTINED)

Had = tuple[Entry, Answer | AggregatorError]


def fetch(store: Store, tools: Fetcher, now: datetime, entry_ids: Sequence[int]) -> list[Outcome]:
    """Fetch those of the entries that are due and whose hosts are free; each ends in one outcome."""
    with store.writing() as session:
        leased = entry_queue.lease(session, entry_ids, EntryStatus.DUE, now, LEASE)
        taken = {entry.id for entry in leased}
        ended = [Outcome(Step.FETCH, each, Word.NOT_DUE) for each in entry_ids if each not in taken]
        wanted = _without_known(session, leased, now, ended)
        held = hosts.lease(session, {entry.host for entry in wanted}, tools.holder, now, LEASE)
        busy = [entry.id for entry in wanted if entry.host not in held]
        entry_queue.release(session, busy)
        ended += [Outcome(Step.FETCH, each, Word.HOST_BUSY) for each in busy]
        outcomes.record(session, ended, now)
    try:
        found = asking.robots_of(store, tools, now, held, [entry for entry in wanted if entry.host in held])
        mine = _allowed(store, tools, now, found, [entry for entry in wanted if entry.host in held], ended)
        for had in asking.chunks(_visited(tools, mine, held, found), tools.hold):
            ended += _saved(store, tools, now, had, found)
    finally:
        with store.writing() as session:
            hosts.release(session, held, tools.holder)
    return ended


def _without_known(session: Session, leased: Sequence[Entry], now: datetime, ended: list[Outcome]) -> list[Entry]:
    """Return the entries whose pages must be fetched; the others end here, or wait for the page that is on its way."""
    forbidden = asking.forbidden(session, [entry.url for entry in leased])
    known = articles.by_url_keys(session, [entry.url_key for entry in leased])
    twins: dict[str, list[Entry]] = {}
    for other in entries.at_urls(session, [entry.url_key for entry in leased]):
        twins.setdefault(other.url_key, []).append(other)
    wanted: dict[str, Entry] = {}
    for entry in leased:
        if entry.url in forbidden:
            entries.empty(session, [entry.id], forbidden[entry.url].rule, now)
            ended.append(Outcome(Step.FETCH, entry.id, Word.REFUSED, forbidden[entry.url].rule))
        elif entry.url_key in known:
            ended.append(_sighted(session, entry, known[entry.url_key], now))
        elif twin := _failed(twins[entry.url_key], now):
            reason = f"the same address as entry {twin.id}: {twin.reason}"
            ended.append(_end_now(session, entry, twin.status, reason, now, twin.verdict))
        elif entry.url_key in wanted or any(other.status in ON_THE_WAY for other in twins[entry.url_key]):
            entry_queue.release(session, [entry.id])
            ended.append(Outcome(Step.FETCH, entry.id, Word.LATER, "its page is on its way for another entry"))
        else:
            wanted[entry.url_key] = entry
    return list(wanted.values())


def _failed(twins: Iterable[Entry], now: datetime) -> Entry | None:
    """Return an entry at the same address that has just failed: asking again at once would bring the same.

    What a takedown refused is no failure of the page: that gate is asked for each entry by itself.
    """
    failed = (each for each in twins if each.status in FAILED and now - each.due_at < FRESH)
    return next((each for each in failed if not each.reason.startswith("takedown ")), None)


def _end_now(
    session: Session, entry: Entry, status: EntryStatus, reason: str, now: datetime, kind: str = ""
) -> Outcome:
    refused = status is EntryStatus.REFUSED
    entry_queue.settle(
        session, [Settled(entry.id, status, now, reason) if refused else _aside(entry, kind, reason, now)]
    )
    word = Word.REFUSED if refused else Word.QUARANTINED
    return Outcome(Step.FETCH, entry.id, word, reason)


def _sighted(session: Session, entry: Entry, article: Article, now: datetime) -> Outcome:
    """Let an entry whose article we hold end as another sighting of it."""
    reason = f"the same address as article {article.key}"
    sightings.add(
        session, [NewSighting(article.id, entry.source_id, entry.id, entry.url, entry.seen_at, entry.published)]
    )
    entry_queue.settle(session, [Settled(entry.id, EntryStatus.DUPLICATE, now, reason, article_id=article.id)])
    publish_queue.want(session, [article.root_id], now)
    return Outcome(Step.FETCH, entry.id, Word.DUPLICATE, reason, (Work(Step.PUBLISH, article.root_id),))


def _allowed(
    store: Store,
    tools: Fetcher,
    now: datetime,
    found: Rules,
    wanted: Sequence[Entry],
    ended: list[Outcome],
) -> list[Entry]:
    """Return the entries whose pages robots.txt lets us fetch; the others end here."""
    mine = [entry for entry in wanted if asking.allowed(tools, found, entry)]
    others = [entry for entry in wanted if entry not in mine]
    if others:
        with store.writing() as session:
            unwelcome = [_unwelcome(session, entry, found.of[entry.host], now) for entry in others]
            outcomes.record(session, unwelcome, now)
        ended += unwelcome
    return mine


def _unwelcome(session: Session, entry: Entry, rules: RobotsRules, now: datetime) -> Outcome:
    """End an entry that robots.txt forbids; where none could be had, leave it for later (RFC 9309, 2.3.1.4)."""
    if rules.known:
        reason = "robots.txt does not allow it"
        entry_queue.settle(session, [Settled(entry.id, EntryStatus.REFUSED, now, reason)])
        return Outcome(Step.FETCH, entry.id, Word.REFUSED, reason)
    found = later("robots.txt of its host cannot be had, so nothing may be asked", entry.attempts, now, None)
    if found.again_at is None:
        entry_queue.settle(session, [_aside(entry, found.kind, found.reason, now)])
    else:
        entry_queue.put_off(session, entry.id, found.again_at, found.reason)
    return Outcome(Step.FETCH, entry.id, found.word, found.reason)


def _visited(tools: Fetcher, mine: Sequence[Entry], held: Mapping[str, Host], found: Rules) -> Iterator[Had]:
    by_id = {entry.id: entry for entry in mine}
    wanted: dict[str, list[Request]] = {}
    for entry in mine:
        request = Request(entry.url, tag=entry.id, max_bytes=MAX_PAGE_BYTES, accept=ACCEPT)
        wanted.setdefault(entry.host, []).append(request)
    for request, answer in asking.visited(tools, wanted, held, found):
        yield by_id[request.tag], answer


def _saved(store: Store, tools: Fetcher, now: datetime, had: Sequence[Had], found: Rules) -> list[Outcome]:
    """Return how the fetches of some pages ended, after storing it."""
    judged = [(entry, answer, verdict(answer, entry.attempts, now)) for entry, answer in had]
    blobs = {
        entry.id: tools.blobs.put(answer.body)
        for entry, answer, each in judged
        if each.word is Word.FETCHED and isinstance(answer, Answer)
    }
    with store.writing() as session:
        forbidden = asking.forbidden(session, [answer.url for _, answer in had if isinstance(answer, Answer)])
        kept = [
            (entry.id, entry.url, answer, blobs[entry.id])
            for entry, answer, _ in judged
            if entry.id in blobs and isinstance(answer, Answer) and answer.url not in forbidden
        ]
        page_of = pages.add(session, kept)
        ended = [_end(session, now, each, forbidden, page_of) for each in judged]
        entry_queue.settle(session, [settled for _, settled in ended if settled])
        for entry, answer in had:
            if isinstance(answer, Answer) and answer.url in forbidden:
                entries.empty(session, [entry.id], forbidden[answer.url].rule, now)
        hosts.put_off(
            session, asking.pauses(tools, [(entry.host, each, end.asked) for entry, each, end in judged], found, now)
        )
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
        entry_queue.put_off(session, entry.id, found.again_at, found.reason)
        return outcome, None
    if found.word is Word.QUARANTINED:
        return outcome, _aside(entry, found.kind, found.reason, at)
    return outcome, Settled(entry.id, EntryStatus.REFUSED, at, found.reason)


def _aside(entry: Entry, kind: str, reason: str, at: datetime) -> Settled:
    """Return that an entry is put aside, and when it is tried again."""
    again = retrying.again(kind, entry.retries, at, chance(f"retry of {entry.id}", at))
    return Settled(entry.id, EntryStatus.QUARANTINED, at, reason, verdict=kind, retry_at=again)
