"""Renew: look again at the pages of articles, with conditional requests, the younger the article the oftener.

Further parts of an article that is split over pages are got here too, each once, until all are there.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.core import renewal
from aggregator.core.article import Article, ArticleState
from aggregator.core.host import Host
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import MAX_PAGE_BYTES, Answer, Page, Request
from aggregator.core.renewal import Renewal, Seen, Sight
from aggregator.core.schedule import chance
from aggregator.core.takedown import Ruling
from aggregator.core.url import host
from aggregator.steps import asking
from aggregator.steps.asking import ACCEPT, LEASE, Fetcher, Said
from aggregator.steps.robots import Rules
from aggregator.store import articles, asked, hosts, outcomes, pages, parts, publish_queue, renewals
from aggregator.store.asked import Asked
from aggregator.store.parts import Part
from aggregator.store.renewals import PAGE, Look, Standing
from aggregator.store.session import Session, Store


@dataclass(frozen=True, slots=True)
class _At:
    """An address at a host, to be asked about in its robots.txt."""

    id: int
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class _Had:
    """One look at an article's page or at a further `part` of it, judged from outside the store, with the blob of other
    bytes.
    """

    look: Look
    answer: Said
    sight: Sight
    at: datetime
    blob: str = ""
    part: Part | None = None

    @property
    def url(self) -> str:
        """The address that answered, or that was asked."""
        asked = self.part.url if self.part else self.look.url
        return self.answer.url if isinstance(self.answer, Answer) else asked


def renew(store: Store, tools: Fetcher, plan: Renewal, now: datetime, article_ids: Sequence[int]) -> list[Outcome]:
    """Look at the pages of those of the articles that are due and whose hosts are free; each ends in one outcome.

    Other bytes are kept as a further page and left to *revise*, which alone changes an article. A failure changes
    nothing but the time of the next look.
    """
    with store.writing() as session:
        leased = renewals.lease(session, article_ids, now, LEASE)
        ended = [Outcome(Step.RENEW, each, Word.NOT_DUE) for each in sorted({*article_ids} - {x.id for x in leased})]
        rulings = asking.forbidden(session, [look.url for look in leased])
        wanted = [look for look in leased if look.url not in rulings]
        held = hosts.lease(session, {look.host for look in wanted}, tools.holder, now, LEASE)
        busy = [look.id for look in wanted if look.host not in held]
        renewals.release(session, busy)
        renewals.put_off(session, {look.id: None for look in leased if look.url in rulings})
        ended += [
            Outcome(Step.RENEW, look.id, Word.REFUSED, rulings[look.url].rule) for look in leased if look.url in rulings
        ]
        ended += [Outcome(Step.RENEW, each, Word.HOST_BUSY) for each in busy]
        outcomes.record(session, ended, now)
        wanted = [look for look in wanted if look.host in held]
        newest = renewals.newest_pages(session, [look.entry_id for look in wanted])
        known = {page.entry_id: page for page in pages.several(session, list(newest.values())).values()}
        missing = _missing(session, wanted)
    try:
        found = asking.robots_of(store, tools, now, held, wanted)
        mine = _allowed(store, tools, plan, now, found, wanted, ended)
        for had in asking.chunks(_visited(tools, mine, missing, known, held, found), tools.hold):
            ended += _saved(store, tools, plan, now, had, found)
    finally:
        with store.writing() as session:
            hosts.release(session, held, tools.holder)
    return ended


def _missing(session: Session, wanted: Sequence[Look]) -> dict[int, list[Part]]:
    """Return the further parts of articles that were not had yet, those at the host that is held."""
    here = {look.id: look.host for look in wanted}
    further = [each for found in parts.of(session, here).values() for each in found if each.page_id is None]
    rulings = asking.forbidden(session, [part.url for part in further])
    found: dict[int, list[Part]] = {}
    for part in further:
        if part.url not in rulings and host(part.url) == here[part.article_id]:
            found.setdefault(part.article_id, []).append(part)
    return found


def _allowed(
    store: Store,
    tools: Fetcher,
    plan: Renewal,
    now: datetime,
    found: Rules,
    wanted: Sequence[Look],
    ended: list[Outcome],
) -> list[Look]:
    """Return the articles whose pages robots.txt lets us ask for; the others are left until the next time."""
    mine = [look for look in wanted if asking.allowed(tools, found, look)]
    others = [look for look in wanted if look not in mine]
    if others:
        with store.writing() as session:
            unwelcome = [_unwelcome(look, known=found.of[look.host].known) for look in others]
            renewals.put_off(
                session,
                {
                    look.id: _next(look, now, look.checks, plan)
                    if found.of[look.host].known
                    else renewal.after_failure(look.born, look.seen_at, now, plan)
                    for look in others
                },
            )
            outcomes.record(session, unwelcome, now)
        ended += unwelcome
    return mine


def _unwelcome(look: Look, *, known: bool) -> Outcome:
    if known:
        return Outcome(Step.RENEW, look.id, Word.REFUSED, "robots.txt does not allow it")
    reason = "robots.txt of its host cannot be had, so nothing may be asked"  # RFC 9309 section 2.3.1.4
    return Outcome(Step.RENEW, look.id, Word.LATER, reason)


def _next(look: Look, at: datetime, checks: int, plan: Renewal) -> datetime | None:
    return renewal.following(look.born, at, checks, chance(f"look at {look.id}", at), plan)


def _visited(
    tools: Fetcher,
    mine: Sequence[Look],
    missing: Mapping[int, Sequence[Part]],
    known: Mapping[int, Page],
    held: Mapping[str, Host],
    found: Rules,
) -> Iterator[_Had]:
    told: list[tuple[Look, Part | None]] = []
    wanted: dict[str, list[Request]] = {}
    for look in mine:
        wanted.setdefault(look.host, []).append(_request(look, known.get(look.entry_id), len(told)))
        told.append((look, None))
        for part in missing.get(look.id, ()):
            if asking.allowed(tools, found, _At(look.id, part.url, look.host)):
                wanted[look.host].append(Request(part.url, tag=len(told), max_bytes=MAX_PAGE_BYTES, accept=ACCEPT))
                told.append((look, part))
    for request, answer in asking.visited(tools, wanted, held, found):
        look, of = told[request.tag]
        page = None if of else known.get(look.entry_id)
        named = hashlib.sha256(answer.body).hexdigest() if isinstance(answer, Answer) else ""
        seen = renewal.sight(
            answer, page.blob if page else "", named, conditional=bool(request.etag or request.last_modified)
        )
        at = answer.at if isinstance(answer, Answer) else look.seen_at
        blob = tools.blobs.put(answer.body) if seen.seen is Seen.OTHER and isinstance(answer, Answer) else ""
        yield _Had(look, answer, seen, at, blob, of)


def _request(look: Look, page: Page | None, tag: int) -> Request:
    plain = Request(look.url, tag=tag, max_bytes=MAX_PAGE_BYTES, accept=ACCEPT)
    if page is None:
        return plain
    return Request(
        look.url,
        tag=tag,
        etag=page.etag,
        last_modified=page.last_modified,
        validated_url=page.final_url,
        since=page.fetched_at,
        max_bytes=MAX_PAGE_BYTES,
        accept=ACCEPT,
    )


def _saved(
    store: Store, tools: Fetcher, plan: Renewal, now: datetime, had: Sequence[_Had], found: Rules
) -> list[Outcome]:
    """Return how some looks ended, after storing it.

    The rows of the articles are held, so a takedown either comes before, and nothing is kept, or after, and removes it.
    """
    with store.writing() as session:
        held = articles.held(session, [each.look.id for each in had])
        rulings = asking.forbidden(session, [each.url for each in had])
        kept = [each for each in had if each.blob and _stands(each, held, rulings)]
        for each in kept:
            _keep(session, each, now)
        ended = [_end(session, plan, now, each, held[each.look.id], rulings) for each in had if each.part is None]
        told = [(each.look.host, each.answer, each.sight.asked) for each in had]
        hosts.put_off(session, asking.pauses(tools, told, found, now))
        asked.add(session, [_asked(each) for each in had], now)
        outcomes.record(session, ended, now)
        orphans = {each.blob for each in had if each.blob} - {each.blob for each in kept}
        unnamed = orphans - pages.named(session, sorted(orphans)) if orphans else set()
    for blob in unnamed:
        tools.blobs.delete(blob)
    return ended


def _keep(session: Session, had: _Had, now: datetime) -> None:
    """Keep a page; with a further part the article is read anew."""
    if not isinstance(had.answer, Answer):
        return
    asked_url = had.part.url if had.part else had.look.url
    page_of = pages.add(session, [(had.look.entry_id, asked_url, had.answer, had.blob)])
    if had.part:
        parts.had(session, [(had.part, page_of[had.look.entry_id])])
        renewals.want_revised(session, [had.look.id], PAGE, now)


def _stands(had: _Had, held: Mapping[int, Article], rulings: Mapping[str, Ruling]) -> bool:
    return held[had.look.id].state is ArticleState.LIVE and had.url not in rulings


def _asked(had: _Had) -> Asked:
    size = len(had.answer.body) if isinstance(had.answer, Answer) else 0
    return Asked(
        had.look.host, "page", unchanged=had.sight.seen is Seen.SAME, failed=had.sight.seen is Seen.FAILED, size=size
    )


def _end(
    session: Session, plan: Renewal, now: datetime, had: _Had, article: Article, rulings: Mapping[str, Ruling]
) -> Outcome:
    """Return the outcome of one look, after storing where the article stands."""
    look, at = had.look, had.at
    if article.state is not ArticleState.LIVE or had.url in rulings:
        renewals.put_off(session, {look.id: None})
        reason = rulings[had.url].rule if had.url in rulings else "it was taken down in the meantime"
        return Outcome(Step.RENEW, look.id, Word.REFUSED, reason)
    if had.sight.seen is Seen.FAILED:
        again = renewal.after_failure(look.born, look.seen_at, now, plan, had.sight.asked)
        renewals.put_off(session, {look.id: again})
        return Outcome(Step.RENEW, look.id, Word.LATER, had.sight.reason)
    if had.sight.seen is Seen.ABSENT:
        return _absent(session, had, article, now)
    checks = (0 if look.missing_since else look.checks) + (had.sight.seen is Seen.SAME)
    renewals.stand(session, [Standing(look.id, at, _next(look, at, checks, plan), checks)])
    if had.sight.seen is Seen.SAME:
        return Outcome(Step.RENEW, look.id, Word.UNCHANGED, had.sight.reason)
    renewals.want_revised(session, [look.id], PAGE, now)
    return Outcome(Step.RENEW, look.id, Word.FETCHED, "", (Work(Step.REVISE, look.id),))


def _absent(session: Session, had: _Had, article: Article, now: datetime) -> Outcome:
    """Note that the publisher says there is no such page; when that is a fact, the article is withheld by *publish*."""
    status = had.answer.status if isinstance(had.answer, Answer) else 0
    found = renewal.absent(status, had.look.missing_since, had.look.checks, had.at)
    renewals.stand(session, [Standing(had.look.id, had.at, found.again_at, found.times, found.since)])
    if found.again_at is not None:
        return Outcome(Step.RENEW, had.look.id, Word.LATER, found.reason)
    publish_queue.want(session, [article.root_id], now)
    return Outcome(Step.RENEW, had.look.id, Word.GONE, found.reason, (Work(Step.PUBLISH, article.root_id),))
