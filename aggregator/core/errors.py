"""The errors of the house; the class says what to do with what failed.

    AggregatorError
    ├── TryLater      soon again, counted: a time-out, a 503, a busy host
    ├── Refused       never: a takedown, robots.txt, an address that may not be asked, a wrong setting
    └── Unreadable    kept aside for a person: not a feed, not an article, a page that hangs the parser

Foreign exceptions are wrapped in one of these at the adapter, with `from`.
"""

from datetime import timedelta


class AggregatorError(Exception):
    """Base of all errors that this project raises on purpose; its text is fit to be shown to an operator."""

    def __init__(self, reason: str, trouble: str = "") -> None:
        """Take a sentence, and the word of `aggregator.core.feed.Trouble` by which it counts, if it is one of those."""
        super().__init__(reason)
        self.reason = reason
        self.trouble = trouble

    def __reduce__(self) -> tuple[type["AggregatorError"], tuple[object, ...]]:
        """Travel between processes whole."""
        return type(self), (self.reason, self.trouble)


class TryLater(AggregatorError):  # noqa: N818 - the class says what to do
    """It may work soon; `after` is the pause that the other side asked for, if it did."""

    def __init__(self, reason: str, after: timedelta | None = None, trouble: str = "") -> None:
        super().__init__(reason, trouble)
        self.after = after

    def __reduce__(self) -> tuple[type["AggregatorError"], tuple[object, ...]]:
        """Travel between processes with the pause."""
        return type(self), (self.reason, self.after, self.trouble)


class Refused(AggregatorError):  # noqa: N818
    """It must not be done, and asking again will not change that."""


class Unreadable(AggregatorError):  # noqa: N818
    """It was had but cannot be understood; a person may look."""
