"""Blobs are bytes kept under their own hash, on a disk or in any object store that fsspec knows."""

import hashlib
import importlib
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import fsspec
import zstandard
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from aggregator.core.errors import Refused, TryLater, Unreadable

MAX_BYTES = 50 * 1024 * 1024  # of one blob, decompressed
LEVEL = 1  # pages come out a twelfth larger than at level 3, for two thirds of the time
DIGEST = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"([0-9a-f]{2})/([0-9a-f]{62})\.zst")

FAILURES: tuple[type[Exception], ...] = (OSError,)
with suppress(ImportError):  # there only with the extra `s3`, and no OSError
    FAILURES = (OSError, importlib.import_module("botocore.exceptions").BotoCoreError)


class Blobs:
    """A store of blobs below `root`: a path, or an address such as file:///var/blobs, s3://bucket/blobs, memory://blobs.

    A blob's name is the SHA-256 of its bytes in 64 hex digits; it is kept packed as `ab/cdef….zst` and never changes.
    Foreign failures of the store are TryLater; the instance holds no connection and may travel to other processes.
    """

    def __init__(self, root: str) -> None:
        """Raise Refused when `root` names a kind of store that is not known or not installed."""
        try:
            system, path = url_to_fs(root, use_listings_cache=False)
        except (ValueError, ImportError) as error:
            raise Refused(f"blobs cannot be kept at {root!r}: {error}") from error
        self._store: _Store = _Folder(Path(path)) if isinstance(system, LocalFileSystem) else _Remote(root)

    def put(self, data: bytes) -> str:
        """Keep `data` and return its name; at once done when it is there already."""
        if len(data) > MAX_BYTES:
            raise Refused(f"a blob of {len(data)} bytes is larger than {MAX_BYTES}")
        digest = hashlib.sha256(data).hexdigest()
        try:
            with _wrapped(digest):
                if not self._store.exists(_name(digest)):
                    self._store.write(_name(digest), zstandard.ZstdCompressor(level=LEVEL).compress(data))
        except FileNotFoundError as error:
            raise Refused(
                f"the store of blobs is not there: {error}; make its bucket or correct its address"
            ) from error
        return digest

    def get(self, digest: str) -> bytes:
        """Return the blob of that name; raise Unreadable when it is missing or no longer what its name says."""
        name = _name(digest)
        try:
            with _wrapped(digest):
                packed = self._store.read(name)
        except FileNotFoundError as error:
            raise Unreadable(f"blob {digest} is missing") from error
        data = _unpacked(packed, digest)
        if hashlib.sha256(data).hexdigest() != digest:
            raise Unreadable(f"blob {digest} is damaged: its content has another hash")
        return data

    def exists(self, digest: str) -> bool:
        """Return whether there is a blob of that name."""
        with _wrapped(digest):
            return self._store.exists(_name(digest))

    def delete(self, digest: str) -> bool:
        """Delete the blob of that name and return whether there was one."""
        try:
            with _wrapped(digest):
                self._store.delete(_name(digest))
        except FileNotFoundError:
            return False
        return True

    def digests(self) -> Iterator[str]:
        """Yield the names of all blobs; half-written ones and strangers' files are left out."""
        with _wrapped("list"):
            for name in self._store.names():
                if found := NAME.fullmatch(name):
                    yield found[1] + found[2]


class _Store(Protocol):
    """What a place for blobs can do; a missing one is FileNotFoundError."""

    def read(self, name: str) -> bytes: ...
    def write(self, name: str, data: bytes) -> None: ...
    def exists(self, name: str) -> bool: ...
    def delete(self, name: str) -> None: ...
    def names(self) -> Iterator[str]: ...


class _Folder:
    """A folder on a disk, without fsspec, which would cost more than the work itself."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, name: str) -> bytes:
        with (self.root / name).open("rb") as file:
            return file.read(MAX_BYTES + 1)

    def write(self, name: str, data: bytes) -> None:
        """Write beside the place and rename, so that a crash leaves no half blob under a name."""
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f"{uuid.uuid4().hex}.tmp")
        try:
            beside.write_bytes(data)
            beside.rename(place)
        except OSError:
            with suppress(OSError):
                beside.unlink()
            raise

    def exists(self, name: str) -> bool:
        """Return whether it is there; an empty file is what a power cut leaves of a fresh rename, and no blob."""
        try:
            return (self.root / name).stat().st_size > 0
        except FileNotFoundError:
            return False

    def delete(self, name: str) -> None:
        (self.root / name).unlink()

    def names(self) -> Iterator[str]:
        """Yield relative names in order, one folder in memory at a time."""
        with suppress(FileNotFoundError):
            for folder in sorted(self.root.iterdir()):
                with suppress(FileNotFoundError, NotADirectoryError):
                    yield from (f"{folder.name}/{file.name}" for file in sorted(folder.iterdir()))


class _Remote:
    """A place that fsspec reaches; it is opened anew at each use, since its connections do not survive a fork."""

    def __init__(self, root: str) -> None:
        self.root = root

    def read(self, name: str) -> bytes:
        system, place = self._at(name)
        data: bytes = system.cat_file(place, start=0, end=MAX_BYTES + 1)
        return data

    def write(self, name: str, data: bytes) -> None:
        """Write in one piece; object stores show it whole or not at all."""
        system, place = self._at(name)
        system.pipe_file(place, data)

    def exists(self, name: str) -> bool:
        system, place = self._at(name)
        return bool(system.exists(place))

    def delete(self, name: str) -> None:
        system, place = self._at(name)
        if not system.exists(place):
            raise FileNotFoundError(place)
        system.rm_file(place)

    def names(self) -> Iterator[str]:
        system, root = url_to_fs(self.root, use_listings_cache=False)
        with suppress(FileNotFoundError):
            for place in system.find(root):
                yield str(place)[-len("ab/") - 62 - len(".zst") :]

    def _at(self, name: str) -> tuple[fsspec.AbstractFileSystem, str]:
        system, root = url_to_fs(self.root, use_listings_cache=False)
        return system, f"{root.rstrip('/')}/{name}"


@contextmanager
def _wrapped(what: str) -> Iterator[None]:
    """Turn a store's failure into TryLater; a missing file is an answer, not a failure."""
    try:
        yield
    except FileNotFoundError:
        raise
    except FAILURES as error:
        raise TryLater(f"the store of blobs failed ({what}): {error}") from error


def _name(digest: str) -> str:
    if not DIGEST.fullmatch(digest):
        raise Unreadable(f"not the name of a blob: {digest[:80]!r}")
    return f"{digest[:2]}/{digest[2:]}.zst"


def _unpacked(packed: bytes, digest: str) -> bytes:
    """Return the content of one Zstandard frame that says its size (RFC 8878 section 3.1.1), within the bound."""
    try:
        size = zstandard.get_frame_parameters(packed).content_size
        if size > MAX_BYTES:  # a frame that does not say counts as the largest number
            raise Unreadable(f"blob {digest} is larger than {MAX_BYTES} bytes")
        return zstandard.ZstdDecompressor().decompress(packed) if size else b""
    except zstandard.ZstdError as error:
        raise Unreadable(f"blob {digest} is damaged: {error}") from error
