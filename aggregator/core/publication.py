"""A publication is what goes out: one article in the form that its rights allow, with its credit."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aggregator.core.article import Article, ArticleState
from aggregator.core.rights import Form
from aggregator.core.takedown import Ruling

GONE_AT_HOME = "withdrawn by its publisher"  # so begins the reason of a tombstone that no takedown made


@dataclass(frozen=True, slots=True)
class Credit:
    """An outlet and its own address of the text."""

    name: str
    url: str
    article_url: str
    published: datetime | None = None
    slug: str = ""


class PublicationState(StrEnum):
    """Whether a publication stands, was withdrawn, or goes on under another article's name."""

    LIVE = "live"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Publication:
    """What goes out for one canonical article.

    `url` is the original; `html` and `text` hold the excerpt or the whole text, clean; `rules` say why so much of it
    may be shown; `also` are the other outlets that ran the same text. `withdrawn` and `reason` are set on a tombstone,
    whose words are empty; `moved_to` is the key of the article that took its place.
    """

    key: str
    state: PublicationState
    title: str
    url: str
    source: Credit
    authors: tuple[str, ...]
    language: str
    form: Form
    html: str
    text: str
    attribution: str
    attribution_html: str
    disclaimer: str
    rights: str
    licence_url: str
    published: datetime
    updated: datetime
    also: tuple[Credit, ...] = field(default=())
    image: str = ""
    story_key: str = ""
    rules: tuple[str, ...] = field(default=())
    withdrawn: datetime | None = None
    reason: str = ""
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """What is published together: all of it, one source, one language; `site_url` ends without a slash."""

    slug: str
    title: str
    description: str
    site_url: str
    language: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a channel's feed (RFC 5005 section 3): its publications, newest first, and its neighbours."""

    channel: Channel
    publications: tuple[Publication, ...]
    self_url: str
    html_url: str
    updated: datetime
    first_url: str = ""
    next_url: str = ""
    previous_url: str = ""


def withheld(article: Article, ruling: Ruling | None) -> str:
    """Return why nothing of an article may go out; '' when it may.

    What a publisher has withdrawn at home is not shown here either.
    """
    if ruling:
        return ruling.rule
    if article.state is ArticleState.REMOVED:
        return "taken down"
    if article.gone_at:
        return f"{GONE_AT_HOME} ({article.gone_at:%Y-%m-%d})"
    return ""
