"""The network as it is: servers that err, lie, dawdle and lead astray."""

import asyncio
import contextlib
import functools
import gc
import gzip
import os
import pickle
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest
import zstandard

from aggregator.adapters.codings import Body
from aggregator.adapters.http import HttpWeb
from aggregator.adapters.http_settings import HttpSettings
from aggregator.adapters.resolver import Lookup, PublicResolver
from aggregator.adapters.stepped_loop import SteppedLoop
from aggregator.core.address import is_local_name, is_public
from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.exchange import Exchange
from aggregator.core.feed import Trouble
from aggregator.core.page import Answer, Request, Visit
from tests.adapters.misbehaving import Behave, Crowd, Turns, drips, endless, leads, raw, says, serving

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


def test_validators_go_to_the_very_address_that_gave_them_and_to_no_other() -> None:
    paths = {"/a": says("302 Found", Location="/b"), "/b": says("304 Not Modified")}
    with serving(paths) as server:
        asked = Request(server.url("/a"), etag='"n"', last_modified="x", validated_url=server.url("/b"))
        found = _get(asked)
    assert isinstance(found, Answer)
    assert (found.status, found.redirects) == (304, ((302, found.url),))
    first, second = (asked.headers for asked in server.asked)
    assert not {"if-none-match", "if-modified-since"} & first.keys()
    assert (second["if-none-match"], second["if-modified-since"]) == ('"n"', "x")


def test_a_form_is_posted() -> None:
    with serving({"/hub": says("202 Accepted")}) as server:
        found = _get(Request(server.url("/hub"), form=(("hub.mode", "subscribe"), ("hub.topic", "http://a/?b&c"))))
    assert isinstance(found, Answer)
    (asked,) = server.asked
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert int(asked.headers["content-length"]) == len("hub.mode=subscribe&hub.topic=http%3A%2F%2Fa%2F%3Fb%26c")


@pytest.mark.parametrize(
    ("behave", "trouble"),
    [
        (says("301 Moved", Location="/"), Trouble.REDIRECT),
        (says(body=BODY, Content_Encoding="gzip"), Trouble.BROKEN),
        (says(body=bytes(BIG + 1)), Trouble.TOO_LARGE),
    ],
)
def test_what_goes_wrong_has_a_word_that_can_be_counted(behave: Behave, trouble: Trouble) -> None:
    found = _path(behave)
    assert isinstance(found, AggregatorError)
    assert found.trouble == trouble
    assert pickle.loads(pickle.dumps(found)).trouble == trouble  # noqa: S301 - our own bytes


def test_it_says_who_it_is_and_sends_nothing_it_was_not_given() -> None:
    with serving({"/": says(Set_Cookie="a=b")}) as server:
        visit = Visit("h", (Request(server.url("/")), Request(server.url("/"))))
        assert len(list(_web().visit([visit]))) == 2
    for asked in server.asked:
        assert asked.headers["user-agent"] == "Test/1"
        assert asked.headers["accept-encoding"] == "gzip, deflate, br, zstd"
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
    "brotli": ("br", brotli.compress(BODY)),
    "zstd": ("zstd", zstandard.compress(BODY)),
    "identity": ("identity", BODY),
    "a charset in the wrong place": ("utf-8", BODY),
    "gzip in two members": ("gzip", gzip.compress(BODY[:5]) + gzip.compress(BODY[5:])),
    "gzip with padding": ("gzip", gzip.compress(BODY) + bytes(700)),
    "deflate with padding": ("deflate", zlib.compress(BODY) + b"\r\n"),
    "zstd in two frames": ("zstd", zstandard.compress(BODY[:5]) + zstandard.compress(BODY[5:])),
    "nothing at all": ("gzip", b""),
}


@pytest.mark.parametrize("kind", CODED)
def test_codings_are_undone(kind: str) -> None:
    coding, data = CODED[kind]
    assert _answered(says(body=data, Content_Encoding=coding)).body == (data and BODY)


