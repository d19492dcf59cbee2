"""Bodies that are missing, something else, cut off, too long or too slow."""

import itertools

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.news import Story
from aggregator.devtools.misbehaving.talk import RSS, Talk, head

plays = family("bodies")

HUGE = 11 * 1024 * 1024  # bytes of /11-mib, at least
MANY = 5000  # items of /5000-items
_PAUSE = 0.005  # seconds between two pieces of 64 KiB of an endless body: about 12 MiB a second


@plays("/empty-200", "Treats it as a failure; does not take it for “all items withdrawn”.")
def empty_200(talk: Talk) -> None:
    """Answers 200 with a body of no bytes."""
    talk.answer(b"")


@plays("/no-content-204", "Treats it as “nothing now” or as a failure, and tries later.")
def no_content_204(talk: Talk) -> None:
    """Answers 204 No Content."""
    talk.send(head("204 No Content", {}))


@plays("/html-instead", "Sees that it is no feed, says so, and keeps the items it has.")
def html_instead(talk: Talk) -> None:
    """Answers 200 with an HTML page about an error, under the media type of RSS."""
    talk.answer(news.page("Error", "<h1>Oops</h1><p>Something went wrong.</p>"))


@plays("/json-error-200", "Sees that it is no JSON Feed, says so, and keeps the items it has.")
def json_error_200(talk: Talk) -> None:
    """Answers 200 with a JSON object that names an error."""
    talk.answer(b'{"status": 500, "error": "feed backend not available"}', kind="application/json")


@plays("/feed-as-html", "Reads the feed all the same: the bytes decide, not the media type.")
def feed_as_html(talk: Talk) -> None:
    """Serves a valid feed as text/html."""
    talk.answer(talk.rss(), kind="text/html; charset=utf-8")


@plays("/no-content-type", "Reads the feed all the same.")
def no_content_type(talk: Talk) -> None:
    """Serves a valid feed without Content-Type."""
    talk.answer(talk.rss(), kind="")


@plays("/truncated-xml", "Takes the whole items before the cut, or none; marks the answer as broken.")
def truncated_xml(talk: Talk) -> None:
    """Serves a feed that ends in the middle of its fifth item, with a Content-Length that fits."""
    body = talk.rss()
    talk.answer(body[: body.index(b"<guid>", body.index(talk.stories()[4].title.encode()))])


@plays("/truncated-transfer", "Notices the missing bytes; takes no ETag from a half answer (RFC 9112 section 8).")
def truncated_transfer(talk: Talk) -> None:
    """Promises the whole feed in Content-Length, sends half of it, and closes."""
    body = talk.rss()
    talk.answer(body[: len(body) // 2], headers={"ETag": '"half"'}, length=len(body))


@plays("/short-length", "Takes as many bytes as were promised; sees that the XML is cut.")
def short_length(talk: Talk) -> None:
    """Promises half of the feed in Content-Length, and sends all of it."""
    body = talk.rss()
    talk.answer(body, length=len(body) // 2)


def _chunked(talk: Talk, tail: bytes) -> None:
    body = talk.rss()
    half = len(body) // 2
    talk.send(head("200 OK", {"Content-Type": RSS, "Transfer-Encoding": "chunked"}))
    talk.send(b"%x\r\n%s\r\n" % (half, body[:half]) + tail)


@plays("/bad-chunks", "Fails with a clear error; takes nothing for complete.")
def bad_chunks(talk: Talk) -> None:
    """Sends a good first chunk, and then one whose size is no number."""
    _chunked(talk, b"zebra\r\n" + talk.rss()[:100] + b"\r\n0\r\n\r\n")


@plays("/chunk-cut", "Notices that the last chunk is missing; takes nothing for complete.")
def chunk_cut(talk: Talk) -> None:
    """Sends half the feed as a chunk, and closes without the chunk of size 0 that ends a body."""
    _chunked(talk, b"")


@plays("/chunk-huge", "Reserves no memory on a promise; stops at its limit of bytes or at the end.")
def chunk_huge(talk: Talk) -> None:
    """Sends a good first chunk, then promises one of 16 EiB less a byte, and closes."""
    _chunked(talk, b"ffffffffffffffff\r\n" + b"x" * 100)


@plays("/endless-body", "Stops at its limit of bytes, and hangs up.")
def endless_body(talk: Talk) -> None:
    """Serves an RSS feed whose items never end."""
    talk.stream()
    talk.send(talk.rss([]).partition(b"</channel>")[0])
    for number in itertools.count():
        items = "".join(map(news.rss_item, talk.stories(160, number * 160)))
        talk.send(items.encode())
        talk.wait(_PAUSE)


@plays("/slow-drip", "Stops at its limit of time for the whole answer, not only for one read.")
def slow_drip(talk: Talk) -> None:
    """Sends the feed a byte a second."""
    talk.stream()
    for byte in talk.rss():
        talk.send(bytes([byte]))
        talk.wait(1)


@plays("/stalled-body", "Stops after its limit of time; other hosts are served meanwhile.")
def stalled_body(talk: Talk) -> None:
    """Sends half the feed, and then nothing, while the connection stays open."""
    body = talk.rss()
    talk.answer(body[: len(body) // 2], length=len(body))
    while True:
        talk.wait(60)


@plays("/silent", "Stops after its limit of time, and tries later.")
def silent(talk: Talk) -> None:
    """Takes the request and says nothing at all."""
    while True:
        talk.wait(60)


@plays("/late", "Waits, if its limit is longer; a slow answer is an answer.")
def late(talk: Talk) -> None:
    """Says nothing for ten seconds, and then serves the feed."""
    talk.wait(10)
    talk.feed()


@plays("/11-mib", "Stops at its limit of bytes with an error that says so, or reads on if that is higher.")
def mib_11(talk: Talk) -> None:
    """Serves a valid feed of more than 11 MiB in eight items."""
    word = "<p>The minutes of the harbour council are given in full. "
    text = word * (HUGE // 8 // len(word) + 1)
    told = talk.stories()
    talk.feed(stories=[Story(one.guid, one.title, one.link, text, one.published) for one in told])


@plays("/5000-items", "Takes up to its limit of items, the newest first, and says that it left the rest.")
def items_5000(talk: Talk) -> None:
    """Serves a valid feed of 5,000 items."""
    talk.feed(stories=talk.stories(MANY))
