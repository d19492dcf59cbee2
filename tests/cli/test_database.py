"""db: the schema is brought up to date, and what is wrong is found."""

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def sql(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "var/aggregator.db") as connection:
        connection.execute(statement)
    connection.close()


def test_upgrading_makes_the_schema_and_twice_is_as_well(aggregator: Command):
    first = aggregator("db", "upgrade", "--json").json
    assert (first["before"], bool(first["after"])) == ("", True)
    assert aggregator("db", "upgrade").out == f"schema {first['after']}, as before\n"


def test_a_schema_of_the_future_is_refused(aggregator: Command, folder: Path):
    aggregator("db", "upgrade")
    sql(folder, "UPDATE alembic_version SET version_num = '9999'")
    for words in (("db", "upgrade"), ("db", "check"), ("status",)):
        done = aggregator(*words)
        assert (done.code, "made by a newer one" in done.error) == (1, True), words


@pytest.mark.usefixtures("day")
def test_a_sound_database_adds_up(aggregator: Command):
    done = aggregator("db", "check", "--full")
    assert done.code == 0
    assert "7 entries seen = 6 ended + 1 still due" in done.out
    assert aggregator("db", "check", "--json").json == {"schema": [], "file": [], "pages": [], "numbers": []}


@pytest.mark.usefixtures("day")
def test_a_stored_page_that_is_lost_is_found(aggregator: Command, folder: Path):
    lost = next((folder / "var/blobs").rglob("*.zst"))
    lost.unlink()
    done = aggregator("db", "check", "--json")
    assert done.code == 1
    (said,) = done.json["pages"]
    assert said == f"{lost.parent.name}{lost.stem} is named but not there"


@pytest.mark.usefixtures("day")
def test_a_table_that_was_changed_by_hand_is_found(aggregator: Command, folder: Path):
    sql(folder, "ALTER TABLE takedowns ADD COLUMN odd TEXT")
    done = aggregator("db", "check", "--json")
    assert done.code == 1
    assert "odd" in done.json["schema"][0]