@pytest.mark.parametrize("kind", CODED)
def test_codings_are_undone_even_when_they_come_byte_by_byte(kind: str) -> None:
    coding, data = CODED[kind]
    body = Body(coding.lower(), "http://h/", BIG)
    assert all(body.take(bytes([byte])) for byte in data)
    assert body.whole() == (data and BODY)


@pytest.mark.parametrize("coding", ["compress", "gzip, gzip", "x" * 500])
def test_a_coding_that_was_not_asked_for_is_unreadable(coding: str) -> None:
    found = _path(says(body=BODY, Content_Encoding=coding))
    assert isinstance(found, Unreadable)
    assert "not asked for" in found.reason
    assert len(found.reason) < 300


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_not_in_its_coding_is_unreadable(coding: str) -> None:
    found = _path(says(body=b"<html>plain after all", Content_Encoding=coding))
    assert isinstance(found, Unreadable)
    assert coding in found.reason


ZEROS = bytes(50_000_000)
BOMBS: Mapping[str, bytes] = {
    "gzip": gzip.compress(ZEROS, 1),
    "deflate": zlib.compress(ZEROS, 1),
    "br": brotli.compress(ZEROS),
    "zstd": zstandard.compress(ZEROS),
}


@pytest.mark.parametrize("coding", BOMBS)
def test_a_bomb_ends_at_the_bound(coding: str) -> None:
    found = _path(says(body=BOMBS[coding], Content_Encoding=coding), max_bytes=300_000)
    assert isinstance(found, Unreadable)
    assert "larger than 300000 bytes" in found.reason


@pytest.mark.parametrize("coding", BOMBS)
def test_a_bomb_takes_little_memory(coding: str) -> None:
    tracemalloc.start()
    try:
        _path(says(body=BOMBS[coding], Content_Encoding=coding), max_bytes=300_000)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000 < len(ZEROS)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["gzip", "deflate", "deflate without header", "brotli", "zstd", "gzip in two members"])
def test_a_body_cut_short_within_its_coding_is_tried_later(kind: str) -> None:
    coding, data = CODED[kind]
    found = _path(says(body=data[:-3], Content_Encoding=coding))
    assert isinstance(found, TryLater)
    assert "broke off" in found.reason


