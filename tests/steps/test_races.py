"""A takedown while others are at work on the same articles: nobody holds anybody up, and nothing slips through."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from aggregator.core.errors import AggregatorError
from aggregator.core.outcome import Step
from aggregator.line import Parts, run
from aggregator.steps.take_down import take_down
from aggregator.store import articles, entries, publications, publish_queue
from aggregator.store.session import Store
from tests.newsdesk import article_of, feed_of, outlet
from tests.texts import report
from tests.world import NOW


def _at_once(number: int, *doing: Callable[[int], object]) -> list[str]:
    """Do things side by side, `number` times; returns what failed."""
    meet, failed = Barrier(len(doing)), []

    def do(each: Callable[[int], object]) -> None:
        for place in range(number):
            meet.wait(30)
            try:
                each(place)
            except (AggregatorError, ValueError) as error:
                failed.append(repr(error))

    with ThreadPoolExecutor(len(doing)) as pool:
        list(pool.map(do, doing))
    return failed


def test_a_copy_that_is_gathered_while_its_original_is_taken_down_goes_down_too(line: Parts, store: Store) -> None:
    left, right = (feed_of(store, outlet(store, name)) for name in ("Left Post", "Right Post"))
    pairs = [
        [article_of(store, feed, f"https://{feed.host}/{n}", report(n)) for feed in (left, right)] for n in range(20)
    ]
    with store.reading() as session:
        entry_of = {each.article_id: each.id for each in entries.of_articles(session, list(itertools.chain(*pairs)))}
    for first, _ in pairs:
        run(line, Step.GATHER, [entry_of[first]], NOW)
    failed = _at_once(
        20,
        lambda n: take_down(store, line.blobs, NOW, f"https://{left.host}/{n}", "asked for", ""),
        lambda n: run(line, Step.GATHER, [entry_of[pairs[n][1]]], NOW),
    )
    assert failed == []
    with store.reading() as session:
        assert {each.state for each in articles.several(session, itertools.chain(*pairs)).values()} == {"removed"}


def test_publishing_and_taking_down_do_not_hold_each_other_up(line: Parts, store: Store) -> None:
    feed = feed_of(store, outlet(store))
    ids = [article_of(store, feed, f"https://{feed.host}/{n}", report(n)) for n in range(20)]

    def want() -> None:
        with store.writing() as session:
            publish_queue.want(session, ids, NOW)

    want()
    run(line, Step.PUBLISH, ids, NOW)
    want()
    shorter = replace(line, house=replace(line.house, caps=replace(line.house.caps, words=9)))
    failed = _at_once(
        20,
        lambda n: take_down(store, line.blobs, NOW, f"https://{feed.host}/{n}", "asked for", ""),
        lambda n: run(shorter, Step.PUBLISH, [ids[n]], NOW),
    )
    assert failed == []
    with store.reading() as session:
        assert publications.number(session) == 0
