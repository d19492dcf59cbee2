"""The command as a program of its own: exit codes, and where errors are said."""

import subprocess
import sys
from pathlib import Path

import pytest

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
