"""Publishing: just what the rights allow goes out, with its credit, and nothing that was taken down."""

from dataclasses import replace

import pytest

from aggregator.core.article import Article
from aggregator.core.outcome import Step
from aggregator.core.publication import Publication, PublicationState
from aggregator.core.rights import Caps, Form
from aggregator.core.takedown import Block, BlockKind, Scope
from aggregator.core.url import key
from aggregator.line import Parts, run
from aggregator.store import articles, publications, publish_queue, takedowns
from tests.newsdesk import article_of, entry_of, feed_of, licensed, outlet, regroup
from tests.steps.parts import words
from tests.texts import HARBOUR
from tests.world import NOW

URL = "https://harbour-tribune.example/news/1"


def _article(line: Parts, *, full: bool = False, **given: object) -> int:
    source = licensed(line.store) if full else outlet(line.store)
    return article_of(line.store, feed_of(line.store, source), URL, HARBOUR, title="Breakwater to be rebuilt", **given)


def _publish(line: Parts, article_id: int) -> list[str]:
    with line.store.writing() as session:
        publish_queue.want(session, [article_id], NOW)
    return words(run(line, Step.PUBLISH, [article_id], NOW))


def _made(line: Parts, article_id: int) -> Publication:
    with line.store.reading() as session:
        found = publications.by_article(session, article_id)
    assert found is not None
    return found


def _held(line: Parts, article_id: int) -> Article:
    with line.store.reading() as session:
        found = articles.get(session, article_id)
    assert found is not None
    return found


def test_without_a_licence_an_excerpt_of_at_most_forty_words_goes_out(line: Parts) -> None:
    article_id = _article(line)
    assert _publish(line, article_id) == ["published"]
    made = _made(line, article_id)
    assert made.form is Form.EXCERPT
    assert 20 <= len(made.text.split()) <= 40
    assert len(made.text) <= 300
    assert HARBOUR[0].startswith(made.text.rstrip("…")[:100])
    assert made.rules == ("default: an excerpt of at most 40 words and 300 characters",)


def test_with_a_licence_the_whole_text_goes_out_and_the_licence_is_named(line: Parts) -> None:
    article_id = _article(line, full=True)
    _publish(line, article_id)
    made = _made(line, article_id)
    assert made.form is Form.FULL
    assert all(paragraph in made.text for paragraph in HARBOUR)
    assert made.licence_url == "https://creativecommons.org/licenses/by/4.0/"
    assert "CC-BY-4.0" in made.rights


@pytest.mark.parametrize("given", [{"paywalled": True}, {"credit": "Reuters"}])
def test_what_is_not_the_sources_to_license_stays_an_excerpt(line: Parts, given: dict[str, object]) -> None:
    article_id = _article(line, full=True, **given)
    _publish(line, article_id)
    assert _made(line, article_id).form is Form.EXCERPT


def test_the_credit_names_source_author_date_and_links_to_the_original(line: Parts) -> None:
    article_id = _article(line, authors=("A. Name",))
    _publish(line, article_id)
    made = _made(line, article_id)
    assert (made.source.name, made.source.slug, made.url) == ("Harbour Tribune", "harbour-tribune", URL)
    assert made.attribution == "Source: Harbour Tribune. A. Name. 2026-11-24."
    assert f'<a href="{URL}">Read the full article at Harbour Tribune</a>' in made.attribution_html
    assert made.disclaimer.startswith("Assembled by software.")
    assert "desk@site.example" in made.disclaimer
    assert made.rights.startswith("© Harbour Tribune")


