"""An OPML list that lies on the web and is read again and again: a feed whose news are feeds."""

import html
import re

from aggregator.adapters import opml
from aggregator.core.discovery import absolute
from aggregator.core.errors import Refused, Unreadable
from aggregator.core.feed import FeedDocument
from aggregator.core.prolog import DOCTYPE, ROOT, SKIPPED
from aggregator.core.url import key

MAX_FEEDS = 2_000
MAX_DROPPED = 100
MAX_TITLE = 500
SNIFFED = 10_000
TITLE = re.compile(r"<title>\s*(?:<!\[CDATA\[)?([^<>\]]{1,2000})", re.IGNORECASE)


def is_opml(head: str | bytes) -> bool:
    """Whether what begins like this is OPML (opml.org/spec2)."""
    return _begins(head)[0]


def _begins(head: str | bytes) -> tuple[bool, bool]:
    """Return whether the root is OPML's, and whether declarations stand before it."""
    text = head[:SNIFFED].decode("utf-8", "replace") if isinstance(head, bytes) else head[:SNIFFED]
    text = text.replace("\0", "").lstrip("\ufffd\ufeff \t\r\n")  # of UTF-16 the letters remain
    at = 0
    while found := SKIPPED.match(text, at) or DOCTYPE.match(text, at):
        if found.re is DOCTYPE and found[2] != ">":
            return False, True
        at = found.end()
    root = ROOT.match(text, at)
    return bool(root and root[2].lower() == "opml"), False


def read(body: bytes, *, url: str) -> FeedDocument:
    """Return the list that `body` (at most 5 MiB) holds, as it came from `url`: in `children` its feeds, at most 2,000.

    Each feed is named once, the list itself never; addresses that cannot be asked are named in `dropped`.
    Raises Unreadable when it is no OPML, declares entities (CWE-776) or has more than 20,000 outlines.
    """
    ours, declares = _begins(body)
    if declares:
        raise Unreadable("refused: the list brings declarations of its own (DTD), as attacks on parsers do")
    if not ours:
        raise Unreadable(f"not OPML: it begins with {body[:40]!r}")
    found: dict[str, str] = {}
    dropped: list[str] = []
    own = _key(url)
    for number, spec in enumerate(opml.read(body), 1):
        address = absolute(url, spec.feeds[0])
        if not address:
            dropped += [f"feed {number} has no address of the web: {spec.feeds[0][:80]!r}"]
        elif (name := _key(address)) != own:
            found.setdefault(name, address)
    children = tuple(found.values())
    return FeedDocument(
        format="opml",
        title=_title(body),
        link="",
        language="",
        children=children[:MAX_FEEDS],
        dropped=tuple(dropped[:MAX_DROPPED]),
        recovered=f"only the first {MAX_FEEDS} of {len(children)} feeds were read" if len(children) > MAX_FEEDS else "",
    )


def _key(url: str) -> str:
    try:
        return key(url)
    except Refused:
        return url


def _title(body: bytes) -> str:
    head = re.split(rb"<body\b", body[:SNIFFED], maxsplit=1, flags=re.IGNORECASE)[0].decode("utf-8", "replace")
    found = TITLE.search(head)
    return " ".join(html.unescape(found[1]).split())[:MAX_TITLE] if found else ""
