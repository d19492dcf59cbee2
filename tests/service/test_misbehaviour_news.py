"""What polls make of items that change their names, their words, their order, or come in storms."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from aggregator.core.entry import EntryStatus
from aggregator.core.outcome import Word
from aggregator.devtools.misbehaving.server import Server
from aggregator.store.session import Store
from tests.adapters import misbehaving as plain
from tests.service.misbehaviour_desk import Desk
from tests.service.misbehaviour_rows import DAY, HOUR, SAME
from tests.world import NOW, Item, rss

POLLED, UNCHANGED = Word.POLLED, Word.UNCHANGED


@pytest.mark.parametrize("path", ["guid-rewrite", "guid-random", "tracking-links"])
def test_old_items_under_new_names_are_the_entries_they_were(server: Server, store: Store, path: str) -> None:
    desk = Desk(store, server.port, server.site.now)
    feed = desk.follow(server.url(path))
    desk.poll(feed)
    before = {entry.id: entry.title for entry in desk.entries()}
    for _ in range(3):
        again = desk.poll(feed, 6 * HOUR)
        assert (again.new, again.outcome.follows, again.feed.storm_at) == (0, (), None)
    assert {entry.id: entry.title for entry in desk.entries()} == before, "and so there is no second article"


def test_a_corrected_headline_is_an_edit_of_the_entry(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("edited-title"))
    desk.poll(feed)
    before = {entry.id: entry.title for entry in desk.entries()}
    again = desk.poll(feed, HOUR)
    assert again.reason == "0 new of 8 entries; 1 edited"
    changed = {entry.id: entry.title for entry in desk.entries() if entry.title != before[entry.id]}
    assert list(changed.values()) == [f"Correction: {before[each]}" for each in changed]
    assert len(changed) == 1


@pytest.mark.parametrize(("path", "left"), [("withdrawn-item", 7), ("emptied", 8)])
def test_what_a_feed_no_longer_tells_stays_and_is_not_new_when_it_comes_back(
    server: Server, desk: Desk, path: str, left: int
) -> None:
    feed = desk.follow(server.url(path))
    desk.poll(feed)
    before = desk.entries()
    gone = desk.poll(feed, HOUR)
    assert (gone.word, gone.new, len(gone.feed.told)) == (POLLED, 0, left)
    server.reset(f"/{path}")
    back = desk.poll(feed, HOUR)
    assert (back.word, back.new, len(back.feed.told)) == (POLLED, 0, 8)
    assert desk.entries() == before
    assert {entry.status for entry in before} == {EntryStatus.DUE}


def test_dates_that_are_those_of_the_request_do_not_make_items_younger(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("dates-bumped"))
    desk.poll(feed)
    before = desk.entries()
    for _ in range(2000):  # within one second the server's answers are the same
        again = desk.poll(feed, timedelta(seconds=1))
        if again.reason != SAME:
            break
    assert (again.word, again.new) == (POLLED, 0)
    assert [(entry.id, entry.published) for entry in desk.entries()] == [(each.id, each.published) for each in before]


def _items(first: int, count: int, newest: timedelta) -> list[Item]:
    """Return items that have nothing in common with those of other numbers, the first one the newest."""
    return [
        Item(
            f"https://courier.example/{number}",
            f"Headline {number}",
            f"Words that no other item has, since they end in a number of their own, which is {number}.",
            NOW - newest - place * HOUR,
        )
        for place, number in enumerate(range(first, first + count))
    ]


def _undated(first: int, count: int, mark: str = "") -> bytes:
    items = "".join(
        f"<item><title>Headline {n}</title><link>https://courier.example/{n}</link><guid>{mark}{n}</guid></item>"
        for n in range(first, first + count)
    )
    return f"{rss().partition('</channel>')[0]}{items}</channel></rss>".encode()


@pytest.fixture
def paths() -> dict[str, plain.Behave]:
    """Give what the plain server does at each path."""
    return {}


@pytest.fixture
def other(paths: dict[str, plain.Behave], sqlite: Store) -> Iterator[tuple[Desk, int]]:
    """Give a desk and a feed of a plain server, which tells what the test says."""
    with plain.serving(paths) as server:
        desk = Desk(sqlite, server.port, NOW)
        yield desk, desk.follow(server.url("/feed.xml"))


def test_a_feed_that_is_rewound_brings_nothing_back(other: tuple[Desk, int], paths: dict[str, plain.Behave]) -> None:
    desk, feed = other
    newest, oldest = _items(0, 8, HOUR), _items(8, 8, 9 * HOUR)
    polls = []
    for told in (newest, oldest, newest, oldest, newest):
        paths["/feed.xml"] = plain.says(body=rss(*told).encode())
        polls.append(desk.poll(feed, 4 * HOUR))
    assert [each.new for each in polls] == [8, 0, 0, 0, 0]
    assert "8 held until told again" in polls[1].reason
    assert desk.titles() == [f"Headline {number}" for number in range(8)]


def test_a_rewound_feed_whose_items_share_their_words_leaves_the_entries_as_they_were(
    server: Server, desk: Desk
) -> None:
    feed = desk.follow(server.url("rewind"))
    desk.poll(feed)
    before = desk.titles()
    assert desk.poll(feed, 4 * HOUR).new == 0
    assert desk.titles() == before


def test_a_storm_of_younger_items_is_news(other: tuple[Desk, int], paths: dict[str, plain.Behave]) -> None:
    desk, feed = other
    paths["/feed.xml"] = plain.says(body=rss(*_items(0, 8, 9 * HOUR)).encode())
    desk.poll(feed)
    paths["/feed.xml"] = plain.says(body=rss(*_items(8, 8, HOUR)).encode())
    storm = desk.poll(feed, HOUR)
    assert (storm.new, storm.reason, storm.feed.storm_at) == (8, "8 new of 8 entries", None)


@pytest.mark.parametrize("dated", [False, True])
def test_a_storm_that_is_not_younger_is_held_once_and_then_taken(
    other: tuple[Desk, int], paths: dict[str, plain.Behave], *, dated: bool
) -> None:
    desk, feed = other
    bodies = [rss(*_items(8 * n, 8, (1 + 9 * n) * HOUR)).encode() if dated else _undated(8 * n, 8) for n in range(2)]
    paths["/feed.xml"] = plain.says(body=bodies[0], ETag='"one"')
    assert desk.poll(feed).new == 8
    paths["/feed.xml"] = plain.says(body=bodies[1], ETag='"two"')
    held = desk.poll(feed, HOUR)
    assert (held.new, held.feed.storm_at, held.feed.etag) == (0, desk.clock.at, "")
    assert "8 held until told again" in held.reason
    taken = desk.poll(feed, HOUR)
    assert (taken.new, taken.feed.storm_at, taken.feed.etag) == (8, None, '"two"')
    assert desk.poll(feed, HOUR).reason == SAME


def test_a_feed_that_was_empty_between_and_gives_all_items_new_guids_brings_none_twice(
    other: tuple[Desk, int], paths: dict[str, plain.Behave]
) -> None:
    desk, feed = other
    for mark, count in (("old", 8), ("", 0), ("new", 8)):
        paths["/feed.xml"] = plain.says(body=_undated(0, count, mark))
        polled = desk.poll(feed, HOUR)
    assert (polled.new, len(desk.entries())) == (0, 8)


def test_the_sitemaps_of_an_index_are_feeds_of_their_own_that_can_be_polled(server: Server, desk: Desk) -> None:
    index = desk.follow(server.url("sitemap-index"))
    assert desk.poll(index).new == 0
    children = [desk.feed(index + number) for number in (1, 2)]
    assert sorted(child.url for child in children) == [server.url("news-sitemap"), server.url("sitemap.xml.gz")]
    desk.clock.at += DAY
    assert [desk.poll(child.id).reason for child in children] == ["8 new of 8 entries"] * 2


def test_a_feed_names_its_hub_and_itself(server: Server, desk: Desk) -> None:
    polled = desk.poll(desk.follow(server.url("websub")))
    assert (polled.feed.hub, polled.feed.topic) == (server.url("hub"), server.url("websub"))


@pytest.mark.parametrize("path", ["external-dtd", "external-entity"])
def test_nothing_that_a_document_names_is_opened(server: Server, desk: Desk, path: str) -> None:
    desk.poll(desk.follow(server.url(path)))
    assert server.asked("/external-dtd/rss.dtd") == []
    with open("/etc/hostname", encoding="utf-8") as file:  # noqa: PTH123 - the very name that the document gives
        name = file.read().strip()
    assert not any(name in title for title in desk.titles())
