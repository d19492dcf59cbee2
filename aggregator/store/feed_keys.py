"""Rows of names: every name under which a feed has told an entry, as a hash; they outlive the entry's words."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from aggregator.core.identity import Item, Known
from aggregator.store.rows import insert_new
from aggregator.store.session import Session
from aggregator.store.tables import entries, feed_keys

CHUNK = 5_000  # names in one question


def known(session: Session, told: Sequence[tuple[int, Sequence[Item]]]) -> dict[int, dict[int, Known]]:
    """Return, for each feed, which names of these items it has told before, and the entries that bear them."""
    found: dict[int, dict[int, Known]] = {feed_id: {} for feed_id, _ in told}
    wanted = list({key for _, items in told for item in items for key in item.names.values()})
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(
            select(feed_keys.c.feed_id, feed_keys.c.key, feed_keys.c.entry_id, entries.c.told_hash)
            .join(entries, entries.c.id == feed_keys.c.entry_id)
            .where(feed_keys.c.feed_id.in_(list(found)), feed_keys.c.key.in_(wanted[start : start + CHUNK]))
        )
        for row in rows:
            found[row.feed_id][row.key] = Known(row.entry_id, row.told_hash)
    return found


def add(session: Session, told: Iterable[tuple[int, int, Item]]) -> None:
    """Keep the names of items (feed, entry, item); a name that is there already stays with the entry that bears it."""
    rows = [
        {"feed_id": feed_id, "key": key, "entry_id": entry_id}
        for feed_id, entry_id, item in told
        for key in item.names.values()
    ]
    insert_new(session, feed_keys, rows, ["feed_id", "key"])
