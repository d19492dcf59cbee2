"""The items of a feed as text: cut, known again by their bytes, remembered with their dates."""

from datetime import UTC, datetime

import pytest

from aggregator.adapters.feed_items import Items
from aggregator.core.entry import FeedEntry
from aggregator.core.feed import Told
from aggregator.core.told import item_hash

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECONDS = int(AT.timestamp())
HEAD, TAIL = "<rss><channel><title>Post</title>", "</channel></rss>"
ONE, TWO, THREE = (f"<item><title>{word}</title></item>" for word in ("One", "Two", "Three"))


def feed(*items: str, head: str = HEAD) -> str:
    return head + "".join(items) + TAIL


def entry(sent: int, published: datetime | None = AT) -> FeedEntry:
    return FeedEntry(guid="g", url="https://post.example/", published=published, sent=sent)


def test_of_a_feed_that_was_never_read_all_is_fresh_and_nothing_is_changed() -> None:
    text = feed(ONE, TWO)
    found = Items.of(text, "rss", {})
    assert (found.whole, found.text, found.head) == (text, text, HEAD)
    assert found.hashes == found.fresh == (item_hash(ONE), item_hash(TWO))


def test_items_that_are_known_are_cut_out_before_anything_is_parsed() -> None:
    text = feed(ONE, TWO, THREE)
    found = Items.of(text, "rss", {item_hash(TWO): SECONDS})
    assert found.whole == text
    assert found.text == feed(ONE, THREE)
    assert found.hashes == (item_hash(ONE), item_hash(TWO), item_hash(THREE))
    assert found.fresh == (item_hash(ONE), item_hash(THREE))


def test_of_a_feed_all_of_whose_items_are_known_the_head_is_left() -> None:
    found = Items.of(feed(ONE, TWO), "rss", {item_hash(ONE): 1, item_hash(TWO): 2})
    assert (found.text, found.fresh) == (feed(), ())


def test_what_is_known_but_told_no_more_changes_nothing() -> None:
    text = feed(ONE)
    assert Items.of(text, "rss", {item_hash(TWO): 1}).text == text


@pytest.mark.parametrize(
    ("text", "root", "items"),
    [
        ("<rss><channel><title>Post</title></channel></rss>", "rss", ()),
        ("", "rss", ()),
        (feed(f"{ONE}\n  ", TWO), "rss", (ONE, TWO)),
        (feed(f"{ONE}<!-- a note -->", TWO), "rss", (f"{ONE}<!-- a note -->", TWO)),
        (feed(ONE, ONE), "rss", (ONE, ONE)),
        (f"{HEAD}{ONE}<item><title>Tw", "rss", (ONE,)),
        ("<feed><title>P</title><entry><id>1</id></entry></feed>", "feed", ("<entry><id>1</id></entry>",)),
        ("<rdf:RDF><channel/><item><a/></item></rdf:RDF>", "rdf:RDF", ("<item><a/></item>",)),
        ("<a:feed><a:entry>1</a:entry></a:feed>", "a:feed", ("<a:entry>1</a:entry>",)),
    ],
)
def test_a_feed_is_cut_at_its_items_whatever_its_kind(text: str, root: str, items: tuple[str, ...]) -> None:
    assert Items.of(text, root, {}).hashes == tuple(item_hash(item) for item in items)


def test_an_item_that_was_cut_off_is_fresh_again_when_it_comes_whole() -> None:
    cut = Items.of(f"{HEAD}{ONE}<item><title>Tw", "rss", {})
    whole = Items.of(feed(ONE, TWO), "rss", dict.fromkeys(cut.hashes, 0))
    assert whole.fresh == (item_hash(TWO),)


def test_all_items_are_remembered_in_order_with_the_date_they_have_or_had() -> None:
    known = {item_hash(ONE): 111}
    found = Items.of(feed(TWO, ONE, THREE), "rss", known)
    assert found.told([entry(item_hash(TWO)), entry(item_hash(THREE), None)]) == (
        Told(item_hash(TWO), SECONDS),
        Told(item_hash(ONE), 111),
        Told(item_hash(THREE), 0),
    )


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("<skipHours><hour>0</hour><hour>23</hour></skipHours>", {0, 23}),
        ("<skipHours><hour>24</hour></skipHours>", {0}),
        ("<skipHours><hour>07</hour><hour> 8\n</hour></skipHours>", {7, 8}),
        ("<SKIPHOURS>\n<HOUR>5</HOUR></SKIPHOURS>", {5}),
        ("<skipHours x='y'><hour>5</hour><hour>5</hour></skipHours>", {5}),
        ("<skipHours><hour>25</hour><hour>-1</hour><hour>3.5</hour><hour>noon</hour></skipHours>", set()),
        ("<skipHours><hour>٣</hour><hour>007</hour></skipHours>", set()),
        ("<skipHours/>", set()),
        ("<skipHours><hour>5", set()),
        ("<hour>5</hour>", set()),
        ("<skipDays><hour>5</hour></skipDays>", set()),
        ("<skipHoursAndMore><hour>5</hour></skipHours>", set()),
        (f"<skipHours>{' ' * 2_001}<hour>5</hour></skipHours>", set()),
        ("", set()),
    ],
)
def test_hours_that_a_feed_wants_skipped_are_read(said: str, hours: set[int]) -> None:
    assert Items.of(feed(ONE, head=HEAD + said), "rss", {}).skipped("hour") == hours


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("<skipDays><day>Monday</day><day>sunday</day></skipDays>", {0, 6}),
        ("<skipDays><day> FRIDAY </day></skipDays>", {4}),
        ("<skipDays><day>Mon</day><day>1</day><day>Montag</day></skipDays>", set()),
        ("<skipHours><day>Monday</day></skipHours>", set()),
    ],
)
def test_days_that_a_feed_wants_skipped_are_read(said: str, days: set[int]) -> None:
    assert Items.of(feed(ONE, head=HEAD + said), "rss", {}).skipped("day") == days


def test_what_an_item_says_of_skipping_is_not_the_feeds_wish() -> None:
    inner = "<item><skipHours><hour>5</hour></skipHours></item>"
    assert Items.of(feed(inner), "rss", {}).skipped("hour") == frozenset()


def test_a_head_that_means_harm_is_read_and_says_nothing() -> None:
    for said in ("<skipHours>" * 5_000, "<skipHours " * 5_000, "<skipHours>" + "<hour>" * 20_000):
        assert Items.of(feed(ONE, head=HEAD + said), "rss", {}).skipped("hour") == frozenset()


@pytest.mark.timeout(10)
def test_a_whole_feed_full_of_opened_wishes_is_read_at_once() -> None:
    head = f"{HEAD}<!-- {'<skipHours>' * 900_000} -->"
    assert Items.of(feed(ONE, head=head), "rss", {}).skipped("hour") == frozenset()
