"""What there is to be said of a feed that is asked once: how it answers, how it reads, what would be done with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator import wiring
from aggregator.adapters import feed_reader, robots
from aggregator.cli.desk import Desk
from aggregator.core import schedule
from aggregator.core.entry import FeedEntry
from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.feed import Feed, FeedDocument
from aggregator.core.host import Host, visits
from aggregator.core.page import MAX_FEED_BYTES, MAX_ROBOTS_BYTES, Answer, Request, Web
from aggregator.core.schedule import Manners
from aggregator.core.source import Source
from aggregator.core.url import host, normal
from aggregator.settings import Settings
from aggregator.store import feeds, sources

OK = range(200, 300)


def facts(here: Desk, url: str) -> dict[str, object]:
    """Return the facts of the feed at `url`; asks it and the robots.txt of its newest entry's host, stores nothing.

    Raises TryLater where there is no answer or no success, and Unreadable for what is no feed.
    """
    web = wiring.live_web(here.settings)
    answer = _asked(web, Request(url, max_bytes=MAX_FEED_BYTES))
    if answer.status not in OK:
        raise TryLater(f"{url} answered {answer.status}, not a feed; check the address in a browser")
    document = feed_reader.read(
        answer.body, url=answer.url, content_type=answer.content_type, charset=answer.charset, now=answer.at
    )
    dated = [entry.published for entry in document.entries if entry.published]
    return {
        "address": answer.url,
        "redirects": " → ".join(f"{status} {target}" for status, target in answer.redirects) or "none",
        "status": answer.status,
        "type": answer.headers.get("content-type", "none"),
        "bytes": len(answer.body),
        "etag": answer.headers.get("etag", "none"),
        "last-modified": answer.headers.get("last-modified", "none"),
        "format": document.format,
        "encoding": answer.charset or "not named by the server",
        "repairs": document.recovered or "none needed",
        "title": document.title,
        "language": document.language or "none named",
        "licence": document.licence_url or document.rights or "none named",
        "entries": len(document.entries),
        "newest": max(dated) if dated else "no dates",
        "robots": _robots(web, here.settings, document.entries),
        "known": _known(here, {url, answer.url}),
        "would do": _plan(here.settings, document, dated, answer.at),
    }


def _asked(web: Web, request: Request) -> Answer:
    home = host(request.url)
    (_, answer), *_ = web.visit(visits({home: [request]}, {home: Host(home)}, {}))
    if isinstance(answer, AggregatorError):
        raise answer
    return answer


def _robots(web: Web, settings: Settings, told: Sequence[FeedEntry]) -> str:
    """Return what robots.txt says of the first entry's page (RFC 9309), which is what is fetched under its rules."""
    if not told:
        return "no entry to ask about"
    try:
        page = normal(told[0].url)
        answer = _asked(web, Request(f"{urlsplit(page).scheme}://{host(page)}/robots.txt", max_bytes=MAX_ROBOTS_BYTES))
        rules = robots.parse(answer.body, answer.status)
        said = f"robots.txt of {host(page)} ({answer.status})"
    except AggregatorError as error:
        return f"nothing may be fetched until robots.txt can be read: {error.reason}"
    agent = settings.fetch.agent.split("/", 1)[0]
    word = "allows" if rules.allows(page, agent) else "does not allow"
    delay = rules.delay(agent)
    obeyed = "" if settings.fetch.obey_robots else "; not obeyed (fetch.obey_robots)"
    return f"{said} {word} {page}{f', one page in {delay:g} s' if delay else ''}{obeyed}"


def _known(here: Desk, urls: set[str]) -> str:
    with here.store.reading() as session:
        found: list[tuple[Feed, Source | None]] = [
            (feed, sources.get(session, feed.source_id)) for url in sorted(urls) if (feed := feeds.by_url(session, url))
        ]
    return ", ".join(f"as a feed of {source.slug} ({feed.state})" for feed, source in found if source) or "no"


def _plan(settings: Settings, document: FeedDocument, dated: list[datetime], at: datetime) -> str:
    poll = settings.poll
    manners = Manners(timedelta(seconds=poll.shortest_seconds), timedelta(seconds=poll.longest_seconds))
    minutes = schedule.rhythm(dated, manners, at).total_seconds() / 60
    words = settings.publish.excerpt_words
    return (
        f"fetch {len(document.entries)} pages, ask again in about {minutes:.0f} min, and show excerpts of at most "
        f"{words} words unless the source is marked with a licence"
    )
