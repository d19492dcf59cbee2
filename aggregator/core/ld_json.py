"""JSON-LD as news pages carry it (json-ld.org, schema.org): read, walked, and the node of the article itself found."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from aggregator.core.headline import folded

MAX_JSON = 1_000_000  # characters of a script
MAX_NODES = 2_000  # on a page
MAX_STEPS = 20  # into lists and objects for one word
MAX_WORD = 2_000  # characters
CLOSING = 40  # characters at the end of a script that may close what is written around it
ARTICLE_TYPES = frozenset({
    "newsarticle", "article", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "reviewnewsarticle",
    "backgroundnewsarticle", "advertisercontentarticle", "blogposting", "liveblogposting", "report", "techarticle",
    "scholarlyarticle", "satiricalarticle", "askpublicnewsarticle", "socialmediaposting", "review", "podcastepisode",
})  # fmt: skip
Node = Mapping[str, Any]
_INNER = ("@graph", "mainEntity", "mainEntityOfPage")
_OPENING = re.compile(r"(?:\s|<!--|<!\[CDATA\[|//(?=\s*<!)|/\*(?=\s*<!)|\*/)*")
_CLOSING = re.compile(r"(?:\s|-->|\]\]>|//(?=\s*(?:--|\]\]))|/\*(?=\s*\]\])|\*/|;)+$")
_TRAILING_COMMA = re.compile(r",(\s*[\]}])")


def nodes(script: str) -> list[Node]:
    """Return the objects in a script, outermost first; none of one that is too large or too broken."""
    if len(script) > MAX_JSON:
        return []
    plain = script.strip()
    if opening := _OPENING.match(plain):
        plain = plain[opening.end() :]
    plain = plain[:-CLOSING] + _CLOSING.sub("", plain[-CLOSING:])
    for attempt in (plain, _TRAILING_COMMA.sub(r"\1", plain)):
        try:
            return list(_flat(json.loads(attempt, strict=False)))
        except (ValueError, RecursionError):
            continue
    return []


def _flat(root: object) -> Iterator[Node]:
    queue = deque([root])
    for _ in range(MAX_NODES):
        if not queue:
            return
        found = queue.popleft()
        if isinstance(found, list):
            queue.extend(found[:MAX_NODES])
        elif isinstance(found, dict):
            yield found
            queue.extend(found[name] for name in _INNER if name in found)


def types(node: object) -> set[str]:
    """Return the types of a node, lower case and without their namespace."""
    named = node.get("@type", ()) if isinstance(node, dict) else ()
    return {str(each).rsplit("/", 1)[-1].lower() for each in (named if isinstance(named, list) else [named])}


def main(found: Iterable[Node], addresses: Sequence[str], headlines: Sequence[str]) -> Node:
    """Return the node of the article itself, {} for none: among several, the one whose address and headline fit."""
    heads = {folded(each) for each in headlines} - {""}
    here = {_address(each) for each in addresses} - {""}

    def fit(node: Node) -> int:
        named = {_address(text(node.get(name), "@id", "url")) for name in ("url", "mainEntityOfPage", "@id")}
        headed = folded(text(node.get("headline")) or text(node.get("name"))) in heads
        return 2 * bool(named & here) + 2 * headed + ("datePublished" in node) + ("author" in node)

    return max((node for node in found if types(node) & ARTICLE_TYPES), key=fit, default={})


def _address(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0].rstrip("/").partition("://")[2].removeprefix("www.")


def text(value: object, *names: str) -> str:
    """Return the word in a value: itself, what it has by one of `names`, or the first of several; '' for none."""
    for _ in range(MAX_STEPS):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = next((value[name] for name in (*names, "@value", "name", "url", "@id") if value.get(name)), "")
        else:
            break
    if not isinstance(value, str):
        return ""
    return " ".join(unescape(unescape(value[: 2 * MAX_WORD])).split())[:MAX_WORD]


def several(value: object) -> list[object]:
    """Return a value as a list, bounded: JSON-LD writes one of something without brackets."""
    if value is None or value in ("", {}):
        return []
    return (value if isinstance(value, list) else [value])[: 2 * MAX_STEPS]


def joined(value: object, found: Sequence[Node]) -> object:
    """Return the node that a bare reference ({"@id": ...}) means, where the page has it; else the value itself."""
    if not isinstance(value, dict) or "name" in value or not isinstance(name := value.get("@id"), str):
        return value
    return next((node for node in found if node.get("@id") == name and "name" in node), value)


def words(value: object) -> list[str]:
    """Return the words of a list or of a text with commas, e.g. keywords."""
    said = [text(each) for each in several(value)]
    return [word.strip() for each in said for word in each.split(",") if word.strip() and "://" not in word]
