"""Which feeds a page names: in its head, in its links, and where they usually are when it names none."""

from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from aggregator.adapters import html_tree
from aggregator.core import discovery
from aggregator.core.discovery import Candidate, guesses, sitemaps

__all__ = ["candidates", "guesses", "sitemaps"]

MAX_LINKS = 5_000  # that are looked at


def candidates(body: bytes, *, url: str, charset: str) -> list[Candidate]:
    """Return the feeds that a page (at most 5 MiB) at `url` names, best first, at most 50, each once.

    Relative addresses start from the page's <base href>. Pages in the clothes of AMP or of print are no candidates,
    nor is a link to another site unless the page's head names it, or its host is one that gives feeds.
    Raises Unreadable where the page cannot be parsed.
    """
    tree = html_tree.parse(body, charset)
    base = _base(tree, url)
    links = islice(tree.iter("link", "a", "area"), MAX_LINKS)
    return discovery.ranked(one for link in links for one in _named(link, base, url))


def _base(tree: HtmlElement, url: str) -> str:
    """Return the address that relative ones start from: the first <base href> (HTML standard, 4.2.3), or the page's."""
    for element in tree.iter("base"):
        if href := element.get("href"):
            return discovery.absolute(url, href) or url
    return url


def _named(link: HtmlElement, base: str, page: str) -> Iterator[Candidate]:
    """Yield the candidate that a link names, if it does."""
    url = discovery.absolute(base, link.get("href") or "")
    if not url or discovery.is_no_feed(url) or url == page:
        return
    media_type = (link.get("type") or "").partition(";")[0].strip().lower()
    relations = set((link.get("rel") or "").lower().split())
    found = _in_head(relations, media_type, url) if link.tag == "link" else _in_text(relations, media_type, url, page)
    if found:
        worth, why = found
        title = " ".join((link.get("title") or str(link.text_content())).split())[: discovery.MAX_TITLE]
        points = discovery.score(worth, url, title, page)
        yield Candidate(url, title, discovery.format_of(media_type, url), points, why)


def _in_head(relations: set[str], media_type: str, url: str) -> tuple[int, str] | None:
    """Return what a <link> is worth and why, or None when it names no feed."""
    kind = discovery.format_of(media_type, url)
    if "feed" in relations:
        return discovery.MARKED, "link rel=feed"
    if "alternate" in relations and "stylesheet" not in relations and discovery.is_feed_type(media_type):
        if media_type in discovery.XML and not kind:
            return discovery.LOOKS, f"link rel=alternate of type {media_type}"
        lower = discovery.PLAIN_JSON if media_type == "application/json" else 0
        return discovery.LINKED + lower, f"link rel=alternate of type {media_type}"
    if "sitemap" in relations:
        return discovery.SITEMAP, "link rel=sitemap"
    if "outline" in relations and kind == "opml":
        return discovery.SITEMAP, "link rel=outline"
    return None


def _in_text(relations: set[str], media_type: str, url: str, page: str) -> tuple[int, str] | None:
    """Return what an <a> is worth and why, or None when it names no feed."""
    if not discovery.is_near(url, page):
        return None
    if "feed" in relations:
        return discovery.MARKED, "a rel=feed"
    if media_type in discovery.TYPES and media_type != "application/json":
        return discovery.TYPED, f"a of type {media_type}"
    if discovery.is_sitemap(url):
        return discovery.SITEMAP, "a whose address is that of a sitemap"
    return (discovery.LOOKS, "a whose address looks like a feed") if discovery.looks_like_feed(url) else None
