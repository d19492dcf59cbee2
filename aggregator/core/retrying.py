"""When to try again what was put aside: a page that was no article today may be one tomorrow."""

from datetime import datetime, timedelta

from aggregator.core import schedule
from aggregator.core.wall_words import Kind

NO_ANSWER = "no-answer"  # the kind of what the server or the network did not give
UNREADABLE = "unreadable"
NO_PAGE = "no-page"

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SOON = (Kind.CHALLENGE, Kind.UNAVAILABLE)  # often over within the hour
_PERHAPS = (
    Kind.CONSENT, Kind.PAYWALL, Kind.TOO_SHORT, Kind.SOFT_404, Kind.LISTING, Kind.STUB, Kind.OFF_SUBJECT,
    Kind.NOT_ARTICLE,
)  # fmt: skip
_HARDLY = (Kind.LOGIN, Kind.REGION, Kind.AGE, Kind.REPEATED)
_PAUSES: dict[str, tuple[timedelta, ...]] = {
    **dict.fromkeys(_SOON, (_HOUR, 6 * _HOUR, _DAY, 3 * _DAY)),
    **dict.fromkeys(_PERHAPS, (6 * _HOUR, _DAY, 4 * _DAY)),
    **dict.fromkeys(_HARDLY, (4 * _DAY,)),
    **dict.fromkeys((UNREADABLE, NO_PAGE), (_DAY,)),
    NO_ANSWER: (6 * _HOUR, _DAY, 3 * _DAY),
}


def again(kind: str, retries: int, now: datetime, luck: float = 0.0) -> datetime | None:
    """Return when an entry of this kind that was tried again so often is tried once more; None for never.

    The pauses grow, and each is longer by up to a quarter, so that what failed together does not come back together
    (`luck` in [0, 1), as of `schedule.chance`). A kind that is not known is never tried again.
    """
    pauses = _PAUSES.get(kind, ())
    return now + schedule.jittered(pauses[retries], luck) if 0 <= retries < len(pauses) else None
