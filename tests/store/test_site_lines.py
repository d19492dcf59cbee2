"""Lines of sites: counted by page, bounded by source, and forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from aggregator.store import site_lines
from aggregator.store.session import Session, Store
from aggregator.store.tables import site_lines as table
from tests.newsdesk import outlet
from tests.world import NOW

DAY = timedelta(days=1)
EDGES = [-(2**63), -1, 0, 2**63 - 1]


def _number(session: Session, source_id: int) -> int:
    return session.scalars(select(func.count()).select_from(table).where(table.c.source_id == source_id)).one()


def test_a_line_counts_for_each_page_that_is_told_and_for_its_source_alone(store: Store) -> None:
    a, b = outlet(store, "A").id, outlet(store, "B").id
    with store.writing() as session:
        site_lines.add(session, {}, NOW)
        site_lines.add(session, {a: [*EDGES, -1], b: [], 10**6: []}, NOW)
        site_lines.add(session, {a: [-1, 7], b: iter([-1])}, NOW)
        assert site_lines.known(session, a, [*EDGES, 7, 8]) == {EDGES[0]: 1, -1: 3, 0: 1, EDGES[3]: 1, 7: 1}
        assert site_lines.known(session, b, EDGES) == {-1: 1}
        assert site_lines.known(session, b, []) == {}


def test_of_too_many_lines_the_least_seen_and_oldest_go_first(store: Store) -> None:
    a, b = outlet(store, "A").id, outlet(store, "B").id
    old, seen_twice, new = range(9_000, 10_000), range(20_000, 20_900), range(1_000, 1_101)
    with store.writing() as session:
        site_lines.add(session, {a: seen_twice, b: [*seen_twice, *old]}, NOW - 3 * DAY)
        site_lines.add(session, {a: seen_twice}, NOW - 2 * DAY)
        site_lines.add(session, {a: old}, NOW - DAY)
        assert _number(session, a) == 1_900
        site_lines.add(session, {a: new}, NOW)
        assert _number(session, a) == site_lines.LEFT
        there = site_lines.known(session, a, [*old, *seen_twice, *new])
        assert set(there) - set(old) == {*seen_twice, *new}
        assert _number(session, b) == 1_900


def test_a_page_of_endless_lines_is_bounded(store: Store) -> None:
    source = outlet(store).id
    with store.writing() as session:
        site_lines.add(session, {source: range(10**9)}, NOW)
        assert _number(session, source) == site_lines.MOST


def test_lines_that_were_last_seen_long_ago_are_forgotten(store: Store) -> None:
    source = outlet(store).id
    with store.writing() as session:
        site_lines.add(session, {source: [1, 2]}, NOW - 2 * DAY)
        site_lines.add(session, {source: [2]}, NOW)
        assert site_lines.forget(session, NOW - DAY) == 1
        assert site_lines.known(session, source, [1, 2]) == {2: 2}
        assert site_lines.forget(session, NOW) == 0


def test_workers_side_by_side_lose_no_page(store: Store) -> None:
    a, b = outlet(store, "A").id, outlet(store, "B").id

    def work(turn: int) -> None:
        for _ in range(5):
            with store.writing() as session:
                site_lines.add(
                    session, {each: range(20)[:: 1 - 2 * (turn % 2)] for each in (a, b)[:: 1 - 2 * (turn % 2)]}, NOW
                )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with store.reading() as session:
        assert set(site_lines.known(session, b, range(20)).values()) == {20}
