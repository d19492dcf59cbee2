"""The feeds: all articles, those of one source, one language or one story, as RSS, Atom and JSON Feed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aggregator.adapters import feed_writer
from aggregator.core.publication import Channel, FeedPage
from aggregator.steps.show import allowed, gated
from aggregator.store import publications, sources, stories
from aggregator.store.publications import Selection
from aggregator.store.session import Session
from aggregator.web import asked
from aggregator.web.cache import Cache, Rendered, rendered, respond
from aggregator.web.desk import Desk
from aggregator.web.gate import blocked, names_of

KINDS: dict[str, tuple[Callable[[FeedPage], bytes], str]] = {
    "rss": (feed_writer.rss, "application/rss+xml; charset=utf-8"),
    "atom": (feed_writer.atom, "application/atom+xml; charset=utf-8"),
    "json": (feed_writer.json_feed, "application/feed+json; charset=utf-8"),
}
TOMBSTONES = timedelta(days=30)
TELLINGS = 100  # articles of a story among which its first is looked for
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # the time of a feed in which nothing has stood yet


class Feeds:
    """The endpoints of the feeds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._cache = Cache()

    def feed(self, request: Request) -> Response:
        """Answer with one page of one feed."""
        kind = request.path_params["kind"]
        if kind not in KINDS:
            raise HTTPException(404, f"There are feeds as {', '.join(KINDS)}.")
        number = asked.page_number(request)
        path = request.url.path
        with self._desk.store.reading() as session:
            channel, selection, html_url = self._meant(session, request)
            document = self._cache.get(
                f"{path}?{number}",
                f"{publications.state_of(session, selection)} {channel.title}",
                lambda kept: blocked(session, kept.names) == kept.blocked,
                lambda: self._made(session, channel, selection, (path, html_url, kind, number)),
            )
        return respond(request, document)

    def _meant(self, session: Session, request: Request) -> tuple[Channel, Selection, str]:
        """Return what the feed is called, what is in it, and the page that shows the same."""
        site = self._desk.settings.site
        whole = Channel("all", site.title, site.description, site.address, site.language)
        if "source" in request.path_params:
            source = sources.by_slug(session, asked.source_slug(request))
            if source is None:
                raise HTTPException(404, "There is no such source here.")
            titled = replace(whole, slug=source.slug, title=f"{source.name} – {site.title}")
            return titled, Selection(source_id=source.id), f"{site.address}/sources/{source.slug}"
        if "language" in request.path_params:
            language = asked.language(request)
            selection = Selection(language=language)
            if publications.updated_at(session, selection) is None:
                raise HTTPException(404, "There is nothing in this language here.")
            titled = replace(whole, slug=language, title=f"{site.title} ({language})")
            return titled, selection, f"{site.address}/"
        if "key" in request.path_params:
            return self._story(session, asked.story_key(request), whole)
        return whole, Selection(), f"{site.address}/"

    def _story(self, session: Session, key: str, whole: Channel) -> tuple[Channel, Selection, str]:
        """Return the feed of a story, called by the first of its headlines that may be shown."""
        if stories.by_key(session, key) is None:
            raise HTTPException(404, "There is no such story here.")
        selection = Selection(story_key=key)
        told = allowed(session, publications.live(session, selection, TELLINGS))
        title = f"{told[-1].title if told else 'A story'} – {whole.title}"
        return replace(whole, slug=key, title=title), selection, f"{whole.site_url}/stories/{key}"

    def _made(
        self, session: Session, channel: Channel, selection: Selection, asked_for: tuple[str, str, str, int]
    ) -> Rendered:
        path, html_url, kind, number = asked_for
        write, media_type = KINDS[kind]
        size = self._desk.settings.site.feed_items
        found = publications.live(session, selection, size + 1, (number - 1) * size)
        if number > 1 and not found:
            raise HTTPException(404, "This feed has fewer pages.")
        changed = publications.updated_at(session, selection) or BEGINNING
        gone = publications.withdrawn(session, selection, changed - TOMBSTONES) if number == 1 else []
        names = names_of(found[:size])
        known = blocked(session, names)  # asked before the gate is: a block that comes between them is seen next time
        address = f"{channel.site_url}{path}"
        page = FeedPage(
            channel=channel,
            publications=tuple(gated(session, found[:size]) + gone),
            self_url=_page(address, number),
            html_url=html_url,
            updated=changed,
            first_url=address,
            next_url=_page(address, number + 1) if len(found) > size else "",
            previous_url=_page(address, number - 1) if number > 1 else "",
        )
        return rendered(write(page), media_type, self._desk.clock(), names, known)


def _page(address: str, number: int) -> str:
    return address if number == 1 else f"{address}?page={number}"
