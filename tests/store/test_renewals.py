"""Rows of renewals, revisions and what a takedown takes of them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from aggregator.core.page import Answer
from aggregator.store import articles, entries, entry_texts, pages, parts, renewals, revisions
from aggregator.store.renewals import PAGE, RULES, Standing
from aggregator.store.revisions import Revision
from aggregator.store.session import Store
from aggregator.store.tables import articles as rows
from tests.newsdesk import article_of, feed_of, outlet
from tests.texts import HARBOUR, report
from tests.world import NOW

HOUR = timedelta(hours=1)
HOME = "https://harbour-tribune.example"


def _several(store: Store, number: int, name: str = "Harbour Tribune") -> list[int]:
    feed = feed_of(store, outlet(store, name))
    return [article_of(store, feed, f"https://{feed.host}/{n}", report(n), check_at=NOW) for n in range(number)]


def test_the_first_look_is_stored_with_the_article(store: Store):
    (mine,) = _several(store, 1)
    with store.writing() as session:
        assert [work.id for work in renewals.due(session, NOW, 10, 10)] == [mine]
        assert renewals.due(session, NOW - HOUR, 10, 10) == []
        assert renewals.due(session, NOW, 0, 10) == []


def test_what_is_due_is_shared_out_by_host_in_the_order_of_the_wishes(store: Store):
    mine = _several(store, 4)
    (theirs,) = _several(store, 1, "Other Post")
    with store.writing() as session:
        renewals.put_off(session, {theirs: NOW + HOUR})
        found = renewals.due(session, NOW + HOUR, 10, 2)
        assert [(work.id, work.host) for work in found] == [
            (mine[0], "harbour-tribune.example"),
            (theirs, "other-post.example"),
            (mine[1], "harbour-tribune.example"),
        ]


def test_a_look_is_leased_once_and_stands_where_it_is_told(store: Store):
    (mine,) = _several(store, 1)
    with store.writing() as session:
        (look,) = renewals.lease(session, [mine], NOW, HOUR)
        assert (look.url, look.host, look.seen_at) == (f"{HOME}/0", "harbour-tribune.example", NOW)
        assert renewals.lease(session, [mine], NOW, HOUR) == []
        renewals.stand(session, [Standing(mine, NOW, NOW + HOUR, 2, NOW - HOUR)])
        article = articles.get(session, mine)
        assert article is not None
        assert (article.checked_at, article.check_at, article.checks) == (NOW, NOW + HOUR, 2)
        assert article.gone_at is None, "it is missing, which is not yet a fact"
        (look,) = renewals.lease(session, [mine], NOW + HOUR, HOUR)
        assert (look.missing_since, look.checks) == (NOW - HOUR, 2)
        renewals.stand(session, [Standing(mine, NOW, None, 3, NOW - HOUR)])
        article = articles.get(session, mine)
        assert article is not None
        assert article.gone_at == NOW - HOUR


def test_one_that_is_given_up_while_it_was_missing_is_not_taken_for_withdrawn(store: Store):
    (mine,) = _several(store, 1)
    with store.writing() as session:
        renewals.stand(session, [Standing(mine, NOW, NOW + HOUR, 1, NOW)])
        renewals.put_off(session, {mine: None})
        article = articles.get(session, mine)
        assert article is not None
        assert (article.check_at, article.gone_at) == (None, None)


def test_a_new_page_is_a_better_reason_than_new_rules(store: Store):
    first, second = _several(store, 2)
    with store.writing() as session:
        renewals.want_revised(session, [first, second], RULES, NOW)
        renewals.want_revised(session, [first], PAGE, NOW)
        renewals.want_revised(session, [first], RULES, NOW)
        assert [work.id for work in renewals.revise_due(session, NOW, 10)] == [first, second]
        taken = renewals.lease_revise(session, [first, second], NOW, HOUR)
        assert [(visit.cause, visit.tries) for visit in taken] == [(PAGE, 0), (RULES, 0)]
        assert renewals.revise_due(session, NOW, 10) == []
        assert renewals.lease_revise(session, [first, second], NOW + HOUR, HOUR, untried=True) == []
        again = renewals.lease_revise(session, [first, second], NOW + HOUR, HOUR)
        assert [visit.tries for visit in again] == [1, 1]
        renewals.release_revise(session, again)
        assert [visit.tries for visit in renewals.lease_revise(session, [first], NOW + HOUR, HOUR)] == [1]


@pytest.mark.parametrize(
    ("cause", "changed", "checks"), [(PAGE, True, 0), (PAGE, False, 3), (RULES, True, 2), (RULES, False, 2)]
)
def test_only_a_new_page_counts_as_a_look(store: Store, cause: str, changed: bool, checks: int):
    (mine,) = _several(store, 1)
    with store.writing() as session:
        renewals.stand(session, [Standing(mine, NOW, NOW, 2)])
        renewals.want_revised(session, [mine], cause, NOW)
        renewals.lease_revise(session, [mine], NOW, HOUR)
        renewals.revised(session, {mine: changed})
        article = articles.get(session, mine)
        assert article is not None
        assert article.checks == checks
        assert renewals.revise_due(session, NOW + HOUR, 10) == []


def test_the_newest_page_of_an_article_is_none_of_its_further_parts(store: Store):
    (mine,) = _several(store, 1)
    with store.writing() as session:
        article = articles.get(session, mine)
        assert article is not None
        entry_id = article.entry_id
        (first,) = pages.of_entries(session, [entry_id])
        told = (entry_id, f"{HOME}/0?page=2", _answer(first.url), "b" * 64)
        pages.add(session, [told])
        assert renewals.newest_pages(session, [entry_id]) == {entry_id: first.id}
        newer = pages.add(session, [(entry_id, f"{HOME}/0", _answer(first.url), "c" * 64)])
        assert renewals.newest_pages(session, [entry_id]) == newer


def _answer(url: str) -> Answer:
    return Answer(url, 200, {}, b"", NOW)


def _revision(article_id: int, version: int, kind: str, at: Any = NOW) -> Revision:
    return Revision(article_id, version, kind, at, "T", "text", "<p>", "", 7, "rules 2", "60 → 90")


def test_versions_are_appended_and_told_without_their_words(store: Store):
    (mine,) = _several(store, 1)
    with store.writing() as session:
        revisions.add(session, [_revision(mine, 2, "update", NOW + HOUR), _revision(mine, 3, "minor", NOW + HOUR * 2)])
        session.execute(update(rows).where(rows.c.id == mine).values(version=3))
        told = revisions.history(session, mine)
        assert [(each.version, each.kind, each.text, each.note) for each in told] == [
            (1, "first", "", ""),
            (2, "update", "", "60 → 90"),
            (3, "minor", "", "60 → 90"),
        ]
        assert told[0].page_id is not None
        assert (told[0].extractor, told[1].page_id) == ("test", 7)
        assert sorted(revisions.versions(session, mine, (1, 3, 9))) == [1, 3]
        newest = revisions.text(session, mine)
        assert newest is not None
        assert newest.version == 3
        assert revisions.edited(session, [mine]) == {mine: NOW + HOUR}
        assert revisions.edited(session, []) == {}


def test_a_takedown_takes_every_word_of_an_article_and_of_its_versions(store: Store):
    words = "Maren Holtby"
    feed = feed_of(store, outlet(store))
    telling: dict[str, Any] = {
        "organisations": (words,), "section": words, "tags": (words, "b"), "image_credit": words, "amp_url": words,
        "origins": (("title", words),), "agreement": 0.5, "check_at": NOW, "authors": (words,), "credit": words,
    }  # fmt: skip
    mine = article_of(store, feed, f"{HOME}/0", HARBOUR, **telling)
    with store.writing() as session:
        revisions.add(session, [_revision(mine, 2, "update")])
        parts.add(session, {mine: [f"{HOME}/0?page=2"]})
        article = articles.get(session, mine)
        assert article is not None
        entry_texts.put(session, {article.entry_id: words})
        renewals.want_revised(session, [mine], RULES, NOW)
        articles.remove(session, [mine])
        entries.empty(session, [article.entry_id], "takedown 1", NOW)
        row = session.execute(select(rows).where(rows.c.id == mine)).one()
        for name in ("organisations", "section", "tags", "image_credit", "amp_url", "origins", "authors", "credit"):
            assert getattr(row, name) == "", name
        assert (row.agreement, row.check_at, row.revise_due) == (None, None, None)
        assert {(each.text, each.note) for each in revisions.versions(session, mine, (1, 2)).values()} == {("", "")}
        assert entry_texts.several(session, [article.entry_id]) == {}
        assert parts.of(session, [mine]) == {}
