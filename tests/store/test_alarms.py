"""Alarms of sources are raised once and ended once, whoever says it how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from aggregator.core.baseline import Alarm, AlarmKind
from aggregator.store import alarms
from aggregator.store.alarms import Standing
from aggregator.store.session import Store
from tests.newsdesk import outlet
from tests.world import NOW

SHORT, WALLS = Alarm(AlarmKind.LENGTH, "short"), Alarm(AlarmKind.QUARANTINE, "walls")
HOUR = timedelta(hours=1)


def test_an_alarm_that_stands_is_not_raised_again_and_one_that_has_ended_is(store: Store) -> None:
    source = outlet(store)
    with store.writing() as session:
        alarms.begin(session, {}, NOW)
        alarms.begin(session, {source.id: [SHORT, SHORT]}, NOW)
        alarms.begin(session, {source.id: [Alarm(AlarmKind.LENGTH, "shorter"), WALLS]}, NOW + HOUR)
        first, second = (
            Standing(source.id, source.slug, SHORT, NOW),
            Standing(source.id, source.slug, WALLS, NOW + HOUR),
        )
        assert alarms.open_of(session, [source.id, 10**6]) == {source.id: [first, second]}
        alarms.end(session, source.id, [AlarmKind.LENGTH], NOW + 2 * HOUR)
        alarms.end(session, source.id, [AlarmKind.LENGTH, AlarmKind.TITLES], NOW + 3 * HOUR)
        assert alarms.every_open(session) == [second]
        alarms.begin(session, {source.id: [SHORT]}, NOW + 4 * HOUR)
        told = alarms.of_source(session, source.id, NOW)
    assert [(each.alarm.reason, each.since - NOW, each.ended_at) for each in told] == [
        ("short", 4 * HOUR, None),
        ("walls", HOUR, None),
        ("short", timedelta(), NOW + 2 * HOUR),
    ]


def test_open_ones_are_told_by_source_and_old_ones_no_longer(store: Store) -> None:
    b, a = outlet(store, "B"), outlet(store, "A")
    with store.writing() as session:
        alarms.begin(session, {a.id: [SHORT], b.id: iter([WALLS, SHORT])}, NOW)
        everything = [(each.slug, each.alarm.kind) for each in alarms.every_open(session)]
        assert everything == [("a", AlarmKind.LENGTH), ("b", AlarmKind.LENGTH), ("b", AlarmKind.QUARANTINE)]
        alarms.end(session, b.id, [AlarmKind.LENGTH], NOW + HOUR)
        assert list(alarms.open_of(session, [a.id])) == [a.id]
        assert len(alarms.of_source(session, b.id, NOW + HOUR)) == 2
        assert [each.alarm for each in alarms.of_source(session, b.id, NOW + 2 * HOUR)] == [WALLS]


def test_of_workers_that_see_the_same_at_once_one_raises_the_alarm(store: Store) -> None:
    ids = [outlet(store, name).id for name in "ABC"]

    def work(turn: int) -> None:
        with store.writing() as session:
            alarms.begin(session, {each: [SHORT] for each in (ids, ids[::-1])[turn % 2]}, NOW)

    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(8)))
        with store.writing() as session:
            assert [each.source_id for each in alarms.every_open(session)] == ids
            for each in ids:
                alarms.end(session, each, AlarmKind, NOW)
