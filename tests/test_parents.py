"""The parents of tests hear what is sent to them, however the suite was started."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.parents import ROOT

TEST = """
import signal

from tests.parents import parent

CODE = "import signal; print(flush=True); signal.pause()"


def test_it():
    with parent(CODE) as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(20) == -signal.SIGINT
"""


def _ignore() -> None:
    """Do as a shell does for what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def test_a_parent_can_be_interrupted_although_the_suite_was_started_in_the_background(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(TEST)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_", "PYTEST_"))}
    words = ["-c", str(ROOT / "pyproject.toml"), "-p", "tests.conftest", "-p", "no:cacheprovider", "--rootdir"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, str(tmp_path), "--basetemp", str(tmp_path / "tmp"), str(file)],
        cwd=ROOT,
        env=plain,
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=_ignore,
    )
    assert done.returncode == 0, done.stdout + done.stderr
