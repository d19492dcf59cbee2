"""The peer's side of bench/polling.py: the library `reader`, which is run by the Python of an environment of its own.

    PEER_PYTHON bench/peer_reader.py FOLDER --workers 10 < orders

Here stand, too, what all sides share (`attend`, `counted`), its other end (`child`) and the making of that environment:
nothing of ours need be installed where this runs.
"""

import argparse
import importlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Ended = dict[str, int]  # how many feeds brought something, were unchanged, failed; and how many entries are new


def counted() -> Callable[[], int]:
    """Let every SQLite connection made from now on count its statements; return what tells the count and clears it.

    A statement over many rows counts once a row, as SQLite runs it.
    """
    ran = [0]
    plain = sqlite3.connect

    def trace(statement: str) -> None:
        ran[0] += not statement.startswith("--")  # SQLite tells of triggers in comments

    def connect(*given: Any, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 - as the function it replaces
        connection: sqlite3.Connection = plain(*given, **named)
        connection.set_trace_callback(trace)
        return connection

    def told() -> int:
        number, ran[0] = ran[0], 0
        return number

    for module in (sqlite3, sqlite3.dbapi2):
        vars(module)["connect"] = connect
    return told


def attend(
    begin: Callable[[Sequence[str]], tuple[Callable[[], None], Callable[[], Ended]]], told: Callable[[], int] | None
) -> None:
    """Obey orders from standard input, a JSON value a line: the addresses of the feeds, then "make due" or "poll".

    Each is answered by one line. `begin` takes the addresses and returns what does the one and the other; `told`, if
    any, gives the number of statements since it was last asked.
    """
    make_due, poll = begin(json.loads(sys.stdin.readline()))
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        ended: Ended = {}
        if json.loads(line) == "make due":
            make_due()
        else:
            ended = poll()
        counted_now = {"statements": told()} if told else {}
        print(json.dumps(ended | counted_now), flush=True)


class Child:
    """A process that answers a line of JSON with a line of JSON."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = command
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, order: object) -> Any:  # noqa: ANN401 - JSON
        """Send an order and return the answer."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return self.told()

    def told(self) -> Any:  # noqa: ANN401 - JSON
        """Return the next line that it says."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self.command)} ended with {self.process.wait()}; its error stands above")
        return json.loads(line)

    def end(self) -> None:
        """Close its input, at which it ends."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


@contextmanager
def child(*command: object) -> Iterator[Child]:
    """Give a child process that has ended when the block has."""
    found = Child([str(each) for each in command])
    try:
        yield found
    finally:
        found.end()


def environment(folder: Path, wanted: Sequence[str]) -> Path | None:
    """Return the Python of an environment with the packages `wanted` (NAME==VERSION), made where it is missing.

    None when it cannot be made; why, and what that means, is then printed.
    """
    python = folder / "bin" / "python"
    mark = folder / "made-of.txt"  # written last, so that what was broken off is made anew
    try:
        if not mark.exists() or mark.read_text(encoding="utf-8").split() != list(wanted):
            print(f"putting {' '.join(wanted)} into {folder}", file=sys.stderr)
            for command in ([sys.executable, "-m", "venv", folder], [python, "-m", "pip", "install", "-q", *wanted]):
                words = [str(word) for word in command]
                subprocess.run(words, check=True, timeout=600, stdout=sys.stderr)  # noqa: S603 - our own commands
            mark.write_text(" ".join(wanted), encoding="utf-8")
    except (OSError, subprocess.SubprocessError) as error:
        print(f"{wanted[0]} cannot be put into {folder}, so only our own side is measured: {error}", file=sys.stderr)
        return None
    return python


def _begin(folder: Path, workers: int, urls: Sequence[str]) -> tuple[Callable[[], None], Callable[[], Ended]]:
    """Return what makes all feeds due, which takes nothing here, and what polls them; all modules have been used."""
    library = importlib.import_module("reader")
    warm = library.make_reader(str(folder / "warm.db"))
    for url in urls[:5]:
        warm.add_feed(url)
    for _ in range(2):
        _polled(warm, workers)
    warm.close()
    reader = library.make_reader(str(folder / "reader.db"))
    for url in urls:
        reader.add_feed(url)
    return lambda: None, lambda: _polled(reader, workers)


def _polled(reader: Any, workers: int) -> Ended:  # noqa: ANN401 - the peer is not there when types are checked
    """Update all feeds, due or not, and count: what update_feeds does, but told feed by feed."""
    ended = {"polled": 0, "unchanged": 0, "failed": 0, "new": 0}
    for _, value in reader.update_feeds_iter(scheduled=False, workers=workers):
        if isinstance(value, Exception):
            ended["failed"] += 1
        elif value is None or not (value.new or value.modified):
            ended["unchanged"] += 1
        else:
            ended["polled"] += 1
            ended["new"] += value.new
    return ended


def main() -> None:
    """Read the arguments and obey."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--count", action="store_true", help="count SQL statements, which makes it slower")
    given = parser.parse_args()
    told = counted() if given.count else None
    attend(lambda urls: _begin(given.folder, given.workers, urls), told)


if __name__ == "__main__":
    main()
