"""What an answer to a poll means for its feed: pure decisions; `aggregator.steps.poll` asks and stores."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from aggregator.core import schedule, validators
from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.feed import MAX_ITEMS, Again, Feed, FeedDocument, FeedState, Told, Trouble, Turn
from aggregator.core.page import MAX_FEED_BYTES, Answer, Request
from aggregator.core.schedule import Manners
from aggregator.core.url import host as host_of
from aggregator.core.walls import reference, wall

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
NOT_MODIFIED, GONE = 304, 410
PERMANENT = {301, 308}
MOVE_TIMES, MOVE_AFTER = 20, timedelta(days=3)  # equal observations before a permanent redirect is believed
OVERLAP = 0.5  # of the items that both addresses must have in common
TRUST_AGAIN = timedelta(days=7)  # after validators lied
GONE_TWICE = timedelta(hours=23)  # between two 410s that are believed
MAX_REASON = 500

# How much a failure weighs towards longer pauses: what passes by itself weighs little.
_WEIGHTS = {
    Trouble.SLOW: 0.25,
    Trouble.CONNECTION: 0.25,
    Trouble.BROKEN: 0.25,
    Trouble.LIMITED: 0.5,
    Trouble.STATUS: 0.5,
}
_MEANINGS = {
    401: ", it wants a password",
    402: ", it wants to be paid",
    403: ", it does not want us",
    404: ", there is nothing at that address",
    451: ", the law forbids it",
}
_HARD_STATUS = {400, 401, 403, 404, 406, 451}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a feed could not be had; `asked` is the pause that the server asked for, None when it named none."""

    trouble: Trouble
    reason: str
    at: datetime
    asked: timedelta | None = None
    status: int = 0


def request(feed: Feed | Turn, now: datetime, manners: Manners) -> Request:
    """Return how to ask a feed: with its validators, unless they have lied or a full answer is due once more."""
    doubted = feed.lied_at is not None and now - feed.lied_at < TRUST_AGAIN
    stale = feed.full_at is None or now - feed.full_at >= manners.full_every
    trusted = not (doubted or stale)
    return Request(
        feed.url,
        tag=feed.id,
        etag=feed.etag if trusted else "",
        last_modified=feed.last_modified if trusted else "",
        validated_url=feed.validated_url,
        since=feed.answered_at,
        max_bytes=MAX_FEED_BYTES,
        accept=ACCEPT,
    )


def failure(answer: Answer | AggregatorError, now: datetime) -> Failure | None:
    """Return what is wrong with an answer, None when it is a feed as far as can be seen from outside, or a 304."""
    if isinstance(answer, AggregatorError):
        asked = answer.after if isinstance(answer, TryLater) else None
        return Failure(_trouble(answer), answer.reason[:MAX_REASON], now, asked)
    asked = asked_of(answer)
    headers = answer.headers
    if answer.status == NOT_MODIFIED:
        headers = {**headers, "content-type": ""}  # there is no page to be looked at for walls, which takes time
    if maker := wall(answer.status, headers, answer.body):
        reason = f"blocked by {maker}: {answer.url} asks for proof that we are no robot ({answer.status})"
        return Failure(Trouble.WALL, reason, answer.at, asked, answer.status)
    if answer.status == GONE:
        return Failure(Trouble.GONE, "the server says that the feed is gone (410)", answer.at, None, GONE)
    if answer.status == NOT_MODIFIED:
        return None
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - no success
        return Failure(_status_trouble(answer.status, asked), _status_words(answer), answer.at, asked, answer.status)
    if not answer.body.strip():
        reason = f"the server answered {answer.status} with an empty body"
        return Failure(Trouble.UNREADABLE, reason, answer.at, asked, answer.status)
    return None


def asked_of(answer: Answer) -> timedelta | None:
    """Return the pause that an answer asks for; a date is taken by the server's own clock."""
    wish = answer.headers.get("retry-after", "")
    return schedule.retry_after(wish, schedule.http_date(answer.headers.get("date", "")) or answer.at) if wish else None


def _status_trouble(status: int, asked: timedelta | None) -> Trouble:
    if status == 429 or (status in {403, 503} and asked is not None):  # noqa: PLR2004 - Too Many Requests
        return Trouble.LIMITED
    return Trouble.REDIRECT if 300 <= status < 400 else Trouble.STATUS  # noqa: PLR2004 - it leads nowhere