@pytest.mark.parametrize("piece", [b"x" * 4096, gzip.compress(b"") * 100], ids=["junk", "members that hold nothing"])
def test_what_stands_for_nothing_may_not_go_on_for_ever(piece: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(BODY)
    found = _path(endless(head, piece))
    assert isinstance(found, Unreadable), found
    assert str(BIG) in found.reason


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


@pytest.mark.parametrize("status", [204, 304])
def test_the_length_of_another_answer_is_not_that_of_this_one(status: int) -> None:
    found = _answered(raw(b"HTTP/1.1 %d Fine\r\nContent-Length: 99999999999\r\n\r\n" % status))
    assert (found.status, found.body) == (status, b"")


def test_a_slow_drip_ends_in_time() -> None:
    found = _path(drips(b"HTTP/1.1 200 OK\r\n\r\n", 0.02), replace(SETTINGS, total_seconds=0.3))
    assert isinstance(found, TryLater)
    assert "longer than 0.3 seconds" in found.reason


def test_silence_ends_in_time() -> None:
    found = _path(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", 2), replace(SETTINGS, read_seconds=0.2))
    assert isinstance(found, TryLater)
    assert found.reason == "127.0.0.1 said nothing for 0.2 seconds"


def test_a_connection_that_is_never_made_ends_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody_accepts:
        url = f"https://127.0.0.1:{nobody_accepts.getsockname()[1]}/"
        found = _get(Request(url), replace(SETTINGS, connect_seconds=0.2))
    assert isinstance(found, TryLater)
    assert found.reason == "no connection to 127.0.0.1 within 0.2 seconds"


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


def test_a_header_as_long_as_large_outlets_send_is_read() -> None:
    assert _answered(says(body=BODY, Content_Security_Policy="x" * 12_000)).body == BODY


def test_headers_are_text_that_can_be_stored() -> None:
    found = _answered(raw(b'HTTP/1.1 200 OK\r\nETag: "\xe9\xc3\xa9\t"\r\nContent-Length: 0\r\n\r\n'))
    assert found.headers["etag"] == '"\ufffdé "'


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


def test_bytes_in_a_location_are_asked_for_as_they_came() -> None:
    told = raw(b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9\r\nContent-Length: 0\r\n\r\n")
    with serving({"/a": told, "/caf%E9": says(body=b"there")}) as server:
        found = _get(Request(server.url("/a")))
    assert isinstance(found, Answer), found
    assert found.body == b"there"


@pytest.mark.parametrize("path", ["/a%2Fb?c=%2F%3F&d=%2B+e&f=%3D%26", "/a;b=c?d[]=e&&f"])
def test_an_address_is_asked_for_as_it_is_spelt(path: str) -> None:
    with serving({path: says()}) as server:
        found = _get(Request(server.url(path)))
    assert isinstance(found, Answer)
    assert (found.url, found.status, server.asked[0].path) == (server.url(path), 200, path)


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


def test_a_cookie_opens_the_way_back_to_the_same_address_and_is_then_forgotten() -> None:
    door = Turns(says("302 Found", Location="/", Set_Cookie="seen=a/b"), says(body=b"in"))
    with serving({"/": door}) as server:
        visit = Visit("h", (Request(server.url("/", "a.localhost")), Request(server.url("/", "a.localhost"))))
        [(_, first), (_, second)] = _web().visit([visit])
    assert isinstance(first, Answer), first
    assert isinstance(second, Answer)
    assert (first.body, second.body) == (b"in", b"in")
    assert [asked.headers.get("cookie") for asked in server.asked] == [None, "seen=a/b", None]


def test_a_cookie_stays_with_the_host_that_gave_it() -> None:
    with serving({}) as server:
        server.paths = {
            "/a": says("302 Found", Location=server.url("/b", "b.localhost"), Set_Cookie="a=1"),
            "/b": says(),
        }
        _get(Request(server.url("/a", "a.localhost")))
    assert [asked.headers["host"].partition(":")[0] for asked in server.asked] == ["a.localhost", "b.localhost"]
    assert not any("cookie" in asked.headers for asked in server.asked)


def test_a_new_cookie_each_time_is_no_way_out_of_the_circle() -> None:
    turns = Turns(*(says("302 Found", Location="/", Set_Cookie=f"n={n}") for n in range(50)))
    with serving({"/": turns}) as server:
        found = _get(Request(server.url("/", "a.localhost")), replace(SETTINGS, redirects=3))
    assert isinstance(found, TryLater)
    assert "more than 3 redirects" in found.reason
    assert len(server.asked) == 4


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
    assert "leads astray" in found.reason
    assert "secret" not in found.reason


def test_what_fails_behind_a_redirect_is_called_by_its_own_name() -> None:
    with serving({"/b": raw(b"garbage")}) as server:
        server.paths = {**server.paths, "/a": leads(server.url("/b", "b.localhost"))}
        found = _get(Request(server.url("/a", "a.localhost")))
    assert isinstance(found, TryLater)
    assert found.reason.startswith("b.localhost ")


def test_a_redirect_to_no_address_at_all_is_tried_later() -> None:
    assert isinstance(_path(leads("http://[half/")), TryLater)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@127.0.0.1/",
        "file:///etc/passwd",
        "http://10.0.0.1/",
        "",
        "http://a..b/",
        "http://x:22/",
        "http://[half/",
    ],
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


def _looked_up(lookup: Lookup, settings: HttpSettings = SETTINGS) -> Answer | AggregatorError:
    visit = Visit("h", (Request("http://news.example/"),))
    [(_, found)] = HttpWeb(settings, lambda: NOW, lookup=lookup).visit([visit])
    return found


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "fe80::1%lo", "::ffff:127.0.0.1", "0.0.0.0"],
)
def test_a_name_for_an_inner_address_is_refused_even_where_this_machine_may_be_asked(address: str) -> None:
    found = _looked_up(lambda _host, _port: [(socket.AF_INET6 if ":" in address else socket.AF_INET, address)])
    assert isinstance(found, Refused), found
    assert found.reason.startswith(f"news.example resolves to {address}")


