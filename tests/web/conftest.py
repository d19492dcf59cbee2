"""A running site on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.newsstand import Site, serving


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Give a running site over an empty store."""
    with serving(database_url, tmp_path) as found:
        yield found
