"""What an answer to a poll means for its feed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core import polling
from aggregator.core.errors import AggregatorError, Refused, TryLater, Unreadable
from aggregator.core.feed import MAX_ITEMS, Feed, FeedDocument, FeedState, Told, Trouble
from aggregator.core.page import MAX_FEED_BYTES, Answer
from aggregator.core.polling import MOVE_AFTER, MOVE_TIMES, Failure
from aggregator.core.schedule import Manners

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MANNERS = Manners()
URL = "https://post.example/feed.xml"
NEVER_POLLED = Feed(
    id=7,
    source_id=1,
    url=URL,
    host="post.example",
    title="The Post",
    state=FeedState.ACTIVE,
    due_at=NOW,
    etag="",
    last_modified="",
    body_hash="",
    failures=0,
    reason="",
    polled_at=None,
    answered_at=None,
    interval=HOUR,
)
FEED = replace(
    NEVER_POLLED,
    etag='"e"',
    last_modified="Tue, 24 Nov 2026 11:00:00 GMT",
    validated_url=URL,
    full_at=NOW - 2 * HOUR,
    polled_at=NOW - HOUR,
    answered_at=NOW - HOUR,
    told=(Told(1, 1), Told(2, 2)),
)
BODY = b"<?xml version='1.0'?><rss/>"


def answer(status: int = 200, body: bytes = BODY, at: datetime = NOW, url: str = URL, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(url, status, {"content-type": "application/rss+xml"} | named, body, at)


def document(*items: Told, **given: object) -> FeedDocument:
    return replace(FeedDocument("rss20", "", "", ""), told=items, **given)  # type: ignore[arg-type]


def about(due_at: datetime, pause: timedelta, at: datetime = NOW) -> bool:
    """Whether it is due after the pause, or later by no more than a quarter."""
    return pause <= due_at - at <= pause * 1.25


# How a feed is asked


def test_a_feed_is_asked_with_its_validators_at_the_address_that_gave_them() -> None:
    asked = polling.request(FEED, NOW, MANNERS)
    assert (asked.url, asked.tag, asked.validated_url, asked.since) == (URL, 7, URL, FEED.answered_at)
    assert (asked.etag, asked.last_modified) == ('"e"', "Tue, 24 Nov 2026 11:00:00 GMT")
    assert (asked.max_bytes, asked.cut, asked.form) == (MAX_FEED_BYTES, False, ())
    assert "application/rss+xml" in asked.accept


@pytest.mark.parametrize(
    ("given", "conditional"),
    [
        ({}, True),
        ({"full_at": None}, False),
        ({"full_at": NOW - DAY + MINUTE}, True),
        ({"full_at": NOW - DAY}, False),
        ({"lied_at": NOW - 7 * DAY + MINUTE}, False),
        ({"lied_at": NOW - 7 * DAY}, True),
    ],
)
def test_validators_are_left_out_once_a_day_and_for_a_week_after_they_lied(
    given: dict[str, object], *, conditional: bool
) -> None:
    asked = polling.request(replace(FEED, **given), NOW, MANNERS)  # type: ignore[arg-type]
    assert bool(asked.etag) is bool(asked.last_modified) is conditional


def test_how_often_a_full_answer_is_due_is_the_operators() -> None:
    assert polling.request(FEED, NOW, Manners(full_every=2 * HOUR)).etag == ""
    assert polling.request(FEED, NOW, Manners(full_every=3 * HOUR)).etag != ""


# What is wrong with an answer


@pytest.mark.parametrize(
    ("given", "trouble"),
    [
        (answer(), None),
        (answer(203), None),
        (answer(304, b""), None),
        (answer(200, b" \r\n\t"), Trouble.UNREADABLE),
        (answer(204, b""), Trouble.UNREADABLE),
        (answer(302, b""), Trouble.REDIRECT),
        (answer(404), Trouble.STATUS),
        (answer(403), Trouble.STATUS),
        (answer(500), Trouble.STATUS),
        (answer(503), Trouble.STATUS),
        (answer(410, b""), Trouble.GONE),
        (answer(429), Trouble.LIMITED),
        (answer(503, retry_after="60"), Trouble.LIMITED),
        (answer(403, retry_after="60"), Trouble.LIMITED),
        (answer(500, retry_after="60"), Trouble.STATUS),
        (answer(503, retry_after="soon"), Trouble.STATUS),
        (answer(403, cf_mitigated="challenge"), Trouble.WALL),
        (answer(429, cf_mitigated="challenge"), Trouble.WALL),
        (TryLater("slow", trouble=Trouble.SLOW), Trouble.SLOW),
        (TryLater("it breaks off"), Trouble.BROKEN),
        (Refused("a private address"), Trouble.REFUSED),
        (Unreadable("too large", Trouble.TOO_LARGE), Trouble.TOO_LARGE),
        (Unreadable("no HTTP"), Trouble.UNREADABLE),
    ],
)
def test_what_is_wrong_is_named_in_one_word(given: Answer | AggregatorError, trouble: Trouble | None) -> None:
    found = polling.failure(given, NOW)
    assert (found and found.trouble) == trouble
    assert found is None or (found.at == NOW and found.reason != "")


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        (answer(503, retry_after="60"), MINUTE),
        (answer(500, retry_after="60"), MINUTE),
        (answer(429), None),
        (answer(503, retry_after="Tue, 24 Nov 2026 13:00:00 GMT"), HOUR),
        (answer(403, cf_mitigated="challenge", retry_after="60"), MINUTE),
        (TryLater("busy", HOUR), HOUR),
        (TryLater("busy"), None),
        (Refused("no"), None),
    ],
)
def test_a_failure_keeps_the_pause_that_was_asked_for(given: Answer | AggregatorError, asked: timedelta | None) -> None:
    found = polling.failure(given, NOW)
    assert found is not None
    assert found.asked == asked


def test_a_failure_happens_when_the_answer_came_and_its_words_are_bounded() -> None:
    late = polling.failure(answer(500, at=NOW + HOUR), NOW)
    assert late is not None
    assert late.at == NOW + HOUR
    long = polling.failure(TryLater("x" * 9_000), NOW)
    assert long is not None
    assert len(long.reason) == polling.MAX_REASON


# After a failure


def fault(
    trouble: Trouble = Trouble.NAME, at: datetime = NOW, asked: timedelta | None = None, status: int = 0
) -> Failure:
    return Failure(trouble, f"trouble with {trouble}", at, asked, status)


def test_a_failure_is_counted_dated_and_keeps_what_the_feed_told() -> None:
    first = polling.failed(
        replace(FEED, moved_to="https://x.example/", moved_since=NOW, moved_times=9), fault(), MANNERS
    )
    assert (first.failures, first.failing_since, first.trouble, first.reason) == (1, NOW, Trouble.NAME, fault().reason)
    assert (first.state, first.polled_at, first.answered_at) == (FeedState.ACTIVE, NOW, FEED.answered_at)
    assert (first.told, first.etag, first.interval) == (FEED.told, FEED.etag, FEED.interval)
    assert (first.moved_to, first.moved_since, first.moved_times) == ("", None, 0), "a move is seen without a break"
    second = polling.failed(first, fault(Trouble.TLS, NOW + HOUR), MANNERS)
    assert (second.failures, second.failing_since, second.trouble) == (2, NOW, Trouble.TLS)


@pytest.mark.parametrize(
    ("found", "weight"),
    [
        (fault(Trouble.NAME), 1.0),
        (fault(Trouble.TLS), 1.0),
        (fault(Trouble.WALL), 1.0),
        (fault(Trouble.UNREADABLE), 1.0),
        (fault(Trouble.SLOW), 0.25),
        (fault(Trouble.CONNECTION), 0.25),
        (fault(Trouble.BROKEN), 0.25),
        (fault(Trouble.LIMITED), 0.5),
        (fault(Trouble.STATUS, status=500), 0.5),
        (fault(Trouble.STATUS, status=404), 1.0),
        (fault(Trouble.STATUS, status=451), 1.0),
    ],
)
def test_pauses_grow_faster_the_harder_the_failure(found: Failure, weight: float) -> None:
    for failures in (0, 1, 4, 6):
        standing = polling.failed(replace(FEED, failures=failures, failing_since=NOW - HOUR), found, MANNERS)
        assert about(standing.due_at, min(10 * MINUTE * 2 ** (failures * weight), DAY))


def test_a_precondition_that_fails_is_the_fault_of_our_validators() -> None:
    assert polling.failed(FEED, fault(Trouble.STATUS, status=412), MANNERS).lied_at == NOW
    assert polling.failed(FEED, fault(Trouble.STATUS, status=404), MANNERS).lied_at is None


def test_a_pause_until_a_date_is_taken_by_the_servers_own_clock() -> None:
    late = answer(503, retry_after="Tue, 24 Nov 2026 10:05:00 GMT", date="Tue, 24 Nov 2026 10:00:00 GMT")
    assert polling.asked_of(late) == 5 * MINUTE


@pytest.mark.parametrize(("asked", "pause"), [(HOUR, HOUR), (MINUTE, 10 * MINUTE), (999 * DAY, 7 * DAY)])
def test_the_pause_that_was_asked_for_is_kept_within_a_week(asked: timedelta, pause: timedelta) -> None:
    assert about(polling.failed(FEED, fault(Trouble.LIMITED, asked=asked), MANNERS).due_at, pause)


@pytest.mark.parametrize(
    ("failing", "failures", "asleep"),
    [(14 * DAY, 9, True), (14 * DAY, 8, False), (14 * DAY - MINUTE, 50, False), (90 * DAY, 3, False)],
)
def test_a_feed_sleeps_after_ten_failures_in_a_row_and_two_weeks_of_them(
    failing: timedelta, failures: int, *, asleep: bool
) -> None:
    before = replace(FEED, failures=failures, failing_since=NOW - failing)
    standing = polling.failed(before, fault(), MANNERS)
    assert (standing.state is FeedState.SLEEPING) is asleep
    assert about(standing.due_at, 7 * DAY) is asleep


def test_sleep_grows_deeper_up_to_a_month() -> None:
    feed = replace(FEED, failures=9, failing_since=NOW - 20 * DAY)
    pauses = []
    for _ in range(4):
        at = feed.due_at
        feed = polling.failed(feed, fault(at=at), MANNERS)
        pauses.append(feed.due_at - at)
    for pause, days in zip(pauses, (7, 14, 28, 30), strict=True):
        assert timedelta(days=days) <= pause <= timedelta(days=38)
    asked = polling.failed(replace(feed, due_at=NOW, polled_at=NOW), fault(asked=300 * DAY), MANNERS)
    assert about(asked.due_at, 7 * DAY)


@pytest.mark.parametrize(
    ("since", "asleep"), [(None, False), (HOUR, False), (23 * HOUR - MINUTE, False), (23 * HOUR, True)]
)
def test_that_a_feed_is_gone_is_believed_when_it_is_said_again_a_day_later(
    since: timedelta | None, *, asleep: bool
) -> None:
    first = None if since is None else NOW - since
    standing = polling.failed(replace(FEED, gone_at=first, failures=since is not None), fault(Trouble.GONE), MANNERS)
    assert standing.state is (FeedState.SLEEPING if asleep else FeedState.ACTIVE)
    assert standing.gone_at == (first or NOW)
    assert about(standing.due_at, 7 * DAY if asleep else DAY)


def test_between_two_times_of_gone_there_must_be_nothing_else() -> None:
    once = polling.failed(FEED, fault(Trouble.GONE), MANNERS)
    other = polling.failed(once, fault(Trouble.SLOW, NOW + DAY), MANNERS)
    assert other.gone_at is None
    assert polling.failed(other, fault(Trouble.GONE, NOW + 2 * DAY), MANNERS).state is FeedState.ACTIVE


# After an answer


def test_an_unchanged_feed_is_asked_a_little_less_often_within_bounds() -> None:
    for interval, longer in ((HOUR, 66 * MINUTE), (MINUTE, 10 * MINUTE), (30 * HOUR, DAY)):
        standing = polling.unchanged(replace(FEED, interval=interval), answer(304, b""), MANNERS)
        assert standing.interval == longer
        assert about(standing.due_at, longer)


def test_a_304_may_bring_a_newer_etag_and_the_same_bytes_renew_all_validators() -> None:
    told = polling.unchanged(FEED, answer(304, b""), MANNERS)
    assert (told.etag, told.last_modified, told.full_at) == (FEED.etag, FEED.last_modified, FEED.full_at)
    newer = polling.unchanged(FEED, answer(304, b"", etag='"newer"'), MANNERS)
    assert (newer.etag, newer.full_at) == ('"newer"', FEED.full_at), "RFC 9111 section 4.3.4"
    same = polling.unchanged(FEED, answer(etag='"n"', last_modified="x" * 200, url="https://cdn.example/f"), MANNERS)
    assert (same.etag, same.last_modified, same.full_at) == ('"n"', "x" * 100, NOW)
    assert same.validated_url == "https://cdn.example/f"
    bare = polling.unchanged(FEED, answer(), MANNERS)
    assert (bare.etag, bare.last_modified) == ("", "")


def test_an_answer_ends_all_trouble_and_wakes_a_feed() -> None:
    ill = replace(
        FEED,
        state=FeedState.SLEEPING,
        failures=12,
        failing_since=NOW - 30 * DAY,
        gone_at=NOW - 30 * DAY,
        trouble=Trouble.GONE,
        reason="gone",
    )
    for standing in (
        polling.unchanged(ill, answer(304, b""), MANNERS),
        polling.told(ill, answer(), document(), "d", MANNERS),
    ):
        assert (standing.state, standing.failures, standing.failing_since) == (FeedState.ACTIVE, 0, None)
        assert (standing.gone_at, standing.trouble, standing.reason) == (None, Trouble.NONE, "")
        assert (standing.polled_at, standing.answered_at) == (NOW, NOW)


def test_what_a_feed_tells_is_remembered() -> None:
    items = tuple(Told(number, int((NOW - number * 4 * HOUR).timestamp())) for number in range(10))
    found = document(
        *items,
        title="New title",
        hub="https://hub.example/",
        topic=URL,
        skip_hours=frozenset({3}),
        skip_days=frozenset({6}),
        recovered="mended",
    )
    standing = polling.told(FEED, answer(etag='"n"' * 900), found, "digest", MANNERS)
    assert (standing.title, standing.format, standing.body_hash) == ("New title", "rss20", "digest")
    assert (standing.told, standing.recovered) == (items, "mended")
    assert (standing.interval, standing.usual) == (2 * HOUR, 4 * HOUR)
    assert (standing.skip_hours, standing.skip_days) == (frozenset({3}), frozenset({6}))
    assert (standing.hub, standing.topic) == ("https://hub.example/", URL)
    assert (len(standing.etag), standing.full_at, standing.validated_url) == (500, NOW, URL)


def test_what_a_feed_says_no_more_of_itself_is_kept_or_forgotten() -> None:
    before = replace(FEED, hub="https://hub.example/", topic=URL, skip_hours=frozenset({3}), recovered="mended")
    standing = polling.told(before, answer(), document(), "d", MANNERS)
    assert (standing.title, standing.hub, standing.topic) == ("The Post", "https://hub.example/", URL)
    assert (standing.skip_hours, standing.recovered, standing.usual) == (frozenset(), "", None)


@pytest.mark.parametrize(
    ("headers", "ttl", "floor"),
    [
        ({}, None, timedelta()),
        ({"cache-control": "max-age=7200"}, None, 2 * HOUR),
        ({}, 3 * HOUR, 3 * HOUR),
        ({"cache-control": "max-age=7200"}, 3 * HOUR, 3 * HOUR),
        ({"cache-control": "max-age=7200"}, HOUR, 2 * HOUR),
        ({"cache-control": "max-age=999999999"}, None, DAY),
        ({}, 365 * DAY, DAY),
    ],
)
def test_a_feed_is_not_asked_before_the_time_that_it_or_its_server_wishes(
    headers: dict[str, str], ttl: timedelta | None, floor: timedelta
) -> None:
    said = replace(answer(), headers=headers)
    standing = polling.told(FEED, said, document(ttl=ttl), "d", MANNERS)
    assert standing.floor == floor
    assert about(standing.due_at, max(floor, standing.interval))
    assert about(polling.unchanged(standing, answer(304, b""), MANNERS).due_at, max(floor, standing.interval * 1.1))


def test_a_feed_is_not_asked_in_hours_that_it_wants_skipped() -> None:
    night = frozenset(range(24)) - {20}
    standing = polling.told(FEED, answer(), document(skip_hours=night), "d", MANNERS)
    assert standing.due_at == NOW + 8 * HOUR
    assert polling.unchanged(standing, answer(304, b""), MANNERS).due_at == NOW + 8 * HOUR


@pytest.mark.parametrize(
    ("until", "pause"), [(None, HOUR), (NOW - MINUTE, HOUR), (NOW, HOUR), (NOW + MINUTE, 12 * HOUR)]
)
def test_a_feed_whose_hub_pushes_is_asked_rarely(until: datetime | None, pause: timedelta) -> None:
    feed = replace(FEED, pushed_until=until, interval=HOUR / 1.1)
    assert about(polling.unchanged(feed, answer(304, b""), MANNERS).due_at, pause)


# Validators that lie

OLD = (Told(1, int((NOW - 5 * HOUR).timestamp())), Told(2, int((NOW - 6 * HOUR).timestamp())))
LIAR = replace(FEED, told=OLD, full_at=NOW - 10 * HOUR, polled_at=NOW - HOUR)


def fresh(age: timedelta) -> Told:
    return Told(3, int((NOW - age).timestamp()))


@pytest.mark.parametrize(
    ("feed", "said", "items", "lied"),
    [
        (LIAR, answer(etag='"e"'), (fresh(MINUTE), *OLD), True),
        (LIAR, answer(etag='"e"'), OLD, False),
        (LIAR, answer(etag='"e"'), OLD[:1], False),
        (LIAR, answer(etag='"f"'), (fresh(MINUTE), *OLD), False),
        (LIAR, answer(etag='"e"', url="https://cdn.example/f"), (fresh(MINUTE), *OLD), False),
        (LIAR, answer(etag='"f"'), (fresh(5 * HOUR), *OLD), True),
        (LIAR, answer(etag='"f"'), (fresh(HOUR + 29 * MINUTE), *OLD), False),
        (LIAR, answer(etag='"f"'), (fresh(10 * HOUR - 29 * MINUTE), *OLD), False),
        (LIAR, answer(etag='"f"'), (fresh(20 * HOUR), *OLD), False),
        (LIAR, answer(etag='"f"'), (Told(3, 0), *OLD), False),
        (replace(LIAR, etag=""), answer(last_modified=LIAR.last_modified), (fresh(MINUTE), *OLD), True),
        (replace(LIAR, etag=""), answer(last_modified="later"), (fresh(MINUTE), *OLD), False),
        (LIAR, answer(etag='"f"', last_modified=LIAR.last_modified), (fresh(MINUTE), *OLD), False),
        (replace(LIAR, etag="", last_modified=""), answer(), (fresh(5 * HOUR), *OLD), False),
        (replace(LIAR, told=()), answer(etag='"e"'), (fresh(5 * HOUR), *OLD), False),
        (replace(LIAR, full_at=None), answer(etag='"e"'), (fresh(5 * HOUR), *OLD), False),
    ],
)
def test_validators_lied_when_they_hid_items(feed: Feed, said: Answer, items: tuple[Told, ...], *, lied: bool) -> None:
    before = replace(feed, lied_at=NOW - 9 * DAY)
    assert polling.told(before, said, document(*items), "d", MANNERS).lied_at == (NOW if lied else NOW - 9 * DAY)


# Pushes and holding back


def test_a_push_adds_what_it_brings_and_leaves_the_next_turn_where_it_was() -> None:
    feed = replace(FEED, pushed_until=NOW + DAY)
    standing = polling.pushed(feed, NOW, [Told(3, 3), Told(1, 9)], MANNERS)
    assert standing.told == (Told(3, 3), Told(1, 9), Told(2, 2))
    assert (standing.polled_at, standing.etag, standing.failures) == (FEED.polled_at, FEED.etag, 0)
    assert about(standing.due_at, 12 * HOUR, NOW - HOUR)


def test_pushes_do_not_put_a_feed_off_for_ever_nor_make_it_due_in_the_past() -> None:
    first = polling.pushed(FEED, NOW, (), MANNERS)
    assert polling.pushed(first, NOW + 3 * HOUR, (), MANNERS).due_at == first.due_at
    assert polling.pushed(first, NOW + 99 * HOUR, (), MANNERS).due_at == NOW + 99 * HOUR
    assert about(polling.pushed(replace(FEED, polled_at=None), NOW, (), MANNERS).due_at, 12 * HOUR)


def test_no_more_is_remembered_of_pushes_than_of_answers() -> None:
    full = replace(FEED, told=tuple(Told(number, 0) for number in range(MAX_ITEMS)))
    standing = polling.pushed(full, NOW, [Told(-1, 0)], MANNERS)
    assert (len(standing.told), standing.told[0].hash, standing.told[-1].hash) == (MAX_ITEMS, -1, MAX_ITEMS - 2)


def test_a_feed_of_which_items_are_held_is_read_once_more_in_full() -> None:
    standing = replace(FEED, told=(Told(1, 1), Told(2, 2), Told(3, 3)), body_hash="d", polled_at=NOW)
    found = polling.held(standing, FEED, {2, 3})
    assert found.told == (Told(1, 1),)
    assert (found.body_hash, found.etag, found.last_modified, found.storm_at) == ("", "", "", NOW)
    assert polling.held(standing, replace(FEED, storm_at=NOW - DAY), {2}).storm_at == NOW - DAY


# Moves

NEW = "https://new.example/feed.xml"


def redirected(*statuses: int, url: str = NEW, at: datetime = NOW) -> Answer:
    return replace(answer(url=url, at=at), redirects=tuple((status, url) for status in statuses))


@pytest.mark.parametrize(
    ("said", "overlap", "counted"),
    [
        (redirected(301), 1.0, True),
        (redirected(308), 0.5, True),
        (redirected(301, 308), 1.0, True),
        (redirected(301, 302), 1.0, False),
        (redirected(302), 1.0, False),
        (redirected(307), 1.0, False),
        (redirected(), 1.0, False),
        (redirected(301), 0.49, False),
    ],
)
def test_a_move_is_counted_when_all_redirects_are_permanent_and_half_of_the_items_are_there(
    said: Answer, overlap: float, *, counted: bool
) -> None:
    before = replace(FEED, moved_to=NEW, moved_since=NOW - DAY, moved_times=3)
    found = polling.moved(before, before, said, overlap)
    expected = (NEW, NOW - DAY, 4) if counted else ("", None, 0)
    assert (found.moved_to, found.moved_since, found.moved_times) == expected
    assert found.url == URL


def test_a_move_to_another_place_is_counted_anew() -> None:
    before = replace(FEED, moved_to="https://other.example/", moved_since=NOW - 9 * DAY, moved_times=99)
    found = polling.moved(before, before, redirected(301), 1.0)
    assert (found.url, found.moved_to, found.moved_since, found.moved_times) == (URL, NEW, NOW, 1)


@pytest.mark.parametrize(
    ("times", "since", "believed"),
    [
        (MOVE_TIMES - 1, MOVE_AFTER, True),
        (MOVE_TIMES - 2, MOVE_AFTER, False),
        (MOVE_TIMES - 1, MOVE_AFTER - MINUTE, False),
        (900, HOUR, False),
    ],
)
def test_a_move_is_believed_when_it_was_seen_often_and_for_days(
    times: int, since: timedelta, *, believed: bool
) -> None:
    before = replace(FEED, moved_to=NEW, moved_since=NOW - since, moved_times=times)
    standing = replace(before, title="as it stands now")
    found = polling.moved(before, standing, redirected(301), 1.0)
    assert found.title == "as it stands now"
    if believed:
        assert (found.url, found.host, found.moved_to, found.moved_times) == (NEW, "new.example", "", 0)
        assert found.reason == f"moved for good from {URL}: 20 permanent redirects since 2026-11-21"
    else:
        assert (found.url, found.host, found.moved_times) == (URL, "post.example", times + 1)
