"""Poll: ask feeds for what is new, and store the entries that they have not told before."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.core import schedule
from aggregator.core.entry import FeedEntry
from aggregator.core.errors import AggregatorError, Refused, TryLater
from aggregator.core.feed import Feed, FeedDocument, FeedState
from aggregator.core.host import visits
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.page import MAX_FEED_BYTES, Answer, Request, Web
from aggregator.core.readers import FeedReader
from aggregator.core.schedule import Manners
from aggregator.core.url import host as host_of
from aggregator.core.url import key, normal
from aggregator.store import entries, feeds, hosts, outcomes
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=10)
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
)


def poll(
    store: Store, web: Web, read: FeedReader, manners: Manners, now: datetime, feed_ids: Sequence[int], holder: str
) -> list[Outcome]:
    """Poll those of the feeds that are due and whose hosts are free; each ends in one outcome."""
    with store.writing() as session:
        leased = feeds.lease(session, feed_ids, now, LEASE)
        held = hosts.lease(session, {feed.host for feed in leased}, holder, now, LEASE)
        busy = [feed.id for feed in leased if feed.host not in held]
        feeds.release(session, busy)
        ended = _not_taken(feed_ids, {feed.id for feed in leased}, busy)
        outcomes.record(session, ended, now)
    mine = {feed.id: feed for feed in leased if feed.host in held}
    asked: dict[str, list[Request]] = {}
    for feed in mine.values():
        asked.setdefault(feed.host, []).append(_request(feed))
    last = now
    try:
        for request, answer in web.visit(visits(asked, held, dict.fromkeys(asked, manners.feed_delay))):
            last = max(last, answer.at) if isinstance(answer, Answer) else last
            ended.append(_settled(store, read, manners, mine[request.tag], answer, now))
    finally:
        with store.writing() as session:
            hosts.put_off(session, dict.fromkeys(held, last + timedelta(seconds=manners.feed_delay)))
            hosts.release(session, held, holder)
    return ended


def _not_taken(feed_ids: Sequence[int], leased: set[int], busy: Sequence[int]) -> list[Outcome]:
    free = [Outcome(Step.POLL, each, Word.NOT_DUE) for each in feed_ids if each not in leased]
    return free + [Outcome(Step.POLL, each, Word.HOST_BUSY) for each in busy]


def _request(feed: Feed) -> Request:
    return Request(
        feed.url,
        tag=feed.id,
        etag=feed.etag,
        last_modified=feed.last_modified,
        since=feed.answered_at,
        max_bytes=MAX_FEED_BYTES,
        accept=ACCEPT,
    )


def _settled(
    store: Store, read: FeedReader, manners: Manners, feed: Feed, answer: Answer | AggregatorError, now: datetime
) -> Outcome:
    """Return how the poll of one feed ended, after storing it."""
    if isinstance(answer, AggregatorError):
        asked = answer.after if isinstance(answer, TryLater) else None
        return _failed(store, manners, feed, answer.reason, now, asked)
    if answer.status == 304:  # noqa: PLR2004 - Not Modified
        return _unchanged(store, manners, feed, answer, "304 not modified")
    if answer.status == 410:  # noqa: PLR2004 - Gone
        return _gone(store, feed, answer)
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - no success
        asked = schedule.retry_after(answer.headers.get("retry-after", ""), answer.at)
        return _failed(store, manners, feed, f"the server answered {answer.status}", answer.at, asked)
    return _read(store, read, manners, feed, answer)


def _read(store: Store, read: FeedReader, manners: Manners, feed: Feed, answer: Answer) -> Outcome:
    digest = hashlib.sha256(answer.body).hexdigest()
    if digest == feed.body_hash:
        return _unchanged(store, manners, feed, answer, "the same bytes as before")
    try:
        document = read(
            answer.body, url=answer.url, content_type=answer.content_type, charset=answer.charset, now=answer.at
        )
    except AggregatorError as error:
        return _failed(store, manners, feed, error.reason, answer.at, None)
    return _told(store, manners, feed, answer, document, digest)


def _told(store: Store, manners: Manners, feed: Feed, answer: Answer, document: FeedDocument, digest: str) -> Outcome:
    found, dropped = _addressed(document.entries)
    dates = [entry.published for entry in document.entries if entry.published]
    interval = schedule.rhythm(dates, manners, answer.at)
    with store.writing() as session:
        follows = entries.add_new(session, feed.id, feed.source_id, found, answer.at)
        reason = _sentence(len(follows), len(found), dropped, document.recovered)
        standing = replace(
            _answered(feed, answer, interval),
            title=document.title or feed.title,
            etag=answer.headers.get("etag", ""),
            last_modified=answer.headers.get("last-modified", ""),
            body_hash=digest,
            reason=document.recovered,
        )
        feeds.save(session, standing)
        return _ended(session, Outcome(Step.POLL, feed.id, Word.POLLED, reason, tuple(follows)), answer.at)


def _addressed(told: Sequence[FeedEntry]) -> tuple[list[tuple[FeedEntry, str, str]], list[str]]:
    """Return the entries with the keys and hosts of their addresses, and why others have none that can be used."""
    found: dict[str, tuple[FeedEntry, str, str]] = {}
    dropped = []
    for entry in told:
        try:
            url = normal(entry.url)
            found.setdefault(entry.guid, (replace(entry, url=url), key(url), host_of(url)))
        except Refused as error:
            dropped.append(error.reason)
    return list(found.values()), dropped


def _sentence(new: int, told: int, dropped: Sequence[str], recovered: str) -> str:
    parts = [f"{new} new of {told} entries"]
    if dropped:
        parts.append(f"{len(dropped)} without a usable address ({dropped[0]})")
    if recovered:
        parts.append(f"read with repairs: {recovered}")
    return "; ".join(parts)


def _answered(feed: Feed, answer: Answer, interval: timedelta) -> Feed:
    pause = schedule.jittered(interval, schedule.chance(feed.url, answer.at))
    return replace(
        feed,
        due_at=answer.at + pause,
        interval=interval,
        polled_at=answer.at,
        answered_at=answer.at,
        failures=0,
        reason="",
    )


def _unchanged(store: Store, manners: Manners, feed: Feed, answer: Answer, reason: str) -> Outcome:
    longer = min(max(feed.interval * 1.1, manners.shortest), manners.longest)
    with store.writing() as session:
        feeds.save(session, _answered(feed, answer, longer))
        return _ended(session, Outcome(Step.POLL, feed.id, Word.UNCHANGED, reason), answer.at)


def _gone(store: Store, feed: Feed, answer: Answer) -> Outcome:
    reason = "the server says that the feed is gone (410)"
    with store.writing() as session:
        feeds.save(session, replace(feed, state=FeedState.GONE, polled_at=answer.at, reason=reason))
        return _ended(session, Outcome(Step.POLL, feed.id, Word.REFUSED, reason), answer.at)


def _failed(store: Store, manners: Manners, feed: Feed, reason: str, now: datetime, asked: timedelta | None) -> Outcome:
    failures = feed.failures + 1
    due_at = now + schedule.after_failures(failures, manners, asked)
    with store.writing() as session:
        feeds.save(session, replace(feed, failures=failures, due_at=due_at, polled_at=now, reason=reason))
        if asked:
            hosts.put_off(session, {feed.host: now + asked})
        return _ended(session, Outcome(Step.POLL, feed.id, Word.LATER, reason), now)


def _ended(session: Session, outcome: Outcome, at: datetime) -> Outcome:
    outcomes.record(session, [outcome], at)
    return outcome