def _status_words(answer: Answer) -> str:
    said = f"the server answered {answer.status}{_MEANINGS.get(answer.status, '')}"
    number = reference(answer.body)
    return f"{said}; its reference for that: {number}" if number else said


def _trouble(error: AggregatorError) -> Trouble:
    if error.trouble:
        return Trouble(error.trouble)
    match error:
        case Refused():
            return Trouble.REFUSED
        case Unreadable():
            return Trouble.UNREADABLE
    return Trouble.BROKEN


def failed(feed: Feed, found: Failure, manners: Manners) -> Feed:
    """Return how a feed stands after a failure: asked again after a growing pause, or asleep, but never given up."""
    failures = feed.failures + 1
    since = feed.failing_since or found.at
    gone_at = (feed.gone_at or found.at) if found.trouble is Trouble.GONE else None
    standing = replace(
        feed,
        failures=failures,
        failing_since=since,
        gone_at=gone_at,
        trouble=found.trouble,
        reason=found.reason,
        polled_at=found.at,
        moved_to="",
        moved_since=None,
        moved_times=0,
    )
    if found.status == 412:  # noqa: PLR2004 - Precondition Failed: the conditions are at fault
        standing = replace(standing, lied_at=found.at)
    days, times = schedule.SLEEPS_AFTER
    believed = feed.gone_at is not None and found.trouble is Trouble.GONE and found.at - feed.gone_at >= GONE_TWICE
    tired = found.at - since >= days and failures >= times
    if feed.state is FeedState.SLEEPING or believed or tired:
        slept = feed.due_at - feed.polled_at if feed.state is FeedState.SLEEPING and feed.polled_at else timedelta()
        pause = max(schedule.probe(slept), min(found.asked or timedelta(), schedule.LONG_WAIT))
        return replace(standing, state=FeedState.SLEEPING, due_at=_spread(feed, found.at, pause))
    if found.trouble is Trouble.GONE:
        return replace(standing, due_at=_spread(feed, found.at, timedelta(hours=24)))
    weight = 1 + (failures - 1) * _weight(found)
    pause = schedule.after_failures(weight, manners, found.asked)
    return replace(standing, due_at=_spread(feed, found.at, pause))


def _weight(found: Failure) -> float:
    hard = found.trouble is Trouble.STATUS and found.status in _HARD_STATUS
    return 1.0 if hard else _WEIGHTS.get(found.trouble, 1.0)


def _spread(feed: Feed | Turn, at: datetime, pause: timedelta) -> datetime:
    return at + schedule.jittered(pause, schedule.chance(feed.url, at))


def again(feed: Turn, answer: Answer, manners: Manners) -> Again | None:
    """Return when a feed is asked again that has not changed (304), if that and nothing else is to be noted.

    None when there is more to it: a failure or a redirect, now or before, or a new ETag. Where it gives a value, that
    is what `unchanged` and `moved` come to.
    """
    if answer.status != NOT_MODIFIED or not feed.plain or answer.redirects or failure(answer, answer.at):
        return None
    if _newer(feed, answer):
        return None
    interval = _longer(feed, manners)
    return Again(feed.id, answer.at, _due(feed, answer.at, manners, interval), interval, feed.lateness)


def _longer(feed: Feed | Turn, manners: Manners) -> timedelta:
    return min(max(feed.interval * 1.1, manners.shortest), manners.longest)


def _newer(feed: Feed | Turn, answer: Answer) -> str:
    """Return the ETag that a 304 brings, '' when it has none or the one that we know (RFC 9111 section 4.3.4)."""
    etag = answer.headers.get("etag", "")[:500]
    return etag if etag != feed.etag else ""


def unchanged(feed: Feed, answer: Answer, manners: Manners) -> Feed:
    """Return how a feed stands that has told nothing new, by its own word (304) or by the bytes of its answer."""
    standing = _answered(feed, answer, manners, _longer(feed, manners))
    if answer.status != NOT_MODIFIED:
        return validators.seen(standing, answer)
    newer = _newer(feed, answer)
    return replace(standing, etag=newer) if newer else standing


