"""A server of many invented RSS feeds on many loopback addresses, each standing for a host; as cheap as can be.

    python bench/feed_server.py --feeds 2000 --hosts 500

Prints one line of JSON, a list of [address, host number, whether later editions have news] for each feed. Then it obeys
lines of JSON on its standard input, each answered by one line: {"do": "set", "edition": 1, "validators": true,
"delay": 0.0} says what is served from now on and starts the count anew; {"do": "count"} tells what was asked since:
statuses, connections made, and the most requests that one host had open at a time. It ends when its input does.
Linux only: there, all of 127.0.0.0/8 is this machine.
"""

import argparse
import asyncio
import hashlib
import json
import random
import socket
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache

ITEMS = 20
CHARACTERS = 400  # of an item's description
EVERY = 10  # one feed in so many has a new item in each edition after the first
BEGAN = datetime(2026, 6, 1, 8, tzinfo=UTC)
PORT_TRIES = 20
LONGEST_HEAD = 16 * 1024
WORDS = [
    "harbour", "council", "ferry", "bridge", "winter", "market", "school", "library", "budget", "vote", "river",
    "station", "mayor", "police", "teacher", "doctor", "engine", "festival", "garden", "quarry", "island",
    "signal", "timber", "vessel", "weather", "witness", "account", "minister", "report", "decision", "several",
    "after", "before", "between", "during", "without", "nearly", "always", "opened", "closed", "repaired",
    "announced", "delayed", "counted", "said",
]  # fmt: skip


def address(host: int) -> str:
    """Return the loopback address of a host by its number, from 127.10.0.1 on."""
    return f"127.{10 + host // 62_500}.{host // 250 % 250}.{host % 250 + 1}"


def has_news(feed: int) -> bool:
    """Whether that feed has a new item in each edition after the first."""
    return feed % EVERY == 0


