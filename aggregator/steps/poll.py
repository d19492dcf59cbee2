"""Poll: ask feeds for what is new, and store the entries that they have not told before."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.core import polling
from aggregator.core.errors import AggregatorError, Refused, TryLater
from aggregator.core.feed import Again, Trouble, Turn
from aggregator.core.host import Host, visits
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.page import Answer, Request, Web
from aggregator.core.readers import FeedReader, RobotsReader
from aggregator.core.schedule import Manners
from aggregator.core.websub import Push
from aggregator.steps.answering import UNMODIFIED, Poll, Said, ended, polled, request_of
from aggregator.steps.branching import branched
from aggregator.steps.limiting import limited
from aggregator.steps.robots import rules
from aggregator.steps.talks import Talks
from aggregator.steps.telling import judged, store_told
from aggregator.store import asked, feed_keys, feeds, hosts, outcomes, subscriptions
from aggregator.store.asked import Asked
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=10)
TOGETHER, WITHIN = 100, 2.0  # feeds that are saved in one transaction, and the seconds in which they came


@dataclass(frozen=True, slots=True)
class Poller:
    """What polling needs: the world, how feeds and robots.txt are read, how we behave, who we are, the time."""

    web: Web
    read: FeedReader
    read_robots: RobotsReader
    manners: Manners
    holder: str
    clock: Callable[[], datetime]


def poll(store: Store, tools: Poller, now: datetime, feed_ids: Sequence[int]) -> list[Outcome]:
    """Poll those of the feeds that are due and whose hosts are free; each ends in one outcome.

    What a hub has pushed is read in the place of an answer, and nobody is asked.
    """
    with store.writing() as session:
        leased = {turn.id: turn for turn in feeds.lease(session, feed_ids, now, LEASE)}
        told = [turn.id for turn in leased.values() if turn.pushed]
        pushes = subscriptions.take_pushes(session, told) if told else {}
        wanted, crowd = _bounded(tools, [feed for feed in leased.values() if feed.id not in pushes])
        heeded = tools.manners.robots_for_feeds
        held = hosts.lease(session, {feed.host for feed in wanted}, tools.holder, now, LEASE, robots=heeded)
        busy = [*(feed for feed in wanted if feed.host not in held), *crowd]
        _put_back(session, busy, now)
        ended = [Outcome(Step.POLL, each, Word.NOT_DUE) for each in feed_ids if each not in leased]
        ended += [Outcome(Step.POLL, feed.id, Word.HOST_BUSY) for feed in busy]
        outcomes.record(session, ended, now)
    wanted = [feed for feed in wanted if feed.host in held]
    pushed = ((leased[feed_id], push) for feed_id, each in pushes.items() for push in each)
    talks = Talks([feed.host for feed in wanted], tools.manners, tools.holder)
    try:
        for chunk in _chunks(itertools.chain(pushed, _visited(store, tools, held, wanted, now))):
            ended += _saved(store, tools, now, chunk, talks)
    finally:
        if left := talks.held():
            with store.writing() as session:
                talks.end(session, left)
    return ended


def _bounded(tools: Poller, wanted: Sequence[Turn]) -> tuple[list[Turn], list[Turn]]:
    """Return the feeds that are asked in this run, and those for which their host would take too long."""
    counted: Counter[str] = Counter()
    parts: tuple[list[Turn], list[Turn]] = ([], [])
    for feed in wanted:
        counted[feed.host] += 1
        parts[counted[feed.host] > tools.manners.of_a_host].append(feed)
    return parts


def _put_back(session: Session, busy: Sequence[Turn], now: datetime) -> None:
    """Let the scheduler look at feeds of hosts that are not free when these may be."""
    if busy:
        again = hosts.free_at(session, {feed.host for feed in busy}, now)
        feeds.release(session, {feed.id: again[feed.host] for feed in busy})


def _visited(
    store: Store, tools: Poller, held: Mapping[str, Host], wanted: Sequence[Turn], now: datetime
) -> Iterator[tuple[Turn, Said]]:
    """Give what is said of each feed as it comes, first of those that robots.txt forbids, where that is heeded."""
    manners, by_id = tools.manners, {feed.id: feed for feed in wanted}
    if manners.robots_for_feeds:
        schemes = {feed.host: feed.url.partition(":")[0] for feed in wanted}
        found = rules(store, tools.web, tools.read_robots, now, held, schemes, manners.feed_delay)
        forbidden = [feed for feed in wanted if not found.of[feed.host].allows(feed.url, manners.agent)]
        yield from (
            (feed, Refused(f"robots.txt of {feed.host} does not allow it", Trouble.REFUSED)) for feed in forbidden
        )
        wanted = [feed for feed in wanted if feed not in forbidden]
        held = {name: replace(host, next_at=found.pauses.get(name, host.next_at)) for name, host in held.items()}
    requests: dict[str, list[Request]] = {}
    for feed in wanted:
        requests.setdefault(feed.host, []).append(polling.request(feed, now, manners))
    for request, answer in tools.web.visit(visits(requests, held, dict.fromkeys(requests, manners.feed_delay))):
        unasked = not (request.etag or request.last_modified)
        if unasked and isinstance(answer, Answer) and answer.status == polling.NOT_MODIFIED:
            reason = f"{request.url} answered 304 though nothing was asked conditionally"
            yield by_id[request.tag], TryLater(reason, trouble=Trouble.BROKEN)
        else:
            yield by_id[request.tag], answer


def _chunks(found: Iterator[tuple[Turn, Said]]) -> Iterator[list[tuple[Turn, Said]]]:
    """Give what comes in chunks, none of them held back for long."""
    chunk: list[tuple[Turn, Said]] = []
    began = time.monotonic()
    for each in found:
        chunk.append(each)
        if len(chunk) == TOGETHER or time.monotonic() - began > WITHIN:
            yield chunk
            chunk, began = [], time.monotonic()
    if chunk:
        yield chunk


def _saved(
    store: Store, tools: Poller, now: datetime, chunk: Sequence[tuple[Turn, Said]], talks: Talks
) -> list[Outcome]:
    """Return how the polls of some feeds ended, after storing it in one transaction.

    Most have not changed and just have their next turn; of the others all is read that is known.
    """
    same: list[tuple[Turn, Answer, Again]] = []
    others: list[tuple[Turn, Said, datetime]] = []
    for turn, said in chunk:
        at = tools.clock() if isinstance(said, AggregatorError) else said.at
        if not isinstance(said, Push):
            talks.heard(turn.host, at)
        again = polling.again(turn, said, tools.manners) if isinstance(said, Answer) else None
        if again and isinstance(said, Answer):
            same.append((turn, said, again))
        else:
            others.append((turn, said, at))
    polls = _polls(store, tools, others)
    with store.writing() as session:
        ended = _stored(session, polls)
        ended += [Outcome(Step.POLL, turn.id, Word.UNCHANGED, UNMODIFIED) for turn, _, _ in same]
        feeds.save_again(session, [again for _, _, again in same])
        counted = [
            request_of(each) for each, (_, said, _) in zip(polls, others, strict=True) if not isinstance(said, Push)
        ]
        counted += [
            Asked(turn.host, "feed", unchanged=True, failed=False, size=len(said.body)) for turn, said, _ in same
        ]
        asked.add(session, counted, now)
        subscriptions.delete_pushes(session, [said.id for _, said, _ in others if isinstance(said, Push)])
        hubs = {turn.id: turn.hub for turn, _, _ in same} | {each.feed.id: each.standing.hub for each in polls}
        pushing = [feed_id for feed_id, hub in hubs.items() if hub]
        feeds.make_due(session, sorted(subscriptions.waiting(session, pushing)) if pushing else (), now)
        talks.end(session, talks.done())
        outcomes.record(session, ended, now)
    return ended


def _polls(store: Store, tools: Poller, found: Sequence[tuple[Turn, Said, datetime]]) -> list[Poll]:
    """Return what was said means for each feed; what is said of one feed several times builds on the last."""
    if not found:
        return []
    with store.reading() as session:
        standing = feeds.whole(session, (turn for turn, _, _ in found))
    polls = []
    for turn, said, at in found:
        polls.append(polled(tools.read, tools.manners, standing[turn.id], said, at))
        standing[turn.id] = polls[-1].standing
    return polls


def _stored(session: Session, polls: Sequence[Poll]) -> list[Outcome]:
    """Store what polls brought, and how their feeds stand; returns how they ended."""
    if not polls:
        return []
    known = feed_keys.known(session, [(each.feed.id, each.items) for each in polls])
    told = [judged(each.feed, each.document, each.items, known[each.feed.id]) for each in polls]
    follows = store_told(session, [(each.feed, each.at, told) for each, told in zip(polls, told, strict=True)])
    children = branched(session, [(each.feed, each.document, each.at) for each in polls if each.document])
    found = [ended(each, mine, follows, children.get(each.feed.id, "")) for each, mine in zip(polls, told, strict=True)]
    feeds.save(session, [feed for feed, _ in found])
    limited(session, [(each.feed, each.failure, each.standing.due_at) for each in polls if each.failure])
    return [outcome for _, outcome in found]
