"""How long a request may take, redirects and all; one timer for all requests of a visit."""

import asyncio
from typing import Any


class Deadline:
    """What asyncio.timeout does for one request, for many in a row and in one task, with one timer instead of many.

    Between `begin` and `end` the task is cancelled when `seconds` are over.
    """

    def __init__(self, seconds: float) -> None:
        """Belong to the task that is running."""
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[Any] | None = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None  # set to a time at which nothing may be due yet
        self._ends: float | None = None
        self._struck = False

    def begin(self) -> None:
        """Begin a request."""
        self._ends = self._loop.time() + self._seconds
        if self._timer is None:
            self._timer = self._loop.call_at(self._ends, self._look)

    def end(self) -> None:
        """Note that the request has ended, in whatever way."""
        self._ends = None

    def struck(self) -> bool:
        """Whether this has cancelled the request, and nobody else has; a request that was cancelled asks it once."""
        if not self._struck or self._task is None:
            return False
        self._struck = False
        return self._task.uncancel() == 0

    def close(self) -> None:
        """Let go of the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        if self._ends is None or self._task is None:
            return
        if self._ends > self._loop.time():  # the request for which it was set has ended, and this is another
            self._timer = self._loop.call_at(self._ends, self._look)
        else:
            self._struck = True
            self._task.cancel()
