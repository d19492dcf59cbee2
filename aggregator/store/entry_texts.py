"""Rows of entry texts: the full text that a feed carried for an entry, packed."""

import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, select

from aggregator.core.entry import EntryStatus
from aggregator.store.numbers import listed, one_of
from aggregator.store.rows import upsert
from aggregator.store.session import Session
from aggregator.store.tables import entries, entry_texts

MAX_CHARACTERS = 200_000
_MAX_BYTES = 4 * MAX_CHARACTERS  # of UTF-8


def put(session: Session, texts: Mapping[int, str]) -> None:
    """Keep plain texts by entry in the place of earlier ones, cut at `MAX_CHARACTERS`; empty ones are passed over.

    So are those of refused entries: what a takedown has emptied stays empty when its feed tells it anew.
    """
    among = one_of(session.dialect.name, entries.c.id, "ids") & (entries.c.status == EntryStatus.REFUSED.value)
    refused = set(session.scalars(select(entries.c.id).where(among), {"ids": listed(session, texts)})) if texts else ()
    rows = [
        {"entry_id": entry_id, "body": _packed(text)}
        for entry_id, text in sorted(texts.items())
        if text and entry_id not in refused
    ]
    if rows:
        upsert(session, entry_texts, rows, ["entry_id"])


def several(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the texts of those of the entries that have one, by entry."""
    among = one_of(session.dialect.name, entry_texts.c.entry_id, "ids")
    rows = session.execute(select(entry_texts).where(among), {"ids": listed(session, ids)})
    return {row.entry_id: _unpacked(row.body) for row in rows}


def remove(session: Session, ids: Iterable[int]) -> None:
    """Drop the texts of these entries."""
    among = one_of(session.dialect.name, entry_texts.c.entry_id, "ids")
    session.execute(delete(entry_texts).where(among), {"ids": listed(session, ids)})


def forget(session: Session, before: datetime, limit: int = 500) -> int:
    """Drop the texts of entries that were told before then, of the `limit` oldest at most; returns how many."""
    oldest = (
        select(entries.c.id, entries.c.seen_at)
        .join(entry_texts, entry_texts.c.entry_id == entries.c.id)
        .order_by(entry_texts.c.entry_id)
        .limit(limit)
        .subquery()
    )
    gone = select(oldest.c.id).where(oldest.c.seen_at < before)
    return session.execute(delete(entry_texts).where(entry_texts.c.entry_id.in_(gone))).rowcount


def _packed(text: str) -> bytes:
    return zlib.compress(text[:MAX_CHARACTERS].encode(errors="replace"))


def _unpacked(body: bytes) -> str:
    return zlib.decompressobj().decompress(body, _MAX_BYTES).decode()
