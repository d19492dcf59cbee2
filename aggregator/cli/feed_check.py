"""What there is to be said of a feed that is asked once: how it answers, how it reads, what would be done with it."""

import hashlib
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator import wiring
from aggregator.adapters import feeds_in, robots
from aggregator.cli.asker import Asker, Said
from aggregator.cli.console import spoken
from aggregator.cli.desk import Desk
from aggregator.core import dates, encoding, polling, schedule, websub, words
from aggregator.core.entry import FeedEntry
from aggregator.core.errors import AggregatorError, Unreadable
from aggregator.core.feed import Feed, FeedDocument, FeedState, Trouble
from aggregator.core.link_header import linked
from aggregator.core.page import MAX_ROBOTS_BYTES, Answer, Request
from aggregator.core.polling import Failure
from aggregator.core.url import host, normal
from aggregator.core.walls import wall
from aggregator.settings import Settings
from aggregator.store import feeds, sources

Facts = dict[str, object]
SHOWN = 5  # examples of what is wrong
FULL_WORDS = 200  # of the median item, from which on a feed tells its articles whole
LONG_ENOUGH = 20_000  # characters of an item that are counted
MANY = 50  # items whose words are counted
_TAG = re.compile(r"<[^<>]{0,2000}>")


def facts(here: Desk, url: str) -> Facts:
    """Return the facts of the feed at `url`; nothing is stored.

    Asks the feed, again with its validators, and the robots.txt of its host and of the host of its first item.
    `trouble` and `reason` say why it is no feed that can be had now, and are empty when it is.
    """
    asker = Asker(here.settings)
    blank = _blank(url, wiring.wall_clock())
    said = asker.ask(polling.request(blank, blank.due_at, asker.manners))
    failure = polling.failure(said, wiring.wall_clock())
    found: Facts = {"asked": url}
    if isinstance(said, Answer):
        found |= _transport(said)
    if failure is None and isinstance(said, Answer):
        try:
            return found | _read(here, asker, blank, said)
        except AggregatorError as error:
            failure = Failure(Trouble.UNREADABLE, error.reason[: polling.MAX_REASON], said.at)
    assert failure is not None  # noqa: S101 - an error is always one
    return found | {
        "trouble": failure.trouble.value,
        "reason": failure.reason,
        "wait": failure.asked,
        "robots_feed": _robots(asker, url, page=False),
        "known": _known(here, {url}),
        "would_do": _after_failure(blank, failure, asker),
    }


def _document(answer: Answer) -> FeedDocument:
    return feeds_in.read(
        answer.body, url=answer.url, content_type=answer.content_type, charset=answer.charset, now=answer.at
    )


def _blank(url: str, now: datetime) -> Feed:
    """Return a feed as it stands before it was ever asked."""
    return Feed(
        id=0, source_id=0, url=url, host=host(url), title="", state=FeedState.ACTIVE, due_at=now, etag="",
        last_modified="", body_hash="", failures=0, reason="", polled_at=None, answered_at=None, interval=timedelta(),
    )  # fmt: skip


def _transport(answer: Answer) -> Facts:
    return {
        "address": answer.url,
        "redirects": [f"{status} {target}" for status, target in answer.redirects],
        "moved": _moved(answer),
        "status": answer.status,
        "type": answer.headers.get("content-type", ""),
        "bytes": len(answer.body),
        "wall": wall(answer.status, answer.headers, answer.body),
    }


def _moved(answer: Answer) -> str:
    if not answer.redirects:
        return "no"
    if any(status not in polling.PERMANENT for status, _ in answer.redirects):
        return "not for good: one of the redirects is temporary, so the address is kept"
    days = spoken(polling.MOVE_AFTER)
    return f"for good by its own word; that is believed after {polling.MOVE_TIMES} equal answers over at least {days}"


def _read(here: Desk, asker: Asker, blank: Feed, answer: Answer) -> Facts:
    document = _document(answer)
    link = answer.headers.get("link", "")
    hub, topic = linked(link, "hub", answer.url), linked(link, "self", answer.url)
    document = replace(document, hub=hub or document.hub, topic=topic or document.topic)
    standing = polling.told(blank, answer, document, hashlib.sha256(answer.body).hexdigest(), asker.manners)
    return {
        **_content(document, answer),
        **_rhythm(document, answer, standing),
        "hub": document.hub,
        "topic": document.topic,
        "second": _second(asker, standing, answer),
        "robots_feed": _robots(asker, answer.url, page=False),
        "robots_page": _robots(asker, document.entries[0].url, page=True) if document.entries else {},
        "known": _known(here, {blank.url, answer.url}),
        "trouble": "",
        "reason": "",
        "would_do": _plan(here.settings, document, standing),
    }


