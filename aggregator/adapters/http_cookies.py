"""Cookies (RFC 6265) as far as a chain of redirects needs them: few, short-lived, and kept to their hosts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import mktime_tz, parsedate_tz

from aggregator.core.url import registrable

MOST = 50
LONGEST = 4096  # characters of a Set-Cookie (RFC 6265 section 6.1)


@dataclass(frozen=True, slots=True)
class Where:
    """The host, path and security of an address that sets or is sent cookies."""

    host: str
    path: str
    secure: bool


@dataclass(frozen=True, slots=True)
class _Cookie:
    value: str
    whole_domain: bool
    secure: bool


class Cookies:
    """What was set so far; at most MOST, further ones are not kept."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], _Cookie] = {}

    def take(self, where: Where, lines: Iterable[str], now: datetime) -> None:
        """Keep, change or forget what the Set-Cookie lines of an answer say (RFC 6265 section 5.3)."""
        for line in lines:
            if len(line) <= LONGEST and not re.search(r"[\x00-\x1f\x7f]", line):
                self._take(where, line, now)

    def _take(self, where: Where, line: str, now: datetime) -> None:
        pair, *rest = line.split(";")
        name, is_pair, value = (part.strip() for part in pair.partition("="))
        said = {key.strip().lower(): told.strip() for key, _, told in (part.partition("=") for part in rest)}
        domain = said.get("domain", "").lower().removeprefix(".")
        if not is_pair or not name or (domain and not _may_set(where.host, domain)):
            return
        path = said.get("path", "")
        if not path.startswith("/"):
            path = where.path.rpartition("/")[0] or "/"
        key = (domain or where.host, path, name)
        if _is_over(said, now):
            self._kept.pop(key, None)
        elif key in self._kept or len(self._kept) < MOST:
            self._kept[key] = _Cookie(value, bool(domain), "secure" in said)

    def header(self, where: Where) -> str:
        """Return what is sent there, longer paths first (RFC 6265 section 5.4); '' for nothing."""
        fit = [
            (path, name, cookie.value)
            for (domain, path, name), cookie in self._kept.items()
            if (where.host == domain or (cookie.whole_domain and where.host.endswith(f".{domain}")))
            and (where.path + "/").startswith(path.removesuffix("/") + "/")
            and (where.secure or not cookie.secure)
        ]
        fit.sort(key=lambda each: -len(each[0]))
        return "; ".join(f"{name}={value}" for _, name, value in fit)


def _may_set(host: str, domain: str) -> bool:
    """Whether a host may set cookies for that domain: its own, but none under which others register theirs."""
    own = registrable(host)
    return host == domain or (host.endswith(f".{domain}") and f".{domain}".endswith(f".{own}"))


def _is_over(said: dict[str, str], now: datetime) -> bool:
    """Whether a cookie is set to be forgotten; Max-Age goes before Expires (RFC 6265 section 5.3)."""
    if re.fullmatch(r"-?\d{1,20}", said.get("max-age", "")):
        return int(said["max-age"]) <= 0
    try:
        parsed = parsedate_tz(said.get("expires", ""))
        return parsed is not None and mktime_tz(parsed) <= now.timestamp()
    except (ValueError, OverflowError, IndexError):
        return False
