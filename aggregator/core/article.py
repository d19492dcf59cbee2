"""An article is what we read out of a page: headline, byline, dates, language and text."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Hints:
    """What the feed said of the article behind an address; empty where it said nothing.

    `body` is the full text that the feed carries, plain, one paragraph a line.
    """

    title: str = ""
    summary: str = ""
    author: str = ""
    published: datetime | None = None
    language: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was read out of a page, before anything is decided about it.

    `text` is plain, one paragraph a line; `html` is clean (headings, lists, quotes, tables, absolute links).
    `published` and `modified` are in UTC or None. `origins` says where each field came from, e.g. title=ld+json.
    `canonical_url` is what the page says of itself, absolute, or ''. `paywalled` is the page's own word
    (schema.org isAccessibleForFree). `robots` are the page's robots meta words, lower case. `organisations` are authors
    that are no persons. `amp_url` is the page's AMP form, `next_urls` are the other parts of an article that is split,
    in order, absolute. `agreement` is the share (0 to 1) of the text that a second witness (the page's own word to
    machines, the feed, another extractor) has too; None without a witness.
    """

    title: str
    authors: tuple[str, ...]
    published: datetime | None
    modified: datetime | None
    language: str
    text: str
    html: str
    description: str = ""
    image: str = ""
    site_name: str = ""
    canonical_url: str = ""
    licence_url: str = ""
    paywalled: bool = False
    robots: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    section: str = ""
    page_type: str = ""
    links: int = 0
    organisations: tuple[str, ...] = ()
    image_credit: str = ""
    amp_url: str = ""
    next_urls: tuple[str, ...] = ()
    agreement: float | None = None
    origins: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Sketch:
    """What of a text is compared with others; hashes are signed 64-bit so that both databases hold them.

    `shingles` are hashes of word 4-grams (character 8-grams where words have no spaces), `sample` the few of them that
    are indexed, `numbers` and `names` the guards against templates; `spaced` says which kind of shingle it is.
    """

    shingles: frozenset[int]
    sample: tuple[int, ...]
    numbers: frozenset[str]
    names: frozenset[str]
    spaced: bool = True


class ArticleState(StrEnum):
    """Whether an article stands or has been taken down."""

    LIVE = "live"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Article:
    """A stored article; `root_id` is the canonical one of its group of copies, itself when it is that one.

    `key` is its public name, made from `url_key` alone, so that the same address always gives the same name.
    `effective_at` is the time it is ordered by: the claimed one, never later than `first_seen`.
    Its page was last looked at `checked_at`, `checks` times in a row without a change, and will be at `check_at` (None:
    not any more). `gone_at` is since when its publisher says that it is withdrawn; None while it stands or may stand.
    `origins` and `agreement` are those of its Extraction.
    """

    id: int
    key: str
    url: str
    url_key: str
    source_id: int
    entry_id: int
    page_id: int | None
    title: str
    authors: tuple[str, ...]
    language: str
    published: datetime | None
    modified: datetime | None
    effective_at: datetime
    first_seen: datetime
    image: str
    text_hash: str
    words: int
    state: ArticleState
    root_id: int
    root_reason: str
    story_id: int | None
    version: int
    paywalled: bool
    licence_url: str
    canonical_url: str
    credit: str
    checked_at: datetime | None = None
    check_at: datetime | None = None
    checks: int = 0
    gone_at: datetime | None = None
    organisations: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    image_credit: str = ""
    amp_url: str = ""
    origins: tuple[tuple[str, str], ...] = ()
    agreement: float | None = None

    @property
    def byline(self) -> tuple[str, ...]:
        """Who is named as having written it: persons, or where there are none, organisations."""
        return self.authors or self.organisations


def key_of(url_key: str) -> str:
    """Return the public name of the article at `url_key`: 13 characters of base 32, lower case."""
    digest = hashlib.blake2b(url_key.encode(), digest_size=8).digest()
    return base64.b32encode(digest).decode().rstrip("=").lower()


def text_hash(text: str) -> str:
    """Return the name of a text, blind to case and white space: 32 hex digits, '' for an empty one."""
    folded = " ".join(text.casefold().split())
    return hashlib.blake2b(folded.encode(), digest_size=16).hexdigest() if folded else ""


def effective(claimed: datetime | None, first_seen: datetime) -> datetime:
    """Return the time to order by: what was claimed, but never later than we saw it."""
    return min(claimed, first_seen) if claimed else first_seen
