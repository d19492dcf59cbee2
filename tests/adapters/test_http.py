"""The network as it is: servers that err, lie, dawdle and lead astray."""

import asyncio
import contextlib
import functools
import gc
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import AsyncIterator, Generator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import zstandard

from aggregator.adapters.http import HttpSettings, HttpWeb, _bounded
from aggregator.core.address import is_local_name, is_public
from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.exchange import Exchange
from aggregator.core.page import Answer, Request, Visit
from tests.adapters.misbehaving import Behave, Crowd, drips, endless, leads, raw, says, serving

SETTINGS = HttpSettings(user_agent="Test/1", allow_loopback=True, total_seconds=5.0)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BODY = "Größe – мир".encode()
BIG = 20_000


@functools.cache
def _web(settings: HttpSettings = SETTINGS) -> HttpWeb:
    return HttpWeb(settings, lambda: NOW)


def _get(request: Request, settings: HttpSettings = SETTINGS) -> Answer | AggregatorError:
    [(asked, found)] = _web(settings).visit([Visit("h", (request,))])
    assert asked is request
    return found


def _path(behave: Behave, settings: HttpSettings = SETTINGS, max_bytes: int = BIG) -> Answer | AggregatorError:
    with serving({"/": behave}) as server:
        return _get(Request(server.url("/"), max_bytes=max_bytes), settings)


def _answered(behave: Behave) -> Answer:
    found = _path(behave)
    assert isinstance(found, Answer), found
    return found


def test_an_answer_has_its_body_and_its_headers_in_lower_case() -> None:
    with serving({"/a?b=c": says(body=BODY, Content_Type="text/plain", X_Odd="Yes")}) as server:
        found = _get(Request(server.url("/a?b=c#d")))
    assert isinstance(found, Answer)
    assert (found.url, found.status, found.body) == (server.url("/a?b=c"), 200, BODY)
    assert (found.at, found.redirects) == (NOW, ())
    assert (found.headers["content-type"], found.headers["x-odd"]) == ("text/plain", "Yes")


def test_validators_are_sent_exactly_as_they_were_given() -> None:
    request = Request("", etag='W/"a-b, c"', last_modified="Tue, 24 Nov 2026 12:00:00 GMT", accept="text/html")
    with serving({"/": says("304 Not Modified", ETag='"n"')}) as server:
        found = _get(replace(request, url=server.url("/")))
    assert isinstance(found, Answer)
    assert (found.status, found.body, found.headers["etag"]) == (304, b"", '"n"')
    sent = server.asked[0].headers
    assert sent["if-none-match"] == 'W/"a-b, c"'
    assert sent["if-modified-since"] == "Tue, 24 Nov 2026 12:00:00 GMT"
    assert sent["accept"] == "text/html"


def test_it_says_who_it_is_and_sends_nothing_it_was_not_given() -> None:
    with serving({"/": says(Set_Cookie="a=b")}) as server:
        visit = Visit("h", (Request(server.url("/")), Request(server.url("/"))))
        assert len(list(_web().visit([visit]))) == 2
    for asked in server.asked:
        assert asked.headers["user-agent"] == "Test/1"
        assert asked.headers["accept-encoding"] == "gzip, deflate, zstd"
        assert not {"cookie", "if-none-match", "if-modified-since", "referer"} & asked.headers.keys()


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODED: Mapping[str, tuple[str, bytes]] = {
    "gzip": ("gzip", gzip.compress(BODY)),
    "gzip by its old name": ("x-gzip", gzip.compress(BODY)),
    "in capitals": ("GZIP", gzip.compress(BODY)),
    "deflate": ("deflate", zlib.compress(BODY)),
    "deflate without header": ("deflate", _raw_deflate(BODY)),
    "zstd": ("zstd", zstandard.compress(BODY)),
    "identity": ("identity", BODY),
}


@pytest.mark.parametrize("kind", CODED)
def test_codings_are_undone(kind: str) -> None:
    coding, data = CODED[kind]
    assert _answered(says(body=data, Content_Encoding=coding)).body == BODY


