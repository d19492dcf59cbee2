"""The behaviours by family, in the order in which people should read them."""

from aggregator.devtools.misbehaving.behaviour import Behaviour
from aggregator.devtools.misbehaving.families import (
    bodies,
    charsets,
    codings,
    formats,
    items,
    markup,
    protocol,
    redirects,
    retry,
    schedule,
    validators,
    walls,
)

_MODULES = (validators, retry, redirects, bodies, codings, markup, charsets, items, walls, protocol, schedule, formats)
BEHAVIOURS: tuple[Behaviour, ...] = tuple(
    value for module in _MODULES for value in vars(module).values() if isinstance(value, Behaviour)
)
