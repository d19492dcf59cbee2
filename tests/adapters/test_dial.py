"""Connections to one of several addresses: the first that answers, whatever the others do."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import pytest

from aggregator.adapters.dial import Place, dialled
from aggregator.core.errors import TryLater
from aggregator.core.feed import Trouble

SIX: Place = (socket.AF_INET6, "::1")
FOUR: Place = (socket.AF_INET, "127.0.0.1")


class Taken(asyncio.Protocol):
    """Knows where it is connected to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.peer = str(transport.get_extra_info("peername")[0])


def _dialled(places: Sequence[Place], port: int, seconds: float = 3.0) -> str:
    async def dial() -> str:
        made = await dialled(Taken, "news.example", port, places, None, seconds)
        made.transport.close()
        return made.peer

    return asyncio.run(dial())


@contextlib.contextmanager
def _listening(place: Place, port: int = 0, backlog: int = 5) -> Iterator[int]:
    try:
        listener = socket.create_server((place[1], port), family=place[0], backlog=backlog)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listener:
        yield listener.getsockname()[1]


@contextlib.contextmanager
def _deaf(place: Place, port: int) -> Iterator[None]:
    """Listen where nobody accepts and all places in the queue are taken: whoever connects gets no answer at all."""
    with _listening(place, port, backlog=0), contextlib.ExitStack() as waiting:
        for _ in range(4):
            each = waiting.enter_context(socket.socket(place[0]))
            each.setblocking(False)  # noqa: FBT003 - its only argument
            each.connect_ex((place[1], port))
        yield


def test_of_two_addresses_the_first_is_connected_to() -> None:
    with _listening(FOUR) as port, _listening(SIX, port):
        assert _dialled([SIX, FOUR], port) == "::1"
        assert _dialled([FOUR, SIX], port) == "127.0.0.1"


def test_an_address_that_refuses_gives_way_to_the_next() -> None:
    with _listening(FOUR) as port:
        assert _dialled([SIX, FOUR], port) == "127.0.0.1"


def test_an_address_that_keeps_silent_gives_way_to_the_next() -> None:
    with _listening(FOUR) as port, _deaf(SIX, port):
        assert _dialled([SIX, SIX, FOUR], port) == "127.0.0.1"


def test_where_all_refuse_it_says_why() -> None:
    with _listening(FOUR) as port:
        pass
    with pytest.raises(TryLater) as told:
        _dialled([SIX, FOUR], port)
    assert told.value.reason == "no connection to news.example: Connection refused"
    assert told.value.trouble == Trouble.CONNECTION


def test_where_all_keep_silent_time_runs_out() -> None:
    with _listening(FOUR) as port:
        pass
    with _deaf(FOUR, port), _deaf(SIX, port), pytest.raises(TryLater) as told:
        _dialled([SIX, FOUR], port, 0.4)
    assert told.value.reason == "no connection to news.example within 0.4 seconds"
    assert told.value.trouble == Trouble.SLOW