async def _bytewise(data: bytes) -> AsyncIterator[bytes]:
    for byte in data:
        yield bytes([byte])


@pytest.mark.parametrize("kind", CODED)
def test_codings_are_undone_even_when_they_come_byte_by_byte(kind: str) -> None:
    coding, data = CODED[kind]
    assert asyncio.run(_bounded(_bytewise(data), coding.lower(), "http://h/", Request("http://h/"))) == BODY


@pytest.mark.parametrize("coding", ["br", "compress", "gzip, gzip", "x" * 500])
def test_a_coding_that_was_not_asked_for_is_unreadable(coding: str) -> None:
    found = _path(says(body=BODY, Content_Encoding=coding))
    assert isinstance(found, Unreadable)
    assert "not asked for" in found.reason
    assert len(found.reason) < 300


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_a_body_that_is_not_in_its_coding_is_unreadable(coding: str) -> None:
    found = _path(says(body=b"<html>plain after all", Content_Encoding=coding))
    assert isinstance(found, Unreadable)
    assert coding in found.reason


ZEROS = bytes(50_000_000)
BOMBS: Mapping[str, bytes] = {
    "gzip": gzip.compress(ZEROS, 1),
    "deflate": zlib.compress(ZEROS, 1),
    "zstd": zstandard.compress(ZEROS),
}


@pytest.mark.parametrize("coding", BOMBS)
def test_a_bomb_ends_at_the_bound(coding: str) -> None:
    found = _path(says(body=BOMBS[coding], Content_Encoding=coding), max_bytes=300_000)
    assert isinstance(found, Unreadable)
    assert "larger than 300000 bytes" in found.reason


@pytest.mark.parametrize(
    "behave",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 4096),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"4\r\nabcd\r\n" * 500),
        endless(b"HTTP/1.0 500 Oh\r\n\r\n", b"x" * 4096),
        says(body=b"x" * (BIG + 1)),
        says(body=gzip.compress(bytes(BIG + 1)), Content_Encoding="gzip"),
    ],
    ids=["endless", "endless chunks", "endless error", "one byte too many", "one byte too many once decoded"],
)
def test_a_body_larger_than_the_bound_is_unreadable(behave: Behave) -> None:
    found = _path(behave)
    assert isinstance(found, Unreadable)
    assert str(BIG) in found.reason


@pytest.mark.parametrize("coding", ["", *BOMBS])
def test_where_the_first_part_will_do_the_rest_is_cut(coding: str) -> None:
    behave = says(body=BOMBS.get(coding, bytes(BIG)), Content_Encoding=coding)
    with serving({"/": behave}) as server:
        found = _get(Request(server.url("/"), max_bytes=999, cut=True))
    assert isinstance(found, Answer), found
    assert found.body == bytes(999)


def test_a_body_of_just_the_bound_is_read() -> None:
    assert len(_answered(says(body=b"x" * BIG)).body) == BIG


def test_a_length_beyond_the_bound_is_not_even_begun() -> None:
    found = _path(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"))
    assert isinstance(found, Unreadable)
    assert "says it has 99999999999 bytes" in found.reason


def test_a_slow_drip_ends_in_time() -> None:
    found = _path(drips(b"HTTP/1.1 200 OK\r\n\r\n", 0.02), replace(SETTINGS, total_seconds=0.3))
    assert isinstance(found, TryLater)
    assert "longer than 0.3 seconds" in found.reason


def test_silence_ends_in_time() -> None:
    found = _path(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", 2), replace(SETTINGS, read_seconds=0.2))
    assert isinstance(found, TryLater)


FLOOD = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(2000))


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: one\r\n\r\nabc",
        b"",
        b"\x00\xff\x16\x03 SSH-2.0-nothing\r\n\r\n",
        b"<html>no head</html>",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + FLOOD + b"\r\nabc",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\nabc",
    ],
    ids=[
        "cut short", "chunk cut short", "no chunk size", "head cut short", "negative length", "length in words",
        "nothing", "garbage", "no head", "odd status", "flood of headers", "long header",
    ],
)  # fmt: skip
def test_what_is_not_proper_http_is_tried_later(data: bytes) -> None:
    found = _path(raw(data))
    assert isinstance(found, TryLater), found
    assert "127.0.0.1" in found.reason
    assert len(found.reason) < 400


