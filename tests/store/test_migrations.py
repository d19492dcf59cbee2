"""Migrations: a database of an earlier release, full of rows, becomes one of this release and loses none."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    func,
    insert,
    select,
    text,
)

from aggregator.core.feed import FeedState
from aggregator.core.outcome import Step
from aggregator.store import entries, feed_keys, feeds, hosts, schema, sources
from aggregator.store.session import Session, Store
from aggregator.store.tables import Instant
from tests import servers
from tests.newsdesk import new_entry, told
from tests.world import NOW

FIRST = "0001"
LAST = "0002"  # the release before this one
HOUR = timedelta(hours=1)
ROWS = 3  # in each table, but for feeds
AT = datetime(2026, 11, 20, 8, 30, 15, tzinfo=UTC)
FEEDS = (
    {"id": 1, "state": "active", "due_at": AT, "etag": '"e"', "failures": 2, "reason": "busy", "leased_until": NOW},
    {"id": 2, "state": "active", "due_at": NOW + HOUR, "polled_at": NOW, "interval_seconds": 4242},
    {"id": 3, "state": "gone", "due_at": AT, "failures": 9, "reason": "410"},
    {"id": 4, "state": "paused", "due_at": AT},
)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give a store whose database is of the first release and has rows in every table."""
    yield from _filled(request, tmp_path, FIRST)