def test_the_feeds_own_summary_is_the_excerpt_and_is_cleaned(line: Parts) -> None:
    feed = feed_of(line.store, outlet(line.store))
    summary = "<p onclick='x()'>The harbour <b>authority</b> will rebuild the breakwater<script>alert(1)</script>.</p>"
    article_id = article_of(line.store, feed, URL, HARBOUR)
    with line.store.writing() as session:
        from sqlalchemy import update  # noqa: PLC0415

        from aggregator.store.tables import entries as rows  # noqa: PLC0415

        session.execute(update(rows).where(rows.c.article_id == article_id).values(summary=summary))
    _publish(line, article_id)
    made = _made(line, article_id)
    assert made.text == "The harbour authority will rebuild the breakwater ."
    assert made.html == "<p>The harbour authority will rebuild the breakwater .</p>"


def test_a_full_text_goes_out_only_after_it_was_cleaned(line: Parts) -> None:
    article_id = _article(line, full=True, html='<p onload="x()">Fine</p><script>alert(1)</script><iframe></iframe>')
    _publish(line, article_id)
    assert _made(line, article_id).html == "<p>Fine</p>"


def test_the_operators_caps_are_kept(line: Parts) -> None:
    short = replace(line, house=replace(line.house, caps=Caps(words=5, chars=300)))
    article_id = _article(line)
    with line.store.writing() as session:
        publish_queue.want(session, [article_id], NOW)
    run(short, Step.PUBLISH, [article_id], NOW)
    assert len(_made(line, article_id).text.split()) == 5


def test_what_says_nothing_new_is_not_published_again(line: Parts) -> None:
    article_id = _article(line)
    assert _publish(line, article_id) == ["published"]
    with line.store.reading() as session:
        before = publications.state_of(session, publications.ALL)
    assert _publish(line, article_id) == ["unchanged"]
    with line.store.reading() as session:
        assert publications.state_of(session, publications.ALL) == before


def test_what_is_not_wanted_is_not_published(line: Parts) -> None:
    article_id = _article(line)
    assert words(run(line, Step.PUBLISH, [article_id], NOW)) == ["not_due"]


def test_a_copy_becomes_a_signpost_to_the_canonical_article_which_credits_it(line: Parts) -> None:
    root = _article(line)
    copy = article_of(line.store, feed_of(line.store, outlet(line.store, "Other Post")), "https://o.example/c", HARBOUR)
    assert _publish(line, copy) == ["published"]
    with line.store.writing() as session:
        regroup(session, [copy], root, "the earliest")
    assert _publish(line, copy) == ["unchanged"]
    assert _publish(line, root) == ["published"]
    signpost = _made(line, copy)
    assert (signpost.state, signpost.moved_to) == (PublicationState.MOVED, _held(line, root).key)
    assert (signpost.text, signpost.title) == ("", "")
    assert [(each.name, each.article_url) for each in _made(line, root).also] == [("Other Post", "https://o.example/c")]


def test_what_was_taken_down_before_is_withheld(line: Parts) -> None:
    article_id = _article(line)
    with line.store.writing() as session:
        number = takedowns.add(session, Scope.ARTICLE, URL, "asked for", "", NOW)
        takedowns.block(session, number, [Block(BlockKind.URL, key(URL))])
    assert _publish(line, article_id) == ["withheld"]
    with line.store.reading() as session:
        assert publications.by_article(session, article_id) is None


def test_what_was_taken_down_after_it_was_published_becomes_a_tombstone(line: Parts) -> None:
    article_id = _article(line)
    _publish(line, article_id)
    with line.store.writing() as session:
        articles.remove(session, [article_id])
    assert _publish(line, article_id) == ["withheld"]
    made = _made(line, article_id)
    assert made.state is PublicationState.WITHDRAWN
    assert (made.title, made.text, made.html, made.authors) == ("", "", "", ())


def test_a_second_sighting_moves_the_time_of_the_publication(line: Parts) -> None:
    article_id = _article(line)
    _publish(line, article_id)
    entry = entry_of(line.store, feed_of(line.store, outlet(line.store, "Other Post")), f"{URL}?utm_source=x")
    run(line, Step.FETCH, [entry.id], NOW)
    assert _publish(line, article_id) == ["published"]
    assert [each.name for each in _made(line, article_id).also] == ["Other Post"]
