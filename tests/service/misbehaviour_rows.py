"""What a row of the tables of expectations says: what two polls of one path, an hour apart, must come to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.core.feed import Trouble
from aggregator.core.outcome import Word

MINUTES, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SAME = "the same bytes as before"
NOT_MODIFIED = "304 not modified"
NO_FEED = "not a feed: it is an HTML page"


@dataclass(frozen=True, kw_only=True)
class Then:
    """The second poll: its word, a phrase of its reason, its trouble, and how many entries it adds."""

    word: Word
    says: str
    trouble: Trouble = Trouble.NONE
    new: int = 0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a path must come to.

    `says` is a phrase of the first outcome's reason; `then` is None where the second poll has a test of its own. `titles`
    are the headlines of all entries (None: of the newest stories). `undated` entries have no date. `repairs` is a phrase of why strict reading
    failed, '' when it did not. `floor` is the pause that the feed is known to ask for; the pause after the first poll
    lies between `least` and `most`, and its end has this `weekday` and `hour` (UTC) where they are given. `hasty` asks
    with short limits of time, which only what never ends needs.
    """

    word: Word
    says: str
    then: Then | None
    trouble: Trouble = Trouble.NONE
    new: int = 0
    titles: tuple[str, ...] | None = None
    words: bool = True  # the summaries are the usual ones too
    undated: int = 0
    repairs: str = ""
    floor: timedelta = timedelta()
    least: timedelta = 10 * MINUTES
    most: timedelta = DAY * 1.25
    weekday: int | None = None
    hour: int | None = None
    hasty: bool = False

    def ends(self, due: datetime) -> bool:
        """Whether a feed may be due again at this hour of this day."""
        return (self.weekday is None or due.weekday() == self.weekday) and (self.hour is None or due.hour == self.hour)


Table = Mapping[str, Expected]

_READ = Expected(word=Word.POLLED, says="8 new of 8 entries", new=8, then=Then(word=Word.UNCHANGED, says=SAME))


def reads(**changes: object) -> Expected:
    """Return a row that says: eight entries with their headlines, and the second time the same bytes."""
    return replace(_READ, **changes)  # type: ignore[arg-type]


def told(phrase: str, new: int = 0, word: Word = Word.POLLED) -> Then:
    """Return a second poll that went well."""
    return Then(word=word, says=phrase, new=new)


UNMODIFIED = told(NOT_MODIFIED, word=Word.UNCHANGED)


def validated(**changes: object) -> Expected:
    """Return a row that says: the validators come back as they were sent, and the second answer is 304."""
    return reads(then=UNMODIFIED, **changes)


def repaired(phrase: str, **changes: object) -> Expected:
    """Return a row that says: read, but not strictly."""
    return reads(repairs=phrase, **changes)


def fails(trouble: Trouble, phrase: str, **changes: object) -> Expected:
    """Return a row that says: both polls end in this trouble, and nothing is stored."""
    then = Then(word=Word.LATER, says=phrase, trouble=trouble)
    return replace(Expected(word=Word.LATER, says=phrase, trouble=trouble, then=then, titles=()), **changes)  # type: ignore[arg-type]


def failing(trouble: Trouble, phrase: str) -> Then:
    """Return a second poll that failed."""
    return Then(word=Word.LATER, says=phrase, trouble=trouble)
