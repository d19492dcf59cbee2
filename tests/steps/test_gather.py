"""Gathering: one text is one article, one event is one story, whatever the order in which they come."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import delete, event, select, update

from aggregator.core.entry import EntryStatus
from aggregator.core.outcome import Step
from aggregator.core.sketch import pack
from aggregator.core.takedown import Block, BlockKind, Scope
from aggregator.line import Parts, run
from aggregator.store import (
    article_groups,
    articles,
    copies,
    entries,
    revisions,
    sightings,
    sketches,
    stories,
    tables,
    takedowns,
)
from aggregator.store.session import Store
from tests.newsdesk import article_of, feed_of, outlet
from tests.steps.parts import words
from tests.texts import GLACIER, HARBOUR, SCHOOL, changed_headline, report
from tests.world import NOW

HOUR = timedelta(hours=1)
REUTERS = "the page of the agency to which the text is credited (Reuters)"


def _article(line: Parts, name: str, text: tuple[str, ...], title: str = "A headline", **given: object) -> int:
    feed = feed_of(line.store, outlet(line.store, name))
    return article_of(line.store, feed, f"https://{feed.host}/{len(text)}-{title[:9]}", text, title=title, **given)


def _gather(line: Parts, *article_ids: int) -> list[str]:
    with line.store.reading() as session:
        entry_of = {each.article_id: each.id for each in entries.of_articles(session, article_ids)}
    return words(run(line, Step.GATHER, [entry_of[each] for each in article_ids], NOW))


def _roots(line: Parts, *article_ids: int) -> list[int]:
    with line.store.reading() as session:
        held = articles.several(session, article_ids)
    return [held[each].root_id for each in article_ids]


def _statuses(line: Parts, *article_ids: int) -> list[EntryStatus]:
    with line.store.reading() as session:
        found = {each.article_id: each.status for each in entries.of_articles(session, article_ids)}
    return [found[each] for each in article_ids]


@pytest.mark.parametrize(
    "copy",
    [HARBOUR, changed_headline(HARBOUR), HARBOUR[:3], tuple(line.upper() for line in HARBOUR)],
    ids=["verbatim", "local lede", "last paragraph cut", "capitals"],
)
def test_a_copy_at_another_outlet_joins_the_article(line: Parts, copy: tuple[str, ...]) -> None:
    first = _article(line, "Harbour Tribune", HARBOUR)
    second = _article(line, "Other Post", copy, effective_at=NOW - HOUR)
    assert _gather(line, first, second) == ["article", "duplicate"]
    assert _roots(line, first, second) == [first, first]
    with line.store.reading() as session:
        assert {each.source_name for each in sightings.of_group(session, first)} == {"Harbour Tribune", "Other Post"}
        edges = copies.of(session, [first])
    assert [(edge.a, edge.b, edge.relation) for edge in edges] == [(first, second, "copy")]
    assert edges[0].score >= 0.55
    assert edges[0].rule.startswith("copies-")


def test_other_texts_stay_apart(line: Parts) -> None:
    ids = [_article(line, name, text) for name, text in (("A", HARBOUR), ("B", SCHOOL), ("C", GLACIER))]
    assert _gather(line, *ids) == ["article"] * 3
    assert _roots(line, *ids) == ids


def test_the_earliest_is_canonical_whoever_came_first(line: Parts) -> None:
    late = _article(line, "Late Post", HARBOUR, effective_at=NOW - HOUR)
    assert _gather(line, late) == ["article"]
    early = _article(line, "Early Post", HARBOUR, effective_at=NOW - 5 * HOUR)
    assert _gather(line, early) == ["article"]
    assert _roots(line, late, early) == [early, early]
    assert _statuses(line, late, early) == [EntryStatus.DUPLICATE, EntryStatus.ARTICLE]


def test_a_copy_that_names_its_original_makes_it_canonical(line: Parts) -> None:
    original = _article(line, "Original", HARBOUR, effective_at=NOW - HOUR)
    with line.store.reading() as session:
        held = articles.get(session, original)
    assert held is not None
    copy = _article(line, "Copy", HARBOUR, effective_at=NOW - 5 * HOUR, canonical_url=held.url)
    _gather(line, copy, original)
    assert _roots(line, copy, original) == [original, original]
    with line.store.reading() as session:
        root = articles.get(session, original)
    assert root is not None
    assert "rel=canonical" in root.root_reason


def test_every_order_of_arrival_ends_in_the_same_group(line: Parts) -> None:
    for number, order in enumerate(itertools.permutations(range(3))):
        text = report(number)
        texts = (text, changed_headline(text), text[:3])
        ids = [
            article_of(
                line.store,
                feed_of(line.store, outlet(line.store, f"Outlet {place} {number}")),
                f"https://o{place}.example/{number}",
                texts[place],
                effective_at=NOW - place * HOUR,
            )
            for place in range(3)
        ]
        for place in order:
            _gather(line, ids[place])
        assert _roots(line, *ids)[0] == ids[2], order


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_text_of_an_agency_is_the_agencys_own_whoever_printed_it_first(line: Parts, order: tuple[int, ...]) -> None:
    """The agency's own page comes last in time; the credit is in a copy alone, and still shows whose it is."""
    credited = (*HARBOUR, "Reporting by Ann Other; Editing by Jo Doe")
    homes = ("early-post.example", "credited-post.example", "www.reuters.com")
    ids = [
        article_of(
            line.store,
            feed_of(line.store, outlet(line.store, home), f"https://{home}/feed.xml"),
            f"https://{home}/breakwater",
            text,
            effective_at=NOW - (5 - place) * HOUR,
            credit="Reuters" if text is credited else "",
        )
        for place, (home, text) in enumerate(zip(homes, (HARBOUR, credited, HARBOUR), strict=True))
    ]
    for place in order:
        _gather(line, ids[place])
    assert _roots(line, *ids) == [ids[2]] * 3
    with line.store.reading() as session:
        assert {each.root_reason for each in article_groups.members(session, ids[2])} == {REUTERS}
        assert [row.size for row in stories.newest(session, 10)] == [1]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_copies_name_as_their_original_is_canonical_in_every_order(line: Parts, order: tuple[int, ...]) -> None:
    told = [feed_of(line.store, outlet(line.store, name)) for name in ("Original", "First Copy", "Second Copy")]
    urls = [f"https://{feed.host}/breakwater" for feed in told]
    ids = [
        article_of(line.store, feed, url, HARBOUR, effective_at=NOW - place * HOUR, canonical_url=urls[0])
        for place, (feed, url) in enumerate(zip(told, urls, strict=True))
    ]
    for place in order:
        _gather(line, ids[place])
    assert _roots(line, *ids) == [ids[0]] * 3
    assert _statuses(line, *ids) == [EntryStatus.ARTICLE, EntryStatus.DUPLICATE, EntryStatus.DUPLICATE]


