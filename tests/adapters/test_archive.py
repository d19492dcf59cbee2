"""Replay: an archive answers as the web did, and a damaged one loses no more than what is damaged."""

import gzip
import pickle
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.adapters.archive import MAX_RECORD_BYTES, MAX_REPAIRS, ArchiveWeb, Index, index
from aggregator.core.errors import AggregatorError, Unreadable
from aggregator.core.page import Answer, Request, Visit

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
MORNING = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)
HTML = "Content-Type: text/html"


def record(
    url: str = "https://news.example/a",
    body: bytes = b"<p>news</p>",
    *,
    at: datetime | str = NOON,
    status: str = "200 OK",
    headers: tuple[str, ...] = (HTML,),
    kind: str = "response",
) -> bytes:
    http = "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode() + body
    date = at if isinstance(at, str) else at.strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = ("WARC/1.0", f"WARC-Type: {kind}", f"WARC-Target-URI: {url}", f"WARC-Date: {date}")
    return "\r\n".join((*lines, f"Content-Length: {len(http)}", "", "")).encode() + http + b"\r\n\r\n"


def archive(folder: Path, *records: bytes, name: str = "a.warc.gz") -> Path:
    path = folder / name
    path.write_bytes(b"".join(gzip.compress(one, 1) if name.endswith("gz") else one for one in records))
    return path


def ask(path: Path, *requests: Request, found: Index | None = None) -> list[Answer | AggregatorError]:
    web = ArchiveWeb(path, found or index(path))
    return [answer for _, answer in web.visit([Visit("news.example", requests, delay=60, not_before=EVENING)])]


