"""Talks: what is still to be asked of each host that is held, so that one that is done is given back at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from aggregator.core.schedule import Manners
from aggregator.store import hosts
from aggregator.store.session import Session


class Talks:
    """The talks of one run; `names` has the host of each request that is to be made."""

    def __init__(self, names: Sequence[str], manners: Manners, holder: str) -> None:
        self._held = set(names)
        self._left = Counter(names)
        self._last: dict[str, datetime] = {}
        self._pause = timedelta(seconds=manners.feed_delay)
        self._holder = holder

    def heard(self, name: str, at: datetime) -> None:
        """Note that a host has answered, or has failed to."""
        self._left[name] -= 1
        self._last[name] = max(at, self._last.get(name, at))

    def done(self) -> list[str]:
        """Return the hosts of which nothing more is to be asked, each once."""
        found = [name for name, number in self._left.items() if number <= 0]
        for name in found:
            del self._left[name]
        return found

    def held(self) -> list[str]:
        """Return the hosts that were not given back yet."""
        return sorted(self._held)

    def end(self, session: Session, names: Iterable[str]) -> None:
        """Give hosts back, none of them to be asked before its pause is over."""
        given = list(names)
        if not given:
            return
        hosts.put_off(session, {name: self._last[name] + self._pause for name in given if name in self._last})
        hosts.release(session, given, self._holder)
        self._held.difference_update(given)
