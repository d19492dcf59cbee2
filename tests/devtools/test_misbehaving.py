"""The misbehaving server does on the wire what its list says: raw sockets, so that no library smooths anything over."""

import contextlib
import gzip
import hashlib
import hmac
import http.client
import importlib.util
import json
import re
import socket
import ssl
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest
import zstandard

from aggregator.devtools.misbehaving import BEHAVIOURS, Behaviour, Server, serving
from aggregator.devtools.misbehaving.families import bodies, markup
from aggregator.devtools.misbehaving.hub import SIGNATURES
from aggregator.devtools.misbehaving.index import ABOUT, as_json, as_table

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BOUND = 16 * 1024 * 1024  # no test reads more of one answer
SHOWN: set[str] = set()  # the paths that a test of their own shows
Check = Callable[..., Any]


def shows(*paths: str) -> Callable[[Check], Check]:
    """Say which paths a test shows, so that none is left without."""
    SHOWN.update(paths)
    return lambda check: check


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """Give a server that pauses a hundredth of what it should."""
    with serving(now=NOW, pace=0.01) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    """Give the running server as if nobody had asked it yet."""
    running.reset()
    return running


def asking(server: Server, path: str, headers: Mapping[str, str] | None = None, method: str = "GET", body: str = ""):
    """Return a connection on which a request has been sent."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    told = {"Host": f"127.0.0.1:{server.port}", "Content-Length": str(len(body))} | dict(headers or {})
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    connection.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n{body}".encode())
    return connection


def to_the_end(connection: socket.socket, data: bytearray | None = None) -> None:
    """Read until the peer hangs up, into `data`; raises ConnectionResetError when it does so with a reset."""
    data = bytearray() if data is None else data
    while len(data) < BOUND and (more := connection.recv(65536)):
        data += more


def drain(connection: socket.socket) -> bytes:
    """Return what comes until the peer hangs up; a reset counts as the end."""
    data = bytearray()
    with connection, contextlib.suppress(ConnectionResetError):
        to_the_end(connection, data)
    return bytes(data)


def ask(server: Server, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    return drain(asking(server, path, headers))


def body_of(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[2]


def parsed(document: bytes) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - the server is ours


def header_of(raw: bytes, name: str) -> str:
    found = re.search(rf"\r\n{name}: ([^\r]*)\r\n", raw.partition(b"\r\n\r\n")[0].decode("latin-1") + "\r\n")
    assert found, f"no header {name} in {raw[:500]!r}"
    return found[1]


def told(raw: bytes) -> Any:
    """Return the feed in an answer, as a reader reads it."""
    return feedparser.parse(body_of(raw))


def titles(raw: bytes) -> list[str]:
    return [entry.title for entry in told(raw).entries]


def said(status: str, *parts: str) -> str:
    """Return a pattern of an answer with this status line in which all parts occur; those with a ! must not."""
    looks = "".join(f"(?!.*{part[1:]})" if part.startswith("!") else f"(?=.*{part})" for part in parts)
    return rf"(?s)HTTP/1\.1 {status}\r\n(?<=\n){looks}"


def fed(*parts: str) -> str:
    """Return a pattern of a whole good RSS feed with these parts."""
    return said("200 OK", *parts, r"\r\n\r\n<\?xml [^\n]*\n(<!DOCTYPE [^\n]*\n)?<rss .*<item>.*</rss>\n\Z")


def led(target: str, status: str = "302 Found") -> str:
    return said(status, rf"Location: {target}\r\n")


FEED = fed()
NOT_MODIFIED = said("304 Not Modified", r"\r\n\r\n\Z")
HERE = r"http://127\.0\.0\.1:\d+"
FUTURE = "Wed, 24 Nov 2027 09:00:00 GMT"
BROWSER = {"User-Agent": "Mozilla/5.0"}

# What the answers to requests, one after the other, look like; a request may have headers of its own.
WIRE: dict[str, Sequence[str | tuple[dict[str, str], str]]] = {
    # validators
    "/weak-etag-new": [fed(r'ETag: W/"1"'), ({"If-None-Match": 'W/"1"'}, fed(r'ETag: W/"2"'))],
    "/last-modified-future": [
        fed(f"Last-Modified: {FUTURE}"),
        ({"If-Modified-Since": FUTURE}, said("304 Not Modified")),
    ],
    "/last-modified-garbage": [
        fed("Last-Modified: yesterday evening"),
        ({"If-Modified-Since": "yesterday evening"}, NOT_MODIFIED),
        ({"If-Modified-Since": FUTURE}, FEED),
    ],
    "/etag-unquoted": [
        fed("ETag: a1b2c3\r\n"),
        ({"If-None-Match": '"a1b2c3"'}, FEED),
        ({"If-None-Match": "a1b2c3"}, NOT_MODIFIED),
    ],
    "/etag-empty": [fed("ETag: \r\n")],
    "/unasked-304": [NOT_MODIFIED],
    "/304-new-etag": [
        fed('ETag: "edition-1"'),
        ({"If-None-Match": '"edition-1"'}, said("304 Not Modified", 'ETag: "edition-2"')),
        ({"If-None-Match": '"edition-1"'}, fed('ETag: "edition-3"')),
    ],
    "/412-on-condition": [FEED, ({"If-None-Match": '"conditional"'}, said("412 Precondition Failed"))],
    # retry
    "/429-seconds": [said("429 Too Many Requests", "Retry-After: 120\r\n")],
    "/429-bare": [said("429 Too Many Requests", "!Retry-After")],
    "/429-once": [said("429 Too Many Requests", "Retry-After: 60\r\n"), FEED, FEED],
    "/429-reset-header": [said("429 Too Many Requests", "X-RateLimit-Reset: 900\r\n", "!Retry-After")],
    "/retry-negative": [said("429 Too Many Requests", "Retry-After: -60\r\n")],
    "/retry-zero": [said("429 Too Many Requests", "Retry-After: 0\r\n")],
    "/retry-absurd": [said("429 Too Many Requests", "Retry-After: 999999999999\r\n")],
    "/retry-garbage": [said("429 Too Many Requests", "Retry-After: soon\r\n")],
    "/retry-fraction": [said("429 Too Many Requests", r"Retry-After: 90\.5\r\n")],
    "/503-for-a-day": [*[said("503 Service Unavailable")] * 5, FEED, FEED],
    "/403-as-429": [said("403 Forbidden", "Retry-After: 600\r\n", "Too Many")] * 2 + [FEED],
    "/200-as-429": [said("200 OK", "Retry-After: 300\r\n", "Too Many Requests", "!<rss")],
    # redirects
    "/loop-two": [led(f"{HERE}/loop-two/back", "301 Moved Permanently")],
    "/loop-two/back": [led(f"{HERE}/loop-two", "301 Moved Permanently")],
    "/loop-self": [led(f"{HERE}/loop-self")],
    "/loop-cookie": [
        said("302 Found", f"Location: {HERE}/loop-cookie\r\n", "Set-Cookie: seen=yes"),
        ({"Cookie": "seen=yes"}, FEED),
    ],
    "/to-file": [led("file:///etc/hostname")],
    "/to-data": [led("data:application/rss[^\r]*")],
    "/to-private": [led(r"http://10\.0\.0\.1/feed\.xml")],
    "/to-metadata": [led(r"http://169\.254\.169\.254/latest/meta-data/")],
    "/to-decimal": [led(r"http://2130706433/feed\.xml")],
    "/to-port": [
        led(r"http://127\.0\.0\.1:25/feed\.xml"),
        ({"Host": "localhost"}, led("http://localhost:25/feed.xml")),
    ],
    "/relative-location": [led("relative-location/new")],
    "/relative-location/new": [FEED],
    "/location-utf8": [led(f"{HERE}/location-utf8/cafÃ©")],
    "/location-utf8/caf%C3%A9": [FEED],
    "/no-location": [said("302 Found", "!Location")],
    "/two-locations": [
        said("302 Found", f"Location: {HERE}/two-locations/first\r\n", f"Location: {HERE}/two-locations/second\r\n")
    ],
    "/to-home-page": [led(f"{HERE}/to-home-page/maintenance")],
    "/to-home-page/maintenance": [said("200 OK", "<html", "!<rss")],
    "/moved-to-404": [led(f"{HERE}/moved-to-404/new", "301 Moved Permanently")],
    "/moved-to-404/new": [said("404 Not Found")],
    "/alternating-301": [led(f"{HERE}/alternating-301/{one}", "301 Moved Permanently") for one in "aba"],
    "/alternating-301/b": [FEED],
    "/301-taken-back": [*[led(f"{HERE}/301-taken-back/new", "301 Moved Permanently")] * 2, FEED],
    "/301-taken-back/new": [FEED, said("404 Not Found")],
    "/meta-refresh": [said("200 OK", 'http-equiv="refresh" content="0; url=/meta-refresh/new"')],
    "/meta-refresh/new": [FEED],
    # bodies
    "/empty-200": [said("200 OK", "Content-Length: 0\r\n", r"\r\n\r\n\Z")],
    "/no-content-204": [said("204 No Content", r"\r\n\r\n\Z")],
    "/html-instead": [said("200 OK", r"Content-Type: application/rss\+xml", "<!DOCTYPE html>")],
    "/json-error-200": [said("200 OK", "Content-Type: application/json", r'\{"status": 500, "error": ')],
    "/feed-as-html": [fed("Content-Type: text/html")],
    "/no-content-type": [fed("!Content-Type")],
    "/bad-chunks": [said("200 OK", "Transfer-Encoding: chunked", r"\r\n\r\n[0-9a-f]+\r\n<\?xml.*\r\nzebra\r\n")],
    "/chunk-cut": [said("200 OK", "Transfer-Encoding: chunked", r"\r\n\r\n[0-9a-f]+\r\n<\?xml", r"!\r\n0\r\n")],
    "/chunk-huge": [
        said("200 OK", "Transfer-Encoding: chunked", r"\r\n\r\n[0-9a-f]+\r\n<\?xml.*\r\nf{16}\r\nx{100}\Z")
    ],
    "/late": [FEED],
    "/false-gzip": [fed("Content-Encoding: gzip")],
    "/false-deflate": [fed("Content-Encoding: deflate")],
    "/coding-utf-8": [fed("Content-Encoding: UTF-8")],
    "/unknown-coding": [said("200 OK", "Content-Encoding: sardine", "!<rss")],
    "/billion-laughs": [fed('<!ENTITY l9 "(&l8;){10}">', "<item><title>&l9;")],
    "/quadratic-blowup": [fed('<!ENTITY a "a{100000}">', "<title>(&a;){1000}")],
    "/external-entity": [fed('<!ENTITY x SYSTEM "file:///etc/hostname">', "<item><title>&x;")],
    "/external-dtd": [fed(f'<!DOCTYPE rss SYSTEM "{HERE}/external-dtd/rss.dtd">', "<item><title>&x;")],
    "/external-dtd/rss.dtd": [said("200 OK", '<!ENTITY x "expanded">')],
    "/nul-bytes": [fed("<item><title>\x00\x00Ferry")],
    "/control-characters": [fed("<item><title>\x0b\x1b&#8;Ferry")],
    "/bare-ampersand": [fed("<title>Fish & Ships")],
    "/html-entities": [fed("<title>Caf&eacute;&nbsp;news", "!<!DOCTYPE")],
    "/undeclared-prefix": [fed("<item><media:thumbnail", "!xmlns:media")],
    "/space-before": [said("200 OK", r"\r\n\r\n\n\n \n<\?xml", "</rss>\n")],
    "/warning-before": [said("200 OK", r"\r\n\r\n<br />\n<b>Warning</b>[^\n]*\n<\?xml", "</rss>\n")],
    "/script-after": [said("200 OK", "</rss>\n<script>.*<!-- cached")],
    "/bom-utf-8": [said("200 OK", r"\r\n\r\n\xef\xbb\xbf<\?xml", "</rss>\n")],
    "/bom-twice": [said("200 OK", r"\r\n\r\n(\xef\xbb\xbf){2}<\?xml", "</rss>\n")],
    "/bom-lying": [said("200 OK", r"\r\n\r\n\xff\xfe<\?xml", "</rss>\n")],
    # walls
    "/challenge-200": [said("200 OK", "Enable JavaScript and cookies", "!<rss")],
    "/cloudflare-403": [said("403 Forbidden", "cf-mitigated: challenge\r\n")],
    "/aws-waf-202": [said("202 Accepted", "x-amzn-waf-action: challenge\r\n")],
    "/vercel-429": [said("429 Too Many Requests", "x-vercel-mitigated: challenge\r\n", "!Retry-After")],
    "/access-denied-403": [said("403 Forbidden", "Reference #18")],
    "/cookie-consent": [said("200 OK", "Accept all", "!<rss"), ({"Cookie": "consent=all"}, FEED)],
    "/login-redirect": [led(rf"{HERE}/login-redirect/signin\?next=/login-redirect")],
    "/login-redirect/signin?next=/login-redirect": [said("200 OK", 'type="password"')],
    "/password-401": [said("401 Unauthorized", 'WWW-Authenticate: Basic realm="subscribers"')],
    "/paywall-402": [said("402 Payment Required")],
    "/browsers-only": [({"User-Agent": "Reader/1.0"}, said("403 Forbidden")), (BROWSER, FEED)],
    "/no-name-403": [
        said("403 Forbidden"),
        ({"User-Agent": "Python-urllib/3"}, said("403 Forbidden")),
        (BROWSER, FEED),
    ],
    "/not-acceptable-406": [
        ({"Accept": "text/html"}, said("406 Not Acceptable")),
        ({"Accept": "text/html, */*"}, FEED),
    ],
    # protocol
    "/http10-no-length": [r"(?s)HTTP/1\.0 200 OK\r\n(?!.*(?i:content-length|chunked)).*\r\n\r\n<\?xml.*</rss>\n\Z"],
    "/http09": [r"(?s)<\?xml.*</rss>\n\Z"],
    "/lower-case-headers": [
        fed("content-type: APPLICATION", "\r\netag: ", "!\r\nContent-Length"),
        ({"If-None-Match": '"lower"'}, NOT_MODIFIED),
    ],
    "/obs-fold": [fed("\r\nX-Note: [a-z ]+\r\n  in the next line\r\n")],
    "/bare-lf": [r"(?s)HTTP/1\.1 200 OK\n(?!.*\r).*\n\n<\?xml.*</rss>\n\Z"],
    "/invalid-status-line": [r"HTTP/1\.1 OK\r\n"],
    "/no-reason": [r"HTTP/1\.1 200\r\n"],
    "/status-999": [said("999 Request denied")],
    "/early-hints": [r"(?s)HTTP/1\.1 103 Early Hints\r\n[^<]*<[^\r]*\r\n\r\nHTTP/1\.1 200 OK\r\n.*</rss>\n\Z"],
    "/100-headers": [fed(*(f"\r\nX-Harbour-{number}: mooring\r\n" for number in (0, 50, 99)))],
    "/huge-header": [fed("\r\nContent-Security-Policy: a{65536}\r\n")],
    "/length-garbage": [fed("Content-Length: many\r\n")],
    "/length-negative": [fed("Content-Length: -1\r\n")],
    "/length-and-chunks": [
        said("200 OK", "Content-Length: 10\r\n", "chunked\r\n", r"\r\n\r\n[0-9a-f]+\r\n<\?xml.*</rss>\n\r\n0\r\n\r\n\Z")
    ],
    "/close-without-answer": [r"\Z"],
    "/410": [said("410 Gone")] * 2,
    "/404": [said("404 Not Found")],
    "/451": [said("451 Unavailable For Legal Reasons")],
    "/500": [said("500 Internal Server Error")],
    "/502": [said("502 Bad Gateway")],
    "/522": [said("522 Connection Timed Out")],
    "/410-once": [said("410 Gone"), FEED, FEED],
    # schedule
    "/max-age": [fed("Cache-Control: max-age=3600\r\n")],
    "/max-age-absurd": [fed("Cache-Control: public, max-age=31536000, immutable\r\n")],
    "/no-store": [fed("Cache-Control: no-store, no-cache", "Pragma: no-cache")],
    "/expires-0": [fed("Expires: 0\r\n")],
    "/ttl-120": [fed("<ttl>120</ttl>")],
    "/ttl-absurd": [fed("<ttl>99999999</ttl>")],
    "/sy-daily": [
        fed('xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"', "<sy:updatePeriod>daily<", "Frequency>1<")
    ],
    "/sy-frequency-0": [fed("<sy:updatePeriod>hourly<", "<sy:updateFrequency>0<")],
    "/skip-hours": [fed("<skipHours>(<hour>[0-9]+</hour>){23}</skipHours>", "!<hour>6</hour>")],
    "/skip-all-hours": [fed("<skipHours>(<hour>[0-9]+</hour>){25}</skipHours>", "<hour>24</hour>")],
    "/skip-days": [fed("<skipDays>(<day>[A-Z][a-z]+</day>){6}</skipDays>", "!<day>Wednesday</day>")],
}


@pytest.mark.parametrize("path", WIRE)
def test_the_answers_on_the_wire_are_those_that_the_list_promises(server: Server, path: str):
    for number, step in enumerate(WIRE[path], 1):
        headers, pattern = step if isinstance(step, tuple) else ({}, step)
        answer = ask(server, path, headers)
        assert re.match(pattern, answer.decode("latin-1")), f"answer {number}: {answer[:600]!r}"
    assert len(server.asked(path.partition("?")[0])) == len(WIRE[path])


# The list


def test_there_are_enough_behaviours_and_each_has_a_path_of_its_own():
    paths = [one.path for one in BEHAVIOURS]
    assert len(paths) >= 70
    assert len(set(paths)) == len(paths)
    assert {one.family for one in BEHAVIOURS} == set(ABOUT)


@pytest.mark.parametrize("one", BEHAVIOURS, ids=lambda one: one.path)
def test_a_behaviour_says_in_one_sentence_each_what_it_does_and_what_is_expected(one: Behaviour):
    assert re.fullmatch(r"/[a-z0-9.-]+", one.path)
    for sentence in (one.does, one.expected):
        assert re.fullmatch(r"[A-Z].{8,170}[.”]", sentence), sentence


def test_every_behaviour_is_shown_on_the_wire_by_a_test_here():
    assert {one.path for one in BEHAVIOURS} - set(WIRE) - SHOWN == set()


def test_the_index_links_every_behaviour_with_both_its_sentences(server: Server):
    page = body_of(ask(server, "/")).decode().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for one in BEHAVIOURS:
        assert f'<a href="{one.path}">' in page
        assert f"<td>{one.does}" in page
        assert f"<td>{one.expected}</td>" in page


def test_the_table_has_every_behaviour_and_fits_80_columns():
    lines = as_table().splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if line.startswith("/")] == [one.path for one in _in_order()]


def _in_order() -> list[Behaviour]:
    return sorted(BEHAVIOURS, key=lambda one: list(ABOUT).index(one.family))


def test_the_list_as_json_is_the_same_over_http_and_has_all_sentences(server: Server):
    assert json.loads(body_of(ask(server, "/behaviours.json"))) == json.loads(as_json())
    assert json.loads(as_json())[0] == BEHAVIOURS[0].row()
    assert len(json.loads(as_json())) == len(BEHAVIOURS)


# State


def test_reset_over_http_makes_the_server_forget_all_paths_or_one(server: Server):
    for path in ("/410-once", "/429-once"):
        assert b" 200 OK" not in ask(server, path)[:20]
    drain(asking(server, "/reset?path=/410-once", method="POST"))
    assert ask(server, "/410-once").startswith(b"HTTP/1.1 410 ")
    assert ask(server, "/429-once").startswith(b"HTTP/1.1 200 ")
    drain(asking(server, "/reset", method="POST"))
    assert ask(server, "/429-once").startswith(b"HTTP/1.1 429 ")


def test_requests_are_remembered_with_method_query_headers_and_body(server: Server):
    drain(asking(server, "/rss20?a=1", {"X-Reader": "Gull"}, "POST", "hello"))
    (request,) = server.asked("rss20")
    assert (request.method, request.query, request.headers["x-reader"], request.body) == (
        "POST",
        "a=1",
        "Gull",
        b"hello",
    )
    server.reset("rss20")
    assert server.asked("rss20") == []


def test_an_address_that_is_not_played_says_where_the_list_is(server: Server):
    assert re.match(said("404 Not Found", f"{HERE}/ lists what is"), ask(server, "/nothing").decode())


def test_the_links_in_a_feed_lead_to_pages_of_this_server(server: Server):
    for entry in told(ask(server, "/rss20")).entries:
        assert entry.title.encode() in ask(server, urlsplit(entry.link).path)


def test_a_head_request_gets_no_body(server: Server):
    assert body_of(drain(asking(server, "/rss20", method="HEAD"))) == b""


def test_a_host_header_with_markup_does_not_reach_the_feed(server: Server):
    assert b"<script" not in ask(server, "/rss20", {"Host": "<script>"})
    assert b"http://reader.test:81/news/" in ask(server, "/rss20", {"Host": "reader.test:81"})


# Validators


@shows("/honest")
def test_the_honest_feed_knows_both_its_validators(server: Server):
    first = ask(server, "/honest")
    assert ask(server, "/honest", {"If-None-Match": header_of(first, "ETag")}).startswith(b"HTTP/1.1 304 ")
    assert ask(server, "/honest", {"If-Modified-Since": header_of(first, "Last-Modified")}).startswith(b"HTTP/1.1 304 ")
    assert ask(server, "/honest", {"If-None-Match": '"other"'}).startswith(b"HTTP/1.1 200 ")


@shows("/honest-growing")
def test_the_growing_feed_has_a_new_story_and_a_new_tag_after_three_requests(server: Server):
    first = ask(server, "/honest-growing")
    tag = {"If-None-Match": header_of(first, "ETag")}
    assert [ask(server, "/honest-growing", tag)[9:12] for _ in range(3)] == [b"304", b"304", b"200"]
    later = ask(server, "/honest-growing")
    assert set(titles(later)) - set(titles(first)) == {"Notice to skippers no. 1"}
    assert header_of(later, "ETag") != header_of(first, "ETag")


@shows("/lying-304")
def test_the_lying_304_hides_new_stories(server: Server):
    first = ask(server, "/lying-304")
    assert ask(server, "/lying-304", {"If-None-Match": header_of(first, "ETag")}).startswith(b"HTTP/1.1 304 ")
    assert titles(ask(server, "/lying-304"))[0] not in titles(first)


@shows("/no-validators", "/weak-etag-new")
@pytest.mark.parametrize("path", ["/no-validators", "/weak-etag-new"])
def test_the_same_body_comes_every_time(server: Server, path: str):
    first, second = ask(server, path), ask(server, path)
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body_of(first) == body_of(second) != b""
    assert (b"\r\nETag" in first or b"\r\nLast-Modified" in first) == (path == "/weak-etag-new")


@shows("/etag-changing")
def test_the_tag_changes_around_the_same_items(server: Server):
    first = ask(server, "/etag-changing")
    second = ask(server, "/etag-changing", {"If-None-Match": header_of(first, "ETag")})
    assert header_of(first, "ETag") != header_of(second, "ETag")
    assert told(first).entries == told(second).entries != []


@shows("/etag-gzip-suffix")
def test_the_tag_with_a_suffix_does_not_work_until_it_is_cut_off(server: Server):
    tag = header_of(ask(server, "/etag-gzip-suffix"), "ETag")
    assert tag.endswith('-gzip"')
    assert ask(server, "/etag-gzip-suffix", {"If-None-Match": tag}).startswith(b"HTTP/1.1 200 ")
    plain = tag.replace("-gzip", "")
    assert ask(server, "/etag-gzip-suffix", {"If-None-Match": plain}).startswith(b"HTTP/1.1 304 ")


@shows("/304-with-body")
def test_a_304_comes_with_the_whole_body(server: Server):
    first = ask(server, "/304-with-body")
    second = ask(server, "/304-with-body", {"If-None-Match": header_of(first, "ETag")})
    assert second.startswith(b"HTTP/1.1 304 ")
    assert body_of(second) == body_of(first)
    assert int(header_of(second, "Content-Length")) == len(body_of(first))


# Dates in headers


@shows("/429-date", "/503-date", "/retry-past", "/expires")
@pytest.mark.parametrize(
    ("path", "status", "header", "least", "most"),
    [
        ("/429-date", b"429", "Retry-After", 8, 11),
        ("/503-date", b"503", "Retry-After", 58, 61),
        ("/retry-past", b"503", "Retry-After", -10_081, -10_078),
        ("/expires", b"200", "Expires", 118, 121),
    ],
)
def test_a_date_is_so_many_minutes_away(server: Server, path: str, status: bytes, header: str, least: int, most: int):
    answer = ask(server, path)
    away = parsedate_to_datetime(header_of(answer, header)) - datetime.now(UTC)
    assert answer[9:12] == status
    assert timedelta(minutes=least) < away < timedelta(minutes=most)


# Redirects


@shows("/moved-301", "/found-302", "/see-other-303", "/temporary-307", "/permanent-308", "/chain-9", "/chain-11")
@pytest.mark.parametrize(
    ("path", "status", "hops"),
    [
        ("/moved-301", b"301", 1),
        ("/found-302", b"302", 1),
        ("/see-other-303", b"303", 1),
        ("/temporary-307", b"307", 1),
        ("/permanent-308", b"308", 1),
        ("/chain-9", b"302", 9),
        ("/chain-11", b"302", 11),
    ],
)
def test_a_chain_of_redirects_is_so_long_and_ends_at_the_feed(server: Server, path: str, status: bytes, hops: int):
    for _ in range(hops):
        answer = ask(server, path)
        assert answer[9:12] == status
        path = header_of(answer, "Location").removeprefix(server.url().rstrip("/"))
    assert len(titles(ask(server, path))) == 8


# Bodies


@shows("/truncated-xml")
def test_the_truncated_feed_ends_in_its_fifth_item(server: Server):
    answer = ask(server, "/truncated-xml")
    assert int(header_of(answer, "Content-Length")) == len(body_of(answer))
    assert body_of(answer).count(b"<item>") == 5
    assert body_of(answer).count(b"</item>") == 4


@shows("/truncated-transfer", "/short-length", "/reset-mid-body")
@pytest.mark.parametrize(
    ("path", "sent_of_promised"),
    [("/truncated-transfer", 0.5), ("/short-length", 2), ("/reset-mid-body", 0.5)],
)
def test_the_length_is_not_what_is_sent(server: Server, path: str, sent_of_promised: float):
    answer = ask(server, path)
    promised = int(header_of(answer, "Content-Length"))
    assert len(body_of(answer)) == pytest.approx(promised * sent_of_promised, abs=2)


@shows("/reset-mid-body")
def test_a_reset_is_a_reset_and_no_end(server: Server):
    with asking(server, "/reset-mid-body") as connection, pytest.raises(ConnectionResetError):
        to_the_end(connection)


@shows("/endless-body", "/endless-headers", "/endless-header")
@pytest.mark.parametrize("path", ["/endless-body", "/endless-headers", "/endless-header"])
def test_what_has_no_end_goes_on_as_long_as_it_is_read_and_stops_when_the_peer_goes(server: Server, path: str):
    with asking(server, path) as connection:
        data = b""
        while len(data) < 300_000:
            more = connection.recv(65536)
            assert more, f"ended after {len(data)} bytes"
            data += more
    assert (b"\r\n\r\n" in data) == (path == "/endless-body")
    assert data.count(b"<item>") > 100 or path != "/endless-body"
    assert server.idle()


@shows("/slow-drip")
def test_the_drip_is_the_feed_byte_by_byte():
    with serving() as server, asking(server, "/slow-drip") as connection:
        data = b""
        while b"\r\n\r\n<?" not in data:
            more = connection.recv(65536)
            assert more, "ended"
            data += more
        assert len(body_of(data)) < 40  # of some 3,000; the rest takes most of an hour


def test_the_late_answer_is_not_there_in_the_first_seconds():
    with serving(longest=0.5) as server:  # that it comes at last, shows the table above, at another pace
        assert ask(server, "/late") == b""


@shows("/silent", "/stalled-body")
def test_a_silent_server_says_nothing_and_a_stalled_one_half_the_feed_as_long_as_they_last():
    with serving(longest=2) as server:
        assert ask(server, "/silent") == b""
        stalled = ask(server, "/stalled-body")
        assert len(body_of(stalled)) == int(header_of(stalled, "Content-Length")) // 2


@pytest.mark.parametrize("path", ["/silent", "/stalled-body", "/slow-drip", "/late"])
def test_a_server_that_pauses_notices_when_the_peer_goes(path: str):
    with serving() as server:  # at its real pace, in which it would be busy for longer than the wait
        with asking(server, path):
            assert server.came(path)
        assert server.idle(5)


@pytest.mark.parametrize(
    "path", ["/silent", "/stalled-body", "/slow-drip", "/endless-body", "/endless-headers", "/endless-header"]
)
def test_every_long_answer_ends_by_itself(path: str):
    with serving(longest=0.2) as server, asking(server, path) as connection:
        to_the_end(connection)
        assert server.idle()


def test_stopping_the_server_ends_what_is_under_way():
    with serving() as server, asking(server, "/stalled-body") as connection:
        assert connection.recv(100)
        open_still = connection.dup()
    with open_still:
        assert b"</rss>" not in drain(open_still)


@shows("/11-mib", "/5000-items", "/deep-nesting")
def test_large_feeds_are_as_large_as_they_say_and_valid(server: Server):
    large = body_of(ask(server, "/11-mib"))
    assert bodies.HUGE < len(large) < BOUND
    assert len(list(parsed(large).iter("item"))) == 8
    links = [link.text for link in parsed(body_of(ask(server, "/5000-items"))).iterfind(".//item/link")]
    assert len(set(links)) == 5000
    nested = body_of(ask(server, "/deep-nesting"))
    assert b"<d>" * markup.DEPTH + b"</d>" * markup.DEPTH in nested


def _unpacked(packed: bytes, unpack: Any) -> tuple[int, bytes]:
    size, last = 0, b""
    for start in range(0, len(packed), 1024):
        piece = unpack(packed[start : start + 1024])
        size, last = size + len(piece), (last + piece[-100:])[-100:]
    return size, last


@shows("/gzip-bomb", "/zstd-bomb")
def test_a_bomb_is_small_on_the_wire_and_a_whole_feed_of_a_gibibyte_when_unpacked(server: Server):
    unpackers = {
        "gzip": zlib.decompressobj(31).decompress,
        "zstd": zstandard.ZstdDecompressor().decompressobj().decompress,
    }
    for coding, unpack in unpackers.items():
        answer = ask(server, f"/{coding}-bomb")
        assert header_of(answer, "Content-Encoding") == coding
        assert len(answer) < 1_200_000
        size, last = _unpacked(body_of(answer), unpack)
        assert size > 2**30
        assert last.endswith(b"</rss>\n")


@shows("/brotli-bomb")
def test_the_brotli_bomb_is_played_when_there_is_brotli_and_says_what_is_missing_otherwise(server: Server):
    answer = ask(server, "/brotli-bomb")
    if importlib.util.find_spec("brotli") is None:
        assert re.match(said("501 Not Implemented", "needs the Python package brotli"), answer.decode())
        return
    assert header_of(answer, "Content-Encoding") == "br"
    assert len(answer) < 1_000_000
    unpacker = importlib.import_module("brotli").Decompressor()
    size, last = _unpacked(body_of(answer), unpacker.process)
    assert size > 2**28
    assert last.endswith(b"</rss>\n")


@shows("/gzip", "/double-gzip", "/two-codings", "/silent-gzip", "/raw-deflate")
@pytest.mark.parametrize(
    ("path", "coding", "unpack"),
    [
        ("/gzip", "gzip", gzip.decompress),
        ("/double-gzip", "gzip", lambda data: gzip.decompress(gzip.decompress(data))),
        ("/two-codings", "gzip, gzip", lambda data: gzip.decompress(gzip.decompress(data))),
        ("/silent-gzip", None, gzip.decompress),
        ("/raw-deflate", "deflate", lambda data: zlib.decompress(data, -15)),
    ],
)
def test_a_packed_feed_is_packed_in_this_way(server: Server, path: str, coding: str | None, unpack: Any):
    answer = ask(server, path)
    assert unpack(body_of(answer)) == body_of(ask(server, "/rss20"))
    if coding is None:
        assert b"Content-Encoding" not in answer
    else:
        assert header_of(answer, "Content-Encoding") == coding


@shows("/cut-gzip", "/gzip-tail")
def test_a_gzip_stream_is_cut_or_followed_by_garbage(server: Server):
    for path, whole, tail in (("/cut-gzip", False, b""), ("/gzip-tail", True, b"\x00garbage after the end")):
        unpacker = zlib.decompressobj(31)
        text = unpacker.decompress(body_of(ask(server, path)))
        assert text.startswith(b"<?xml ")
        assert (unpacker.eof, unpacker.unused_data) == (whole, tail)


# Characters


@shows("/utf-16", "/utf-16-be", "/utf-16-no-bom")
@pytest.mark.parametrize(
    ("path", "name"), [("/utf-16", "utf-16"), ("/utf-16-be", "utf-16"), ("/utf-16-no-bom", "utf-16-le")]
)
def test_a_feed_in_utf_16_says_so_and_is(server: Server, path: str, name: str):
    body = body_of(ask(server, path))
    assert body[:2] == {"/utf-16": b"\xff\xfe", "/utf-16-be": b"\xfe\xff", "/utf-16-no-bom": b"<\x00"}[path]
    assert body.decode(name).startswith('<?xml version="1.0" encoding="UTF-16"?>')
    assert "Café Zoë" in body.decode(name)


CHARSETS = [  # path, in Content-Type, in XML, in truth, a text
    ("/charset-header-wrong", "iso-8859-1", "UTF-8", "utf-8", "Café Zoë"),
    ("/charset-declaration-wrong", "utf-8", "iso-8859-1", "utf-8", "Café Zoë"),
    ("/charset-both-wrong", "iso-8859-1", "iso-8859-1", "utf-8", "Café Zoë"),
    ("/charset-unknown", "x-harbour", "x-harbour", "utf-8", "Café Zoë"),
    ("/charset-us-ascii", "us-ascii", "UTF-8", "utf-8", "Café Zoë"),
    ("/cp1252-as-utf-8", "utf-8", "UTF-8", "cp1252", "“a quay without coffee"),
    ("/cp1252-as-latin-1", "iso-8859-1", "iso-8859-1", "cp1252", "falls to €1.10"),
    ("/koi8-r-undeclared", None, None, "koi8-r", "Паром изменил расписание"),
    ("/koi8-r", None, "KOI8-R", "koi8-r", "Паром изменил расписание"),
    ("/mojibake", "utf-8", "UTF-8", "utf-8", "CafÃ© ZoÃ«"),
]


@shows(*(row[0] for row in CHARSETS))
@pytest.mark.parametrize(("path", "header", "declared", "truth", "text"), CHARSETS)
def test_the_names_of_the_characters_are_these_and_the_truth_is_that(
    server: Server, path: str, header: str | None, declared: str | None, truth: str, text: str
):
    answer = ask(server, path)
    kind, _, charset = header_of(answer, "Content-Type").partition("; charset=")
    found = re.search(rb'^<\?xml [^>]*encoding="([^"]+)"', body_of(answer))
    assert kind in {"application/rss+xml", "text/xml"}
    assert (charset or None) == header
    assert (found[1].decode() if found else None) == declared
    assert text in body_of(answer).decode(truth)


@shows("/stray-byte")
def test_one_stray_byte_is_all_that_is_not_utf_8(server: Server):
    body = body_of(ask(server, "/stray-byte"))
    assert body.decode("utf-8", "surrogateescape").count("\udce9") == 1
    assert body.replace(b"\xe9 Ferry", b"Ferry").decode() == body_of(ask(server, "/rss20")).decode()


# Items


def items(server: Server, path: str) -> list[dict[str, str]]:
    """Return the items of the next answer: the text of each child by its name."""
    return [{child.tag: child.text or "" for child in item} for item in parsed(body_of(ask(server, path))).iter("item")]


@shows("/guid-rewrite")
def test_the_guids_move_to_another_host_and_stay_there(server: Server):
    first, second, third = (items(server, "/guid-rewrite") for _ in range(3))
    assert all(one["guid"].startswith("http://old.example/news/") for one in first)
    assert [one["guid"].replace("http://old", "https://new") for one in first] == [one["guid"] for one in second]
    assert second == third


@shows("/guid-random", "/tracking-links")
def test_identities_change_with_every_request_while_the_stories_stay(server: Server):
    for path, changing in (("/guid-random", "guid"), ("/tracking-links", "link")):
        first, second = items(server, path), items(server, path)
        assert not {one[changing] for one in first} & {one[changing] for one in second}
        assert [one["title"] for one in first] == [one["title"] for one in second]
    assert all("guid" not in one and "utm_campaign=run2" in one["link"] for one in second)


@shows("/edited-title")
def test_the_first_title_is_corrected_under_the_same_guid(server: Server):
    (old, *others), (new, *same) = items(server, "/edited-title"), items(server, "/edited-title")
    assert new == old | {"title": f"Correction: {old['title']}"}
    assert others == same


@shows("/withdrawn-item")
def test_the_third_item_is_withdrawn(server: Server):
    first = items(server, "/withdrawn-item")
    assert items(server, "/withdrawn-item") == first[:2] + first[3:]


@shows("/emptied")
def test_the_feed_is_emptied(server: Server):
    assert [len(items(server, "/emptied")) for _ in range(3)] == [8, 0, 0]


@shows("/duplicate-guids", "/duplicate-items")
def test_guids_or_items_are_doubled(server: Server):
    same = items(server, "/duplicate-guids")
    assert {one["guid"] for one in same} == {"harbour-1"}
    assert len({one["link"] for one in same}) == len(same) == 8
    twice = items(server, "/duplicate-items")
    assert twice[:8] == twice[8:]


@shows("/no-guids", "/no-dates", "/no-links")
@pytest.mark.parametrize(("path", "lacking"), [("/no-guids", "guid"), ("/no-dates", "pubDate"), ("/no-links", "link")])
def test_items_lack_this_and_nothing_else(server: Server, path: str, lacking: str):
    assert [set(one) for one in items(server, path)] == [
        {"title", "link", "guid", "pubDate", "description"} - {lacking}
    ] * 8


@shows("/odd-dates")
def test_dates_are_written_in_six_odd_ways(server: Server):
    dates = [one["pubDate"] for one in items(server, "/odd-dates")]
    assert dates[:4] == ["24/11/2026 09:00", "2026-11-24 09:00:00", "November 24, 2026", "Tuesday, 24. November 2026"]
    assert dates[4:] == ["1795510800", "the day before yesterday"]


@shows("/dates-future", "/dates-1970", "/dates-bumped", "/quiet-year")
@pytest.mark.parametrize(("path", "year"), [("/dates-future", 2036), ("/dates-1970", 1970), ("/quiet-year", 2025)])
def test_all_items_are_of_this_year(server: Server, path: str, year: int):
    assert {parsedate_to_datetime(one["pubDate"]).year for one in items(server, path)} == {year}
    bumped = {parsedate_to_datetime(one["pubDate"]) for one in items(server, "/dates-bumped")}
    assert abs(bumped.pop() - datetime.now(UTC)) < timedelta(minutes=2)
    assert not bumped


@shows("/rewind", "/reversed-order")
def test_items_are_rewound_or_reversed(server: Server):
    new, old, again = (items(server, "/rewind") for _ in range(3))
    assert new == again
    assert not {one["guid"] for one in new} & {one["guid"] for one in old}
    assert parsedate_to_datetime(old[0]["pubDate"]) < parsedate_to_datetime(new[-1]["pubDate"])
    assert items(server, "/reversed-order") == items(server, "/reversed-order")[::-1] == new


@shows("/one-bad-item")
def test_one_item_of_eight_is_bad(server: Server):
    told_items = items(server, "/one-bad-item")
    bad = told_items.pop(3)
    assert (bad["title"], bad["guid"].strip(), bad["pubDate"], "link" in bad) == ("", "", "never", False)
    assert told_items == [one for n, one in enumerate(items(server, "/rss20")) if n != 3]


@shows("/relative-links", "/javascript-links", "/local-links")
def test_links_are_relative_or_hostile(server: Server):
    assert all(re.fullmatch("/news/[a-z-]+", one["link"]) for one in items(server, "/relative-links"))
    schemes = [urlsplit(one["link"]).scheme for one in items(server, "/javascript-links")]
    assert schemes == ["javascript", "data", "vbscript", *["http"] * 5]
    local = [one["link"] for one in items(server, "/local-links")]
    assert local[:3] == ["http://169.254.169.254/latest/", "http://[::1]:6379/", "file:///etc/passwd"]


@shows("/script-content", "/html-title", "/long-title")
def test_texts_are_hostile(server: Server):
    text = items(server, "/script-content")[0]["description"]
    for part in ("<script>", "onerror=", "<iframe", "<style>", 'href="JaVaScRiPt:', "<form", "onclick="):
        assert part in text
    assert items(server, "/html-title")[0]["title"].startswith("<b>Ferry</b> timetable <img src=x onerror")
    assert len(items(server, "/long-title")[0]["title"]) == 100_000


# Protocol


@shows("/two-lengths")
def test_there_are_two_lengths_and_the_first_is_true(server: Server):
    answer = ask(server, "/two-lengths")
    lengths = [int(length) for length in re.findall(rb"Content-Length: (\d+)\r\n", answer)]
    assert lengths == [len(body_of(answer)), len(body_of(answer)) - 100]


@pytest.fixture(scope="module")
def encrypted() -> Iterator[Server]:
    """Give a server that speaks TLS."""
    with serving(tls=True, pace=0.01) as server:
        yield server


def _get(server: Server, path: str, context: ssl.SSLContext) -> tuple[int, bytes]:
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


@shows("/tls-self-signed")
def test_the_certificate_is_refused_and_good_for_whoever_trusts_it(encrypted: Server, server: Server):
    encrypted.reset()
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self.signed"):
        _get(encrypted, "/tls-self-signed", ssl.create_default_context())
    assert encrypted.asked("tls-self-signed") == []
    pem = ssl.get_server_certificate(("127.0.0.1", encrypted.port))
    status, body = _get(encrypted, "/tls-self-signed", ssl.create_default_context(cadata=pem))
    assert status == 200
    assert encrypted.url("news/").encode() in body
    assert ask(server, "/tls-self-signed").startswith(b"HTTP/1.1 421 ")


@shows("/http-on-tls-port")
def test_the_wrong_scheme_is_answered_in_plain_http(encrypted: Server, server: Server):
    encrypted.reset()
    assert encrypted.url("http-on-tls-port").startswith("http://")
    assert server.url("http-on-tls-port").startswith("https://")
    assert ask(encrypted, "/http-on-tls-port").startswith(b"HTTP/1.1 400 ")
    with pytest.raises(ssl.SSLError, match=r"(?i)wrong.version.number|record"):
        _get(server, "/http-on-tls-port", ssl.create_default_context())
    assert [one.method for one in server.asked("http-on-tls-port")] == ["TLS"]


def test_an_endless_body_over_tls_stops_when_the_peer_goes(encrypted: Server):
    context = ssl._create_unverified_context()  # noqa: S323 - it is our own
    connection = http.client.HTTPSConnection("127.0.0.1", encrypted.port, context=context, timeout=20)
    connection.request("GET", "/endless-body")
    with connection.getresponse() as answer:
        assert len(answer.read(200_000)) == 200_000
    connection.close()
    assert encrypted.idle()


# Formats

FORMATS = {  # path to the version that feedparser sees
    "/rss20": "rss20",
    "/rss20-content": "rss20",
    "/rss091": "rss091u",
    "/rdf": "rss10",
    "/atom03": "atom03",
    "/atom10": "atom10",
    "/websub": "rss20",
}


@shows(*FORMATS)
@pytest.mark.parametrize("path", FORMATS)
def test_a_format_is_what_it_says_and_valid(server: Server, path: str):
    feed = told(ask(server, path))
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == FORMATS[path]
    assert [entry.title for entry in feed.entries] == titles(ask(server, "/rss20"))
    assert all(entry.link.startswith(server.url("news/")) for entry in feed.entries)
    assert all(("published" in entry or "updated" in entry) != (path == "/rss091") for entry in feed.entries)
    assert ("content" in feed.entries[0]) == (path == "/rss20-content")


@shows("/jsonfeed-1.0", "/jsonfeed-1.1")
@pytest.mark.parametrize(
    ("path", "version", "author"), [("/jsonfeed-1.0", "1", "author"), ("/jsonfeed-1.1", "1.1", "authors")]
)
def test_a_json_feed_has_the_fields_of_its_version(server: Server, path: str, version: str, author: str):
    answer = ask(server, path)
    feed = json.loads(body_of(answer))
    assert header_of(answer, "Content-Type") == "application/feed+json"
    assert feed["version"] == f"https://jsonfeed.org/version/{version}"
    assert {"author", "authors"} & feed.keys() == {author}
    assert feed["feed_url"] == server.url(path)
    assert [one["title"] for one in feed["items"]] == titles(ask(server, "/rss20"))
    assert all(datetime.fromisoformat(one["date_published"]).tzinfo for one in feed["items"])


@shows("/news-sitemap", "/sitemap-index", "/sitemap.xml.gz")
def test_the_index_leads_to_two_sitemaps_with_the_news(server: Server):
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "n": "http://www.google.com/schemas/sitemap-news/0.9"}
    index = parsed(body_of(ask(server, "/sitemap-index")))
    paths = [urlsplit(one.text or "").path for one in index.iterfind("s:sitemap/s:loc", names)]
    assert paths == ["/news-sitemap", "/sitemap.xml.gz"]
    plain, packed = (ask(server, path) for path in paths)
    assert gzip.decompress(body_of(packed)) == body_of(plain)
    assert b"Content-Encoding" not in packed
    found = parsed(body_of(plain))
    assert [one.text for one in found.iterfind(".//n:title", names)] == titles(ask(server, "/rss20"))


@shows("/home-page")
def test_the_home_page_advertises_three_feeds_that_exist(server: Server):
    page = body_of(ask(server, "/home-page")).decode()
    links = re.findall(r'<link rel="alternate" type="application/([a-z]+)\+[a-z]+" [^>]*href="([^"]+)">', page)
    assert links == [("rss", "/rss20"), ("atom", "atom10"), ("feed", server.url("jsonfeed-1.1"))]


# The hub


class Callback(ThreadingHTTPServer):
    """A subscriber's callback: it gives the challenge back when it agrees, and keeps what is posted."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Subscriber)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/callback?feed=7"
        self.verified: list[dict[str, list[str]]] = []
        self.posted: list[tuple[Message[str, str], bytes]] = []
        self.agrees = True
        self.status = 200


