"""Articles read anew while others are at work on them: each version once, and nothing slips past a takedown."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from aggregator.core import identity
from aggregator.core.errors import AggregatorError
from aggregator.core.outcome import Step
from aggregator.core.page import Answer
from aggregator.line import Parts, run
from aggregator.steps.take_down import take_down
from aggregator.store import articles, entries, pages, publications, publish_queue, renewals, revisions
from aggregator.store.renewals import PAGE
from aggregator.store.session import Store
from tests.newsdesk import article_of, feed_of, outlet, told
from tests.texts import report
from tests.world import NOW, page

NUMBER = 12


def _at_once(*doing: Sequence[Callable[[], object]]) -> list[str]:
    """Call functions side by side, one of each list at a time; returns what failed."""
    meet, failed = threading.Barrier(len(doing)), []

    def do(mine: Sequence[Callable[[], object]]) -> None:
        for each in mine:
            meet.wait(60)
            try:
                each()
            except (AggregatorError, ValueError) as error:
                failed.append(repr(error))

    with ThreadPoolExecutor(len(doing)) as pool:
        list(pool.map(do, doing))
    return failed


def _waiting(line: Parts, store: Store) -> list[int]:
    """Store published articles of which each waits to be read anew, from a page with a sentence more."""
    feed = feed_of(store, outlet(store))
    ids = [article_of(store, feed, f"https://{feed.host}/{n}", report(n)) for n in range(NUMBER)]
    with store.writing() as session:
        publish_queue.want(session, ids, NOW)
    run(line, Step.PUBLISH, ids, NOW)
    with store.writing() as session:
        for number, article in enumerate(articles.several(session, ids).values()):
            body = page("A headline", *report(number), "A sentence more, of which nobody had heard before it came.")
            answer = Answer(article.url, 200, {"content-type": "text/html; charset=utf-8"}, body.encode(), NOW)
            pages.add(session, [(article.entry_id, article.url, answer, line.blobs.put(answer.body))])
        renewals.want_revised(session, ids, PAGE, NOW)
    return ids


def test_two_workers_that_read_the_same_article_anew_make_one_version_of_it(line: Parts, store: Store) -> None:
    ids = _waiting(line, store)
    later = NOW + timedelta(hours=1)  # to the second worker, the lease of the first is over
    failed = _at_once(
        [partial(run, line, Step.REVISE, [each], NOW) for each in ids],
        [partial(run, line, Step.REVISE, [each], later) for each in ids],
    )
    assert failed == []
    with store.reading() as session:
        for each in ids:
            assert [told.version for told in revisions.history(session, each)] == [1, 2]


def test_an_article_that_is_read_anew_while_it_is_taken_down_stays_empty(line: Parts, store: Store) -> None:
    ids = _waiting(line, store)
    with store.reading() as session:
        keys = articles.keys(session, ids)
    failed = _at_once(
        [partial(run, line, Step.REVISE, [each], NOW) for each in ids],
        [partial(take_down, store, line.blobs, NOW, keys[each], "asked for", "") for each in ids],
    )
    assert failed == []
    run(line, Step.PUBLISH, ids, NOW)
    with store.reading() as session:
        assert {each.state for each in articles.several(session, ids).values()} == {"removed"}
        assert publications.number(session) == 0
        for each in ids:
            words = revisions.versions(session, each, (1, 2)).values()
            assert {(told.text, told.note) for told in words} == {("", "")}
            assert pages.of_entries(session, [told.id for told in entries.of_articles(session, [each])]) == []


def test_feeds_that_tell_of_edits_and_steps_that_hold_articles_do_not_hold_each_other_up(
    line: Parts, store: Store
) -> None:
    ids = _waiting(line, store)
    with store.writing() as session:
        renewals.put_off(session, dict.fromkeys(ids, NOW + timedelta(days=1)))
        gathered = entries.of_articles(session, ids)

    def edit() -> None:
        with store.writing() as session:
            items = [
                (entry.id, identity.item(told(entry.url, "Another headline"), entry.url_key, entry.host), NOW)
                for entry in gathered
            ]
            entries.edit(session, items)

    failed = _at_once(
        [edit] * NUMBER,
        [partial(run, line, Step.REVISE, [each], NOW) for each in ids],
        [partial(run, line, Step.GATHER, [each.id], NOW) for each in gathered],
    )
    assert failed == []