def _words(chance: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += chance.choice(WORDS) + " "
    return text[:length].strip()


def _item(feed: int, number: int) -> str:
    """Return one item of a feed; the same numbers always give the same bytes."""
    chance = random.Random(feed * 1_000_003 + number)
    link = f"https://paper-{feed}.example/2026/{number}-{'-'.join(chance.choices(WORDS, k=4))}"
    at = format_datetime(BEGAN + timedelta(hours=number, minutes=feed % 60), usegmt=True)
    first, second = _words(chance, CHARACTERS // 2), _words(chance, CHARACTERS // 2 - 100)
    html = f'<p>{first.capitalize()}.</p><p>{second} <a href="{link}?from=feed">Read &amp; share</a>.</p>'
    return (
        f"<item><title>{_words(chance, 60).capitalize()}</title><link>{link}</link>"
        f'<guid isPermaLink="false">paper-{feed}:{number}</guid><pubDate>{at}</pubDate>'
        f"<dc:creator>{_words(chance, 16).title()}</dc:creator><category>{chance.choice(WORDS)}</category>"
        f"<description><![CDATA[{html}]]></description></item>\n"
    )


def body(feed: int, edition: int) -> bytes:
    """Return the document of a feed; in each edition after the first, one feed in ten has one new item."""
    newest = ITEMS + (edition if has_news(feed) else 0)
    items = "".join(_item(feed, number) for number in range(newest, newest - ITEMS, -1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Paper number {feed}</title><link>https://paper-{feed}.example/</link>"
        f"<description>All that is invented in district {feed}.</description><language>en</language>\n"
        f"{items}</channel></rss>\n"
    ).encode()


@dataclass(frozen=True, slots=True)
class Ready:
    """What one feed answers now, made beforehand; with empty validators it always answers in full."""

    etag: bytes
    modified: bytes
    full: bytes
    unchanged: bytes

    def to(self, head: bytes) -> tuple[int, bytes]:
        """Return status and answer; where an ETag is asked for, the date is not looked at (RFC 9110 section 13.2.2)."""
        told = head.lower()
        if b"if-none-match:" in told:
            matched = bool(self.etag) and self.etag in told
        else:
            matched = bool(self.modified) and b"if-modified-since: " + self.modified in told
        return (304, self.unchanged) if matched else (200, self.full)


@cache
def ready(feed: int, edition: int, *, validators: bool) -> Ready:
    """Return the answers of a feed in that edition."""
    document = body(feed, edition)
    etag = f'"{hashlib.sha256(document).hexdigest()[:20]}"' if validators else ""
    modified = format_datetime(BEGAN + timedelta(days=30 + edition), usegmt=True) if validators else ""
    common = "Date: Wed, 15 Jul 2026 10:00:00 GMT\r\nServer: bench\r\n"
    if validators:
        common += f"ETag: {etag}\r\nLast-Modified: {modified}\r\n"
    head = f"HTTP/1.1 200 OK\r\n{common}Content-Type: application/rss+xml; charset=utf-8\r\n"
    full = f"{head}Content-Length: {len(document)}\r\n\r\n".encode() + document
    return Ready(etag.encode(), modified.lower().encode(), full, f"HTTP/1.1 304 Not Modified\r\n{common}\r\n".encode())


class Shelf:
    """What is served now, and what was asked since that was last said."""

    def __init__(self, feeds: int) -> None:
        self.feeds = feeds
        self.set(0, validators=True, delay=0.0)

    def set(self, edition: int, *, validators: bool, delay: float) -> None:
        """Serve that edition from now on, `delay` seconds after it is asked for, and count anew."""
        self.delay = delay
        self.made = [ready(feed, edition if has_news(feed) else 0, validators=validators) for feed in range(self.feeds)]
        self.statuses: Counter[int] = Counter()
        self.open: Counter[str] = Counter()
        self.most = 0
        self.connections = 0

    def answer(self, feed: int, head: bytes) -> tuple[int, bytes]:
        """Return status and bytes of the answer to a request."""
        if not 0 <= feed < self.feeds:
            return 404, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        return self.made[feed].to(head)


class Connection(asyncio.Protocol):
    """One connection, kept open; its requests are GETs without a body, one after the other."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.held = b""
        self.waiting = False  # whether a request is counted as open

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note to which of our addresses it came."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.host = str(transport.get_extra_info("sockname")[0])
        self.shelf.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Close what was still open."""
        self._done()

    def data_received(self, data: bytes) -> None:
        """Answer when a head is whole; one that is too long ends the connection."""
        self.held += data
        if not self.held.endswith(b"\r\n\r\n"):
            if len(self.held) > LONGEST_HEAD:
                self.transport.close()
            return
        head, self.held = self.held, b""
        _, _, number = head.split(b" ", 2)[1].rpartition(b"/feed/")
        status, answer = self.shelf.answer(int(number) if number.isdigit() else -1, head)
        self.shelf.statuses[status] += 1
        self.shelf.open[self.host] += 1
        self.shelf.most = max(self.shelf.most, self.shelf.open[self.host])
        self.waiting = True
        if self.shelf.delay:
            asyncio.get_running_loop().call_later(self.shelf.delay, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
        self._done()

    def _done(self) -> None:
        if self.waiting:
            self.waiting = False
            self.shelf.open[self.host] -= 1


def listening(hosts: int) -> list[socket.socket]:
    """Return a listening socket on each host's address, all on one port that was free on all of them."""
    for _ in range(PORT_TRIES):
        found: list[socket.socket] = []
        try:
            for host in range(hosts):
                port = found[0].getsockname()[1] if found else 0
                found.append(socket.create_server((address(host), port), backlog=128))
        except OSError:
            for each in found:
                each.close()
        else:
            return found
    raise SystemExit(f"no port is free on all of {hosts} loopback addresses; this needs Linux, and open files enough")


def _obeyed(shelf: Shelf, order: dict[str, object]) -> dict[str, object]:
    if order["do"] == "set":
        shelf.set(int(str(order["edition"])), validators=bool(order["validators"]), delay=float(str(order["delay"])))
    return {"statuses": dict(shelf.statuses), "connections": shelf.connections, "overlap": shelf.most}


async def serve(feeds: int, hosts: int) -> None:
    """Serve until standard input ends."""
    shelf, loop, ended = Shelf(feeds), asyncio.get_running_loop(), asyncio.Event()
    sockets = listening(hosts)
    servers = [await loop.create_server(lambda: Connection(shelf), sock=each) for each in sockets]

    def heard() -> None:
        line = sys.stdin.readline()
        if line:
            print(json.dumps(_obeyed(shelf, json.loads(line))), flush=True)
        else:
            ended.set()

    loop.add_reader(sys.stdin, heard)
    port = sockets[0].getsockname()[1]
    urls = [(f"http://{address(k % hosts)}:{port}/feed/{k}", k % hosts, has_news(k)) for k in range(feeds)]
    print(json.dumps(urls), flush=True)
    await ended.wait()
    for server in servers:
        server.close()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--hosts", type=int, default=500)
    given = parser.parse_args()
    asyncio.run(serve(given.feeds, given.hosts))


if __name__ == "__main__":
    main()
