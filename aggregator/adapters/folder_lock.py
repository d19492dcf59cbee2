"""One owner for a data folder: an advisory lock that the kernel gives back when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator.core.errors import Refused

NAME = "lock"


@contextmanager
def owned(folder: Path, what: str) -> Iterator[None]:
    """Hold `folder` for `what` (a word for the message) until the block ends; Refused when somebody else holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(file, 200).decode(errors="replace").strip() or "another process"
            raise Refused(
                f"{folder} is in use by {holder}: stop it first, or give this one a folder of its own "
                "(AGGREGATOR_DATA_FOLDER)"
            ) from error
        os.ftruncate(file, 0)
        os.write(file, f"{what}, process {os.getpid()}\n".encode())
        yield
    finally:
        os.close(file)
