"""How the command speaks: what it prints is what it was given, whoever wrote it."""

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
