"""Poll: ask feeds for what is new, and store the entries that they have not told before."""

import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.core import polling
from aggregator.core.errors import AggregatorError, Refused, TryLater
from aggregator.core.feed import Feed, FeedDocument, FeedState, Trouble
from aggregator.core.host import Host, visits
from aggregator.core.identity import Item, Judged, Kind
from aggregator.core.link_header import linked
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import Answer, Request, Web
from aggregator.core.polling import Failure
from aggregator.core.readers import FeedReader, RobotsReader
from aggregator.core.schedule import Manners
from aggregator.core.websub import Push
from aggregator.steps.branching import branched
from aggregator.steps.limiting import limited
from aggregator.steps.robots import rules
from aggregator.steps.talks import Talks
from aggregator.steps.telling import addressed, judged, store_told
from aggregator.store import asked, feed_keys, feeds, hosts, outcomes, subscriptions
from aggregator.store.asked import Asked
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=10)
TOGETHER, WITHIN = 100, 2.0  # feeds that are saved in one transaction, and the seconds in which they came
SAME_BYTES = "the same bytes as before"

Said = Answer | Push | AggregatorError


@dataclass(frozen=True, slots=True)
class Poller:
    """What polling needs: the world, how feeds and robots.txt are read, how we behave, who we are, the time."""

    web: Web
    read: FeedReader
    read_robots: RobotsReader
    manners: Manners
    holder: str
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Poll:
    """One poll as judged from outside the store: how the feed stands now, and what was read, or why nothing was."""

    feed: Feed
    standing: Feed
    word: Word
    reason: str
    at: datetime
    size: int = 0
    answer: Answer | None = None  # None for a push and for a failure of the network
    document: FeedDocument | None = None
    items: tuple[Item, ...] = ()
    failure: Failure | None = None


def poll(store: Store, tools: Poller, now: datetime, feed_ids: Sequence[int]) -> list[Outcome]:
    """Poll those of the feeds that are due and whose hosts are free; each ends in one outcome.

    What a hub has pushed is read in the place of an answer, and nobody is asked.
    """
    with store.writing() as session:
        leased = {feed.id: feed for feed in feeds.lease(session, feed_ids, now, LEASE)}
        pushes = subscriptions.take_pushes(session, list(leased))
        wanted, crowd = _bounded(tools, [feed for feed in leased.values() if feed.id not in pushes])
        held = hosts.lease(session, {feed.host for feed in wanted}, tools.holder, now, LEASE)
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


def _bounded(tools: Poller, wanted: Sequence[Feed]) -> tuple[list[Feed], list[Feed]]:
    """Return the feeds that are asked in this run, and those for which their host would take too long."""
    counted: Counter[str] = Counter()
    parts: tuple[list[Feed], list[Feed]] = ([], [])
    for feed in wanted:
        counted[feed.host] += 1
        parts[counted[feed.host] > tools.manners.of_a_host].append(feed)
    return parts


def _put_back(session: Session, busy: Sequence[Feed], now: datetime) -> None:
    """Let the scheduler look at feeds of hosts that are not free when these may be."""
    if busy:
        again = hosts.free_at(session, {feed.host for feed in busy}, now)
        feeds.release(session, {feed.id: again[feed.host] for feed in busy})


def _visited(
    store: Store, tools: Poller, held: Mapping[str, Host], wanted: Sequence[Feed], now: datetime
) -> Iterator[tuple[Feed, Said]]:
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


def _chunks(found: Iterator[tuple[Feed, Said]]) -> Iterator[list[tuple[Feed, Said]]]:
    """Give what comes in chunks, none of them held back for long."""
    chunk: list[tuple[Feed, Said]] = []
    began = time.monotonic()
    for each in found:
        chunk.append(each)
        if len(chunk) == TOGETHER or time.monotonic() - began > WITHIN:
            yield chunk
            chunk, began = [], time.monotonic()
    if chunk:
        yield chunk


