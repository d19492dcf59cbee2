"""The application: addresses and what answers them, and the headers that go with every answer."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aggregator import settings as configuration
from aggregator import wiring
from aggregator.core.errors import TryLater
from aggregator.settings import Settings
from aggregator.web.bot import Bot
from aggregator.web.desk import Desk
from aggregator.web.feeds import Feeds
from aggregator.web.health import Health
from aggregator.web.pages import Pages
from aggregator.web.websub import WebSub

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


class _Headers:
    """Adds the headers that every answer bears."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def create(settings: Settings | None = None, clock: Callable[[], datetime] | None = None) -> Starlette:
    """Return the application; without settings, those of the file and the environment."""
    found = settings or configuration.load()
    desk = Desk(wiring.open_store(found), found, clock or wiring.wall_clock)
    pages, feeds, health = Pages(desk), Feeds(desk), Health(desk)
    bot, websub = Bot(desk), WebSub(desk)

    def broken(request: Request, error: Exception) -> Response:
        response = pages.error(request, error)
        response.headers.update(HEADERS)  # the middleware stands within the place where this is made
        return response

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        desk.store.close()

    return Starlette(
        routes=[
            Route("/", pages.front),
            Route("/articles/{key:str}", pages.article),
            Route("/stories/{key:str}", pages.story),
            Route("/sources", pages.sources),
            Route("/sources/{source:str}", pages.source),
            Route("/about", pages.about),
            Route("/bot", bot.bot),
            Route("/bot/{host:str}", bot.host),
            Route("/feed.{kind:str}", feeds.feed),
            Route("/sources/{source:str}/feed.{kind:str}", feeds.feed),
            Route("/languages/{language:str}/feed.{kind:str}", feeds.feed),
            Route("/stories/{key:str}/feed.{kind:str}", feeds.feed),
            Route("/websub/{token:str}", websub.verify, methods=["GET"]),
            Route("/websub/{token:str}", websub.push, methods=["POST"]),
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            Route("/metrics", health.metrics),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[Middleware(_Headers)],
        lifespan=lifespan,
        exception_handlers={HTTPException: pages.error, TryLater: pages.error, 500: broken},
    )