def one(path: Path, url: str = "https://news.example/a", **wishes: object) -> Answer:
    (answer,) = ask(path, Request(url, **wishes))  # type: ignore[arg-type]
    assert isinstance(answer, Answer), answer
    return answer


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_responses_are_found_with_what_they_answer(tmp_path: Path, name: str) -> None:
    path = archive(
        tmp_path,
        record("", kind="warcinfo"),
        record("https://news.example/a", at=NOON, headers=("Content-Type: Text/HTML; charset=utf-8",)),
        record("https://news.example/a", kind="request"),
        record("https://news.example/b", at=EVENING, status="404 Not Found"),
        record("https://news.example/b", kind="revisit"),
        record("https://news.example/c", kind="resource"),
        name=name,
    )
    found = index(path)
    assert [(one.url, one.at, one.status, one.content_type) for one in found.records] == [
        ("https://news.example/a", NOON, 200, "text/html"),
        ("https://news.example/b", EVENING, 404, "text/html"),
    ]
    assert found.end == EVENING
    assert found.skipped == {f"not a response: {kind}": 1 for kind in ("warcinfo", "request", "revisit", "resource")}
    assert one(path).body == b"<p>news</p>"


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_truncated_tail_costs_only_itself(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path, record("https://news.example/a"), record("https://news.example/b"), name=name)
    path.write_bytes(path.read_bytes()[:-30])
    found = index(path)
    assert [one.url for one in found.records] == ["https://news.example/a"]
    assert found.skipped == {"truncated": 1}


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_damage_in_the_middle_costs_only_itself(tmp_path: Path, name: str) -> None:
    whole = [record(f"https://news.example/{number}", bytes(range(256)) * 20) for number in range(3)]
    pieces = [gzip.compress(one) if name.endswith("gz") else one for one in whole]
    path = tmp_path / name
    path.write_bytes(pieces[0] + pieces[1][: len(pieces[1]) // 2] + pieces[2])
    assert [one.url for one in index(path).records] == ["https://news.example/0", "https://news.example/2"]


def test_one_gzip_around_many_records_is_named_with_its_cure(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(record() + record("https://news.example/b")))
    assert [reason for reason in index(path).skipped if "warcio recompress" in reason]


def test_a_decompression_bomb_is_stepped_over(tmp_path: Path) -> None:
    bomb = gzip.compress(record("https://news.example/bomb", bytes(MAX_RECORD_BYTES + 1)), 1)
    path = tmp_path / "a.warc.gz"
    path.write_bytes(bomb + gzip.compress(record()))
    found = index(path)
    assert [one.url for one in found.records] == ["https://news.example/a"]
    assert found.skipped == {f"larger than {MAX_RECORD_BYTES} bytes": 1}


def test_a_file_of_nothing_but_false_starts_is_given_up_in_time(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(record()) + b"\x1f\x8b\x08\x00rubbish" * 100_000)
    start = time.perf_counter()
    found = index(path)
    assert time.perf_counter() - start < 5
    assert len(found.records) == 1
    assert sum(found.skipped.values()) <= MAX_REPAIRS + 1


@pytest.mark.parametrize(
    "hostile",
    [
        record(at="yesterday"),
        record(at="0001-01-01T00:00:00+05:00"),
        record("ftp://news.example/a"),
        record(status="abc"),
        record(status=""),
        b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999\r\n\r\n",
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nhallo\r\n\r\n",
        b"WARC/1.0 " + b"x" * 200_000,
        b"\x00" * 1000,
    ],
)
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc"])
def test_a_record_that_makes_no_sense_is_counted(tmp_path: Path, name: str, hostile: bytes) -> None:
    found = index(archive(tmp_path, record("https://news.example/good"), hostile, name=name))
    assert [one.url for one in found.records] == ["https://news.example/good"]
    assert sum(found.skipped.values()) >= 1


@pytest.mark.parametrize("data", [b"", b"<html>", b"PK\x03\x04", gzip.compress(b"hello")])
def test_what_is_no_archive_is_unreadable(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"a\.warc\.gz is (empty|not a WARC archive)"):
        index(path)


def test_a_missing_archive_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        index(tmp_path / "none.warc.gz")


def test_each_visit_gets_the_next_record_and_then_nothing_new(tmp_path: Path) -> None:
    path = archive(tmp_path, record(body=b"2", at=EVENING), record(body=b"1", at=NOON), record("https://o.example/"))
    assert one(path).body == b"1"
    assert one(path, since=MORNING).body == b"1"
    assert one(path, since=NOON).body == b"2"
    late = one(path, since=EVENING)
    assert (late.status, late.body, late.at) == (304, b"", EVENING)


def test_an_address_that_was_never_archived_is_not_found(tmp_path: Path) -> None:
    answer = one(archive(tmp_path, record()), "https://news.example/other")
    assert (answer.status, answer.body, answer.at, answer.headers) == (404, b"", NOON, {})


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("https://news.example/a#top", 200),
        ("https://news.example/b", 200),
        ("https://news.example/b#part", 200),
        ("https://www.news.example/a", 404),
        ("http://news.example/a", 404),
        ("https://news.example/a/", 404),
    ],
)
def test_addresses_match_exactly_but_for_the_fragment(tmp_path: Path, asked: str, status: int) -> None:
    path = archive(tmp_path, record(), record("https://news.example/b#part"))
    assert one(path, asked).status == status


def test_redirects_are_followed_inside_the_archive(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        record(at=NOON, status="302 Found", headers=("Location: /b",)),
        record("https://news.example/b", b"old", at=MORNING),
        record("https://news.example/b", b"new", at=EVENING),
    )
    answer = one(path)
    assert (answer.url, answer.body, answer.at) == ("https://news.example/b", b"new", EVENING)
    assert answer.redirects == ((302, "https://news.example/b"),)
    assert one(path, since=EVENING).status == 304


def test_the_answer_is_as_late_as_the_redirect_to_it_so_that_it_comes_once(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        record(at=NOON, status="301 Moved", headers=("Location: /b",)),
        record("https://news.example/b", b"old", at=MORNING),
    )
    answer = one(path)
    assert (answer.body, answer.at) == (b"old", NOON)
    assert one(path, since=answer.at).status == 304


def test_a_redirect_out_of_the_archive_is_not_found(tmp_path: Path) -> None:
    answer = one(archive(tmp_path, record(status="301 Moved", headers=("Location: https://gone.example/",))))
    assert (answer.status, answer.url) == (404, "https://gone.example/")


@pytest.mark.parametrize("place", ["/a", "http://[broken"])
def test_a_redirect_without_end_or_sense_is_unreadable(tmp_path: Path, place: str) -> None:
    (answer,) = ask(
        archive(tmp_path, record(status="302 Found", headers=(f"Location: {place}",))),
        Request("https://news.example/a"),
    )
    assert isinstance(answer, Unreadable)


