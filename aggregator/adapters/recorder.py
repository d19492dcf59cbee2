"""Answers are recorded into a web archive (WARC 1.1, ISO 28500), one gzip member for each."""

import fcntl
import io
import os
import re
import string
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from aggregator.core.errors import TryLater
from aggregator.core.exchange import Exchange

CODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})  # untrue once the body is decoded
GZIP_BITS = 31  # zlib's word for: gzip, largest window


class Recorder:
    """Appends each exchange to the archive at `path`; several processes may do so at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, exchange: Exchange) -> None:
        """Append `exchange` whole or not at all; raise TryLater when the disk does not take it."""
        member = _gzipped(_response(exchange))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                _append(file.fileno(), member, _gzipped(_warcinfo(exchange.at)))
        except OSError as error:
            raise TryLater(
                f"cannot record into {self.path}: {error.strerror}; check the disk and the rights"
            ) from error


def _append(handle: int, member: bytes, opening: bytes) -> None:
    """Write at the end of the locked file, after `opening` when it is new; take a half-written piece back."""
    size = os.fstat(handle).st_size
    rest = memoryview(member if size else opening + member)
    try:
        while rest:
            rest = rest[os.write(handle, rest) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(handle, size)
        raise


def _gzipped(record: ArcWarcRecord) -> bytes:
    buffer = io.BytesIO()
    WARCWriter(buffer, gzip=False, warc_version="1.1").write_record(record)
    packer = zlib.compressobj(6, zlib.DEFLATED, GZIP_BITS)
    return packer.compress(buffer.getvalue()) + packer.flush()


def _warcinfo(at: datetime) -> ArcWarcRecord:
    fields = b"software: aggregator\r\nformat: WARC File Format 1.1\r\n"
    return _record("", "warcinfo", fields, at, "application/warc-fields", None)


def _response(exchange: Exchange) -> ArcWarcRecord:
    """Return `exchange` as a record; headers about codings that were undone are kept under another name."""
    size = ("content-length", str(len(exchange.body)))
    headers = [
        (name if (name.lower(), value) == size else _renamed(name), _plain(value)) for name, value in exchange.headers
    ]
    status = StatusAndHeaders(f"{exchange.status} {_plain(exchange.reason)}".strip(), headers, protocol="HTTP/1.1")
    kind = "application/http; msgtype=response"
    return _record(_plain(exchange.url), "response", exchange.body, exchange.at, kind, status)


def _record(
    url: str, kind: str, payload: bytes, at: datetime, media_type: str, http: StatusAndHeaders | None
) -> ArcWarcRecord:
    date = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    writer = WARCWriter(io.BytesIO(), gzip=False, warc_version="1.1")
    return writer.create_warc_record(
        url,
        kind,
        payload=io.BytesIO(payload),
        length=len(payload),
        warc_content_type=media_type,
        warc_headers_dict={"WARC-Date": date},
        http_headers=http,
    )


def _renamed(name: str) -> str:
    name = re.sub(r"[^\w!#$%&'*+.^`|~-]", "-", name, flags=re.ASCII)
    return f"X-Archive-{name}" if name.lower() in CODED else name


def _plain(value: str) -> str:
    """Return a header's value in printable ASCII, other characters percent-encoded, line breaks as spaces."""
    return quote(" ".join(value.split()), safe=string.printable)
