"""What stands at the head of an article: which headline is its own, and whom the byline names."""

import re
import unicodedata
from collections.abc import Sequence

MAX_LENGTH = 500
MAX_BYLINE = 200
AGREES = 0.5  # of a page's headline with the feed's
_WORD = re.compile(r"[^\W_]+")
_SEPARATOR = r"(?:\s+[-–—|·•»:›/*~]+\s+|\s*[|｜ㅣ»›：]\s*|--+)"
_PARTS = re.compile(_SEPARATOR)
# How much each origin counts for: what readers see, what machines are told, what is written for search engines
_WEIGHTS = {"h1": 1.5, "ld+json": 1.25, "og:title": 1.0, "twitter:title": 0.25, "title": 0.75}


def folded(text: str) -> str:
    """Return a headline as far as two of them are compared: letters and digits only, small."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text.replace("\u00ad", "")).casefold()))


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
    """Return the headline and where it is from.

    `told` is the feed's own; `offered` are the page's, each with its origin, `names` those of the site. The feed's wins
    where the page agrees with it; else the one that agrees best with the others.
    """
    given = [(origin, tidy(title)) for origin, title in offered if folded(title)]
    found = [(o, without_site(t, names, [x for p, x in given if p in {"h1", "ld+json"}])) for o, t in given]
    if told.strip() and (not found or _confirmed(told, [title for _, title in found])):
        return tidy(told), "feed"
    if not found:
        return "", ""
    scores = [sum(alike(title, other) * _WEIGHTS.get(origin, 1.0) for origin, other in found) for _, title in found]
    best = max(range(len(found)), key=lambda place: (scores[place], -place))
    return found[best][1], found[best][0]


def _confirmed(told: str, titles: Sequence[str]) -> bool:
    short = folded(told)
    return any(alike(told, title) >= AGREES or short in folded(title) for title in titles)


_BY = re.compile(
    r"^(?:(?:written|reported|posted|story|words|text|texte|testo)\s*(?:by|von|par|di|:)|(?:quelle|source|fuente|fonte):|by:?|von:?|par|por:?|di|da|door|av|af|"
    r"od|przez|автор:?|veröffentlicht von|geschrieben von|reporter:)\s+",
    re.IGNORECASE,
)
_CODE = re.compile(r"\s*[(\[][^()\[\]]{0,40}[)\]]\s*$")
_ROLE = re.compile(
    r"\s*(?:[|•·/]|\s[-–—]\s|,\s*(?=(?:[\w.&'’-]+\s+){0,4}(?:correspondent|reporter|editor|writer|columnist|producer|redakteur\w*|"
    r"korrespondent\w*|journalist\w*|corresponsal|redactor\w*|staff|contributor)\b)).*$|\s+(?:기자|記者|特派員)$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:[;,、]|\s(?:and|und|et|y|e|og|och|en|и|và|dan|&)\s)\s*")
_NO_NAME = re.compile(
    r"://|www\.|@|\d{2,}|^[a-z]+-[a-z-]+$|^\W*(?:image|photo|foto|bild)\b|"
    r"^(?:admin\w*|editors?|redaktion|redacción|rédaction|redazione|staff(?: \w+)?|news ?desk|unknown|null|none|anonymous|guest)$",
    re.IGNORECASE,
)


def persons(byline: str, site: Sequence[str] = ()) -> list[str]:
    """Return the persons in a byline, without the words around them; none where it names the site by one of `site`."""
    known = [folded(name).replace(" ", "") for name in site]
    if len(byline) > MAX_BYLINE or "://" in byline or _of_site(byline.partition(",")[0], known):
        return []
    plain = _CODE.sub("", _ROLE.sub("", _BY.sub("", " ".join(byline.split()))))
    names = [_CODE.sub("", part).strip(" ,;:.|*") for part in _AND.split(plain)]
    return [name for name in names if 1 < len(name) <= 60 and not _NO_NAME.search(name) and not _of_site(name, known)]  # noqa: PLR2004


def _of_site(name: str, known: Sequence[str]) -> bool:
    said = folded(name).replace(" ", "")
    return len(said) > 2 and any(said in each for each in known)  # noqa: PLR2004