def test_http_1_0_is_understood() -> None:
    assert _answered(raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nabc")).body == b"abc"


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_a_server_that_says_no_has_answered(status: int) -> None:
    found = _answered(says(f"{status} No", b"why", Retry_After="60"))
    assert (found.status, found.body, found.headers["retry-after"]) == (status, b"why", "60")


def test_a_redirect_to_nowhere_is_an_answer() -> None:
    assert _answered(says("302 Found")).status == 302


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("b", "/x/b"),
        ("/b", "/b"),
        ("?c=1", "/x/a?c=1"),
        ("../b", "/b"),
        ("./b#part", "/x/b"),
        ("/b c", "/b%20c"),
        ("/ü", "/%C3%BC"),
    ],
)
def test_a_relative_location_is_read_from_where_it_was_said(target: str, path: str) -> None:
    with serving({"/x/a": leads(target), path: says(body=b"there")}) as server:
        found = _get(Request(server.url("/x/a")))
    assert isinstance(found, Answer), found
    assert (found.url, found.body) == (server.url(path), b"there")
    assert found.redirects == ((302, server.url(path)),)


def test_every_redirect_is_told_in_order() -> None:
    paths = {
        "/1": leads("/2", "301 Moved"),
        "/2": leads("/3", "303 See"),
        "/3": leads("/4", "307 Soon"),
        "/4": leads("/5", "308 Ever"),
        "/5": says(body=b"there"),
    }
    with serving(paths) as server:
        found = _get(Request(server.url("/1")))
    assert isinstance(found, Answer)
    assert found.url == server.url("/5")
    assert found.redirects == tuple(
        (status, server.url(f"/{n}")) for status, n in zip((301, 303, 307, 308), range(2, 6), strict=True)
    )


def test_validators_belong_to_the_first_address_only() -> None:
    with serving({"/a": leads("/b"), "/b": says()}) as server:
        _get(Request(server.url("/a"), etag='"x"', last_modified="Tue, 24 Nov 2026 12:00:00 GMT"))
    first, second = (asked.headers for asked in server.asked)
    assert {"if-none-match", "if-modified-since"} <= first.keys()
    assert not {"if-none-match", "if-modified-since"} & second.keys()
    assert second["user-agent"] == "Test/1"


@pytest.mark.parametrize("paths", [{"/": leads("/")}, {"/": leads("/b"), "/b": leads("/c"), "/c": leads("/b")}])
def test_redirects_in_a_circle_end(paths: Mapping[str, Behave]) -> None:
    with serving(paths) as server:
        found = _get(Request(server.url("/")))
    assert isinstance(found, TryLater)
    assert "circle" in found.reason
    assert len(server.asked) == len(paths)


@pytest.mark.parametrize(("allowed", "expected"), [(3, TryLater), (4, Answer)])
def test_redirects_are_counted(allowed: int, expected: type) -> None:
    with serving({f"/{n}": leads(f"/{n + 1}") for n in range(4)} | {"/4": says()}) as server:
        found = _get(Request(server.url("/0")), replace(SETTINGS, redirects=allowed))
    assert isinstance(found, expected)
    assert len(server.asked) == allowed + 1


def test_the_body_of_a_redirect_is_not_read() -> None:
    head = b"HTTP/1.1 302 Found\r\nContent-Encoding: br\r\nLocation: /b\r\n\r\n"
    with serving({"/a": endless(head, b"x" * 4096), "/b": says(body=b"there")}) as server:
        found = _get(Request(server.url("/a")))
    assert isinstance(found, Answer)
    assert found.body == b"there"


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "//192.168.1.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fd00::1]/",
        "http://0/",
        "file:///etc/passwd",
        "ftp://news.example/",
        "gopher://127.0.0.1/",
        "javascript:alert(1)",
        "http://user:secret@news.example/",
        "http://news.example:22/",
        "http://news.example:0/",
        "http://news.example:99999/",
        "/" + "long" * 1000,
    ],
)
def test_a_redirect_out_of_the_public_web_is_refused(target: str) -> None:
    found = _path(leads(target))
    assert isinstance(found, Refused), found
    assert "secret" not in found.reason


