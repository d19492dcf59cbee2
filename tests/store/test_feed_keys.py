"""The names of entries: each feed knows its own, the first to bear a name keeps it."""

from dataclasses import replace

from aggregator.core import identity
from aggregator.core.entry import Entry, FeedEntry
from aggregator.core.feed import Feed
from aggregator.core.identity import Item, Known, Name
from aggregator.core.url import host, key
from aggregator.store import feed_keys
from aggregator.store.session import Store
from tests.newsdesk import entry_of, feed_of, outlet
from tests.world import NOW


def item(number: int = 1, **given: object) -> Item:
    entry = FeedEntry(f"https://post.example/?p={number}", f"https://post.example/{number}", f"Headline {number}")
    entry = replace(entry, summary="w" * 90 + str(number), published=NOW, raw_date="now", **given)  # type: ignore[arg-type]
    return identity.item(entry, key(entry.url), host(entry.url))


def stored(store: Store, feed: Feed, one: Item) -> Entry:
    """Store an entry with all of its names."""
    told = one.entry
    entry = entry_of(store, feed, told.url, told.title, guid=told.guid, summary=told.summary)
    with store.writing() as session:
        feed_keys.add(session, [(feed.id, entry.id, one)])
    return entry


def test_an_entry_is_known_under_each_of_its_names_with_what_it_said(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    one = item()
    entry = stored(store, feed, one)
    assert len(one.names) == len(Name)
    with store.reading() as session:
        found = feed_keys.known(session, [(feed.id, [one])])
    assert found == {feed.id: dict.fromkeys(one.names.values(), Known(entry.id, one.says))}


def test_one_common_name_is_enough_and_strangers_are_not_known(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    entry = stored(store, feed, item())
    other = item(2, title=item().entry.title)
    with store.reading() as session:
        found = feed_keys.known(session, [(feed.id, [other, item(3)])])[feed.id]
    assert {name: each.entry_id for name, each in found.items()} == {other.names[Name.TITLE]: entry.id}


def test_each_feed_knows_what_it_told_itself(store: Store) -> None:
    source = outlet(store)
    one, two = feed_of(store, source, "https://a.example/f"), feed_of(store, source, "https://b.example/f")
    mine, theirs = stored(store, one, item()), stored(store, two, item())
    with store.reading() as session:
        found = feed_keys.known(session, [(one.id, [item()]), (two.id, [item()]), (99, [item()])])
        alone = feed_keys.known(session, [(one.id, [item()])])
        assert feed_keys.known(session, []) == {}
        assert feed_keys.known(session, [(one.id, [])]) == {one.id: {}}
    ids = {feed_id: {each.entry_id for each in names.values()} for feed_id, names in found.items()}
    assert alone == {one.id: found[one.id]}
    assert ids == {one.id: {mine.id}, two.id: {theirs.id}, 99: set()}


def test_a_name_stays_with_the_entry_that_bore_it_first(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    first = stored(store, feed, item())
    twin = item(2, title=item().entry.title)
    second = stored(store, feed, twin)
    with store.reading() as session:
        found = feed_keys.known(session, [(feed.id, [twin])])[feed.id]
    assert found[twin.names[Name.TITLE]].entry_id == first.id
    assert found[twin.names[Name.GUID]].entry_id == second.id


def test_an_entry_gains_names_and_keeps_those_it_had(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    entry = stored(store, feed, item())
    renamed = item(title="Another headline", guid="new")
    with store.writing() as session:
        feed_keys.add(session, [(feed.id, entry.id, renamed)])
        feed_keys.add(session, [])
        for one in (item(), renamed):
            found = feed_keys.known(session, [(feed.id, [one])])[feed.id]
            assert {each.entry_id for each in found.values()} == {entry.id}
            assert set(found) == set(one.names.values())


def test_names_are_asked_for_in_parts_when_they_are_many(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    items = [item(number) for number in range(8)]
    ids = [stored(store, feed, each).id for each in items]
    many = [item(number) for number in range(feed_keys.CHUNK // 4)]
    with store.reading() as session:
        found = feed_keys.known(session, [(feed.id, [*many[8:], *items])])[feed.id]
    assert [found[each.names[Name.GUID]].entry_id for each in items] == ids
    assert len(found) == len(items) * len(Name)
