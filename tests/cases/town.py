"""A town of outlets with real pages and feeds, the whole line over it, and what came of it in words.

An article is called by its outlet and path, as in "harbour/a"; another one read at the same address later has "#2"
behind its name.
"""

import asyncio
import socket
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from aggregator import settings as configuration
from aggregator import wiring
from aggregator.adapters import http
from aggregator.adapters.dial import dialled
from aggregator.adapters.http import HttpWeb
from aggregator.adapters.http_settings import HttpSettings
from aggregator.core.article import Article, ArticleState
from aggregator.core.copies import Relation
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.outcome import Step
from aggregator.core.publication import Publication, PublicationState
from aggregator.core.source import SourceSpec
from aggregator.core.url import host
from aggregator.drive import here
from aggregator.line import Parts, run
from aggregator.settings import Settings
from aggregator.store import articles, entries, feeds, publications, sources
from aggregator.store.session import Session
from aggregator.store.tables import metadata
from aggregator.web.app import create
from tests.cases.press import Press, Said
from tests.cases.sheets import Sheet, html

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = timedelta(minutes=12)  # what feeds tell of edits is looked at 5 minutes later, stories are mended after 10
ROUNDS = 60
PUBLIC = "93.184.215.14"  # what names resolve to; connections go to loopback whatever they resolve to

TABLES = metadata.tables


@dataclass(frozen=True)
class Item:
    """An item of a feed."""

    url: str
    title: str
    summary: str
    published: datetime | None
    guid: str


