"""The identity of an address: its clean form, its key without what does not matter, and its disguises."""

import posixpath
import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from aggregator.core.errors import Refused

MAX_LENGTH = 2000
PORTS = {"http": 80, "https": 443}

_SAFE_PATH = "/:@!$&'()*+,;=-._~"
_SAFE_QUERY = "/?:@!$'()*,;-._~"
_TRACKING = re.compile(
    r"""^(?:
    utm_.* | at_(?:medium|campaign|custom\d*|creation|format|link_.*|ptr_.*|bbc_.*) | mtm_.* | pk_.* | piwik_.* |
    hsa_.* |
    _?hs(?:enc|mi|ctatracking) | mc_[ce]id | mkt_tok | oly_(?:enc|anon)_id | vero_(?:id|conv) |
    wt_?(?:mc|zmc)(?:_.*)? |
    fb(?:clid|_action_.*|_ref|_source) | gclid | gclsrc | dclid | gbraid | wbraid | msclkid | yclid | ysclid | twclid |
    ttclid | li_fat_id | igshid | igsh | srsltid | epik | s_kwcid | ef_id | rb_clickid | _openstat | wickedid | _ga | _gl |
    smid | smtyp | sref | cmpid | cmp | cmpi | ncid | ocid | icid | xtor | ito | ceid | emci | emdi | nr_email_referer |
    ref(?:_?src|_?url|errer|erer)? | rss(?:feed)? | source_?(?:feed|rss) | partner |
    ns_(?:campaign|mchannel|source|linkname) |
    traffic_source | spm | scm | share(?:d|_?id|_?from|_?token)? | sh_kit | taid | guccounter | guce_.* |
    feed(?:type|name)? | campaign_?id | cid | ftag | mod | soc_(?:src|trk) | tpcc | wpisrc | mbid | sfnsn | sharetype
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_MAY_MEAN_MORE = {"mod", "cid", "share", "feed", "partner", "cmp", "ref", "source", "rss", "scm"}
_TRACKING_VALUE = re.compile(
    r"(?i)rss|feed|newsletter|twitter|facebook|social|mail|app|share|home|push|flipboard|^[a-z_-]{1,20}$"
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_PRINTED = {
    "outputtype": {"amp"},
    "amp": {"", "1", "true"},
    "print": {"", "1", "true", "yes"},
    "view": {"print", "amp"},
    "mobile": {"", "1", "true"},
    "service": {"print"},
    "output": {"amp", "print"},
    "m": {"1"},
}
_HOST_DISGUISE = re.compile(r"^(?:www|amp|m|mobile|mobil|print|touch|wap|edition\.amp)\.(?=[^.]+\.)", re.IGNORECASE)
_PATH_DISGUISE = re.compile(
    r"(?:^/(?:amp|mobile|print)(?=/)|/(?:amp|print)/?$|(?<=[^/])\.amp(?=\.html?$)|\.amp$)", re.IGNORECASE
)
_CACHE = re.compile(r"^[a-z0-9-]+\.cdn\.ampproject\.org$")
_CACHED = re.compile(r"^/(?:c|v|i)/(?:s/)?(?P<host>[^/]+)(?P<path>/.*)?$")
# Second levels under which names are registered: a compact stand-in for the Public Suffix List, whose size is not
# worth its gain here; a missing one joins two sites, which only ever widens what a page may say of itself.
_SECOND = {
    "ac", "co", "com", "edu", "gen", "go", "gob", "gov", "govt", "gouv", "gv", "info", "ltd", "me", "mil", "ne", "net",
    "nhs", "nic", "nom", "or", "org", "ong", "plc", "police", "sch", "school", "web",
}  # fmt: skip
_SHARED = {
    "blogspot.com", "wordpress.com", "substack.com", "github.io", "medium.com", "tumblr.com", "ghost.io", "netlify.app",
    "pages.dev", "vercel.app", "herokuapp.com", "localhost",
}  # fmt: skip


def _parsed(url: str) -> SplitResult:
    text = re.sub(r"[\t\r\n]", "", url.strip())
    if len(text) > MAX_LENGTH:
        raise Refused(f"an address of {len(text)} characters is too long, {MAX_LENGTH} are allowed: {text[:80]}…")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Refused(f"not an address: {text[:200]!r} ({error})") from error
    if parts.scheme.lower() not in PORTS:
        raise Refused(f"not an http or https address: {text[:200]!r}")
    if not parts.hostname:
        raise Refused(f"an address without a host: {text[:200]!r}")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"an address with a user name in it is not asked: {parts.hostname}")
    if port == 0:
        raise Refused(f"port 0 cannot be asked: {text[:200]!r}")
    return parts


def _ascii_host(name: str) -> str:
    plain = name.rstrip(".").lower()
    if plain.isascii():
        if not re.fullmatch(r"[a-z0-9._:\[\]%-]+", plain):
            raise Refused(f"not a host name: {name!r}")
        return plain
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Refused(f"not a host name: {name!r} ({error})") from error


def _quoted(text: str, safe: str) -> str:
    """Return percent-encoding in one form: unreserved characters plain, all others in capitals."""
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+|[^\x21-\x7e]+|[\"<>`{}|\\^]+", lambda found: _escape(found[0], safe), text)


def _escape(part: str, safe: str) -> str:
    raw = unquote_to_bytes(part) if part.startswith("%") else part.encode("utf-8", "surrogatepass")
    reserved = set(safe.encode()) - set(b"-._~")
    return "".join(f"%{byte:02X}" if byte in reserved else quote(bytes([byte]), safe="-._~") for byte in raw)


def _path(path: str) -> str:
    quoted = _quoted(path or "/", _SAFE_PATH)
    folded = posixpath.normpath(quoted) if "/." in quoted else quoted
    if folded.startswith("//") and not quoted.startswith("//"):
        folded = folded[1:]
    keeps_slash = quoted.endswith(("/", "/.", "/..")) and not folded.endswith("/")
    return folded + ("/" if keeps_slash else "")


def normal(url: str) -> str:
    """Return an address in its clean form: RFC 3986 section 6.2.2 and 6.2.3, without fragment.

    Raises Refused for what is no http or https address, too long, without host or with credentials.
    """
    parts = _parsed(url)
    scheme = parts.scheme.lower()
    query = _quoted(parts.query, _SAFE_QUERY + "&=+%")
    found = f"{scheme}://{_netloc(parts, scheme)}{_path(parts.path)}{'?' + query if query else ''}"
    if len(found) > MAX_LENGTH:
        raise Refused(f"an address of {len(found)} characters is too long, {MAX_LENGTH} are allowed: {found[:80]}…")
    return found


def _netloc(parts: SplitResult, scheme: str) -> str:
    name = _ascii_host(parts.hostname or "")
    shown = f"[{name}]" if ":" in name else name
    return shown if parts.port in {None, PORTS[scheme]} else f"{shown}:{parts.port}"


def host(url: str) -> str:
    """Return the host of an address, with its port where that is not the usual one."""
    parts = _parsed(url)
    return _netloc(parts, parts.scheme.lower())


def _tracks(name: str, value: str) -> bool:
    if not _TRACKING.match(name):
        return False
    return name.lower() not in _MAY_MEAN_MORE or _TRACKING_VALUE.search(value) is not None


def key(url: str) -> str:
    """Return the identity of an address: without scheme, `www.`, tracking, order of parameters and trailing slash.

    Two addresses with the same key are the same page; parameters that may name content are kept.
    """
    parts = urlsplit(normal(url))
    path = _INDEX.sub("/", parts.path).rstrip("/")
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True, encoding="latin-1")
        if not _tracks(name, value)
    )
    query = f"?{urlencode(kept, encoding='latin-1')}" if kept else ""
    name = parts.netloc.removeprefix("www.")
    return f"//{name}{path}{query}"


def _uncached(url: str) -> str:
    """Return the address that an AMP cache's address stands for, or the address itself."""
    parts = urlsplit(url)
    found = _CACHED.match(parts.path) if _CACHE.match(parts.hostname or "") else None
    if not found:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"https://{found['host']}{found['path'] or '/'}{query}"


def _bare(url: str) -> str:
    """Return the key of an address without its AMP, mobile and print clothes."""
    parts = urlsplit(normal(_uncached(normal(url))))
    name = _HOST_DISGUISE.sub("", parts.netloc)
    path = _PATH_DISGUISE.sub("", parts.path) or "/"
    kept = [
        (each, value)
        for each, value in parse_qsl(parts.query, keep_blank_values=True, encoding="latin-1")
        if value.lower() not in _PRINTED.get(each.lower(), ())
    ]
    query = f"?{urlencode(kept, encoding='latin-1')}" if kept else ""
    return key(f"{parts.scheme}://{name}{path}{query}")


def disguises(url: str) -> frozenset[str]:
    """Return the keys under which the page at `url` may come back: its own, and the one without any clothes.

    Every disguise of a page has the same bare key, so a block on it is met by asking for the disguises of what comes.
    They are candidates: of an address, not of a text.
    """
    return frozenset({key(url), _bare(url)})


def registrable(name: str) -> str:
    """Return the part of a host name that somebody registered; an approximation of the Public Suffix List."""
    plain = name.rsplit(":", 1)[0] if name.count(":") == 1 else name
    labels = plain.lower().strip(".").split(".")
    if len(labels) <= 2 or ":" in plain or labels[-1].isdigit():  # noqa: PLR2004 - name and top level
        return plain.lower()
    two = ".".join(labels[-2:])
    deep = two in _SHARED or (len(labels[-1]) == 2 and labels[-2] in _SECOND)  # noqa: PLR2004 - a country's top level
    return ".".join(labels[-3:]) if deep else two


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registrable domain."""
    return registrable(host(one)) == registrable(host(other))