class _Subscriber(BaseHTTPRequestHandler):
    server: Callback

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        self.server.verified.append(asked)
        self._say(200, asked["hub.challenge"][0].encode() if self.server.agrees else b"no")

    def do_POST(self) -> None:
        self.server.posted.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        self._say(self.server.status, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def callback() -> Iterator[Callback]:
    """Give a callback that runs."""
    with Callback() as subscriber:
        thread = threading.Thread(target=subscriber.serve_forever, args=(0.02,))
        thread.start()
        yield subscriber
        subscriber.shutdown()
        thread.join()


def subscribe(server: Server, address: str, **changes: str) -> bytes:
    """Ask the hub for a subscription; when this returns, the hub has verified the intent."""
    form = {"mode": "subscribe", "topic": server.url("websub"), "callback": address, "secret": "tide"} | changes
    return drain(asking(server, "/hub", None, "POST", urlencode({f"hub.{name}": form[name] for name in form})))


def distribute(server: Server, how: str = "right") -> Any:
    answer = drain(asking(server, f"/hub/distribute?signature={how}", None, "POST"))
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    return json.loads(body_of(answer))


@shows("/hub")
def test_the_hub_verifies_the_intent_and_sends_a_signed_edition(server: Server, callback: Callback):
    first = ask(server, "/websub")
    assert header_of(first, "Link") == f'<{server.url("hub")}>; rel="hub", <{server.url("websub")}>; rel="self"'
    assert subscribe(server, callback.url, lease_seconds="3600").startswith(b"HTTP/1.1 202 ")
    (asked,) = callback.verified
    challenge = asked.pop("hub.challenge")[0]
    assert len(challenge) >= 20
    assert asked == {
        "feed": ["7"],
        "hub.mode": ["subscribe"],
        "hub.topic": [server.url("websub")],
        "hub.lease_seconds": ["3600"],
    }
    assert json.loads(body_of(ask(server, "/hub"))) == [
        {"topic": server.url("websub"), "callback": callback.url, "lease": 3600}
    ]
    assert distribute(server) == {callback.url: 200}
    ((headers, body),) = callback.posted
    assert headers["X-Hub-Signature"] == "sha256=" + hmac.new(b"tide", body, hashlib.sha256).hexdigest()
    assert headers["Link"] == header_of(first, "Link")
    assert headers["Content-Type"] == "application/rss+xml"
    assert body == body_of(ask(server, "/websub"))
    new = {entry.title for entry in feedparser.parse(body).entries} - set(titles(first))
    assert new == {"Notice to skippers no. 1"}


@pytest.mark.parametrize("how", SIGNATURES)
def test_the_hub_can_be_told_to_sign_badly(server: Server, callback: Callback, how: str):
    subscribe(server, callback.url)
    distribute(server, how)
    ((headers, body),) = callback.posted
    method, _, told_digest = headers.get("X-Hub-Signature", "").partition("=")
    assert method == {"none": "", "sha1": "sha1"}.get(how, "sha256")
    true = hmac.new(b"tide", body, method or "sha256").hexdigest()
    assert (told_digest == true) == (how in {"right", "sha1"})


def test_the_hub_takes_no_subscriber_who_does_not_agree(server: Server, callback: Callback):
    callback.agrees = False
    assert subscribe(server, callback.url).startswith(b"HTTP/1.1 202 ")
    assert len(callback.verified) == 1
    assert server.hub.subscriptions() == []


def test_a_subscription_ends_when_the_subscriber_says_so_or_is_gone(server: Server, callback: Callback):
    subscribe(server, callback.url)
    subscribe(server, callback.url, mode="unsubscribe")
    assert [asked["hub.mode"] for asked in callback.verified] == [["subscribe"], ["unsubscribe"]]
    assert server.hub.subscriptions() == []
    subscribe(server, callback.url)
    callback.status = 410
    assert distribute(server) == {callback.url: 410}
    assert distribute(server) == {}


def test_reset_ends_the_subscriptions(server: Server, callback: Callback):
    subscribe(server, callback.url)
    assert len(server.hub.subscriptions()) == 1
    server.reset()
    assert server.hub.subscriptions() == []


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("mode", "publish", "hub.mode must be"),
        ("topic", "http://elsewhere.example/feed", "hub.topic must be"),
        ("secret", "s" * 200, "hub.secret must be shorter"),
        ("callback", "http://10.0.0.1/", "hub.callback must be http or https, on loopback"),
        ("callback", "ftp://127.0.0.1/", "hub.callback must be http or https, on loopback"),
        ("callback", "http://[", "hub.callback must be an address"),
    ],
)
def test_the_hub_refuses_what_is_wrong_and_says_why(
    server: Server, callback: Callback, name: str, value: str, why: str
):
    answer = subscribe(server, callback.url, **{name: value})
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert body_of(answer).decode().startswith(why)
    assert callback.verified == []


def test_a_callback_that_does_not_answer_counts_as_status_0(server: Server, callback: Callback):
    subscribe(server, callback.url)
    callback.shutdown()
    callback.server_close()
    assert distribute(server) == {callback.url: 0}


# The command


def _run(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "aggregator.devtools.misbehaving", *arguments]


def test_the_command_prints_the_list():
    assert subprocess.run(_run("--list"), capture_output=True, text=True, check=True).stdout == as_table()
    listed = subprocess.run(_run("--list", "--json"), capture_output=True, text=True, check=True).stdout
    assert json.loads(listed) == json.loads(as_json())


def test_the_command_serves_until_it_is_told_to_end():
    with subprocess.Popen(_run("--port", "0"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"at http://127\.0\.0\.1:(\d+)/;", process.stdout.readline())
        assert found
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=20)) as connection:
            connection.request("GET", "/rss20")
            assert connection.getresponse().status == 200
        process.terminate()
        assert process.wait(30) == 0


def test_the_command_says_what_to_do_when_its_port_is_taken(server: Server):
    ended = subprocess.run(_run("--port", str(server.port)), capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"port {server.port}" in ended.stderr
    assert "Choose another with --port." in ended.stderr
