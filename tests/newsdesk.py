"""Builders: sources, feeds, entries and articles in a store, with everything that does not matter left out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.core import identity
from aggregator.core.article import text_hash
from aggregator.core.entry import Entry, EntryStatus, FeedEntry
from aggregator.core.feed import Feed
from aggregator.core.page import Answer
from aggregator.core.sketch import sketch
from aggregator.core.source import Show, Source, SourceSpec, slug
from aggregator.core.url import host, key
from aggregator.store import article_groups, articles, entries, entry_queue, feeds, pages, sightings, sketches, sources
from aggregator.store.articles import NewArticle
from aggregator.store.entries import NewEntry
from aggregator.store.entry_queue import Settled
from aggregator.store.session import Session, Store
from aggregator.store.sightings import NewSighting
from tests.world import NOW


def outlet(store: Store, name: str = "Harbour Tribune", **given: object) -> Source:
    """Store a source."""
    spec = replace(SourceSpec(name, slug(name), f"https://{slug(name)}.example/"), **given)  # type: ignore[arg-type]
    with store.writing() as session:
        return sources.save(session, spec, NOW)


def licensed(store: Store, name: str = "Open Gazette") -> Source:
    """Store a source whose texts may be shown in full."""
    terms = "https://creativecommons.org/licenses/by/4.0/"
    return outlet(store, name, show=Show.FULL, licence="CC-BY-4.0", licence_url=terms, licence_stated_at=terms)


def feed_of(store: Store, source: Source, url: str = "", now: datetime = NOW) -> Feed:
    """Store a feed of a source, due at `now`."""
    address = url or f"https://{source.slug}.example/feed.xml"
    with store.writing() as session:
        return feeds.add(session, source.id, address, host(address), now)


def told(url: str, title: str = "A headline", **given: object) -> FeedEntry:
    """Return an item as a feed tells it."""
    return replace(FeedEntry(guid=url, url=url, title=title), **given)  # type: ignore[arg-type]


def new_entry(feed: Feed, item: FeedEntry) -> NewEntry:
    """Return an item of a feed as it is stored."""
    return NewEntry(feed.id, feed.source_id, identity.item(item, key(item.url), host(item.url)), NOW)


def entry_of(store: Store, feed: Feed, url: str, title: str = "A headline", **given: object) -> Entry:
    """Store an entry of a feed."""
    with store.writing() as session:
        new = new_entry(feed, told(url, title, **given))
        entry = entries.get(session, entries.add_new(session, [new])[new])
        assert entry is not None
        return entry


def article_of(
    store: Store, feed: Feed, url: str, paragraphs: tuple[str, ...], *, title: str = "A headline", **given: object
) -> int:
    """Store an entry with its page and article, waiting to be gathered; returns the article's id."""
    entry = entry_of(store, feed, url, title)
    with store.writing() as session:
        return _article(session, entry, "\n".join(paragraphs), title, given)


def _article(session: Session, entry: Entry, text: str, title: str, given: dict[str, object]) -> int:
    answer = Answer(entry.url, 200, {"content-type": "text/html"}, text.encode(), NOW)
    page_of = pages.add(session, [(entry.id, entry.url, answer, text_hash(text) * 2)])
    new = NewArticle(
        url=entry.url,
        url_key=key(entry.url),
        source_id=entry.source_id,
        entry_id=entry.id,
        page_id=page_of[entry.id],
        title=title,
        authors=(),
        language="en",
        published=NOW - timedelta(hours=2),
        modified=None,
        effective_at=NOW - timedelta(hours=2),
        first_seen=NOW,
        image="",
        text=text,
        html=f"<p>{text}</p>",
        text_hash=text_hash(text),
        words=len(text.split()),
        paywalled=False,
        licence_url="",
        canonical_url="",
        credit="",
        extractor="test",
    )
    new = replace(new, **given)  # type: ignore[arg-type]
    article_id = articles.add(session, [new])[entry.id]
    sketches.add(session, {article_id: (sketch(title, text, "en"), NOW)})
    seen = NewSighting(article_id, entry.source_id, entry.id, entry.url, NOW, new.published)
    sightings.add(session, [seen])
    settled = Settled(entry.id, EntryStatus.EXTRACTED, NOW, page_id=page_of[entry.id], article_id=article_id)
    entry_queue.settle(session, [settled])
    return article_id


def regroup(session: Session, ids: Sequence[int], root_id: int, reason: str) -> None:
    """Put articles under one canonical article."""
    found = articles.several(session, ids).values()
    article_groups.put(session, [replace(each, root_id=root_id, root_reason=reason) for each in found])


def set_story(session: Session, ids: Sequence[int], story_id: int | None) -> None:
    """Put articles into a story."""
    found = articles.several(session, ids).values()
    article_groups.put(session, [replace(each, story_id=story_id) for each in found])
