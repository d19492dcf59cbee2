"""The network: a GET that is bounded, conditional where it can be, honest about itself, and to public addresses."""

import asyncio
import re
import socket
import ssl
import string
import weakref
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote, urljoin, urlsplit

import aiohttp
import zstandard
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from aggregator.core.address import is_local_name, is_loopback, is_public, literal
from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.exchange import Exchange
from aggregator.core.page import Answer, Request, Visit
from aggregator.core.url import normal

REDIRECTS = {301, 302, 303, 307, 308}
BODILESS = {204, 304}  # the length that they name is that of another answer (RFC 9110 section 8.6)
CHUNK = 64 * 1024
LONGEST_HEADER = 16 * 1024  # content security policies of large outlets are longer than 8 KiB
UNTRUE = {"content-encoding", "transfer-encoding", "content-length"}  # of the body once it is decoded
CODINGS = "gzip, deflate, zstd"

Found = tuple[Request, Answer | AggregatorError]
Lookup = Callable[[str, int], Sequence[tuple[int, str]]]


def system_lookup(host: str, port: int) -> list[tuple[int, str]]:
    """Return the address families and addresses of a name, as the system resolves it; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [(family, str(place[0])) for family, _, _, _, place in found]


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Bounds and manners of the network."""

    user_agent: str
    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 30.0
    redirects: int = 10
    connections: int = 50
    allow_loopback: bool = False
    ports: tuple[int, ...] = (80, 443)


