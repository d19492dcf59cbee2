"""Answering: what a poll of a feed came to, judged from its answer, its push, or why there is neither."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.core import polling
from aggregator.core.errors import AggregatorError
from aggregator.core.feed import Feed, FeedDocument, FeedState, Trouble
from aggregator.core.identity import Item, Judged, Kind
from aggregator.core.link_header import linked
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import Answer
from aggregator.core.polling import Failure
from aggregator.core.readers import FeedReader
from aggregator.core.schedule import Manners
from aggregator.core.websub import Push
from aggregator.steps.telling import addressed
from aggregator.store.asked import Asked

SAME_BYTES = "the same bytes as before"
UNMODIFIED = "304 not modified"

Said = Answer | Push | AggregatorError


@dataclass(frozen=True, slots=True)
class Poll:
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

    @property
    def pushed(self) -> bool:
        """Whether nobody was asked, since a hub had told."""
        return self.answer is None and self.failure is None


def polled(read: FeedReader, manners: Manners, feed: Feed, said: Said, at: datetime) -> Poll:
    """Return what was said means for a feed, as far as that can be judged without the store."""
    if isinstance(said, Push):
        return _pushed(read, manners, feed, said)
    failure = polling.failure(said, at)
    if failure is None and isinstance(said, Answer):
        if said.status == polling.NOT_MODIFIED:
            return _unchanged(manners, feed, said, UNMODIFIED)
        digest = hashlib.sha256(said.body).hexdigest()
        if digest == feed.body_hash:
            return _unchanged(manners, feed, said, SAME_BYTES)
        try:
            return _read(read, manners, feed, said, digest)
        except AggregatorError as error:
            reason = error.reason[: polling.MAX_REASON]
            failure = Failure(Trouble.UNREADABLE, reason, said.at, polling.asked_of(said), said.status)
    assert failure is not None  # noqa: S101 - an error is always one
    return _failed(manners, feed, failure, len(said.body) if isinstance(said, Answer) else 0)


def _failed(manners: Manners, feed: Feed, failure: Failure, size: int) -> Poll:
    standing = polling.failed(feed, failure, manners)
    asleep = standing.state is FeedState.SLEEPING
    word, reason = (Word.REFUSED, f"asleep: {failure.reason}") if asleep else (Word.LATER, failure.reason)
    return Poll(feed, standing, word, reason, failure.at, size, failure=failure)


def _unchanged(manners: Manners, feed: Feed, answer: Answer, reason: str) -> Poll:
    standing = polling.moved(feed, polling.unchanged(feed, answer, manners), answer, 1.0)
    return Poll(feed, standing, Word.UNCHANGED, reason, answer.at, len(answer.body), answer)


def _read(read: FeedReader, manners: Manners, feed: Feed, answer: Answer, digest: str) -> Poll:
    document = read(
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
    standing = polling.told(feed, answer, document, digest, manners)
    return Poll(feed, standing, Word.POLLED, "", answer.at, len(answer.body), answer, document, items)


def _pushed(read: FeedReader, manners: Manners, feed: Feed, push: Push) -> Poll:
    """Return what a hub has pushed; what cannot be read is as nothing, since the feed itself will be asked."""
    at, url = push.at, feed.topic or feed.url
    known = {item.hash: item.at for item in feed.told}
    try:
        pushed = read(push.body, url=url, content_type=push.content_type, charset="", now=at, known=known)
    except AggregatorError as error:
        standing = polling.pushed(feed, at, (), manners)
        return Poll(feed, standing, Word.REFUSED, f"its hub pushed what cannot be read: {error.reason}", at)
    document, items = addressed(pushed)
    standing = polling.pushed(feed, at, document.told, manners)
    return Poll(feed, standing, Word.POLLED, "pushed by its hub", at, len(push.body), None, document, items)


def ended(
    poll: Poll, told: Sequence[Judged], follows: Mapping[int, tuple[Work, ...]], children: str
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


def _sentence(poll: Poll, told: Sequence[Judged], new: int, standing: Feed) -> str:
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


def request_of(poll: Poll) -> Asked:
    """Return what is counted of the request that led to a poll."""
    return Asked(poll.feed.host, "feed", poll.word is Word.UNCHANGED, poll.failure is not None, poll.size)
