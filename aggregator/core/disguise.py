"""Disguises: the AMP, mobile, print and proxied forms in which the page at an address is handed about.

A rule here says what a page may be, never that it is: whoever folds two addresses by it asks their texts as well.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit


class Clothes(StrEnum):
    """What an address wears; the words are the kinds of aliases."""

    AMP = "amp"
    MOBILE = "mobile"
    PRINT = "print"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Undressed:
    """An address without one layer, and which clothes were the outermost; as it was, with None, when it wears none."""

    url: str
    clothes: Clothes | None


_AMP_CACHE = re.compile(r"[a-z0-9-]+\.(?:cdn\.ampproject\.org|bing-amp\.com)")
_VIEWER = re.compile(r"(?:www\.)?(?:google\.[a-z]{2,3}(?:\.[a-z]{2})?|bing\.com)")
_CACHED = re.compile(r"/(?:c|v|wp)/(?:s/)?(?P<rest>[^/]+\.[^/]+(?:/.*)?)")
_VIEWED = re.compile(r"/amp/(?:s/)?(?P<rest>[^/]+\.[^/]+(?:/.*)?)")
_TRANSLATED = re.compile(r"(?P<name>[a-z0-9-]+)\.translate\.goog")
_TRANSLATION = re.compile(r"_x_tr_\w+")
_CACHE_QUERY = re.compile(r"cache:(?:[\w-]{12}:)?(?P<rest>.+)", re.DOTALL)
_INSIDE = re.compile(r"/(?:.*?/)?(?P<scheme>https?):/{1,2}(?P<rest>[^/]+\.[^/].*)")
_NAMES = frozenset({"u", "url", "uri", "q", "link", "target"})  # of parameters that hold a whole address

_HOSTS = {
    **dict.fromkeys(("amp",), Clothes.AMP),
    **dict.fromkeys(("m", "mobile", "mobil", "touch", "wap"), Clothes.MOBILE),
    **dict.fromkeys(("print",), Clothes.PRINT),
}
_HOST = re.compile(r"^(?:www\.)?(?P<name>[a-z]+)\.(?=[^.]+\.)")
_WWW = re.compile(r"^www\.(?=[^.]+\.)")
_END = re.compile(r"\.(?P<name>amp|print)(?=\.html?$)|\.(?P<last>amp)$", re.IGNORECASE)
_YES = frozenset({"", "1", "true", "yes"})
_QUERY: dict[str, dict[str, Clothes]] = {
    "outputtype": {"amp": Clothes.AMP},
    "output": {"amp": Clothes.AMP, "print": Clothes.PRINT},
    "format": {"amp": Clothes.AMP, "print": Clothes.PRINT},
    "view": {"amp": Clothes.AMP, "print": Clothes.PRINT, "mobile": Clothes.MOBILE},
    "mode": {"amp": Clothes.AMP, "print": Clothes.PRINT},
    "service": {"print": Clothes.PRINT},
    "action": {"print": Clothes.PRINT},
    "pagewanted": {"print": Clothes.PRINT, "all": Clothes.PRINT},
    "amp": dict.fromkeys(_YES, Clothes.AMP),
    "_amp": dict.fromkeys(_YES, Clothes.AMP),
    "print": dict.fromkeys(_YES, Clothes.PRINT),
    "printable": dict.fromkeys(_YES, Clothes.PRINT),
    "mobile": dict.fromkeys(_YES, Clothes.MOBILE),
    "m": {"1": Clothes.MOBILE},
}


def undressed(url: str) -> Undressed:
    """Return a clean address without one layer of clothes; what comes is to be cleaned anew by the caller."""
    parts = urlsplit(url)
    if inside := _inside(parts):
        return inside
    found: list[Clothes] = []
    name = _host(parts.netloc, found)
    path = _path(parts.path, found)
    query = _query(parts.query, found) if parts.query else ""
    if not found and name == parts.netloc:
        return Undressed(url, None)
    return Undressed(parts._replace(netloc=name, path=path, query=query).geturl(), found[0] if found else None)


def _inside(parts: SplitResult) -> Undressed | None:
    """Return the address that a cache, a viewer or a proxy was asked for, or None when the address is none of one."""
    name, query = parts.netloc, f"?{parts.query}" if parts.query else ""
    amp = _CACHED if _AMP_CACHE.fullmatch(name) else _VIEWED if _VIEWER.fullmatch(name) else None
    if amp and (found := amp.fullmatch(parts.path)):
        return Undressed(f"https://{found['rest']}{query}", Clothes.AMP)
    if found := _TRANSLATED.fullmatch(name):
        return Undressed(_translated(found["name"], parts), Clothes.PROXY)
    path = unquote(parts.path) if "%3a%2f" in parts.path.lower() else parts.path
    if found := _INSIDE.fullmatch(path):
        return Undressed(f"{found['scheme']}://{found['rest']}{query}", Clothes.PROXY)
    if "http" in parts.query or "cache:" in unquote(parts.query):
        for key, value in parse_qsl(parts.query):
            if key.lower() in _NAMES and (rest := _address(value)):
                return Undressed(rest, Clothes.PROXY)
    return None


def _address(value: str) -> str:
    """Return the address that a parameter holds, whole or behind `cache:`, or ''."""
    cached = _CACHE_QUERY.fullmatch(value)
    plain = cached["rest"] if cached else value
    if plain.startswith(("http://", "https://")):
        return plain
    return f"https://{plain}" if cached else ""


def _translated(name: str, parts: SplitResult) -> str:
    """Return what a translating proxy shows: its host has the dots as hyphens, and the hyphens doubled."""
    host = name.replace("--", "\0").replace("-", ".").replace("\0", "-")
    kept = [each for each in parts.query.split("&") if each and not _TRANSLATION.fullmatch(each.partition("=")[0])]
    return f"https://{host}{parts.path}{'?' + '&'.join(kept) if kept else ''}"


def _host(name: str, found: list[Clothes]) -> str:
    dressed = _HOST.match(name)
    if dressed and dressed["name"] in _HOSTS:
        found.append(_HOSTS[dressed["name"]])
        return name[dressed.end() :]
    return _WWW.sub("", name)


def _path(path: str, found: list[Clothes]) -> str:
    segments = path.rstrip("/").split("/")[1:]
    before = len(found)
    if len(segments) > 1 and (first := segments[0].lower()) in {"mobile", "print"}:
        found.append(Clothes(first))
        segments.pop(0)
    if len(segments) > 1 and segments[-1].lower() == "print":
        found.append(Clothes.PRINT)
        segments.pop()
    kept = [each for each in segments if each.lower() != "amp"]
    if not kept:
        del found[before:]
        return path
    if len(kept) < len(segments):
        found.append(Clothes.AMP)
    last = kept[-1]
    if end := _END.search(last):
        found.append(Clothes((end["name"] or end["last"]).lower()))
        kept[-1] = _END.sub("", last)
    return "/" + "/".join(kept) if len(found) > before else path


def _query(query: str, found: list[Clothes]) -> str:
    kept = []
    for each in query.split("&"):
        name, _, value = each.partition("=")
        if clothes := _QUERY.get(name.lower(), {}).get(value.lower()):
            found.append(clothes)
        elif each:
            kept.append(each)
    return "&".join(kept)
