"""How the command speaks: what it prints is what it was given, whoever wrote it."""

import json
from datetime import timedelta

import pytest

from aggregator.cli import console


@pytest.mark.parametrize("cell", ["all [/b] of it", "[red]VIDEO[/red] of it", "a [link=x]"])
def test_a_table_shows_a_headline_as_it_is(capsys: pytest.CaptureFixture[str], cell: str):
    console.print_table("", ["title"], [(cell,)])
    assert cell in capsys.readouterr().out


def test_a_table_fits_the_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    console.print_table("", ["a", "b"], [("x" * 100, "y" * 100)])
    written = capsys.readouterr().out
    assert max(map(len, written.splitlines())) <= 80
    assert written.count("x") == 100


def test_a_command_to_the_terminal_in_foreign_words_is_not_passed_on(capsys: pytest.CaptureFixture[str]):
    console.out.print("a \x1b[2J b", markup=False)
    console.print_table("", ["title"], [("c \x1b]0;d\x07",)])
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "a \ufffd[2J b" in said


def test_json_has_seconds_for_lengths_of_time_and_sorted_lists_for_sets(capsys: pytest.CaptureFixture[str]):
    console.print_json({"pause": timedelta(minutes=1, milliseconds=500), "hours": frozenset({20, 3})})
    assert json.loads(capsys.readouterr().out) == {"pause": 60.5, "hours": [3, 20]}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (5_400, "1 h 30 min"), (86_400, "1 d"), (90_061, "1 d 1 h")],
)
def test_a_length_of_time_is_told_to_its_two_largest_units(seconds: int, said: str):
    assert console.spoken(timedelta(seconds=seconds)) == said
