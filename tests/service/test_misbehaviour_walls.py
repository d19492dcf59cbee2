"""What a poll never does: connect to inner addresses, evade a wall, fill the memory, ask one host twice at once."""

import socket
import threading
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
from pytest_socket import SocketConnectBlockedError

from aggregator.core.errors import AggregatorError
from aggregator.core.feed import Trouble
from aggregator.core.outcome import Outcome, Word
from aggregator.core.page import Answer, Request, Visit, Web
from aggregator.devtools.misbehaving import serving
from aggregator.devtools.misbehaving.server import Server
from aggregator.store.session import Store
from tests.service.misbehaviour_desk import AGENT, Desk
from tests.service.misbehaviour_rows import HOUR

PUBLIC = "93.184.215.14"
INNER = ("127.0.0.1", "169.254.169.254", "10.1.2.3", "192.168.0.1", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254")
Place = tuple[int, str]
SERVING = {"pace": 0.02, "longest": 30.0}


def _place(address: str) -> Place:
    return (socket.AF_INET6 if ":" in address else socket.AF_INET), address


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
@pytest.mark.parametrize("inner", INNER)
def test_a_name_that_is_rebound_to_an_inner_address_is_never_connected_to(
    server: Server, sqlite: Store, inner: str
) -> None:
    answers = [PUBLIC, inner, inner]

    def rebinding(_host: str, _port: int) -> list[Place]:
        return [_place(answers.pop(0))]

    desk = Desk(sqlite, server.port, server.site.now, lookup=rebinding)
    feed = desk.follow(f"http://courier.example:{server.port}/rss20")
    with pytest.raises(SocketConnectBlockedError, match=PUBLIC):  # this suite lets nobody go beyond loopback
        desk.run(feed)
    assert answers == [inner, inner], "the connection goes to the very address that was checked"
    second = desk.poll(feed, HOUR)
    assert (second.word, second.feed.trouble) == (Word.LATER, Trouble.REFUSED)
    assert f"courier.example resolves to {inner}, which is not a public address" in second.reason
    assert (answers, server.asked("rss20")) == ([inner], [])


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
@pytest.mark.parametrize("inner", INNER)
def test_an_inner_address_beside_a_public_one_is_not_connected_to(server: Server, sqlite: Store, inner: str) -> None:
    desk = Desk(sqlite, server.port, server.site.now, lookup=lambda _h, _p: [_place(inner), _place(PUBLIC)])
    with pytest.raises(SocketConnectBlockedError, match=PUBLIC):
        desk.run(desk.follow(f"http://courier.example:{server.port}/rss20"))
    assert server.asked("rss20") == []


@pytest.mark.parametrize(
    ("code", "says"),
    [(socket.EAI_NONAME, "Name or service not known"), (socket.EAI_AGAIN, "Temporary failure in name resolution")],
)
def test_a_name_that_leads_nowhere_is_trouble_with_the_name(
    server: Server, sqlite: Store, code: int, says: str
) -> None:
    def missing(_host: str, _port: int) -> list[Place]:
        raise socket.gaierror(code, says)

    desk = Desk(sqlite, server.port, server.site.now, lookup=missing)
    polled = desk.poll(desk.follow("http://courier.example/feed.xml"))
    assert (polled.word, polled.feed.trouble) == (Word.LATER, Trouble.NAME)
    assert polled.reason == f"courier.example does not resolve: {says}"


WALLS = [
    "challenge-200",
    "cloudflare-403",
    "aws-waf-202",
    "vercel-429",
    "access-denied-403",
    "cookie-consent",
    "login-redirect",
    "password-401",
    "paywall-402",
    "browsers-only",
]


@pytest.mark.parametrize("path", WALLS)
def test_a_wall_is_met_with_the_same_honest_request_every_time(server: Server, desk: Desk, path: str) -> None:
    feed = desk.follow(server.url(path))
    polls = [desk.poll(feed), desk.poll(feed, HOUR), desk.poll(feed, HOUR)]
    assert [(each.word, each.new) for each in polls] == [(Word.LATER, 0)] * 3
    sent = server.asked(path)
    assert len(sent) == 3, "one request for each poll"
    assert {(request.method, request.query, request.body) for request in sent} == {("GET", "", b"")}
    assert all(request.headers == sent[0].headers for request in sent)
    assert sent[0].headers["user-agent"] == AGENT
    assert not {"cookie", "authorization", "referer"} & sent[0].headers.keys()


def test_a_cookie_lives_no_longer_than_the_redirects_that_set_it(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("loop-cookie"))
    desk.poll(feed)
    desk.poll(feed, HOUR)
    assert ["cookie" in request.headers for request in server.asked("loop-cookie")] == [False, True] * 2


def test_a_self_signed_certificate_is_refused_before_anything_is_asked(sqlite: Store) -> None:
    with serving(tls=True) as server:
        desk = Desk(sqlite, server.port, server.site.now)
        polled = desk.poll(desk.follow(server.url("rss20")))
        assert (polled.word, polled.feed.trouble) == (Word.LATER, Trouble.TLS)
        assert server.asked("rss20") == []


BOMBS = {
    "gzip-bomb": "larger than 10485760 bytes",
    "zstd-bomb": "larger than 10485760 bytes",
    "endless-body": "larger than 10485760 bytes",
    "endless-headers": "256 headers",
    "endless-header": "262144 bytes of headers",
    "billion-laughs": "declarations of its own",
    "quadratic-blowup": "declarations of its own",
    "deep-nesting": "Excessive depth",
}


@pytest.mark.parametrize("path", BOMBS)
def test_what_explodes_or_never_ends_stays_within_bounds(server: Server, desk: Desk, path: str) -> None:
    feed = desk.follow(server.url(path))
    desk.poll(feed)  # the server makes its bombs once
    tracemalloc.start()
    try:
        polled = desk.poll(feed, HOUR)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert BOMBS[path] in polled.reason
    assert peak < 40 * 1024 * 1024
    assert server.idle(), "the client has hung up"


def test_a_server_that_says_nothing_is_hung_up_on(server: Server, sqlite: Store) -> None:
    desk = Desk(sqlite, server.port, server.site.now, hasty=True)
    assert desk.poll(desk.follow(server.url("silent"))).feed.trouble is Trouble.SLOW
    assert server.idle(), "nothing holds the connection open"


def test_feeds_of_one_host_are_asked_one_after_the_other(sqlite: Store) -> None:
    with serving(longest=4) as server:  # so long does the first one stall
        desk = Desk(sqlite, server.port, server.site.now)
        slow, quick = desk.follow(server.url("stalled-body")), desk.follow(server.url("rss20"))
        ended: list[Outcome] = []
        asking = threading.Thread(target=lambda: ended.extend(desk.run(slow, quick)))
        asking.start()
        assert server.came("/stalled-body", 1)
        early = server.came("/rss20", 1, seconds=1)
        asking.join()
    assert not early
    assert [(outcome.id, outcome.word) for outcome in ended] == [(slow, Word.LATER), (quick, Word.POLLED)]
    assert [len(server.asked(path)) for path in ("stalled-body", "rss20")] == [1, 1]


def test_while_a_host_is_asked_another_worker_asks_it_nothing(server: Server, store: Store) -> None:
    other = Desk(store, server.port, server.site.now, holder="another")
    mine, others = other.follow(server.url("rss20")), other.follow(server.url("atom10"))
    meanwhile: list[Outcome] = []

    class Watched:
        """The network, in the middle of which the other worker comes by."""

        def __init__(self, web: Web) -> None:
            self._web = web

        def visit(self, visits: Iterable[Visit]) -> Iterator[tuple[Request, Answer | AggregatorError]]:
            for each in self._web.visit(visits):
                meanwhile.extend(other.run(others))
                yield each

    polled = Desk(store, server.port, server.site.now, wrapped=Watched).poll(mine)
    assert (polled.word, [outcome.word for outcome in meanwhile]) == (Word.POLLED, [Word.HOST_BUSY])
    assert server.asked("atom10") == []
    other.clock.at += HOUR
    assert other.poll(others).word is Word.POLLED
