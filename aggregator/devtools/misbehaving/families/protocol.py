"""HTTP that is old, odd or wrong, and the plain errors (RFC 9110, RFC 9112)."""

import itertools

from aggregator.devtools.misbehaving.behaviour import Behaviour, family
from aggregator.devtools.misbehaving.talk import RSS, Talk, head

plays = family("protocol")

HUGE_HEADER = 64 * 1024
_PAUSE = 0.02  # seconds between two pieces of endless headers


@plays("/http10-no-length", "Takes the end of the connection for the end of the body.")
def http10_no_length(talk: Talk) -> None:
    """Answers in HTTP/1.0 with neither Content-Length nor chunks."""
    talk.send(head("200 OK", {"Content-Type": RSS}, "HTTP/1.0") + talk.rss())


@plays("/http09", "Fails with a clear error.")
def http09(talk: Talk) -> None:
    """Sends the feed with no status line and no headers, as HTTP/0.9 did."""
    talk.send(talk.rss())


@plays("/lower-case-headers", "Knows headers in any case: sends the ETag back and gets 304.")
def lower_case_headers(talk: Talk) -> None:
    """Writes the names of its headers in lower case, and the media type in upper case."""
    body = talk.rss()
    told = {"content-type": RSS.upper(), "content-length": str(len(body)), "etag": '"lower"'}
    if talk.has('"lower"'):
        talk.unmodified({"etag": '"lower"'})
    else:
        talk.send(head("200 OK", told) + body)


@plays("/obs-fold", "Joins the lines with a space, or fails with a clear error (RFC 9112 section 5.2).")
def obs_fold(talk: Talk) -> None:
    """Folds a header over two lines, the second one beginning with a space."""
    talk.feed({"X-Note": "this header goes on\r\n  in the next line"})


@plays("/bare-lf", "Reads lines that end in LF alone (RFC 9112 section 2.2), or fails with a clear error.")
def bare_lf(talk: Talk) -> None:
    """Ends the lines of its head with LF instead of CR LF."""
    body = talk.rss()
    told = {"Content-Type": RSS, "Content-Length": str(len(body))}
    talk.send(head("200 OK", told).replace(b"\r\n", b"\n") + body)


@plays("/invalid-status-line", "Fails with a clear error.")
def invalid_status_line(talk: Talk) -> None:
    """Sends the status line HTTP/1.1 OK, with no number in it."""
    talk.answer(talk.rss(), status="OK")


@plays("/no-reason", "Reads the feed: the reason phrase may be missing.")
def no_reason(talk: Talk) -> None:
    """Sends the status line HTTP/1.1 200 with no phrase after it."""
    talk.answer(talk.rss(), status="200")


@plays("/status-999", "Treats an unknown status like the first of its class, or as a failure; backs off.")
def status_999(talk: Talk) -> None:
    """Answers 999 Request denied."""
    talk.page("<h1>Request denied</h1>", "999 Request denied")


@plays("/early-hints", "Skips the interim answer and reads the final one (RFC 9110 section 15.2).")
def early_hints(talk: Talk) -> None:
    """Sends 103 Early Hints before the feed."""
    talk.send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    talk.feed()


@plays("/100-headers", "Reads the feed, or stops at its limit of headers with an error that says so.")
def headers_100(talk: Talk) -> None:
    """Sends a hundred headers before the feed."""
    talk.feed({f"X-Harbour-{number}": "mooring" for number in range(100)})


@plays("/huge-header", "Reads the feed, or stops at its limit of bytes with an error that says so.")
def huge_header(talk: Talk) -> None:
    """Sends a header of 64 KiB before the feed."""
    talk.feed({"Content-Security-Policy": "a" * HUGE_HEADER})


@plays("/endless-headers", "Stops at its limit of headers or bytes, and hangs up.")
def endless_headers(talk: Talk) -> None:
    """Sends headers that never end."""
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n")
    for number in itertools.count():
        talk.send(b"".join(b"X-Wave-%d-%d: %s\r\n" % (number, part, b"~" * 60) for part in range(50)))
        talk.wait(_PAUSE)


