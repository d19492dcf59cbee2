"""Web archives (WARC, ISO 28500): what lies in one, and a web that answers from it."""

import io
import mmap
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urldefrag, urljoin

from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParserException

from aggregator.core.errors import AggregatorError, Unreadable
from aggregator.core.page import Answer, Request, Visit

MAX_RECORD_BYTES = 64 * 1024 * 1024  # one record, decompressed
MAX_RECORDS = 1_000_000
MAX_REPAIRS = 1000  # damaged places that are stepped over before the rest is given up
MAX_HOPS = 10
HEAD_BYTES = 128 * 1024  # WARC and HTTP headers of one record
BLOCK = 64 * 1024
BREAKS = b"\r\n\r\n"  # after the headers, and after each record
GZIP = b"\x1f\x8b\x08"
GZIP_BITS = 31  # zlib's word for: gzip, largest window
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})  # untrue once the body is decoded
DATED = datetime(1970, 1, 1, tzinfo=UTC)

SEVERAL = "several records in one gzip member (cure: warcio recompress)"
TOO_LARGE = f"larger than {MAX_RECORD_BYTES} bytes"
TOO_MANY = f"more than {MAX_RECORDS} records, the rest is left out"
DAMAGED = "damaged or not WARC"
TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Record:
    """Where one response lies in an archive (`offset` and `length` in bytes of the file), and what it answers."""

    url: str
    at: datetime
    offset: int
    length: int
    status: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Index:
    """The responses of an archive in its order, what was `skipped` (reason and count), and the latest date of any."""

    records: tuple[Record, ...]
    skipped: Mapping[str, int]
    end: datetime

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes; a read-only view of a dict cannot by itself."""
        return _index_of, (self.records, dict(self.skipped))


@dataclass(frozen=True, slots=True)
class _Span:
    """One stretch of the file: a record's first bytes and its whole size, or the reason why it is none."""

    offset: int
    length: int
    head: bytes
    size: int
    trouble: str = ""


def index(path: Path) -> Index:
    """Read the archive at `path` through once and return where its responses lie.

    Damaged, truncated and oversized records are stepped over and counted, as are records that are not responses.
    Raises Unreadable when there is no such file or it holds no WARC record at all.
    """
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                raise Unreadable(f"{path} is empty")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                found, skipped = _scan(data)
    except OSError as error:
        raise Unreadable(f"cannot read the archive {path}: {error.strerror}") from error
    if not found and set(skipped) <= {DAMAGED}:
        raise Unreadable(f"{path} is not a WARC archive")
    return _index_of(found, skipped)


