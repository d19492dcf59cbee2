"""Rows of aliases: the other addresses under which an article is known."""

from collections.abc import Iterable

from sqlalchemy import select

from aggregator.store.rows import insert_new
from aggregator.store.session import Session
from aggregator.store.tables import url_aliases


def add(session: Session, names: Iterable[tuple[int, str, str]]) -> None:
    """Remember other addresses: article, URL key, kind; an address that is taken stays where it is."""
    rows = [{"url_key": key, "article_id": article_id, "kind": kind} for article_id, key, kind in names]
    insert_new(session, url_aliases, rows, ["url_key"])


def of_articles(session: Session, ids: Iterable[int]) -> list[str]:
    """Return all other addresses of these articles."""
    wanted = select(url_aliases.c.url_key).where(url_aliases.c.article_id.in_(set(ids)))
    return list(session.scalars(wanted.order_by(url_aliases.c.url_key)))
