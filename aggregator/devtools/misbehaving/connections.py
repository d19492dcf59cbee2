"""The connections that are open, so that a server can end them all and a test can wait for the last."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Connections:
    """The open connections of a server; it may be used by many threads."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._talks = 0
        self._changed = threading.Condition()
        self._stopping = False

    @contextlib.contextmanager
    def talk(self) -> Iterator[None]:
        """Count a conversation from its first byte to its end."""
        with self._changed:
            self._talks += 1
        try:
            yield
        finally:
            with self._changed:
                self._talks -= 1
                self._changed.notify_all()

    @contextlib.contextmanager
    def holding(self, connection: socket.socket) -> Iterator[None]:
        """Know of a socket while it is in use; raises ConnectionAbortedError when the server is stopping."""
        with self._changed:
            if self._stopping:
                raise ConnectionAbortedError("the server is stopping")
            self._open.add(connection)
        try:
            yield
        finally:
            with self._changed:
                self._open.discard(connection)

    def count(self) -> int:
        """Return how many conversations there are now."""
        with self._changed:
            return self._talks

    def idle(self, seconds: float) -> bool:
        """Wait until there is no conversation, and return whether that was so in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._talks == 0, seconds)

    def hang_up(self) -> None:
        """End every connection, and take no new one; whoever writes or waits is told by an OSError."""
        with self._changed:
            self._stopping = True
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
