"""Which items are new: by id, by other names when ids change, and held when nearly all seem new at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.core import identity
from aggregator.core.entry import FeedEntry
from aggregator.core.identity import Item, Judged, Kind, Known, Name
from aggregator.core.url import host, key

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORDS = "<p>The ferry ran aground off Osterby at dawn and forty people were brought ashore in small boats.</p>"


def item(number: int = 1, **given: Any) -> Item:
    """Return an item that shares no name with those of other numbers, but for what is given."""
    url = str(given.pop("url", f"https://post.example/{number}"))
    entry = FeedEntry(
        guid=f"id-{number}",
        url=url,
        title=f"Headline {number}",
        summary=f"{WORDS} Number {number}.",
        published=NOW - number * HOUR,
        raw_date="a date",
    )
    return identity.item(replace(entry, **given), key(url), host(url))


def stored(*items: Item, says: bool = True) -> dict[int, Known]:
    """Return items as entries 101, 102 … under all of their names."""
    return {
        name: Known(entry_id, one.says if says else None)
        for entry_id, one in enumerate(items, 101)
        for name in one.names.values()
    }


def judged(
    items: list[Item],
    known: dict[int, Known],
    *,
    told: int = 0,
    newest: datetime | None = NOW - HOUR,
    second_look: bool = False,
) -> list[Judged]:
    return identity.judge(items, known, told=told or len(items), newest=newest, second_look=second_look)


def kinds(found: list[Judged]) -> list[Kind]:
    return [each.kind for each in found]


# Names


def test_a_hash_is_a_signed_number_of_64_bits_that_never_changes() -> None:
    assert identity.hashed("g", "id-1") == 3444284122241864122
    assert identity.hashed("ab", "c") != identity.hashed("a", "bc")
    assert all(-(2**63) <= identity.hashed(str(number)) < 2**63 for number in range(100))
    assert isinstance(identity.hashed("half a pair \ud800"), int)


def test_the_names_of_an_item_are_those_that_it_has() -> None:
    whole = item(guid="https://post.example/?p=1")
    assert set(whole.names) == set(Name)
    bare = item(title="", summary="", raw_date="")
    assert set(bare.names) == {Name.GUID, Name.URL}
    assert len(set(whole.names.values())) == len(Name)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://old.example/?p=7", "https://new.example/?p=7", True),
        ("HTTP://old.example:8080/a/7", "https://user@new.example/a/7", True),
        ("https://old.example/?p=7", "https://old.example/?p=8", False),
        ("tag:old.example,2026:7", "tag:new.example,2026:7", False),
        ("7", "7", False),
    ],
)
def test_a_guid_without_scheme_and_host_is_a_name_where_it_is_an_address(one: str, other: str, *, same: bool) -> None:
    names = [item(guid=guid).names.get(Name.PATH) for guid in (one, other)]
    assert (names[0] is not None and names[0] == names[1]) is same


@pytest.mark.parametrize("guid", ["https://post.example", "https://post.example/", "7", ""])
def test_a_guid_that_says_nothing_but_a_host_has_no_such_name(guid: str) -> None:
    assert Name.PATH not in item(guid=guid).names


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ({"title": "  HEADLINE\n1 "}, True),
        ({"title": "Headline one"}, False),
        ({"published": NOW}, False),
        ({"raw_date": "the same date in other words"}, True),
    ],
)
def test_a_headline_names_with_its_date_whatever_its_case(given: dict[str, Any], *, same: bool) -> None:
    assert (item(**given).names[Name.TITLE] == item().names[Name.TITLE]) is same


def test_a_headline_without_a_date_is_no_name_and_an_absurd_date_names_by_its_words() -> None:
    assert Name.TITLE not in item(published=None, raw_date="").names
    absurd = [item(published=None, raw_date=words).names[Name.TITLE] for words in ("yesterday", "yesterday", "today")]
    assert absurd[0] == absurd[1] != absurd[2]


def test_words_name_an_item_when_they_are_enough_whatever_their_markup() -> None:
    length = identity.MIN_WORDS
    assert Name.WORDS in item(summary="w" * length).names
    assert Name.WORDS not in item(summary="w" * (length - 1)).names
    assert Name.WORDS not in item(summary=f"<p title='{'w' * length}'>w</p>").names, "markup is not counted"
    assert item(title="x").names[Name.WORDS] != item(title="y").names[Name.WORDS], "headline and words are one name"
    marked = item(summary=WORDS, content=WORDS.replace("ferry", "<b>FERRY</b>\n"))
    assert marked.names[Name.WORDS] == item(summary="", content=WORDS).names[Name.WORDS]


@pytest.mark.parametrize(
    ("given", "edited"),
    [
        ({}, False),
        ({"title": "Another headline"}, True),
        ({"summary": WORDS + " More."}, True),
        ({"url": "https://post.example/other"}, True),
        ({"url": "http://www.post.example/1?utm_source=rss"}, False),
        ({"published": NOW}, False),
        ({"author": "Ada"}, False),
    ],
)
def test_what_an_item_says_is_its_headline_words_and_address(given: dict[str, Any], *, edited: bool) -> None:
    assert (item(**given).says != item().says) is edited


# Judging by the id


def test_what_is_told_under_a_known_id_is_known_and_what_says_otherwise_is_edited() -> None:
    known = stored(item(1), item(2))
    found = judged([item(1), item(2, title="Corrected")], known)
    assert [(each.kind, each.entry_id, each.by) for each in found] == [
        (Kind.KNOWN, 101, Name.GUID),
        (Kind.EDITED, 102, Name.GUID),
    ]


def test_an_entry_of_which_nobody_kept_what_it_said_is_not_edited() -> None:
    assert kinds(judged([item(1, title="Corrected")], stored(item(1), says=False))) == [Kind.KNOWN]


def test_all_of_a_feed_that_never_told_anything_is_new() -> None:
    assert kinds(judged([item(number) for number in range(9)], {}, newest=None)) == [Kind.NEW] * 9


def test_judgements_come_in_the_order_of_the_items() -> None:
    items = [item(number) for number in (3, 1, 2)]
    assert [each.item for each in judged(items, stored(item(1)))] == items


# Other names, while all is calm


@pytest.mark.parametrize(
    ("before", "now", "kind", "by"),
    [
        ({"guid": "http://a.example/?p=1"}, {"guid": "https://b.example/?p=1"}, Kind.RENAMED, Name.PATH),
        ({}, {"guid": "new"}, Kind.RENAMED, Name.URL),
        ({}, {"guid": "new", "summary": "Rewritten."}, Kind.RENAMED, Name.URL),
        ({}, {"guid": "new", "published": NOW}, Kind.RENAMED, Name.URL),
        ({}, {"guid": "new", "title": "Another"}, Kind.NEW, None),
        ({}, {"guid": "new", "title": "Another", "summary": "Rewritten."}, Kind.NEW, None),
        ({}, {"guid": "new", "url": "https://post.example/elsewhere"}, Kind.NEW, None),
    ],
)
def test_a_new_id_is_an_old_item_when_only_its_host_changed_or_two_names_agree(
    before: dict[str, Any], now: dict[str, Any], kind: Kind, by: Name | None
) -> None:
    calm = [item(number) for number in range(2, 6)]
    known = stored(item(1, **before), *calm)
    found = judged([item(1, **now), *calm], known)[0]
    assert (found.kind, found.entry_id, found.by) == (kind, 101 if by else None, by)


def test_a_name_that_several_items_bear_tells_nothing() -> None:
    calm = [item(number) for number in range(3, 9)]
    page = "https://post.example/live"
    known = stored(item(1, url=page), *calm)
    twins = [item(1, guid="new", url=page), item(2, guid="newer", url=page)]
    assert kinds(judged([*twins, *calm], known)[:2]) == [Kind.NEW, Kind.NEW]
    assert kinds(judged([twins[0], *calm], known)[:1]) == [Kind.RENAMED]


def test_names_that_lead_to_different_entries_do_not_agree() -> None:
    calm = [item(number) for number in range(3, 9)]
    known = stored(item(1), item(2), *calm)
    mixed = item(2, guid="new", url="https://post.example/1")
    assert kinds(judged([mixed, *calm], known)[:1]) == [Kind.NEW]


def test_an_entry_that_another_item_is_already_is_nobody_elses() -> None:
    calm = [item(number) for number in range(3, 9)]
    old = item(1, guid="https://old.example/?p=1")
    known = stored(old, *calm)
    earlier = item(2, guid="earlier")  # names that the same entry has borne as well
    known |= dict.fromkeys(earlier.names.values(), known[old.names[Name.GUID]])
    under_them = item(2, guid="later")
    moved = item(1, guid="https://new.example/?p=1")
    assert kinds(judged([under_them, *calm], known)[:1]) == [Kind.RENAMED]
    assert kinds(judged([old, under_them, *calm], known)[:2]) == [Kind.KNOWN, Kind.NEW], "it is told under its own id"
    assert kinds(judged([under_them, old, *calm], known)[:2]) == [Kind.NEW, Kind.KNOWN]
    assert kinds(judged([moved, under_them, *calm], known)[:2]) == [Kind.RENAMED, Kind.NEW], "the first has it"


# Storms


def test_in_a_storm_one_name_of_any_kind_is_enough() -> None:
    known = stored(*(item(number) for number in range(1, 5)))
    told = [
        item(1, guid="a", title="x", summary="x"),
        item(2, guid="b", url="https://new.example/b", summary="x"),
        item(3, guid="c", url="https://new.example/c", published=NOW - 99 * HOUR),
        item(4, guid="d", url="https://new.example/d", title="x", summary="x"),
    ]
    found = judged(told, known)
    assert [(each.kind, each.entry_id, each.by) for each in found] == [
        (Kind.RENAMED, 101, Name.URL),
        (Kind.RENAMED, 102, Name.TITLE),
        (Kind.RENAMED, 103, Name.WORDS),
        (Kind.HELD, None, None),
    ]


def test_names_are_trusted_in_their_order() -> None:
    known = stored(*(item(number) for number in range(1, 5)))
    mixed = identity.item(
        replace(item(2).entry, guid="new", summary=item(3).entry.summary), key("https://post.example/1"), "post.example"
    )
    others = [item(number, guid=f"new {number}", url=f"https://new.example/{number}") for number in (6, 7, 8)]
    assert (judged([mixed, *others], known)[0].by, judged([mixed, *others], known)[0].entry_id) == (Name.URL, 101)


@pytest.mark.parametrize(
    ("told", "unknown", "storm"),
    [(4, 3, True), (4, 2, False), (3, 3, False), (10, 5, False), (10, 6, True), (100, 6, False)],
)
def test_a_storm_is_more_than_half_of_four_or_more(told: int, unknown: int, *, storm: bool) -> None:
    old = [item(number) for number in range(2, 2 + min(told, 10) - unknown)]
    new = [item(number) for number in range(50, 50 + unknown)]
    found = kinds(judged([*new, *old], stored(*old), told=told))
    assert found[:unknown] == [Kind.HELD if storm else Kind.NEW] * unknown


def test_what_a_feed_told_in_the_same_bytes_counts_as_known() -> None:
    new = [item(number) for number in range(50, 54)]
    assert kinds(judged(new, {}, told=8)) == [Kind.NEW] * 4, "of eight, four were not even read again"
    assert kinds(judged(new, {}, told=7)) == [Kind.HELD] * 4


@pytest.mark.parametrize(
    ("published", "kind"),
    [
        (NOW, Kind.NEW),
        (NOW - HOUR + timedelta(seconds=1), Kind.NEW),
        (NOW - HOUR, Kind.HELD),
        (NOW - 9 * HOUR, Kind.HELD),
        (None, Kind.HELD),
    ],
)
def test_in_a_storm_what_is_younger_than_all_that_was_told_is_news_and_the_rest_is_held(
    published: datetime | None, kind: Kind
) -> None:
    storm = [item(number) for number in range(50, 54)]
    found = judged([item(99, published=published), *storm], stored(item(1)))
    assert (found[0].kind, found[0].entry_id) == (kind, None)


def test_what_was_held_is_believed_when_it_is_told_again() -> None:
    storm = [item(number) for number in range(50, 54)]
    assert kinds(judged(storm, stored(item(1)))) == [Kind.HELD] * 4
    assert kinds(judged(storm, stored(item(1)), second_look=True)) == [Kind.NEW] * 4


def test_a_feed_that_gives_all_its_items_new_ids_tells_nothing_new() -> None:
    before = [item(number) for number in range(20)]
    after = [item(number, guid=f"urn:new:{number}") for number in range(20)]
    found = judged(after, stored(*before))
    assert kinds(found) == [Kind.RENAMED] * 20
    assert [each.entry_id for each in found] == list(range(101, 121))


def test_a_feed_whose_items_all_have_one_address_is_not_taken_for_one_item() -> None:
    page = "https://post.example/notices"
    before = [item(number, url=page) for number in range(6)]
    after = [item(number, url=page) for number in range(10, 16)]
    assert kinds(judged(after, stored(*before))) == [Kind.HELD] * 6
    assert kinds(judged(after, stored(*before), second_look=True)) == [Kind.NEW] * 6
