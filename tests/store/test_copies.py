"""Copies: one edge between two articles, whichever of them it is told from."""

import pytest
from sqlalchemy.exc import IntegrityError

from aggregator.store import copies
from aggregator.store.copies import Edge
from aggregator.store.session import Store
from tests.newsdesk import article_of, feed_of, outlet
from tests.texts import report
from tests.world import NOW


@pytest.fixture
def ids(store: Store) -> list[int]:
    """Give three articles."""
    feed = feed_of(store, outlet(store))
    return [article_of(store, feed, f"https://harbour-tribune.example/{place}", report(place)) for place in range(3)]


def _save(store: Store, *edges: Edge) -> None:
    with store.writing() as session:
        for edge in edges:
            copies.save(session, edge, NOW)


def test_an_edge_is_kept_once_whichever_end_it_is_told_from(store: Store, ids: list[int]) -> None:
    first, second, _ = ids
    _save(store, Edge(second, first, "related", 0.4, "rule 1"), Edge(first, second, "copy", 0.9, "rule 2"))
    with store.reading() as session:
        assert copies.of(session, [second]) == [Edge(first, second, "copy", 0.9, "rule 2")], "the newest word holds"


def test_an_article_tells_all_its_edges_in_order(store: Store, ids: list[int]) -> None:
    first, second, third = ids
    edges = [
        Edge(first, second, "copy", 0.9, "r"),
        Edge(first, third, "copy", 0.8, "r"),
        Edge(second, third, "copy", 0.7, "r"),
    ]
    _save(store, *reversed(edges))
    with store.reading() as session:
        assert copies.of(session, ids) == edges, "each once, though both its ends are asked for"
        assert copies.of(session, [third]) == edges[1:]
        assert copies.of(session, []) == []


def test_an_edge_to_an_article_that_there_is_not_is_refused(store: Store, ids: list[int]) -> None:
    with pytest.raises(IntegrityError):
        _save(store, Edge(ids[0], 999, "copy", 0.9, "r"))
    with store.reading() as session:
        assert copies.of(session, ids) == []
