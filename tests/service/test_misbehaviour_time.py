"""What polls over hours and days make of a misbehaving server: validators, retries, redirects, 410."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.feed import FeedState, Trouble
from aggregator.core.outcome import Word
from aggregator.core.polling import MOVE_AFTER, MOVE_TIMES
from aggregator.devtools.misbehaving.server import Server
from aggregator.store.session import Store
from tests.adapters import misbehaving as plain
from tests.service.misbehaviour_desk import Desk, emptied
from tests.service.misbehaviour_rows import DAY, HOUR, MINUTES, NOT_MODIFIED, SAME
from tests.world import NOW, Item, rss

POLLED, UNCHANGED, LATER, REFUSED = Word.POLLED, Word.UNCHANGED, Word.LATER, Word.REFUSED
VALIDATORS = {"if-none-match", "if-modified-since"}


def _conditional(server: Server, path: str) -> list[bool]:
    return [bool(VALIDATORS & request.headers.keys()) for request in server.asked(path)]


def test_validators_that_lie_are_found_out_within_a_day_and_then_not_sent(server: Server, store: Store) -> None:
    desk = Desk(store, server.port, server.site.now)
    feed = desk.follow(server.url("lying-304"))
    desk.poll(feed)
    day = [desk.poll(feed, 5 * HOUR) for _ in range(5)]
    assert [each.word for each in day] == [UNCHANGED] * 4 + [POLLED]
    assert (day[-1].new, day[-1].feed.lied_at) == (1, desk.clock.at)
    assert "its validators hid news" in day[-1].reason
    after = [desk.poll(feed, 7 * HOUR) for _ in range(3)]
    assert [(each.word, each.new) for each in after] == [(POLLED, 1)] * 3
    assert _conditional(server, "lying-304") == [False, *[True] * 4, False, False, False, False]


def test_honest_validators_are_sent_but_for_once_a_day_and_nothing_is_missed(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("honest-growing"))
    polls = [desk.poll(feed), *(desk.poll(feed, HOUR) for _ in range(6))]
    assert [each.new for each in polls] == [8, 0, 0, 1, 0, 0, 1]
    assert [each.word for each in polls] == [POLLED, UNCHANGED, UNCHANGED] * 2 + [POLLED]
    desk.poll(feed, 25 * HOUR)
    assert _conditional(server, "honest-growing") == [False, *[True] * 6, False]
    assert desk.feed(feed).lied_at is None


@pytest.mark.parametrize(
    ("path", "word", "reason"),
    [
        ("weak-etag-new", UNCHANGED, SAME),
        ("etag-gzip-suffix", UNCHANGED, SAME),
        ("no-validators", UNCHANGED, SAME),
        ("etag-changing", POLLED, "0 new of 8 entries"),
        ("reversed-order", POLLED, "0 new of 8 entries"),
    ],
)
def test_without_validators_that_work_nothing_is_stored_twice(
    server: Server, desk: Desk, path: str, word: Word, reason: str
) -> None:
    feed = desk.follow(server.url(path))
    first = desk.poll(feed)
    second = desk.poll(feed, 5 * HOUR)
    assert (second.word, second.reason, second.new, first.new) == (word, reason, 0, 8)
    assert desk.poll(feed, 5 * HOUR).new == 0
    assert desk.poll(feed, 25 * HOUR).new == 0
    assert desk.feed(feed).lied_at is None


def test_the_newer_etag_of_a_304_is_kept(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("304-new-etag"))
    desk.poll(feed)
    assert [desk.poll(feed, HOUR).reason for _ in range(3)] == [NOT_MODIFIED] * 3


def test_validators_that_are_answered_with_412_are_not_sent_again(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("412-on-condition"))
    polls = [desk.poll(feed), *(desk.poll(feed, HOUR) for _ in range(3))]
    assert [each.word for each in polls] == [POLLED, LATER, UNCHANGED, UNCHANGED]


def test_a_feed_that_was_quiet_for_a_year_is_asked_less_and_less_but_daily(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("quiet-year"))
    pauses = [desk.poll_when_due(feed).feed.interval for _ in range(28)]
    assert pauses == sorted(pauses)
    assert (pauses[0] < 3 * HOUR, pauses[-1]) == (True, DAY)
    assert desk.feed(feed).state is FeedState.ACTIVE


@pytest.mark.parametrize(("path", "minutes"), [("429-date", 10), ("503-date", 60)])
def test_a_date_in_retry_after_is_waited_for(server: Server, desk: Desk, path: str, minutes: int) -> None:
    desk.clock.at = datetime.now(UTC)
    wished = desk.clock.at.replace(microsecond=0) + minutes * MINUTES
    polled = desk.poll(desk.follow(server.url(path)))
    assert polled.feed.trouble is Trouble.LIMITED
    assert polled.feed.due_at >= wished


def test_one_address_that_is_limited_speaks_for_itself_and_two_for_their_host(server: Server, store: Store) -> None:
    desk = Desk(store, server.port, server.site.now)
    first, second, third = (desk.follow(server.url(path)) for path in ("503-date", "429-seconds", "rss20"))
    assert desk.poll(first).feed.trouble is Trouble.LIMITED
    assert desk.host_rests(first) == timedelta()
    assert desk.poll(second).feed.trouble is Trouble.LIMITED
    assert timedelta(minutes=2) <= desk.host_rests(first) <= timedelta(minutes=20)
    assert [outcome.word for outcome in desk.run(third)] == [Word.HOST_BUSY]
    assert server.asked("rss20") == []
    desk.clock.at += 20 * MINUTES
    assert desk.poll(third).word is POLLED


def test_a_server_that_is_down_for_a_day_is_never_asleep_and_as_before_when_it_is_well(
    server: Server, desk: Desk
) -> None:
    feed = desk.follow(server.url("503-for-a-day"))
    down = [desk.poll_when_due(feed), *(desk.poll(feed, 6 * HOUR) for _ in range(4))]
    assert [(each.word, each.feed.failures) for each in down] == [(LATER, number) for number in range(1, 6)]
    assert {(each.feed.state, each.feed.failing_since) for each in down} == {(FeedState.ACTIVE, server.site.now)}
    assert down[0].pause * 2 < down[-1].pause, "it backs off further"
    well = desk.poll(feed, 6 * HOUR)
    assert (well.word, well.new, well.feed.failures, well.feed.failing_since) == (POLLED, 8, 0, None)
    assert (well.feed.trouble, well.feed.reason) == (Trouble.NONE, "")


def test_a_server_that_limits_two_of_three_requests_is_read_at_the_third(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("403-as-429"))
    polls = [desk.poll_when_due(feed) for _ in range(3)]
    assert [each.word for each in polls] == [LATER, LATER, POLLED]
    assert polls[-1].feed.failures == 0


@pytest.mark.parametrize("path", ["moved-301", "permanent-308"])
def test_a_permanent_redirect_is_believed_after_twenty_observations_and_three_days(
    server: Server, desk: Desk, path: str
) -> None:
    feed, old, new = desk.follow(server.url(path)), server.url(path), server.url(f"{path}/new")
    for _ in range(MOVE_TIMES + 2):
        assert desk.poll(feed, 2 * HOUR).feed.url == old
    seen = desk.feed(feed)
    assert (seen.moved_to, seen.moved_times) == (new, MOVE_TIMES + 1)
    assert desk.poll(feed, MOVE_AFTER - 2 * HOUR * MOVE_TIMES - MINUTES).feed.url == old
    moved = desk.poll(feed, MINUTES)
    assert (moved.feed.url, moved.feed.moved_to, moved.new) == (new, "", 0)
    assert moved.feed.reason.startswith(f"moved for good from {old}: ")
    asked = len(server.asked(path))
    assert desk.poll(feed, HOUR).word is UNCHANGED
    assert len(server.asked(path)) == asked


def test_days_alone_do_not_make_a_redirect_believed(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("moved-301"))
    for _ in range(MOVE_TIMES):
        assert desk.poll(feed, DAY).feed.url == server.url("moved-301")


@pytest.mark.parametrize("path", ["alternating-301", "found-302", "to-home-page", "moved-to-404", "login-redirect"])
def test_a_redirect_that_is_not_for_good_or_leads_to_no_feed_is_never_believed(
    server: Server, desk: Desk, path: str
) -> None:
    feed = desk.follow(server.url(path))
    for _ in range(MOVE_TIMES + 3):
        polled = desk.poll(feed, 5 * HOUR)
        assert (polled.feed.url, polled.feed.state) == (server.url(path), FeedState.ACTIVE)
    assert polled.feed.moved_times <= 1


def test_a_permanent_redirect_to_other_news_is_never_believed(database: Store) -> None:
    paths: dict[str, plain.Behave] = {}
    with plain.serving(paths) as server:
        paths["/old.xml"] = plain.leads(server.url("/new.xml"), "301 Moved Permanently")
        desk = Desk(emptied(database), server.port, NOW)
        feed = desk.follow(server.url("/old.xml"))
        for number in range(MOVE_TIMES + 3):
            at = NOW + number * 5 * HOUR
            items = [Item(f"https://other.example/{number}/{n}", f"{number} {n}", published=at) for n in range(4)]
            paths["/new.xml"] = plain.says(body=rss(*items).encode())
            polled = desk.poll(feed, 5 * HOUR)
            assert (polled.word, polled.feed.url, polled.feed.moved_times) == (POLLED, server.url("/old.xml"), 0)


def test_a_redirect_that_is_taken_back_loses_nothing(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("301-taken-back"))
    polls = [desk.poll(feed), desk.poll(feed, HOUR), desk.poll(feed, HOUR), desk.poll(feed, HOUR)]
    assert [each.word for each in polls] == [POLLED, LATER, UNCHANGED, UNCHANGED]
    assert (polls[-1].feed.url, polls[-1].feed.failures) == (server.url("301-taken-back"), 0)


def test_a_feed_that_says_twice_that_it_is_gone_sleeps_is_probed_and_wakes(server: Server, store: Store) -> None:
    desk = Desk(store, server.port, server.site.now)
    feed = desk.follow(server.url("410-once"))
    first = desk.poll(feed)
    assert (first.word, first.feed.state) == (LATER, FeedState.ACTIVE)
    assert first.pause >= DAY
    server.reset("/410-once")
    second = desk.poll_when_due(feed)
    assert (second.word, second.feed.state, second.feed.trouble) == (REFUSED, FeedState.SLEEPING, Trouble.GONE)
    assert second.reason.startswith("asleep: ")
    assert 7 * DAY <= second.pause <= 9 * DAY
    woken = desk.poll_when_due(feed)
    assert (woken.word, woken.new, woken.feed.state, woken.feed.gone_at) == (POLLED, 8, FeedState.ACTIVE, None)


def test_a_second_410_within_the_day_is_not_believed(server: Server, desk: Desk) -> None:
    feed = desk.follow(server.url("410"))
    desk.poll(feed)
    assert desk.poll(feed, 22 * HOUR).feed.state is FeedState.ACTIVE
    assert desk.poll(feed, 2 * HOUR).feed.state is FeedState.SLEEPING
