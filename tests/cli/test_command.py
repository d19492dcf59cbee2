"""The command as a program of its own: exit codes, and where errors are said."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.cli import command
from aggregator.cli.command import COMMANDS, loaded
from tests.cli.conftest import Command

PROGRAM = [sys.executable, "-c", "from aggregator.cli import main; main()"]


def program(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*PROGRAM, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_an_error_is_one_sentence_on_stderr_and_exit_code_1(folder: Path):
    done = program(folder, "sources", "show", "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "aggregator: no source is called 'nobody'; see `aggregator sources list`\n"


@pytest.mark.usefixtures("day")
def test_what_is_written_to_a_pipe_is_utf_8_and_nothing_else(folder: Path):
    done = program(folder, "export", "articles")
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 7)


@pytest.mark.parametrize(
    "words",
    [["sources"], ["articles"], ["stories"], ["takedown"], ["export"], ["db"], ["sources", "nonsense"], ["nonsense"]],
)
def test_a_noun_alone_or_a_wrong_verb_is_answered_with_help(aggregator: Command, words: list[str]):
    done = aggregator(*words)
    assert done.code == 2
    assert "Usage" in done.out + done.error


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_its_own_help_says(aggregator: Command, name: str):
    assert " ".join(loaded(name).help.split("\n\n")[0].split()) == COMMANDS[name][1]
    listed = next(line for line in aggregator("--help").out.splitlines() if line.strip("│ ").startswith(f"{name} "))
    assert COMMANDS[name][1][:30] in listed


def test_every_module_with_commands_is_in_the_list():
    folder = Path(command.__file__).parent
    defines = re.compile(r"^app = |^def add_to", re.MULTILINE)
    has = {file.stem for file in folder.glob("*.py") if defines.search(file.read_text())}
    nested = {"article_try"}  # a verb of a noun
    assert has - nested - {"command"} == {module for module, _ in COMMANDS.values()}


def test_the_list_of_commands_needs_neither_the_database_nor_the_reader_of_pages():
    asks = f"import sys; sys.argv[1:] = ['--help']\ntry:\n    {PROGRAM[2]}\nfinally:\n    print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True, timeout=60)
    modules = set(done.stdout.splitlines()[-1].split())
    assert {"aggregator.cli.command"} == modules & {"aggregator.cli.command", "sqlalchemy", "trafilatura", "redis"}


def test_a_mistyped_command_is_told_the_one_that_is_like_it(aggregator: Command):
    done = aggregator("replya")
    assert (done.code, "'replay'" in done.error) == (2, True)
