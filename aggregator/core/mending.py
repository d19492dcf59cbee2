"""Broken XML of feeds is mended as text: what a strict parser stumbles over is escaped, dropped or closed."""

import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

ITEM = re.compile(r"<((?:[A-Za-z][\w.-]{0,40}+:)?(?:item|entry))(?=[\s/>])")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML 1.0 section 2.2
CDATA, CDATA_END = "<![CDATA[", "]]>"
REFERENCE = re.compile(r"&(?:#(?:(\d{1,7})|[xX]([0-9A-Fa-f]{1,6}));|([A-Za-z][A-Za-z0-9]{0,30});)?")
LONE = re.compile(r"<(?![A-Za-z_/!?])")
PREFIX = re.compile(r"(?:</?|[\s\"'])([A-Za-z_][\w.-]{0,40}):[A-Za-z_][\w.-]{0,80}(?=[\s/>=])")
DECLARED = re.compile(r"\bxmlns:([\w.-]{1,40})\s*=\s*[\"']")
OPEN = re.compile(r"<([A-Za-z_][\w.:-]{0,80})((?:\s[^<>]{0,2000})?)>([^<>]{0,5000})(?=<([A-Za-z_/][\w.:-]{0,80}))")
SIMPLE = frozenset(
    {"title", "link", "guid", "id", "pubdate", "published", "updated", "description", "summary", "author", "category"}
    | {"comments", "dc:creator", "dc:date"}
)
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "xlink": "http://www.w3.org/1999/xlink",
}


@dataclass(frozen=True, slots=True)
class Pieces:
    """A feed's text cut at its items: what comes before them, each of them with what follows it, and what closes."""

    head: str
    items: tuple[str, ...]
    tail: str

    def joined(self, items: tuple[str, ...]) -> str:
        """Return the feed with other items in the place of its own."""
        return self.head + "".join(items) + self.tail


def cut(text: str, root: str) -> Pieces:
    """Cut `text`, whose outermost element is `root`; an item that ends with the text, unfinished, is left out."""
    starts = [found.start() for found in ITEM.finditer(text)]
    if not starts:
        return Pieces(text, (), "")
    head = text[: starts[0]]
    items = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    end = f"</{_name(items[-1])}>"
    last, found, _ = items.pop().partition(end)
    items += [last + end] if found else []
    return Pieces(head, tuple(items), closing(head, root))


def closing(head: str, root: str) -> str:
    """Return the end tags that a feed lacks which was cut after some item."""
    channel = head.rfind("<channel") > head.rfind("</channel")
    return ("</channel>" if channel else "") + f"</{root}>"


def mended(text: str) -> str:
    """Return `text` without forbidden characters and with stray ampersands, angles and names from HTML escaped."""
    return "".join(
        part if part.startswith(CDATA) else LONE.sub("&lt;", REFERENCE.sub(_reference, part))
        for part in _parts(FORBIDDEN.sub("", text))
    )


def closed(item: str) -> str:
    """Return one item with its simple elements, its CDATA section and itself closed where they were left open."""
    name = _name(item)
    body = item.partition(f"</{name}>")[0]
    if body.rfind(CDATA) > body.rfind(CDATA_END):
        before, _, inside = body.rpartition(CDATA)
        field = re.search(r"<([\w.:-]+)[^<>]*>\s*$", before[-200:])
        inside = inside.removesuffix(f"</{field[1]}>") if field else inside
        body = f"{before}{CDATA}{inside}{CDATA_END}" + (f"</{field[1]}>" if field else "")
    return OPEN.sub(_closed_field, body + f"</{name}>")


def declared(text: str, root: str) -> str:
    """Return `text` with every prefix that it uses declared at its root (Namespaces in XML, section 5)."""
    missing = set(PREFIX.findall(text)) - set(DECLARED.findall(text)) - {"xml", "xmlns"}
    names = "".join(
        f' xmlns:{name}="{NAMESPACES.get(name, "urn:undeclared:" + name)}"' for name in sorted(missing)[:50]
    )
    return text.replace(f"<{root}", f"<{root}{names}", 1)


def _parts(text: str) -> Iterator[str]:
    """Yield `text` cut into CDATA sections and what is between them."""
    at = 0
    while (start := text.find(CDATA, at)) >= 0:
        end = text.find(CDATA_END, start)
        if end < 0:
            break
        yield text[at:start]
        at = end + len(CDATA_END)
        yield text[start:at]
    yield text[at:]


def _reference(found: re.Match[str]) -> str:
    """Return a reference that XML knows: its own five stay, HTML's names become characters, the rest plain text."""
    decimal, hexadecimal, name = found.groups()
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return found[0] if code <= sys.maxunicode and not FORBIDDEN.match(chr(code)) else ""
    if name in {"amp", "lt", "gt", "quot", "apos"}:
        return found[0]
    if name and f"{name};" in html5:
        return html.escape(html5[f"{name};"])
    return "&amp;" + found[0][1:]


def _closed_field(found: re.Match[str]) -> str:
    name, attributes, words, following = found.groups()
    follower = following.lower().removeprefix("/")
    known = ":" in follower or follower in SIMPLE | {"item", "entry", "content", "enclosure"}
    if name.lower() not in SIMPLE or following == f"/{name}" or attributes.endswith("/") or not known:
        return found[0]
    return f"<{name}{attributes}>{words}</{name}>"


def _name(item: str) -> str:
    found = ITEM.match(item)
    return found[1] if found else "item"
