"""What is made of bodies, codings, markup, charsets, items and formats."""

from aggregator.core.feed import Trouble
from tests.service.misbehaviour_rows import HOUR, MINUTES, NO_FEED, Table, fails, reads, repaired, told

_FERRY = "Ferry timetable changes after pier repairs"
_OYSTERS = "Oyster beds reopen after clean water tests"
_CAFE = "Café Zoë wins the right to stay on the quay"
_ROOF = "School roof to be rebuilt before the winter storms"
_KEEPER = "Last lighthouse keeper hands over the keys"
_HERRING = "Herring price falls to €1.10 a kilo"
_LIBRARY = "Library opens on Sundays for a trial of six months"
_BRIDGE = "Toll on the Sound bridge stays as it is"
_OTHERS = (_OYSTERS, _CAFE, _ROOF, _KEEPER, _HERRING, _LIBRARY, _BRIDGE)
_RUSSIAN = ("Паром изменил расписание", "Цена на сельдь упала", "Маяк перешёл на автоматику")
_EMPTY = "with an empty body"
_BROKE_OFF = "broke off within its answer"
_DECLARATIONS = "refused: the feed brings declarations of its own"


def _first(title: str) -> tuple[str, ...]:
    return (title, *_OTHERS)


BODIES: Table = {
    "/empty-200": fails(Trouble.UNREADABLE, f"the server answered 200 {_EMPTY}"),
    "/no-content-204": fails(Trouble.UNREADABLE, f"the server answered 204 {_EMPTY}"),
    "/html-instead": fails(Trouble.UNREADABLE, NO_FEED),
    "/json-error-200": fails(Trouble.UNREADABLE, "not a feed: it is JSON"),
    "/feed-as-html": reads(),
    "/no-content-type": reads(),
    "/truncated-xml": repaired(
        "Premature end of data", says="4 new of 4 entries", new=4, titles=(_FERRY, _OYSTERS, _CAFE, _ROOF)
    ),
    "/truncated-transfer": fails(Trouble.BROKEN, _BROKE_OFF),
    "/short-length": fails(Trouble.BROKEN, "sent more than it said it would"),
    "/bad-chunks": fails(Trouble.BROKEN, _BROKE_OFF),
    "/chunk-cut": fails(Trouble.BROKEN, _BROKE_OFF),
    "/chunk-huge": fails(Trouble.BROKEN, _BROKE_OFF),
    "/endless-body": fails(Trouble.TOO_LARGE, "is larger than 10485760 bytes"),
    "/slow-drip": fails(Trouble.SLOW, " seconds", hasty=True),
    "/stalled-body": fails(Trouble.SLOW, " seconds", hasty=True),
    "/silent": fails(Trouble.SLOW, " seconds", hasty=True),
    "/late": reads(),
    "/11-mib": fails(Trouble.TOO_LARGE, "bytes, 10485760 are read"),
    "/5000-items": repaired("only the first 2000 items were read", says="2000 new of 2000 entries", new=2000),
}

CODINGS: Table = {
    "/gzip-bomb": fails(Trouble.TOO_LARGE, "is larger than 10485760 bytes"),
    "/zstd-bomb": fails(Trouble.TOO_LARGE, "is larger than 10485760 bytes"),
    "/brotli-bomb": fails(Trouble.TOO_LARGE, "is larger than 10485760 bytes"),
    "/gzip": reads(),
    "/double-gzip": reads(),
    "/two-codings": fails(Trouble.BROKEN, "is coded as 'gzip, gzip', which was not asked for"),
    "/false-gzip": fails(Trouble.BROKEN, "cannot be decoded as gzip"),
    "/silent-gzip": reads(),
    "/cut-gzip": fails(Trouble.BROKEN, "broke off within what it coded as gzip"),
    "/gzip-tail": reads(),
    "/raw-deflate": reads(),
    "/false-deflate": fails(Trouble.BROKEN, "cannot be decoded as deflate"),
    "/unknown-coding": fails(Trouble.BROKEN, "is coded as 'sardine', which was not asked for"),
    "/coding-utf-8": reads(),
}