@dataclass(frozen=True)
class Answer:
    """What the site said."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass
class Outlet:
    """An outlet: its host, its name, and the items of its feed, the latest first."""

    slug: str
    host: str
    name: str
    items: list[Item] = field(default_factory=list)
    feed_id: int = 0

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return path if "://" in path else f"https://{self.host}{path}"


@dataclass
class Town:
    """The outlets, the line, and the time."""

    parts: Parts
    settings: Settings
    press: Press
    at: datetime = MORNING
    outlets: dict[str, Outlet] = field(default_factory=dict)

    # What outlets do

    def opens(self, slug: str, host: str = "", name: str = "", language: str = "en") -> Outlet:
        """Let there be an outlet with a feed, on a host of its own."""
        named = name or slug.title() + " Gazette"
        outlet = Outlet(slug, host or f"www.{slug}.example", named)
        with self.parts.store.writing() as session:
            source = sources.save(session, SourceSpec(named, slug, outlet.url("/"), language=language), self.at)
            feed = feeds.add(session, source.id, outlet.url("/feed.xml"), outlet.host, self.at)
        outlet.feed_id = feed.id
        self.outlets[slug] = outlet
        return outlet

    def prints(self, slug: str, path: str, sheet: Sheet, *, listed: bool = True) -> str:
        """Let an outlet print an article at a path, and name it in its feed; returns its address."""
        outlet = self.outlets.get(slug) or self.opens(slug, language=sheet.language)
        dated = sheet if sheet.published else replace(sheet, published=self.at - timedelta(minutes=10))
        url = outlet.url(path)
        self.serves(url, html(dated, url, outlet.name))
        if listed:
            self.lists(slug, path, sheet.title, published=dated.published, summary=sheet.summary)
        return url

    def lists(
        self, slug: str, path: str, title: str, *, published: datetime | None = None, summary: str = "", guid: str = ""
    ) -> None:
        """Let the feed of an outlet name an address; what it has named already is edited."""
        outlet = self.outlets[slug]
        url = outlet.url(path)
        item = Item(url, title, summary, published or self.at, guid or url)
        outlet.items = [item, *(each for each in outlet.items if each.guid != item.guid)]
        self.press.says(outlet.url("/feed.xml"), Said(_rss(outlet), kind="application/rss+xml; charset=utf-8"))

    def serves(self, url: str, body: bytes | str, status: int = 200) -> None:
        """Let an address answer with a page, which no feed names by that."""
        self.press.says(url, Said(body.encode() if isinstance(body, str) else body, status))

    def moves(self, url: str, target: str) -> None:
        """Let an address lead to another one."""
        self.press.says(url, Said(b"", 301, location=target))

    # What the line does

    def runs(self, after: timedelta = timedelta()) -> None:
        """Let time pass, ask all feeds, do all that follows, and what is due a few minutes later."""
        self.at += after
        with self.parts.store.writing() as session:
            feeds.make_due(session, [each.feed_id for each in self.outlets.values()], self.at)
        self.sweeps()
        self.sweeps(LATER)

    def sweeps(self, after: timedelta = timedelta()) -> None:
        """Let time pass, and do all that is due then."""
        self.at += after
        for _ in range(ROUNDS):
            work = run(self.parts, Step.SWEEP, [0], self.at)[0].follows
            if not work:
                return
            here(self.parts, self.at, work, lambda _: None)
        raise AssertionError(f"the line does not come to rest: {work}")

    def polls(self) -> list[int]:
        """Ask all feeds and fetch what they name, no more; returns the entries whose pages are there."""
        with self.parts.store.writing() as session:
            feeds.make_due(session, [each.feed_id for each in self.outlets.values()], self.at)
        run(self.parts, Step.POLL, [each.feed_id for each in self.outlets.values()], self.at)
        for _ in range(ROUNDS):
            waiting = [each.id for each in self.entries() if each.status is EntryStatus.DUE]
            if not waiting:
                break
            run(self.parts, Step.FETCH, waiting, self.at)
        return [each.id for each in self.entries() if each.status is EntryStatus.FETCHED]

    # What came of it

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self.parts.store.reading() as session:
            yield session

    def _rows(self, table: str) -> list[Any]:
        with self._reading() as session:
            return list(session.execute(select(TABLES[table])))

    def entries(self) -> list[Entry]:
        """Return all entries, the earliest first."""
        with self._reading() as session:
            ids = sorted(session.scalars(select(TABLES["entries"].c.id)))
            return [found for each in ids if (found := entries.get(session, each))]

    def articles(self) -> dict[str, Article]:
        """Return all articles that stand, by name."""
        with self._reading() as session:
            ids = sorted(session.scalars(select(TABLES["articles"].c.id)))
            held = articles.several(session, ids)
        names: Counter[str] = Counter()
        found = {}
        for each in ids:
            name = self._name(held[each].url)
            names[name] += 1
            if held[each].state is ArticleState.LIVE:
                found[name if names[name] == 1 else f"{name}#{names[name]}"] = held[each]
        return found

    def _name(self, url: str) -> str:
        found = host(url)
        slug = next((each.slug for each in self.outlets.values() if each.host == found), found)
        return slug + url.partition("://")[2][len(found) :].rstrip("/")

    def article(self, name: str) -> Article:
        """Return an article."""
        return self.articles()[name]

    @property
    def names(self) -> dict[int, str]:
        """Return the names of articles by id."""
        return {each.id: name for name, each in self.articles().items()}

    def groups(self) -> list[list[str]]:
        """Return which articles are one text, those that stand alone as well."""
        return _sets((each.root_id, name) for name, each in self.articles().items())

    def stories(self) -> list[list[str]]:
        """Return which canonical articles tell of one event, those that stand alone as well."""
        found = {name: each for name, each in self.articles().items() if each.root_id == each.id}
        assert all(each.story_id for each in found.values()), "an article in no story"
        return _sets((each.story_id, name) for name, each in found.items())

    def canonical(self, name: str) -> str:
        """Return the article as which one goes out."""
        return self.names[self.article(name).root_id]

    def edges(self) -> dict[tuple[str, str], Relation]:
        """Return what the one is to the other, of all pairs of which anything is known."""
        names = self.names
        return {
            (names[row.a], names[row.b]): Relation(row.relation)
            for row in self._rows("copies")
            if row.a in names and row.b in names
        }

    def relation(self, one: str, other: str) -> Relation | None:
        """Return what one article is to another."""
        found = self.edges()
        turned = found.get((other, one))
        return found.get((one, other)) or (turned.turned if turned else None)

    def kinds(self, name: str) -> list[str]:
        """Return the kinds of an article's versions, in order."""
        mine = self.article(name).id
        rows = [row for row in self._rows("revisions") if row.article_id == mine]
        return [row.kind for row in sorted(rows, key=lambda row: row.version)]

    def text(self, name: str) -> str:
        """Return the newest text of an article."""
        mine = self.article(name).id
        rows = [row for row in self._rows("revisions") if row.article_id == mine]
        return str(max(rows, key=lambda row: row.version).text)

    def statuses(self) -> dict[str, EntryStatus]:
        """Return where each entry stands, by its outlet and path."""
        return {self._name(each.url): each.status for each in self.entries()}

    def reason(self, name: str) -> str:
        """Return why an entry stands where it stands."""
        return next(each.reason for each in self.entries() if self._name(each.url) == name)

    def fingerprinted(self) -> set[str]:
        """Return the articles that can be found by their text; fingerprints of any other thing fail."""
        known = {row.article_id for row in self._rows("sketches")} | {
            row.article_id for row in self._rows("fingerprints")
        }
        return {self.names[each] for each in known}

    def aliases(self, name: str) -> dict[str, str]:
        """Return the other addresses of an article and their kinds."""
        mine = self.article(name).id
        return {row.url_key: row.kind for row in self._rows("url_aliases") if row.article_id == mine}

    def publication(self, name: str) -> Publication:
        """Return what goes out for an article."""
        with self._reading() as session:
            found = publications.by_article(session, self.article(name).id)
        assert found is not None
        return found

    def credited(self, name: str) -> set[str]:
        """Return all outlets that a publication credits, its own among them."""
        found = self.publication(name)
        return {found.source.slug, *(each.slug for each in found.also)}

    def key(self, name: str) -> str:
        """Return the public name of an article."""
        return self.article(name).key

    # What readers see

    @cached_property
    def _app(self) -> Starlette:
        return create(self.settings, lambda: self.at)

    def visit(self, path: str) -> Answer:
        """Ask the site for a path; redirects are not followed."""
        return asyncio.run(_asked(self._app, path))

    def page(self, name: str) -> str:
        """Return the page of an article as readers find it, by whichever of its names."""
        found = self.visit(f"/articles/{self.key(name)}")
        if found.status == 301:
            found = self.visit(found.headers["location"])
        assert found.status == 200, (name, found.status)
        return found.text

    def feed(self, kind: str = "atom") -> str:
        """Return the site's feed."""
        found = self.visit(f"/feed.{kind}")
        assert found.status == 200
        return found.text

    def adds_up(self, apart: Sequence[Sequence[str]] = ()) -> None:
        """Check what holds whatever happens: the numbers agree, and texts of different lists in `apart` are not joined.

        Entries seen = articles + duplicates + refused + quarantined + still due; each outcome has its reason; each
        canonical article goes out once, each copy leads to it.
        """
        told = self.entries()
        items = sum(len(each.items) for each in self.outlets.values())
        held = self.articles()
        assert len(told) >= items
        counted = Counter(each.status for each in told)
        assert sum(counted[each] for each in EntryStatus) == len(told)
        canonical = {each.id for each in held.values() if each.root_id == each.id}
        read = {each.article_id for each in told if each.status is EntryStatus.ARTICLE}
        assert counted[EntryStatus.ARTICLE] == len(read), "two entries are one article"
        assert read <= canonical, "an entry is called an article, which is a copy"
        for each in told:
            if each.status in {EntryStatus.DUPLICATE, EntryStatus.REFUSED, EntryStatus.QUARANTINED}:
                assert each.reason, each
            if each.status is EntryStatus.DUPLICATE:
                assert each.article_id in {article.id for article in held.values()}, each
        assert all(each.root_id in canonical for each in held.values()), "a copy of a copy"
        self.fingerprinted()
        self._goes_out(held)
        self._apart(apart)

    def _goes_out(self, held: Mapping[str, Article]) -> None:
        with self._reading() as session:
            found = publications.by_articles(session, [each.id for each in held.values()])
        key_of = {each.id: each.key for each in held.values()}
        for each in held.values():
            if each.root_id == each.id:
                assert found[each.id].state is PublicationState.LIVE
            elif each.id in found:
                assert found[each.id].state is PublicationState.MOVED
                assert found[each.id].moved_to == key_of[each.root_id]

    def _apart(self, apart: Sequence[Sequence[str]]) -> None:
        held, edges = self.articles(), self.edges()
        for place, ours in enumerate(apart):
            for theirs in apart[place + 1 :]:
                for one, other in ((one, other) for one in ours for other in theirs):
                    assert held[one].root_id != held[other].root_id, f"a false merge: {one} and {other}"
                    found = edges.get((one, other)) or edges.get((other, one))
                    assert found is None or not found.joins, f"a false edge: {one} {found} {other}"


