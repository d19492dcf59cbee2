"""Recording: whole members only, readable by any WARC reader, from several processes at once."""

import fcntl
import multiprocessing
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from aggregator.adapters.archive import ArchiveWeb, index
from aggregator.adapters.recorder import Recorder
from aggregator.core.errors import TryLater
from aggregator.core.exchange import Exchange
from aggregator.core.page import Answer, Request, Visit

AT = datetime(2026, 11, 3, 12, 0, 0, 123456, tzinfo=UTC)


def exchange(url: str = "https://news.example/a", **changes: object) -> Exchange:
    given: dict[str, object] = {
        "status": 200,
        "reason": "OK",
        "headers": (("Content-Type", "text/html; charset=utf-8"),),
        "body": "<p>Grüße</p>".encode(),
        "at": AT,
    }
    return Exchange(url=url, **(given | changes))  # type: ignore[arg-type]


def replayed(path: Path, url: str) -> Answer:
    ((_, answer),) = ArchiveWeb(path, index(path)).visit([Visit("news.example", (Request(url),))])
    assert isinstance(answer, Answer)
    return answer


def test_what_was_recorded_is_replayed(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.warc.gz"
    Recorder(path)(exchange())
    answer = replayed(path, "https://news.example/a")
    assert (answer.status, answer.body, answer.at) == (200, "<p>Grüße</p>".encode(), AT)
    assert (answer.content_type, answer.charset) == ("text/html", "utf-8")


def test_a_new_file_opens_with_a_warcinfo_and_holds_true_digests(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    recorder = Recorder(path)
    recorder(exchange())
    recorder(exchange("https://news.example/b"))
    kinds = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            record.raw_stream.read()
            kinds.append(record.rec_type)
    assert kinds == ["warcinfo", "response", "response"]


def test_headers_of_codings_that_were_undone_are_not_believed_at_replay(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    coded = (("Content-Encoding", "br"), ("Transfer-Encoding", "chunked"), ("Content-Length", "9"), ("ETag", '"1"'))
    Recorder(path)(exchange(headers=coded, body=b"plain"))
    answer = replayed(path, "https://news.example/a")
    assert answer.body == b"plain"
    assert "content-encoding" not in answer.headers
    assert answer.headers["etag"] == '"1"'


def test_a_length_that_is_true_stays_for_other_readers(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    Recorder(path)(exchange(headers=(("Content-Length", "5"),), body=b"plain"))
    with path.open("rb") as file:
        lengths = [one.http_headers["content-length"] for one in ArchiveIterator(file) if one.rec_type == "response"]
    assert lengths == ["5"]


@pytest.mark.parametrize(
    "hostile",
    [
        exchange(reason="OK\r\n\r\nWARC/1.0"),
        exchange(headers=(("X-A", "1\r\nWARC-Type: request\r\n\r\nbody"), ("Bad\r\nName", "2"))),
        exchange(body=b"\r\n\r\nWARC/1.0\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n"),
    ],
    ids=["reason", "headers", "body"],
)
def test_an_answer_cannot_forge_a_record(tmp_path: Path, hostile: Exchange) -> None:
    path = tmp_path / "run.warc.gz"
    Recorder(path)(hostile)
    Recorder(path)(exchange("https://news.example/next"))
    assert [record.url for record in index(path).records] == ["https://news.example/a", "https://news.example/next"]
    assert replayed(path, "https://news.example/a").body == hostile.body


def test_a_location_in_another_script_is_kept_as_an_address(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    there = "https://news.example/%C3%BC"
    Recorder(path)(exchange(status=301, reason="", headers=(("Location", "https://news.example/ü"),), body=b""))
    Recorder(path)(exchange(there))
    answer = replayed(path, "https://news.example/a")
    assert (answer.url, answer.status, answer.redirects) == (there, 200, ((301, there),))


def _record_many(path: Path, worker: int) -> None:
    recorder = Recorder(path)
    for number in range(25):
        recorder(exchange(f"https://news.example/{worker}/{number}", body=bytes(30_000 + worker)))


def test_several_processes_append_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_record_many, args=(path, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    found = index(path)
    assert {record.url for record in found.records} == {
        f"https://news.example/{worker}/{number}" for worker in range(3) for number in range(25)
    }
    assert found.skipped == {"not a response: warcinfo": 1}


def test_a_writer_waits_while_another_one_writes(tmp_path: Path) -> None:
    """Two that both found the file empty would both open it with a warcinfo; so the second waits and then sees it full."""
    path = tmp_path / "run.warc.gz"
    Recorder(path)(exchange())
    whole = path.read_bytes()
    path.write_bytes(b"")
    with path.open("ab", buffering=0) as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = threading.Thread(target=Recorder(path), args=(exchange("https://news.example/b"),))
        second.start()
        second.join(0.3)
        assert second.is_alive()
        assert path.stat().st_size == 0
        first.write(whole)
    second.join(10)
    found = index(path)
    assert [one.url for one in found.records] == ["https://news.example/a", "https://news.example/b"]
    assert found.skipped == {"not a response: warcinfo": 1}


def test_a_disk_that_refuses_is_an_error_that_says_where(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TryLater, match=r"cannot record into .*run\.warc\.gz"):
        Recorder(tmp_path / "file" / "run.warc.gz")(exchange())
