"""Taking down: everywhere, for good, and lifted rather than forgotten."""

import json
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from aggregator.core.entry import EntryStatus
from aggregator.core.errors import Refused
from aggregator.core.outcome import Step, Word
from aggregator.core.publication import PublicationState
from aggregator.core.takedown import TakedownState
from aggregator.core.url import key
from aggregator.line import Parts, run
from aggregator.steps.take_down import lift, plan, take_down
from aggregator.store import (
    article_groups,
    articles,
    entries,
    feeds,
    outcomes,
    pages,
    publications,
    revisions,
    sketches,
    stories,
    takedowns,
)
from aggregator.store.session import Store
from aggregator.store.tables import metadata
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import polled, through, words
from tests.texts import GLACIER, HARBOUR, SCHOOL, changed_headline
from tests.world import NOW, Item, World, page, rss

OURS = "https://harbour-tribune.example/news/breakwater"
COPY = "https://other-post.example/2026/breakwater"
OTHER = "https://harbour-tribune.example/news/school"
THIRD = "https://third.example"


@dataclass(frozen=True)
class Stand:
    """A published article with a copy elsewhere, and another one."""

    line: Parts
    world: World
    feeds: tuple[int, int]

    def again(self) -> list[str]:
        """Poll both feeds anew, as though for the first time, and run all that follows."""
        with self.line.store.writing() as session:
            feeds.make_due(session, self.feeds, NOW, forget=True)
        return words(polled(self.line, *self.feeds))


@pytest.fixture
def stand(line: Parts, world: World) -> Stand:
    """Publish an article, its copy and another article."""
    first, second = outlet(line.store), outlet(line.store, "Other Post")
    told = feed_of(line.store, first), feed_of(line.store, second)
    world.says(told[0].url, rss(Item(OURS, "Breakwater"), Item(OTHER, "School")))
    world.says(told[1].url, rss(Item(COPY, "Breakwater, too")))
    world.says(OURS, page("Breakwater", *HARBOUR))
    world.says(OTHER, page("School", *SCHOOL))
    world.says(COPY, page("Breakwater, too", *changed_headline(HARBOUR)))
    polled(line, told[0].id, told[1].id)
    return Stand(line, world, (told[0].id, told[1].id))


def _live(line: Parts) -> list[str]:
    with line.store.reading() as session:
        return sorted(each.title for each in publications.live(session, publications.ALL, 100))


def _take_down(stand: Stand, target: str = OURS) -> int:
    return take_down(stand.line.store, stand.line.blobs, NOW, target, "asked for", "A. Author")[0]


def test_a_plan_says_what_would_be_reached_and_changes_nothing(stand: Stand) -> None:
    reached = plan(stand.line.store, COPY)
    assert len(reached.articles) == 2
    assert reached.outlets == ("Harbour Tribune", "Other Post")
    assert set(reached.urls) == {OURS, COPY}
    assert (reached.entries, reached.pages, reached.live) == (2, 2, 1)
    assert _live(stand.line) == ["Breakwater", "School"]


@pytest.mark.parametrize("target", [OURS, COPY, f"{OURS}?utm_source=x", OURS.replace("https", "http")])
def test_the_article_and_its_copies_are_withdrawn_by_any_of_their_addresses(stand: Stand, target: str) -> None:
    _take_down(stand, target)
    assert _live(stand.line) == ["School"]
    with stand.line.store.reading() as session:
        gone = publications.withdrawn(session, publications.ALL, NOW)
    assert {each.state for each in gone} == {PublicationState.WITHDRAWN}
    assert all(not each.title and not each.text and not each.html for each in gone)


def test_every_word_of_it_is_gone_from_the_store(stand: Stand) -> None:
    with stand.line.store.reading() as session:
        ids = [each.id for each in articles.at_url_keys(session, ["//harbour-tribune.example/news/breakwater"])]
        group = [each.id for each in article_groups.members(session, ids[0])]
        blobs = [
            each.blob for each in pages.of_entries(session, [each.id for each in entries.of_articles(session, group)])
        ]
    _take_down(stand)
    with stand.line.store.reading() as session:
        assert sketches.several(session, group) == {}
        assert [text.text for text in revisions.texts(session, group).values()] == ["", ""]
        told = entries.of_articles(session, group)
        assert {(each.title, each.summary, each.status) for each in told} == {("", "", EntryStatus.REFUSED)}
        assert pages.of_entries(session, [each.id for each in told]) == []
        assert [story.title for story in stories.newest(session, 10)] == ["School"]
    assert len(blobs) == 2
    assert not any(stand.line.blobs.delete(each) for each in blobs), "they were deleted already"


