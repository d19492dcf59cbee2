"""Connections that are kept from one request to the next, one for each origin."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from aggregator.core.errors import TryLater

Begin = TypeVar("Begin", contravariant=True)  # noqa: PLC0105 - the plain word
Reply = TypeVar("Reply", covariant=True)  # noqa: PLC0105
Origin = TypeVar("Origin")


class Link(Protocol[Begin, Reply]):
    """A connection; `gone` when it ended before anything of an answer came."""

    gone: bool

    async def ask(self, data: bytes, begin: Begin) -> Reply:
        """Make a request and return the answer; raises an AggregatorError."""
        ...

    def usable(self) -> bool:
        """Whether another request may be tried on it."""
        ...

    def close(self) -> None:
        """End it at once."""
        ...


class Keeper(Generic[Origin, Begin, Reply]):
    """Makes one request at a time at each origin, over a connection that is kept for the next one.

    At most `most` connections are kept idle.
    """

    def __init__(self, connect: Callable[[Origin], Awaitable[Link[Begin, Reply]]], most: int) -> None:
        self._connect = connect
        self._most = most
        self._idle: dict[Origin, Link[Begin, Reply]] = {}
        self._turns: dict[Origin, asyncio.Lock] = {}

    async def ask(self, origin: Origin, data: bytes, begin: Begin, *, again: bool) -> Reply:
        """Return the answer to a request; a kept connection is used only if it may be made `again`.

        For that connection may end while the request is under way, of which the server need not know; then it is
        made once more over a new one (RFC 9112 section 9.3.1).
        """
        turn = self._turns.get(origin) or self._turns.setdefault(origin, asyncio.Lock())
        async with turn:
            kept = self._idle.pop(origin, None)
            if kept and again and kept.usable():
                try:
                    reply = await kept.ask(data, begin)
                except TryLater:
                    if not kept.gone:
                        raise
                else:
                    self._keep(origin, kept)
                    return reply
            elif kept:
                kept.close()
            made = await self._connect(origin)
            reply = await made.ask(data, begin)
            self._keep(origin, made)
            return reply

    def _keep(self, origin: Origin, link: Link[Begin, Reply]) -> None:
        if link.usable():
            self._idle[origin] = link
            if len(self._idle) > self._most:
                self._idle.pop(next(iter(self._idle))).close()
