"""What every page is made from: the store, the settings, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aggregator.settings import Settings
from aggregator.store.session import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that a page needs."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime]
