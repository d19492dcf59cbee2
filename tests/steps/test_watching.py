"""Watching a source: what was read is tallied by day, and a break after a redesign is told within a day."""

from datetime import timedelta

from aggregator.core.baseline import AlarmKind
from aggregator.steps.watching import Change, Counted, tally, watch
from aggregator.store import alarms, baselines
from aggregator.store.session import Session, Store
from tests.newsdesk import outlet
from tests.world import NOW

DAY = timedelta(days=1)


def _read(session: Session, source_id: int, ago: int, number: int = 4, words: int = 600, kind: str = "article") -> None:
    tally(session, NOW - ago * DAY, [Counted(source_id, kind, words, titled=True)] * number)


def test_words_count_for_articles_alone_and_a_day_is_one_of_utc(store: Store) -> None:
    source = outlet(store).id
    night = NOW.replace(hour=23, minute=59)
    pages = [
        Counted(source, "article", 100, titled=True),
        Counted(source, "article", 0),
        Counted(source, "paywall", 90),
    ]
    with store.writing() as session:
        tally(session, night, [*pages, Counted(source, "x" * 40)])
        tally(session, night + timedelta(minutes=2), iter(pages[:1]))
        first, second = baselines.days(session, [source], (NOW - DAY).date())[source]
    assert (first.day, first.kinds) == (NOW.date(), {"article": 2, "paywall": 1, "x" * 16: 1})
    assert (round(first.length), first.titled, second.articles) == (10, 1, 1), "the mean of 100 words and of none"


def test_a_redesign_raises_an_alarm_with_the_first_texts_after_it_and_mending_ends_it(store: Store) -> None:
    broken, other = outlet(store, "Broken").id, outlet(store, "Other").id
    changes: list[list[Change]] = []
    with store.writing() as session:
        for ago in range(20, 0, -1):
            for each in (broken, other):
                _read(session, each, ago)
                assert watch(session, NOW - ago * DAY, [each]) == []
        for _ in range(6):
            _read(session, broken, 0, number=1, words=50)
            _read(session, other, 0, number=1)
            changes.append(watch(session, NOW, [broken, other, broken]))
        assert [len(each) for each in changes] == [0, 0, 1, 0, 0, 0]
        ((raised,),) = [each for each in changes if each]
        assert (raised.source_id, raised.kind, raised.ended) == (broken, AlarmKind.LENGTH, False)
        reason = "the newest 7 texts have 207 words, 600 are usual (34%)"
        assert str(raised) == f"alarm raised for source {broken}: length: {reason}"
        (open_one,) = alarms.every_open(session)
        assert (open_one.source_id, open_one.alarm.reason, open_one.since) == (broken, reason, NOW)
        _read(session, broken, -1, number=10)
        (ended,) = watch(session, NOW + DAY, [broken])
        assert (ended.kind, ended.ended, str(ended).startswith("alarm ended")) == (AlarmKind.LENGTH, True, True)
        assert alarms.every_open(session) == []


def test_a_source_that_was_not_read_is_left_as_it_stands(store: Store) -> None:
    source = outlet(store).id
    with store.writing() as session:
        for ago in range(10, 0, -1):
            _read(session, source, ago)
        _read(session, source, 0, number=30, kind="challenge")
        assert watch(session, NOW, []) == watch(session, NOW, [10**6]) == []
        (raised,) = watch(session, NOW, [source])
        assert raised.kind is AlarmKind.QUARANTINE
        assert watch(session, NOW + 300 * DAY, [source]) == [], "there is nothing left to judge it by"
        assert len(alarms.every_open(session)) == 1
