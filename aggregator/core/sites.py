"""Sites: which part of a host name somebody registered, by the Public Suffix List."""

import re
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList

from aggregator.core.address import literal

_PORT = re.compile(r":\d*$")
# Anybody may publish under these, and they have not put themselves on the list.
_SHARED = frozenset({"ghost.io", "medium.com", "over-blog.com", "substack.com", "tumblr.com", "wordpress.com"})


@lru_cache(maxsize=10_000)
def registrable(name: str) -> str:
    """Return the part of a host name that somebody registered: the Public Suffix List with its private part.

    A name that is itself a suffix, an address in numbers and a name of one label stand for themselves; a port is left
    out. Two blogs of one publishing host are two sites.
    """
    plain = _PORT.sub("", name.lower()) if name.count(":") == 1 or "]:" in name else name.lower()
    if literal(plain):
        return plain
    plain = plain.strip(".")
    found = _suffixes().privatesuffix(plain) or plain
    return ".".join(plain.split(".")[-3:]) if found in _SHARED else found


@cache
def _suffixes() -> PublicSuffixList:
    """Return the list as the package carries it; it is read once in a process, when it is first needed."""
    return PublicSuffixList(accept_unknown=True, only_icann=False)