def _sets(told: Iterable[tuple[int | None, str]]) -> list[list[str]]:
    found: dict[int | None, list[str]] = defaultdict(list)
    for number, name in told:
        found[number].append(name)
    return sorted(sorted(each) for each in found.values())


def _rss(outlet: Outlet) -> bytes:
    told = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link>"
        f"<guid isPermaLink='false'>{escape(item.guid)}</guid>"
        + (f"<pubDate>{format_datetime(item.published)}</pubDate>" if item.published else "")
        + (f"<description>{escape(item.summary)}</description>" if item.summary else "")
        + "</item>"
        for item in outlet.items
    )
    head = f"<title>{escape(outlet.name)}</title><link>{outlet.url('/')}</link><description>News</description>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{told}</channel></rss>'.encode()


async def _asked(app: Starlette, path: str) -> Answer:
    """Ask an application for a path, as a server would (ASGI 3.0)."""
    sent: list[dict[str, Any]] = []
    where, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "https",
        "path": where, "raw_path": where.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"site.example")], "client": ("127.0.0.1", 1), "server": ("site.example", 443),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(each for each in sent if each["type"] == "http.response.start")
    body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, body.decode())


def settings_of(database_url: str, folder: Path) -> Settings:
    """Return settings with which nothing waits."""
    return configuration.load(
        data={"folder": folder},
        database={"url": database_url},
        poll={"host_delay_seconds": 0},
        fetch={"host_delay_seconds": 0},
        site={"base_url": "https://site.example", "feed_items": 500},
        publish={"contact": "desk@site.example"},
    )


