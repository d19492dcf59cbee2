"""Looking for the feeds of a site: what its page and its robots.txt name, and, only if they name nothing, guesses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.adapters import discovery, feeds_in
from aggregator.cli.asker import Asker, Said
from aggregator.cli.console import err, out, print_json, print_table
from aggregator.cli.desk import Desk
from aggregator.core import polling
from aggregator.core.discovery import LOOKS, SITEMAP, Candidate, format_of, ranked
from aggregator.core.errors import AggregatorError, Refused, Unreadable
from aggregator.core.feed import FeedDocument
from aggregator.core.page import MAX_FEED_BYTES, MAX_PAGE_BYTES, MAX_ROBOTS_BYTES, Answer, Request
from aggregator.core.url import host, key
from aggregator.settings import Settings
from aggregator.store import feeds

MOST = 20  # candidates that are asked


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that has been read: its address after redirects, its format and title, its items, how it was named."""

    url: str
    format: str
    title: str
    items: int
    newest: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Search:
    """What a search came to: feeds, best first, and the other candidates with the reason why they are none.

    `left_out` counts candidates that were not asked because there were too many.
    """

    url: str
    feeds: tuple[Found, ...]
    others: tuple[tuple[str, str], ...]
    left_out: int


def search(settings: Settings, url: str) -> Search:
    """Look for the feeds of the site at `url` (a clean address); each address is asked once, nothing is stored.

    Raises what the page itself fails with when there is no other trace of a feed either.
    """
    asker = Asker(settings)
    said = asker.ask(Request(url, max_bytes=MAX_FEED_BYTES, cut=True, accept=f"text/html, {polling.ACCEPT}"))
    itself = _document(said)
    if isinstance(said, Answer) and itself:
        return Search(url, (_found(said.url, itself, "the address itself"),), (), 0)
    base = said.url if isinstance(said, Answer) else url
    named = ranked([*_on_page(said), *_in_robots(asker, base)])
    wanted = named or [Candidate(each, "", format_of("", each), LOOKS, "a usual place") for each in _places(base)]
    found, others = _asked(asker, wanted[:MOST])
    if isinstance(said, AggregatorError) and not found:
        raise said
    return Search(url, found, others, len(wanted[MOST:]))


def _places(url: str) -> list[str]:
    return [each for each in discovery.guesses(url) if host(each) == host(url)]


def _on_page(said: Said) -> list[Candidate]:
    """Return what a page names; nothing for an answer that is no page or no success."""
    if isinstance(said, AggregatorError) or polling.failure(said, said.at):
        return []
    try:
        return discovery.candidates(said.body[:MAX_PAGE_BYTES], url=said.url, charset=said.charset)
    except Unreadable:
        return []


def _in_robots(asker: Asker, url: str) -> list[Candidate]:
    """Return the sitemaps that the robots.txt of the address's host names."""
    where = f"{urlsplit(url).scheme}://{host(url)}/robots.txt"
    said = asker.ask(Request(where, max_bytes=MAX_ROBOTS_BYTES, cut=True))
    if isinstance(said, AggregatorError) or polling.failure(said, said.at):
        return []
    return [Candidate(each, "", "sitemap", SITEMAP, "named in robots.txt") for each in discovery.sitemaps(said.body)]


def _asked(
    asker: Asker, wanted: Sequence[Candidate]
) -> tuple[tuple[Found, ...], tuple[tuple[str, str], ...]]:  # fmt: skip
    """Ask each candidate; return the feeds in the order of the candidates, each once, and why the others are none."""
    answers = asker.ask_all(_requests(one.url for one in wanted))
    found: dict[str, Found] = {}
    others = []
    for one in wanted:
        said = answers[one.url]
        document = _document(said)
        if isinstance(said, Answer) and document:
            found.setdefault(key(said.url), _found(said.url, document, one.why, one.title))
        else:
            others.append((one.url, _reason(said)))
    return tuple(found.values()), tuple(others)


def _requests(urls: Iterable[str]) -> list[Request]:
    return [Request(each, max_bytes=MAX_FEED_BYTES, accept=polling.ACCEPT) for each in urls]


def _document(said: Said) -> FeedDocument | None:
    """Return an answer read as a feed, None when it is none."""
    if isinstance(said, AggregatorError) or polling.failure(said, said.at):
        return None
    try:
        return feeds_in.read(
            said.body, url=said.url, content_type=said.content_type, charset=said.charset, now=said.at
        )  # fmt: skip
    except AggregatorError:
        return None


def _reason(said: Said) -> str:
    failure = polling.failure(said, said.at) if isinstance(said, Answer) else None
    if failure:
        return failure.reason
    return said.reason if isinstance(said, AggregatorError) else "no feed"


def _found(url: str, document: FeedDocument, why: str, title: str = "") -> Found:
    dated = [at for entry in document.entries if (at := entry.published or entry.updated)]
    items = len(document.entries) or len(document.children)
    return Found(url, document.format, document.title or title, items, max(dated, default=None), why)


def show(found: Search, now: datetime) -> None:
    """Print the feeds as a table, best first, and how to add one."""
    if not found.feeds:
        out.print(
            f"no feed was found from {found.url} on; {len(found.others)} other addresses were asked", markup=False
        )
        return
    rows = [(one.url, one.format, one.items, _age(one.newest, now), one.why) for one in found.feeds]
    print_table(f"{len(rows)} feeds, best first", ["address", "format", "items", "newest", "why"], rows)
    for url, reason in found.others:
        out.print(f"no feed: {url} ({reason})", markup=False)
    if found.left_out:
        out.print(f"{found.left_out} more candidates were not asked")
    out.print(f"to add one: aggregator sources add {found.feeds[0].url}", markup=False, soft_wrap=True)


def _age(newest: datetime | None, now: datetime) -> str:
    """Return how old the newest item is, to the day."""
    if newest is None:
        return "no dates"
    days = max(now - newest, timedelta()).days
    return f"{days} d ago" if days else "today"


def ask_first(here: Desk, addresses: Sequence[str], *, as_json: bool) -> None:
    """Ask those of the addresses (clean ones) that are not known, before they are added.

    Refused for one that answers with what is no feed, after showing the feeds that it leads to; one that cannot be had
    is let in with a word about it, since it may be well tomorrow.
    """
    with here.store.reading() as session:
        known = feeds.sources_of(session, addresses)
    answers = Asker(here.settings).ask_all(_requests(one for one in addresses if one not in known))
    for url, said in answers.items():
        if isinstance(said, Answer) and polling.failure(said, said.at) is None and _document(said) is None:
            found = search(here.settings, url)
            print_json(found) if as_json else show(found, here.now)
            raise Refused(f"{url} is no feed and was not added; --unchecked adds it all the same")
        if _document(said) is None:
            err.print(f"{url} cannot be had just now, and is added all the same: {_reason(said)}", markup=False)