def _chunks(body: bytes, size: int = 7) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


PLAIN = b"<p>The same words again and again.</p>" * 50


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((), PLAIN),
        (("Transfer-Encoding: chunked",), _chunks(PLAIN)),
        (("Transfer-Encoding: chunked",), PLAIN),
        (("Content-Encoding: gzip",), gzip.compress(PLAIN)),
        (("Content-Encoding: x-gzip",), gzip.compress(PLAIN)),
        (("Content-Encoding: gzip",), PLAIN),
        (("Content-Encoding: deflate",), zlib.compress(PLAIN)),
        (("Content-Encoding: deflate",), zlib.compress(PLAIN, wbits=-15)),
        (("Content-Encoding: deflate, gzip",), gzip.compress(zlib.compress(PLAIN))),
        (("Content-Encoding: gzip", "Transfer-Encoding: chunked"), _chunks(gzip.compress(PLAIN))),
        (("Content-Encoding: br",), PLAIN),
        (("Content-Encoding: identity",), PLAIN),
    ],
)
def test_archived_codings_are_undone(tmp_path: Path, headers: tuple[str, ...], body: bytes) -> None:
    answer = one(archive(tmp_path, record(body=body, headers=(HTML, *headers))))
    assert answer.body == PLAIN
    assert not {"content-encoding", "transfer-encoding"} & set(answer.headers)


def test_repeated_headers_are_joined(tmp_path: Path) -> None:
    answer = one(archive(tmp_path, record(headers=("Link: <a>; rel=hub", "LINK: <b>; rel=self"))))
    assert answer.headers["link"] == "<a>; rel=hub, <b>; rel=self"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((), bytes(1001)),
        (("Content-Encoding: gzip",), gzip.compress(bytes(100_000_000))),
        (("Content-Encoding: gzip, gzip",), gzip.compress(gzip.compress(bytes(5_000_000), 0))),
        (("Content-Encoding: br",), b"\x0b\x02\x80"),
    ],
    ids=["plain", "bomb", "bomb in gzip", "unknown coding"],
)
def test_a_body_over_its_bound_or_in_an_unknown_coding_is_unreadable(
    tmp_path: Path, headers: tuple[str, ...], body: bytes
) -> None:
    path = archive(tmp_path, record(body=body, headers=headers), record("https://news.example/b"))
    requests = (Request("https://news.example/a", max_bytes=1000), Request("https://news.example/b", max_bytes=1000))
    bad, good = ask(path, *requests)
    assert isinstance(bad, Unreadable)
    assert isinstance(good, Answer)


def test_an_archive_that_changed_since_is_unreadable_not_wrong(tmp_path: Path) -> None:
    path = archive(tmp_path, record())
    found = index(path)
    path.write_bytes(b"x" * path.stat().st_size)
    (answer,) = ask(path, Request("https://news.example/a"), found=found)
    assert isinstance(answer, Unreadable)
    path.unlink()
    (answer,) = ask(path, Request("https://news.example/a"), found=found)
    assert isinstance(answer, Unreadable)


def test_it_travels_between_processes(tmp_path: Path) -> None:
    path = archive(tmp_path, record())
    web = pickle.loads(pickle.dumps(ArchiveWeb(path, index(path))))  # noqa: S301
    ((request, answer),) = web.visit([Visit("news.example", (Request("https://news.example/a", tag=7),))])
    assert (request.tag, answer.body) == (7, b"<p>news</p>")


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus lies beside the checkout only where it was laid")
def test_the_corpus_is_indexed_in_a_second_and_read_in_milliseconds() -> None:
    path = CORPUS / "world-news.warc.gz"
    start = time.perf_counter()
    found = index(path)
    indexed = time.perf_counter() - start
    start = time.perf_counter()
    answers = ask(path, *(Request(one.url) for one in found.records), found=found)
    read = (time.perf_counter() - start) / len(answers)
    assert len(found.records) == 440
    assert not found.skipped
    assert all(isinstance(answer, Answer) and answer.status == 200 and answer.body for answer in answers)
    assert timedelta(seconds=indexed) < timedelta(seconds=3)  # some .3 s when nothing else runs
    assert timedelta(seconds=read) < timedelta(milliseconds=10)  # some .6 ms
