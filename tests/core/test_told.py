"""What a feed told last, item by item."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core import told
from aggregator.core.feed import MAX_ITEMS, Told

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_an_item_is_known_by_its_bytes_but_not_by_the_space_around_it() -> None:
    assert told.item_hash("<item>ä</item>") == told.item_hash("\n <item>ä</item>\t\r\n".encode())
    assert told.item_hash("<item>a</item>") != told.item_hash("<item> a</item>")
    assert told.item_hash(b"") == told.item_hash(" ")
    assert isinstance(told.item_hash("half a pair \ud800"), int)


def test_a_hash_is_a_signed_number_of_64_bits_that_never_changes() -> None:
    assert told.item_hash("<item/>") == 2504386386504099327
    hashes = [told.item_hash(str(number)) for number in range(200)]
    assert all(-(2**63) <= each < 2**63 for each in hashes)
    assert min(hashes) < 0 < max(hashes)


@pytest.mark.parametrize(
    ("published", "at"),
    [
        (AT, 1795521600),
        (AT + timedelta(milliseconds=900), 1795521600),
        (datetime(1960, 1, 1, tzinfo=UTC), -315619200),
        (None, 0),
    ],
)
def test_an_item_is_remembered_with_its_date_in_seconds(published: datetime | None, at: int) -> None:
    assert told.told("<item/>", published) == Told(told.item_hash("<item/>"), at)


@pytest.mark.parametrize(
    "items", [(), (Told(0, 0),), (Told(-(2**63), 2**63 - 1), Told(2**63 - 1, -(2**63)), Told(5, 1795521600))]
)
def test_items_are_packed_in_sixteen_bytes_each_and_come_back(items: tuple[Told, ...]) -> None:
    packed = told.pack(items)
    assert len(packed) == 16 * len(items)
    assert told.unpack(packed) == items


def test_the_bytes_are_little_endian_whatever_the_machine() -> None:
    assert told.pack([Told(1, 258)]) == b"\x01" + bytes(7) + b"\x02\x01" + bytes(6)


def test_nothing_is_no_items() -> None:
    assert told.unpack(None) == told.unpack(b"") == ()


def test_no_more_than_two_thousand_items_are_kept_the_first() -> None:
    many = [Told(number, number) for number in range(MAX_ITEMS + 5)]
    assert told.unpack(told.pack(iter(many))) == tuple(many[:MAX_ITEMS])
