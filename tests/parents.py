"""A parent process of its own for a test, to be killed or interrupted, and a look at what becomes of its children."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
SECONDS = 15.0


@dataclass(frozen=True)
class Parent:
    """A running Python program in a process group of its own; `children` are those that it printed the ids of."""

    process: "subprocess.Popen[str]"
    children: list[int]

    def said(self) -> str:
        """Return the next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@contextlib.contextmanager
def parent(code: str, *words: str) -> Iterator[Parent]:
    """Run `code`, whose first line of output is its children's ids; end it and them."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    children: list[int] = []
    try:
        assert process.stdout is not None
        children += [int(word) for word in process.stdout.readline().split()]
        yield Parent(process, children)
    finally:
        process.kill()
        process.communicate()
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(child).kill()


def ended(pid: int) -> bool:
    """Whether a process has ended, whoever has yet to take notice of it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def within(seconds: float, done: Callable[[], bool]) -> bool:
    """Whether `done` comes true within `seconds`."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
