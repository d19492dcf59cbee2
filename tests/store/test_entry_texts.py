"""What a feed carried for an entry comes back as it went in, within bounds."""

from datetime import timedelta

from sqlalchemy import update

from aggregator.store import entry_texts
from aggregator.store.session import Store
from aggregator.store.tables import entries
from tests.newsdesk import entry_of, feed_of, outlet
from tests.world import NOW


def test_texts_are_kept_replaced_and_removed_by_entry(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    one, two = (entry_of(store, feed, f"https://harbour-tribune.example/{name}").id for name in "ab")
    with store.writing() as session:
        entry_texts.put(session, {})
        entry_texts.put(session, {two: "Zwei\nÄpfel\x00 и", one: "一"})
        entry_texts.put(session, {one: "one", two: ""})
    with store.writing() as session:
        assert entry_texts.several(session, [one, two, 10**9]) == {one: "one", two: "Zwei\nÄpfel\x00 и"}
        assert entry_texts.several(session, []) == {}
        entry_texts.remove(session, [two, 10**9])
        assert entry_texts.several(session, [one, two]) == {one: "one"}


def test_a_text_is_cut_at_its_bound_and_may_be_no_unicode(store: Store) -> None:
    entry = entry_of(store, feed_of(store, outlet(store)), "https://harbour-tribune.example/a").id
    with store.writing() as session:
        entry_texts.put(session, {entry: "😀" * (entry_texts.MAX_CHARACTERS + 1)})
        assert entry_texts.several(session, [entry]) == {entry: "😀" * entry_texts.MAX_CHARACTERS}
        entry_texts.put(session, {entry: "a" * (entry_texts.MAX_CHARACTERS + 1)})
        assert len(entry_texts.several(session, [entry])[entry]) == entry_texts.MAX_CHARACTERS
        entry_texts.put(session, {entry: "half \ud800"})
        assert entry_texts.several(session, [entry]) == {entry: "half ?"}


def test_texts_of_old_entries_are_forgotten_some_at_a_time(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    told = [entry_of(store, feed, f"https://a.example/{number}").id for number in range(4)]
    with store.writing() as session:
        session.execute(update(entries).where(entries.c.id.in_(told[:3])).values(seen_at=NOW - timedelta(days=40)))
        entry_texts.put(session, dict.fromkeys(told, "a text"))
        assert entry_texts.forget(session, NOW - timedelta(days=30), limit=2) == 2
        assert sorted(entry_texts.several(session, told)) == told[2:]
        assert entry_texts.forget(session, NOW - timedelta(days=30)) == 1
        assert sorted(entry_texts.several(session, told)) == told[3:]