@pytest.fixture(params=["sqlite", "postgresql"])
def last(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give a store whose database is of the release before this one and has rows in every table."""
    yield from _filled(request, tmp_path, LAST)


def _filled(request: pytest.FixtureRequest, folder: Path, revision: str) -> Iterator[Store]:
    if request.param == "sqlite":
        store = Store(f"sqlite:///{folder / 'a.db'}")
        _fill(store, revision)
        yield store
        store.close()
    else:
        with servers.fresh_database(request.getfixturevalue("postgres_url")) as url:
            store = Store(url)
            _fill(store, revision)
            yield store
            store.close()


def _fill(store: Store, revision: str) -> None:
    with store.writing() as session:
        command.upgrade(schema._config(session), revision)
        for table in _tables(session):
            rows = [_row(table, number) for number in range(1, (len(FEEDS) if table.name == "feeds" else ROWS) + 1)]
            session.execute(insert(table), rows)


def _tables(session: Session) -> list[Table]:
    """Return all tables of the database as it is, those first that others refer to; times in UTC as in the house."""
    found = MetaData()
    found.reflect(session)
    for table in found.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, DateTime):
                column.type = Instant()
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _row(table: Table, number: int) -> dict[str, object]:
    """Return a row with a value in each column, all different from those of other numbers where they must be."""
    row = {column.name: _value(column.name, column.type, number) for column in table.columns}
    match table.name:
        case "sources":
            return row | {"state": "active", "show": "full", "slug": f"source-{number}"}
        case "feeds":
            at = f"https://feed{number}.example/feed.xml"
            return row | {
                "url": at,
                "host": f"feed{number}.example",
                "source_id": 1,
                **_without(FEEDS[number - 1], row),
            }
        case "entries":
            name = f"https://feed1.example/{number}"
            known = {"guid": name, "guid_hash": entries.guid_hash(name), "url": name, "feed_id": 1, "source_id": 1}
            return row | known | {"status": "due", "host": "feed1.example", "url_key": name.removeprefix("https:")}
        case "hosts":
            names = ("feed1.example", "www.post.co.uk", "192.0.2.7:8080")
            return row | {"name": names[number - 1], "leased_until": None, "next_at": None}
    return row


def _without(given: Mapping[str, object], row: Mapping[str, object]) -> dict[str, object]:
    return {"leased_until": None, "polled_at": None} | {name: value for name, value in given.items() if name in row}


def _value(name: str, kind: object, number: int) -> object:
    match kind:
        case Instant():
            return AT + number * HOUR
        case Boolean():
            return number % 2 == 0
        case BigInteger() | Integer():
            return number if name == "id" or name.endswith("_id") or name in {"a", "b"} else number * 10
        case Float():
            return number / 4
        case LargeBinary():
            return bytes([number, 0, 255])
        case JSON():
            return {}
    return f"{name}{number}"[:8]


def _all(session: Session) -> dict[str, list[Row[tuple[object, ...]]]]:
    return {
        table.name: list(session.execute(select(table).order_by(*table.primary_key.columns)))
        for table in _tables(session)
    }


def test_the_first_schema_had_rows_in_every_table(old: Store) -> None:
    with old.reading() as session:
        assert schema.current(session) == FIRST
        counted = {table.name: session.scalar(select(func.count()).select_from(table)) for table in _tables(session)}
    assert len(counted) == 20
    assert set(counted.values()) == {ROWS, len(FEEDS)}
    assert schema.differences(old) != []


def test_a_database_of_the_first_release_becomes_one_of_this_release(old: Store) -> None:
    assert schema.upgrade(old) == (FIRST, schema.newest())
    assert schema.differences(old) == []
    assert schema.damage(old) == []
    if old.is_sqlite:
        with old.reading() as session:
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_every_row_is_kept_with_all_it_said(old: Store) -> None:
    with old.reading() as session:
        before = _all(session)
    schema.upgrade(old)
    with old.reading() as session:
        after = _all(session)
    for name, rows in before.items():
        assert len(after[name]) == len(rows)
        for was, now in zip(rows, after[name], strict=True):
            kept, lost = now._asdict(), was._asdict()
            if name == "feeds":
                del lost["leased_until"]
                lost["state"] = {"gone": "sleeping"}.get(lost["state"], lost["state"])
            assert {column: kept[column] for column in lost} == lost, name


def test_what_is_new_starts_empty(old: Store) -> None:
    schema.upgrade(old)
    with old.reading() as session:
        counted = {name: len(rows) for name, rows in _all(session).items()}
        assert {name for name, number in counted.items() if not number} >= {
            "asked",
            "limits",
            "subscriptions",
            "pushes",
        }
        feed = feeds.get(session, 2)
    assert feed is not None
    assert (feed.told, feed.usual, feed.full_at, feed.skip_hours, feed.failures) == ((), None, None, frozenset(), 20)
    assert feed.interval == timedelta(seconds=4242)
    assert feed.validated_url == feed.url, "its validators came from there"


def test_feeds_that_were_gone_sleep_and_are_asked_when_they_are_due(old: Store) -> None:
    schema.upgrade(old)
    with old.writing() as session:
        gone = feeds.get(session, 3)
        assert gone is not None
        assert (gone.state, gone.due_at, gone.reason, gone.failures) == (FeedState.SLEEPING, AT, "410", 9)
        assert 3 in {work.id for work in feeds.due(session, AT, 9)}
        assert [feed.id for feed in feeds.lease(session, [3], AT, HOUR)] == [3]


def test_feeds_are_picked_when_they_were_due_and_paused_ones_never(old: Store) -> None:
    schema.upgrade(old)
    with old.writing() as session:
        assert [work.id for work in feeds.due(session, AT - HOUR, 9)] == []
        assert {work.id for work in feeds.due(session, NOW, 9)} == {1, 3}, "whoever held it is no more"
        assert {work.id for work in feeds.due(session, NOW + HOUR, 9)} == {1, 2, 3}
        assert {work.id for work in feeds.due(session, NOW + timedelta(days=365_000), 9)} == {1, 2, 3}
        assert feeds.lease(session, [4], NOW + timedelta(days=365_000), HOUR) == []
        feeds.set_state(session, 4, FeedState.ACTIVE, NOW)
        assert 4 in {work.id for work in feeds.due(session, NOW, 9)}, "until somebody wakes it"
        assert all(work.step is Step.POLL for work in feeds.due(session, NOW, 9))


def test_a_paused_feed_is_looked_at_never_at_the_very_moment_that_this_release_writes(old: Store) -> None:
    schema.upgrade(old)
    with old.reading() as session:
        (table,) = (table for table in _tables(session) if table.name == "feeds")
        times = {row.id: row.pick_at for row in session.execute(select(table))}
    assert times == {1: AT, 2: NOW + HOUR, 3: AT, 4: feeds.NEVER}


def test_hosts_learn_of_their_domains_and_keep_robots_txt(old: Store) -> None:
    schema.upgrade(old)
    with old.writing() as session:
        (table,) = (table for table in _tables(session) if table.name == "hosts")
        found = {row.name: row.domain for row in session.execute(select(table))}
        taken = hosts.lease(session, found, "worker", NOW, HOUR)
    assert found == {"feed1.example": "feed1.example", "www.post.co.uk": "post.co.uk", "192.0.2.7:8080": "192.0.2.7"}
    assert {host.robots for host in taken.values()} == {bytes([number, 0, 255]) for number in range(1, ROWS + 1)}


def test_rows_can_be_added_as_before(old: Store) -> None:
    schema.upgrade(old)
    with old.writing() as session:
        if not old.is_sqlite:  # the rows above came with their ids
            session.execute(text("SELECT setval('feeds_id_seq', 100), setval('entries_id_seq', 100)"))
        source = sources.every(session)[0]
        feed = feeds.add(session, source.id, "https://new.example/feed", "new.example", NOW)
        fresh = new_entry(feed, told("https://new.example/1"))
        assert entries.add_new(session, [fresh]) != {}
        assert entries.add_new(session, [fresh]) == {}


def test_entries_that_were_told_before_are_known_by_their_ids(old: Store) -> None:
    schema.upgrade(old)
    with old.writing() as session:
        feed = feeds.get(session, 1)
        assert feed is not None
        items = [new_entry(feed, told(f"https://feed1.example/{number}")).item for number in range(1, ROWS + 1)]
        found = feed_keys.known(session, [(feed.id, items)])[feed.id]
    assert sorted({known.entry_id for known in found.values()}) == [1, 2, 3]


def test_it_is_brought_up_once(old: Store) -> None:
    schema.upgrade(old)
    with old.reading() as session:
        before = _all(session)
    assert schema.upgrade(old) == (schema.newest(), schema.newest())
    with old.reading() as session:
        assert _all(session) == before


def test_a_database_of_the_last_release_keeps_every_row(last: Store) -> None:
    with last.reading() as session:
        before = _all(session)
    assert {len(rows) for rows in before.values()} == {ROWS, len(FEEDS)}
    assert schema.upgrade(last) == (LAST, schema.newest())
    assert schema.differences(last) == []
    with last.reading() as session:
        after = _all(session)
    for name, rows in before.items():
        assert len(after[name]) == len(rows)
        for was, now in zip(rows, after[name], strict=True):
            kept, lost = now._asdict(), was._asdict()
            assert {column: kept[column] for column in lost} == lost, name


def test_the_verdict_of_pages_put_aside_is_read_from_their_reasons(last: Store) -> None:
    reasons = {1: "consent: 20 words, among them 'cookies'", 2: "the page answered 404", 3: "paywall: 30 words"}
    with last.writing() as session:
        for number, reason in reasons.items():
            values = {"reason": reason, "number": number}
            session.execute(
                text("UPDATE entries SET status = 'quarantined', reason = :reason WHERE id = :number"), values
            )
        session.execute(text("UPDATE entries SET status = 'article' WHERE id = 3"))
    schema.upgrade(last)
    with last.reading() as session:
        found = session.execute(text("SELECT verdict, retry_at, retries FROM entries ORDER BY id")).all()
    assert [tuple(row) for row in found] == [("consent", None, 0), ("", None, 0), ("", None, 0)]
