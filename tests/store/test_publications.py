"""Publications: kept as they are, changed only when they say something new, and withdrawn without a trace of words."""

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b

import pytest
from sqlalchemy import select

from aggregator.core.publication import Credit, Publication, PublicationState
from aggregator.core.rights import Form
from aggregator.store import publications
from aggregator.store.publications import ALL, Selection
from aggregator.store.session import Store
from aggregator.store.tables import publications as table
from tests.newsdesk import article_of, feed_of, outlet
from tests.texts import report
from tests.world import NOW

MADE = Publication(
    key="abcdefghijklm",
    state=PublicationState.LIVE,
    title="Breakwater – “to be rebuilt”",
    url="https://harbour-tribune.example/1",
    source=Credit(
        "Harbour Tribune", "https://harbour-tribune.example/", "https://harbour-tribune.example/1", NOW, "ht"
    ),
    authors=("A. Name", "B. Name"),
    language="en",
    form=Form.EXCERPT,
    html="<p>Words</p>",
    text="Words",
    attribution="Source: Harbour Tribune.",
    attribution_html="<p>Source</p>",
    disclaimer="Assembled by software.",
    rights="© Harbour Tribune",
    licence_url="",
    published=NOW - timedelta(hours=2),
    updated=NOW,
    also=(Credit("Other Post", "https://o.example/", "https://o.example/1", None, "other-post"),),
    story_key="story",
    rules=("default",),
)


@pytest.fixture
def articles_of(store: Store) -> list[tuple[int, int]]:
    """Give three articles with their sources."""
    found = []
    for place in range(3):
        source = outlet(store, f"Outlet {place % 2}")
        url = f"https://outlet.example/{place}"
        article_id = article_of(
            store, feed_of(store, source, f"https://outlet.example/{place}.xml"), url, report(place)
        )
        found.append((article_id, source.id))
    return found


def _save(store: Store, owner: tuple[int, int], made: Publication) -> bool:
    with store.writing() as session:
        return bool(publications.save(session, {owner[0]: (owner[1], made)}))


def test_a_publication_comes_back_as_it_was(store: Store, articles_of: list[tuple[int, int]]) -> None:
    assert _save(store, articles_of[0], MADE)
    with store.reading() as session:
        assert publications.by_article(session, articles_of[0][0]) == MADE
        assert publications.by_key(session, MADE.key) == MADE
        assert publications.by_keys(session, ["nothing", MADE.key]) == [MADE]
        assert publications.live(session, ALL, 10) == [MADE]


def test_a_publication_is_stored_in_all_its_fields_as_dataclasses_tell_them(
    store: Store, articles_of: list[tuple[int, int]]
) -> None:
    """Digests of earlier releases were made of these very words: with others, all would count as changed."""
    _save(store, articles_of[0], MADE)
    with store.reading() as session:
        stored = session.execute(select(table.c.body, table.c.digest)).one()
    words = partial(json.dumps, default=datetime.isoformat, ensure_ascii=False)
    timeless = words(asdict(replace(MADE, updated=MADE.published))).encode()
    assert stored.body == words(asdict(MADE))
    assert stored.digest == blake2b(timeless, digest_size=16).hexdigest()


def test_only_what_says_something_new_is_a_change(store: Store, articles_of: list[tuple[int, int]]) -> None:
    _save(store, articles_of[0], MADE)
    with store.reading() as session:
        before = publications.state_of(session, ALL)
    assert not _save(store, articles_of[0], replace(MADE, updated=NOW + timedelta(hours=1)))
    with store.reading() as session:
        assert publications.state_of(session, ALL) == before
    assert _save(store, articles_of[0], replace(MADE, text="Other words"))
    with store.reading() as session:
        assert publications.state_of(session, ALL) != before


def test_they_are_told_newest_first_by_source_language_and_story(
    store: Store, articles_of: list[tuple[int, int]]
) -> None:
    for place, owner in enumerate(articles_of):
        made = replace(
            MADE,
            key=f"key{place}",
            published=NOW - timedelta(hours=place),
            language="de" if place == 1 else "en",
            story_key=f"story{place}",
        )
        _save(store, owner, made)
    with store.reading() as session:

        def keys(selection: Selection, limit: int = 10, offset: int = 0) -> list[str]:
            return [each.key for each in publications.live(session, selection, limit, offset)]

        assert keys(ALL) == ["key0", "key1", "key2"]
        assert keys(ALL, 1, 1) == ["key1"]
        assert keys(Selection(source_id=articles_of[0][1])) == ["key0", "key2"]
        assert keys(Selection(language="de")) == ["key1"]
        assert keys(Selection(story_key="story2")) == ["key2"]
        assert publications.number(session, Selection(language="en")) == 2
        assert publications.updated_at(session, ALL) == NOW


def test_what_is_withdrawn_leaves_a_tombstone(store: Store, articles_of: list[tuple[int, int]]) -> None:
    _save(store, articles_of[0], MADE)
    later = NOW + timedelta(days=1)
    with store.writing() as session:
        assert publications.withdraw(session, [articles_of[0][0]], "takedown 3", later) == [MADE.key]
        assert publications.withdraw(session, [articles_of[0][0]], "takedown 4", later) == [], "once is enough"
        found = publications.by_key(session, MADE.key)
        assert publications.live(session, ALL, 10) == []
        assert publications.withdrawn(session, ALL, NOW) == [found]
        assert publications.withdrawn(session, ALL, later + timedelta(seconds=1)) == []
    assert found is not None
    assert (found.state, found.reason, found.withdrawn) == (PublicationState.WITHDRAWN, "takedown 3", later)
    assert (found.title, found.text, found.html, found.authors, found.also) == ("", "", "", (), ())
    assert found.source.name == "Harbour Tribune"


def test_a_tombstone_that_is_retired_makes_room(store: Store, articles_of: list[tuple[int, int]]) -> None:
    _save(store, articles_of[0], MADE)
    with store.writing() as session:
        publications.withdraw(session, [articles_of[0][0]], "takedown 3", NOW)
        publications.retire(session, [articles_of[0][0]])
    assert _save(store, articles_of[1], MADE)
    with store.reading() as session:
        assert publications.by_key(session, MADE.key) == MADE
