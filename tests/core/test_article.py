"""Names and times of articles."""

from datetime import UTC, datetime, timedelta

from aggregator.core.article import effective, key_of, text_hash

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_the_public_name_follows_from_the_address_alone() -> None:
    assert key_of("//a.example/1") == key_of("//a.example/1")
    assert key_of("//a.example/1") != key_of("//a.example/2")
    assert key_of("//a.example/1").isalnum()
    assert len(key_of("//a.example/1")) == 13


def test_the_name_of_a_text_is_blind_to_case_and_white_space() -> None:
    assert text_hash("A  b\nC") == text_hash("a B c")
    assert text_hash("a b c") != text_hash("a b d")
    assert text_hash("  ") == ""


def test_no_article_is_ordered_by_a_time_later_than_we_saw_it() -> None:
    assert effective(NOW + timedelta(days=1), NOW) == NOW
    assert effective(NOW - timedelta(days=1), NOW) == NOW - timedelta(days=1)
    assert effective(None, NOW) == NOW