def test_two_groups_that_a_third_text_shows_to_be_one_are_joined(line: Parts) -> None:
    """The halves say nothing of each other; the whole text is like both."""
    halves = [
        _article(line, "Upper Half", HARBOUR, title="Breakwater of Kelmouth"),
        _article(line, "Lower Half", SCHOOL, title="School of Osterby"),
    ]
    _gather(line, *halves)
    assert _roots(line, *halves) == halves, "apart"
    with line.store.reading() as session:
        assert [row.size for row in stories.newest(session, 10)] == [1, 1]
    whole = _article(line, "Whole", (*HARBOUR, *SCHOOL), title="News of the coast and the hills")
    _gather(line, whole)
    assert len(set(_roots(line, *halves, whole))) == 1
    with line.store.reading() as session:
        assert [row.size for row in stories.newest(session, 10)] == [1], "one story remains of the two"


def test_what_was_taken_down_before_it_was_gathered_stays_down(line: Parts) -> None:
    first, second = _article(line, "A", HARBOUR), _article(line, "B", HARBOUR)
    with line.store.writing() as session:
        articles.remove(session, [first])
    assert sorted(_gather(line, first, second)) == ["article", "refused"]
    assert _roots(line, second) == [second], "a copy is not hung up under what is gone"
    assert _statuses(line, first) == [EntryStatus.REFUSED]


def test_what_is_gone_is_never_the_canonical_one(line: Parts) -> None:
    first, second = _article(line, "A", HARBOUR, effective_at=NOW - 9 * HOUR), _article(line, "B", HARBOUR)
    _gather(line, first)
    _gather(line, second)
    with line.store.writing() as session:
        articles.remove(session, [first])
        sketches.remove(session, [first])
    third = _article(line, "C", HARBOUR, effective_at=NOW - HOUR)
    assert _gather(line, third) == ["duplicate"]
    assert _roots(line, second, third) == [second, second]