@plays("/endless-header", "Stops at its limit of bytes of a line, and hangs up.")
def endless_header(talk: Talk) -> None:
    """Sends one header that never ends."""
    talk.send(b"HTTP/1.1 200 OK\r\nX-Tide: ")
    while True:
        talk.send(b"~" * 4096)
        talk.wait(_PAUSE)


@plays("/two-lengths", "Fails with a clear error (RFC 9112 section 6.3), or takes no more than the shorter.")
def two_lengths(talk: Talk) -> None:
    """Sends two Content-Length headers that differ."""
    body = talk.rss()
    lengths = [("Content-Length", str(len(body))), ("Content-Length", str(len(body) - 100))]
    talk.send(head("200 OK", [("Content-Type", RSS), *lengths]) + body)


@plays("/length-garbage", "Fails with a clear error, or reads to the end of the connection.")
def length_garbage(talk: Talk) -> None:
    """Sends Content-Length: many."""
    talk.feed({"Content-Length": "many"})


@plays("/length-negative", "Fails with a clear error, or reads to the end of the connection.")
def length_negative(talk: Talk) -> None:
    """Sends Content-Length: -1."""
    talk.feed({"Content-Length": "-1"})


@plays("/length-and-chunks", "Believes the chunks (RFC 9112 section 6.3), or fails with a clear error.")
def length_and_chunks(talk: Talk) -> None:
    """Sends Transfer-Encoding: chunked and a Content-Length that is too short."""
    body = talk.rss()
    told = {"Content-Type": RSS, "Content-Length": "10", "Transfer-Encoding": "chunked"}
    talk.send(head("200 OK", told) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


@plays("/reset-mid-body", "Notices it, takes nothing for complete, and tries later.")
def reset_mid_body(talk: Talk) -> None:
    """Sends half the feed, and resets the connection once the client has taken it."""
    body = talk.rss()
    talk.answer(body[: len(body) // 2], length=len(body))
    talk.wait(0.5)
    talk.reset()


@plays("/close-without-answer", "Fails with a clear error, and tries later, not at once.")
def close_without_answer(talk: Talk) -> None:
    """Takes the request and closes the connection."""
    del talk


def _status(path: str, status: str, expected: str) -> Behaviour:
    def answers(talk: Talk) -> None:
        talk.page(f"<h1>{status}</h1>", status)

    answers.__doc__ = f"Answers {status}."
    made: Behaviour = plays(path, expected)(answers)
    return made


gone_410 = _status("/410", "410 Gone", "Stops asking, at once or after a few times, and tells its operator.")
not_found_404 = _status("/404", "404 Not Found", "Backs off and tells its operator; gives up only after long.")
legal_451 = _status(
    "/451", "451 Unavailable For Legal Reasons", "Backs off and tells its operator that law is the reason."
)
error_500 = _status("/500", "500 Internal Server Error", "Backs off, keeps the items, and tries later.")
gateway_502 = _status("/502", "502 Bad Gateway", "Backs off, keeps the items, and tries later.")
origin_522 = _status("/522", "522 Connection Timed Out", "Treats any 5xx like 500, known number or not.")


@plays("/410-once", "Asks once more before it gives a feed up for good.")
def gone_once(talk: Talk) -> None:
    """Answers 410 Gone to the first request, and well from the second."""
    if talk.number == 1:
        talk.page("<h1>Gone</h1>", "410 Gone")
    else:
        talk.feed()


@plays("/tls-self-signed", "Refuses the certificate with an error that says so; sends no request.", tls=True)
def tls_self_signed(talk: Talk) -> None:
    """Serves the feed under a certificate that only the server itself has signed (start it with TLS)."""
    talk.feed()


@plays("/http-on-tls-port", "Fails with a clear error, and does not fall back to plain HTTP by itself.", crossed=True)
def http_on_tls_port(talk: Talk) -> None:
    """Answers in plain HTTP where TLS was begun, and 400 in plain HTTP where TLS was expected."""
    talk.page("<h1>Bad Request</h1><p>The schemes of client and port differ.</p>", "400 Bad Request")
