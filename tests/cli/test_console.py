"""How the command speaks: what it prints is what it was given, whoever wrote it."""

import pytest

from aggregator.cli import console


@pytest.mark.xfail(strict=True, reason="cells of tables are read as markup: a headline with [/x] ends the command")
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