def test_the_same_event_in_other_words_is_one_story(line: Parts) -> None:
    first = _article(
        line, "A", ("The chain ferry Margaret Ansty ran aground on Corran Bank on Monday with 38 people on board.",),
        title="Chain ferry Margaret Ansty aground on Corran Bank",
    )  # fmt: skip
    second = _article(
        line, "B", ("Lifeboats took all passengers off the Margaret Ansty after her drive chain broke near Corran Bank.",),
        title="Passengers saved from ferry Margaret Ansty",
    )  # fmt: skip
    third = _article(line, "C", SCHOOL, title="Hill village school to reopen")
    assert _gather(line, first, second, third) == ["article"] * 3
    with line.store.reading() as session:
        held = articles.several(session, [first, second, third])
        story = stories.get(session, held[first].story_id or 0)
    assert held[first].story_id == held[second].story_id != held[third].story_id
    assert story is not None
    assert story.size == 2


def test_a_copy_does_not_make_its_story_larger(line: Parts) -> None:
    first, second = _article(line, "A", HARBOUR), _article(line, "B", HARBOUR, effective_at=NOW - HOUR)
    _gather(line, first)
    _gather(line, second)
    with line.store.reading() as session:
        sizes = [story.size for story in stories.newest(session, 10)]
    assert sizes == [1]


def test_the_text_of_what_was_taken_down_is_refused_wherever_it_comes_from(line: Parts) -> None:
    article_id = _article(line, "Other Post", changed_headline(HARBOUR))
    blocked = _article(line, "Gone", HARBOUR)
    with line.store.writing() as session:
        drawn = sketches.several(session, [blocked])[blocked]

        number = takedowns.add(session, Scope.ARTICLE, "x", "asked for", "", NOW)
        found = [Block(BlockKind.TEXT, "0" * 32, pack(drawn.shingles))]
        takedowns.block(session, number, found + [Block(BlockKind.SHINGLE, str(fp)) for fp in drawn.sample])
    assert _gather(line, article_id) == ["refused"]
    with line.store.reading() as session:
        article, text = articles.get(session, article_id), revisions.text(session, article_id)
    assert article is not None
    assert text is not None
    assert (article.title, text.text, text.html) == ("", "", "")
    assert _statuses(line, article_id) == [EntryStatus.REFUSED]


def test_copies_gathered_at_the_same_instant_always_find_each_other(line: Parts, store: Store) -> None:
    """Four workers, two at each pair of copies, each with one of the two."""
    left, right = (feed_of(store, outlet(store, name)) for name in ("Left Post", "Right Post"))
    pairs = []
    for number in range(40):
        text = report(number)
        pairs.append([article_of(store, feed, f"https://{feed.host}/{number}", text) for feed in (left, right)])
    with store.reading() as session:
        entry_of = {each.article_id: each.id for each in entries.of_articles(session, list(itertools.chain(*pairs)))}
    start = Barrier(4)

    def gather(worker: int) -> None:
        side, half = worker % 2, worker // 2
        start.wait(30)
        for pair in pairs[half::2]:
            run(line, Step.GATHER, [entry_of[pair[side]]], NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(gather, range(4)))
    roots = [_roots(line, *pair) for pair in pairs]
    assert all(first == second in pair for (first, second), pair in zip(roots, pairs, strict=True))
    assert [sorted(_statuses(line, *pair)) for pair in pairs] == [[EntryStatus.ARTICLE, EntryStatus.DUPLICATE]] * 40
    with store.reading() as session:
        held = articles.several(session, itertools.chain(*pairs))
        sizes = {story.id: story.size for story in stories.newest(session, 100)}
    told = [article.story_id for article in held.values() if article.root_id == article.id]
    assert None not in told, "each canonical article is in a story"
    assert {each: told.count(each) for each in told if each} == sizes, "and its story counts it"


def test_a_second_run_changes_nothing(line: Parts) -> None:
    article_id = _article(line, "A", HARBOUR)
    assert _gather(line, article_id) == ["article"]
    assert _gather(line, article_id) == ["not_due"]


