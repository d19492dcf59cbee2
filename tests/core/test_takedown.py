"""Whether a thing before us is one that was taken down."""

from aggregator.core.takedown import Block, BlockKind, ruling_on_text, ruling_on_url

URL = Block(BlockKind.URL, "//news.example/a", b"", 4)
TEXT = Block(BlockKind.TEXT, "abc", b"", 5)
LONG = frozenset(range(100))


def test_a_blocked_address_is_recognised_under_any_of_its_keys() -> None:
    ruling = ruling_on_url([URL], ["//other.example/", "//news.example/a"])
    assert ruling is not None
    assert ruling.takedown_id == 4
    assert "//news.example/a" in ruling.rule


def test_another_address_may_pass() -> None:
    assert ruling_on_url([URL], ["//news.example/ab", "//news.example/"]) is None
    assert ruling_on_url([], ["//news.example/a"]) is None


def test_a_text_block_does_not_forbid_an_address() -> None:
    assert ruling_on_url([TEXT], ["abc"]) is None


def test_the_same_text_is_recognised_by_its_hash_alone() -> None:
    ruling = ruling_on_text([(TEXT, frozenset())], "abc", frozenset())
    assert ruling is not None
    assert ruling.takedown_id == 5


def test_a_text_that_is_mostly_a_blocked_one_is_that_one() -> None:
    assert ruling_on_text([(TEXT, LONG)], "other", frozenset(range(45, 145))) is not None
    assert ruling_on_text([(TEXT, LONG)], "other", frozenset(range(46, 146))) is None


def test_an_excerpt_of_a_blocked_text_is_recognised() -> None:
    ruling = ruling_on_text([(TEXT, LONG)], "other", frozenset(range(20)))
    assert ruling is not None
    assert "100%" in ruling.rule


def test_an_empty_text_is_no_copy_of_anything() -> None:
    assert ruling_on_text([(TEXT, LONG)], "", frozenset()) is None