MARKUP: Table = {
    "/billion-laughs": fails(Trouble.UNREADABLE, _DECLARATIONS),
    "/quadratic-blowup": fails(Trouble.UNREADABLE, _DECLARATIONS),
    "/external-entity": fails(Trouble.UNREADABLE, _DECLARATIONS),
    "/external-dtd": repaired("Entity 'x' not defined", titles=_first(f"&x;{_FERRY}")),
    "/deep-nesting": fails(Trouble.UNREADABLE, "refused: Excessive depth in document"),
    "/nul-bytes": repaired("Invalid character"),
    "/control-characters": repaired("invalid Char value 11"),
    "/bare-ampersand": repaired("xmlParseEntityRef", titles=_first(f"Fish & Ships: {_FERRY}")),
    "/html-entities": repaired("Entity 'eacute' not defined", titles=_first(f"Café news: {_FERRY}")),
    "/undeclared-prefix": repaired("Namespace prefix media on thumbnail is not defined"),
    "/space-before": reads(),
    "/warning-before": repaired("characters stand before the feed"),
    "/script-after": repaired("Extra content at the end of the document"),
    "/bom-utf-8": reads(),
    "/bom-twice": reads(),
    "/bom-lying": repaired(
        "read as utf-8",
    ),
    "/utf-16": reads(),
    "/utf-16-be": reads(),
    "/utf-16-no-bom": reads(),
}

CHARSETS: Table = {
    "/charset-header-wrong": reads(),
    "/charset-declaration-wrong": reads(),
    "/charset-both-wrong": repaired("declared as cp1252, read as utf-8"),
    "/charset-unknown": reads(),
    "/charset-us-ascii": reads(),
    "/cp1252-as-utf-8": repaired(
        "read as cp1252",
    ),
    "/cp1252-as-latin-1": reads(),
    "/koi8-r-undeclared": repaired(
        "no character set is declared, read as koi8-r", says="3 new of 3 entries", new=3, titles=_RUSSIAN
    ),
    "/koi8-r": reads(says="3 new of 3 entries", new=3, titles=_RUSSIAN),
    "/mojibake": reads(),
    "/stray-byte": repaired(
        "utf-8",
        titles=_first(f"\N{REPLACEMENT CHARACTER} {_FERRY}"),
    ),
}

_RENAMED = told("0 new of 8 entries; 8 known by another name")

ITEMS: Table = {
    "/guid-rewrite": reads(then=_RENAMED),
    "/guid-random": reads(then=_RENAMED),
    "/tracking-links": reads(then=_RENAMED),
    "/edited-title": reads(then=told("0 new of 8 entries; 1 edited")),
    "/withdrawn-item": reads(then=told("0 new of 7 entries")),
    "/emptied": reads(then=told("0 new of 0 entries")),
    "/duplicate-guids": reads(),
    "/duplicate-items": reads(),
    "/no-guids": reads(),
    "/no-dates": reads(undated=8),
    "/odd-dates": reads(
        says="6 new of 6 entries", new=6, undated=3, titles=(_FERRY, _OYSTERS, _CAFE, _ROOF, _KEEPER, _HERRING)
    ),
    "/dates-future": reads(undated=8),
    "/dates-1970": reads(undated=8),
    "/dates-bumped": reads(then=None),  # within one second the bytes are the same
    "/rewind": reads(then=told("0 new of 8 entries")),
    "/one-bad-item": reads(
        says="7 new of 8 entries; 1 without a usable address",
        new=7,
        titles=(_FERRY, _OYSTERS, _CAFE, _KEEPER, _HERRING, _LIBRARY, _BRIDGE),
    ),
    "/no-links": reads(says="0 new of 8 entries; 8 without a usable address", new=0, titles=()),
    "/relative-links": reads(),
    "/javascript-links": reads(
        says="5 new of 8 entries; 3 without a usable address",
        new=5,
        titles=(_ROOF, _KEEPER, _HERRING, _LIBRARY, _BRIDGE),
    ),
    "/local-links": reads(
        says="7 new of 8 entries; 1 without a usable address",
        new=7,
        titles=(_FERRY, _OYSTERS, _ROOF, _KEEPER, _HERRING, _LIBRARY, _BRIDGE),
    ),
    "/script-content": reads(words=False),
    "/html-title": reads(titles=_first("Ferry timetable & repairs")),
    "/long-title": reads(titles=_first(("Ferry " * 100)[:500])),
    "/reversed-order": reads(then=told("0 new of 8 entries")),
}

FORMATS: Table = {
    "/rss20": reads(),
    "/rss20-content": reads(),
    "/rss091": reads(undated=8),
    "/rdf": reads(
        least=2 * HOUR,
    ),
    "/atom03": reads(),
    "/atom10": reads(
        least=2 * HOUR,
    ),
    "/jsonfeed-1.0": reads(),
    "/jsonfeed-1.1": reads(),
    "/news-sitemap": reads(),
    "/sitemap-index": reads(says="2 feeds named, 2 of them new", new=0, titles=()),
    "/sitemap.xml.gz": reads(),
    "/home-page": fails(Trouble.UNREADABLE, NO_FEED, least=10 * MINUTES),
    "/websub": reads(),
    "/hub": fails(Trouble.UNREADABLE, "not a JSON Feed"),
}

WORDS: Table = {**BODIES, **CODINGS, **MARKUP, **CHARSETS, **ITEMS, **FORMATS}
