"""The network: a GET that is bounded, conditional where it can be, honest about itself, and to public addresses."""

import asyncio
import contextlib
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import aiohttp
import zstandard
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from aggregator.core.address import is_local_name, is_loopback, is_public, literal
from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.exchange import Exchange
from aggregator.core.page import Answer, Request, Visit
from aggregator.core.url import normal

REDIRECTS = {301, 302, 303, 307, 308}
CHUNK = 64 * 1024
UNTRUE = {"content-encoding", "transfer-encoding", "content-length"}  # of the body once it is decoded
CODINGS = "gzip, deflate, zstd"

Found = tuple[Request, Answer | AggregatorError]


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
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._record = record
        self._tls = ssl.create_default_context()

    def visit(self, visits: Iterable[Visit]) -> Iterator[Found]:
        """Make the requests, hosts side by side, each host's one after the other; give each end as it comes.

        When the caller stops early, whatever is still under way is cancelled.
        """
        wanted = [visit for visit in visits if visit.requests]
        if not wanted:
            return
        with asyncio.Runner() as runner:
            ended: asyncio.Queue[Found] = asyncio.Queue()
            work = runner.run(_started(self._all(wanted, ended)))
            try:
                for _ in range(sum(len(visit.requests) for visit in wanted)):
                    yield runner.run(_next(ended, work))
            finally:
                runner.run(_finished(work))

    async def _all(self, visits: list[Visit], ended: "asyncio.Queue[Found]") -> None:
        connector = aiohttp.TCPConnector(
            resolver=_PublicResolver(allow_loopback=self._settings.allow_loopback),
            ssl=self._tls,
            limit=0,
            limit_per_host=1,
            use_dns_cache=False,
        )
        places = asyncio.Semaphore(self._settings.connections)
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"User-Agent": self._settings.user_agent},
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._settings.connect_seconds, sock_read=self._settings.read_seconds
                ),
            ) as session,
            asyncio.TaskGroup() as group,
        ):
            for visit in visits:
                group.create_task(self._visit(session, visit, places, ended))

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
        name = urlsplit(request.url).hostname or request.url
        try:
            async with asyncio.timeout(self._settings.total_seconds):
                return await self._followed(session, request)
        except AggregatorError as error:
            return error
        except TimeoutError:
            return TryLater(f"{name} took longer than {self._settings.total_seconds:g} seconds")
        except (aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError, OSError, ValueError) as error:
            return _understood(name, error)

    async def _followed(self, session: aiohttp.ClientSession, request: Request) -> Answer:
        """Return the answer at the end of all redirects; every hop is checked anew."""
        url = normal(request.url)
        hops: list[tuple[int, str]] = []
        seen = {url}
        while True:
            self._allowed(url)
            status, headers, body = await self._got(session, request, url, first=not hops)
            target = headers.get("location", "")
            if status not in REDIRECTS or not target:
                return Answer(url, status, headers, body, self._clock(), tuple(hops))
            url = normal(urljoin(url, target))
            hops.append((status, url))
            if url in seen:
                raise TryLater(f"the redirects of {request.url} go in a circle at {url}")
            if len(hops) > self._settings.redirects:
                raise TryLater(f"more than {self._settings.redirects} redirects from {request.url}")
            seen.add(url)

    async def _got(
        self, session: aiohttp.ClientSession, request: Request, url: str, *, first: bool
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Accept": request.accept, "Accept-Encoding": CODINGS}
        if first and request.etag:
            headers["If-None-Match"] = request.etag
        if first and request.last_modified:
            headers["If-Modified-Since"] = request.last_modified
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            if (response.content_length or 0) > request.max_bytes and not request.cut:
                raise Unreadable(f"{url} says it has {response.content_length} bytes, {request.max_bytes} are read")
            coding = response.headers.get("Content-Encoding", "").strip().lower()
            chunks = response.content.iter_chunked(CHUNK)
            body = b"" if response.status in REDIRECTS else await _bounded(chunks, coding, url, request)
            named = {name.lower(): value for name, value in response.headers.items()}
            if self._record:
                raw = tuple((k, v) for k, v in response.headers.items() if k.lower() not in UNTRUE)
                length = ("Content-Length", str(len(body)))
                self._record(Exchange(url, response.status, response.reason or "", (*raw, length), body, self._clock()))
            return response.status, named, body

    def _allowed(self, url: str) -> None:
        """Refuse what must not be asked, before a connection is made; names are checked when they are resolved."""
        parts = urlsplit(url)
        name = parts.hostname or ""
        local = is_local_name(name) or is_loopback(name)
        if local and self._settings.allow_loopback:
            return
        if local or (literal(name) is not None and not is_public(name)):
            raise Refused(f"{name} is not a public address, and is not asked (setting fetch.allow_loopback)")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port not in self._settings.ports:
            raise Refused(
                f"port {port} of {name} is not asked; allowed are {', '.join(map(str, self._settings.ports))}"
            )


def _understood(name: str, error: Exception) -> AggregatorError:
    """Return what to do about a failure of the network."""
    if isinstance(error.__cause__, AggregatorError):
        return error.__cause__
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return TryLater(f"the TLS certificate of {name} is not valid: {error.certificate_error}")
        case aiohttp.ClientSSLError():
            return TryLater(f"no TLS connection to {name}: {error}")
        case aiohttp.ClientConnectorDNSError():
            return TryLater(f"{name} does not resolve: {error.os_error}")
        case aiohttp.ClientConnectorError():
            return TryLater(f"no connection to {name}: {error.strerror or error}")
        case aiohttp.InvalidURL():
            return Refused(f"{name} cannot be asked: {error}")
        case _:
            return TryLater(f"{name} did not answer properly: {type(error).__name__}: {str(error)[:200]}")


async def _started(work: "Coroutine[None, None, None]") -> "asyncio.Task[None]":
    return asyncio.create_task(work)


async def _next(ended: "asyncio.Queue[Found]", work: "asyncio.Task[None]") -> Found:
    """Return the next end; if the work itself has failed, what it failed with."""
    waiting = asyncio.create_task(ended.get())
    await asyncio.wait({waiting, work}, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    if not ended.empty():
        return ended.get_nowait()
    work.result()
    raise TryLater("the network client ended before all its requests did")


async def _finished(work: "asyncio.Task[None]") -> None:
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    await asyncio.sleep(0)  # lets transports close


class _PublicResolver(AbstractResolver):
    """Resolves a name once and gives only addresses that may be asked; the connection goes to one of just these."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._inner = ThreadedResolver()
        self._allow_loopback = allow_loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if is_local_name(host):
            return [_result(host, "127.0.0.1", port)] if self._allow_loopback else []
        found = await self._inner.resolve(host, port, family)
        public = [each for each in found if is_public(each["host"])]
        if found and not public:
            raise Refused(f"{host} resolves to {found[0]['host']}, which is not a public address, and is not asked")
        return public

    async def close(self) -> None:
        await self._inner.close()


def _result(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST
    )


class _Decoder(Protocol):
    """Undoes one content coding, never more than it is asked for at once."""

    def decode(self, data: bytes, most: int) -> bytes:
        """Return up to `most` bytes of what `data` and what was kept back stand for."""
        ...

    def left(self) -> bool:
        """Whether there is more to be had from what was given already."""
        ...


class _Inflater:
    def __init__(self, *, gzipped: bool) -> None:
        self._inner = zlib.decompressobj(31 if gzipped else 15)
        self._maybe_raw = not gzipped
        self._begun = b""  # kept until the two bytes of the zlib header have been seen

    def decode(self, data: bytes, most: int) -> bytes:
        given = self._inner.unconsumed_tail + data
        try:
            found = self._inner.decompress(given, most)
        except zlib.error:
            if not self._maybe_raw:
                raise
            self._maybe_raw = False
            self._inner = zlib.decompressobj(-15)  # deflate without its header, as some servers send it
            return self._inner.decompress(self._begun + given, most)
        if self._maybe_raw:
            self._begun += data
            self._maybe_raw = len(self._begun) < 2  # noqa: PLR2004 - RFC 1950 section 2.2: CMF and FLG
        return found

    def left(self) -> bool:
        return bool(self._inner.unconsumed_tail)


class _Unzstd:
    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).decompressobj(write_size=CHUNK)

    def decode(self, data: bytes, most: int) -> bytes:  # noqa: ARG002 - bounded by the size of a chunk given
        return self._inner.decompress(data)

    def left(self) -> bool:
        return False


class _Plain:
    def decode(self, data: bytes, most: int) -> bytes:  # noqa: ARG002 - what comes is what it is
        return data

    def left(self) -> bool:
        return False


def _decoder(coding: str, url: str) -> _Decoder:
    if coding in {"", "identity"}:
        return _Plain()
    if coding in {"gzip", "x-gzip"}:
        return _Inflater(gzipped=True)
    if coding == "deflate":
        return _Inflater(gzipped=False)
    if coding == "zstd":
        return _Unzstd()
    raise Unreadable(f"{url} is coded as {coding[:40]!r}, which was not asked for; {CODINGS} are understood")


async def _bounded(chunks: AsyncIterator[bytes], coding: str, url: str, request: Request) -> bytes:
    """Return the decoded body; Unreadable as soon as it is larger than asked for, or cannot be decoded."""
    most = request.max_bytes
    decoder = _decoder(coding, url)
    body = bytearray()
    try:
        async for chunk in chunks:
            for part in _pieces(decoder, chunk) if coding == "zstd" else (chunk,):
                body += decoder.decode(part, most + 1 - len(body))
                while decoder.left() and len(body) <= most:
                    body += decoder.decode(b"", most + 1 - len(body))
                if len(body) > most and request.cut:
                    return bytes(body[:most])
                if len(body) > most:
                    raise Unreadable(f"{url} is larger than {most} bytes")
    except (zlib.error, zstandard.ZstdError) as error:
        raise Unreadable(f"{url} cannot be decoded as {coding}: {error}") from error
    return bytes(body)


def _pieces(_decoder_of: _Decoder, chunk: bytes) -> Iterator[bytes]:
    """Cut a compressed chunk small, so that even a bomb unfolds a little at a time."""
    for place in range(0, len(chunk), 64):
        yield chunk[place : place + 64]