MARK = "quaxolotl"


def _marked(store: Store) -> set[str]:
    """Return which columns of which tables hold the mark, packed ones unpacked."""
    found = set()
    with store.reading() as session:
        for table in metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                found |= {f"{table.name}.{name}" for name, each in row.items() if MARK in _plain(each).casefold()}
    return found


def _plain(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    with suppress(zlib.error):
        value = zlib.decompress(value)
    return value.decode(errors="replace")


def _files(folder: Path) -> set[str]:
    return {each.name for each in (folder / "blobs").rglob("*") if each.is_file()}


def _marked_article(line: Parts, world: World) -> int:
    """Publish an article full of the mark whose address another feed told before, when it led to a list.

    Returns the feed of that twin, which was put aside for a reason that quotes the mark.
    """
    url = f"{THIRD}/pier"
    told = Item(
        url, "Quaxolotl sighted off Kelmouth pier", "Anglers counted seven quaxolotl near lighthouse rocks at low tide"
    )
    first = feed_of(line.store, outlet(line.store, "First"), "https://first.example/feed.xml")
    world.says(first.url, rss(told))
    world.says(url, page(f"All articles about {MARK}", *GLACIER[:1]))
    world.at = NOW - timedelta(hours=3)
    assert words(polled(line, first.id))[-1] == "quarantined"
    world.at = NOW
    world.says(url, page(told.title, told.summary, *HARBOUR, head=f"<meta name='author' content='Q. {MARK}'>"))
    second = feed_of(line.store, outlet(line.store, "Third"), f"{THIRD}/feed.xml")
    world.says(second.url, rss(told))
    assert words(polled(line, second.id))[-2:] == ["article", "published"]
    return first.id


def test_no_table_keeps_a_word_of_what_was_taken_down(line: Parts, world: World, tmp_path: Path) -> None:
    _marked_article(line, world)
    held = {"articles.title", "articles.authors", "entries.title", "entries.summary", "entries.reason"}
    assert held | {"revisions.text", "publications.body", "outcomes.reason"} <= _marked(line.store)
    assert len(_files(tmp_path)) == 2

    number, reached = take_down(line.store, line.blobs, NOW, f"{THIRD}/pier", "asked for", "A. Author")

    assert (len(reached.articles), reached.entries, reached.pages) == (1, 2, 2)
    assert _marked(line.store) == set()
    assert _files(tmp_path) == set()
    with line.store.reading() as session:
        twin, entry = entries.at_urls(session, [key(f"{THIRD}/pier")])
        ends = outcomes.of_item(session, Step.EXTRACT, twin.id)
    assert (twin.status, twin.reason, twin.article_id) == (EntryStatus.REFUSED, f"takedown {number}", None)
    assert entry.status is EntryStatus.REFUSED
    assert [(word, reason) for _, word, reason in ends] == [(Word.QUARANTINED, f"takedown {number}")], (
        "how it ended stays"
    )


def test_its_feeds_bring_no_word_back(line: Parts, world: World) -> None:
    feed_id = _marked_article(line, world)
    take_down(line.store, line.blobs, NOW, f"{THIRD}/pier", "asked for", "")
    with line.store.writing() as session:
        feed = feeds.get(session, feed_id)
        feeds.make_due(session, [feed_id], NOW, forget=True)
    assert feed is not None
    edited = Item(f"{THIRD}/pier", "More of the quaxolotl", "It is still there")
    again = Item(f"{THIRD}/pier?utm_source=x", "The quaxolotl", "Once more", guid="a new one")
    moved = Item("https://first.example/go", "Another quaxolotl", "And again")
    world.moves(moved.url, f"{THIRD}/pier")
    world.says(moved.url, page("Quaxolotl", *HARBOUR))
    full = f"<content:encoded>{'The quaxolotl is still there. ' * 200}</content:encoded></item>"
    told = rss(edited, again, moved).replace("</item>", full)
    world.says(feed.url, told.replace("<rss", '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"', 1))
    assert words(polled(line, feed_id)) == ["polled", "refused", "refused"]
    assert _marked(line.store) == set()


def test_lifting_lets_what_was_put_aside_at_its_address_be_read_as_well(line: Parts, world: World) -> None:
    _marked_article(line, world)
    number, _ = take_down(line.store, line.blobs, NOW, f"{THIRD}/pier", "asked for", "")
    through(line, lift(line.store, NOW, number, "a mistake").follows)
    assert len(_live(line)) == 1
    with line.store.reading() as session:
        assert EntryStatus.REFUSED not in entries.numbers(session)


def test_what_gathering_refuses_keeps_neither_words_nor_pages(line: Parts, world: World, tmp_path: Path) -> None:
    _marked_article(line, world)
    take_down(line.store, line.blobs, NOW, f"{THIRD}/pier", "asked for", "")
    url = f"{THIRD}/quite-another"
    world.says(url, page("Quaxolotl once more", f"A {MARK} by another name.", *HARBOUR))
    feed = feed_of(line.store, outlet(line.store, "Fourth"), "https://fourth.example/feed.xml")
    world.says(feed.url, rss(Item(url, "Quaxolotl once more")))
    assert words(polled(line, feed.id))[-1] == "refused"
    assert _marked(line.store) == set()
    assert _files(tmp_path) == set()
    with line.store.reading() as session:
        assert pages.number(session) == 0


def test_a_page_that_another_article_shares_is_kept(stand: Stand, world: World) -> None:
    world.says("https://other-post.example/same", page("School", *SCHOOL))
    with stand.line.store.reading() as session:
        before = pages.number(session)
    _take_down(stand)
    with stand.line.store.reading() as session:
        assert pages.number(session) == before - 2
        assert all(stand.line.blobs.get(each) for each in pages.blobs(session, None))


def test_it_does_not_come_back_by_its_feeds(stand: Stand) -> None:
    _take_down(stand)
    assert "article" not in stand.again()
    assert _live(stand.line) == ["School"]


@pytest.mark.parametrize(
    "url",
    [f"{OURS}?utm_medium=rss", f"{OURS}/amp/", "https://m.harbour-tribune.example/news/breakwater", f"{OURS}?print=1"],
)
def test_it_does_not_come_back_in_disguise(stand: Stand, world: World, url: str) -> None:
    _take_down(stand)
    world.says(url, page("Breakwater", *HARBOUR))
    feed = feed_of(stand.line.store, outlet(stand.line.store, "Third"), f"https://third.example/{len(url)}.xml")
    world.says(feed.url, rss(Item(url, "Breakwater")))
    ended = polled(stand.line, feed.id)
    assert words(ended)[-1] == "refused"
    assert url not in {request.url for request in world.asked}


def test_its_text_does_not_come_back_at_another_address(stand: Stand, world: World) -> None:
    _take_down(stand)
    url = "https://third.example/quite-another"
    world.says(url, page("Other words", *changed_headline(HARBOUR)))
    feed = feed_of(stand.line.store, outlet(stand.line.store, "Third"), "https://third.example/feed.xml")
    world.says(feed.url, rss(Item(url, "Other words")))
    ended = polled(stand.line, feed.id)
    assert words(ended)[-1] == "refused"
    assert "of its text is that of a blocked one" in ended[-1].reason
    assert _live(stand.line) == ["School"]


def test_an_address_that_we_do_not_hold_is_blocked_all_the_same(stand: Stand, world: World) -> None:
    url = "https://third.example/unseen"
    _take_down(stand, url)
    feed = feed_of(stand.line.store, outlet(stand.line.store, "Third"), "https://third.example/feed.xml")
    world.says(feed.url, rss(Item(url, "Unseen")))
    assert words(polled(stand.line, feed.id)) == ["polled", "refused"]


@pytest.mark.parametrize("target", ["no-such-key", "99999", "ftp://x.example/"])
def test_what_names_nothing_is_refused(stand: Stand, target: str) -> None:
    with pytest.raises(Refused, match="aggregator articles list"):
        _take_down(stand, target)
    with stand.line.store.reading() as session:
        assert takedowns.every(session) == []


def test_a_takedown_needs_a_reason(stand: Stand) -> None:
    with pytest.raises(Refused, match="--reason"):
        take_down(stand.line.store, stand.line.blobs, NOW, OURS, " ", "")
    assert _live(stand.line) == ["Breakwater", "School"]


def test_what_was_cut_short_is_finished_by_the_sweep(stand: Stand) -> None:
    class Died(BaseException):
        """The process is killed between the two transactions."""

    class Deadly:
        def put(self, data: bytes) -> str:
            return stand.line.blobs.put(data)

        def get(self, digest: str) -> bytes:
            return stand.line.blobs.get(digest)

        def delete(self, digest: str) -> bool:  # noqa: ARG002
            raise Died

    with pytest.raises(Died):
        take_down(stand.line.store, Deadly(), NOW, OURS, "asked for", "")
    assert _live(stand.line) == ["School"], "it is withdrawn already"
    with stand.line.store.reading() as session:
        number = takedowns.unfinished(session)[0]
    work = run(stand.line, Step.SWEEP, [], NOW)[0].follows
    assert (Step.TAKE_DOWN, number) in {(each.step, each.id) for each in work}
    assert words(run(stand.line, Step.TAKE_DOWN, [number], NOW)) == ["removed"]
    with stand.line.store.reading() as session:
        assert takedowns.unfinished(session) == []


def test_the_evidence_says_what_was_reached_but_not_what_it_said(stand: Stand) -> None:
    number = _take_down(stand)
    with stand.line.store.reading() as session:
        found = takedowns.get(session, number)
    assert found is not None
    evidence = json.loads(found.evidence)
    assert len(evidence["articles"]) == 2
    assert len(evidence["blobs"]) == 2
    assert "Breakwater" not in found.evidence
    assert (found.reason, found.requester, found.state) == ("asked for", "A. Author", TakedownState.ACTIVE)


def test_lifting_lets_it_come_back_from_its_source_and_keeps_the_history(stand: Stand) -> None:
    number = _take_down(stand)
    with pytest.raises(Refused, match="--why"):
        lift(stand.line.store, NOW, number, "")
    ended = lift(stand.line.store, NOW, number, "it was a mistake")

    through(stand.line, ended.follows)
    assert _live(stand.line) == ["Breakwater", "School"]
    with stand.line.store.reading() as session:
        found = takedowns.get(session, number)
    assert found is not None
    assert (found.state, found.lifted_why) == (TakedownState.LIFTED, "it was a mistake")
    with pytest.raises(Refused, match="does not hold"):
        lift(stand.line.store, NOW, number, "once more")


def _third(stand: Stand, world: World, url: str) -> None:
    """Let a third outlet tell of an address."""
    feed = feed_of(stand.line.store, outlet(stand.line.store, "Third"), f"{THIRD}/feed.xml")
    world.says(feed.url, rss(Item(url, "Unseen")))
    polled(stand.line, feed.id)


def _lift(stand: Stand, number: int) -> None:
    through(stand.line, lift(stand.line.store, NOW, number, "a mistake").follows)


def test_lifting_brings_it_back_though_another_feed_told_of_it_meanwhile(stand: Stand, world: World) -> None:
    number = _take_down(stand)
    _third(stand, world, f"{OURS}?utm_source=third")
    _lift(stand, number)
    assert _live(stand.line) == ["Breakwater", "School"]


def test_lifting_lets_in_what_was_refused_at_an_address_that_we_did_not_hold(stand: Stand, world: World) -> None:
    number = _take_down(stand, f"{THIRD}/unseen")
    world.says(f"{THIRD}/unseen", page("Unseen", *GLACIER))
    _third(stand, world, f"{THIRD}/unseen")
    _lift(stand, number)
    assert len(_live(stand.line)) == 3


def test_lifting_lets_in_the_texts_that_it_had_kept_out(stand: Stand, world: World) -> None:
    number = _take_down(stand)
    world.says(f"{THIRD}/other", page("Other words", *changed_headline(HARBOUR)))
    _third(stand, world, f"{THIRD}/other")
    _lift(stand, number)
    with stand.line.store.reading() as session:
        assert EntryStatus.REFUSED not in entries.numbers(session)


def test_what_two_takedowns_name_stays_down_until_both_are_lifted(stand: Stand, world: World) -> None:
    first, second = _take_down(stand), _take_down(stand, COPY)
    _lift(stand, first)
    assert _live(stand.line) == ["School"]
    with stand.line.store.reading() as session:
        assert len(publications.withdrawn(session, publications.ALL, NOW)) == 2
    world.says(f"{THIRD}/other", page("Other words", *changed_headline(HARBOUR)))
    _third(stand, world, f"{THIRD}/other")
    assert _live(stand.line) == ["School"], "the second knows the text too, though it was gone when it came"
    _lift(stand, second)
    assert len(_live(stand.line)) == 2, "one article of the three copies, whichever is the canonical one, and the other"


@pytest.mark.parametrize("later_first", [False, True])
def test_an_entry_that_two_takedowns_name_is_fetched_when_both_are_lifted(
    stand: Stand, world: World, *, later_first: bool
) -> None:
    url = f"{THIRD}/unseen"
    numbers = [_take_down(stand, url)]
    world.says(url, page("Unseen", *GLACIER))
    _third(stand, world, url)
    numbers.append(_take_down(stand, url))
    for number in reversed(numbers) if later_first else numbers:
        assert len(_live(stand.line)) == 2
        _lift(stand, number)
    assert len(_live(stand.line)) == 3
