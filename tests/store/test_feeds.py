"""Feeds: what is due, fairest first, and held by one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from aggregator.core.feed import Feed, FeedState, Told, Trouble
from aggregator.core.outcome import Step, Work
from aggregator.store import entry_queue, feeds, sources, tables
from aggregator.store.session import Store
from tests.newsdesk import feed_of, outlet
from tests.world import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_feed_is_entered_once(store: Store) -> None:
    source = outlet(store)
    with store.writing() as session:
        found = [(source.id, "https://a.example/feed", "a.example"), (source.id, "https://b.example/feed", "b.example")]
        assert feeds.enter(session, found, NOW) == 2
        assert feeds.enter(session, found, NOW) == 0
        assert feeds.enter(session, [], NOW) == 0
        assert [feed.url for feed in feeds.of_source(session, source.id)] == [url for _, url, _ in found]


def test_what_is_due_longest_comes_first_and_hosts_come_in_turn(store: Store) -> None:
    source = outlet(store)
    for number in range(3):
        feed_of(store, source, f"https://loud.example/{number}", NOW - (3 - number) * HOUR)
    feed_of(store, source, "https://quiet.example/1", NOW - HOUR / 2)
    feed_of(store, source, "https://later.example/1", NOW + HOUR)
    with store.reading() as session:
        work = feeds.due(session, NOW, 10)
        assert [each.host for each in work] == ["loud.example", "quiet.example", "loud.example", "loud.example"]
        assert len(feeds.due(session, NOW, 2)) == 2


def test_a_lease_is_for_one_and_ends(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    with store.writing() as session:
        assert [each.id for each in feeds.lease(session, [feed.id], NOW, HOUR)] == [feed.id]
        assert feeds.lease(session, [feed.id], NOW, HOUR) == []
        assert feeds.due(session, NOW, 10) == []
        assert [each.id for each in feeds.lease(session, [feed.id], NOW + HOUR, HOUR)] == [feed.id]
        feeds.release(session, {feed.id: NOW})
        assert [work.id for work in feeds.due(session, NOW, 10)] == [feed.id]


def test_how_a_feed_stands_is_kept_whole(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    standing = replace(
        feed,
        title="A title",
        etag='"e"',
        last_modified="Tue, 24 Nov 2026 12:00:00 GMT",
        body_hash="0" * 64,
        failures=3,
        reason="busy",
        polled_at=NOW,
        answered_at=NOW - HOUR,
        due_at=NOW + HOUR,
        interval=timedelta(minutes=42),
    )
    with store.writing() as session:
        feeds.lease(session, [feed.id], NOW, HOUR)
        feeds.save(session, [standing])
        assert feeds.get(session, feed.id) == standing
        assert feeds.by_url(session, feed.url) == standing
        assert feeds.due(session, NOW + HOUR, 10) != [], "the lease was given back"


def test_a_feed_can_be_made_due_as_though_it_had_never_been_asked(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    with store.writing() as session:
        feeds.save(session, [replace(feed, etag='"e"', body_hash="0" * 64, answered_at=NOW, due_at=NOW + HOUR)])
        feeds.make_due(session, [feed.id], NOW)
        kept = feeds.get(session, feed.id)
        feeds.make_due(session, [feed.id], NOW, forget=True)
        forgotten = feeds.get(session, feed.id)
    assert kept is not None
    assert forgotten is not None
    assert (kept.due_at, kept.etag) == (NOW, '"e"')
    assert (forgotten.etag, forgotten.body_hash, forgotten.answered_at) == ("", "", None)


def test_lateness_is_that_of_the_feed_that_waits_longest(store: Store) -> None:
    source = outlet(store)
    feed_of(store, source, "https://a.example/", NOW - HOUR)
    gone = feed_of(store, source, "https://b.example/", NOW - 9 * HOUR)
    with store.writing() as session:
        feeds.set_state(session, gone.id, FeedState.PAUSED, NOW - 9 * HOUR)
        assert feeds.lateness(session, NOW) == HOUR
        assert feeds.lateness(session, NOW - 2 * HOUR) == timedelta()


def test_feeds_are_counted_by_state(store: Store) -> None:
    source = outlet(store)
    first, second = feed_of(store, source, "https://a.example/"), feed_of(store, source, "https://b.example/")
    with store.writing() as session:
        feeds.set_state(session, second.id, FeedState.PAUSED, NOW)
        feeds.save(session, [replace(first, failures=2, reason="busy")])
        assert feeds.numbers(session) == {"active": 1, "paused": 1, "failing": 1}
        assert feeds.first_failure(session) == "busy"


def test_the_description_of_a_source_is_taken_over_when_it_changes(store: Store) -> None:
    before = outlet(store, "The Post", language="en")
    after = outlet(store, "The Post", language="de")
    assert (before.id, after.language) == (after.id, "de")
    with store.writing() as session:
        sources.set_state(session, after.id, "paused")
        assert [each.state for each in sources.every(session)] == ["paused"]
    assert outlet(store, "The Post").state == "paused", "an operator's pause is kept"


def _due(store: Store, feed: Feed, wait: timedelta = timedelta()) -> bool:
    with store.reading() as session:
        return feed.id in {work.id for work in feeds.due(session, NOW + wait, 99)}


def _get(store: Store, feed_id: int) -> Feed:
    with store.reading() as session:
        found = feeds.get(session, feed_id)
        assert found is not None
        return found


def test_all_that_polling_learns_is_kept_whole(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    standing = replace(
        feed,
        url="https://moved.example/feed",
        host="moved.example",
        format="rss20",
        state=FeedState.SLEEPING,
        validated_url="https://cdn.example/feed",
        full_at=NOW - HOUR,
        lied_at=NOW - 2 * HOUR,
        told=(Told(-(2**63), 0), Told(2**63 - 1, 1795521600)),
        floor=timedelta(minutes=7),
        skip_hours=frozenset({0, 13, 23}),
        skip_days=frozenset({0, 6}),
        news_at=NOW - 3 * HOUR,
        usual=timedelta(seconds=90),
        trouble=Trouble.WALL,
        failing_since=NOW - 4 * HOUR,
        gone_at=NOW - 5 * HOUR,
        recovered="mended",
        storm_at=NOW - 6 * HOUR,
        moved_to="https://next.example/",
        moved_since=NOW - 7 * HOUR,
        moved_times=19,
        hub="https://hub.example/",
        topic="https://moved.example/self",
        lateness=timedelta(seconds=33),
    )
    with store.writing() as session:
        feeds.save(session, [standing])
        assert feeds.get(session, feed.id) == standing
        feeds.save(session, [replace(standing, told=(), usual=None, skip_hours=frozenset())])
        feeds.save(session, [])
    bare = _get(store, feed.id)
    assert (bare.told, bare.usual, bare.skip_hours) == ((), None, frozenset())


def test_feeds_of_hosts_that_are_busy_do_not_keep_others_from_their_turn(store: Store) -> None:
    source = outlet(store)
    loud = [feed_of(store, source, f"https://loud.example/{number}", NOW - HOUR) for number in range(20)]
    quiet = feed_of(store, source, "https://quiet.example/1")
    with store.writing() as session:
        assert quiet.id not in {work.id for work in feeds.due(session, NOW, 4)}
        feeds.lease(session, [feed.id for feed in loud], NOW, HOUR)
        feeds.release(session, {feed.id: NOW + timedelta(minutes=5) for feed in loud})
        assert [work.id for work in feeds.due(session, NOW, 4)] == [quiet.id]
        later = feeds.due(session, NOW + timedelta(minutes=5), 99)
        assert {work.id for work in later} == {feed.id for feed in (*loud, quiet)}
        assert feeds.lateness(session, NOW) == HOUR, "they are still late"


def test_a_feed_is_due_again_when_it_is_given_back_for_or_when_it_is_due(store: Store) -> None:
    early, late = (feed_of(store, outlet(store), f"https://{name}.example/") for name in ("early", "late"))
    with store.writing() as session:
        feeds.save(session, [replace(late, due_at=NOW + 3 * HOUR)])
        feeds.release(session, {early.id: NOW + HOUR, late.id: NOW + HOUR})
        feeds.release(session, {})
    assert [_due(store, early, wait) for wait in (HOUR - timedelta(seconds=1), HOUR)] == [False, True]
    assert [_due(store, late, wait) for wait in (2 * HOUR, 3 * HOUR)] == [False, True]


def test_the_work_that_is_due_names_step_and_host(store: Store) -> None:
    feed = feed_of(store, outlet(store), "https://a.example:8443/f")
    with store.reading() as session:
        assert feeds.due(session, NOW, 1) == [Work(Step.POLL, feed.id, "a.example:8443")]


def test_a_paused_feed_or_one_of_a_paused_source_is_never_due(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    with store.writing() as session:
        feeds.set_state(session, feed.id, FeedState.PAUSED, NOW)
        feeds.release(session, {feed.id: NOW})
        assert feeds.lease(session, [feed.id], NOW + 365 * DAY, HOUR) == []
    assert not _due(store, feed, 365 * DAY)
    with store.writing() as session:
        feeds.save(session, [_get(store, feed.id)])
        looked_at = session.scalar(select(tables.feeds.c.pick_at).where(tables.feeds.c.id == feed.id))
    assert looked_at == feeds.NEVER, "the scheduler does not even look at it"
    assert not _due(store, feed, 365 * 1000 * DAY), "nor after it was saved"
    with store.writing() as session:
        feeds.set_state(session, feed.id, FeedState.ACTIVE, NOW)
    assert _due(store, feed)
    with store.writing() as session:
        sources.set_state(session, feed.source_id, "paused")
    assert not _due(store, feed)


def test_a_sleeping_feed_is_due_in_its_turn(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    with store.writing() as session:
        feeds.save(session, [replace(feed, state=FeedState.SLEEPING, due_at=NOW + 7 * DAY)])
    assert [_due(store, feed, wait) for wait in (6 * DAY, 7 * DAY)] == [False, True]


def test_a_paused_feed_cannot_be_made_due(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    with store.writing() as session:
        feeds.set_state(session, feed.id, FeedState.PAUSED, NOW)
        feeds.make_due(session, [feed.id], NOW)
        feeds.make_due(session, [], NOW)
        assert feeds.lease(session, [feed.id], NOW, HOUR) == []
    assert not _due(store, feed)


# Feeds that a list or an index names

REASON = "no longer named by https://lists.example/all.opml"


def _children(store: Store, parent: Feed, *urls: str) -> list[Feed]:
    with store.writing() as session:
        found = [(parent.source_id, url, url.split("/")[2]) for url in urls]
        assert feeds.enter(session, found, NOW, parent_id=parent.id) == len(urls)
    with store.reading() as session:
        return [feed for feed in feeds.every(session) if feed.url in urls]


def test_what_a_list_names_no_more_is_paused_and_woken_when_it_is_named_again(store: Store) -> None:
    parent = feed_of(store, outlet(store), "https://lists.example/all.opml")
    one, two = _children(store, parent, "https://one.example/f", "https://two.example/f")
    stranger = feed_of(store, outlet(store), "https://stranger.example/f")
    assert (one.parent_id, stranger.parent_id) == (parent.id, None)
    with store.writing() as session:
        assert feeds.let_go(session, parent.id, [one.url, two.url], NOW, REASON) == 0
        assert feeds.let_go(session, parent.id, [one.url], NOW, REASON) == 1
        assert feeds.let_go(session, parent.id, [one.url], NOW, REASON) == 0, "they are counted once"
    left = _get(store, two.id)
    assert (left.state, left.reason) == (FeedState.PAUSED, REASON)
    assert _get(store, one.id) == one
    assert (_due(store, stranger), _due(store, two, 365 * DAY)) == (True, False)
    with store.writing() as session:
        assert feeds.let_go(session, parent.id, [one.url, two.url], NOW + HOUR, REASON) == 0
    again = _get(store, two.id)
    assert (again.state, again.reason, again.due_at) == (FeedState.ACTIVE, "", NOW + HOUR)
    assert _due(store, two, HOUR)


def test_what_an_operator_paused_stays_so_when_a_list_names_it(store: Store) -> None:
    parent = feed_of(store, outlet(store), "https://lists.example/all.opml")
    (one,) = _children(store, parent, "https://one.example/f")
    with store.writing() as session:
        feeds.set_state(session, one.id, FeedState.PAUSED, NOW)
        assert feeds.let_go(session, parent.id, [one.url], NOW, REASON) == 0
    assert _get(store, one.id).state is FeedState.PAUSED


def test_a_sleeping_feed_that_is_named_no_more_is_paused_too(store: Store) -> None:
    parent = feed_of(store, outlet(store), "https://lists.example/all.opml")
    (one,) = _children(store, parent, "https://one.example/f")
    with store.writing() as session:
        feeds.save(session, [replace(one, state=FeedState.SLEEPING)])
        assert feeds.let_go(session, parent.id, [], NOW, REASON) == 1
    assert _get(store, one.id).state is FeedState.PAUSED


def test_a_feed_that_is_there_already_does_not_become_a_lists(store: Store) -> None:
    parent = feed_of(store, outlet(store), "https://lists.example/all.opml")
    mine = feed_of(store, outlet(store), "https://mine.example/f")
    with store.writing() as session:
        assert feeds.enter(session, [(mine.source_id, mine.url, mine.host)], NOW, parent_id=parent.id) == 0
        assert feeds.let_go(session, parent.id, [], NOW, REASON) == 0
    assert _get(store, mine.id) == mine


# Feeds that may have died


@pytest.mark.parametrize(
    ("given", "sought"),
    [
        ({}, False),
        ({"failing_since": NOW - 3 * DAY, "failures": 5, "trouble": Trouble.NAME}, True),
        ({"failing_since": NOW - 3 * DAY + HOUR, "failures": 5, "trouble": Trouble.NAME}, False),
        ({"state": FeedState.SLEEPING, "trouble": Trouble.GONE}, True),
        ({"state": FeedState.PAUSED, "failing_since": NOW - 9 * DAY, "trouble": Trouble.GONE}, False),
        ({"failing_since": NOW - 9 * DAY, "trouble": Trouble.LIMITED}, False),
        ({"failing_since": NOW - 9 * DAY, "trouble": Trouble.WALL}, False),
        ({"failing_since": NOW - 9 * DAY, "trouble": Trouble.REFUSED}, False),
        ({"failing_since": NOW - 9 * DAY, "trouble": Trouble.UNREADABLE}, True),
    ],
)
def test_a_replacement_is_sought_for_what_has_been_failing_for_days(
    store: Store, given: dict[str, object], *, sought: bool
) -> None:
    feed = feed_of(store, outlet(store))
    with store.writing() as session:
        feeds.save(session, [replace(feed, **given)])  # type: ignore[arg-type]
        found = feeds.to_seek(session, NOW, 10)
    assert found == ([Work(Step.SEEK, feed.id, feed.host)] if sought else [])


def test_the_feeds_that_have_been_failing_longest_come_first_and_none_of_a_paused_source(store: Store) -> None:
    told = [feed_of(store, outlet(store, name), f"https://{name}.example/") for name in ("a", "b", "c")]
    with store.writing() as session:
        feeds.save(
            session,
            [
                replace(feed, failing_since=NOW - days * DAY, trouble=Trouble.NAME)
                for feed, days in zip(told, (4, 9, 20), strict=True)
            ],
        )
        sources.set_state(session, told[2].source_id, "paused")
        assert [work.id for work in feeds.to_seek(session, NOW, 10)] == [told[1].id, told[0].id]
        assert [work.id for work in feeds.to_seek(session, NOW, 1)] == [told[1].id]


def test_a_proposal_is_kept_and_nothing_is_sought_for_a_week(store: Store) -> None:
    feed, other = feed_of(store, outlet(store)), feed_of(store, outlet(store), "https://other.example/")
    with store.writing() as session:
        feeds.save(session, [replace(feed, state=FeedState.SLEEPING, trouble=Trouble.GONE)])
        feeds.propose(session, feed.id, "https://new.example/", 0.75, NOW)
        assert feeds.to_seek(session, NOW + 7 * DAY - HOUR, 10) == []
        assert [work.id for work in feeds.to_seek(session, NOW + 7 * DAY, 10)] == [feed.id]
    found = _get(store, feed.id)
    assert (found.proposed_url, found.proposed_overlap) == ("https://new.example/", 0.75)
    assert _get(store, other.id).proposed_url == ""
    with store.writing() as session:
        feeds.save(session, [replace(found, proposed_url="", proposed_overlap=0.0)])
    assert _get(store, feed.id).proposed_url == "https://new.example/", "a poll that was under way does not lose it"
    with store.writing() as session:
        feeds.propose(session, feed.id, "", 0.0, NOW)
    assert _get(store, feed.id).proposed_url == ""


def test_who_holds_the_data_folder_alone_gives_back_what_a_dead_process_held(store: Store) -> None:
    feed, paused = feed_of(store, outlet(store)), feed_of(store, outlet(store), "https://paused.example/")
    with store.writing() as session:
        feeds.set_state(session, paused.id, FeedState.PAUSED, NOW)
        feeds.lease(session, [feed.id], NOW, HOUR)
        entry_queue.release_all(session)
    assert _due(store, feed)
    assert not _due(store, paused, 365 * DAY)
