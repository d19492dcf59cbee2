"""One exchange of HTTP/1.1 over one connection (RFC 9112).

What comes is parsed, decoded and counted as it comes, so that nothing waits in memory, however long it is.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import httptools

from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.feed import Trouble

ROOM = 64 * 1024  # bytes that are taken from a connection at a time
LONGEST_HEADER = 16 * 1024  # content security policies of large outlets are longer than 8 KiB
LONGEST_HEAD = 256 * 1024  # also of all that comes between two pieces of a body
MOST_HEADERS = 256
KEPT_SECONDS = 15.0  # that an idle connection is trusted to be still open
SWITCHED = 101


@dataclass(slots=True)
class Head:
    """Status, reason and headers of an answer as they came; `first` has the first of each name, in lower case."""

    status: int
    reason: bytes
    pairs: list[tuple[bytes, bytes]]
    first: dict[bytes, bytes]


class Sink(Protocol):
    """What takes the body of an answer."""

    def take(self, data: bytes) -> bool:
        """Take a piece; whether more is wanted. May raise an AggregatorError, which ends the exchange."""
        ...

    def whole(self) -> bytes:
        """Return all of it; may raise an AggregatorError if it may not end here."""
        ...


Begin = Callable[[Head], Sink | None]  # looks at a head; None when the body is of no use; may raise an AggregatorError
Reply = tuple[Head, bytes]


class Connection(asyncio.BufferedProtocol):
    """A connection to the host `name`, over which one request at a time is made.

    `room` is memory that all connections of a loop may share: it is empty whenever a callback ends.
    """

    def __init__(self, name: str, read_seconds: float, room: memoryview) -> None:
        self._name = name
        self._seconds = read_seconds
        self._room = room
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        # as browsers and servers have it: these three mistakes are common, and harmless to a client
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self._reply: asyncio.Future[Reply | AggregatorError] | None = None
        self._at = 0.0  # when something was heard last
        self._over = False
        self.gone = False
        self._timer: asyncio.TimerHandle | None = None  # goes on from one request to the next

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport, as asyncio has it."""
        self._transport = cast("asyncio.Transport", transport)

    def usable(self) -> bool:
        """Whether another request may be tried on it."""
        return not self._over and self._loop.time() - self._at < KEPT_SECONDS

    def close(self) -> None:
        """End it at once."""
        self._over = True
        if self._timer:
            self._timer.cancel()
        self._transport.abort()

    async def ask(self, data: bytes, begin: Begin) -> Reply:
        """Send a request and return head and body of the answer; an answer that is broken or slow is TryLater.

        Whatever `begin` or its sink raise is raised too. Afterwards the connection is usable again, or has ended; it
        was `gone` when it ended before anything of an answer came.
        """
        self._begin = begin
        self._head: Head | None = None
        self._sink: Sink | None = None
        self._reason = b""
        self._pairs: list[tuple[bytes, bytes]] = []
        self._passing = False  # an answer before the answer (RFC 9110 section 15.2) is coming
        self._heard = 0  # bytes since the last piece of the body
        self._nothing = True  # came so far
        self._complete = self._more = self._clean = False
        reply: asyncio.Future[Reply | AggregatorError] = self._loop.create_future()
        self._reply = reply
        self._at = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._look)
        self._transport.write(data)
        try:
            found = await reply
        finally:
            self._reply = None
            if not self._clean:
                self.close()
        if isinstance(found, AggregatorError):
            raise found
        return found

    def _settle(self, found: Reply | AggregatorError, *, clean: bool = False) -> None:
        if self._reply and not self._reply.done():
            self._clean = clean
            self._reply.set_result(found)

    def _fail(self, what: str) -> None:
        self._settle(TryLater(f"{self._name} {' '.join(what.split())[:300]}", trouble=Trouble.BROKEN))

    def _finish(self, *, clean: bool) -> None:
        """Give what was read, as it is whole now or nobody wants the rest."""
        if not self._head or not self._reply or self._reply.done():
            return
        try:
            self._settle((self._head, self._sink.whole() if self._sink else b""), clean=clean)
        except AggregatorError as error:
            self._settle(error, clean=clean)

    def _look(self) -> None:
        """Give up when nothing was heard for too long."""
        left = self._at + self._seconds - self._loop.time()
        self._timer = None
        if self._reply is not None and left > 0:
            self._timer = self._loop.call_later(left, self._look)
        elif self._reply is not None:
            said = f"{self._name} said nothing for {self._seconds:g} seconds"
            self._settle(TryLater(said, trouble=Trouble.SLOW))

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Return where asyncio may put what comes next."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """Take what came; what nobody asked for ends the connection."""
        if self._reply is None or self._reply.done():
            self._clean = False
            self.close()
            return
        self._at = self._loop.time()
        self._nothing = False
        self._heard += nbytes
        try:
            self._parser.feed_data(self._room[:nbytes])
        except httptools.HttpParserCallbackError as error:
            raise (error.__context__ or error) from None  # a bug, or a signal: it is for the loop
        except httptools.HttpParserUpgrade:
            self._fail("did not answer properly: it switched to another protocol, which was not asked for")
        except httptools.HttpParserError as error:
            self._more = self._complete
            if not self._complete:
                self._fail(f"{'broke off within its answer' if self._head else 'did not answer properly'}: {error}")
        if self._complete and self._more and self._sink:
            self._fail("sent more than it said it would")  # so what came may have lost its end
        elif self._head and (self._complete or not self._sink):
            self._finish(clean=self._complete and not self._more and self._lasting)
        elif self._heard > LONGEST_HEAD:
            self._fail(f"did not answer properly: more than {LONGEST_HEAD} bytes of headers")

    def on_message_begin(self) -> None:
        """Note when more comes than was asked for."""
        self._more = self._complete

    def on_status(self, part: bytes) -> None:
        """Take a part of the reason phrase."""
        self._reason += part
        if len(self._reason) > LONGEST_HEADER:
            self._fail(f"did not answer properly: a reason of more than {LONGEST_HEADER} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; those behind a body, its trailers, are of no use."""
        if self._head:
            return
        if len(name) + len(value) > LONGEST_HEADER or len(self._pairs) >= MOST_HEADERS:
            self._fail(f"did not answer properly: more than {MOST_HEADERS} headers, or one over {LONGEST_HEADER} bytes")
            return
        self._pairs.append((name, value.strip()))

    def on_headers_complete(self) -> None:
        """Begin the body, if it is wanted."""
        status = self._parser.get_status_code()
        pairs, self._pairs = self._pairs, []
        reason, self._reason = self._reason, b""
        self._passing = status < 200 and status != SWITCHED  # noqa: PLR2004 - RFC 9110 section 15.2
        if self._passing or self._complete or not self._reply or self._reply.done():
            return
        if self._parser.get_http_version() == "0.9":
            self._fail("did not answer properly: HTTP/0.9 has no heads")
            return
        self._head = Head(status, reason, pairs, {name.lower(): value for name, value in reversed(pairs)})
        try:
            self._sink = self._begin(self._head)
        except AggregatorError as error:
            self._settle(error)

    def on_body(self, data: bytes) -> None:
        """Hand a piece of the body on."""
        self._heard = 0
        if not self._sink or self._complete or not self._reply or self._reply.done():
            return
        try:
            if not self._sink.take(data):
                self._finish(clean=False)
        except AggregatorError as error:
            self._settle(error)

    def on_message_complete(self) -> None:
        """Note the end of the answer, unless it was only one before the answer."""
        if not self._passing:
            self._complete = True
            self._lasting = self._parser.should_keep_alive()

    def eof_received(self) -> None:
        """End an answer whose end is that of the connection; any other is broken."""
        self._ended(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Do the same when it is lost in another way."""
        self._ended(exc)
        if self._timer:
            self._timer.cancel()

    def _ended(self, error: Exception | None) -> None:
        self._over, self._clean = True, False
        why = f": {getattr(error, 'strerror', '') or error}" if error else ""
        if not self._reply or self._reply.done():
            return
        if self._nothing:
            self.gone = True
            self._fail(f"closed the connection without an answer{why}")
        elif self._head and _ends_with_the_connection(self._head) and not error:
            self._finish(clean=False)
        else:
            self._fail(f"broke off within its answer{why}")


def _ends_with_the_connection(head: Head) -> bool:
    """Whether nothing else says where the body ends (RFC 9112 section 6.3)."""
    codings = [value for name, value in head.pairs if name.lower() == b"transfer-encoding"]
    if codings:
        return not codings[-1].lower().endswith(b"chunked")
    return b"content-length" not in head.first
