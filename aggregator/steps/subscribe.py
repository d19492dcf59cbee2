"""Subscribe: ask hubs to send what is new in feeds, renew that in time, and take leave of hubs that are not needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.core import schedule, websub
from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.host import visits
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.page import Answer, Request, Web
from aggregator.core.url import MAX_LENGTH
from aggregator.core.websub import Move, Subscription, Tally, Wish
from aggregator.store import hosts, outcomes, subscriptions
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=15)
MAX_ANSWER_BYTES = 4 * 1024
SUCCESS = range(200, 300)
ASKING = {Move.ASK, Move.RENEW, Move.REPLACE}


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What subscribing needs: the world, our address as hubs see it, new tokens of 43 characters, and who we are.

    `delay` is the pause in seconds between two requests to one host.
    """

    web: Web
    base_url: str
    token: Callable[[], str]
    holder: str
    delay: float = 1.0
    allow_loopback: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request to be made: the subscription as it stands now, what it is for, and the host that is asked."""

    subscription: Subscription
    move: Move
    host: str


def subscribe(store: Store, tools: Subscriber, now: datetime, feed_ids: Sequence[int]) -> list[Outcome]:
    """Bring the subscriptions of feeds to where they should be; each feed ends in one outcome.

    A hub that takes a request has promised nothing yet: it is the site that hears whether it verifies.
    """
    reason = websub.unreachable(tools.base_url, allow_loopback=tools.allow_loopback)
    if reason:
        ended = [Outcome(Step.SUBSCRIBE, each, Word.REFUSED, reason) for each in dict.fromkeys(feed_ids)]
        with store.writing() as session:
            outcomes.record(session, ended, now)
        return ended
    with store.writing() as session:
        taking = _Taking(session, tools, now, feed_ids)
        ended, wanted, held = taking.ended, taking.wanted, taking.held
        outcomes.record(session, ended, now)
    asked: dict[str, list[Request]] = {}
    for each in wanted.values():
        asked.setdefault(each.host, []).append(_request(each, tools))
    last = now
    try:
        for request, answer in tools.web.visit(visits(asked, held, dict.fromkeys(asked, tools.delay))):
            last = max(last, answer.at) if isinstance(answer, Answer) else last
            ended.append(_settled(store, wanted[request.tag], answer, now))
    finally:
        with store.writing() as session:
            hosts.put_off(session, dict.fromkeys(held, last + timedelta(seconds=tools.delay)))
            hosts.release(session, held, tools.holder)
    return ended


class _Taking:
    """One transaction: what is to be done about each feed, done at once where no hub is asked for it."""

    def __init__(self, session: Session, tools: Subscriber, now: datetime, feed_ids: Sequence[int]) -> None:
        self._session, self._tools, self._now = session, tools, now
        self.ended: list[Outcome] = []
        self.wanted: dict[int, _Asked] = {}
        wishes = subscriptions.wishes(session, feed_ids)
        known = subscriptions.of_feeds(session, feed_ids)
        mine = subscriptions.hold(session, feed_ids)
        moves = {
            each: websub.move(wishes[each], mine.get(each), now)
            for each in dict.fromkeys(feed_ids)
            if each in wishes and (each in mine or each not in known)
        }
        self._tallies = subscriptions.tallies(session, [wishes[each].hub for each in moves], now)
        asking = {each: move for each, move in moves.items() if move in ASKING or move is Move.LEAVE}
        self._hosts = {each: _host(asking[each], wishes[each], mine.get(each)) for each in asking}
        named = {name for name in self._hosts.values() if name}
        self.held = hosts.lease(session, named, tools.holder, now, LEASE) if named else {}
        for each in dict.fromkeys(feed_ids):
            self._take(each, moves.get(each, Move.NOTHING), wishes.get(each), mine.get(each))

    def _take(self, feed_id: int, move: Move, wish: Wish | None, before: Subscription | None) -> None:
        if wish is None or move is Move.NOTHING:
            self._end(feed_id, Word.NOT_DUE)
        elif move is Move.LAPSE and before:
            stands = websub.unverified(before, self._now, _luck(before, self._now))
            subscriptions.save(self._session, stands, before)
            self._end(feed_id, Word.LATER, stands.reason)
        elif move in ASKING and (reason := websub.unusable(wish)):
            self._refuse(wish, before, reason)
        elif self._hosts.get(feed_id, "") not in self.held:
            self._end(feed_id, Word.HOST_BUSY)
        elif move is Move.LEAVE and before:
            why = "the feed names another hub or topic" if wish.wanted else "the feed is paused or names no hub"
            self._ask(move, websub.left(before, self._now, f"unsubscribed: {why}"), before)
        elif stored := self._stored(wish, before):
            if self._may_ask(wish, stored):
                self._ask(move, websub.asked(stored, self._now), stored)
        else:
            self._end(feed_id, Word.NOT_DUE)

    def _may_ask(self, wish: Wish, stored: Subscription) -> bool:
        """Whether one more may be asked of this hub now; otherwise its time is put off, and the feed ends here."""
        tally = self._tallies[wish.hub]
        room = websub.admitted(tally, self._now)
        if room is None or room > 0:
            asked_at = self._now if websub.is_dead(tally, self._now) else tally.asked_at
            self._tallies[wish.hub] = replace(tally, pending=tally.pending + 1, asked_at=asked_at)
            return True
        until, reason = _put_off(tally, wish.hub, self._now, _luck(stored, self._now))
        subscriptions.save(self._session, replace(stored, due_at=until, reason=reason), stored)
        self._end(wish.feed_id, Word.LATER, reason)
        return False

    def _stored(self, wish: Wish, before: Subscription | None) -> Subscription | None:
        """Return the row for a wish, with new tokens where it is new; None when somebody else has just made it."""
        draw = self._tools.token
        if before is None:
            return subscriptions.add(self._session, wish, draw(), draw(), self._now)
        if (before.hub, before.topic) == (wish.hub, wish.topic):
            return before
        fresh = websub.replaced(before, wish, draw(), draw(), self._now)
        subscriptions.save(self._session, fresh, before)
        return fresh

    def _ask(self, move: Move, stands: Subscription, before: Subscription) -> None:
        """Write first, ask then: a hub may verify before it answers."""
        subscriptions.save(self._session, stands, before)
        self.wanted[stands.feed_id] = _Asked(stands, move, self._hosts[stands.feed_id])

    def _refuse(self, wish: Wish, before: Subscription | None, reason: str) -> None:
        short = max(len(wish.hub), len(wish.topic)) <= MAX_LENGTH
        if short and (stored := self._stored(wish, before)):
            stands = replace(websub.denied(stored, self._now, ""), reason=reason[: websub.MAX_REASON])
            subscriptions.save(self._session, stands, stored)
        self._end(wish.feed_id, Word.REFUSED, reason)

    def _end(self, feed_id: int, word: Word, reason: str = "") -> None:
        self.ended.append(Outcome(Step.SUBSCRIBE, feed_id, word, reason))


def _host(move: Move, wish: Wish, before: Subscription | None) -> str:
    return websub.hub_host(before.hub if move is Move.LEAVE and before else wish.hub)


def _put_off(tally: Tally, hub: str, now: datetime, luck: float) -> tuple[datetime, str]:
    """Return until when a hub is spared one more request, and why."""
    until = websub.left_alone_until(tally, now)
    if until:
        why = f"the hub {hub[:100]} is dead: {tally.failures} failures in a row and no word for seven days"
        return until + luck * websub.LONGEST_PAUSE, f"{why}; it is left alone until {until:%Y-%m-%d %H:%M} UTC"
    return now + websub.UNPROVEN_PAUSE * (1 + luck), f"the hub {hub[:100]} has yet to answer for other feeds"


def _luck(subscription: Subscription, now: datetime) -> float:
    return schedule.chance(subscription.topic, now)


def _request(each: _Asked, tools: Subscriber) -> Request:
    form = websub.form(each.subscription, tools.base_url, leave=each.move is Move.LEAVE)
    hub, tag = each.subscription.hub, each.subscription.feed_id
    return Request(hub, tag=tag, form=form, max_bytes=MAX_ANSWER_BYTES, cut=True)


def _settled(store: Store, each: _Asked, answer: Answer | AggregatorError, now: datetime) -> Outcome:
    """Return how the asking of a hub ended, after storing it; what the hub said at our site meanwhile stands."""
    at = answer.at if isinstance(answer, Answer) else now
    reason, after = _trouble(answer)
    feed_id = each.subscription.feed_id
    if each.move is Move.LEAVE:
        said = f"; the hub did not take it: {reason}" if reason else ""
        outcome = Outcome(Step.SUBSCRIBE, feed_id, Word.LEFT, f"{each.subscription.reason}{said}"[: websub.MAX_REASON])
    elif reason:
        outcome = Outcome(Step.SUBSCRIBE, feed_id, Word.LATER, reason)
    else:
        outcome = Outcome(Step.SUBSCRIBE, feed_id, Word.ASKED, f"the hub {each.subscription.hub[:150]} will verify")
    with store.writing() as session:
        if outcome.word is Word.LATER:
            stands = websub.failed(each.subscription, at, reason, _luck(each.subscription, at), after)
            subscriptions.save(session, stands, each.subscription)
        if after:
            hosts.put_off(session, {each.host: at + min(after, websub.DEAD_PAUSE)})
        outcomes.record(session, [outcome], at)
    return outcome


def _trouble(answer: Answer | AggregatorError) -> tuple[str, timedelta | None]:
    """Return why a hub did not take a request, '' when it did, and the pause that it asked for."""
    if isinstance(answer, AggregatorError):
        return answer.reason, answer.after if isinstance(answer, TryLater) else None
    if answer.status in SUCCESS:
        return "", None
    said = "".join(each if each.isprintable() else " " for each in answer.body[:100].decode("utf-8", "replace"))
    told = f": {' '.join(said.split())}" if answer.content_type == "text/plain" and said.strip() else ""
    return f"the hub answered {answer.status}{told}", schedule.retry_after(
        answer.headers.get("retry-after", ""), answer.at
    )
