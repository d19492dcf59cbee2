"""What stands at the head of an article: which of the headlines that a page offers is its own."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

MAX_LENGTH = 500
AGREES = 0.5  # of a page's headline with the feed's
_WORD = re.compile(r"[^\W_]+")
_SEPARATOR = r"(?:\s+[-–—|·•»:›/*~]+\s+|\s*[|｜ㅣ›：]\s*|\s*»(?=\s*\w)\s*|--+)"
_ADDED = re.compile(r"\s*[-–—|｜ㅣ·/]")
_PARTS = re.compile(_SEPARATOR)
# How much each origin counts for: three that are written for readers, one that mostly repeats, one for search engines
_WEIGHTS = {"h1": 1.0, "ld+json": 1.0, "og:title": 1.0, "twitter:title": 0.25, "title": 0.75, "feed": 1.0}


def folded(text: str) -> str:
    """Return a headline as far as two of them are compared: letters and digits only, small."""
    return _folded_before(text) if len(text) <= MAX_LENGTH else _folded(text)


def _folded(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text.replace("\u00ad", ""))
    return " ".join(_WORD.findall(plain.casefold()))


_folded_before = lru_cache(maxsize=1024)(_folded)  # one headline is compared with each line of its page


def tidy(text: str) -> str:
    """Return a headline on one line, bounded."""
    return " ".join(text.replace("\u00ad", "").split())[:MAX_LENGTH]


def alike(one: str, other: str) -> float:
    """Return how alike two headlines are: shared words by all words, 1.0 for the same."""
    a, b = folded(one), folded(other)
    if a == b:
        return 1.0 if a else 0.0
    first, second = set(a.split()), set(b.split())
    if len(first) < 2 or len(second) < 2:  # noqa: PLR2004 - no spaces: compare pairs of characters
        first, second = _pairs(a), _pairs(b)
    both = first | second
    return len(first & second) / len(both) if both else 0.0


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


def without_site(title: str, names: Sequence[str], others: Sequence[str] = ()) -> str:
    """Return a title without the parts at its ends that name the site.

    `names` are what the site is called, `others` the other titles of the page: one of them that this title only adds
    parts to is taken in its place.
    """
    whole = tidy(title)
    known = {folded(name).replace(" ", "") for name in names} - {""}
    begins = [found.span() for found in _PARTS.finditer(whole)]
    shorter = {folded(other) for other in others}
    for begin, _ in begins:
        if folded(whole[:begin]) in shorter and folded(whole[:begin]):
            return whole[:begin].rstrip()
    for other in others:
        if whole.startswith(other) and _ADDED.match(whole, len(other)):
            return other
    while begins and _names_site(whole[begins[-1][1] :], known):
        whole = whole[: begins.pop()[0]].rstrip()
    if begins and _names_site(whole[: begins[0][0]], known):
        whole = whole[begins[0][1] :].lstrip()
    return whole


def _names_site(part: str, known: set[str]) -> bool:
    """Whether a part of a title is what a site is called, or begins with it."""
    said = folded(part).replace(" ", "")
    return said in known or any(len(name) > 2 and said.startswith(name) and len(said) < 30 for name in known)  # noqa: PLR2004


def choose(told: str, offered: Sequence[tuple[str, str]], names: Sequence[str] = ()) -> tuple[str, str]:
    """Return the headline and where it is from (h1, or ld+json ≈ h1 where the second has the same words).

    `told` is the feed's own; `offered` are the page's, each with its origin, `names` those of the site. The feed's wins
    where the page agrees with it; else the page's own word for other places; else the one that agrees best with the others.
    """
    given = [(origin, tidy(title)) for origin, title in offered if folded(title)]
    found = [(o, without_site(t, names, [x for p, x in given if p in {"h1", "ld+json"}])) for o, t in given]
    if tidy(told) and (not found or _confirmed(told, [title for _, title in found])):
        return tidy(told), "feed"
    if not found:
        return "", ""
    scores = [sum(alike(title, other) * _WEIGHTS.get(origin, 1.0) for origin, other in found) for _, title in found]
    best = max(range(len(found)), key=lambda place: (scores[place], -place))
    return _spelled(found, _shared(found, names) or found[best][1])


def _shared(found: Sequence[tuple[str, str]], names: Sequence[str]) -> str:
    """Return the headline that is made to be shown elsewhere (og:title, https://ogp.me), or '' where it is no headline.

    That of the page itself stands beside a first line and a picture, which an aggregator does not show. One that is cut
    off, names the site, or is short beside all others is none.
    """
    title = next((title for origin, title in found if origin == "og:title"), "")
    least = min((len(other) for origin, other in found if origin in {"h1", "ld+json"}), default=0) / 2
    site = {folded(name).replace(" ", "") for name in names}
    cut = title.endswith(("…", "..."))
    return "" if cut or len(title) < least or folded(title).replace(" ", "") in site else title


def _spelled(found: Sequence[tuple[str, str]], chosen: str) -> tuple[str, str]:
    """Return the best form of the chosen headline among those of the same words, its origin, and those that agree.

    What is told to machines has the signs that a page leaves to its design, such as the colon after a first line.
    """
    same = [(origin, title) for origin, title in found if folded(title) == folded(chosen)]
    rank = {"ld+json": 0, "og:title": 1, "h1": 2}
    best = min(same, key=lambda each: (each[1].isupper(), rank.get(each[0], len(rank))))
    agreeing = [origin for origin in dict.fromkeys(origin for origin, _ in same) if origin != best[0]]
    return best[1], " ≈ ".join([best[0], *agreeing])


def _confirmed(told: str, titles: Sequence[str]) -> bool:
    short = folded(told)
    return bool(short) and any(alike(told, title) >= AGREES or short in folded(title) for title in titles)
