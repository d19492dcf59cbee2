"""Names are resolved once, to addresses that may be asked, and connections go to just these."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

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


class PublicResolver:
    """Resolves a name once and gives only addresses that may be asked; the connection goes to one of just these.

    Its threads are its own, and begin with the first name that must be looked up: a name server that hangs keeps
    neither other names nor the end of the visits waiting.
    """

    def __init__(self, settings: HttpSettings, lookup: Lookup = system_lookup) -> None:
        self._settings = settings
        self._lookup = lookup
        self._threads: ThreadPoolExecutor | None = None

    async def resolve(self, host: str, port: int) -> list[Place]:
        """Return the public addresses of a name; raises Refused when it has only others, TryLater when it has none."""
        if is_local_name(host) and self._settings.allow_loopback:
            return [(socket.AF_INET, "127.0.0.1")]
        spelt = literal(host)
        if spelt is not None:
            found: Sequence[Place] = [(socket.AF_INET if spelt.version == 4 else socket.AF_INET6, str(spelt))]  # noqa: PLR2004
            if self._settings.allow_loopback and is_loopback(host):
                return list(found)
        else:
            found = await self._looked_up(host, port)
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
