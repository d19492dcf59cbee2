"""Parameters of an address that say how a reader came to a page, never which page it is.

Our own rules lie beside this module in tracking.json, in the form of `aggregator.core.clearurls`. Whoever starts a
process may add others once, by `use`, before the first address is named; every process must add the same.
"""

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from urllib.parse import unquote

from aggregator.core import clearurls
from aggregator.core.clearurls import Pair, Rules

_more: list[Rules] = []


@cache
def own() -> Rules:
    """Return our own rules; a constant that is kept in a file for its form."""
    return clearurls.rules([json.loads((files("aggregator.core") / "tracking.json").read_text(encoding="utf-8"))])


def use(more: Rules) -> None:
    """Let these rules hold beside our own in this process, in the place of those that were given before."""
    _more[:] = [more]
    _all.cache_clear()


@cache
def _all() -> Rules:
    return Rules((*own().providers, *(provider for each in _more for provider in each.providers)))


def kept(url: str, given: Iterable[Pair]) -> list[Pair]:
    """Return the parameters of an address that may name content; in doubt all, since a copy is found by its text."""
    return _all().kept(url, given)


def cut(url: str) -> str:
    """Return an address without what rules cut out of its path."""
    return _all().cut(url)


def led(url: str) -> str:
    """Return the address that a link of a redirecting service names as its target, or ''."""
    return _all().led(url)


def untracked(url: str) -> str:
    """Return an address as it is written, without the parameters that only say how a reader came."""
    page, mark, rest = url.partition("?")
    query, hash_sign, fragment = rest.partition("#")
    told = query.split("&")
    pairs = [(unquote(name), unquote(value)) for name, _, value in (part.partition("=") for part in told)]
    left = set(kept(url, pairs))
    found = [part for part, pair in zip(told, pairs, strict=True) if pair in left]
    if len(found) == len(told):
        return url
    return page + (mark + "&".join(found) if found else "") + hash_sign + fragment