def _content(document: FeedDocument, answer: Answer) -> Facts:
    dated = [at for entry in document.entries if (at := entry.published or entry.updated)]
    return {
        "format": document.format,
        "title": document.title,
        "language": document.language,
        "rights": document.rights,
        "licence": document.licence_url,
        "entries": len(document.entries),
        "dropped": list(document.dropped[:SHOWN]),
        "names": len(document.children),
        "dates": _dates(document.entries, answer.at),
        "newest": max(dated, default=None),
        "texts": _texts(document.entries),
        "encoding": _encoding(answer),
        "repairs": document.recovered,
    }


def _dates(entries: Sequence[FeedEntry], now: datetime) -> Facts:
    """Return how many items are dated and what is wrong with the dates of the others, with their own words."""
    wrong: dict[str, list[str]] = {"none": [], "future": [], "absurd": []}
    for entry in entries:
        if entry.published is None:
            wrong[_fault(entry.raw_date, now)].append(entry.raw_date)
    raw = [each for each in (*wrong["future"], *wrong["absurd"]) if each]
    good = len(entries) - sum(map(len, wrong.values()))
    return {"good": good, **{name: len(each) for name, each in wrong.items()}, "words": raw[:SHOWN]}


def _fault(raw: str, now: datetime) -> str:
    at = dates.moment(raw) if raw else None
    if at is not None and at > now + dates.AHEAD:
        return "future"
    return "none" if not raw or dates.plausible(at, now) else "absurd"


def _texts(entries: Sequence[FeedEntry]) -> Facts:
    """Return how much text the items bring along, by the median item."""
    told = [(each.content or each.summary)[:LONG_ENOUGH] for each in entries[:MANY]]
    counted = [words.count(_TAG.sub(" ", each)) for each in told]
    usual = int(statistics.median(counted)) if counted else 0
    kind = "full texts" if usual >= FULL_WORDS else "excerpts" if usual else "headlines only"
    return {"words": usual, "kind": kind, "said": f"{kind}, {usual} words in the median item"}


def _encoding(answer: Answer) -> Facts:
    """Return which character set server, byte order mark and file name; `repairs` tells when none of them held."""
    mark = next((name for start, name in encoding.MARKS if answer.body.startswith(start)), "")
    in_file = encoding.DECLARATION.match(answer.body[:400])
    named = {"server": answer.charset, "mark": mark, "file": in_file[1].decode("ascii", "replace") if in_file else ""}
    said = ", ".join(f"{name} by the {who}" for who, name in named.items() if name)
    return {**named, "said": said or "named by nobody"}


def _rhythm(document: FeedDocument, answer: Answer, standing: Feed) -> Facts:
    """Return what server and feed ask of us, and the interval that comes of it and of the feed's own rhythm."""
    return {
        "etag": answer.headers.get("etag", ""),
        "last_modified": answer.headers.get("last-modified", ""),
        "cache_control": answer.headers.get("cache-control", ""),
        "expires": answer.headers.get("expires", ""),
        "ttl": document.ttl,
        "skip_hours": sorted(document.skip_hours),
        "skip_days": sorted(document.skip_days),
        "pause_asked": standing.floor,
        "usual_gap": standing.usual,
        "rhythm": standing.interval,
        "interval": max(standing.interval, standing.floor),
    }


def _second(asker: Asker, standing: Feed, answer: Answer) -> Facts:
    """Ask once more as the next poll would, with the validators; a server that keeps its word answers 304."""
    if not (standing.etag or standing.last_modified):
        return {"said": "not asked: there are no validators, so every answer is a full one"}
    said = asker.ask(polling.request(standing, answer.at, asker.manners))
    if isinstance(said, AggregatorError):
        return {"said": f"no answer: {said.reason}"}
    same = said.body == answer.body
    if said.status == polling.NOT_MODIFIED:
        told = "304, as it should be: what has not changed is not sent again"
    elif said.status in range(200, 300):
        told = f"{said.status} with {'the same' if same else 'other'} bytes: its validators were of no use"
    else:
        told = f"{said.status}"
    return {"status": said.status, "said": told}


