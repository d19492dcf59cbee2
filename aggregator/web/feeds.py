"""The feeds: all articles, those of one source, one language or one story, as RSS, Atom and JSON Feed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aggregator.adapters import feed_writer
from aggregator.core.publication import Channel, FeedPage
from aggregator.steps.show import gated
from aggregator.store import publications, sources, stories, takedowns
from aggregator.store.publications import Selection
from aggregator.store.session import Session
from aggregator.web.cache import Cache, Rendered, rendered, respond
from aggregator.web.desk import Desk

KINDS: dict[str, tuple[Callable[[FeedPage], bytes], str]] = {
    "rss": (feed_writer.rss, "application/rss+xml; charset=utf-8"),
    "atom": (feed_writer.atom, "application/atom+xml; charset=utf-8"),
    "json": (feed_writer.json_feed, "application/feed+json; charset=utf-8"),
}
TOMBSTONES = timedelta(days=30)
MOST_PAGES = 1000


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
        number = page_number(request)
        desk = self._desk
        with desk.store.reading() as session:
            channel, selection = self._meant(session, request.path_params)
            state = f"{publications.state_of(session, selection)} {takedowns.number_of_blocks(session)}"
            path = request.url.path
            document = self._cache.get(
                f"{path}?{number}", state, lambda: self._made(session, channel, selection, path, kind, number)
            )
        return respond(request, document)

    def _meant(self, session: Session, path: dict[str, str]) -> tuple[Channel, Selection]:
        site = self._desk.settings.site
        whole = Channel("all", site.title, site.description, site.address, site.language)
        if "source" in path:
            source = sources.by_slug(session, path["source"])
            if source is None:
                raise HTTPException(404, "There is no such source.")
            titled = f"{source.name} – {site.title}"
            return replace(whole, slug=source.slug, title=titled), Selection(source_id=source.id)
        if "language" in path:
            language = path["language"]
            return replace(whole, slug=language, title=f"{site.title} ({language})"), Selection(language=language)
        if "story" in path:
            story = stories.by_key(session, path["story"])
            if story is None:
                raise HTTPException(404, "There is no such story.")
            return replace(whole, slug=story.key, title=f"{story.title} – {site.title}"), Selection(story_key=story.key)
        return whole, Selection()

    def _made(
        self, session: Session, channel: Channel, selection: Selection, path: str, kind: str, number: int
    ) -> Rendered:
        write, media_type = KINDS[kind]
        size = self._desk.settings.site.feed_items
        found = publications.live(session, selection, size + 1, (number - 1) * size)
        changed = publications.updated_at(session, selection) or datetime(2000, 1, 1, tzinfo=UTC)
        gone = publications.withdrawn(session, selection, changed - TOMBSTONES) if number == 1 else []
        address = f"{channel.site_url}{path}"
        page = FeedPage(
            channel=channel,
            publications=tuple(gated(session, found[:size]) + gone),
            self_url=address if number == 1 else f"{address}?page={number}",
            html_url=channel.site_url + path.rsplit("/", 1)[0] + "/",
            updated=changed,
            first_url=address,
            next_url=f"{address}?page={number + 1}" if len(found) > size else "",
            previous_url=(f"{address}?page={number - 1}" if number > 2 else address) if number > 1 else "",  # noqa: PLR2004
        )
        return rendered(write(page), media_type, changed)


def page_number(request: Request) -> int:
    """Return the page that is asked for; 404 for what is none."""
    asked = request.query_params.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:6]) <= MOST_PAGES):
        raise HTTPException(404, f"Pages are numbered from 1 to {MOST_PAGES}.")
    return int(asked[:6])