class HttpWeb:
    """The network behind the `Web` protocol; each call of `visit` has a session of its own."""

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
        loop = _SteppedLoop()
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            ended: asyncio.Queue[Found] = asyncio.Queue()
            work = runner.run(_started(self._all(wanted, ended)))
            try:
                for _ in range(sum(len(visit.requests) for visit in wanted)):
                    yield runner.run(_next(ended, work))
            finally:
                runner.run(_finished(work, loop))

    async def _all(self, visits: list[Visit], ended: "asyncio.Queue[Found]") -> None:
        resolver = PublicResolver(self._settings, self._lookup)
        connector = aiohttp.TCPConnector(
            resolver=resolver, ssl=self._tls, limit=0, limit_per_host=1, use_dns_cache=False
        )
        places = asyncio.Semaphore(self._settings.connections)
        try:
            async with self._session(connector) as session, asyncio.TaskGroup() as group:
                for visit in visits:
                    group.create_task(self._visit(session, visit, places, ended))
        finally:
            await resolver.close()

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"User-Agent": self._settings.user_agent},
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=self._settings.connect_seconds, sock_read=self._settings.read_seconds
            ),
        )

    async def _visit(
        self,
        session: aiohttp.ClientSession,
        visit: Visit,
        places: asyncio.Semaphore,
        ended: "asyncio.Queue[Found]",
    ) -> None:
        wait = (visit.not_before - self._clock()).total_seconds() if visit.not_before else 0.0
        loop = asyncio.get_running_loop()
        earliest = loop.time() + max(wait, 0.0)
        for request in visit.requests:
            await asyncio.sleep(max(earliest - loop.time(), 0.0))
            async with places:
                earliest = loop.time() + visit.delay
                await ended.put((request, await self._asked(session, request)))

    async def _asked(self, session: aiohttp.ClientSession, request: Request) -> Answer | AggregatorError:
        try:
            async with asyncio.timeout(self._settings.total_seconds):
                return await self._followed(session, request)
        except AggregatorError as error:
            return error.with_traceback(None)
        except TimeoutError:
            return TryLater(f"{request.url[:200]} took longer than {self._settings.total_seconds:g} seconds")

    async def _followed(self, session: aiohttp.ClientSession, request: Request) -> Answer:
        """Return the answer at the end of all redirects; every hop is checked anew.

        Cookies live as long as the chain: some outlets redirect to the same address until theirs comes back.
        """
        url = normal(request.url)
        jar = aiohttp.CookieJar(quote_cookie=False)
        hops: list[tuple[int, str]] = []
        seen: set[tuple[str, str]] = set()
        while True:
            headers = self._headers(request, jar, url, first=not hops)
            if (url, headers["Cookie"]) in seen:
                raise TryLater(f"the redirects of {request.url} go in a circle at {url}")
            if len(hops) > self._settings.redirects:
                raise TryLater(f"more than {self._settings.redirects} redirects from {request.url}")
            try:
                exchange, target = await self._hop(session, request, url, headers, jar)
                seen.add((url, headers["Cookie"]))
                if not target:
                    named = {name.lower(): value for name, value in exchange.headers}
                    return Answer(url, exchange.status, named, exchange.body, exchange.at, tuple(hops))
                url = _led(url, target)
            except Refused as error:
                if not seen:
                    raise
                raise Refused(f"a redirect of {request.url} leads astray: {error.reason}") from error
            hops.append((exchange.status, url))

    def _headers(self, request: Request, jar: aiohttp.CookieJar, url: str, *, first: bool) -> dict[str, str]:
        """Return what is sent; validators belong to the very first address (RFC 9110 section 13.1)."""
        cookies = jar.filter_cookies(URL(url, encoded=True)).values()
        headers = {"Accept": request.accept, "Accept-Encoding": CODINGS}
        if first and request.etag:
            headers["If-None-Match"] = request.etag
        if first and request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        return headers | {"Cookie": "; ".join(f"{each.key}={each.value}" for each in cookies)}

    async def _hop(
        self,
        session: aiohttp.ClientSession,
        request: Request,
        url: str,
        headers: dict[str, str],
        jar: aiohttp.CookieJar,
    ) -> tuple[Exchange, str]:
        """Return what one address answers, and where it leads on to, if anywhere."""
        self._allowed(url)
        sent = {name: value for name, value in headers.items() if value}
        try:
            async with session.get(URL(url, encoded=True), headers=sent, allow_redirects=False) as response:
                jar.update_cookies(response.cookies, response.url)
                target = _target(response)
                unread = target or response.status in BODILESS
                body = b"" if unread else await self._body(response, url, request)
                exchange = _exchange(response, url, body, self._clock())
        except (aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError, OSError, ValueError) as error:
            raise _understood(urlsplit(url).hostname or url, error, self._settings) from error
        if self._record:
            self._record(exchange)
        return exchange, target

    async def _body(self, response: aiohttp.ClientResponse, url: str, request: Request) -> bytes:
        if (response.content_length or 0) > request.max_bytes and not request.cut:
            raise Unreadable(f"{url} says it has {response.content_length} bytes, {request.max_bytes} are read")
        coding = response.headers.get("Content-Encoding", "").strip().lower()
        return await _bounded(response.content.iter_chunked(CHUNK), coding, url, request)

    def _allowed(self, url: str) -> None:
        """Refuse what must not be asked, before a connection is made; names are checked when they are resolved."""
        parts = urlsplit(url)
        name = parts.hostname or ""
        local = is_local_name(name) or is_loopback(name)
        if local and self._settings.allow_loopback:
            return
        if local or (literal(name) is not None and not is_public(name)):
            setting = " (setting fetch.allow_loopback)" if local else ""
            raise Refused(f"{name} is not a public address, and is not asked{setting}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port not in self._settings.ports:
            raise Refused(
                f"port {port} of {name} is not asked; allowed are {', '.join(map(str, self._settings.ports))}"
            )


def _target(response: aiohttp.ClientResponse) -> str:
    """Return where an answer leads, bytes beyond ASCII percent-encoded as they came; '' when nowhere."""
    said = response.headers.get("Location", "") if response.status in REDIRECTS else ""
    return quote(said.encode("utf-8", "surrogateescape"), safe=string.printable)


def _led(url: str, target: str) -> str:
    """Return the address that a Location means (RFC 9110 section 10.2.2); the fragment is of no use to us."""
    try:
        return normal(urljoin(url, target))
    except ValueError as error:
        raise TryLater(f"{url} redirects to what is no address: {target[:200]!r}") from error


def _exchange(response: aiohttp.ClientResponse, url: str, body: bytes, at: datetime) -> Exchange:
    """Return an answer as it came, but for the headers that decoding has made untrue."""
    kept = [(name, _text(value)) for name, value in response.headers.items() if name.lower() not in UNTRUE]
    length = ("Content-Length", str(len(body)))
    return Exchange(url, response.status, _text(response.reason or ""), (*kept, length), body, at)


def _text(value: str) -> str:
    """Return a header as text that can be stored: no stray bytes, no control characters (RFC 9110 section 5.5)."""
    clean = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return re.sub(r"[\x00-\x1f\x7f]", " ", clean)


def _understood(name: str, error: Exception, settings: HttpSettings) -> AggregatorError:
    """Return what to do about a failure of the network, and who failed in what."""
    said = " ".join(str(error).split())[:200]
    match error:
        case aiohttp.InvalidURL():
            return Refused(f"{name} cannot be asked: {said}")
        case aiohttp.ClientConnectorCertificateError():
            reason = getattr(error.certificate_error, "verify_message", "") or error.certificate_error
            return TryLater(f"the TLS certificate of {name} is not valid: {reason}")
        case aiohttp.ClientSSLError():
            return TryLater(f"no TLS connection to {name}: {getattr(error.os_error, 'reason', '') or said}")
        case aiohttp.ClientConnectorError():
            return TryLater(f"no connection to {name}: {error.strerror or said}")
        case aiohttp.ConnectionTimeoutError():
            return TryLater(f"no connection to {name} within {settings.connect_seconds:g} seconds")
        case aiohttp.SocketTimeoutError():
            return TryLater(f"{name} said nothing for {settings.read_seconds:g} seconds")
        case aiohttp.ServerDisconnectedError():
            return TryLater(f"{name} closed the connection without an answer")
        case aiohttp.ClientPayloadError():
            return TryLater(f"{name} broke off within its answer: {said}")
        case _:
            return TryLater(f"{name} did not answer properly: {type(error).__name__}: {said}")


class _SteppedLoop(asyncio.SelectorEventLoop):
    """A loop that runs from one answer to the next; its clock stands still while the caller is busy with one.

    So no host is late because our own database was. It knows its connections, to end them when it ends: over TLS,
    closing one takes as long as the other side likes.
    """

    def __init__(self) -> None:
        self._stood = 0.0
        self._made: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()
        super().__init__()
        self._left = super().time()

    def time(self) -> float:
        """Return the seconds that this loop has been running, from some point on."""
        return super().time() - self._stood

    def run_forever(self) -> None:
        """Run until stopped; the time since the last run does not count."""
        self._stood += super().time() - self._left
        try:
            super().run_forever()
        finally:
            self._left = super().time()

    async def create_connection(self, *given: Any, **named: Any) -> tuple[asyncio.Transport, Any]:  # noqa: ANN401
        """Connect as any loop does, and remember."""
        transport, protocol = await super().create_connection(*given, **named)
        self._made.add(transport)
        return transport, protocol

    async def hang_up(self) -> None:
        """End every connection at once."""
        for transport in list(self._made):
            transport.abort()
        await asyncio.sleep(0)  # lets them hear of it


async def _started(work: "Coroutine[None, None, None]") -> "asyncio.Task[None]":
    return asyncio.create_task(work)


async def _next(ended: "asyncio.Queue[Found]", work: "asyncio.Task[None]") -> Found:
    """Return the next end; if the work itself has failed, raise what it failed with."""
    waiting = asyncio.create_task(ended.get())
    await asyncio.wait({waiting, work}, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    failure = work.exception()
    while isinstance(failure, BaseExceptionGroup):  # a signal's exception may surface in any of the tasks
        failure = failure.exceptions[0]
    raise failure or TryLater("the network client ended before all its requests did")


async def _finished(work: "asyncio.Task[None]", loop: _SteppedLoop) -> None:
    work.cancel()
    await asyncio.wait({work})
    if not work.cancelled():
        work.exception()  # has been told by _next, or nobody is left to be told
    await loop.hang_up()


class PublicResolver(AbstractResolver):
    """Resolves a name once and gives only addresses that may be asked; the connection goes to one of just these.

    Its threads are its own: a name server that hangs keeps neither other names nor the end of the visits waiting.
    """

    def __init__(self, settings: HttpSettings, lookup: Lookup = system_lookup) -> None:
        self._settings = settings
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(settings.connections, thread_name_prefix="resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the public addresses of a name; raises Refused when it has only others, TryLater when it has none."""
        if is_local_name(host) and self._settings.allow_loopback:
            return [_result(host, port, socket.AF_INET, "127.0.0.1")]
        found = await self._looked_up(host, port)
        public = [each for each in found if is_public(each[1]) and family in {socket.AF_UNSPEC, each[0]}]
        if not public:
            places = ", ".join(address for _, address in found[:3]) or "nothing"
            raise Refused(f"{host} resolves to {places}, which is not a public address, and is not asked")
        return [_result(host, port, *each) for each in public]

    async def _looked_up(self, host: str, port: int) -> Sequence[tuple[int, str]]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._settings.connect_seconds):
                return await loop.run_in_executor(self._threads, self._lookup, host, port)
        except TimeoutError as error:
            raise TryLater(f"{host} did not resolve within {self._settings.connect_seconds:g} seconds") from error
        except (OSError, UnicodeError) as error:
            raise TryLater(f"{host} does not resolve: {getattr(error, 'strerror', '') or error}") from error

    async def close(self) -> None:
        """Let go of the threads; one that is still looking up ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _result(host: str, port: int, family: int, address: str) -> ResolveResult:
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


class _Coding(Protocol):
    """Undoes one content coding, a bounded part at a time."""

    def parts(self, data: bytes) -> Iterator[bytes]:
        """Give what `data`, which continues what was given before, stands for."""
        ...

    def whole(self) -> bool:
        """Whether what was given so far may end here."""
        ...


class _Plain:
    def parts(self, data: bytes) -> Iterator[bytes]:
        yield data

    def whole(self) -> bool:
        return True


class _Inflater:
    """gzip with all its members (RFC 1952 section 2.2), or deflate: as RFC 1950 has it, or bare (RFC 1951)."""

    MAGIC = b"\x1f\x8b"

    def __init__(self, *, gzipped: bool) -> None:
        self._gzipped = gzipped
        self._inner: zlib._Decompress | None = None
        self._held = b""
        self._ended = False

    def parts(self, data: bytes) -> Iterator[bytes]:
        rest, self._held = self._held + data, b""
        while rest:
            if self._inner is None and len(rest) < len(self.MAGIC):
                self._held = rest
                return
            if self._inner is None and self._ended and not (self._gzipped and rest.startswith(self.MAGIC)):
                return  # padding, as some servers send it
            inner = self._inner = self._inner or zlib.decompressobj(self._bits(rest))
            part = inner.decompress(rest, CHUNK)
            yield part
            while len(part) == CHUNK and not inner.unconsumed_tail and not inner.eof:
                part = inner.decompress(b"", CHUNK)  # what it still holds back
                yield part
            rest = inner.unconsumed_tail
            if inner.eof:
                rest, self._inner, self._ended = inner.unused_data, None, True

    def whole(self) -> bool:
        return self._inner is None and (self._ended or not self._held)

    def _bits(self, start: bytes) -> int:
        """Return zlib's word for the wrapping: gzip, its own, or none (RFC 1950 section 2.2 has the check)."""
        if self._gzipped:
            return 31
        return 15 if start[0] & 15 == 8 and int.from_bytes(start[:2]) % 31 == 0 else -15  # noqa: PLR2004


class _Unzstd:
    """Zstandard with all its frames; the window is bounded as RFC 9659 has it."""

    SMALL = 64  # compressed bytes at a time, so that even a bomb unfolds a little at a time

    def __init__(self) -> None:
        self._inner: zstandard.ZstdDecompressionObj | None = None

    def parts(self, data: bytes) -> Iterator[bytes]:
        for place in range(0, len(data), self.SMALL):
            rest = data[place : place + self.SMALL]
            while rest:
                inner = self._inner = self._inner or _frame()
                yield inner.decompress(rest)
                rest = inner.unused_data if inner.eof else b""
                self._inner = None if inner.eof else inner

    def whole(self) -> bool:
        return self._inner is None


def _frame() -> "zstandard.ZstdDecompressionObj":
    return zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).decompressobj(write_size=CHUNK)


def _coding(coding: str, url: str) -> _Coding:
    match coding:
        case "" | "identity" | "none" | "utf-8":  # the last two are mistakes, but plain ones
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return _Inflater(gzipped=coding != "deflate")
        case "zstd":
            return _Unzstd()
    raise Unreadable(f"{url} is coded as {coding[:40]!r}, which was not asked for; {CODINGS} are understood")


async def _bounded(chunks: AsyncIterator[bytes], coding: str, url: str, request: Request) -> bytes:
    """Return the decoded body; Unreadable as soon as it is larger than asked for, or cannot be decoded."""
    most = request.max_bytes
    undo = _coding(coding, url)
    body = bytearray()
    read = 0
    try:
        async for chunk in chunks:
            read += len(chunk)
            for part in undo.parts(chunk):
                body += part
                if len(body) > most:
                    break
            if len(body) > most or read > most + CHUNK:  # codings add a little, and what stands for nothing may not
                if request.cut:
                    return bytes(body[:most])
                raise Unreadable(f"{url} is larger than {most} bytes")
    except (zlib.error, zstandard.ZstdError) as error:
        raise Unreadable(f"{url} cannot be decoded as {coding}: {error}") from error
    if not undo.whole():
        raise TryLater(f"{url} broke off within what it coded as {coding}")
    return bytes(body)
