"""What a feed carried for an entry comes back as it went in, within bounds."""

from aggregator.store import entry_texts
from aggregator.store.session import Store
from tests.newsdesk import entry_of, feed_of, outlet


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