EVENTS = (
    ("Chain ferry Margaret Ansty aground on Corran Bank", "The chain ferry Margaret Ansty ran aground on Corran Bank."),
    ("Passengers saved from ferry Margaret Ansty", "Lifeboats took all off the Margaret Ansty near Corran Bank."),
    ("Margaret Ansty: chain of the ferry was worn", "The chain of the Margaret Ansty was worn, Corran inspectors say."),
    ("Vestre glacier drilled to the ground", "Researchers drilled through the whole Vestre glacier at Arnesen Pass."),
    ("Old ice of Vestre glacier brought to Arnesen", "The ice of the Vestre glacier is 4,300 years old, Arnesen says."),
    ("Ferry chains to be inspected along Corran coast", "After the Margaret Ansty all chain ferries are inspected."),
)


def _newsday(line: Parts, seed: int) -> list[int]:
    """Store 40 articles: agency texts at several outlets, some cut or with a lede, and reports of a few events."""
    chance = Random(seed)
    ids = []
    for number in range(40):
        title, lead = chance.choice(EVENTS)
        agency = chance.choice((HARBOUR, SCHOOL, GLACIER))
        copy = chance.choice((agency, changed_headline(agency), agency[:3], agency[:1], (*HARBOUR, *SCHOOL)))
        telling = (f"{lead} {' '.join(report(number, 40))}", *report(seed * 100 + number, 60))
        text = copy if chance.random() < 0.4 else telling
        feed = feed_of(line.store, outlet(line.store, f"Paper {number}"))
        at = NOW - chance.choice((1, 20, 70, 90, 200)) * HOUR - timedelta(minutes=number)
        credit = chance.choice(("", "", "Reuters"))
        url = f"https://{feed.host}/{number}"
        ids.append(article_of(line.store, feed, url, text, title=title, effective_at=at, credit=credit))
    return ids


def _ungathered(store: Store) -> None:
    """Let all be as though nothing had been gathered."""
    with store.writing() as session:
        for table in (tables.stories, tables.story_terms, tables.copies):
            session.execute(delete(table))
        blank = {"root_id": tables.articles.c.id, "root_reason": "", "story_id": None, "publish_due": None}
        session.execute(update(tables.articles).values(**blank))
        session.execute(update(tables.entries).values(status=EntryStatus.EXTRACTED, reason="", leased_until=None))


def _told(store: Store, ids: list[int]) -> dict[str, object]:
    """Return all that gathering decides, without the numbers of stories and the reasons of duplicates.

    Such a reason names the canonical article of the time when the entry ended, which is later in a batch.
    """
    with store.reading() as session:
        held = articles.several(session, ids)
        rows = {row.id: row for row in session.execute(select(tables.stories))}
        due = session.execute(select(tables.articles.c.id).where(tables.articles.c.publish_due.is_not(None)))
        words = select(tables.story_terms).order_by(tables.story_terms.c.article_id, tables.story_terms.c.term)
        return {
            "groups": {each.id: (each.root_id, each.root_reason) for each in held.values()},
            "stories": {each.id: rows[each.story_id].key if each.story_id else "" for each in held.values()},
            "sizes": {row.key: (row.title, row.size, row.first_at, row.last_at) for row in rows.values()},
            "order": [row.key for _, row in sorted(rows.items())],
            "words": [tuple(row) for row in session.execute(words)],
            "edges": copies.of(session, ids),
            "entries": [(each.id, each.status) for each in entries.of_articles(session, ids)],
            "due": {row.id for row in due},
        }


@pytest.mark.parametrize("seed", range(6))
def test_a_batch_ends_as_though_its_articles_were_gathered_one_by_one(line: Parts, seed: int) -> None:
    ids = _newsday(line, seed)
    for each in ids:
        _gather(line, each)
    alone = _told(line.store, ids)
    _ungathered(line.store)
    _gather(line, *ids[:10])
    _gather(line, *ids[10:])
    assert _told(line.store, ids) == alone
    sizes = [row[1] for row in alone["sizes"].values()]  # type: ignore[attr-defined]
    assert max(sizes) > 1, "some tell of one event"
    assert len({root for root, _ in alone["groups"].values()}) < len(ids), "some are copies"  # type: ignore[attr-defined]


def test_many_articles_take_hardly_more_statements_than_few(line: Parts) -> None:
    ids = _newsday(line, 0)
    asked: list[str] = []
    event.listen(line.store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    _gather(line, *ids[:16])
    assert len(asked) < 45
