"""Rows of entries: what feeds said, where each stands on the line, and who holds it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Text, bindparam, case, delete, func, or_, select, update

from aggregator.core import renewal
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.identity import Item
from aggregator.store.rows import insert_for
from aggregator.store.session import Session
from aggregator.store.tables import articles, entries, entry_texts

_OVER = entries.c.status == EntryStatus.REFUSED.value
_EDIT = (  # what was refused stays as it stands: a takedown may have emptied it
    update(entries)
    .where(entries.c.id == bindparam("which"))
    .values({n: case((_OVER, entries.c[n]), else_=bindparam(n, type_=Text)) for n in ("title", "summary", "author")})
    .values(told_hash=bindparam("told_hash"), edited_at=bindparam("edited_at"), edits=entries.c.edits + 1)
)


_LOOK = update(articles).where(articles.c.id == bindparam("which")).values(check_at=bindparam("at"))


@dataclass(frozen=True, slots=True, eq=False)
class NewEntry:
    """An item of a feed that is to be stored, and when it was told."""

    feed_id: int
    source_id: int
    item: Item
    seen_at: datetime


def value(row: Row[tuple[object, ...]]) -> Entry:
    """Return a row of entries as a value."""
    return Entry(
        id=row.id,
        feed_id=row.feed_id,
        source_id=row.source_id,
        guid=row.guid,
        url=row.url,
        url_key=row.url_key,
        host=row.host,
        title=row.title,
        summary=row.summary,
        author=row.author,
        language=row.language,
        published=row.published,
        seen_at=row.seen_at,
        status=EntryStatus(row.status),
        reason=row.reason,
        due_at=row.due_at,
        attempts=row.attempts,
        page_id=row.page_id,
        article_id=row.article_id,
        verdict=row.verdict,
        retry_at=row.retry_at,
        retries=row.retries,
    )


def guid_hash(guid: str) -> str:
    """Return the name of a GUID within its feed: 32 hex digits."""
    return hashlib.blake2b(guid.encode(), digest_size=16).hexdigest()


def add_new(session: Session, told: Iterable[NewEntry]) -> dict[NewEntry, int]:
    """Store the entries that their feeds have not told before; returns the ids of those that were new.

    Known ones stay as they are. The insert itself decides, so two polls at once store each entry once.
    """
    found = {(new.feed_id, guid_hash(new.item.entry.guid)): new for new in told}
    rows = [
        {
            "feed_id": new.feed_id,
            "source_id": new.source_id,
            "guid_hash": name,
            "guid": new.item.entry.guid,
            "url": new.item.entry.url,
            "url_key": new.item.url_key,
            "host": new.item.host,
            "title": new.item.entry.title,
            "summary": new.item.entry.summary,
            "author": new.item.entry.author,
            "language": new.item.entry.language,
            "published": new.item.entry.published,
            "raw_date": new.item.entry.raw_date,
            "told_hash": new.item.says,
            "seen_at": new.seen_at,
            "due_at": new.seen_at,
            "status": EntryStatus.DUE.value,
        }
        for (_, name), new in found.items()
    ]
    if not rows:
        return {}
    statement = insert_for(session, entries).on_conflict_do_nothing(index_elements=["feed_id", "guid_hash"])
    added = session.execute(statement.returning(entries.c.id, entries.c.feed_id, entries.c.guid_hash), rows)
    return {found[row.feed_id, row.guid_hash]: row.id for row in added}


def edit(session: Session, edited: Sequence[tuple[int, Item, datetime]]) -> None:
    """Write over entries what their feeds now say of them; the pages of their articles are looked at again soon.

    One that was refused keeps the words that it has, mostly none: what was taken down does not come back by an edit.
    """
    rows = [
        {
            "which": entry_id,
            "title": item.entry.title,
            "summary": item.entry.summary,
            "author": item.entry.author,
            "told_hash": item.says,
            "edited_at": at,
        }
        for entry_id, item, at in edited
    ]
    if rows:
        session.execute(_EDIT, rows)
        _look_soon(session, {entry_id: at for entry_id, _, at in edited})


def _look_soon(session: Session, edited: Mapping[int, datetime]) -> None:
    """Bring forward the next look at the articles of entries that were edited at a time.

    An article that somebody holds just now is passed over rather than waited for: whoever holds it may be waiting for
    one of these entries.
    """
    found = session.execute(select(entries.c.article_id, entries.c.id).where(entries.c.id.in_(edited)))
    told = {row.article_id: edited[row.id] for row in found if row.article_id is not None}
    rows = session.execute(
        select(articles.c.id, articles.c.check_at, articles.c.checked_at)
        .where(articles.c.id.in_(told), articles.c.check_at.is_not(None), articles.c.gone_at.is_(None))
        .order_by(articles.c.id)
        .with_for_update(skip_locked=True)
    )
    changed = [{"which": row.id, "at": renewal.edited(row.check_at, row.checked_at, told[row.id])} for row in rows]
    if changed:
        session.execute(_LOOK, changed)


def get(session: Session, entry_id: int) -> Entry | None:
    """Return the entry of that id."""
    row = session.execute(select(entries).where(entries.c.id == entry_id)).one_or_none()
    return value(row) if row else None


def several(session: Session, ids: Iterable[int]) -> dict[int, Entry]:
    """Return the entries of those ids, by id."""
    rows = session.execute(select(entries).where(entries.c.id.in_(set(ids))))
    return {row.id: value(row) for row in rows}


def empty(session: Session, ids: Sequence[int], reason: str, now: datetime) -> None:
    """Wipe what the feed said in these entries, their full texts too; they end as refused, for `reason`."""
    values = {
        "status": EntryStatus.REFUSED.value,
        "reason": reason,
        "title": "",
        "summary": "",
        "author": "",
        "due_at": now,
        "leased_until": None,
        "verdict": "",
        "retry_at": None,
    }
    session.execute(update(entries).where(entries.c.id.in_(ids)).values(**values))
    session.execute(delete(entry_texts).where(entry_texts.c.entry_id.in_(ids)))


def of_articles(session: Session, article_ids: Sequence[int]) -> list[Entry]:
    """Return the entries that led to these articles."""
    rows = session.execute(select(entries).where(entries.c.article_id.in_(article_ids)).order_by(entries.c.id))
    return [value(row) for row in rows]


def at_urls(session: Session, url_keys: Sequence[str]) -> list[Entry]:
    """Return the entries at these addresses."""
    rows = session.execute(select(entries).where(entries.c.url_key.in_(url_keys)).order_by(entries.c.id))
    return [value(row) for row in rows]


def page_after(session: Session, after: int, limit: int) -> list[Entry]:
    """Return up to `limit` entries with ids above `after`, for walks through all of them."""
    rows = session.execute(select(entries).where(entries.c.id > after).order_by(entries.c.id).limit(limit))
    return [value(row) for row in rows]


def numbers(session: Session) -> Mapping[EntryStatus, int]:
    """Return how many entries stand at each status."""
    rows = session.execute(select(entries.c.status, func.count()).group_by(entries.c.status))
    return {EntryStatus(status): int(number) for status, number in rows}


def summaries(session: Session, article_ids: Iterable[int]) -> dict[int, str]:
    """Return, for each article, what the first of its entries that says anything says of it."""
    rows = session.execute(
        select(entries.c.article_id, entries.c.summary)
        .where(entries.c.article_id.in_(set(article_ids)), entries.c.summary != "")
        .order_by(entries.c.id.desc())
    )
    return {row.article_id: row.summary for row in rows}


def numbers_of_source(session: Session, source_id: int) -> dict[EntryStatus, int]:
    """Return how many entries of a source stand at each status."""
    counted = select(entries.c.status, func.count()).where(entries.c.source_id == source_id)
    return {EntryStatus(status): int(number) for status, number in session.execute(counted.group_by(entries.c.status))}


def at_status(session: Session, status: EntryStatus, limit: int, source_id: int | None = None) -> list[Entry]:
    """Return entries that stand at `status`, newest first."""
    wanted = entries.c.status == status
    if source_id is not None:
        wanted &= entries.c.source_id == source_id
    rows = session.execute(select(entries).where(wanted).order_by(entries.c.id.desc()).limit(limit))
    return [value(row) for row in rows]


def reasons(session: Session, status: EntryStatus, limit: int) -> list[tuple[str, int]]:
    """Return why entries stand at `status`, by the first word of the reason, most frequent first."""
    found: Counter[str] = Counter()
    for reason, number in session.execute(
        select(entries.c.reason, func.count()).where(entries.c.status == status).group_by(entries.c.reason)
    ):
        found[reason.partition(":")[0]] += number
    return found.most_common(limit)


def number(session: Session) -> int:
    """Return how many entries were ever seen."""
    return session.scalar(select(func.count()).select_from(entries)) or 0


def raw_date(session: Session, entry_id: int) -> str:
    """Return the date of an entry in the feed's own words, '' where it gave none."""
    return session.scalar(select(entries.c.raw_date).where(entries.c.id == entry_id)) or ""


def refused_by(session: Session, takedown_id: int) -> list[Entry]:
    """Return the entries that a takedown has refused, by address or by text."""
    named = f"takedown {takedown_id}"
    why = or_(entries.c.reason == named, entries.c.reason.startswith(f"{named}:"))
    rows = session.execute(
        select(entries).where(why, entries.c.status == EntryStatus.REFUSED.value).order_by(entries.c.id)
    )
    return [value(row) for row in rows]
