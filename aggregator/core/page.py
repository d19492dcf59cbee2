"""A page is what a server answered: the request, the answer, and what is kept of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from aggregator.core.errors import AggregatorError

MAX_FEED_BYTES = 10 * 1024 * 1024
MAX_PAGE_BYTES = 5 * 1024 * 1024
MAX_ROBOTS_BYTES = 500 * 1024  # RFC 9309 section 2.5


@dataclass(frozen=True, slots=True)
class Request:
    """One GET to be made; with a `form`, a POST of its fields.

    `etag` and `last_modified` make it conditional (RFC 9110 section 13.1) at `validated_url`, the very address that
    gave them, by default the one asked; `since` is when this address was last asked with success, which lets an
    archive answer with its next record; `tag` is the caller's own mark. A body larger than `max_bytes` is refused;
    with `cut`, its first part is given instead.
    """

    url: str
    tag: int = 0
    etag: str = ""
    last_modified: str = ""
    validated_url: str = ""
    since: datetime | None = None
    form: tuple[tuple[str, str], ...] = ()
    max_bytes: int = MAX_PAGE_BYTES
    cut: bool = False
    accept: str = "*/*"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to a request: body decoded from its transfer and content codings, within the bound.

    `url` is the address that answered after `redirects` (each a status and a target); header names are lower case;
    `at` is when it answered, in UTC; a 304 has an empty body.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    redirects: tuple[tuple[int, str], ...] = field(default=())

    @property
    def content_type(self) -> str:
        """Media type without parameters, lower case, or ''."""
        return self.headers.get("content-type", "").split(";", 1)[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset parameter of Content-Type, lower case, or ''."""
        found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.IGNORECASE)
        return found[1].lower() if found else ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Requests to one host, made one by one, `delay` seconds between starts, none before `not_before`."""

    host: str
    requests: tuple[Request, ...]
    delay: float = 0.0
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A stored answer: where the bytes lie (`blob`, a SHA-256 in hex) and what was said about them.

    `etag` and `last_modified` are the validators it came with, for `final_url`.
    """

    id: int
    entry_id: int
    url: str
    final_url: str
    fetched_at: datetime
    status: int
    content_type: str
    charset: str
    blob: str
    size: int
    etag: str = ""
    last_modified: str = ""


def is_html(answer: Answer) -> bool:
    """Whether the answer can be read as an HTML page; an unnamed type is judged by its first bytes."""
    if answer.content_type:
        return answer.content_type in {"text/html", "application/xhtml+xml"}
    return answer.body[:512].lstrip().lower().startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


class Web(Protocol):
    """The outside world: the network, or an archive in its place."""

    def visit(self, visits: Iterable[Visit]) -> Iterator[tuple[Request, Answer | AggregatorError]]:
        """Make the requests and give each answer, or why there is none, as it comes; order is not kept."""
        ...
