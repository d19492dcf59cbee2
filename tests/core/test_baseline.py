"""What is usual of a source, and what raises and ends an alarm."""

import math
from datetime import date, timedelta

import pytest

from aggregator.core import baseline
from aggregator.core.baseline import ARTICLE, Alarm, AlarmKind, Day, broken, judge, keeps_old

TODAY = date(2026, 11, 24)
L, T, Q = AlarmKind.LENGTH, AlarmKind.TITLES, AlarmKind.QUARANTINE


def day(ago: int, articles: int = 10, words: float = 600, titled: float = 1.0, **bad: int) -> Day:
    kinds = {kind.replace("_", "-"): number for kind, number in bad.items()} | ({ARTICLE: articles} if articles else {})
    return Day(TODAY - timedelta(days=ago), kinds, articles * math.log(words), round(articles * titled))


USUAL = [day(ago) for ago in range(1, 29)]


def kinds(days: list[Day], standing: list[Alarm] | None = None, today: date = TODAY) -> list[AlarmKind]:
    return [alarm.kind for alarm in judge(days, today, standing or [])]


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        (day(0), []),
        (day(0, words=245), []),
        (day(0, words=235), [L]),
        (day(0, words=1790), []),
        (day(0, words=1810), [L]),
        (day(0, titled=0.6), []),
        (day(0, titled=0.5), [T]),
        (day(0, articles=7, paywall=3), []),
        (day(0, articles=6, paywall=3, too_short=1), [Q]),
        (day(0, articles=0, challenge=10), [Q]),
        (day(0, words=100, titled=0, paywall=20), [L, T, Q]),
    ],
)
def test_an_alarm_is_raised_beyond_each_threshold_and_not_before(newest: Day, expected: list[AlarmKind]) -> None:
    assert kinds([*USUAL, newest]) == expected


def test_reasons_say_the_numbers() -> None:
    newest = day(0, articles=10, words=60, titled=0.1, paywall=12, too_short=3)
    assert [alarm.reason for alarm in judge([*USUAL, newest], TODAY)] == [
        "the newest 10 texts have 60 words, 600 are usual (10%)",
        "the headlines of 1 of the newest 10 texts agree with the feed's (10%), 100% do usually",
        "15 of the newest 25 pages are quarantined (60%: 12 paywall, 3 too-short), 0% are usually",
    ]


def test_the_good_texts_of_yesterday_do_not_hide_the_bad_ones_of_today() -> None:
    assert kinds([*USUAL[1:], day(1, articles=200), day(0, articles=10, words=60)]) == [L]


def test_with_few_pages_today_yesterday_counts_too_and_five_are_needed() -> None:
    calm = USUAL[2:]
    assert kinds([*calm, day(1, articles=3, words=60), day(0, articles=1, words=60)]) == []
    assert kinds([*calm, day(1, articles=3, words=60), day(0, articles=2, words=60)]) == [L]
    assert kinds([*calm, day(1, articles=9), day(0, articles=2, words=60)]) == []


def test_four_pages_after_a_calm_week_are_too_few() -> None:
    calm = [day(ago) for ago in range(8, 36)]
    assert kinds([*calm, day(0, articles=4, words=60)]) == []
    assert kinds([*calm, day(0, articles=5, words=60)]) == [L]


def test_a_source_that_says_little_is_judged_by_its_last_week() -> None:
    slow = [day(7 * week, articles=3) for week in range(1, 9)]
    assert kinds([*slow, *(day(ago, articles=1, words=60) for ago in range(5))]) == [L]
    assert kinds([*slow, day(0, articles=1, words=60), day(9, articles=5, words=60)]) == [], "that is no news"


@pytest.mark.parametrize(
    "usual",
    [
        [],
        [day(1, articles=500), day(2, articles=500)],
        [day(ago, articles=2) for ago in range(1, 10)],
        [day(ago) for ago in range(100, 128)],
    ],
    ids=["nothing", "two days", "too few texts", "too long ago"],
)
def test_without_enough_to_compare_with_nothing_is_raised_and_nothing_ends(usual: list[Day]) -> None:
    newest = day(0, words=5, titled=0, paywall=50)
    assert judge([*usual, newest], TODAY) == []
    standing = [Alarm(L, "as it was")]
    assert judge([*usual, newest], TODAY, standing) == standing


def test_nothing_ends_while_nothing_new_is_read() -> None:
    standing = [Alarm(L, "l"), Alarm(Q, "q")]
    assert judge(USUAL, TODAY + timedelta(days=20), standing) == standing
    assert judge([], TODAY, standing) == standing


