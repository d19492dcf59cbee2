"""An event loop that runs from one answer to the next, and knows its connections."""

import asyncio
import weakref
from time import monotonic
from typing import Any


class SteppedLoop(asyncio.SelectorEventLoop):
    """A loop that runs from one answer to the next; its clock stands still while the caller is busy with one.

    So no host is late because our own database was. It knows its connections, to end them when it ends: over TLS,
    closing one takes as long as the other side likes.
    """

    def __init__(self) -> None:
        self._stood = 0.0
        self._made: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()
        self._struck: BaseException | None = None
        self._ending = False
        super().__init__()
        self._left = monotonic()

    def time(self) -> float:
        """Return the seconds that this loop has been running, from some point on."""
        return monotonic() - self._stood  # as the loop's own clock; it is read many times for each request

    def run_forever(self) -> None:
        """Run until stopped; the time since the last run does not count."""
        self._stood += monotonic() - self._left
        try:
            super().run_forever()
        finally:
            self._left = monotonic()

    def step(self) -> None:
        """Run until `told`; raises what was raised in a callback, as a signal's handler may, or a bug."""
        self.run_forever()
        if self._struck:
            raise self._struck

    def told(self) -> None:
        """End this step soon: there is something for the caller."""
        if not self._ending:
            self.stop()

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep for the caller what a callback raised; only log, as any loop does, what has no exception."""
        error = context.get("exception")
        if error is None or self._ending:
            super().default_exception_handler(context)
        else:
            self._struck = self._struck or error
            self.stop()

    async def create_connection(self, *given: Any, **named: Any) -> tuple[asyncio.Transport, Any]:  # noqa: ANN401
        """Connect as any loop does, and remember."""
        transport, protocol = await super().create_connection(*given, **named)
        self._made.add(transport)
        return transport, protocol

    def finish(self, work: "asyncio.Task[None]") -> None:
        """Cancel the work, end every connection at once, and close."""
        self._ending = True
        try:
            self.run_until_complete(self._finished(work))
        finally:
            self.close()

    async def _finished(self, work: "asyncio.Task[None]") -> None:
        work.cancel()
        await asyncio.wait({work})
        if not work.cancelled():
            work.exception()  # has been told to the caller, or nobody is left to be told
        for transport in list(self._made):
            transport.abort()
        await asyncio.sleep(0)  # lets them hear of it
