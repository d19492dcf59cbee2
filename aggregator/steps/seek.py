"""Seek: find what may have taken the place of a feed that has died, and propose it; the operator decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.core.discovery import Candidate
from aggregator.core.errors import AggregatorError
from aggregator.core.feed import Feed
from aggregator.core.host import visits
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.page import MAX_FEED_BYTES, Answer, Request, Web
from aggregator.core.polling import ACCEPT
from aggregator.core.readers import FeedFinder, FeedReader
from aggregator.core.url import host
from aggregator.steps.telling import addressed
from aggregator.store import asked, feed_keys, feeds, hosts, outcomes, sources
from aggregator.store.asked import Asked
from aggregator.store.session import Store

LEASE = timedelta(minutes=10)
SUCCESS = range(200, 300)
TRIED = 4  # candidates that are looked into
LEAST = 0.2  # of the items of a proposal that the dead feed must have told


@dataclass(frozen=True, slots=True)
class Seeker:
    """What seeking needs: the world, how feeds are found in a page and read, who we are, seconds between requests."""

    web: Web
    find: FeedFinder
    read: FeedReader
    holder: str
    delay: float = 5.0


def seek(store: Store, tools: Seeker, now: datetime, feed_ids: Sequence[int]) -> list[Outcome]:
    """Look for a replacement of each of these feeds; each ends in one outcome."""
    return [_sought(store, tools, now, each) for each in feed_ids]


def _sought(store: Store, tools: Seeker, now: datetime, feed_id: int) -> Outcome:
    with store.reading() as session:
        feed = feeds.get(session, feed_id)
        source = sources.get(session, feed.source_id) if feed else None
    if feed is None or source is None or not source.url:
        return _end(store, Outcome(Step.SEEK, feed_id, Word.NOT_DUE), now)
    pages = _asked(store, tools, now, [source.url])
    if pages is None:
        return _end(store, Outcome(Step.SEEK, feed_id, Word.HOST_BUSY), now)
    found = [each for page in pages if page.status in SUCCESS for each in _found(tools, page)]
    wanted = [each.url for each in found if each.url != feed.url][:TRIED]
    best = _best(store, tools, feed, _asked(store, tools, now, wanted) or ())
    with store.writing() as session:
        feeds.propose(session, feed_id, *(best or ("", 0.0)), now)
    if best is None:
        had = any(page.status in SUCCESS for page in pages)
        reason = f"{source.url} names {len(found)} feeds, none with items of {feed.url}" if had else "no home page"
        return _end(store, Outcome(Step.SEEK, feed_id, Word.NOTHING, reason), now)
    reason = f"{best[0]} has {best[1]:.0%} of its items in common: see `aggregator sources adopt`"
    return _end(store, Outcome(Step.SEEK, feed_id, Word.PROPOSED, reason), now)


def _found(tools: Seeker, page: Answer) -> list[Candidate]:
    """Return the feeds that a page names; one that cannot be read names none."""
    try:
        return tools.find(page.body, url=page.url, charset=page.charset)
    except AggregatorError:
        return []


def _end(store: Store, outcome: Outcome, now: datetime) -> Outcome:
    with store.writing() as session:
        outcomes.record(session, [outcome], now)
    return outcome


def _asked(store: Store, tools: Seeker, now: datetime, urls: Sequence[str]) -> list[Answer] | None:
    """Return the answers of addresses whose hosts are free, asked one after the other; None when no host is."""
    wanted = {url: host(url) for url in urls}
    with store.writing() as session:
        held = hosts.lease(session, set(wanted.values()), tools.holder, now, LEASE) if wanted else {}
    if wanted and not held:
        return None
    requests: dict[str, list[Request]] = {}
    for url, name in wanted.items():
        if name in held:
            requests.setdefault(name, []).append(Request(url, max_bytes=MAX_FEED_BYTES, accept=f"{ACCEPT}, text/html"))
    counted: list[Asked] = []
    answers: list[Answer] = []
    try:
        for request, answer in tools.web.visit(visits(requests, held, dict.fromkeys(requests, tools.delay))):
            had = answer if isinstance(answer, Answer) else None
            answers += [had] if had else []
            size = len(had.body) if had else 0
            counted.append(Asked(host(request.url), "feed", unchanged=False, failed=had is None, size=size))
    finally:
        with store.writing() as session:
            last = max((each.at for each in answers), default=now)
            hosts.put_off(session, dict.fromkeys(held, last + timedelta(seconds=tools.delay)))
            hosts.release(session, held, tools.holder)
            asked.add(session, counted, now)
    return answers


def _best(store: Store, tools: Seeker, feed: Feed, answers: Iterable[Answer]) -> tuple[str, float] | None:
    """Return the address whose items the feed has told before under any name, most of them first, and their share."""
    shares: dict[str, float] = {}
    for answer in answers:
        try:
            document = tools.read(
                answer.body, url=answer.url, content_type=answer.content_type, charset=answer.charset, now=answer.at
            )
        except AggregatorError:
            continue  # no feed after all
        _, items = addressed(document)
        with store.reading() as session:
            known = feed_keys.known(session, [(feed.id, items)])[feed.id]
        common = sum(not known.keys().isdisjoint(item.names.values()) for item in items)
        shares[answer.url] = common / len(items) if items else 0.0
    best = max(shares, key=lambda url: shares[url], default="")
    return (best, shares[best]) if best and shares[best] >= LEAST else None
