"""A world and the parts of the line over it, on each database."""

from pathlib import Path

import pytest

from aggregator.line import Parts
from aggregator.store.session import Store
from tests.steps.parts import parts
from tests.world import World


@pytest.fixture
def world() -> World:
    """Give an empty world."""
    return World()


@pytest.fixture
def line(store: Store, tmp_path: Path, world: World) -> Parts:
    """Give the parts of the line over the world."""
    return parts(store, tmp_path, world)
