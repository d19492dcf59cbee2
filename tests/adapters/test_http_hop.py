"""Exchanges over connections that stay open: what is kept for the next request, and what ends them."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from aggregator.adapters.http import HttpWeb
from aggregator.adapters.http_hop import MOST_HEADERS, ROOM, Connection, Head
from aggregator.adapters.http_settings import HttpSettings
from aggregator.adapters.stepped_loop import SteppedLoop
from aggregator.core.errors import AggregatorError, TryLater, Unreadable
from aggregator.core.feed import Trouble
from aggregator.core.page import Answer, Request, Visit
from tests.adapters.misbehaving import Crowd, endless, leads, raw, says, serving

SETTINGS = HttpSettings(user_agent="Test/1", allow_loopback=True, total_seconds=5.0)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WEB = HttpWeb(SETTINGS, lambda: NOW)
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Odd: Yes\r\n\r\nok"
SILENT = b""


@dataclass(slots=True)
class Script:
    """A server that plays one list of answers on each connection, one connection after the other."""

    port: int
    connections: Sequence[Sequence[bytes]]
    heard: list[list[bytes]] = field(default_factory=list)
    write: Callable[[socket.socket, bytes], None] = socket.socket.sendall
    left: int = 0  # connections that the other side has ended

    def play(self, listener: socket.socket, stop: threading.Event) -> None:
        """Play until all connections were had, or whoever would make them has stopped."""
        for answers in self.connections:
            connection = _accepted(listener, stop)
            if connection is None:
                return
            connection.settimeout(5)
            self.heard.append([])
            with connection, contextlib.suppress(OSError):
                for answer in answers:
                    asked = _asked(connection)
                    if not asked:
                        self.left += 1
                        break
                    self.heard[-1].append(asked)
                    self.write(connection, answer)

    def visit(self, *requests: Request) -> list[Answer | AggregatorError]:
        """Return what comes of these requests, made in one visit; their addresses are paths."""
        whole = tuple(replace(each, url=f"http://127.0.0.1:{self.port}{each.url}") for each in requests)
        return [found for _, found in WEB.visit([Visit("h", whole)])]


def _accepted(listener: socket.socket, stop: threading.Event) -> socket.socket | None:
    listener.settimeout(0.02)
    while True:
        with contextlib.suppress(TimeoutError):
            return listener.accept()[0]
        if stop.is_set():
            return None


def _asked(connection: socket.socket) -> bytes:
    """Return the next request, or b'' when the other side has hung up."""
    asked = b""
    while b"\r\n\r\n" not in asked:
        more = connection.recv(4096)
        if not more:
            return b""
        asked += more
    return asked


@contextlib.contextmanager
def playing(
    *connections: Sequence[bytes],
    write: Callable[[socket.socket, bytes], None] = socket.socket.sendall,
    host: str = "127.0.0.1",
) -> Iterator[Script]:
    """Play within the block; at its end every connection has ended."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        script, stop = Script(listener.getsockname()[1], connections, write=write), threading.Event()
        thread = threading.Thread(target=script.play, args=(listener, stop))
        thread.start()
        try:
            yield script
        finally:
            stop.set()
            thread.join()


def _bodies(found: list[Answer | AggregatorError]) -> list[bytes]:
    assert all(isinstance(each, Answer) for each in found), found
    return [each.body for each in found if isinstance(each, Answer)]


def _one(answer: bytes) -> Answer | AggregatorError:
    with playing([answer]) as script:
        (found,) = script.visit(Request("/"))
    return found


def test_requests_of_one_visit_share_a_connection() -> None:
    with playing([FINE, FINE, FINE]) as script:
        assert _bodies(script.visit(Request("/1"), Request("/2"), Request("/3"))) == [b"ok"] * 3
    assert [[asked.split()[1] for asked in heard] for heard in script.heard] == [[b"/1", b"/2", b"/3"]]


def test_at_the_end_of_a_visit_its_connections_end() -> None:
    with playing([FINE, FINE]) as script:
        assert _bodies(script.visit(Request("/1"))) == [b"ok"]
    assert script.left == 1


@pytest.mark.parametrize(("delay", "order"), [(0.0, ["a", "a", "b", "b"]), (0.2, ["a", "b", "a", "b"])])
def test_a_host_keeps_its_place_unless_it_has_to_pause(delay: float, order: list[str]) -> None:
    with serving({"/": raw(FINE)}) as server:
        visits = [Visit(host, (Request(server.url("/", f"{host}.localhost")),) * 2, delay=delay) for host in "ab"]
        _bodies([found for _, found in HttpWeb(replace(SETTINGS, connections=1), lambda: NOW).visit(visits)])
    assert [asked.headers["host"][0] for asked in server.asked] == order