def test_of_the_addresses_of_a_name_only_the_public_ones_are_connected_to() -> None:
    told = [(socket.AF_INET, "10.0.0.1"), (socket.AF_INET, "8.8.8.8"), (socket.AF_INET6, "::1")]

    async def resolved() -> list[str]:
        resolver = PublicResolver(SETTINGS, lambda _host, _port: told)
        try:
            return [address for _, address in await resolver.resolve("news.example", 80)]
        finally:
            resolver.close()

    assert asyncio.run(resolved()) == ["8.8.8.8"]


def test_a_name_server_that_hangs_holds_up_neither_the_answer_nor_the_end() -> None:
    answer = threading.Event()

    def hang(_host: str, _port: int) -> list[tuple[int, str]]:
        answer.wait(10)
        return []

    begun = time.monotonic()
    found = _looked_up(hang, replace(SETTINGS, connect_seconds=0.2))
    taken = time.monotonic() - begun
    answer.set()
    assert isinstance(found, TryLater)
    assert found.reason == "news.example did not resolve within 0.2 seconds"
    assert taken < 2


def test_names_are_looked_up_side_by_side() -> None:
    all_here = threading.Barrier(30)

    def meet(_host: str, _port: int) -> list[tuple[int, str]]:
        all_here.wait(4)
        return [(socket.AF_INET, "10.0.0.1")]

    web = HttpWeb(SETTINGS, lambda: NOW, lookup=meet)
    found = list(web.visit([Visit(f"h{n}", (Request(f"http://h{n}.example/"),)) for n in range(30)]))
    assert all(isinstance(answer, Refused) for _, answer in found), found


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


def test_a_hundred_hosts_are_asked_at_once() -> None:
    all_here = threading.Barrier(100)

    def meet(connection: socket.socket) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            all_here.wait(10)
            says(body=b"ok")(connection)

    with serving({"/": meet}) as server:
        visits = [Visit(f"h{n}", (Request(server.url("/", f"h{n}.localhost")),)) for n in range(100)]
        found = list(_web(replace(SETTINGS, connections=100, total_seconds=15)).visit(visits))
    assert [answer for _, answer in found if not isinstance(answer, Answer)] == []


def test_among_many_hosts_none_is_asked_twice_at_once() -> None:
    hosts = {f"/{n}": Crowd(0.005) for n in range(40)}
    with serving(hosts) as server:
        visits = [Visit(path, (Request(server.url(path, f"h{path[1:]}.localhost")),) * 3) for path in hosts]
        assert len(list(_web().visit(visits))) == 120
    assert {crowd.most for crowd in hosts.values()} == {1}


def test_no_host_is_late_because_the_caller_is() -> None:
    with serving({"/fast": says(), "/slow": Crowd(0.3)}) as server:
        paths = ("fast", "slow")
        visits = [Visit(path, (Request(server.url(f"/{path}", f"{path}.localhost")),)) for path in paths]
        found = []
        for _, answer in _web(replace(SETTINGS, total_seconds=0.8, read_seconds=0.8)).visit(visits):
            found.append(answer)
            threading.Event().wait(1.0 if len(found) == 1 else 0)
    assert [type(answer) for answer in found] == [Answer, Answer], found


def test_two_callers_may_take_turns() -> None:
    with serving({"/": says(body=BODY)}) as server:
        visit = Visit("h", (Request(server.url("/")),) * 3)
        pairs = list(zip(_web().visit([visit]), _web().visit([visit]), strict=True))
    assert all(isinstance(answer, Answer) for pair in pairs for _, answer in pair)


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


class TimeIsUpError(Exception):
    """What a worker is sent when its task has taken too long."""


def _struck(*_: object) -> datetime:
    raise TimeIsUpError


