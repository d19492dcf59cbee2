"""A demo newsroom: eight invented outlets on loopback, with the virtues and faults of real ones."""

from aggregator.devtools.newsroom.outlets import OUTLETS, Outlet, sources_toml
from aggregator.devtools.newsroom.server import create_app

__all__ = ["OUTLETS", "Outlet", "create_app", "sources_toml"]
