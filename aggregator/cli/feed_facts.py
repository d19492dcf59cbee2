"""How a stored feed fares, in words and as JSON."""

from dataclasses import asdict, replace
from datetime import datetime

from aggregator.cli.console import spoken
from aggregator.core import polling
from aggregator.core.feed import Feed, FeedState
from aggregator.core.websub import Subscription
from aggregator.store import feed_health

_SECRET = ("id", "feed_id", "token", "secret")


def as_json(feed: Feed, subscription: Subscription | None, now: datetime) -> dict[str, object]:
    """Return all of a feed but the items that it told last, whether it is quiet, and its subscription but the keys."""
    told = asdict(replace(feed, told=()))
    del told["told"]
    heard = asdict(subscription) if subscription else {}
    known = {name: value for name, value in heard.items() if name not in _SECRET}
    return {**told, "quiet": feed_health.is_quiet(feed, now), "subscription": known or None}


def in_words(feed: Feed, subscription: Subscription | None, now: datetime, source: str) -> dict[str, object]:
    """Return names and values, a line each; what there is nothing to say of is left out."""
    found: dict[str, object] = {
        "state": _state(feed),
        "quiet": "it answers, but has told nothing new for long" if feed_health.is_quiet(feed, now) else "",
        "trouble": feed.trouble.value,
        "reason": feed.reason or "–",
        "failures": feed.failures,
        "failing since": _at(feed.failing_since),
        "gone since": _at(feed.gone_at),
        "last asked": _at(feed.polled_at) or "never",
        "last answer": _at(feed.answered_at) or "none yet",
        "last news": _at(feed.news_at),
        "interval": spoken(feed.interval),
        "pause asked": spoken(feed.floor) if feed.floor else "",
        "skipped": _skipped(feed),
        "next due": "not any more" if feed.state is FeedState.PAUSED else _at(feed.due_at),
        "lateness": spoken(feed.lateness) if feed.lateness else "",
        "format": feed.format,
        "repairs": feed.recovered,
        "validators": f"hid news at {_at(feed.lied_at)}" if feed.lied_at else "",
        "held": f"most of it seemed new at once at {_at(feed.storm_at)}" if feed.storm_at else "",
        "moving": _moving(feed),
        "hub": feed.hub,
        "subscription": _subscription(subscription),
        "proposal": _proposal(feed, source),
    }
    return {f"  {name}": value for name, value in found.items() if value not in ("", None)}


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _state(feed: Feed) -> str:
    return f"{feed.state.value}, asked rarely" if feed.state is FeedState.SLEEPING else feed.state.value


def _skipped(feed: Feed) -> str:
    hours = ", ".join(map(str, sorted(feed.skip_hours)))
    days = ", ".join(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day] for day in sorted(feed.skip_days))
    return "; ".join(filter(None, (f"hours {hours} UTC" if hours else "", days)))


def _moving(feed: Feed) -> str:
    if not feed.moved_to:
        return ""
    since = f" since {_at(feed.moved_since)}" if feed.moved_since else ""
    least = spoken(polling.MOVE_AFTER)
    return f"to {feed.moved_to}, seen {feed.moved_times} of {polling.MOVE_TIMES} times{since} (believed after {least})"


def _subscription(found: Subscription | None) -> str:
    if found is None:
        return ""
    until = f"until {_at(found.lease_until)}" if found.lease_until else ""
    counts = f"{found.pushes} pushes, {found.refused} refused" if found.pushes or found.refused else ""
    return ", ".join(filter(None, (found.state.value, until, counts, found.reason)))


def _proposal(feed: Feed, source: str) -> str:
    if not feed.proposed_url:
        return ""
    share = f"{feed.proposed_overlap:.0%} of its items are there"
    return f"{feed.proposed_url} ({share}); to accept: aggregator sources adopt {source} --feed {feed.url}"
