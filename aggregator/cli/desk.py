"""What every command of the store needs: the settings, the open store, the time, and an article by any of its names."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from aggregator import settings as configuration
from aggregator import wiring
from aggregator.core.article import Article
from aggregator.core.errors import Refused
from aggregator.core.url import disguises, key
from aggregator.settings import Settings
from aggregator.store import articles
from aggregator.store.session import Session, Store

LONGEST_ID = 19  # digits


@dataclass(frozen=True, slots=True)
class Desk:
    """An open store with its settings."""

    settings: Settings
    store: Store
    now: datetime


@contextmanager
def desk() -> Iterator[Desk]:
    """Give the store of the settings, closed at the end."""
    settings = configuration.load()
    store = wiring.open_store(settings)
    try:
        yield Desk(settings, store, wiring.wall_clock())
    finally:
        store.close()


def url_keys(name: str) -> list[str]:
    """Return the keys of an address, none for what is no address."""
    if "://" not in name:
        return []
    try:
        return sorted({key(name), *disguises(name)})
    except Refused:
        return []


def number(name: str) -> int:
    """Return the id that a name spells, 0 (which nothing has) for what is none; SQL's largest integer is the bound."""
    plain = name.isascii() and name.isdigit() and len(name) < LONGEST_ID
    return int(name) if plain else 0


def article_named(session: Session, name: str) -> Article | None:
    """Return the article meant by its id, its key, its address, or our own page of it."""
    found = articles.by_key(session, name.rstrip("/").rsplit("/", 1)[-1].lower())
    if found is None:
        found = articles.get(session, number(name))
    if found is None:
        found = next(iter(articles.at_url_keys(session, url_keys(name))), None)
    return found
