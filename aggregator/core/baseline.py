"""What is usual of a source's pages, and when the newest are not: the sign of a redesign, a new wall or a broken rule.

Each day of a source has one vote on what is usual (the median of days), so a few bad days do not shift it, and a level
that has held for more than half of the days becomes the usual one by itself.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

ARTICLE = "article"  # the kind of a page that gave an article; all others are verdicts
NEWEST_AMPLE = 10  # pages of today that are judged alone; yesterday's good ones must not hide a change of this morning
NEWEST_DAYS = 2  # days, today and yesterday, that are judged where today has fewer
NEWEST_REACH = 7  # days over which a source that says little may collect the least number of the newest
NEWEST_LEAST = 5  # pages: with fewer, one odd piece would be an alarm
USUAL_DAYS = 28  # days with pages that make up what is usual: whole weeks, as weekends differ
USUAL_REACH = 56  # days in which these are sought, so that a source of a few days a week has enough as well
USUAL_LEAST = 20  # pages in them, and
USUAL_LEAST_DAYS = 3  # as many days, as the first poll of a feed alone is no habit
SHORT, SHORT_ENDS = 0.4, 0.6  # shares of the usual length: news vary day by day, but hardly by more than half
LONG, LONG_ENDS = 3.0, 2.0  # the same above: a text with menus and comments in it is several times as long
TITLES, TITLES_END = (
    0.4,
    0.2,
)  # fall of the share of agreeing headlines: wordings drift, a wrong element hits nearly all
QUARANTINE, QUARANTINE_ENDS = 0.3, 0.15  # rise of the share of quarantined pages
QUARANTINE_LEAST = 4  # quarantined pages, so that two stubs on a calm day are none
FAR_SHORTER = 0.5  # share of the stored text; what editors cut is less


class AlarmKind(StrEnum):
    """What is not as usual."""

    LENGTH = "length"
    TITLES = "titles"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is not as usual of a source; `reason` says it in numbers."""

    kind: AlarmKind
    reason: str


@dataclass(frozen=True, slots=True)
class Day:
    """The pages of a source on one day, in UTC.

    `kinds` counts them by kind: "article" or a verdict. `log_words` is the sum of ln(words) of the articles, and
    `titled` how many of these have a headline on which the page's own words and the feed's agree.
    """

    day: date
    kinds: Mapping[str, int] = field(default_factory=dict)
    log_words: float = 0.0
    titled: int = 0

    @property
    def pages(self) -> int:
        """Return how many pages were read."""
        return sum(self.kinds.values())

    @property
    def articles(self) -> int:
        """Return how many of them gave an article."""
        return self.kinds.get(ARTICLE, 0)

    @property
    def length(self) -> float:
        """Return the geometric mean of the articles' words; 0 without articles."""
        return math.exp(self.log_words / self.articles) if self.articles else 0.0

    @property
    def agreement(self) -> float:
        """Return the share (0 to 1) of articles whose headlines agree; 1 without articles."""
        return self.titled / self.articles if self.articles else 1.0

    @property
    def quarantined(self) -> float:
        """Return the share (0 to 1) of pages that gave no article; 0 without pages."""
        return 1 - self.articles / self.pages if self.pages else 0.0


def since(today: date) -> date:
    """Return the first day that a judgement of `today` may look at."""
    return today - timedelta(days=NEWEST_REACH + USUAL_REACH)


def summed(days: Iterable[Day], day: date) -> Day:
    """Return days as though they were one, under the date `day`."""
    kinds: dict[str, int] = {}
    log_words, titled = 0.0, 0
    for each in days:
        for kind, number in each.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + number
        log_words += each.log_words
        titled += each.titled
    return Day(day, kinds, log_words, titled)


def judge(days: Iterable[Day], today: date, standing: Iterable[Alarm] = ()) -> list[Alarm]:
    """Return the alarms that are to stand for a source after `today`'s pages, in the order of their kinds.

    `standing` are those that stand now. They keep their reasons and end only well inside the usual (hysteresis), or not
    at all where there is too little to compare.
    """
    before = {alarm.kind: alarm for alarm in standing}
    known = sorted((each for each in days if each.pages and each.day <= today), key=lambda each: each.day)
    told = {
        AlarmKind.LENGTH: _length(*_parted(known, today, articles=True), again=AlarmKind.LENGTH in before),
        AlarmKind.TITLES: _titles(*_parted(known, today, articles=True), again=AlarmKind.TITLES in before),
        AlarmKind.QUARANTINE: _quarantine(*_parted(known, today), again=AlarmKind.QUARANTINE in before),
    }
    found = []
    for kind, reason in told.items():
        if reason is None and kind in before:
            found.append(before[kind])
        elif reason:
            found.append(before.get(kind, Alarm(kind, reason)))
    return found


