"""An end for work that does not end: the interval timer of the process, in its main thread."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from aggregator.core.errors import Unreadable


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise Unreadable in the block when it takes longer than so many seconds.

    It interrupts Python, not a C library that never comes back: for that, whoever runs this process must be ready to
    kill it. Without a timer (another thread, another system) the block just runs.
    """
    if seconds <= 0 or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    late: list[Unreadable] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        late.append(Unreadable(f"the parser did not finish within {seconds:g} seconds"))
        raise late[-1]

    before = signal.signal(signal.SIGALRM, stop)
    left = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # and again each second, should the first be swallowed
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *left)  # whoever had it before us, as a test runner may, has it again
        signal.signal(signal.SIGALRM, before)
    if late:  # somebody in the block caught it and went on
        raise late[0]
