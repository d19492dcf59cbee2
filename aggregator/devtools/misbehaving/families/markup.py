"""XML that attacks the parser, and XML that is none."""

from collections.abc import Callable

from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.talk import Talk

plays = family("bodies")

DEPTH = 20_000  # elements inside one another in /deep-nesting
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def _changed(talk: Talk, old: bytes, new: bytes) -> None:
    """Serve the usual feed with the first `old` made `new`."""
    talk.answer(talk.rss().replace(old, new, 1))


def _with_doctype(talk: Talk, doctype: str, reference: str) -> None:
    """Serve the usual feed with a document type, and a reference in the title of the first item."""
    body = talk.rss().replace(_DECLARATION, _DECLARATION + doctype.encode(), 1)
    talk.answer(body.replace(b"<item><title>", b"<item><title>" + reference.encode(), 1))


@plays("/billion-laughs", "Expands no entities of the document’s own, or stops at a bound; stays small and quick.")
def billion_laughs(talk: Talk) -> None:
    """Defines nine entities of ten references each, one upon the other, which make 10^9 words out of one."""
    lines = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    _with_doctype(talk, f'<!DOCTYPE rss [<!ENTITY l0 "ha">{"".join(lines)}]>\n', "&l9;")


@plays("/quadratic-blowup", "Bounds what entities expand to, in bytes and not only in depth.")
def quadratic_blowup(talk: Talk) -> None:
    """Defines one entity of 100 kB and refers to it 1,000 times, which makes 100 MB."""
    _with_doctype(talk, f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>\n', "&a;" * 1000)


@plays("/external-entity", "Opens no file and no address that the document names.")
def external_entity(talk: Talk) -> None:
    """Refers to an external entity, the file /etc/hostname, in the title of an item."""
    _with_doctype(talk, '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n', "&x;")


@plays("/external-dtd", "Does not fetch the DTD: no request for /external-dtd/rss.dtd comes.")
def external_dtd(talk: Talk) -> None:
    """Names a DTD on this server in its document type; whether it is fetched, the list of requests shows."""
    if talk.rest:
        talk.answer(b'<!ENTITY x "expanded">', kind="application/xml-dtd")
    else:
        _with_doctype(talk, f'<!DOCTYPE rss SYSTEM "{talk.origin}/external-dtd/rss.dtd">\n', "&x;")


@plays("/deep-nesting", "Fails with a clear error or reads the rest; does not overflow the stack.")
def deep_nesting(talk: Talk) -> None:
    """Puts 20,000 elements inside one another in the first item."""
    _changed(talk, b"<item>", b"<item>" + b"<d>" * DEPTH + b"</d>" * DEPTH)


@plays("/nul-bytes", "Drops them and reads the feed, or fails with a clear error; stores no NUL.")
def nul_bytes(talk: Talk) -> None:
    """Has NUL bytes in the title of the first item."""
    _changed(talk, b"<item><title>", b"<item><title>\x00\x00")


@plays("/control-characters", "Drops what XML 1.0 forbids, and reads the feed.")
def control_characters(talk: Talk) -> None:
    """Has a vertical tab, an escape and a reference to backspace in the title of the first item."""
    _changed(talk, b"<item><title>", b"<item><title>\x0b\x1b&#8;")


@plays("/bare-ampersand", "Reads the feed with a lenient parser.")
def bare_ampersand(talk: Talk) -> None:
    """Has an ampersand that is not escaped in the title of the first item."""
    _changed(talk, b"<item><title>", b"<item><title>Fish & Ships: ")


@plays("/html-entities", "Knows the entities of HTML, and reads the feed.")
def html_entities(talk: Talk) -> None:
    """Uses &nbsp; and &eacute; without a DTD that defines them."""
    _changed(talk, b"<item><title>", b"<item><title>Caf&eacute;&nbsp;news: ")


@plays("/undeclared-prefix", "Reads the feed, with or without the element.")
def undeclared_prefix(talk: Talk) -> None:
    """Uses media:thumbnail without declaring the prefix media."""
    _changed(talk, b"<item>", b'<item><media:thumbnail url="/thumb.jpg"/>')


@plays("/space-before", "Skips the white space and reads the feed.")
def space_before(talk: Talk) -> None:
    """Has blank lines before the XML declaration."""
    talk.answer(b"\n\n \n" + talk.rss())


@plays("/warning-before", "Finds the feed behind the warning, or fails with a clear error.")
def warning_before(talk: Talk) -> None:
    """Has a PHP warning before the XML declaration."""
    talk.answer(b"<br />\n<b>Warning</b>: Undefined variable $feed in <b>feed.php</b> on line <b>7</b>\n" + talk.rss())


@plays("/script-after", "Reads the feed, and ignores what follows the root element.")
def script_after(talk: Talk) -> None:
    """Has a script and a comment after the root element, as some caches add."""
    talk.answer(talk.rss() + b"<script>count()</script>\n<!-- cached at 08:00 -->\n")


@plays("/bom-utf-8", "Reads the feed.")
def bom_utf_8(talk: Talk) -> None:
    """Begins with the byte order mark of UTF-8."""
    talk.answer(b"\xef\xbb\xbf" + talk.rss())


@plays("/bom-twice", "Skips both marks and reads the feed.")
def bom_twice(talk: Talk) -> None:
    """Begins with the byte order mark of UTF-8 twice."""
    talk.answer(b"\xef\xbb\xbf" * 2 + talk.rss())


@plays("/bom-lying", "Believes the bytes: the feed is UTF-8.")
def bom_lying(talk: Talk) -> None:
    """Begins with the byte order mark of UTF-16, and goes on in UTF-8."""
    talk.answer(b"\xff\xfe" + talk.rss())


def _utf_16(talk: Talk, encode: Callable[[str], bytes]) -> None:
    talk.answer(encode(talk.rss().decode().replace("UTF-8", "UTF-16", 1)))


@plays("/utf-16", "Reads the feed.")
def utf_16(talk: Talk) -> None:
    """Serves the feed in UTF-16, little end first, with its byte order mark."""
    _utf_16(talk, lambda text: b"\xff\xfe" + text.encode("utf-16-le"))


@plays("/utf-16-be", "Reads the feed.")
def utf_16_be(talk: Talk) -> None:
    """Serves the feed in UTF-16, big end first, with its byte order mark."""
    _utf_16(talk, lambda text: b"\xfe\xff" + text.encode("utf-16-be"))


@plays("/utf-16-no-bom", "Knows UTF-16 by the NUL in every other byte (XML 1.0 appendix F), or fails clearly.")
def utf_16_no_bom(talk: Talk) -> None:
    """Serves the feed in UTF-16, little end first, without a byte order mark."""
    _utf_16(talk, lambda text: text.encode("utf-16-le"))
