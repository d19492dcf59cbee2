"""Articles, their other names, their groups, and whether they are to be published."""

from dataclasses import replace
from datetime import timedelta

from aggregator.core.article import ArticleState
from aggregator.store import aliases, article_groups, articles, publish_queue, revisions
from aggregator.store.session import Store
from tests.newsdesk import article_of, feed_of, outlet, regroup
from tests.texts import GLACIER, HARBOUR, SCHOOL, report
from tests.world import NOW

MINUTE = timedelta(minutes=1)
URL = "https://harbour-tribune.example/news/1"


def _some(store: Store, number: int) -> list[int]:
    feed = feed_of(store, outlet(store))
    return [article_of(store, feed, f"{URL}-{place}", report(place), title=f"T{place}") for place in range(number)]


def test_an_article_is_found_by_each_of_its_names(store: Store) -> None:
    article_id = article_of(store, feed_of(store, outlet(store)), URL, HARBOUR, authors=("A. B", "C. D"))
    with store.writing() as session:
        aliases.add(session, [(article_id, "//other.example/x", "redirect")])
        article = articles.get(session, article_id)
        assert article is not None
        assert article.authors == ("A. B", "C. D")
        assert article.root_id == article_id
        assert articles.by_key(session, article.key) == article
        names = ["//harbour-tribune.example/news/1", "//other.example/x", "//unknown.example/"]
        assert articles.by_url_keys(session, names) == dict.fromkeys(names[:2], article)
        assert articles.at_url_keys(session, names) == [article]
        assert aliases.of_articles(session, [article_id]) == ["//other.example/x"]
        assert articles.keys(session, [article_id]) == {article_id: article.key}


def test_an_address_has_one_article(store: Store) -> None:
    article_id = article_of(store, feed_of(store, outlet(store)), URL, HARBOUR)
    with store.writing() as session:
        article = articles.get(session, article_id)
        text = revisions.text(session, article_id)
        assert article is not None
        assert text is not None
        again = articles.NewArticle(
            url=article.url, url_key=article.url_key, source_id=article.source_id, entry_id=article.entry_id,
            page_id=article.page_id or 0, title="Another", authors=(), language="en", published=None, modified=None,
            effective_at=NOW, first_seen=NOW, image="", text="other", html="", text_hash="", words=1, paywalled=False,
            licence_url="", canonical_url="", credit="", extractor="",
        )  # fmt: skip
        assert articles.add(session, [again]) == {}
        assert articles.add(session, []) == {}
        assert revisions.text(session, article_id) == text


def test_an_alias_that_is_taken_stays_where_it_is(store: Store) -> None:
    first, second = _some(store, 2)
    with store.writing() as session:
        aliases.add(session, [(first, "//x.example/", "feed")])
        aliases.add(session, [(second, "//x.example/", "feed")])
        assert articles.by_url_keys(session, ["//x.example/"])["//x.example/"].id == first


def test_a_group_is_told_whole_by_any_of_its_members(store: Store) -> None:
    first, second, third = _some(store, 3)
    with store.writing() as session:
        regroup(session, [first, second], second, "the earliest")
        members = article_groups.hold(session, [first])
        assert set(members) == {first, second}
        assert list(article_groups.hold(session, [third, second])) == [first, second, third], "by id"
        assert [each.root_reason for each in article_groups.members(session, second)] == ["the earliest"] * 2
        assert articles.numbers(session) == {"texts": 3, "articles": 2, "copies": 1, "removed": 0}


def test_where_articles_stand_is_stored_together(store: Store) -> None:
    first, second, third = _some(store, 3)
    with store.writing() as session:
        held = articles.several(session, [first, second, third])
        moved = [
            replace(held[second], root_id=first, root_reason="the earliest", title="Not this"),
            replace(held[first], root_reason="the earliest", story_id=7),
        ]
        article_groups.put(session, moved)
        article_groups.put(session, [])
        found = articles.several(session, [first, second, third])
        assert found == {first: moved[1], second: replace(moved[0], title="T1"), third: held[third]}


def test_a_publication_that_is_wanted_anew_while_it_is_made_is_made_again(store: Store) -> None:
    (article_id,) = _some(store, 1)
    with store.writing() as session:
        publish_queue.want(session, [article_id], NOW)
        assert publish_queue.lease(session, [article_id], NOW, MINUTE) == [article_id]
        assert publish_queue.lease(session, [article_id], NOW, MINUTE) == []
        publish_queue.want(session, [article_id], NOW)
        publish_queue.done(session, [article_id], NOW + MINUTE)
        assert publish_queue.left(session) == 1
        assert publish_queue.lease(session, [article_id], NOW, MINUTE) == [article_id]
        publish_queue.done(session, [article_id], NOW + MINUTE)
        assert publish_queue.left(session) == 0


def test_a_removed_article_keeps_its_row_and_nothing_of_its_words(store: Store) -> None:
    (article_id,) = _some(store, 1)
    with store.writing() as session:
        articles.remove(session, [article_id])
        article, text = articles.get(session, article_id), revisions.text(session, article_id)
        assert article is not None
        assert text is not None
        assert (article.state, article.title, article.text_hash) == (ArticleState.REMOVED, "", "")
        assert (text.title, text.text, text.html, text.text_hash) == ("", "", "", "")
        assert articles.newest(session, 10) == []


def test_names_that_are_let_go_can_be_taken_again(store: Store) -> None:
    feed = feed_of(store, outlet(store))
    old = article_of(store, feed, URL, HARBOUR)
    with store.writing() as session:
        articles.remove(session, [old])
        articles.release_names(session, [old])
    new = article_of(store, feed_of(store, outlet(store, "B")), URL, SCHOOL)
    with store.reading() as session:
        assert (
            articles.by_url_keys(session, ["//harbour-tribune.example/news/1"])["//harbour-tribune.example/news/1"].id
            == new
        )


def test_the_newest_come_first_and_can_be_chosen_by_source_and_language(store: Store) -> None:
    feed, other = feed_of(store, outlet(store)), feed_of(store, outlet(store, "Other Post"))
    old = article_of(store, feed, URL, HARBOUR, effective_at=NOW - timedelta(days=2))
    new = article_of(store, feed, f"{URL}2", SCHOOL, language="de")
    third = article_of(store, other, f"{URL}3", GLACIER, effective_at=NOW - timedelta(days=3))
    with store.reading() as session:
        assert [each.id for each in articles.newest(session, 10)] == [new, old, third]
        assert [each.id for each in articles.newest(session, 1)] == [new]
        assert [each.id for each in articles.newest(session, 10, source_id=other.source_id)] == [third]
        assert [each.id for each in articles.newest(session, 10, language="de")] == [new]