LEFT_OPEN = {
    "length": FINE,
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\no\r\n1\r\nk\r\n0\r\nX-Odd: No\r\nY: 1\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
    "no body": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0 that says so": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
    "a hint before": b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + FINE,
    "an offer of another protocol": FINE.replace(b"X-Odd: Yes", b"Upgrade: h2,h2c\r\nConnection: Upgrade, Keep-Alive"),
}
ENDED = {
    "close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "a body where there is none": b"HTTP/1.1 304 Not Modified\r\n\r\n<html>",
    "an answer too many": b"HTTP/1.1 304 Not Modified\r\n\r\n" + FINE,
}


def _connections(answer: bytes, write: Callable[[socket.socket, bytes], None]) -> list[int]:
    with playing([answer, FINE], [FINE], write=write) as script:
        first, second = script.visit(Request("/"), Request("/"))
    assert isinstance(first, Answer), first
    assert isinstance(second, Answer), second
    assert second.body == b"ok"
    assert "link" not in first.headers
    return [len(heard) for heard in script.heard]


def _bytewise(connection: socket.socket, data: bytes) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in data:
        connection.sendall(bytes([byte]))


@pytest.mark.parametrize("write", [socket.socket.sendall, _bytewise], ids=["at once", "byte by byte"])
@pytest.mark.parametrize("kind", LEFT_OPEN)
def test_a_connection_serves_again_when_its_answer_is_whole(
    kind: str, write: Callable[[socket.socket, bytes], None]
) -> None:
    assert _connections(LEFT_OPEN[kind], write) == [2]


@pytest.mark.parametrize("kind", ENDED)
def test_a_connection_that_may_hold_something_else_serves_no_more(kind: str) -> None:
    assert _connections(ENDED[kind], socket.socket.sendall) == [1, 1]


def test_trailers_are_no_headers() -> None:
    found = _one(LEFT_OPEN["chunks"].replace(b"Transfer", b"X-Odd: Yes\r\nTransfer"))
    assert isinstance(found, Answer), found
    assert (found.body, found.headers["x-odd"], "y" in found.headers) == (b"ok", "Yes", False)


def test_the_short_body_of_a_redirect_does_not_cost_the_connection() -> None:
    moved = b"HTTP/1.1 301 Moved\r\nLocation: /there\r\nContent-Length: 5\r\n\r\nmoved"
    with playing([moved, FINE]) as script:
        assert _bodies(script.visit(Request("/here"))) == [b"ok"]
    assert [len(heard) for heard in script.heard] == [2]


def test_a_kept_connection_that_ends_before_the_answer_is_replaced_once() -> None:
    with playing([FINE, SILENT], [FINE]) as script:
        assert _bodies(script.visit(Request("/1"), Request("/2"))) == [b"ok", b"ok"]
    assert [[asked.split()[1] for asked in heard] for heard in script.heard] == [[b"/1", b"/2"], [b"/2"]]


def test_a_new_connection_that_ends_before_the_answer_is_not_replaced() -> None:
    with playing([SILENT], [FINE]) as script:
        (found,) = script.visit(Request("/"))
    assert isinstance(found, TryLater)
    assert (found.reason, found.trouble) == ("127.0.0.1 closed the connection without an answer", Trouble.BROKEN)
    assert len(script.heard) == 1


def test_what_a_kept_connection_has_begun_to_answer_is_not_asked_again() -> None:
    with playing([FINE, b"HTTP/1.1 2"], [FINE]) as script:
        _, found = script.visit(Request("/1"), Request("/2"))
    assert isinstance(found, TryLater)
    assert "broke off within its answer" in found.reason
    assert len(script.heard) == 1


