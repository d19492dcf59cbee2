"""The identity of an address: its clean form, its key without what does not matter, and its disguises."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

import can_ada

from aggregator.core import tracking
from aggregator.core.disguise import Clothes, undressed
from aggregator.core.errors import Refused
from aggregator.core.sites import registrable

__all__ = ["MAX_LENGTH", "clothes", "disguises", "host", "key", "normal", "registrable", "same_site"]

MAX_LENGTH = 2000
SCHEMES = frozenset({"http:", "https:"})

_BLANK = "".join(map(chr, range(0x21))) + "\u00a0\ufeff\u200b"
_SAFE_PATH = "/:@!$&'()*+,;=-._~"
_SAFE_VALUE = "/?:@!$'()*,;-._~"
_SAFE_QUERY = "/?:@!$'()*,;-._~&=+%"
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*|\[[0-9a-f:.]+\]")
_MAX_HOST = 253
_CLEAN = re.compile(  # host, path and query of an address that is in its clean form already, as most are
    r"https?://((?:(?!xn--)[a-z0-9_-]{1,63}\.)+[a-z]{2,63})(?=/)"
    r"((?:/[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9_.~!$&'()*+,;=:@-]*)*/?)(?:\?([A-Za-z0-9/?_.~!$&()*+,;=:@-]+))?"
)
_UNEVEN = re.compile(r"(?:%[0-9A-Fa-f]{2})+|[\"<>`{}|\\^]+")  # what has two spellings: escapes, and what need be none
_SURROGATE = re.compile("[\ud800-\udfff]")
_SLASHES = re.compile("/{2,}")
_WWW = re.compile(r"^www\.(?=[^.]+\.)")
_END = re.compile(r"(?:/(?:index|default)\.(?:html?|php|aspx?|jsp)|/)+$", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_PLAIN_IN_PATH = re.compile(r"%(21|24|26|27|28|29|2A|2B|2C|3A|3B|3D|40)")
_LAYERS = 4  # of clothes that are taken off at most


def normal(url: str) -> str:
    """Return an address in its clean form, without fragment: WHATWG URL, then escapes in one spelling (RFC 3986, 6.2.2).

    Raises Refused for what is no http or https address, too long, without a usable host or with credentials.
    """
    if _clean(url):
        return url
    parsed = _parsed(url)
    path = _spelled(parsed.pathname, _SAFE_PATH)
    found = f"{parsed.protocol}//{_host(parsed)}{path}{_spelled(parsed.search, _SAFE_QUERY)}"
    _measure(found)
    return found


def host(url: str) -> str:
    """Return the host of an address, with its port where that is not the usual one."""
    return found[1] if (found := _clean(url)) else _host(_parsed(url))


def key(url: str) -> str:
    """Return the identity of an address: without scheme, `www.`, tracking, order of parameters and trailing slash.

    Two addresses with the same key are the same page; parameters that may name content are kept. Raises Refused.
    """
    return _key(normal(url))


def disguises(url: str) -> frozenset[str]:
    """Return the keys under which the page at `url` may come back: its own, and the one without any clothes.

    Every disguise of a page (AMP, mobile, print, proxy) has the same bare key, so a block on it is met by asking for
    the disguises of what comes. They are candidates: what is the same by them still has to be so by its text.
    """
    found = own = normal(url)
    for found, _ in _layers(own):  # noqa: B007 - the last of them counts
        pass
    return frozenset({_key(own), _key(found)})


def clothes(url: str) -> Clothes | None:
    """Return the outermost clothes that an address wears, or None; raises Refused for what is no address."""
    return next((worn for _, worn in _layers(normal(url)) if worn), None)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registrable domain; raises Refused for what is no address."""
    return registrable(host(one)) == registrable(host(other))


def _layers(url: str) -> Iterator[tuple[str, Clothes | None]]:
    """Give a clean address without one layer of clothes after another."""
    for _ in range(_LAYERS):
        found = undressed(tracking.led(url) or url)
        try:
            bare = normal(found.url)
        except Refused:
            return
        if bare == url:
            return
        yield bare, found.clothes
        url = bare


def _key(url: str) -> str:
    """Return the key of an address in its clean form."""
    if (shorter := tracking.cut(url)) != url:
        url = normal(shorter)
    if clean := _CLEAN.fullmatch(url):
        name, path, query = clean.groups("")
    else:
        _, name, path, query, _ = urlsplit(url)
    path = _SLASHES.sub("/", _SESSION.sub("", path))
    path = _PLAIN_IN_PATH.sub(lambda found: chr(int(found[1], 16)), path)
    path = _END.sub("", path)
    found = f"//{_WWW.sub('', name)}{path}{_telling(url, query) if query else ''}"
    _measure(found)
    return found


def _telling(url: str, query: str) -> str:
    """Return the parameters that may name content, sorted, with the question mark before them."""
    given = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    kept = sorted(tracking.kept(url, given))
    return f"?{urlencode(kept, encoding='latin-1', safe=_SAFE_VALUE)}" if kept else ""


def _clean(url: str) -> re.Match[str] | None:
    """Return host, path and query of an address that `normal` leaves as it is, or None when that is not plain to see."""
    found = _CLEAN.fullmatch(url) if len(url) <= MAX_LENGTH else None
    return found if found and found.end(1) - found.start(1) <= _MAX_HOST else None


def _measure(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise Refused(f"an address of {len(text)} characters is too long, {MAX_LENGTH} are allowed: {text[:80]}…")


def _parsed(url: str) -> can_ada.URL:
    """Return an address as browsers take it apart (WHATWG URL); half a surrogate pair counts as U+FFFD, as there."""
    text = url.strip(_BLANK)
    _measure(text)
    try:
        parsed = can_ada.parse(_SURROGATE.sub("\ufffd", text))
    except ValueError as error:
        raise Refused(f"not an address: {text[:200]!r} ({error})") from error
    if parsed.protocol not in SCHEMES:
        raise Refused(f"not an http or https address: {text[:200]!r}")
    if parsed.has_credentials():
        raise Refused(f"an address with a user name in it is not asked: {parsed.hostname}")
    if parsed.port == "0":
        raise Refused(f"port 0 cannot be asked: {text[:200]!r}")
    return parsed


def _host(parsed: can_ada.URL) -> str:
    """Return the host as it is asked, with its port; a name that no DNS can hold is refused (RFC 1035 section 2.3.4)."""
    name = parsed.hostname.removesuffix(".")
    if len(name) > _MAX_HOST or not _NAME.fullmatch(name):
        raise Refused(f"not a host name: {parsed.hostname[:300]!r}")
    return f"{name}:{parsed.port}" if parsed.port else name


def _spelled(text: str, safe: str) -> str:
    """Return percent-encoding in one form: unreserved characters plain, all others in capitals."""
    return _UNEVEN.sub(lambda found: _escaped(found[0], safe), text)


@lru_cache(maxsize=1000)
def _escaped(part: str, safe: str) -> str:
    raw = unquote_to_bytes(part) if part.startswith("%") else part.encode()
    reserved = set(safe.encode()) - set(b"-._~")
    return "".join(f"%{byte:02X}" if byte in reserved else quote(bytes([byte]), safe="-._~") for byte in raw)