def town_of(settings: Settings, press: Press, patch: pytest.MonkeyPatch) -> Town:
    """Return a town whose hosts all are the one server, with the parts of the line as the service builds them.

    Only the last step to the network is another one: names resolve to a public address, and connections go to the
    server on loopback, without TLS.
    """

    async def dial(
        protocol: Callable[[], Any], name: str, _port: int, _places: object, _tls: object, seconds: float
    ) -> Any:
        return await dialled(protocol, name, press.port, [(socket.AF_INET, "127.0.0.1")], None, seconds)

    def web(_: Settings, clock: Callable[[], datetime], _record: object = None) -> HttpWeb:
        return HttpWeb(HttpSettings("Aggregator/test"), clock, None, lambda *_: [(socket.AF_INET, PUBLIC)])

    patch.setattr(http, "dialled", dial)
    patch.setattr(wiring, "live_web", web)
    held: list[Town] = []
    built = wiring.build(replace_site(settings), clock=lambda: held[0].at)
    patch.setattr(wiring, "open_store", lambda _: built.store)  # for the site, which is closed with the town
    held.append(Town(built, settings, press))
    return held[0]


def replace_site(settings: Settings) -> Settings:
    """Return settings without an address of the site, so that no hub is asked to call us."""
    return settings.model_copy(update={"site": settings.site.model_copy(update={"base_url": ""})})
