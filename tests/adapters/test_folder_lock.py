"""A data folder has one owner."""

import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.adapters.folder_lock import owned
from aggregator.core.errors import Refused

HOLD = """
import sys, time
from pathlib import Path
from aggregator.adapters.folder_lock import owned
with owned(Path(sys.argv[1]), "another run"):
    print("held", flush=True)
    time.sleep(60)
"""


def _own(folder: Path) -> str:
    with owned(folder, "this run"):
        return (folder / "lock").read_text()


def test_the_owner_is_named_in_the_folder(tmp_path: Path):
    assert _own(tmp_path / "new").startswith("this run, process ")


def test_the_folder_is_free_after_the_block(tmp_path: Path):
    _own(tmp_path)
    assert _own(tmp_path).startswith("this run")


def test_a_second_owner_is_refused_until_the_first_is_dead(tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Refused, match=rf"is in use by another run, process {holder.pid}.*AGGREGATOR_DATA_FOLDER"):
            _own(tmp_path)
        holder.kill()
        holder.wait(10)
    assert _own(tmp_path).startswith("this run")
