"""The pages of the site: stories, articles, sources, and what is said when there is nothing to show."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from aggregator.core import attribution
from aggregator.core.attribution import Wording
from aggregator.core.errors import TryLater
from aggregator.core.publication import GONE_AT_HOME, Publication, PublicationState
from aggregator.core.revision import Kind
from aggregator.core.source import Source
from aggregator.steps.show import allowed, gated
from aggregator.store import articles, feeds, publications, revisions, sources, stories
from aggregator.store.publications import Selection
from aggregator.store.session import Session
from aggregator.store.stories import StoryRow
from aggregator.web import asked
from aggregator.web.desk import Desk

SIZE = 40
RIGHT_TO_LEFT = {"ar", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"}
RETRY_SECONDS = "30"
FOLDER = Path(__file__).parent / "templates"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A story with those of its articles that may be shown, the latest first."""

    story: StoryRow
    publications: Sequence[Publication]

    @property
    def first(self) -> Publication:
        """Return the article that told it first, as far as we may say: a story's own title may be a blocked one's."""
        return self.publications[-1]

    @property
    def sources(self) -> int:
        """Return how many outlets tell it."""
        return len({each.source.slug or each.source.name for each in self.publications})


def direction(language: str) -> str:
    """Return in which direction a language is written; the reader's browser looks where none is known."""
    if not language:
        return "auto"
    return "rtl" if language.lower().split("-")[0] in RIGHT_TO_LEFT else "ltr"


def is_web(url: str) -> bool:
    """Whether an address may be linked; those of sources are as an operator or a list of feeds gave them."""
    return url.startswith(("https://", "http://"))


class Pages:
    """The endpoints of the site."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._templates = Jinja2Templates(FOLDER)
        publish = desk.settings.publish
        said = attribution.disclaimer(Wording(publish.disclaimer, publish.contact))
        self._templates.env.globals.update(
            site=desk.settings.site, contact=publish.contact, disclaimer=said, direction=direction, is_web=is_web,
            link_text=attribution.link_text,
        )  # fmt: skip

    def _page(
        self,
        request: Request,
        name: str,
        values: Mapping[str, object],
        *,
        status: int = 200,
        kept: str = "no-store",
        link: str = "",
    ) -> Response:
        headers = {"Cache-Control": kept} | ({"Link": link} if link else {})
        return self._templates.TemplateResponse(request, name, dict(values), status_code=status, headers=headers)

    def front(self, request: Request) -> Response:
        """Show the stories, the latest first."""
        number = asked.page_number(request)
        with self._desk.store.reading() as session:
            rows = stories.newest(session, SIZE + 1, (number - 1) * SIZE)
            shown = self._shown(session, rows[:SIZE])
        _not_past_the_end(number, rows)
        values = {"shown": shown, "page": number, "more": len(rows) > SIZE}
        return self._page(request, "front.html", values, kept="public, max-age=30")

    def _shown(self, session: Session, rows: Sequence[StoryRow]) -> list[Shown]:
        ids = stories.article_ids(session, [row.id for row in rows])
        keys = articles.keys(session, [each for found in ids.values() for each in found])
        wanted = [keys[each] for found in ids.values() for each in found if each in keys]
        live = {each.key: each for each in allowed(session, publications.by_keys(session, wanted))}
        found = [
            Shown(row, [live[keys[each]] for each in reversed(ids.get(row.id, [])) if keys.get(each) in live])
            for row in rows
        ]
        return [each for each in found if each.publications]

    def article(self, request: Request) -> Response:
        """Show an article as far as its rights allow, with the times of its edits.

        451 when it was taken down, 410 when its publisher has withdrawn it, 301 when it has moved.
        """
        key = asked.article_key(request)
        with self._desk.store.reading() as session:
            found = publications.by_key(session, key)
            if found is None:
                raise HTTPException(404, "There is no such article here.")
            publication = gated(session, [found])[0]
            story = stories.by_key(session, publication.story_key) if publication.story_key else None
            article = articles.by_key(session, key) if publication.state is PublicationState.LIVE else None
            told = revisions.history(session, article.id) if article and article.version > 1 else []
        if publication.state is PublicationState.MOVED:
            return RedirectResponse(f"/articles/{publication.moved_to}", 301)
        if publication.state is PublicationState.WITHDRAWN:
            return self._withdrawn(request, publication)
        original = f'<{publication.url}>; rel="canonical"' if publication.url.isascii() else ""
        edits = [each for each in told if each.kind != Kind.RULES]
        values = {
            "publication": publication,
            "told_elsewhere": story is not None and story.size > 1,
            "edits": edits if len(edits) > 1 else [],
        }
        return self._page(request, "article.html", values, kept="public, max-age=60", link=original)

    def _withdrawn(self, request: Request, publication: Publication) -> Response:
        """Say that there is nothing any more: by a takedown (RFC 7725), or because it is gone at its publisher's."""
        if publication.reason.startswith(GONE_AT_HOME):
            return self._page(request, "gone.html", {"publication": publication}, status=410)
        blocked_by = f'<{self._desk.settings.site.address}/>; rel="blocked-by"'
        return self._page(request, "withdrawn.html", {"publication": publication}, status=451, link=blocked_by)

    def story(self, request: Request) -> Response:
        """Show how a story was told, from the first article on."""
        with self._desk.store.reading() as session:
            row = stories.by_key(session, asked.story_key(request))
            shown = self._shown(session, [row]) if row else []
        if not shown:
            raise HTTPException(404, "There is no such story here.")
        return self._page(request, "story.html", {"shown": shown[0]}, kept="public, max-age=60")

    def sources(self, request: Request) -> Response:
        """Show all sources with what we show of them and why."""
        with self._desk.store.reading() as session:
            listed = sources.every(session)
        return self._page(request, "sources.html", {"sources": listed}, kept="public, max-age=300")

    def source(self, request: Request) -> Response:
        """Show one source and its articles."""
        number = asked.page_number(request)
        with self._desk.store.reading() as session:
            source: Source | None = sources.by_slug(session, asked.source_slug(request))
            if source is None:
                raise HTTPException(404, "There is no such source here.")
            found = publications.live(session, Selection(source_id=source.id), SIZE + 1, (number - 1) * SIZE)
            _not_past_the_end(number, found)
            values = {
                "source": source,
                "publications": allowed(session, found[:SIZE]),
                "feeds": feeds.of_source(session, source.id),
                "page": number,
                "more": len(found) > SIZE,
            }
        return self._page(request, "source.html", values, kept="public, max-age=60")

    def about(self, request: Request) -> Response:
        """Say what this is."""
        return self._page(request, "about.html", {}, kept="public, max-age=3600")

    def error(self, request: Request, error: Exception) -> Response:
        """Say plainly what went wrong, in the clothes of the site; what an operator would read is not told."""
        status, said, headers = _told(error)
        values = {"status": status, "phrase": HTTPStatus(status).phrase, "detail": said}
        response = self._page(request, "error.html", values, status=status)
        response.headers.update(headers)
        return response


def _told(error: Exception) -> tuple[int, str, Mapping[str, str]]:
    if isinstance(error, HTTPException):
        return error.status_code, error.detail, error.headers or {}
    if isinstance(error, TryLater):
        _LOG.warning("answered 503: %s", error.reason)
        return 503, "The site cannot answer just now. Please try again in a moment.", {"Retry-After": RETRY_SECONDS}
    return 500, "Something went wrong here; it has been noted.", {}


def _not_past_the_end(number: int, found: Sequence[object]) -> None:
    if number > 1 and not found:
        raise HTTPException(404, "There are fewer pages than that.")