def test_a_redirect_to_no_address_at_all_is_tried_later() -> None:
    assert isinstance(_path(leads("http://[half/")), TryLater)


@pytest.mark.parametrize(
    "url",
    ["http://user:secret@127.0.0.1/", "file:///etc/passwd", "http://10.0.0.1/", "", "http://a..b/", "http://x:22/"],
)
def test_what_may_not_be_asked_is_refused_with_a_reason(url: str) -> None:
    found = _get(Request(url))
    assert isinstance(found, Refused)
    assert found.reason
    assert "secret" not in found.reason


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "x.localhost", "127.1", "2130706433"])
def test_this_machine_is_asked_only_when_that_is_allowed(host: str) -> None:
    with serving({"/": says(body=b"here")}) as server:
        refused = _get(Request(server.url("/", host)), replace(SETTINGS, allow_loopback=False))
        assert server.asked == []
        found = _get(Request(server.url("/", host)))
    assert isinstance(refused, Refused)
    assert "allow_loopback" in refused.reason
    assert isinstance(found, Answer), found
    assert found.body == b"here"


def _private_name() -> str | None:
    """Return a name that resolves, on this machine, to addresses that are not public; None when there is none."""
    for name in (socket.gethostname(), "ip6-localhost"):
        with contextlib.suppress(OSError):
            if not any(is_public(str(each[4][0])) for each in socket.getaddrinfo(name, 80)):
                return name
    return None


def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    name = _private_name()
    if name is None or is_local_name(name):
        pytest.skip("no name of this machine resolves to a private address")
    found = _get(Request(f"http://{name}/"))
    assert isinstance(found, Refused), found
    assert "resolves to" in found.reason


def test_a_name_that_does_not_resolve_is_tried_later() -> None:
    found = _get(Request("http://nothing.invalid/"))
    assert isinstance(found, TryLater)
    assert found.reason.startswith("nothing.invalid does not resolve")


def test_a_closed_port_is_tried_later() -> None:
    with serving({}) as server:
        pass
    found = _get(Request(server.url("/")))
    assert isinstance(found, TryLater)
    assert found.reason.startswith("no connection to 127.0.0.1")


def test_requests_of_one_visit_follow_one_another() -> None:
    crowd = Crowd(0.02)
    with serving({f"/{n}": crowd for n in range(5)}) as server:
        requests = tuple(Request(server.url(f"/{n}"), tag=n) for n in range(5))
        found = list(_web().visit([Visit("h", requests)]))
    assert [request.tag for request, _ in found] == [0, 1, 2, 3, 4]
    assert [asked.path for asked in server.asked] == ["/0", "/1", "/2", "/3", "/4"]
    assert crowd.most == 1


def test_between_two_starts_lies_the_delay_whatever_the_answer() -> None:
    with serving({"/0": says(), "/1": raw(b""), "/2": says()}) as server:
        visit = Visit("h", tuple(Request(server.url(f"/{n}")) for n in range(3)), delay=0.3)
        assert len(list(_web().visit([visit]))) == 3
    starts = [asked.at for asked in server.asked if asked.path != "/1"]
    assert 0.55 < starts[-1] - starts[0] < 2


@pytest.mark.parametrize(("seconds", "least", "most"), [(0.4, 0.4, 2.0), (-60, 0.0, 0.4)])
def test_a_visit_begins_when_the_host_may_be_asked(seconds: float, least: float, most: float) -> None:
    with serving({"/": says()}) as server:
        visit = Visit("h", (Request(server.url("/")),), not_before=NOW + timedelta(seconds=seconds))
        begun = time.monotonic()
        assert len(list(_web().visit([visit]))) == 1
    assert least <= server.asked[0].at - begun < most