def _saved(
    store: Store, tools: Poller, now: datetime, chunk: Sequence[tuple[Feed, Said]], talks: Talks
) -> list[Outcome]:
    """Return how the polls of some feeds ended, after storing it in one transaction."""
    standing: dict[int, Feed] = {}
    polls: list[_Poll] = []
    for feed, said in chunk:
        at = tools.clock() if isinstance(said, AggregatorError) else said.at
        if not isinstance(said, Push):
            talks.heard(feed.host, at)
        polls.append(_polled(tools, standing.get(feed.id, feed), said, at))
        standing[feed.id] = polls[-1].standing
    with store.writing() as session:
        known = feed_keys.known(session, [(each.feed.id, each.items) for each in polls])
        told = [judged(each.feed, each.document, each.items, known[each.feed.id]) for each in polls]
        follows = store_told(session, [(each.feed, each.at, told) for each, told in zip(polls, told, strict=True)])
        children = branched(session, [(each.feed, each.document, each.at) for each in polls if each.document])
        ended = [
            _ended(each, mine, follows, children.get(each.feed.id, "")) for each, mine in zip(polls, told, strict=True)
        ]
        plain = [_only_its_turn(each, feed) for each, (feed, _) in zip(polls, ended, strict=True)]
        feeds.save(session, [feed for (feed, _), turn in zip(ended, plain, strict=True) if not turn])
        feeds.save_turns(session, [feed for (feed, _), turn in zip(ended, plain, strict=True) if turn])
        limited(session, [(each.feed, each.failure, each.standing.due_at) for each in polls if each.failure])
        asked.add(
            session,
            [_asked(each) for each, (_, said) in zip(polls, chunk, strict=True) if not isinstance(said, Push)],
            now,
        )
        subscriptions.delete_pushes(session, [said.id for _, said in chunk if isinstance(said, Push)])
        pushing = [feed_id for feed_id, feed in standing.items() if feed.hub]
        feeds.make_due(session, sorted(subscriptions.waiting(session, pushing)) if pushing else (), now)
        talks.end(session, talks.done())
        outcomes.record(session, [outcome for _, outcome in ended], now)
    return [outcome for _, outcome in ended]


def _polled(tools: Poller, feed: Feed, said: Said, at: datetime) -> _Poll:
    """Return what was said means for a feed, as far as that can be judged without the store."""
    if isinstance(said, Push):
        return _pushed(tools, feed, said)
    failure = polling.failure(said, at)
    if failure is None and isinstance(said, Answer):
        if said.status == polling.NOT_MODIFIED:
            return _unchanged(tools, feed, said, "304 not modified")
        digest = hashlib.sha256(said.body).hexdigest()
        if digest == feed.body_hash:
            return _unchanged(tools, feed, said, SAME_BYTES)
        try:
            return _read(tools, feed, said, digest)
        except AggregatorError as error:
            reason = error.reason[: polling.MAX_REASON]
            failure = Failure(Trouble.UNREADABLE, reason, said.at, polling.asked_of(said), said.status)
    assert failure is not None  # noqa: S101 - an error is always one
    return _failed(tools, feed, failure, len(said.body) if isinstance(said, Answer) else 0)


def _only_its_turn(poll: _Poll, standing: Feed) -> bool:
    """Whether a feed was well, has said that nothing changed (304), and goes on as before."""
    unmodified = poll.answer is not None and poll.answer.status == polling.NOT_MODIFIED
    before = poll.feed
    well = before.state is FeedState.ACTIVE and not before.failures and not before.reason
    moving = before.moved_to or standing.moved_to or before.etag != standing.etag
    return unmodified and well and not moving


def _failed(tools: Poller, feed: Feed, failure: Failure, size: int) -> _Poll:
    standing = polling.failed(feed, failure, tools.manners)
    asleep = standing.state is FeedState.SLEEPING
    word, reason = (Word.REFUSED, f"asleep: {failure.reason}") if asleep else (Word.LATER, failure.reason)
    return _Poll(feed, standing, word, reason, failure.at, size, failure=failure)


def _unchanged(tools: Poller, feed: Feed, answer: Answer, reason: str) -> _Poll:
    standing = polling.moved(feed, polling.unchanged(feed, answer, tools.manners), answer, 1.0)
    return _Poll(feed, standing, Word.UNCHANGED, reason, answer.at, len(answer.body), answer)


