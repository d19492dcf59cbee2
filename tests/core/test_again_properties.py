"""What holds for times and levels whatever was seen before: when a page is looked at again, and what is usual of it."""

import math
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core import baseline, renewal, retrying
from aggregator.core.baseline import ARTICLE, Alarm, AlarmKind, Day
from aggregator.core.renewal import Renewal
from aggregator.core.wall_words import Kind

FEW = settings(max_examples=60, deadline=None)
MANY = settings(max_examples=80, deadline=None)

moments = st.datetimes(datetime(1995, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of it
lucks = st.floats(0, 1, exclude_max=True)


# --- When to look again


@MANY
@given(
    st.sampled_from([*Kind, retrying.NO_ANSWER, retrying.NO_PAGE, retrying.UNREADABLE]) | st.text(max_size=9),
    st.integers(-3, 10),
    moments,
    lucks,
)
def test_what_is_put_aside_is_tried_later_and_later_and_then_no_more(
    kind: str, retries: int, now: datetime, luck: float
) -> None:
    again = retrying.again(kind, retries, now, luck)
    assert again is None or now < again <= now + timedelta(days=5)
    after = retrying.again(kind, retries + 1, now, luck)
    if retries >= 0:
        assert after is None or (again is not None and again < after)
    assert retrying.again(kind, 10, now, luck) is None


@MANY
@given(moments, st.timedeltas(timedelta(days=-2), timedelta(days=200)), st.integers(-2, 40), lucks, st.floats(0.1, 10))
def test_the_next_look_lies_ahead_and_is_rarer_after_looks_in_vain(
    born: datetime, age: timedelta, checks: int, luck: float, factor: float
) -> None:
    rule, now = Renewal(factor=factor), born + age
    at = renewal.following(born, now, checks, luck, rule)
    assert (at is None) == (age >= renewal.AGES[-1] * factor)
    assert renewal.following(born, now, checks, luck, Renewal(on=False)) is None
    if at is not None:
        assert now + renewal.LEAST * factor <= at
        rarer = renewal.following(born, now, checks + renewal.PATIENCE, luck, rule)
        assert rarer is not None
        assert rarer >= at
    later = renewal.after_failure(born, now - abs(age), now, rule)
    assert (later is None) == (age > renewal.AGES[-1] * factor * renewal.GIVEN_UP)
    assert later is None or renewal.LEAST <= later - now <= timedelta(days=1)


@FEW
@given(moments, lucks, st.floats(0.1, 10))
def test_an_article_that_is_looked_at_when_it_is_time_is_left_alone_in_the_end(
    born: datetime, luck: float, factor: float
) -> None:
    now: datetime = born
    looks = 0
    while (at := renewal.following(born, now, looks, luck, Renewal(factor=factor))) is not None:
        assert at > now
        now, looks = at, looks + 1
    assert 0 < looks <= len(renewal.AGES)


@FEW
@given(
    moments,
    st.none() | st.timedeltas(timedelta(0), timedelta(days=40)),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_a_told_edit_brings_the_look_forward_and_never_back(
    at: datetime, planned: timedelta | None, ago: timedelta | None
) -> None:
    check = None if planned is None else at + planned
    found = renewal.edited(check, None if ago is None else at - ago, at)
    assert (found is None) == (check is None)
    assert found is None or check is None or found <= check


@FEW
@given(
    st.sampled_from([404, 410, 451]),
    moments,
    st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=2)), min_size=8, max_size=8),
)
def test_a_missing_page_is_believed_to_be_withdrawn_once_and_for_all(
    status: int, now: datetime, pauses: list[timedelta]
) -> None:
    since, times, believed = None, 0, []
    for pause in pauses:
        seen = renewal.absent(status, since, times, now)
        assert seen.again_at is None or seen.again_at >= now + renewal.LEAST
        assert seen.since <= now
        since, times, now = seen.since, seen.times, (seen.again_at or now) + pause
        believed.append(seen.again_at is None)
    assert believed == sorted(believed)
    assert believed[-1]


# --- Baselines


@st.composite
def a_day(draw: st.DrawFn) -> Day:
    """Draw the pages of a day as the store adds them up: the length is a sum of logarithms, headlines agree or not."""
    lengths = draw(st.lists(st.sampled_from([0.0, 1.0, 5.0, 6.2, 8.0, 13.0]), max_size=12))
    kinds = {
        ARTICLE: len(lengths),
        **draw(st.dictionaries(st.sampled_from([str(kind) for kind in Kind]), st.integers(0, 9), max_size=3)),
    }
    day = date(2026, 11, 4) - timedelta(days=draw(st.integers(-2, 70)))
    return Day(day, kinds, sum(lengths), draw(st.integers(0, len(lengths))))


_alarms = st.lists(
    st.builds(Alarm, st.sampled_from(AlarmKind), st.just("as before")), max_size=3, unique_by=lambda alarm: alarm.kind
)


@FEW
@given(st.lists(a_day(), max_size=25), _alarms, st.randoms(use_true_random=False))
def test_any_days_of_a_source_give_each_alarm_once_whatever_their_order(
    days: list[Day], standing: list[Alarm], chance: object
) -> None:
    today = date(2026, 11, 4)
    found = baseline.judge(days, today, standing)
    kinds = [alarm.kind for alarm in found]
    assert kinds == [kind for kind in AlarmKind if kind in kinds]
    assert all(alarm in standing for alarm in found if alarm.kind in {each.kind for each in standing})
    assert all(0 < len(alarm.reason) < 400 for alarm in found)
    assert baseline.judge([day for day in days if baseline.since(today) <= day.day <= today], today, standing) == found
    assert baseline.judge([], today, standing) == sorted(standing, key=lambda alarm: list(AlarmKind).index(alarm.kind))
    total = baseline.summed(days, today)
    assert (total.pages, total.articles) == (sum(day.pages for day in days), sum(day.articles for day in days))
    assert math.isfinite(total.length)
    assert 0 <= total.agreement <= 1
    assert 0 <= total.quarantined <= 1
    chance.shuffle(unique := list({day.day: day for day in days}.values()))  # type: ignore[attr-defined]
    assert baseline.judge(unique, today) == baseline.judge(sorted(unique, key=lambda day: day.day), today)


@FEW
@given(st.integers(1, 20), st.integers(1, 3000), st.integers(10, 40))
def test_days_that_are_all_alike_raise_no_alarm_and_end_those_that_stand(
    number: int, length: int, several: int
) -> None:
    today = date(2026, 11, 4)
    days = [
        Day(today - timedelta(days=ago), {ARTICLE: number}, math.log(length) * number, number) for ago in range(several)
    ]
    assert baseline.judge(days, today) == []
    if number * (several - 8) >= baseline.USUAL_LEAST and several >= 11:
        assert baseline.judge(days, today, [Alarm(kind, "x") for kind in AlarmKind]) == []


@FEW
@given(st.integers(0, 3000), st.integers(0, 3000), _alarms)
def test_a_stored_text_is_kept_only_from_one_half_as_long_while_an_alarm_stands(
    before: int, after: int, standing: list[Alarm]
) -> None:
    kept = baseline.keeps_old(before, after, standing)
    assert bool(kept) == (2 * after < before and baseline.broken(standing))
    assert baseline.keeps_old(before, after, []) == ""
