"""Connections are made to given addresses only, side by side when there are several (RFC 8305)."""

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import TypeVar

from aggregator.core.errors import TryLater
from aggregator.core.feed import Trouble

Place = tuple[int, str]  # an address family and an address
P = TypeVar("P", bound=asyncio.BaseProtocol)

HEAD_START = 0.25  # seconds that an address has before the next one is tried beside it (RFC 8305 section 8)


async def dialled(
    protocol: Callable[[], P],
    name: str,
    port: int,
    places: Sequence[Place],
    tls: ssl.SSLContext | None,
    seconds: float,
) -> P:
    """Return the protocol of a new connection to one of `places`, which `name` stands for, over TLS if that is given.

    TryLater when there is none within that many seconds, its certificate not being the name's included.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            connected = await _connected(places, port)
            _, made = await loop.create_connection(
                protocol, sock=connected, ssl=tls, server_hostname=name if tls else None
            )
            return made
    except TimeoutError as error:
        raise TryLater(f"no connection to {name} within {seconds:g} seconds", trouble=Trouble.SLOW) from error
    except ssl.SSLCertVerificationError as error:
        said = f"the TLS certificate of {name} is not valid: {error.verify_message or error}"
        raise TryLater(said, trouble=Trouble.TLS) from error
    except ssl.SSLError as error:
        raise TryLater(f"no TLS connection to {name}: {error.reason or error}", trouble=Trouble.TLS) from error
    except OSError as error:
        said = f"no connection to {name}: {os.strerror(error.errno) if error.errno else error}"
        raise TryLater(said, trouble=Trouble.CONNECTION) from error


async def _connected(places: Sequence[Place], port: int) -> socket.socket:
    """Return a socket that is connected to one of the places; the error of one of them when there is none."""
    if len(places) == 1:
        return await _socket(places[0], port)
    waiting = _alternating(places)
    racing: list[asyncio.Task[socket.socket]] = []
    try:
        while True:
            if waiting:
                racing.append(asyncio.create_task(_socket(waiting.pop(0), port)))
            going = [task for task in racing if not task.done()]
            if going:
                await asyncio.wait(going, timeout=HEAD_START if waiting else None, return_when="FIRST_COMPLETED")
            won = next((task for task in racing if task.done() and not task.exception()), None)
            if won:
                racing.remove(won)
                return won.result()
            if not waiting and all(task.done() for task in racing):
                return racing[0].result()  # raises what it failed with
    finally:
        await _called_off(racing)


async def _called_off(racing: list[asyncio.Task[socket.socket]]) -> None:
    """End what is still under way, and close what came second."""
    for task in racing:
        task.cancel()
    for late in await asyncio.gather(*racing, return_exceptions=True):
        if isinstance(late, socket.socket):
            late.close()


def _alternating(places: Sequence[Place]) -> list[Place]:
    """Return the places with their families taking turns, the first one's first (RFC 8305 section 4)."""
    first = [place for place in places if place[0] == places[0][0]]
    others = [place for place in places if place[0] != places[0][0]]
    return [place for pair in zip_longest(first, others) for place in pair if place]


async def _socket(place: Place, port: int) -> socket.socket:
    family, address = place
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)  # noqa: FBT003 - its only argument
        await asyncio.get_running_loop().sock_connect(made, (address, port))
    except BaseException:
        made.close()
        raise
    return made
