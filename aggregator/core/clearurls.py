"""Rules about addresses in the form of ClearURLs: which parameters track, and which addresses only lead on.

A document is `{"providers": {NAME: PROVIDER}}`; of a provider are read `urlPattern` (which addresses it is about),
`exceptions` (which of them not), `rules` and `referralMarketing` (names of parameters that are taken out), `rawRules`
(what is cut out of the address), `redirections` (whose first group is the address that is led to) and
`completeProvider` (all parameters go). All are regular expressions, blind to case; a name is matched whole. One thing
is our own: `keep`, names that are content at a site whatever is said for all sites.
The form: https://docs.clearurls.xyz/1.23.0/specs/rules/.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from aggregator.core.errors import Refused

MAX_PROVIDERS = 2000
MAX_PATTERNS = 20_000
MAX_PATTERN = 1000  # characters
EVERYWHERE = frozenset({"", ".*", "^.*", ".+"})
_LISTS = ("exceptions", "rules", "referralMarketing", "keep", "rawRules", "redirections")
_OF_A_PAIR = re.compile(r"\[(?:\?&|&\?|\\\?&|&\\\?)\]")  # how a raw rule begins that cuts out one parameter

Pair = tuple[str, str]
Check = Callable[[re.Pattern[str], bool], object]


@dataclass(frozen=True, slots=True, eq=False)
class Provider:
    """The rules for one site, or with `covers` None for all of them; `drops` and `keeps` match names, None for none.

    `pairs` are raw rules that cut out one parameter by its name and value, `raw` all others.
    """

    name: str
    covers: re.Pattern[str] | None = None
    exceptions: tuple[re.Pattern[str], ...] = ()
    drops: re.Pattern[str] | None = None
    keeps: re.Pattern[str] | None = None
    pairs: tuple[re.Pattern[str], ...] = ()
    raw: tuple[re.Pattern[str], ...] = ()
    redirections: tuple[re.Pattern[str], ...] = ()
    complete: bool = False

    def holds_for(self, url: str) -> bool:
        """Whether the rules hold for an address."""
        if self.covers and not self.covers.search(url):
            return False
        return not any(each.search(url) for each in self.exceptions)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules: those of sites, and those for all sites, over which a site's `keep` wins."""

    providers: tuple[Provider, ...] = ()

    def kept(self, url: str, given: Iterable[Pair]) -> list[Pair]:
        """Return the parameters (names and values, decoded) of an address that may say which page it is."""
        holding = tuple(each for each in self.providers if each.holds_for(url))
        return [pair for pair in given if not _is_dropped(holding, *pair)]

    def cut(self, url: str) -> str:
        """Return an address without what raw rules cut out of it."""
        for provider in self.providers:
            if provider.raw and provider.holds_for(url):
                for pattern in provider.raw:
                    url = pattern.sub("", url)
        return url

    def led(self, url: str) -> str:
        """Return the address that an address says it leads to, or ''."""
        for provider in self.providers:
            if provider.redirections and provider.holds_for(url):
                for pattern in provider.redirections:
                    if (found := pattern.search(url)) and found[1]:
                        return unquote(found[1])
        return ""


@lru_cache(maxsize=5000)
def _is_dropped(holding: tuple[Provider, ...], name: str, value: str) -> bool:
    """Whether a parameter tracks by the rules that hold; what a site keeps is kept."""
    if any(each.keeps and each.keeps.fullmatch(name) for each in holding):
        return False
    pair = f"&{name}={value}"
    return any(
        each.complete
        or (each.drops and each.drops.fullmatch(name))
        or any(pattern.fullmatch(pair) for pattern in each.pairs)
        for each in holding
    )


def rules(documents: Iterable[Mapping[str, object]], check: Check = lambda _pattern, _whole: None) -> Rules:
    """Return the rules of some documents, in their order; `check` may refuse a compiled pattern; it is told whether
    that is matched with the whole of a parameter's name or sought anywhere in an address.

    Raises Refused, with the provider and the rule, for what is not of the form, too much, or no regular expression.
    """
    found: list[Provider] = []
    number = 0
    for document in documents:
        providers = document.get("providers")
        if not isinstance(providers, Mapping):
            raise Refused('tracking rules are of the form {"providers": {NAME: {"urlPattern": ..., "rules": [...]}}}')
        for name, told in providers.items():
            number += _size(str(name), told)
            if len(found) >= MAX_PROVIDERS or number > MAX_PATTERNS:
                raise Refused(f"more than {MAX_PROVIDERS} providers or {MAX_PATTERNS} tracking rules, at {name!r}")
            found.append(_provider(str(name), told, check))
    return Rules(tuple(found))


def _size(name: str, told: object) -> int:
    """Return how many patterns a provider has; Refused when one of its lists is none of words."""
    if not isinstance(told, Mapping):
        raise Refused(f"the provider {name!r} of the tracking rules is no object")
    for field in _LISTS:
        value = told.get(field, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Refused(f"{field} of the provider {name!r} of the tracking rules is no list of strings")
    if not isinstance(told.get("urlPattern", ""), str):
        raise Refused(f"urlPattern of the provider {name!r} of the tracking rules is no string")
    return sum(len(told.get(field, [])) for field in _LISTS) + 1


def _provider(name: str, told: Mapping[str, list[str]], check: Check) -> Provider:
    def compiled(pattern: str, *, whole: bool = False) -> re.Pattern[str]:
        return _compiled(name, pattern, check, whole=whole)

    def one_of(*fields: str) -> re.Pattern[str] | None:
        patterns = [each for field in fields for each in told.get(field, ())]
        for each in patterns:
            compiled(each, whole=True)  # one by one, so that a wrong one is named
        return re.compile("|".join(f"(?:{each})" for each in patterns), re.IGNORECASE) if patterns else None

    covers = str(told.get("urlPattern", ""))
    raw = told.get("rawRules", ())
    redirections = tuple(map(compiled, told.get("redirections", ())))
    for each in redirections:
        if not each.groups:
            raise Refused(f"the redirection {each.pattern[:80]!r} of {name!r} has no group for the address it leads to")
    return Provider(
        name,
        covers=None if covers in EVERYWHERE else compiled(covers),
        exceptions=tuple(map(compiled, told.get("exceptions", ()))),
        drops=one_of("rules", "referralMarketing"),
        keeps=one_of("keep"),
        pairs=tuple(compiled(each) for each in raw if _OF_A_PAIR.match(each)),
        raw=tuple(compiled(each) for each in raw if not _OF_A_PAIR.match(each)),
        redirections=redirections,
        complete=bool(told.get("completeProvider", False)),
    )


def _compiled(name: str, pattern: str, check: Check, *, whole: bool) -> re.Pattern[str]:
    if len(pattern) > MAX_PATTERN:
        raise Refused(f"a tracking rule of {name!r} has {len(pattern)} characters, {MAX_PATTERN} are allowed")
    try:
        found = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise Refused(f"the tracking rule {pattern[:80]!r} of {name!r} is no regular expression: {error}") from error
    try:
        check(found, whole)
    except Refused as error:
        raise Refused(f"the tracking rule {pattern[:80]!r} of {name!r} {error.reason}") from error
    return found
