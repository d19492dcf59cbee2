"""The other parts of an article that is split over several pages."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_PARTS = 20
MAX_QUERY = 500  # characters
_NAMES = frozenset({"page", "p", "pg", "pagina", "seite", "part", "teil", "paged", "sida", "side", "strona", "sayfa"})
_PAGE = re.compile(
    r"^(?P<stem>.*?)(?:[/,_-](?:page|seite|pagina|strona|sida|part|teil)?[-_=/]?(?P<number>\d{1,2}))?/?(?P<end>\.[a-z]{3,5})?$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_GOES_ON = re.compile(
    r"(?:next|weiter|nächste|suivant|siguiente|successiva?|avanti|próxima|seguinte|volgende|nästa|neste|næste|"
    r"następna|další|далее|следующая|наступна|sonraki|次(?:へ|の|ペ)|下一页|下一頁|다음)",
    re.IGNORECASE,
)


def number(url: str, other: str) -> int:
    """Return which part of the article at `url` is at `other` (2 for .../2, ?page=2, ...-2.html), 0 for none of it."""
    try:
        here, there = urlsplit(url), urlsplit(other)
    except ValueError:
        return 0
    if here.netloc.removeprefix("www.") != there.netloc.removeprefix("www."):
        return 0
    if here.path.rstrip("/") == there.path.rstrip("/"):
        return _queried(there.query)
    mine, theirs = _PAGE.match(here.path), _PAGE.match(there.path)
    if (
        mine is None
        or theirs is None
        or not theirs["number"]
        or mine["end"] != theirs["end"]
        or not _stem(theirs["stem"])
    ):
        return 0
    whole = here.path.removesuffix(mine["end"] or "").rstrip("/")
    paged = theirs["stem"] == mine["stem"] and 1 < int(mine["number"] or 0) <= MAX_PARTS
    return int(theirs["number"]) if paged or theirs["stem"] == whole else 0


def _small(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < len("100")


def _stem(path: str) -> bool:
    """Whether a path is long enough to be an article's: /news/2 is a page of a list."""
    return len(path.rsplit("/", 1)[-1]) > len("category")


def following(url: str, links: Iterable[tuple[str, str, bool]]) -> tuple[str, ...]:
    """Return the parts that follow the page at `url`, in order, the first of each number.

    `links` are address (absolute), words, and whether the link is marked as rel=next. A link counts when its address
    is the page's own with another number and its words are that number or say that it goes on: the "next" of many sites
    is another article. Parts after a gap are left out.
    """
    found: dict[int, str] = {}
    for address, words, is_next in links:
        numbers = _DIGITS.findall(words)
        onward = is_next or _GOES_ON.search(words) is not None
        if (onward or len(numbers) == 1) and (part := number(url, address)) > 1 and (onward or numbers == [str(part)]):
            found.setdefault(part, address)
    own = _own(url, found.values())
    ordered = []
    for part in range(own + 1, own + 1 + MAX_PARTS):
        if part not in found:
            break
        ordered.append(found[part])
    return tuple(ordered)


def _own(url: str, others: Iterable[str]) -> int:
    """Return which part the page at `url` itself is, 1 where its address has no number like those of the others."""
    path = urlsplit(url).path if "[" not in url else ""
    mine = _PAGE.match(path)
    stems = {found["stem"] for other in others if (found := _PAGE.match(urlsplit(other).path))}
    if mine is not None and mine["number"] and mine["stem"] in stems:
        return int(mine["number"])
    return max(_queried(url.partition("?")[2].partition("#")[0]), 1)


def _queried(query: str) -> int:
    """Return the number of a page in a query, 0 for none."""
    fields = (field.partition("=") for field in query[:MAX_QUERY].split("&"))
    return next((int(value) for name, _, value in fields if name.lower() in _NAMES and _small(value)), 0)