class ArchiveWeb:
    """Answers requests from an archive as the live web once did; holds no open file, so it may travel to workers."""

    def __init__(self, path: Path, index: Index) -> None:
        self.path = path
        self.index = index
        self._records: dict[str, list[Record]] = {}
        for record in sorted(index.records, key=lambda record: (record.at, record.offset)):
            for url in {record.url, urldefrag(record.url).url}:
                self._records.setdefault(url, []).append(record)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel as path and index; the rest is made again."""
        return type(self), (self.path, self.index)

    def visit(self, visits: Iterable[Visit]) -> Iterator[tuple[Request, Answer | AggregatorError]]:
        """Yield each request with its answer or the error that takes its place; pauses are not kept.

        An address answers with its first record later than `request.since`, 304 when it has none later, 404 when it
        has none at all; redirects are followed within the archive.
        """
        for visit in visits:
            for request in visit.requests:
                try:
                    answer: Answer | AggregatorError = self._answer(request)
                except AggregatorError as error:
                    answer = error
                yield request, answer

    def _answer(self, request: Request) -> Answer:
        found = self._at(request.url)
        if not found:
            return Answer(request.url, 404, {}, b"", self.index.end)
        record = next((one for one in found if request.since is None or one.at > request.since), None)
        if record is None:
            return Answer(request.url, 304, {}, b"", self.index.end)
        return self._followed(request, record)

    def _followed(self, request: Request, record: Record) -> Answer:
        """Return the answer at the end of the redirects; it is as late as the latest of them."""
        url, at, hops = request.url, record.at, list[tuple[int, str]]()
        while True:
            headers, body = _read(self.path, record, request.max_bytes)
            target = _target(url, record.status, headers)
            if not target:
                return Answer(url, record.status, headers, body, at, tuple(hops))
            hops.append((record.status, target))
            if len(hops) > MAX_HOPS:
                raise Unreadable(f"{request.url} redirects more than {MAX_HOPS} times in the archive")
            url, found = target, self._at(target)
            if not found:
                return Answer(url, 404, {}, b"", self.index.end, tuple(hops))
            record = next((one for one in found if one.at >= record.at), found[-1])
            at = max(at, record.at)

    def _at(self, url: str) -> list[Record]:
        return self._records.get(url) or self._records.get(urldefrag(url).url) or []


def _index_of(records: Iterable[Record], skipped: Mapping[str, int]) -> Index:
    records = tuple(records)
    end = max((record.at for record in records), default=DATED)
    return Index(records, MappingProxyType(dict(skipped)), end)


def _target(url: str, status: int, headers: Mapping[str, str]) -> str:
    """Return where a redirect points to (RFC 9110 section 10.2.2), or '' when the answer is none."""
    place = headers.get("location", "")
    if status not in REDIRECTS or not place:
        return ""
    try:
        return urljoin(url, place)
    except ValueError as error:
        raise Unreadable(f"{url} redirects to an address that is none: {place[:200]!r}") from error


# Finding


def _scan(data: mmap.mmap) -> tuple[list[Record], Counter[str]]:
    spans = _members(data) if data[: len(GZIP)] == GZIP else _stretches(data)
    found: list[Record] = []
    skipped: Counter[str] = Counter()
    for span in spans:
        record = span.trouble or _recognised(span)
        if isinstance(record, str):
            skipped[record] += 1
        elif len(found) < MAX_RECORDS:
            found.append(record)
        else:
            skipped[TOO_MANY] += 1
            break
        if skipped[DAMAGED] + skipped[TOO_LARGE] > MAX_REPAIRS:
            break
    return found, skipped


def _members(data: mmap.mmap) -> Iterator[_Span]:
    """Yield the gzip members; after a damaged one go on at the next that looks like one."""
    offset = 0
    while offset < len(data):
        span = _member(data, offset)
        yield span
        offset = _after(data, GZIP, offset) if span.trouble else offset + span.length


def _member(data: mmap.mmap, offset: int) -> _Span:
    """Unpack one member, keeping its head and counting the rest."""
    packed, head, size, at = zlib.decompressobj(GZIP_BITS), b"", 0, offset
    try:
        while not packed.eof:
            block = packed.unconsumed_tail or data[at : at + BLOCK]
            if not block:
                return _Span(offset, 0, b"", size, TRUNCATED)
            at += 0 if packed.unconsumed_tail else len(block)
            piece = packed.decompress(block, HEAD_BYTES)
            size += len(piece)
            if size > MAX_RECORD_BYTES:
                return _Span(offset, 0, b"", size, TOO_LARGE)
            head = head or piece
    except zlib.error:
        return _Span(offset, 0, b"", size, DAMAGED)
    return _Span(offset, at - len(packed.unused_data) - offset, head, size)


def _stretches(data: mmap.mmap) -> Iterator[_Span]:
    """Yield the records of an archive that is not compressed, each as long as it says of itself."""
    offset = 0
    while offset < len(data):
        head = data[offset : offset + HEAD_BYTES]
        length = _length(head)
        end = data[offset + length : offset + length + len(BREAKS)]
        if not length or (end and end != BREAKS):
            trouble = DAMAGED
        elif offset + length > len(data):
            trouble = TRUNCATED
        else:
            trouble = TOO_LARGE if length > MAX_RECORD_BYTES else ""
        yield _Span(offset, length, head[:length], length, trouble)
        offset = _after(data, b"WARC/1.", offset) if trouble else _past_breaks(data, offset + length)


def _after(data: mmap.mmap, mark: bytes, offset: int) -> int:
    found = data.find(mark, offset + 1)
    return len(data) if found < 0 else found


def _past_breaks(data: mmap.mmap, offset: int) -> int:
    while data[offset : offset + 1] in {b"\r", b"\n"}:
        offset += 1
    return offset


def _length(head: bytes) -> int:
    """Return how long a record is by its own Content-Length, its headers included, or 0 when it does not say."""
    lines, gap, _ = head.partition(BREAKS)
    said = re.search(rb"^Content-Length:[ \t]*(\d{1,15})[ \t]*\r?$", lines, re.IGNORECASE | re.MULTILINE)
    return len(lines) + len(gap) + int(said[1]) if gap and said and head.startswith(b"WARC/") else 0


def _recognised(span: _Span) -> Record | str:
    """Return the response that begins with the head, or why there is none."""
    length = _length(span.head)
    if not length or length > span.size:
        return TRUNCATED if length else DAMAGED
    if span.size > length + len(BREAKS):
        return SEVERAL
    record = _parsed(span.head)
    if record is None:
        return DAMAGED
    if record.rec_type != "response":
        return f"not a response: {str(record.rec_type)[:20]}"
    return _located(record, span) or "response without a usable address, date or status"


def _located(record: ArcWarcRecord, span: _Span) -> Record | None:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    at, http = _date(record.rec_headers.get_header("WARC-Date") or ""), record.http_headers
    status = http.get_statuscode() if http else ""
    if at is None or not re.fullmatch(r"[1-5]\d\d", status, re.ASCII) or not url.startswith(("http://", "https://")):
        return None
    media_type = (http.get_header("Content-Type") or "").split(";", 1)[0].strip().lower()
    return Record(url, at, span.offset, span.length, int(status), media_type[:100])


def _date(words: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(words.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _parsed(data: bytes) -> ArcWarcRecord | None:
    try:
        return ArcWarcRecordLoader(verify_http=False).parse_record_stream(io.BytesIO(data), known_format="warc")
    except (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, AttributeError):
        return None  # warcio trips over missing headers in several ways


# Reading


def _read(path: Path, record: Record, bound: int) -> tuple[dict[str, str], bytes]:
    """Return headers and decoded body of a record; raise Unreadable when it is too large or no longer there."""
    try:
        with path.open("rb") as file:
            data = os.pread(file.fileno(), record.length, record.offset)
    except OSError as error:
        raise Unreadable(f"cannot read the archive {path}: {error.strerror}") from error
    parsed = _parsed(_unpacked(data, MAX_RECORD_BYTES, GZIP_BITS) if data.startswith(GZIP) else data)
    if parsed is None or parsed.http_headers is None:
        raise Unreadable(f"{path} changed since it was indexed, at byte {record.offset}; index it again")
    headers: dict[str, str] = {}
    for name, value in parsed.http_headers.headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    body = _body(parsed, headers, bound, record.url)
    return {name: value for name, value in headers.items() if name not in CODED}, body


def _body(parsed: ArcWarcRecord, headers: Mapping[str, str], bound: int, url: str) -> bytes:
    """Return the body without its transfer and content codings (RFC 9110 section 8.4), at most `bound` bytes."""
    chunked = headers.get("transfer-encoding", "").lower() == "chunked"
    stream = ChunkedDataReader(parsed.raw_stream) if chunked else parsed.raw_stream
    body: bytes = stream.read(bound + 1)
    codings = headers.get("content-encoding", "").lower().split(",")
    for coding in ("", *reversed(codings)):
        body = _uncoded(body, coding.strip(), bound, url)
        if len(body) > bound:
            raise Unreadable(f"{url} is larger than {bound} bytes in the archive")
    return body


def _uncoded(body: bytes, coding: str, bound: int, url: str) -> bytes:
    """Undo one content coding; a body that does not begin like it was undone before it was archived."""
    if coding in {"", "identity"} or not body:
        return body
    if coding in {"gzip", "x-gzip"}:
        return _unpacked(body, bound + 1, GZIP_BITS) if body.startswith(GZIP[:2]) else body
    if coding == "deflate":
        return _unpacked(body, bound + 1, 15) or _unpacked(body, bound + 1, -15) or body
    if body.lstrip()[:1] in {b"<", b"{"}:
        return body
    raise Unreadable(f"{url} is archived in the content coding {coding[:20]!r}, which is not known here")


def _unpacked(data: bytes, bound: int, bits: int) -> bytes:
    """Return what zlib makes of `data`, at most `bound` bytes, as far as it can be read."""
    packed, out = zlib.decompressobj(bits), io.BytesIO()
    rest = data
    with suppress(zlib.error):
        while rest and not packed.eof and out.tell() < bound:
            out.write(packed.decompress(rest, min(BLOCK, bound - out.tell())))
            rest = packed.unconsumed_tail
    return out.getvalue()
