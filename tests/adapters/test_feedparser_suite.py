"""feedparser's own test files and the corpus, read as feeds: nothing crashes, and characters come out right.

The files are fetched once through pip, in the version that is installed, into a folder beside the system's temporary
files; without pip or a network these tests are skipped.
"""

import ast
import codecs
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pytest

from aggregator.adapters import feeds_in
from aggregator.core.errors import Unreadable
from aggregator.core.feed import FeedDocument

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "feeds"
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
FETCHED_WITHIN = 120  # seconds
TITLE = re.compile(r"""Expect:[^\n]*?\b(feed|entries\[0\])(?:\['title'\]|\.title) == (u?'[^'\n]*'|u?"[^"\n]*")""")
HEADER = re.compile(
    r"^Header:\s*Content-type:\s*([^\n;]*)(?:[^\n]*charset=[\"']?([\w.:-]+))?", re.IGNORECASE | re.MULTILINE
)
EBCDIC = b"\x85\xa7\x97\x85\x83\xa3"  # the letters of "expect" in all of its code pages
NEEDED = re.compile(r"SkipUnless:[^\n]*\.lookup\('([^'\n]+)'\)")  # a character set that Python may not have
RENAMED = frozenset({"lang.xml", "rang.xml"})  # HTML 5 gave other characters to these two names than HTML 4
MOJIBAKE = re.compile("Ã[¤¶¼©¨]|â€|Ð[\u00b0-\u00bf]|\ufffd|[\x80-\x9f]")


class Case(NamedTuple):
    """A file of the suite: its bytes, what the server is said to have said, and the title that it states."""

    name: str
    body: bytes
    content_type: str
    charset: str
    of_entry: bool
    title: str | None

    def read(self) -> FeedDocument:
        return feeds_in.read(
            self.body, url="https://feeds.example/feed", content_type=self.content_type, charset=self.charset, now=NOW
        )


@pytest.fixture(scope="session")
def suite() -> Path:
    """Give the folder of feedparser's tests."""
    name = f"feedparser-{version('feedparser')}"
    folder = Path(tempfile.gettempdir()) / "aggregator-test-cache" / name
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
            _fetched(Path(fresh), name)
            unpacked = Path(fresh) / name
            if not folder.is_dir():  # another run may have been faster
                unpacked.rename(folder)
    return folder / "tests"


def _fetched(folder: Path, name: str) -> None:
    wish = name.replace("-", "==", 1)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-binary",
        ":all:",
        "--no-deps",
        "--dest",
        str(folder),
        wish,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCHED_WITHIN, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"pip could not fetch the source of {wish} within {FETCHED_WITHIN} s")
    found = folder / f"{name}.tar.gz"
    if done.returncode or not found.is_file():
        pytest.skip(f"pip could not fetch the source of {wish}: {done.stderr.strip()[-300:] or 'no such archive'}")
    with tarfile.open(found) as archive:
        archive.extractall(folder, filter="data")


def _cases(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".py":
            yield _case(path)


def _case(path: Path) -> Case:
    body = path.read_bytes()
    words = body.decode("cp037") if EBCDIC in body.lower() else body.replace(b"\x00", b"").decode("latin-1")
    header, stated, needed = HEADER.search(words), TITLE.search(words), NEEDED.search(words)
    return Case(
        path.name,
        body,
        header[1].strip() if header else "application/xml",
        (header[2] or "") if header else "",
        bool(stated and stated[1] != "feed"),
        ast.literal_eval(stated[2]) if stated and (not needed or _is_set(needed[1])) else None,
    )


def _is_set(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False


@pytest.mark.parametrize("folder", ["wellformed", "illformed", "encoding", "entities", "compression", "http"])
def test_no_file_makes_it_crash(suite: Path, folder: str) -> None:
    crashed, read = {}, 0
    for case in _cases(suite / folder):
        try:
            read += bool(case.read().format)
        except Unreadable:
            continue
        except Exception as error:  # noqa: BLE001 - any other is what this test looks for
            crashed[case.name] = repr(error)
    assert crashed == {}
    assert read


@pytest.mark.parametrize(("folder", "least"), [("encoding", 90), ("entities", 140)])
def test_titles_come_out_as_the_files_state(suite: Path, folder: str, least: int) -> None:
    wrong, right = {}, 0
    for case in _cases(suite / folder):
        if case.title is None or case.name in RENAMED:
            continue
        try:
            feed = case.read()
        except Unreadable as error:
            wrong[case.name] = str(error)
            continue
        entry = feed.entries[0].title if feed.entries else None
        got, meant = entry if case.of_entry else feed.title, " ".join(case.title.split())
        if got == meant:
            right += 1
        elif got is not None:  # an entry without an address is left out
            wrong[case.name] = f"{got!r}, not {meant!r}"
    assert wrong == {}
    assert right >= least


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus lies beside the checkout only where it was laid")
def test_real_feeds_are_read_without_garbled_characters() -> None:
    files = sorted(path for path in CORPUS.iterdir() if path.is_file())
    for path in files:
        feed = feeds_in.read(path.read_bytes(), url="https://feeds.example/feed", content_type="", charset="", now=NOW)
        words = [feed.title, *(f"{entry.title} {entry.summary}" for entry in feed.entries)]
        assert [found[0] for one in words if (found := MOJIBAKE.search(one))] == [], path.name
    assert len(files) >= 20
