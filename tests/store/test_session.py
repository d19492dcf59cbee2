"""Transactions: all or nothing, one writer after the other, and clear words when a database is not there."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.core.errors import Refused, TryLater
from aggregator.store import pulses, schema
from aggregator.store.session import Store
from tests.world import NOW


def test_what_was_written_is_there_for_others(store: Store) -> None:
    with store.writing() as session:
        pulses.beat(session, "a", NOW, "somebody")
    with store.reading() as session:
        assert pulses.every(session) == {"a": (NOW, "somebody")}


def test_a_block_that_fails_leaves_nothing_behind(store: Store) -> None:
    def fail() -> None:
        with store.writing() as session:
            pulses.beat(session, "a", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as session:
        assert pulses.every(session) == {}


def test_writers_wait_for_each_other(store: Store) -> None:
    def count() -> None:
        for _ in range(25):
            with store.writing() as session:
                before = pulses.every(session).get("a", (NOW, "0"))[1] if store.is_sqlite else None
                number = int(before or 0) + 1
                pulses.beat(session, "a" if store.is_sqlite else threading.current_thread().name, NOW, str(number))

    threads = [threading.Thread(target=count, name=f"t{number}") for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.reading() as session:
        found = pulses.every(session)
    assert found["a"][1] == "100" if store.is_sqlite else len(found) == 4


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.writing() as session:
        pulses.beat(session, "a", NOW)
        with store.reading() as other:
            assert pulses.every(other) == {}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no database address"),
        ("mysql://x/y", "SQLite and PostgreSQL"),
        ("mongodb://x/y", "SQLite and PostgreSQL"),
    ],
)
def test_an_address_that_names_no_database_is_refused_with_what_is_allowed(url: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        Store(url)


def test_a_database_that_does_not_answer_is_for_later_and_its_password_is_not_told() -> None:
    store = Store("postgresql://user:secret@127.0.0.1:9/none")

    def ask() -> None:
        with store.reading():
            raise AssertionError

    with pytest.raises(TryLater) as told:
        ask()
    assert "secret" not in told.value.reason
    assert "127.0.0.1:9" in told.value.reason
    store.close()


def test_sqlite_is_in_wal_mode_and_wipes_what_is_deleted(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'deeper' / 'a.db'}")
    with store.reading() as session:
        found = {name: session.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "secure_delete")}
    store.close()
    assert found == {"journal_mode": "wal", "secure_delete": 1}


def test_when_the_disk_is_full_it_says_so_and_what_to_do(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    schema.upgrade(store)

    def fill() -> None:
        with store.writing() as session:
            pages = session.execute(text("PRAGMA page_count")).scalar_one()
            session.execute(text(f"PRAGMA max_page_count = {pages + 5}"))
            for number in range(1000):
                pulses.beat(session, f"{number}" * 10, NOW, "x" * 1000)

    with pytest.raises(TryLater, match=r"no room left .* make some"):
        fill()
    with store.writing() as session:
        session.execute(text("PRAGMA max_page_count = 100000"))
        pulses.beat(session, "after", NOW, "")
        assert session.execute(text("SELECT count(*) FROM pulses")).scalar_one() == 1, "nothing is half-written"
    store.close()