def test_hosts_are_asked_side_by_side_but_not_too_many_at_once() -> None:
    crowd = Crowd(0.05)
    with serving({"/": crowd}) as server:
        visits = [Visit(f"h{n}", (Request(server.url("/", f"h{n}.localhost")),)) for n in range(60)]
        found = list(_web(replace(SETTINGS, connections=5)).visit(visits))
    assert all(isinstance(answer, Answer) for _, answer in found)
    assert {request.url for request, _ in found} == {visit.requests[0].url for visit in visits}
    assert {asked.headers["host"] for asked in server.asked} == {f"h{n}.localhost:{server.port}" for n in range(60)}
    assert crowd.most == 5


def test_a_slow_host_holds_up_no_other_and_a_failure_ends_none() -> None:
    paths: dict[str, Behave] = {"/slow": Crowd(0.3), "/broken": raw(b"garbage"), "/fast": says()}
    with serving(paths) as server:
        visits = [Visit(path, (Request(server.url(path, f"{path[1:]}.localhost")),)) for path in paths]
        found = [urlsplit(request.url).path for request, _ in _web().visit(visits)]
    assert set(found) == set(paths)
    assert found[-1] == "/slow"


@pytest.mark.parametrize("visits", [[], [Visit("h", ())]])
def test_nothing_to_ask_is_nothing_to_answer(visits: list[Visit]) -> None:
    assert list(_web().visit(visits)) == []


def test_a_caller_who_stops_early_leaves_nothing_behind() -> None:
    before = set(threading.enumerate())
    with serving({"/": says(), "/drip": drips(b"HTTP/1.1 200 OK\r\n\r\n", 0.05)}) as server:
        hosts = [Visit(f"h{n}", (Request(server.url("/drip", f"h{n}.localhost")),)) for n in range(5)]
        visits = [Visit("h", (Request(server.url("/")),)), *hosts]
        answers = _web().visit(visits)
        next(answers)
        begun = time.monotonic()
        assert isinstance(answers, Generator)
        answers.close()
        assert time.monotonic() - begun < 2
    del answers
    gc.collect()
    assert set(threading.enumerate()) == before


def test_each_hop_is_recorded_as_it_came_with_the_body_decoded() -> None:
    kept: list[Exchange] = []
    packed = gzip.compress(BODY)
    with serving({"/a": leads("/b"), "/b": says("200 Fine", packed, Content_Encoding="gzip", X_Odd="Yes")}) as server:
        [_] = HttpWeb(SETTINGS, lambda: NOW, kept.append).visit([Visit("h", (Request(server.url("/a")),))])
    hop, end = kept
    assert (hop.url, hop.status, hop.body, hop.at) == (server.url("/a"), 302, b"", NOW)
    assert ("Location", "/b") in hop.headers
    assert (end.url, end.status, end.reason, end.body) == (server.url("/b"), 200, "Fine", BODY)
    assert end.headers == (("X-Odd", "Yes"), ("Connection", "close"), ("Content-Length", str(len(BODY))))


def test_what_was_not_read_to_its_end_is_not_recorded() -> None:
    kept: list[Exchange] = []
    with serving({"/": says(body=b"x" * 100)}) as server:
        request = Request(server.url("/"), max_bytes=99)
        [_] = HttpWeb(SETTINGS, lambda: NOW, kept.append).visit([Visit("h", (request,))])
    assert kept == []


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Give a server's TLS with a certificate that nobody vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    made = ["openssl", "req", "-x509", *kind, *subject, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True, timeout=20)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_certificate_that_nobody_vouches_for_is_tried_later(self_signed: ssl.SSLContext) -> None:
    with serving({"/": says()}, self_signed) as server:
        found = _get(Request(server.url("/", scheme="https")))
    assert isinstance(found, TryLater)
    assert "certificate of 127.0.0.1 is not valid" in found.reason
    assert server.asked == []


def test_a_server_that_speaks_no_tls_is_tried_later() -> None:
    with serving({"/": says()}) as server:
        found = _get(Request(server.url("/", scheme="https")), replace(SETTINGS, connect_seconds=1))
    assert isinstance(found, TryLater)