def _read(tools: Poller, feed: Feed, answer: Answer, digest: str) -> _Poll:
    document = tools.read(
        answer.body,
        url=answer.url,
        content_type=answer.content_type,
        charset=answer.charset,
        now=answer.at,
        known={item.hash: item.at for item in feed.told},
    )
    link = answer.headers.get("link", "")
    hub, topic = linked(link, "hub", answer.url), linked(link, "self", answer.url)
    document, items = addressed(replace(document, hub=hub or document.hub, topic=topic or document.topic))
    standing = polling.told(feed, answer, document, digest, tools.manners)
    return _Poll(feed, standing, Word.POLLED, "", answer.at, len(answer.body), answer, document, items)


def _pushed(tools: Poller, feed: Feed, push: Push) -> _Poll:
    """Return what a hub has pushed; what cannot be read is as nothing, since the feed itself will be asked."""
    at, url = push.at, feed.topic or feed.url
    known = {item.hash: item.at for item in feed.told}
    try:
        read = tools.read(push.body, url=url, content_type=push.content_type, charset="", now=at, known=known)
    except AggregatorError as error:
        standing = polling.pushed(feed, at, (), tools.manners)
        return _Poll(feed, standing, Word.REFUSED, f"its hub pushed what cannot be read: {error.reason}", at)
    document, items = addressed(read)
    standing = polling.pushed(feed, at, document.told, tools.manners)
    return _Poll(feed, standing, Word.POLLED, "pushed by its hub", at, len(push.body), None, document, items)


def _ended(
    poll: _Poll, told: Sequence[Judged], follows: Mapping[int, tuple[Work, ...]], children: str
) -> tuple[Feed, Outcome]:
    """Return how a feed stands after all that its poll brought, and the outcome."""
    if poll.document is None:
        return poll.standing, Outcome(Step.POLL, poll.feed.id, poll.word, poll.reason)
    fresh = {each.item.entry.sent for each in told if each.kind in {Kind.NEW, Kind.HELD}}
    held = {each.item.entry.sent for each in told if each.kind is Kind.HELD}
    work = follows.get(poll.feed.id, ())
    standing = replace(poll.standing, news_at=poll.at) if work else poll.standing
    standing = polling.held(standing, poll.feed, held) if held else replace(standing, storm_at=None)
    if poll.answer is not None:
        before = [item for item in poll.document.told if item.hash not in fresh]
        share = len(before) / len(poll.document.told) if poll.document.told else 0.0
        standing = polling.moved(poll.feed, standing, poll.answer, share)
    reason = children or _sentence(poll, told, len(work), standing)
    return standing, Outcome(Step.POLL, poll.feed.id, poll.word, reason, work)


def _sentence(poll: _Poll, told: Sequence[Judged], new: int, standing: Feed) -> str:
    """Return in words what a poll brought."""
    assert poll.document is not None  # noqa: S101 - only what was read has a sentence
    counted = {kind: sum(each.kind is kind for each in told) for kind in Kind}
    dropped = poll.document.dropped
    parts = (
        poll.reason,
        f"{new} new of {len({item.hash for item in poll.document.told}) or len(poll.items)} entries",
        f"{counted[Kind.EDITED]} edited" * bool(counted[Kind.EDITED]),
        f"{counted[Kind.RENAMED]} known by another name" * bool(counted[Kind.RENAMED]),
        f"{counted[Kind.HELD]} held until told again: most of it seemed new at once" * bool(counted[Kind.HELD]),
        f"{len(dropped)} without a usable address ({dropped[0]})" if dropped else "",
        f"read with repairs: {poll.document.recovered}" if poll.document.recovered else "",
        standing.reason if standing.url != poll.feed.url else "",
        "its validators hid news: it is asked in full for a week" if standing.lied_at == poll.at else "",
    )
    return "; ".join(filter(None, parts))


def _asked(poll: _Poll) -> Asked:
    return Asked(poll.feed.host, "feed", poll.word is Word.UNCHANGED, poll.failure is not None, poll.size)