def _robots(asker: Asker, url: str, *, page: bool) -> Facts:
    """Return what robots.txt says of an address to our agent (RFC 9309), and whether we keep to it."""
    try:
        address = normal(url)
        where = f"{urlsplit(address).scheme}://{host(address)}/robots.txt"
        answer = _answered(asker.once(Request(where, max_bytes=MAX_ROBOTS_BYTES, cut=True)))
    except AggregatorError as error:
        return {"allowed": None, "said": f"no robots.txt could be had: {error.reason}"}
    rules = robots.parse(answer.body, answer.status)
    allowed, delay = rules.allows(address, asker.manners.agent), rules.delay(asker.manners.agent)
    kept = asker.manners.obey_robots if page else asker.manners.robots_for_feeds
    note = "; not obeyed (fetch.obey_robots)" if page else "; feeds are asked all the same (poll.obey_robots)"
    said = (
        f"robots.txt of {host(address)} ({answer.status}) {'allows' if allowed else 'does not allow'} {address}"
        f"{f', one page in {delay:g} s' if delay else ''}{'' if kept or allowed else note}"
    )
    return {"allowed": allowed, "delay": delay, "said": said}


def _answered(said: Said) -> Answer:
    if isinstance(said, AggregatorError):
        raise said
    return said


def _known(here: Desk, urls: set[str]) -> Facts:
    """Return under which sources the addresses are known, and how those feeds stand."""
    with here.store.reading() as session:
        there = [feed for url in sorted(urls) if (feed := feeds.by_url(session, url))]
        found = [(feed, source) for feed in there if (source := sources.get(session, feed.source_id))]
    told = [f"as a feed of {source.slug} ({feed.state}{feed.reason and ': '}{feed.reason})" for feed, source in found]
    rows = [{"source": source.slug, "url": feed.url, "state": feed.state.value} for feed, source in found]
    return {"feeds": rows, "said": ", ".join(told) or "no"}


def _after_failure(blank: Feed, failure: Failure, asker: Asker) -> str:
    """Return what the first failure would lead to."""
    if failure.trouble is Trouble.REFUSED:
        return "nothing: it must not be asked"
    pause = spoken(polling.failed(blank, failure, asker.manners).due_at - failure.at)
    days, times = schedule.SLEEPS_AFTER
    look = (
        f"; `aggregator sources discover {blank.url}` looks for a feed" if failure.trouble is Trouble.UNREADABLE else ""
    )
    return f"ask again in about {pause}, and rarely after {times} failures in {spoken(days)}{look}"


def _plan(settings: Settings, document: FeedDocument, standing: Feed) -> str:
    """Return in one sentence what would be done with the feed."""
    pause = spoken(max(standing.interval, standing.floor))
    why = "as it asks" if standing.floor > standing.interval else "by its own rhythm"
    away = websub.unreachable(settings.site.base_url, allow_loopback=settings.fetch.allow_loopback)
    hub = "" if away or not document.hub else f", {schedule.PUSHED} times rarer while its hub tells us of news"
    limit = settings.publish.excerpt_words
    pages, children = len(document.entries), len(document.children)
    what = f"read the {children} feeds that it names" if children else f"fetch {pages} pages"
    return (
        f"{what}, ask again in about {pause} ({why}{hub}), and show excerpts of at most {limit} words unless "
        "the source is marked with a licence"
    )


def failed(found: Mapping[str, object]) -> Unreadable | None:
    """Return what is to be told as an error when the facts are not those of a feed."""
    return Unreadable(f"{found['asked']}: {found['reason']}") if found["trouble"] else None


def worded(found: Facts) -> dict[str, str]:
    """Return the facts as lines for a person, without those that say nothing."""
    told = {name: value for name, value in found.items() if name != "names" or value}
    return {name.replace("_", " "): said for name, value in told.items() if (said := _worded(value))}


def _worded(value: object) -> str:
    match value:
        case dict() if "said" in value:
            return str(value["said"])
        case dict():
            return ", ".join(f"{_worded(each)} {name}" for name, each in value.items() if each not in (0, []))
        case list():
            return ", ".join(map(str, value))
        case timedelta():
            return spoken(value) if value else ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case None:
            return ""
    return str(value)