def _parted(known: Sequence[Day], today: date, *, articles: bool = False) -> tuple[Day, list[Day]]:
    """Return the newest pages as one day, and the days that say what is usual; empty where there are too few."""
    known = [each for each in known if each.articles] if articles else known
    newest: list[Day] = []
    number = 0
    for each in reversed(known):
        age = (today - each.day).days
        wanted = NEWEST_AMPLE if age < NEWEST_DAYS else NEWEST_LEAST
        if number >= wanted or age >= NEWEST_REACH:
            break
        newest.append(each)
        number += each.articles if articles else each.pages
    first = newest[-1].day if newest else today
    usual = [each for each in known if first - timedelta(days=USUAL_REACH) <= each.day < first][-USUAL_DAYS:]
    enough = sum(each.articles if articles else each.pages for each in usual) >= USUAL_LEAST
    return (
        summed(newest, today) if number >= NEWEST_LEAST else Day(today),
        usual if enough and len(usual) >= USUAL_LEAST_DAYS else [],
    )


def _length(newest: Day, usual: Sequence[Day], *, again: bool) -> str | None:
    """Return what is wrong with the length of texts, '' when nothing is, None when that cannot be told."""
    if not (newest.articles and usual):
        return None
    level = math.exp(median(math.log(each.length) for each in usual))
    least, most = (SHORT_ENDS, LONG_ENDS) if again else (SHORT, LONG)
    share = newest.length / level
    if least <= share <= most:
        return ""
    return f"the newest {newest.articles} texts have {newest.length:.0f} words, {level:.0f} are usual ({share:.0%})"


def _titles(newest: Day, usual: Sequence[Day], *, again: bool) -> str | None:
    """Return what is wrong with headlines, '' when nothing is, None when that cannot be told.

    Usual is the median of days or the mean, whichever is worse: on days of one or two texts a share is all or nothing.
    """
    if not (newest.articles and usual):
        return None
    level = min(median(each.agreement for each in usual), summed(usual, newest.day).agreement)
    if level - newest.agreement <= (TITLES_END if again else TITLES):
        return ""
    return (
        f"the headlines of {newest.titled} of the newest {newest.articles} texts agree with the feed's "
        f"({newest.agreement:.0%}), {level:.0%} do usually"
    )


def _quarantine(newest: Day, usual: Sequence[Day], *, again: bool) -> str | None:
    """Return what is wrong with the number of quarantined pages, '' when nothing is, None when that cannot be told."""
    if not (newest.pages and usual):
        return None
    level = max(median(each.quarantined for each in usual), summed(usual, newest.day).quarantined)
    bad = newest.pages - newest.articles
    enough = again or bad >= QUARANTINE_LEAST
    if not enough or newest.quarantined - level <= (QUARANTINE_ENDS if again else QUARANTINE):
        return ""
    kinds = sorted(((number, kind) for kind, number in newest.kinds.items() if kind != ARTICLE), reverse=True)
    named = ", ".join(f"{number} {kind}" for number, kind in kinds[:3])
    return (
        f"{bad} of the newest {newest.pages} pages are quarantined ({newest.quarantined:.0%}: {named}), "
        f"{level:.0%} are usually"
    )


def broken(alarms: Iterable[Alarm]) -> bool:
    """Whether what is read of a source now may be the wrong part of its pages: bad length or bad headlines."""
    return any(alarm.kind in {AlarmKind.LENGTH, AlarmKind.TITLES} for alarm in alarms)


def keeps_old(words_before: int, words_after: int, alarms: Iterable[Alarm]) -> str:
    """Return why a page that is read again must not replace the stored text; '' when it may.

    While the extraction of a source is broken, a text that has lost half of its words is taken for the damage and not
    for an edit.
    """
    if words_after >= words_before * FAR_SHORTER or not broken(alarms):
        return ""
    return (
        f"the last good text is kept: the extraction of this source is not as usual, and {words_after} words "
        f"would replace {words_before}"
    )
