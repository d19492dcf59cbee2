"""The network: a request that is bounded, conditional where it can be, honest about itself, and to public addresses."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from aggregator.adapters import http_headers
from aggregator.adapters.codings import CODINGS, Body
from aggregator.adapters.dial import dialled
from aggregator.adapters.http_cookies import Cookies, Where
from aggregator.adapters.http_deadline import Deadline
from aggregator.adapters.http_hop import ROOM, Begin, Connection, Head, Reply
from aggregator.adapters.http_keeper import Keeper
from aggregator.adapters.http_settings import HttpSettings
from aggregator.adapters.resolver import Lookup, PublicResolver, system_lookup
from aggregator.adapters.stepped_loop import SteppedLoop
from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.exchange import Exchange
from aggregator.core.feed import Trouble
from aggregator.core.page import Answer, Request, Visit
from aggregator.core.url import normal

REDIRECTS = {301, 302, 303, 307, 308}
REPEATED = {307, 308}  # with the same method (RFC 9110 sections 15.4.8 and 15.4.9)
BODILESS = {204, 304}  # the length that they name is that of another answer (RFC 9110 section 8.6)
FORM = "application/x-www-form-urlencoded"
MOST_IDLE = 200  # connections that wait for their host's next turn; a process may often open 1,024 files

Found = tuple[Request, Answer | AggregatorError]


class Origin(NamedTuple):
    """Where a connection leads: a name that may be asked, a port, and whether over TLS; the line of the header Host."""

    name: str
    port: int
    secure: bool
    host_line: str


class HttpWeb:
    """The network behind the `Web` protocol; each call of `visit` has connections of its own."""

    def __init__(
        self,
        settings: HttpSettings,
        clock: Callable[[], datetime],
        record: Callable[[Exchange], None] | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._record = record
        self._lookup = lookup
        self._tls = ssl.create_default_context()

    def visit(self, visits: Iterable[Visit]) -> Iterator[Found]:
        """Make the requests, hosts side by side, each host's one after the other; give each end as it comes.

        When the caller stops early, whatever is still under way is cancelled.
        """
        wanted = [visit for visit in visits if visit.requests]
        if not wanted:
            return
        loop = SteppedLoop()
        ended: deque[Found] = deque()

        def tell(found: Found) -> None:
            ended.append(found)
            loop.told()

        client = _Client(self._settings, self._clock, self._record, self._lookup, self._tls)
        work = loop.create_task(client.visit(wanted, tell))
        work.add_done_callback(lambda _: loop.told())
        try:
            for _ in range(sum(len(visit.requests) for visit in wanted)):
                while not ended:
                    if work.done():
                        raise _failure(work)
                    loop.step()
                yield ended.popleft()
        finally:
            loop.finish(work)


class _Client:
    """What one call of `visit` needs, within its loop."""

    def __init__(
        self,
        settings: HttpSettings,
        clock: Callable[[], datetime],
        record: Callable[[Exchange], None] | None,
        lookup: Lookup,
        tls: ssl.SSLContext,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._record = record
        self._tls = tls
        self._resolver = PublicResolver(settings, lookup)
        self._keeper: Keeper[Origin, Begin, Reply] = Keeper(self._connected, MOST_IDLE)
        self._room = memoryview(bytearray(ROOM))
        self._places = asyncio.Semaphore(settings.connections)
        self._origins: dict[str, Origin] = {}
        self._always = http_headers.lines((("User-Agent", settings.user_agent), ("Accept-Encoding", CODINGS)))

    async def visit(self, visits: list[Visit], tell: Callable[[Found], None]) -> None:
        """Make all requests, and tell the end of each."""
        try:
            async with asyncio.TaskGroup() as group:
                for visit in visits:
                    group.create_task(self._visit(visit, tell))
        finally:
            self._resolver.close()

    async def _visit(self, visit: Visit, tell: Callable[[Found], None]) -> None:
        wait = (visit.not_before - self._clock()).total_seconds() if visit.not_before else 0.0
        loop = asyncio.get_running_loop()
        earliest = loop.time() + max(wait, 0.0)
        deadline = Deadline(self._settings.total_seconds)
        placed = False  # a host keeps its place while it needs no pause, so that its connection serves again at once
        try:
            for request in visit.requests:
                pause = earliest - loop.time()
                if placed and pause > 0:
                    self._places.release()
                    placed = False
                if pause > 0:
                    await asyncio.sleep(pause)
                placed = placed or await self._places.acquire()
                earliest = loop.time() + visit.delay
                tell((request, await self._asked(request, deadline)))
        finally:
            deadline.close()
            if placed:
                self._places.release()

    async def _asked(self, request: Request, deadline: Deadline) -> Answer | AggregatorError:
        deadline.begin()
        try:
            return await self._followed(request)
        except AggregatorError as error:
            return error.with_traceback(None)
        except asyncio.CancelledError:
            if not deadline.struck():
                raise
            seconds = self._settings.total_seconds
            return TryLater(f"{request.url[:200]} took longer than {seconds:g} seconds", trouble=Trouble.SLOW)
        finally:
            deadline.end()

    async def _followed(self, request: Request) -> Answer:
        """Return the answer at the end of all redirects; every hop is checked anew.

        Cookies live as long as the chain: some outlets redirect to the same address until theirs comes back.
        """
        url = _clean(request.url)
        validated = _clean(request.validated_url) if request.validated_url else url
        cookies = Cookies()
        hops: list[tuple[int, str]] = []
        seen: set[tuple[str, str]] = set()
        while True:
            sent = cookies.header(_where(url)) if hops else ""
            if (url, sent) in seen:
                raise TryLater(f"the redirects of {request.url} go in a circle at {url}", trouble=Trouble.REDIRECT)
            if len(hops) > self._settings.redirects:
                most = self._settings.redirects
                raise TryLater(f"more than {most} redirects from {request.url}", trouble=Trouble.REDIRECT)
            try:
                head, body = await self._hop(request, url, sent, conditional=url == validated)
                seen.add((url, sent))
                at = self._clock()
                if self._record:
                    self._record(_exchange(head, url, body, at))
                target = _target(head)
                if not target:
                    return Answer(url, head.status, http_headers.named(head.pairs, len(body)), body, at, tuple(hops))
                cookies.take(_where(url), http_headers.cookies(head.pairs), at)
                url = _led(url, target, head.status, posted=bool(request.form))
            except Refused as error:
                if not seen:
                    raise
                raise Refused(
                    f"a redirect of {request.url} leads astray: {error.reason}", trouble=Trouble.REDIRECT
                ) from error
            hops.append((head.status, url))

    async def _hop(self, request: Request, url: str, cookie: str, *, conditional: bool) -> tuple[Head, bytes]:
        """Return what one address answers."""
        scheme, _, rest = url.partition("://")
        netloc, _, path = rest.partition("/")
        origin = self._origin(f"{scheme}://{netloc}")

        def begin(head: Head) -> Body | None:
            if head.status in BODILESS or _target(head):
                return None
            length = int(head.first.get(b"content-length", 0))
            if length > request.max_bytes and not request.cut:
                said = f"{url} says it has {length} bytes, {request.max_bytes} are read"
                raise Unreadable(said, trouble=Trouble.TOO_LARGE)
            coding = http_headers.text(head.first.get(b"content-encoding", b"")).strip().lower()
            return Body(coding, url, request.max_bytes, cut=request.cut)

        data = self._request(request, origin, f"/{path}", cookie, conditional=conditional)
        return await self._keeper.ask(origin, data, begin, again=not request.form)

    def _request(self, request: Request, origin: Origin, target: str, cookie: str, *, conditional: bool) -> bytes:
        """Return what is sent; validators go to the very address that gave them (RFC 9110 section 13.1)."""
        form = urlencode(request.form) if request.form else ""
        headers = [("Accept", request.accept), ("Cookie", cookie)]
        if conditional:
            headers += [("If-None-Match", request.etag), ("If-Modified-Since", request.last_modified)]
        if form:
            headers += [("Content-Type", FORM), ("Content-Length", str(len(form)))]
        first = f"{'POST' if form else 'GET'} {target} HTTP/1.1"
        return http_headers.written(first, origin.host_line + self._always, headers, form)

    def _origin(self, base: str) -> Origin:
        """Return the origin of an address, once it is known that it may be asked."""
        found = self._origins.get(base)
        if found is None:
            found = _parsed(base)
            self._resolver.allow(found.name, found.port)
            self._origins[base] = found
        return found

    async def _connected(self, origin: Origin) -> Connection:
        name, port, secure, _ = origin
        places = await self._resolver.resolve(name, port)
        return await dialled(
            lambda: Connection(name, self._settings.read_seconds, self._room),
            name,
            port,
            places,
            self._tls if secure else None,
            self._settings.connect_seconds,
        )


@lru_cache(8192)
def _clean(url: str) -> str:
    """Return what `normal` does: polls ask for the same addresses again and again."""
    return normal(url)


@lru_cache(8192)
def _parsed(base: str) -> Origin:
    """Return the origin of an address, for which the same holds."""
    parts = urlsplit(base)
    secure = parts.scheme == "https"
    host_line = http_headers.lines((("Host", parts.netloc),))
    return Origin(parts.hostname or "", parts.port or (443 if secure else 80), secure, host_line)


def _where(url: str) -> Where:
    parts = urlsplit(url)
    return Where(parts.hostname or "", parts.path, parts.scheme == "https")


def _target(head: Head) -> str:
    """Return where an answer leads, bytes beyond ASCII percent-encoded as they came; '' when nowhere."""
    said = head.first.get(b"location", b"") if head.status in REDIRECTS else b""
    return http_headers.target(said) if said else ""


def _led(url: str, target: str, status: int, *, posted: bool) -> str:
    """Return the address that a Location means (RFC 9110 section 10.2.2); the fragment is of no use to us.

    A form goes on only where it must be repeated (307, 308), and never to another origin: it may hold a secret.
    """
    try:
        led = normal(urljoin(url, target))
    except ValueError as error:
        said = f"{url} redirects to what is no address: {target[:200]!r}"
        raise TryLater(said, trouble=Trouble.REDIRECT) from error
    if posted and (status not in REPEATED or url.split("/")[:3] != led.split("/")[:3]):
        raise Refused(f"{url} leads a form on to {led[:200]} ({status}), where it is not sent")
    return led


def _exchange(head: Head, url: str, body: bytes, at: datetime) -> Exchange:
    reason = http_headers.text(head.reason)
    return Exchange(url, head.status, reason, http_headers.kept(head.pairs, len(body)), body, at)


def _failure(work: "asyncio.Task[None]") -> BaseException:
    """Return what the work failed with; a signal's exception may have surfaced in any of its tasks."""
    failure = None if work.cancelled() else work.exception()
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure or TryLater("the network client ended before all its requests did")
