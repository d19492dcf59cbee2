"""One press for all cases of a process, and a town of outlets on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.press import Press, press
from tests.cases.town import Town, settings_of, town_of


@pytest.fixture(scope="session")
def running() -> Iterator[Press]:
    """Give the web server of all towns."""
    with press() as found:
        yield found


@pytest.fixture
def town(database_url: str, tmp_path: Path, running: Press, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Give an empty town on each database."""
    running.pages.clear()
    running.asked.clear()
    made = town_of(settings_of(database_url, tmp_path), running, monkeypatch)
    yield made
    made.parts.store.close()