def test_a_standing_alarm_keeps_its_reason_and_ends_well_inside_the_usual_only() -> None:
    standing = [Alarm(L, "l"), Alarm(T, "t"), Alarm(Q, "q")]
    between = day(0, words=300, titled=0.7, paywall=3)
    assert kinds([*USUAL, between]) == []
    assert judge([*USUAL, between], TODAY, standing) == standing
    assert judge([*USUAL, day(0, words=370, titled=0.9, paywall=1)], TODAY, standing) == []
    assert kinds([*USUAL, day(0, words=1500)], standing) == [L]


def test_a_few_bad_days_do_not_change_what_is_usual() -> None:
    mended = [*USUAL[8:], *(day(ago, words=60, titled=0) for ago in range(1, 9))]
    assert judge([*mended, day(0)], TODAY, [Alarm(L, "l")]) == []
    assert kinds([*mended, day(0, words=60)]) == [L]


@pytest.mark.parametrize("words", [30, 6000])
def test_a_new_level_becomes_the_usual_one_after_it_has_held_for_fourteen_days(words: int) -> None:
    old = [day(ago) for ago in range(60, 15, -1)]
    standing: list[Alarm] = []
    lengths = []
    for ago in range(15, -1, -1):
        old.append(day(ago, words=words))
        standing = judge(old, TODAY - timedelta(days=ago), standing)
        lengths.append(len(standing))
    assert lengths == [1] * 15 + [0], "while the new days are half of those compared or fewer, it stands"


def test_a_source_that_always_has_many_stubs_is_as_usual() -> None:
    stubs = [day(ago, articles=1, paywall=9) for ago in range(29)]
    assert kinds(stubs) == []
    mixed = [day(ago, articles=1) if ago % 2 else day(ago, articles=0, paywall=1) for ago in range(60)]
    assert kinds(mixed) == [], "half of its pages are quarantined, day by day all or none"
    unlike = [day(ago, articles=1, titled=ago % 2) for ago in range(60)]
    assert kinds(unlike) == []


def test_where_most_days_are_good_the_mean_still_says_what_is_usual() -> None:
    walls = [day(ago, articles=1) if ago % 3 else day(ago, articles=0, paywall=1) for ago in range(1, 60)]
    assert kinds([*walls, day(0, articles=6, paywall=6)]) == []
    assert kinds([*walls, day(0, articles=3, paywall=9)]) == [Q]
    unlike = [day(ago, articles=1, titled=min(ago % 3, 1)) for ago in range(1, 60)]
    assert kinds([*unlike, day(0, titled=0.5)]) == []
    assert kinds([*unlike, day(0, titled=0.1)]) == [T]


def test_a_day_of_the_future_or_without_pages_counts_for_nothing() -> None:
    assert kinds([*USUAL, day(0), day(-1, words=1), day(3, articles=0)]) == []


def test_what_is_looked_at_reaches_back_to_the_first_day_that_is_asked_for() -> None:
    first = (TODAY - baseline.since(TODAY)).days
    slow = [day(6 + age, articles=10) for age in (54, 55, 56)]
    assert min(each.day for each in slow) > TODAY - timedelta(days=first + 1)
    assert kinds([*slow, day(6, articles=5, words=60)]) == [L]


def test_numbers_of_a_day_are_those_of_its_articles() -> None:
    found = baseline.summed([day(0, 2, 100), day(1, 2, 400, titled=0.5, paywall=4)], TODAY)
    assert (found.pages, found.articles, found.titled, round(found.length)) == (8, 4, 3, 200)
    assert (found.agreement, found.quarantined) == (0.75, 0.5)
    empty = baseline.summed([], TODAY)
    assert (empty.pages, empty.length, empty.agreement, empty.quarantined) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("before", "after", "alarms", "kept"),
    [
        (600, 299, [L], True),
        (600, 299, [T], True),
        (600, 300, [L, T], False),
        (600, 900, [L], False),
        (600, 10, [Q], False),
        (600, 10, [], False),
        (0, 0, [L], False),
    ],
)
def test_a_far_shorter_text_does_not_replace_the_old_one_while_extraction_is_broken(
    before: int, after: int, alarms: list[AlarmKind], kept: bool
) -> None:
    found = [Alarm(kind, "r") for kind in alarms]
    reason = keeps_old(before, after, found)
    assert bool(reason) is kept
    assert not kept or f"{after} words would replace {before}" in reason
    assert broken(found) is bool({L, T} & set(alarms))
