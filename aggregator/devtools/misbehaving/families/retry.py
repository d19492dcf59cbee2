"""Being told to come back later, in good and bad ways (RFC 9110 section 10.2.3, RFC 6585 section 4)."""

from datetime import UTC, datetime, timedelta

from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.talk import Talk, http_date

plays = family("retry")

BAD_DAY = 5  # requests that /503-for-a-day turns away
_MANY = "<h1>Too Many Requests</h1><p>Slow down.</p>"
_DOWN = "<h1>Service Unavailable</h1><p>We are working on it.</p>"


def _later(talk: Talk, after: str, status: str = "429 Too Many Requests") -> None:
    talk.page(_DOWN if status.startswith("503") else _MANY, status, {"Retry-After": after})


def _soon(minutes: int) -> str:
    return http_date(datetime.now(UTC) + timedelta(minutes=minutes))


@plays("/429-seconds", "Does not ask this host for 120 seconds.")
def seconds_429(talk: Talk) -> None:
    """Answers 429 with Retry-After: 120."""
    _later(talk, "120")


@plays("/429-date", "Does not ask this host before that date.")
def date_429(talk: Talk) -> None:
    """Answers 429 with a Retry-After date ten minutes away."""
    _later(talk, _soon(10))


@plays("/429-bare", "Backs off by a rule of its own, longer each time.")
def bare_429(talk: Talk) -> None:
    """Answers 429 without Retry-After."""
    talk.page(_MANY, "429 Too Many Requests")


@plays("/429-once", "Comes back after 60 seconds, and then at its usual pace.")
def once_429(talk: Talk) -> None:
    """Answers 429 with Retry-After: 60 to the first request, and well from the second."""
    if talk.number == 1:
        _later(talk, "60")
    else:
        talk.feed()


@plays("/429-reset-header", "Backs off; may read the reset as seconds, and bounds it.")
def reset_429(talk: Talk) -> None:
    """Answers 429 without Retry-After but with X-RateLimit-Remaining: 0 and X-RateLimit-Reset: 900."""
    told = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "900"}
    talk.page(_MANY, "429 Too Many Requests", told)


@plays("/retry-negative", "Ignores it and backs off by its own rule; does not ask at once.")
def negative(talk: Talk) -> None:
    """Answers 429 with Retry-After: -60."""
    _later(talk, "-60")


@plays("/retry-zero", "Backs off by its own rule all the same.")
def zero(talk: Talk) -> None:
    """Answers 429 with Retry-After: 0."""
    _later(talk, "0")


@plays("/retry-absurd", "Waits its own longest time, not 31,000 years; does not overflow.")
def absurd(talk: Talk) -> None:
    """Answers 429 with a Retry-After of 999999999999 seconds."""
    _later(talk, "999999999999")


@plays("/retry-garbage", "Treats it as 429 without Retry-After.")
def garbage(talk: Talk) -> None:
    """Answers 429 with Retry-After: soon."""
    _later(talk, "soon")


@plays("/retry-fraction", "Reads it as 90 or 91 seconds or ignores it; does not fail.")
def fraction(talk: Talk) -> None:
    """Answers 429 with Retry-After: 90.5, which is no valid number of seconds."""
    _later(talk, "90.5")


@plays("/retry-past", "Backs off by its own rule; a date in the past is no leave to ask at once.")
def past(talk: Talk) -> None:
    """Answers 503 with a Retry-After date of last week."""
    _later(talk, _soon(-7 * 24 * 60), "503 Service Unavailable")


@plays("/503-date", "Does not ask this host before that date.")
def date_503(talk: Talk) -> None:
    """Answers 503 with a Retry-After date an hour away."""
    _later(talk, _soon(60), "503 Service Unavailable")


@plays("/503-for-a-day", "Backs off further each time, keeps the feed, and is at its usual pace after a success.")
def day_503(talk: Talk) -> None:
    """Answers 503 to the first five requests, then well."""
    if talk.number <= BAD_DAY:
        talk.page(_DOWN, "503 Service Unavailable")
    else:
        talk.feed()


@plays("/403-as-429", "Reads Retry-After with any error, and does not give the feed up for one 403.")
def forbidden_429(talk: Talk) -> None:
    """Answers 403 with Retry-After: 600 and a text about too many requests; every third request is served."""
    if talk.number % 3:
        _later(talk, "600", "403 Forbidden")
    else:
        talk.feed()


@plays("/200-as-429", "Does not take it for an empty feed; treats it as a failure and backs off.")
def ok_429(talk: Talk) -> None:
    """Answers 200 with a page that says “Too Many Requests” and with Retry-After: 300."""
    talk.page(_MANY, headers={"Retry-After": "300"})
