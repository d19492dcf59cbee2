"""Dates as feeds write them, read into moments of UTC."""

# ruff: noqa: RUF001 - names of months in many scripts

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before there were feeds to speak of
AHEAD = timedelta(minutes=15)  # of a clock that runs fast
MAX_CHARS = 100

_CLOCK = (
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\b\.?)?)"
)
_ZONE = r"\s*\(?(?P<zone>(?:[A-Za-z]{1,5}(?=[+-]\d))?[+-]\d{1,2}:?(?:\d{2})?|[A-Za-z]+/[A-Za-z_]+|[A-Za-z]{1,5})?\)?.*"
_ISO = re.compile(
    rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?:[T\s]+{_CLOCK})?{_ZONE}",
    re.ASCII | re.DOTALL,
)
_RFC = re.compile(
    rf"(?:[^\W\d]+\.?\s*,?\s*)?(?P<day>\d{{1,2}})\.?[\s-]*(?:de\s+)?(?P<name>[^\W\d]+)\.?,?[\s-]+(?:de\s+)?"
    rf"(?P<year>\d{{4}}|\d{{2}})\b,?(?:[T\s]+{_CLOCK})?{_ZONE}",
    re.DOTALL,
)
_AMERICAN = re.compile(
    rf"(?:[^\W\d]+\.?,?\s+)?(?P<name>[^\W\d]{{3,}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?:{_CLOCK}\s+)?(?P<year>\d{{4}})\b,?"
    rf"(?:\s+(?P<hour2>\d{{1,2}}):(?P<minute2>\d{{2}}))?{_ZONE}",
    re.DOTALL,
)
_DAY_FIRST = re.compile(
    rf"(?:[^\W\d]+\.?,?\s+)?(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}),?(?:\s+{_CLOCK})?{_ZONE}",
    re.DOTALL,
)
_EASTERN = re.compile(
    rf"(?P<year>\d{{4}})\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日일](?:\s*{_CLOCK})?{_ZONE}",
    re.DOTALL,
)

# Three letters of a month (four where three would mean two months) in English, then what differs in other languages:
# Romance and Germanic ones, Polish, Russian and Ukrainian, Turkish, Hungarian, Finnish.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen janv ian sty янв січ oca tam",
            "feb fév fev fevr févr lut фев лют şub hel",
            "mar mär mrz mars maa mrt már мар бер",
            "apr avr abr kwi апр кві nis ápr huh",
            "may mai mag mei maj máj мая май тра tou",
            "jun jui giu juin cze iun jún июн чер haz kes",
            "jul lug juil lip iul júl июл лип tem hei",
            "aug aoû aou ago agu sie авг сер ağu elo",
            "sep set wrz sze сен вер eyl syy",
            "oct okt ott out paź окт жов eki lok",
            "nov noi lis ноя лис kas marr",
            "dec dez déc dic des gru дек гру ara jou",
        ),
        start=1,
    )
    for name in names.split()
}

# Names of zones that are used in feeds, in hours; IST is India's here, CST and BST those of America and Britain.
_HOURS = {
    name: hours
    for hours, names in (
        (0, "UT UTC GMT Z WET"),
        (1, "CET BST WEST MEZ WAT"),
        (2, "CEST EET SAST CAT MESZ"),
        (3, "EEST MSK EAT TRT"),
        (4, "GST"),
        (5, "PKT"),
        (5.5, "IST"),
        (7, "WIB"),
        (8, "HKT SGT PHT AWST"),
        (9, "JST KST"),
        (10, "AEST"),
        (11, "AEDT"),
        (12, "NZST"),
        (13, "NZDT"),
        (-3, "BRT ART ADT"),
        (-4, "AST EDT"),
        (-5, "EST CDT"),
        (-6, "CST MDT"),
        (-7, "MST PDT"),
        (-8, "PST AKDT"),
        (-9, "AKST"),
        (-10, "HST"),
    )
    for name in names.split()
}


def moment(words: str) -> datetime | None:
    """Return the moment that `words` name (RFC 822, RFC 3339 and what passes for them), in UTC, or None.

    With dots the day comes first (3.11.2026); with slashes it is not known which comes first, and nothing is returned.
    A date without a zone, or with one that is not known, is taken as UTC.
    """
    words = " ".join(words[:MAX_CHARS].split())
    for shape in (_ISO, _RFC, _AMERICAN, _DAY_FIRST, _EASTERN):
        if found := shape.fullmatch(words):
            return _made(found.groupdict())
    return None


def plausible(at: datetime | None, now: datetime) -> datetime | None:
    """Return `at` unless it lies before there were feeds or more than a quarter of an hour ahead of `now`."""
    return at if at and EARLIEST <= at <= now + AHEAD else None


def _made(part: dict[str, str | None]) -> datetime | None:
    month = int(part.get("month") or 0) or _month(part.get("name") or "")
    hour = int(part["hour"] or part.get("hour2") or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower().startswith("p") else 0)
    clock = (hour, int(part["minute"] or part.get("minute2") or 0), min(int(part["second"] or 0), 59))
    try:
        local = datetime(_year(part["year"] or "0"), month, int(part["day"] or 0), *clock, tzinfo=_zone(part["zone"]))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _year(digits: str) -> int:
    """Return a year of four digits; two mean the years about the turn of the century (RFC 2822 section 4.3)."""
    year = int(digits)
    return year if len(digits) > len("99") else year + (2000 if year < 50 else 1900)  # noqa: PLR2004


def _month(name: str) -> int:
    name = name.lower()
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3]) or 0


@lru_cache(maxsize=500)
def _zone(words: str | None) -> timezone | ZoneInfo:
    """Return the zone of an offset (+0530, GMT+9, -03:00), a name (CEST) or a place (Europe/Rome), else UTC."""
    words = words or "Z"
    if offset := re.search(r"([+-])(\d{1,2}):?(\d{2})?$", words):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if "/" in words:
        try:
            return ZoneInfo(words)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return UTC
    return timezone(timedelta(hours=_HOURS.get(words.upper(), 0.0)))
