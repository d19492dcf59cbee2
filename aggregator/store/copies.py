"""Rows of copies: which two articles are the same text, how sure that is, and by which rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from aggregator.store.rows import upsert
from aggregator.store.session import Session
from aggregator.store.tables import copies


@dataclass(frozen=True, slots=True)
class Edge:
    """Two articles (a < b) and what they are to each other."""

    a: int
    b: int
    relation: str
    score: float
    rule: str


def save(session: Session, edge: Edge, at: datetime) -> None:
    """Store an edge, or what is newly known of it."""
    save_several(session, [edge], at)


def save_several(session: Session, found: Iterable[Edge], at: datetime) -> None:
    """Store edges, or what is newly known of them: of two between the same articles the later one."""
    rows = {(min(edge.a, edge.b), max(edge.a, edge.b)): edge for edge in found}
    if rows:
        kept = [
            {"a": a, "b": b, "relation": edge.relation, "score": edge.score, "rule": edge.rule, "at": at}
            for (a, b), edge in sorted(rows.items())
        ]
        upsert(session, copies, kept, ["a", "b"])


def of(session: Session, ids: Iterable[int]) -> list[Edge]:
    """Return all edges that touch any of these articles."""
    wanted = set(ids)
    rows = session.execute(
        select(copies).where(or_(copies.c.a.in_(wanted), copies.c.b.in_(wanted))).order_by(copies.c.a, copies.c.b)
    )
    return [Edge(row.a, row.b, row.relation, row.score, row.rule) for row in rows]
