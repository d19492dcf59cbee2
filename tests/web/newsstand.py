"""A site to be visited: publications in a store, and the application on a real server."""

import contextlib
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import Message
from pathlib import Path

import uvicorn

from aggregator import settings as configuration
from aggregator.core import attribution
from aggregator.core.publication import Credit, Publication, PublicationState
from aggregator.core.rights import Form
from aggregator.core.takedown import Block, BlockKind, Scope
from aggregator.core.url import key
from aggregator.settings import Settings
from aggregator.store import articles, publications, stories, takedowns
from aggregator.store.session import Store
from aggregator.web.app import create
from tests.newsdesk import article_of, feed_of, outlet, set_story
from tests.world import NOW

WORDS = "The harbour authority will rebuild the breakwater after the storm of last week."


@dataclass(frozen=True)
class Answer:
    """What the site said."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode()


class _Still(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_Still)


@dataclass(frozen=True)
class Site:
    """A running site and the store behind it."""

    url: str
    store: Store

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for a path; redirects are not followed, and errors are answers too."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.url}{path}", headers=named, method=method)
        try:
            with _OPENER.open(request, timeout=10) as found:
                return Answer(found.status, found.headers, found.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


@contextlib.contextmanager
def serving(database_url: str, folder: Path) -> Iterator[Site]:
    """Run the application on a real server."""
    settings: Settings = configuration.load(
        data={"folder": folder},
        database={"url": database_url},
        site={"title": "Test site", "base_url": "https://site.example", "feed_items": 3},
        publish={"contact": "desk@site.example"},
    )
    server = uvicorn.Server(uvicorn.Config(create(settings, lambda: NOW), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    store = Store(database_url)
    try:
        end = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < end
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Site(f"http://127.0.0.1:{port}", store)
    finally:
        server.should_exit = True
        thread.join(10)
        store.close()


def publish(store: Store, url: str, title: str = "A headline", **given: object) -> Publication:
    """Store an article with its publication, in a story of its own."""
    source = outlet(store, str(given.pop("outlet", "Harbour Tribune")))
    feed = feed_of(store, source, f"https://{source.slug}.example/{abs(hash(url))}.xml")
    article_id = article_of(store, feed, url, (f"{WORDS} {url}",), title=title)
    with store.writing() as session:
        article = articles.get(session, article_id)
        assert article is not None
        story_id = stories.add(session, article.key, title, NOW)
        set_story(session, [article_id], story_id)
        stories.recount(session, [story_id])
        said = attribution.sentence(source.name, ("A. Name",), NOW, "en")
        made = Publication(
            key=article.key,
            state=PublicationState.LIVE,
            title=title,
            url=url,
            source=Credit(source.name, source.url, url, NOW, source.slug),
            authors=("A. Name",),
            language="en",
            form=Form.EXCERPT,
            html=f"<p>{WORDS}</p>",
            text=WORDS,
            attribution=said,
            attribution_html=attribution.as_html(said, url, source.name, "en"),
            disclaimer="Assembled by software.",
            rights=attribution.rights(source.name, "", ""),
            licence_url="",
            published=NOW - timedelta(hours=1),
            updated=NOW,
            story_key=article.key,
            rules=("default: an excerpt of at most 40 words",),
        )
        made = replace(made, **given)  # type: ignore[arg-type]
        publications.save(session, {article_id: (source.id, made)})
        return made


def join(store: Store, *told: Publication) -> str:
    """Let articles tell one story, that of the first; returns the story's headline as it is stored."""
    with store.writing() as session:
        held = {each.key: articles.by_key(session, each.key) for each in told}
        ids = [each.id for each in held.values() if each]
        found = [stories.by_key(session, each.key) for each in told]
        rows = [each for each in found if each]
        set_story(session, ids, rows[0].id)
        stories.recount(session, [each.id for each in rows])
        for each in told:
            article = held[each.key]
            assert article is not None
            source_id = article.source_id
            publications.save(session, {article.id: (source_id, replace(each, story_key=told[0].key))})
        story = stories.by_key(session, told[0].key)
        assert story is not None
        return story.title


def block(store: Store, url: str) -> int:
    """Store a takedown that names an address, and withdraw nothing; returns its number."""
    with store.writing() as session:
        number = takedowns.add(session, Scope.ARTICLE, url, "asked for", "", NOW)
        takedowns.block(session, number, [Block(BlockKind.URL, key(url))])
        return number