def test_a_form_is_never_sent_over_a_connection_that_may_be_dead() -> None:
    with playing([FINE, FINE], [FINE]) as script:
        assert _bodies(script.visit(Request("/1"), Request("/2", form=(("a", "b"),)))) == [b"ok", b"ok"]
    assert [len(heard) for heard in script.heard] == [1, 1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok", "more than it said"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nok", "more than it said"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", "broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "Encoding"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "another protocol"),
        (b"HTTP/0.9 200 OK\r\n\r\nok", "HTTP/0.9"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "broke off"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * (MOST_HEADERS + 1) + b"\r\nok", f"more than {MOST_HEADERS} headers"),
        (b"HTTP/1.1 200 " + b"y" * 20_000 + b"\r\n\r\nok", "a reason of more than"),
    ],
)
def test_an_answer_that_cannot_be_relied_on_is_tried_later(answer: bytes, said: str) -> None:
    found = _one(answer)
    assert isinstance(found, TryLater), found
    assert said in found.reason
    assert found.trouble == Trouble.BROKEN


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ", b"y"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=", b"y"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"HTTP/1.1 200 ", b"y"),
    ],
    ids=["hints", "trailers", "trailer", "chunk extension", "header", "reason"],
)
def test_what_is_no_body_may_not_go_on_for_ever(head: bytes, piece: bytes) -> None:
    with serving({"/": endless(head, piece * (32 * 1024 // len(piece)))}) as server:
        [(_, found)] = WEB.visit([Visit("h", (Request(server.url("/")),))])
    assert isinstance(found, TryLater), found
    assert "more than" in found.reason
    assert "bytes" in found.reason


def test_after_an_error_of_one_body_the_next_request_has_a_connection_of_its_own() -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ntoo large"
    with playing([large, FINE], [FINE]) as script:
        first, second = script.visit(Request("/", max_bytes=8), Request("/"))
    assert isinstance(first, Unreadable), first
    assert isinstance(second, Answer), second
    assert [len(heard) for heard in script.heard] == [1, 1]


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _partly_reset(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nok")  # an end of the connection would be that of the body
    connection.recv(1)
    _reset(connection)


@pytest.mark.parametrize(("behave", "said"), [(_reset, "without an answer"), (_partly_reset, "took longer")])
def test_a_reset_is_told_as_such(behave: Callable[[socket.socket], None], said: str) -> None:
    web = HttpWeb(replace(SETTINGS, total_seconds=0.5), lambda: NOW)
    with serving({"/": behave}) as server:
        [(_, found)] = web.visit([Visit("h", (Request(server.url("/")),))])
    assert isinstance(found, TryLater), found
    assert said in found.reason


def test_a_host_that_several_visits_are_led_to_is_asked_by_one_at_a_time() -> None:
    crowd = Crowd(0.03)
    with serving({}) as server:
        server.paths = {"/there": crowd, "/": leads(server.url("/there", "c.localhost"))}
        visits = [Visit(f"h{n}", (Request(server.url("/", f"h{n}.localhost")),)) for n in range(4)]
        found = [answer for _, answer in WEB.visit(visits)]
    assert _bodies(found) == [b"ok"] * 4
    assert crowd.most == 1


def _speaks_six() -> bool:
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


def test_ipv6_is_spoken() -> None:
    if not _speaks_six():
        pytest.skip("this machine has no IPv6")
    with playing([FINE], host="::1") as script:
        [(_, found)] = WEB.visit([Visit("h", (Request(f"http://[::1]:{script.port}/"),))])
    assert _bodies([found]) == [b"ok"]
    assert f"\r\nHost: [::1]:{script.port}\r\n".encode() in script.heard[0][0]


def test_what_is_sent_holds_no_line_that_a_value_brought_in() -> None:
    with playing([FINE]) as script:
        _bodies(script.visit(Request("/", etag='"a"\r\nX-Evil: 1', accept="text/html\nX-Evil: 2")))
    ((asked,),) = script.heard
    assert b"\nX-Evil" not in asked
    assert b'If-None-Match: "a"  X-Evil: 1\r\n' in asked


def test_neither_addresses_nor_names_of_this_machine_are_looked_up() -> None:
    looked_up: list[str] = []

    def lookup(host: str, _port: int) -> list[tuple[int, str]]:
        looked_up.append(host)
        return []

    before = set(threading.enumerate())
    with serving({"/": raw(FINE)}) as server:
        visits = [Visit(host, (Request(server.url("/", host)),)) for host in ("127.0.0.1", "localhost", "a.localhost")]
        found = [answer for _, answer in HttpWeb(SETTINGS, lambda: NOW, lookup=lookup).visit(visits)]
    assert _bodies(found) == [b"ok"] * 3
    assert looked_up == []
    assert set(threading.enumerate()) == before


def _mistaken(_: Head) -> None:
    raise ZeroDivisionError


def test_a_mistake_of_ours_while_an_answer_comes_in_reaches_the_caller_as_it_is() -> None:
    loop = SteppedLoop()

    async def ask(port: int) -> None:
        _, made = await loop.create_connection(
            lambda: Connection("h", 5.0, memoryview(bytearray(ROOM))), "127.0.0.1", port
        )
        await made.ask(b"GET / HTTP/1.1\r\n\r\n", _mistaken)

    with playing([FINE]) as script:
        work = loop.create_task(ask(script.port))
        try:
            with pytest.raises(ZeroDivisionError):
                loop.step()
        finally:
            loop.finish(work)


def test_answers_that_came_together_are_given_one_by_one_to_the_caller() -> None:
    with serving({"/": says(body=b"ok")}) as server:
        visits = [Visit(f"h{n}", (Request(server.url("/", f"h{n}.localhost"), tag=n),)) for n in range(20)]
        given = list(WEB.visit(visits))
    assert sorted(request.tag for request, _ in given) == list(range(20))
