"""The newsroom as a web application: one server, in which the Host header picks the outlet."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Host, Route, Router

from aggregator.devtools.newsroom import pages
from aggregator.devtools.newsroom.article import Kind, articles
from aggregator.devtools.newsroom.edition import Edition, edition
from aggregator.devtools.newsroom.outlets import OUTLETS, Outlet, robots
from aggregator.devtools.newsroom.picture import png

_ABOUT = "{name} is invented, and so is everything that it reports. It is part of a demonstration newsroom."
_LICENCE = (
    "All articles of {name} may be used under the licence {licence}, whose text is at {url}. Name us and the author."
)
_MISSING = ("Page not found", "There is nothing at this address.")
_GONE = ("No longer available", "This article has been withdrawn. The editor can be reached through the about page.")


def create_app(started: datetime, clock: Callable[[], datetime], port: int, *, quick: bool = False) -> Starlette:
    """Return the application that serves every outlet at http://<slug>.localhost:<port>/.

    What it shows follows from `clock() - started` alone; both are times with a zone. With `quick`, the articles that
    would arrive one by one are there from the start; corrections and withdrawals still happen when they are due.
    """

    def index(_request: Request) -> Response:
        return HTMLResponse(pages.index_page(port))

    def desk(outlet: Outlet) -> Callable[[], Edition]:
        return lambda: edition(outlet, started, clock() - started, quick=quick)

    hosts = [Host(f"{outlet.slug}.localhost", _site(outlet, desk(outlet), port)) for outlet in OUTLETS]
    return Starlette(routes=[*hosts, Route("/", index)])


def _site(outlet: Outlet, current: Callable[[], Edition], port: int) -> Router:
    def front(request: Request) -> Response:
        now = current()
        return _dated(request, pages.front_page(now, port), "text/html", now.changed)

    def feed(request: Request) -> Response:
        now, path = current(), request.url.path
        return _dated(request, pages.feed(now, path, port), pages.feed_type(path), now.changed)

    def article(request: Request) -> Response:
        return _article(request, current(), port)

    def about(_request: Request) -> Response:
        return HTMLResponse(pages.notice_page(current(), port, outlet.name, _ABOUT.format(name=outlet.name)))

    def licence(_request: Request) -> Response:
        terms = _LICENCE.format(name=outlet.name, licence=outlet.licence, url=outlet.licence_url)
        return HTMLResponse(pages.notice_page(current(), port, "Licence", terms))

    def rules(_request: Request) -> Response:
        return PlainTextResponse(robots(outlet))

    return Router(
        [
            Route("/", front),
            *(Route(path, feed) for path in outlet.feed_paths),
            Route("/robots.txt", rules),
            Route("/about", about),
            *([Route("/licence", licence)] if outlet.licence else []),
            Route("/media/{name}.png", _picture),
            Route("/{path:path}", article),
        ]
    )


def _article(request: Request, now: Edition, port: int) -> Response:
    path = request.url.path
    piece = now.at(path)
    if path in now.gone:
        return HTMLResponse(pages.notice_page(now, port, *_GONE), HTTPStatus.GONE)
    if piece is None or piece.article.kind is Kind.MISSING:
        return HTMLResponse(pages.notice_page(now, port, *_MISSING), HTTPStatus.NOT_FOUND)
    return _dated(request, pages.article_page(now, piece, port), "text/html", piece.updated)


def _picture(request: Request) -> Response:
    name = request.path_params["name"]
    if all(article.image != name for article in articles()):
        return PlainTextResponse("no such picture", HTTPStatus.NOT_FOUND)
    return Response(png(name), media_type="image/png")


def _dated(request: Request, text: str, media_type: str, changed: datetime) -> Response:
    """Return `text` with its validators, or 304 and the same validators when the client holds it already."""
    body = text.encode()
    etag = f'"{sha256(body).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True)}
    if _holds(request, etag, changed):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _holds(request: Request, etag: str, changed: datetime) -> bool:
    """Tell whether the client's copy is current; If-None-Match decides alone when it is there (RFC 9110, 13.2.2)."""
    held = request.headers.get("if-none-match")
    if held is not None:
        tags = {tag.strip().removeprefix("W/") for tag in held.split(",")}
        return etag in tags or tags == {"*"}
    since = _moment(request.headers.get("if-modified-since", ""))
    return since is not None and changed.replace(microsecond=0) <= since


def _moment(text: str) -> datetime | None:
    """Return the time that an HTTP date means, None for one that cannot be read (RFC 9110, 13.1.3)."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
