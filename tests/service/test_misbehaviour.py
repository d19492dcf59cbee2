"""What a real poll makes of each way in which a feed server can misbehave, told in tables, path by path."""

from collections.abc import Iterator

import pytest

from aggregator.core.feed import FeedState
from aggregator.core.outcome import Word
from aggregator.devtools.misbehaving import BEHAVIOURS, news, serving
from aggregator.devtools.misbehaving.server import Server
from aggregator.store.session import Store
from tests.service.misbehaviour_desk import Desk, Polled, emptied
from tests.service.misbehaviour_rows import HOUR, Expected
from tests.service.misbehaviour_wire import WIRE
from tests.service.misbehaviour_words import WORDS

TABLE = {**WIRE, **WORDS}
SERVING = {"pace": 0.02, "longest": 8.0}
BY_PATH = {behaviour.path: behaviour for behaviour in BEHAVIOURS}


def _row(path: str, expected: Expected) -> object:
    return pytest.param(path, expected, id=path)


@pytest.fixture(scope="module")
def tls() -> Iterator[Server]:
    """Give the server over TLS."""
    with serving(pace=SERVING["pace"], longest=SERVING["longest"], tls=True) as running:
        yield running


def test_no_path_of_the_server_is_without_an_expectation_and_none_is_expected_twice() -> None:
    assert set(TABLE) == set(BY_PATH)
    assert len(TABLE) == len(WIRE) + len(WORDS)


@pytest.mark.parametrize(("path", "expected"), [_row(*each) for each in TABLE.items()])
def test_two_polls_of_a_path_come_to_what_is_expected(
    path: str, expected: Expected, request: pytest.FixtureRequest, database: Store
) -> None:
    behaviour = BY_PATH[path]
    if not behaviour.playable():
        pytest.skip(f"{path} needs the package {behaviour.needs}")
    playing: Server = request.getfixturevalue("tls" if behaviour.tls else "running")
    playing.reset(path)
    desk = Desk(emptied(database), playing.port, playing.site.now, hasty=expected.hasty)
    feed_id = desk.follow(playing.url(path))
    _check_first(desk, playing, expected, desk.poll(feed_id))
    if expected.then is not None:
        second = desk.poll(feed_id, HOUR)
        assert (second.word, second.feed.trouble) == (expected.then.word, expected.then.trouble), second.reason
        assert expected.then.says in second.reason
        assert second.new == expected.then.new
        _check_standing(second, playing.url(path), 2 if expected.word is Word.LATER else 1)


def _check_first(desk: Desk, playing: Server, expected: Expected, first: Polled) -> None:
    assert (first.word, first.feed.trouble) == (expected.word, expected.trouble), first.reason
    assert expected.says in first.reason
    assert first.new == expected.new
    usual = news.stories("", playing.site.now, max(expected.new, 8))
    titles = [story.title for story in usual] if expected.titles is None else expected.titles
    assert desk.titles() == sorted(titles)
    assert sum(entry.published is None for entry in desk.entries()) == expected.undated
    if expected.words:
        summaries = {story.title: {story.summary, ""} for story in usual}
        wrong = [each for each in desk.entries() if each.summary not in summaries.get(each.title, {each.summary})]
        assert wrong == [], "words are read in their charset"
    assert expected.repairs in first.feed.recovered
    assert bool(expected.repairs) == bool(first.feed.recovered)
    assert first.feed.floor == expected.floor
    assert expected.least <= first.pause <= expected.most
    assert expected.ends(first.feed.due_at), first.feed.due_at
    _check_standing(first, first.feed.url, 1)


def _check_standing(polled: Polled, url: str, failures: int) -> None:
    """Check what holds of a feed after each of its first two polls, however they ended."""
    feed, failed = polled.feed, polled.word is Word.LATER
    assert (feed.state, feed.url) == (FeedState.ACTIVE, url)
    assert feed.failures == (failures if failed else 0)
    assert (feed.failing_since is not None) == failed
    assert feed.reason == (polled.reason if failed else "")
    assert (feed.answered_at == feed.polled_at) == (not failed)
    assert polled.pause.total_seconds() >= 600, "nobody is asked again at once"
