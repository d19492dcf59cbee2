"""What a text is by how it begins: a feed, or else what."""

import re
from dataclasses import dataclass

from aggregator.core.errors import Unreadable

FEEDS = frozenset({"rss", "rdf", "feed", "channel"})
HTML = frozenset({"html", "head", "body", "title", "meta", "script", "div", "p", "br", "b", "pre", "h1"})
OTHERS = {"urlset": "a sitemap", "sitemapindex": "a list of sitemaps", "opml": "an OPML list of feeds"}
FAR = 10_000  # characters of rubbish that may stand before a feed
SKIPPED = re.compile(r"\s+|<\?(?:(?!\?>)[^\x00]){0,1000}\?>|<!--(?:(?!-->)[^\x00]){0,20000}-->")
DOCTYPE = re.compile(r"<!DOCTYPE\b([^<>\[]{0,1000})(.)", re.IGNORECASE | re.DOTALL)
ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]{0,40}:)?([A-Za-z_][\w.-]{0,80}))")
LATE = re.compile(r"<(?:\?xml\s|rss[\s>]|feed[\s>]|(?:\w{1,10}:)?RDF[\s>])")


@dataclass(frozen=True, slots=True)
class FeedText:
    """A feed's text from its root element on, the root's name as written, and what stood in the way, or ''."""

    text: str
    root: str
    trouble: str


def feed_in(text: str, content_type: str) -> FeedText:
    """Return the feed that `text` holds; raise Unreadable, saying what it is instead, when it holds none."""
    text = text.lstrip("\ufeff \t\r\n\x00")
    if not text:
        raise Unreadable("not a feed: the answer is empty")
    if text[0] in "{[":
        raise Unreadable("not a feed of XML: it is JSON")
    rest = _after_prolog(text)
    root, trouble = ROOT.match(rest), ""
    if not root or root[2].lower() not in FEEDS:
        late = LATE.search(text, 1, FAR)
        _refuse_others(root, late, text, content_type)
        start = late.start() if late else 0
        rest, trouble = _after_prolog(text[start:]), f"{start} characters stand before the feed"
        root = ROOT.match(rest)
    if not root or root[2].lower() not in FEEDS:
        raise Unreadable("not a feed: nothing follows the XML declaration")
    return FeedText(rest, root[1], trouble)


def _refuse_others(root: re.Match[str] | None, late: re.Match[str] | None, text: str, content_type: str) -> None:
    """Raise Unreadable unless a feed follows what may be a server's own words, such as a warning in HTML."""
    name = root[2].lower() if root else ""
    if name == "html" or (name in HTML and not late):
        raise Unreadable("not a feed: it is an HTML page")
    if name in OTHERS:
        raise Unreadable(f"not a feed: it is {OTHERS[name]}")
    if name and name not in HTML:
        raise Unreadable(f"not a feed: it is XML of another kind, <{name}> ({content_type or 'type not given'})")
    if not late:
        raise Unreadable(f"not a feed: it is {content_type or 'something'} that begins with {text[:40]!r}")


def _after_prolog(text: str) -> str:
    """Return `text` from its root element on, without the DOCTYPE; refuse one that declares anything itself.

    Entities that expand into each other are how a small file becomes a huge one (CWE-776).
    """
    at = 0
    while found := SKIPPED.match(text, at) or DOCTYPE.match(text, at):
        if found.re is DOCTYPE:
            if found[1].lower().strip().startswith("html"):
                raise Unreadable("not a feed: it is an HTML page")
            if found[2] != ">":
                raise Unreadable("refused: the feed brings declarations of its own (DTD), as attacks on parsers do")
        at = found.end()
    return text[at:]
