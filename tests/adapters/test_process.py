"""Children end with their parent and hear no Ctrl-C; real parents, really killed."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from aggregator.adapters import process
from aggregator.adapters.process import popen
from tests.parents import ended, parent, within

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel ends children with their parent")

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
POPEN = """
import sys, time
from aggregator.adapters.process import popen
child = popen([sys.executable, "-c", "import time; time.sleep(60)"])
try:
    print(child.pid, flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted, child", child.poll(), flush=True)
time.sleep(60)
"""
OWN_WISH = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
from aggregator.adapters.process import die_with_parent
import os, time
die_with_parent()
print(os.getpid(), flush=True)
time.sleep(60)
'''])
time.sleep(60)
"""


def _output(args: list[str], log: Path) -> str:
    assert popen(args, log=log).wait(20) == 0
    return log.read_text()


@on_linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_when_its_parent_is_killed(number: signal.Signals):
    with parent(POPEN) as running:
        (child,) = running.children
        assert not ended(child)
        running.process.send_signal(number)
        assert running.process.wait(10) == -number
        assert within(10, lambda: ended(child))


@on_linux
def test_a_process_may_wish_for_itself_to_end_with_its_parent():
    with parent(OWN_WISH) as running:
        (child,) = running.children
        assert not ended(child)
        running.process.kill()
        running.process.wait(10)
        assert within(10, lambda: ended(child))


@on_linux
def test_a_child_ends_with_the_thread_that_started_it():
    started: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(target=lambda: started.append(popen(SLEEPER)))
    thread.start()
    thread.join()
    assert started[0].wait(10) == -signal.SIGTERM


@on_linux
def test_a_child_whose_parent_ended_before_it_could_wish_for_it_ends_at_once():
    code = "from aggregator.adapters import process; import sys; process._detached(int(sys.argv[1])); print('goes on')"
    for someone, line, status in ((os.getpid(), "goes on\n", 0), (os.getppid(), "", 1)):
        done = subprocess.run(
            [sys.executable, "-c", code, str(someone)], check=False, capture_output=True, text=True, timeout=20
        )
        assert (done.stdout, done.returncode) == (line, status)


def test_a_ctrl_c_reaches_the_parent_and_leaves_the_child_to_it():
    with parent(POPEN) as running:
        os.killpg(running.process.pid, signal.SIGINT)  # what a terminal does
        assert running.said() == "interrupted, child None"
        (child,) = running.children
        assert os.getpgid(child) != os.getpgid(running.process.pid)
        assert os.getsid(child) == child, "nor can it read from the parent's terminal"
        assert not ended(child)


def test_what_a_program_prints_and_complains_of_is_added_to_its_log(tmp_path: Path):
    log = tmp_path / "log" / "program.log"
    assert _output([sys.executable, "-c", "print('one')"], log) == "one\n"
    assert _output([sys.executable, "-c", "import sys; sys.stderr.write('two')"], log) == "one\ntwo"


def test_a_log_that_has_grown_large_is_begun_anew_and_the_old_one_kept(tmp_path: Path):
    log = tmp_path / "program.log"
    with log.open("wb") as file:
        file.truncate(process.MAX_LOG)
    assert _output(["echo", "last"], log).endswith("last\n"), "as large as may be"
    assert _output(["echo", "first"], log) == "first\n"
    assert (tmp_path / "program.old").stat().st_size == process.MAX_LOG + len("last\n")


def test_a_program_without_a_log_is_silent_and_reads_nothing(capfd: pytest.CaptureFixture[str]):
    assert popen([sys.executable, "-c", "import sys; print('heard:', sys.stdin.read())"]).wait(20) == 0
    assert capfd.readouterr() == ("", "")


def test_a_program_gets_the_environment_that_it_is_given_and_no_more(tmp_path: Path):
    log = tmp_path / "log"
    assert popen(["/usr/bin/env"], env={"WORD": "given"}, log=log).wait(20) == 0
    assert log.read_text() == "WORD=given\n"


def test_only_the_files_named_stay_open_in_a_program(tmp_path: Path):
    code = "import os, sys; print([os.path.exists(f'/dev/fd/{each}') for each in sys.argv[1:]])"
    with (tmp_path / "a").open("w") as kept, (tmp_path / "b").open("w") as shut:
        args = [sys.executable, "-c", code, str(kept.fileno()), str(shut.fileno())]
        assert popen(args, log=tmp_path / "log", pass_fds=(kept.fileno(),)).wait(20) == 0
    assert (tmp_path / "log").read_text() == "[True, False]\n"


def test_a_program_that_is_not_there_is_an_error_at_once(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        popen([str(tmp_path / "nothing")])


BOUNDED = """
import sys
from aggregator.adapters import process
from aggregator.adapters.text_extractor import extract, warm_up
from aggregator.core.article import Hints
from aggregator.core.errors import Unreadable
warm_up()
told = [f"<p>In week {n} the mill was open for {n * 7} hours, and {n + 40} guests came, said its keeper.</p>" for n in range(3000)]
pages = ["<html><body><article>" + "".join(told[:n]) + "</article></body></html>" for n in (2000, 30)]
pages = [pages[0].encode() + b" " * 4_500_000, pages[1].encode()]
had = int(open("/proc/self/status").read().partition("VmData:")[2].split()[0]) // 1024
process.bound_memory(had + int(sys.argv[1]))
try:
    bytearray(2_000_000_000)
except MemoryError:
    print("no more than that")
for page in pages:
    try:
        found = extract(page, url="https://post.example/a", charset="utf-8", hints=Hints())
    except (Unreadable, MemoryError) as error:
        print(type(error).__name__)
    else:
        print(len(found.text) > 1000)
"""


@on_linux
@pytest.mark.parametrize(("spare", "large"), [(8, {"Unreadable", "MemoryError"}), (400, {"True"})])
def test_a_process_gets_no_more_memory_than_it_may_have_and_goes_on(spare: int, large: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(spare)], check=False, capture_output=True, text=True, timeout=60
    )
    said = done.stdout.split("\n")
    assert (done.returncode, said[0], said[2]) == (0, "no more than that", "True"), done.stderr
    assert said[1] in large


PEAK = """
from aggregator.adapters.process import peak_memory
before = peak_memory()  # which a process has from who started it
block = b"x" * ((before + 150) * 1024 * 1024)
del block
print(before, peak_memory())
"""


def test_the_peak_is_what_was_had() -> None:
    done = subprocess.run([sys.executable, "-c", PEAK], check=True, capture_output=True, text=True, timeout=60)
    before, after = map(int, done.stdout.split())
    assert before > 0
    assert before + 150 <= after <= before + 300
