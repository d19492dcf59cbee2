"""What to do with what a server answered for the page of an entry."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.core import schedule
from aggregator.core.errors import AggregatorError, Refused, TryLater
from aggregator.core.outcome import Word
from aggregator.core.page import Answer, is_html
from aggregator.core.retrying import NO_ANSWER, UNREADABLE

OK = 200
SUCCESS = range(200, 300)
GONE = {404, 410, 451}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a fetch ends: kept, refused, put aside, or tried again at `again_at`; `asked` is the pause that was asked.

    `kind` says of what was put aside what it is, for `retrying.again`.
    """

    word: Word
    reason: str = ""
    again_at: datetime | None = None
    asked: timedelta | None = None
    kind: str = ""


def verdict(answer: Answer | AggregatorError, attempts: int, now: datetime) -> Verdict:
    """Return how the fetch of a page ends after so many attempts, this one counted."""
    match answer:
        case TryLater():
            return later(answer.reason, attempts, now, answer.after)
        case Refused():
            return Verdict(Word.REFUSED, answer.reason)
        case AggregatorError():
            return Verdict(Word.QUARANTINED, answer.reason, kind=UNREADABLE)
    if answer.status == OK and is_html(answer):
        return Verdict(Word.FETCHED)
    if answer.status in GONE:
        return Verdict(Word.REFUSED, f"the server answered {answer.status}")
    if answer.status in SUCCESS:
        return Verdict(Word.REFUSED, f"no page: {answer.content_type or 'no type'} ({answer.status})")
    asked = schedule.retry_after(answer.headers.get("retry-after", ""), answer.at)
    return later(f"the server answered {answer.status}", attempts, answer.at, asked)


def later(reason: str, attempts: int, at: datetime, asked: timedelta | None) -> Verdict:
    """Return that it is tried again after a growing pause, or put aside when it was tried often enough."""
    if attempts >= schedule.FETCH_ATTEMPTS:
        return Verdict(Word.QUARANTINED, f"{attempts} attempts, the last: {reason}", asked=asked, kind=NO_ANSWER)
    return Verdict(Word.LATER, reason, at + schedule.page_retry(attempts, asked), asked)
