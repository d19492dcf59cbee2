"""Names are resolved once, to addresses that may be asked, and connections go to just these."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import NamedTuple

from aggregator.adapters.http_settings import HttpSettings
from aggregator.core.address import is_local_name, is_loopback, is_public, literal
from aggregator.core.errors import Refused, TryLater
from aggregator.core.feed import Trouble

Place = tuple[int, str]  # an address family and an address
Lookup = Callable[[str, int], Sequence[Place]]


def system_lookup(host: str, port: int) -> list[Place]:
    """Return the address families and addresses of a name, as the system resolves it; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [(family, str(place[0])) for family, _, _, _, place in found]


class Spelt(NamedTuple):
    """What a host tells by its spelling: whose address it is, if it is one; whether that is this machine, or public.

    A name of this machine has no place (RFC 6761 section 6.3).
    """

    place: Place | None
    local: bool
    public: bool


@lru_cache(8192)
def spelt(host: str) -> Spelt:
    """Return what the spelling of a host tells; the same hosts are asked again and again."""
    found = literal(host)
    family = socket.AF_INET if found and found.version == 4 else socket.AF_INET6  # noqa: PLR2004 - the protocol
    place = (family, str(found)) if found else None
    return Spelt(place, is_local_name(host) or is_loopback(host), is_public(host))


class PublicResolver:
    """Resolves a name once and gives only addresses that may be asked; the connection goes to one of just these.

    Its threads are its own, and begin with the first name that must be looked up: a name server that hangs keeps
    neither other names nor the end of the visits waiting.
    """

    def __init__(self, settings: HttpSettings, lookup: Lookup = system_lookup) -> None:
        self._settings = settings
        self._lookup = lookup
        self._threads: ThreadPoolExecutor | None = None

    def allow(self, name: str, port: int) -> None:
        """Refuse what must not be asked, before a connection is made; names are checked when they are resolved."""
        told = spelt(name)
        if told.local and self._settings.allow_loopback:
            return
        if told.local or (told.place and not told.public):
            setting = " (setting fetch.allow_loopback)" if told.local else ""
            raise Refused(f"{name} is not a public address, and is not asked{setting}", trouble=Trouble.REFUSED)
        if port not in self._settings.ports:
            allowed = ", ".join(map(str, self._settings.ports))
            raise Refused(f"port {port} of {name} is not asked; allowed are {allowed}", trouble=Trouble.REFUSED)

    async def resolve(self, host: str, port: int) -> list[Place]:
        """Return the public addresses of a name; raises Refused when it has only others, TryLater when it has none."""
        told = spelt(host)
        if told.local and self._settings.allow_loopback:
            return [told.place or (socket.AF_INET, "127.0.0.1")]
        found = [told.place] if told.place else await self._looked_up(host, port)
        public = [each for each in found if is_public(each[1])]
        if not public:
            places = ", ".join(address for _, address in found[:3]) or "nothing"
            said = f"{host} resolves to {places}, which is not a public address, and is not asked"
            raise Refused(said, trouble=Trouble.REFUSED)
        return public

    async def _looked_up(self, host: str, port: int) -> Sequence[Place]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._settings.connections, thread_name_prefix="resolver")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._settings.connect_seconds):
                return await loop.run_in_executor(self._threads, self._lookup, host, port)
        except TimeoutError as error:
            said = f"{host} did not resolve within {self._settings.connect_seconds:g} seconds"
            raise TryLater(said, trouble=Trouble.NAME) from error
        except (OSError, UnicodeError) as error:
            said = f"{host} does not resolve: {getattr(error, 'strerror', '') or error}"
            raise TryLater(said, trouble=Trouble.NAME) from error

    def close(self) -> None:
        """Let go of the threads; one that is still looking up ends by itself."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
