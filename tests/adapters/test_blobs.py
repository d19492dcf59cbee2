"""Blobs: what goes in comes out, under the hash of its bytes, whatever the store and whatever happens to it."""

import hashlib
import multiprocessing
import os
import pickle
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
import zstandard

from aggregator.adapters.blobs import MAX_BYTES, Blobs
from aggregator.core.errors import Refused, TryLater, Unreadable

PAGE = b"<p>The same words, over and over.</p>" * 7000
ABSENT = "0" * 64


@pytest.fixture(params=["path", "file", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "blobs"
    yield {"path": str(folder), "file": folder.as_uri(), "memory": f"memory://{uuid.uuid4()}"}[request.param]
    fsspec.filesystem("memory").store.clear()


@pytest.mark.parametrize("data", [b"", b"a", PAGE, bytes(range(256))])
def test_what_goes_in_comes_out_under_its_hash(root: str, data: bytes) -> None:
    blobs = Blobs(root)
    digest = blobs.put(data)
    assert digest == hashlib.sha256(data).hexdigest()
    assert blobs.get(digest) == data
    assert blobs.exists(digest)
    assert list(blobs.digests()) == [digest]


def test_a_deleted_blob_is_gone_and_deleting_again_says_so(root: str) -> None:
    blobs = Blobs(root)
    digest, other = blobs.put(b"a"), blobs.put(b"b")
    assert blobs.delete(digest)
    assert not blobs.delete(digest)
    assert not blobs.exists(digest)
    assert list(blobs.digests()) == [other]
    with pytest.raises(Unreadable, match="is missing"):
        blobs.get(digest)


def test_an_empty_store_has_nothing(root: str) -> None:
    blobs = Blobs(root)
    assert list(blobs.digests()) == []
    assert not blobs.exists(ABSENT)
    assert not blobs.delete(ABSENT)


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "A" * 64, ABSENT + "\n", f"..{'0' * 62}"])
def test_what_is_no_hash_is_no_name(root: str, name: str) -> None:
    blobs = Blobs(root)
    for ask in (blobs.get, blobs.exists, blobs.delete):
        with pytest.raises(Unreadable, match="not the name of a blob"):
            ask(name)


def test_it_travels_to_another_process(root: str) -> None:
    blobs = Blobs(root)
    digest = blobs.put(b"a")
    assert pickle.loads(pickle.dumps(blobs)).get(digest) == b"a"  # noqa: S301


def place(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / f"{digest[2:]}.zst"


def test_it_is_kept_packed_with_its_hash_as_path(tmp_path: Path) -> None:
    digest = Blobs(str(tmp_path)).put(PAGE)
    packed = place(tmp_path, digest).read_bytes()
    assert len(packed) < len(PAGE) / 100
    assert zstandard.decompress(packed) == PAGE


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    digest = blobs.put(PAGE)
    before = place(tmp_path, digest).stat()
    blobs.put(PAGE)
    after = place(tmp_path, digest).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_empty_file_is_no_blob_and_is_written_again(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    digest = blobs.put(PAGE)
    place(tmp_path, digest).write_bytes(b"")
    assert not blobs.exists(digest)
    assert blobs.get(blobs.put(PAGE)) == PAGE


def _unsized(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False).compress(data)


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (b"", "damaged"),
        (b"plain", "damaged"),
        (zstandard.compress(PAGE)[:-20], "damaged"),
        (zstandard.compress(b"other"), "another hash"),
        (zstandard.compress(bytes(MAX_BYTES + 1)), "larger than"),
        (_unsized(bytes(MAX_BYTES * 4)), "larger than"),
    ],
    ids=["empty", "not packed", "cut", "exchanged", "bomb", "silent bomb"],
)
def test_a_blob_that_was_tampered_with_is_unreadable(tmp_path: Path, packed: bytes, reason: str) -> None:
    blobs = Blobs(str(tmp_path))
    digest = blobs.put(PAGE)
    place(tmp_path, digest).write_bytes(packed)
    with pytest.raises(Unreadable, match=reason):
        blobs.get(digest)


def test_strangers_files_are_not_listed(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    digest = blobs.put(PAGE)
    (tmp_path / "README").write_text("hello")
    (place(tmp_path, digest).parent / f"{uuid.uuid4().hex}.tmp").write_bytes(b"half")
    assert list(blobs.digests()) == [digest]


def test_a_blob_too_large_to_come_out_does_not_go_in(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="larger than"):
        Blobs(str(tmp_path)).put(bytes(MAX_BYTES + 1))
    assert Blobs(str(tmp_path)).get(Blobs(str(tmp_path)).put(bytes(MAX_BYTES))) == bytes(MAX_BYTES)


@pytest.mark.parametrize("root", ["nowhere://bucket", "s4://bucket"])
def test_an_unknown_kind_of_store_is_refused_at_once(root: str) -> None:
    with pytest.raises(Refused, match="blobs cannot be kept at"):
        Blobs(root)


def test_a_disk_that_fails_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    blobs = Blobs(str(tmp_path / "file"))
    with pytest.raises(TryLater, match="the store of blobs failed"):
        blobs.put(b"a")


def _put_large_ones(folder: str) -> None:
    blobs = Blobs(folder)
    while True:
        blobs.put(os.urandom(MAX_BYTES))


def test_a_crash_leaves_only_whole_blobs(tmp_path: Path) -> None:
    """Kill a writer as soon as a file of it is seen; everything under a name must be what the name says."""
    blobs = Blobs(str(tmp_path))
    for _ in range(3):
        before = set(tmp_path.glob("*/*"))
        writer = multiprocessing.get_context("spawn").Process(target=_put_large_ones, args=(str(tmp_path),))
        writer.start()
        deadline = time.monotonic() + 30
        while set(tmp_path.glob("*/*")) == before:
            assert time.monotonic() < deadline
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join(10)
    assert all(len(blobs.get(name)) == MAX_BYTES for name in blobs.digests())


def test_a_page_is_kept_and_read_in_milliseconds(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    pages = [
        b"".join(b"<p>%d words of page %d</p>" % (line * line, number) for line in range(8000)) for number in range(20)
    ]
    start = time.perf_counter()
    names = [blobs.put(page) for page in pages]
    kept = time.perf_counter()
    for name in names:
        blobs.get(name)
    read = time.perf_counter()
    assert (kept - start) / len(pages) < 0.02  # some .002 s when nothing else runs
    assert (read - kept) / len(pages) < 0.01  # some .0005 s
