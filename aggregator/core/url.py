"""The identity of an address: its clean form, its key without what does not matter, and its disguises."""

import re
import unicodedata
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import SplitResult, parse_qsl, quote, unquote, unquote_to_bytes, urlencode, urlsplit

from aggregator.core.address import literal
from aggregator.core.errors import Refused
from aggregator.core.tracking import is_tracking

MAX_LENGTH = 2000
PORTS = {"http": 80, "https": 443}

_BLANK = "".join(map(chr, range(0x21))) + "\u00a0\ufeff\u200b"
_SAFE_PATH = "/:@!$&'()*+,;=-._~"
_SAFE_VALUE = "/?:@!$'()*,;-._~"
_SAFE_QUERY = "/?:@!$'()*,;-._~&=+%"
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_MAX_HOST = 253
_CLEAN = re.compile(  # host, path and query of an address that is in its clean form already, as most are
    r"https?://((?:(?!xn--)[a-z0-9_-]{1,63}\.)+[a-z]{2,63})(?=/)"
    r"((?:/[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9_.~!$&'()*+,;=:@-]*)*/?)(?:\?([A-Za-z0-9/?_.~!$&'()*+,;=:@-]+))?"
)
_DOT = re.compile("[.\u3002\uff0e\uff61]")  # UTS #46 section 4: all of these divide labels
_DEVIATION = re.compile("[ß\u1e9eς\u200c\u200d]")  # UTS #46 section 6: mapped away by IDNA 2003, kept since
_SLASHES = re.compile("/{2,}")
_WWW = re.compile(r"^www\.(?=[^.]+\.)")
_END = re.compile(r"(?:/(?:index|default)\.(?:html?|php|aspx?|jsp)|/)+$", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_PLAIN_IN_PATH = re.compile(r"%(21|24|26|27|28|29|2A|2B|2C|3A|3B|3D|40)")

_CLOTHES = 4  # layers that are taken off at most
_DRESSED_HOST = re.compile(r"^(?:www|amp|m|mobile|mobil|print|touch|wap)\.(?=[^.]+\.)")
_CACHE = re.compile(r"[a-z0-9-]+\.(?:cdn\.ampproject\.org|bing-amp\.com)")
_VIEWER = re.compile(r"(?:www\.)?(?:google\.[a-z]{2,3}(?:\.[a-z]{2})?|bing\.com)")
_CACHED = re.compile(r"/(?:c|v|wp)/(?:s/)?(?P<host>[^/]+\.[^/]+)(?P<path>/.*)?")
_VIEWED = re.compile(r"/amp/(?:s/)?(?P<host>[^/]+\.[^/]+)(?P<path>/.*)?")
_DRESSED_END = re.compile(r"\.(?:amp|print)(?=\.html?$)|\.amp$", re.IGNORECASE)
_YES = frozenset({"", "1", "true", "yes"})
_DRESSED = {
    "outputtype": {"amp"},
    "output": {"amp", "print"},
    "format": {"amp", "print"},
    "view": {"amp", "print"},
    "mode": {"amp", "print"},
    "service": {"print"},
    "pagewanted": {"print", "all"},
    "amp": _YES,
    "_amp": _YES,
    "print": _YES,
    "printable": _YES,
    "mobile": _YES,
    "m": {"1"},
}
# Levels under which names are registered: a compact stand-in for the Public Suffix List, whose size is not worth its
# gain here. One that is missing joins two sites, which only ever widens what a page may say of itself.
_USUAL = "ac co com edu gob gov mil net org"
_SECOND = {
    "ar": "com edu gob gov int mil net org tur", "at": "ac co gv or", "au": "asn com edu gov id net org",
    "br": "adv art blog com edu eco gov jus leg mil net org tv", "ca": "gc", "ch": "", "cz": "", "de": "", "dk": "co",
    "es": "com edu gob nom org", "fi": "", "fr": "asso com gouv nom prd tm", "gr": "com edu gov net org",
    "hk": "com edu gov idv net org", "hu": "co info org", "id": "ac co desa go mil my net or sch web",
    "il": "ac co gov idf k12 muni net org", "in": "ac co edu firm gen gov ind mil net nic org res", "it": "edu gov",
    "jp": "ac ad co ed go gr lg ne or", "ke": "ac co go info me mobi ne or sc",
    "kr": "ac co go hs kg mil ms ne or pe re sc", "me": "ac co edu gov its net org priv", "nl": "", "no": "",
    "nz": "ac co cri geek gen govt iwi maori mil net org school", "pl": "com edu gov info net org waw", "pt": "com edu gov org",
    "ru": "com msk net org pp spb", "se": "", "th": "ac co go in mi net or", "tr": "av bel com edu gen gov info k12 net org pol web",
    "tw": "club com edu game gov idv mil net org", "ua": "co com edu gov in kiev kyiv lviv net odesa org",
    "uk": "ac co gov ltd me net nhs org plc police sch", "us": "", "vn": "ac com edu gov info net org",
    "za": "ac co edu gov law mil net nom org web",
}  # fmt: skip
_SHARED = {
    "blogspot.com", "wordpress.com", "substack.com", "github.io", "gitlab.io", "medium.com", "tumblr.com", "ghost.io",
    "netlify.app", "pages.dev", "vercel.app", "web.app", "herokuapp.com", "blogspot.de", "over-blog.com",
}  # fmt: skip


def normal(url: str) -> str:
    """Return an address in its clean form, without fragment: WHATWG URL, and RFC 3986 sections 6.2.2 and 6.2.3.

    Raises Refused for what is no http or https address, too long, without a usable host or with credentials.
    """
    if _clean(url):
        return url
    parts = _parsed(url)
    query = _quoted(parts.query, _SAFE_QUERY)
    path = _resolved(_quoted(parts.path or "/", _SAFE_PATH))
    found = f"{parts.scheme}://{_netloc(parts)}{path}{'?' + query if query else ''}"
    _measure(found)
    return found


def host(url: str) -> str:
    """Return the host of an address, with its port where that is not the usual one."""
    return found[1] if (found := _clean(url)) else _netloc(_parsed(url))


def key(url: str) -> str:
    """Return the identity of an address: without scheme, `www.`, tracking, order of parameters and trailing slash.

    Two addresses with the same key are the same page; parameters that may name content are kept. Raises Refused.
    """
    if clean := _clean(url):
        name, path, query = clean.groups("")
    else:
        _, name, path, query, _ = urlsplit(normal(url))
    path = _SLASHES.sub("/", _SESSION.sub("", path))
    path = _PLAIN_IN_PATH.sub(lambda found: chr(int(found[1], 16)), path)
    path = _END.sub("", path)
    found = f"//{_WWW.sub('', name)}{path}{_telling(query) if query else ''}"
    _measure(found)
    return found


def disguises(url: str) -> frozenset[str]:
    """Return the keys under which the page at `url` may come back: its own, and the one without any clothes.

    Every disguise of a page (AMP, mobile, print) has the same bare key, so a block on it is met by asking for the
    disguises of what comes. They are candidates: what is the same by them still has to be so by its text.
    """
    found = normal(url)
    for _ in range(_CLOTHES):
        bare = _undressed(found)
        if bare == found:
            break
        found = bare
    return frozenset({key(url), key(found)})


@lru_cache(maxsize=1000)
def registrable(name: str) -> str:
    """Return the part of a host name that somebody registered; an approximation of the Public Suffix List."""
    plain = re.sub(r":\d*$", "", name.lower()) if name.count(":") == 1 or "]:" in name else name.lower()
    if literal(plain):
        return plain
    labels = plain.strip(".").split(".")
    two = ".".join(labels[-2:])
    suffixes = _SECOND.get(labels[-1], _USUAL if len(labels[-1]) == 2 else "").split()  # noqa: PLR2004 - ISO 3166
    deep = two in _SHARED or two.partition(".")[0] in suffixes
    return ".".join(labels[-3:] if deep else labels[-2:])


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registrable domain; raises Refused for what is no address."""
    return registrable(host(one)) == registrable(host(other))


def _clean(url: str) -> re.Match[str] | None:
    """Return host, path and query of an address that `normal` leaves as it is, or None when that is not plain to see."""
    found = _CLEAN.fullmatch(url) if len(url) <= MAX_LENGTH else None
    return found if found and found.end(1) - found.start(1) <= _MAX_HOST else None


def _telling(query: str) -> str:
    """Return the parameters that may name content, sorted, with the question mark before them."""
    given = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    kept = sorted((name, value) for name, value in given if not _is_tracking(name, value))
    return f"?{urlencode(kept, encoding='latin-1', safe=_SAFE_VALUE)}" if kept else ""


_is_tracking = lru_cache(maxsize=1000)(is_tracking)


def _measure(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise Refused(f"an address of {len(text)} characters is too long, {MAX_LENGTH} are allowed: {text[:80]}…")


def _parsed(url: str) -> SplitResult:
    text = url.strip(_BLANK)
    _measure(text)
    text = re.sub(r"[\t\r\n]", "", text)
    front = re.split(r"[?#]", text, maxsplit=1)[0]
    text = front.replace("\\", "/") + text[len(front) :]
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Refused(f"not an address: {text[:200]!r} ({error})") from error
    if parts.scheme not in PORTS:
        raise Refused(f"not an http or https address: {text[:200]!r}")
    if not parts.hostname:
        raise Refused(f"an address without a host: {text[:200]!r}")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"an address with a user name in it is not asked: {parts.hostname}")
    if port == 0:
        raise Refused(f"port 0 cannot be asked: {text[:200]!r}")
    return parts


def _netloc(parts: SplitResult) -> str:
    name = _ascii_host(parts.hostname or "")
    return name if parts.port in {None, PORTS[parts.scheme]} else f"{name}:{parts.port}"


@lru_cache(maxsize=1000)
def _ascii_host(name: str) -> str:
    """Return a host as it is asked: names in ASCII, numbers in their usual form (WHATWG URL section 3.5)."""
    if ":" in name:
        return f"[{_six(name)}]"
    labels = [_ascii_label(label) for label in _DOT.split(unquote(name))]
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    plain = ".".join(labels)
    if len(plain) > _MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused(f"not a host name: {name!r}")
    number = literal(plain)
    if number is None and re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        raise Refused(f"not an address of a host: {name!r}")
    return str(number) if number else plain


def _six(name: str) -> IPv6Address:
    try:
        found = IPv6Address(name)
    except ValueError as error:
        raise Refused(f"not an address of a host: {name!r} ({error})") from error
    if found.scope_id:
        raise Refused(f"an address within one network only: {name!r}")
    return found


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    try:
        if _DEVIATION.search(label):
            folded = unicodedata.normalize("NFKC", label.lower())
            return f"xn--{folded.encode('punycode').decode('ascii')}"
        return label.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise Refused(f"not a host name: {label!r} ({error})") from error


def _quoted(text: str, safe: str) -> str:
    """Return percent-encoding in one form: unreserved characters plain, all others in capitals."""
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+|[^\x21-\x7e]+|[\"<>`{}|\\^]+", lambda found: _escaped(found[0], safe), text)


def _escaped(part: str, safe: str) -> str:
    raw = unquote_to_bytes(part) if part.startswith("%") else part.encode("utf-8", "surrogatepass")
    reserved = set(safe.encode()) - set(b"-._~")
    return "".join(f"%{byte:02X}" if byte in reserved else quote(bytes([byte]), safe="-._~") for byte in raw)


def _resolved(path: str) -> str:
    """Return a path without dot segments (RFC 3986 section 5.2.4)."""
    found: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del found[-1:]
        elif segment != ".":
            found.append(segment)
    if segments[-1] in {".", ".."}:
        found.append("")
    return "/" + "/".join(found)


def _undressed(url: str) -> str:
    """Return a clean address without one layer of AMP, mobile and print clothes; itself when it has none."""
    parts = urlsplit(_uncached(url))
    kept = [
        each
        for each in parts.query.split("&")
        if each and each.partition("=")[2].lower() not in _DRESSED.get(each.partition("=")[0].lower(), ())
    ]
    bare = parts._replace(
        netloc=_DRESSED_HOST.sub("", parts.netloc), path=_undressed_path(parts.path), query="&".join(kept)
    )
    try:
        return normal(bare.geturl())
    except Refused:
        return url


def _undressed_path(path: str) -> str:
    segments = path.rstrip("/").split("/")[1:]
    if len(segments) > 1 and segments[0].lower() in {"mobile", "print"}:
        segments.pop(0)
    if len(segments) > 1 and segments[-1].lower() == "print":
        segments.pop()
    kept = [each for each in segments if each.lower() != "amp"]
    return _DRESSED_END.sub("", "/" + "/".join(kept)) if kept else path


def _uncached(url: str) -> str:
    """Return the address that one of an AMP cache or viewer stands for, or the address itself."""
    parts = urlsplit(url)
    if _CACHE.fullmatch(parts.netloc):
        found = _CACHED.fullmatch(parts.path)
    elif _VIEWER.fullmatch(parts.netloc):
        found = _VIEWED.fullmatch(parts.path)
    else:
        return url
    return parts._replace(scheme="https", netloc=found["host"], path=found["path"] or "/").geturl() if found else url