def told(feed: Feed, answer: Answer, document: FeedDocument, digest: str, manners: Manners) -> Feed:
    """Return how a feed stands whose answer has been read: its rhythm, its wishes, its validators."""
    dates = [datetime.fromtimestamp(item.at, UTC) for item in document.told if item.at]
    interval = schedule.rhythm(dates, manners, answer.at)
    standing = replace(
        feed,
        title=document.title or feed.title,
        format=document.format,
        floor=_asked(answer, document, manners),
        skip_hours=document.skip_hours,
        skip_days=document.skip_days,
        usual=schedule.usual_gap(dates),
        told=document.told or feed.told,
        body_hash=digest,
        recovered=document.recovered,
        hub=document.hub or feed.hub,
        topic=document.topic or feed.topic,
        lied_at=answer.at if validators.lied(feed, answer, document) else feed.lied_at,
    )
    return validators.seen(_answered(standing, answer, manners, interval), answer)


def pushed(feed: Feed, at: datetime, items: Sequence[Told], manners: Manners) -> Feed:
    """Return how a feed stands of which its hub has pushed a part: what it told goes on, its turn is as before."""
    fresh = {item.hash for item in items}
    remembered = (*items, *(item for item in feed.told if item.hash not in fresh))[:MAX_ITEMS]
    pause = max(min(feed.interval * schedule.PUSHED, manners.longest), feed.floor)
    due_at = schedule.allowed(_spread(feed, feed.polled_at or at, pause), feed.skip_hours, feed.skip_days)
    return replace(feed, told=remembered, due_at=max(due_at, at))


def held(standing: Feed, before: Feed, hashes: Collection[int]) -> Feed:
    """Return a feed of which items are held: it is read once more in full, and they are not remembered as told."""
    remembered = tuple(item for item in standing.told if item.hash not in hashes)
    return replace(
        standing,
        told=remembered,
        body_hash="",
        etag="",
        last_modified="",
        storm_at=before.storm_at or standing.polled_at,
    )


def _asked(answer: Answer, document: FeedDocument, manners: Manners) -> timedelta:
    """Return the pause that server and feed ask for, no longer than our longest interval."""
    asked = max(schedule.freshness(answer.headers, answer.at), document.ttl or timedelta())
    return min(asked, manners.longest)


def _answered(feed: Feed, answer: Answer, manners: Manners, interval: timedelta) -> Feed:
    """Return a feed that has answered: awake, well, and due again in its rhythm and as it asks."""
    return replace(
        feed,
        state=FeedState.ACTIVE,
        interval=interval,
        due_at=_due(feed, answer.at, manners, interval),
        polled_at=answer.at,
        answered_at=answer.at,
        failures=0,
        failing_since=None,
        gone_at=None,
        trouble=Trouble.NONE,
        reason="",
    )


def _due(feed: Feed | Turn, at: datetime, manners: Manners, interval: timedelta) -> datetime:
    """Return when a feed that answered is due again: after its interval, rarely while a hub tells us, as it asks."""
    usual = interval
    if feed.pushed_until is not None and feed.pushed_until > at:
        usual = min(usual * schedule.PUSHED, manners.longest)
    return schedule.allowed(_spread(feed, at, max(usual, feed.floor)), feed.skip_hours, feed.skip_days)


def moved(feed: Feed, standing: Feed, answer: Answer, overlap: float) -> Feed:
    """Return a feed with what its redirects say: a move is believed when it was seen often and for long.

    `overlap` is the share of the items at the new address that this feed has told before.
    """
    if not answer.redirects and not standing.moved_to:
        return standing
    permanent = bool(answer.redirects) and all(status in PERMANENT for status, _ in answer.redirects)
    if not permanent or overlap < OVERLAP:
        return replace(standing, moved_to="", moved_since=None, moved_times=0)
    if feed.moved_to != answer.url:
        return replace(standing, moved_to=answer.url, moved_since=answer.at, moved_times=1)
    times = feed.moved_times + 1
    since = feed.moved_since or answer.at
    if times < MOVE_TIMES or answer.at - since < MOVE_AFTER:
        return replace(standing, moved_to=answer.url, moved_since=since, moved_times=times)
    reason = f"moved for good from {feed.url}: {times} permanent redirects since {since:%Y-%m-%d}"
    return replace(
        standing, url=answer.url, host=host_of(answer.url), moved_to="", moved_since=None, moved_times=0, reason=reason
    )  # fmt: skip