def _hung_up(gone: threading.Event) -> Behave:
    """Drip until the other side hangs up, and tell."""

    def behave(connection: socket.socket) -> None:
        try:
            drips(b"HTTP/1.1 200 OK\r\n\r\n", 0.02)(connection)
        finally:
            gone.set()

    return behave


def test_what_the_caller_raises_ends_all_that_is_under_way() -> None:
    gone = threading.Event()
    with serving({"/": says(), "/drip": _hung_up(gone)}) as server:
        visits = [Visit(path, (Request(server.url(path, f"x{path[1:]}.localhost")),)) for path in ("/", "/drip")]
        with pytest.raises(TimeIsUpError):
            list(map(_struck, _web().visit(visits)))
        assert gone.wait(3)
    gc.collect()


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_a_signal_ends_all_that_is_under_way(
    tls: bool, certificate: Path, self_signed: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    web, gone = HttpWeb(SETTINGS, lambda: NOW), threading.Event()
    before = signal.signal(signal.SIGUSR1, _struck)
    clock = threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGUSR1))
    try:
        with serving({"/": _hung_up(gone)}, self_signed if tls else None) as server:
            clock.start()
            begun = time.monotonic()
            with pytest.raises(TimeIsUpError):
                list(web.visit([Visit("h", (Request(server.url("/", scheme="https" if tls else "http")),))]))
            assert time.monotonic() - begun < 3
            assert gone.wait(3)
    finally:
        clock.join()
        signal.signal(signal.SIGUSR1, before)
    gc.collect()


def test_what_strikes_in_the_midst_of_the_work_reaches_the_caller_as_it_is() -> None:
    gone = threading.Event()
    with serving({"/": says(), "/drip": _hung_up(gone)}) as server:
        visits = [Visit(path, (Request(server.url(path, f"x{path[1:]}.localhost")),)) for path in ("/", "/drip")]
        with pytest.raises(TimeIsUpError):
            list(HttpWeb(SETTINGS, _struck).visit(visits))
        assert gone.wait(3)
    gc.collect()


def test_what_is_raised_outside_of_any_task_reaches_the_caller_too() -> None:
    loop = SteppedLoop()

    async def wait() -> None:
        loop.call_soon(_struck)
        await asyncio.sleep(60)

    work = loop.create_task(wait())
    try:
        with pytest.raises(TimeIsUpError):
            loop.step()
    finally:
        loop.finish(work)
    assert work.cancelled()


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
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a certificate for localhost that nobody vouches for, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    made = ["openssl", "req", "-x509", *kind, *subject, "-keyout", "-", "-out", "-"]
    file.write_bytes(subprocess.run(made, check=True, capture_output=True, timeout=20).stdout)
    return file


@pytest.fixture(scope="module")
def self_signed(certificate: Path) -> ssl.SSLContext:
    """Give a server's TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize(
    ("host", "expected"), [("localhost", Answer), ("127.0.0.1", Answer), ("a.localhost", TryLater)]
)
def test_a_certificate_counts_for_the_names_in_it_where_it_is_trusted(
    certificate: Path, self_signed: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, host: str, expected: type
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving({"/": says()}, self_signed) as server:
        [(_, found)] = HttpWeb(SETTINGS, lambda: NOW).visit([Visit("h", (Request(server.url("/", host, "https")),))])
    assert isinstance(found, expected), found


@pytest.mark.parametrize(("length", "expected"), [(None, Answer), (9, TryLater)])
def test_over_tls_a_body_may_end_with_the_connection_but_not_before_its_length(
    certificate: Path,
    self_signed: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    length: int | None,
    expected: type,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    head = f"Content-Length: {length}\r\n" if length else ""
    with serving({"/": raw(f"HTTP/1.1 200 OK\r\n{head}\r\nabc".encode())}, self_signed) as server:
        url = server.url("/", "localhost", "https")
        [(_, found)] = HttpWeb(SETTINGS, lambda: NOW).visit([Visit("h", (Request(url),))])
    assert isinstance(found, expected), found
    if isinstance(found, Answer):
        assert found.body == b"abc"


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
