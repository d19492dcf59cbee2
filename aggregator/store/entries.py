"""Rows of entries: what feeds said, where each stands on the line, and who holds it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, bindparam, func, or_, select, update

from aggregator.core.entry import WAITING, Entry, EntryStatus, FeedEntry
from aggregator.core.outcome import Step, Work
from aggregator.store.rows import insert_for, locked
from aggregator.store.session import Session
from aggregator.store.tables import entries, feeds, sources

STEP_OF = {
    EntryStatus.DUE: Step.FETCH,
    EntryStatus.FETCHED: Step.EXTRACT,
    EntryStatus.EXTRACTED: Step.GATHER,
}


_SETTLE = (
    update(entries)
    .where(entries.c.id == bindparam("which"))
    .values(
        status=bindparam("status"),
        reason=bindparam("reason"),
        due_at=bindparam("due_at"),
        leased_until=None,
        attempts=0,
        page_id=func.coalesce(bindparam("page"), entries.c.page_id),
        article_id=func.coalesce(bindparam("article"), entries.c.article_id),
    )
)


@dataclass(frozen=True, slots=True)
class Settled:
    """Where an entry is to stand; a page or article that is None is left as it is."""

    id: int
    status: EntryStatus
    at: datetime
    reason: str = ""
    page_id: int | None = None
    article_id: int | None = None


def _value(row: Row[tuple[object, ...]]) -> Entry:
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
    )


def guid_hash(guid: str) -> str:
    """Return the name of a GUID within its feed: 32 hex digits."""
    return hashlib.blake2b(guid.encode(), digest_size=16).hexdigest()


def add_new(
    session: Session,
    feed_id: int,
    source_id: int,
    found: Sequence[tuple[FeedEntry, str, str]],
    seen_at: datetime,
) -> list[Work]:
    """Store the entries that this feed has not told before, each with its URL key and host; return what can be done.

    Known ones stay as they are. The insert itself decides, so two polls at once store each entry once.
    """
    rows = [
        {
            "feed_id": feed_id,
            "source_id": source_id,
            "guid_hash": guid_hash(told.guid),
            "guid": told.guid,
            "url": told.url,
            "url_key": url_key,
            "host": host,
            "title": told.title,
            "summary": told.summary,
            "author": told.author,
            "language": told.language,
            "published": told.published,
            "raw_date": told.raw_date,
            "seen_at": seen_at,
            "due_at": seen_at,
            "status": EntryStatus.DUE.value,
        }
        for told, url_key, host in found
    ]
    if not rows:
        return []
    statement = insert_for(session, entries).on_conflict_do_nothing(index_elements=["feed_id", "guid_hash"])
    added = session.execute(statement.returning(entries.c.id, entries.c.host), rows)
    return [Work(Step.FETCH, row.id, row.host) for row in added]


def known(session: Session, feed_id: int, guids: Sequence[str]) -> set[str]:
    """Return those of `guids` that this feed has told before."""
    by_hash = {guid_hash(guid): guid for guid in guids}
    rows = session.scalars(
        select(entries.c.guid_hash).where(entries.c.feed_id == feed_id, entries.c.guid_hash.in_(by_hash))
    )
    return {by_hash[found] for found in rows}


def get(session: Session, entry_id: int) -> Entry | None:
    """Return the entry of that id."""
    row = session.execute(select(entries).where(entries.c.id == entry_id)).one_or_none()
    return _value(row) if row else None


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(entries.c.leased_until.is_(None), entries.c.leased_until <= now)


def due(session: Session, status: EntryStatus, now: datetime, limit: int, per_host: int) -> list[Work]:
    """Return entries that wait at `status`, fairest first: rank within host (at most `per_host` of each), then time."""
    rank = func.row_number().over(partition_by=entries.c.host, order_by=(entries.c.due_at, entries.c.id)).label("rank")
    waiting = (
        select(entries.c.id, entries.c.host, entries.c.due_at, rank)
        .join(sources, sources.c.id == entries.c.source_id)
        .where(entries.c.status == status, entries.c.due_at <= now, _free(now), sources.c.state == "active")
        .subquery()
    )
    rows = session.execute(
        select(waiting.c.id, waiting.c.host)
        .where(waiting.c.rank <= per_host)
        .order_by(waiting.c.rank, waiting.c.due_at, waiting.c.id)
        .limit(limit)
    )
    return [Work(STEP_OF[status], row.id, row.host) for row in rows]


def lease(
    session: Session,
    ids: Sequence[int],
    status: EntryStatus,
    now: datetime,
    length: timedelta,
    *,
    untried: bool = False,
) -> list[Entry]:
    """Take those of `ids` that wait at `status` and are free, for `length`, and count the attempt.

    With `untried`, only those are taken of which this is the first attempt.
    """
    can = entries.c.id.in_(ids) & (entries.c.status == status) & (entries.c.due_at <= now) & _free(now)
    if untried:
        can &= entries.c.attempts == 0
    free = locked(session, entries, can)
    taken = session.execute(
        update(entries)
        .where(entries.c.id.in_(free))
        .values(leased_until=now + length, attempts=entries.c.attempts + 1)
        .returning(entries)
    )
    return sorted((_value(row) for row in taken), key=lambda entry: entry.id)


def release(session: Session, ids: Sequence[int]) -> None:
    """Give leases back as though they had not been taken."""
    back = {"leased_until": None, "attempts": entries.c.attempts - 1}
    session.execute(update(entries).where(entries.c.id.in_(ids)).values(**back))


def unlease(session: Session, ids: Sequence[int]) -> None:
    """Let entries be taken again at once whose worker is known to be dead; the attempt stays counted."""
    session.execute(update(entries).where(entries.c.id.in_(ids)).values(leased_until=None))


def release_all(session: Session) -> int:
    """Give every lease back; only for who holds the whole data folder alone. Returns how many there were."""
    freed = session.execute(update(entries).where(entries.c.leased_until.is_not(None)).values(leased_until=None))
    session.execute(update(feeds).where(feeds.c.leased_until.is_not(None)).values(leased_until=None))
    return freed.rowcount


def settle(session: Session, ended: Sequence[Settled]) -> None:
    """Put entries where they now stand, free for their next step at once."""
    if not ended:
        return
    rows = [
        {
            "which": each.id,
            "status": each.status.value,
            "reason": each.reason,
            "due_at": each.at,
            "page": each.page_id,
            "article": each.article_id,
        }
        for each in ended
    ]
    session.execute(_SETTLE, rows)


def put_off(session: Session, entry_id: int, due_at: datetime, reason: str) -> None:
    """Leave an entry where it stands, to be tried again at `due_at`; the attempt stays counted."""
    values = {"due_at": due_at, "reason": reason, "leased_until": None}
    session.execute(update(entries).where(entries.c.id == entry_id).values(**values))


def empty(session: Session, ids: Sequence[int], reason: str, now: datetime) -> None:
    """Wipe what the feed said in these entries; they end as refused, for `reason`."""
    values = {
        "status": EntryStatus.REFUSED.value,
        "reason": reason,
        "title": "",
        "summary": "",
        "author": "",
        "due_at": now,
        "leased_until": None,
    }
    session.execute(update(entries).where(entries.c.id.in_(ids)).values(**values))


def of_articles(session: Session, article_ids: Sequence[int]) -> list[Entry]:
    """Return the entries that led to these articles."""
    rows = session.execute(select(entries).where(entries.c.article_id.in_(article_ids)).order_by(entries.c.id))
    return [_value(row) for row in rows]


def at_urls(session: Session, url_keys: Sequence[str]) -> list[Entry]:
    """Return the entries at these addresses."""
    rows = session.execute(select(entries).where(entries.c.url_key.in_(url_keys)).order_by(entries.c.id))
    return [_value(row) for row in rows]


def page_after(session: Session, after: int, limit: int) -> list[Entry]:
    """Return up to `limit` entries with ids above `after`, for walks through all of them."""
    rows = session.execute(select(entries).where(entries.c.id > after).order_by(entries.c.id).limit(limit))
    return [_value(row) for row in rows]


def numbers(session: Session) -> Mapping[EntryStatus, int]:
    """Return how many entries stand at each status."""
    rows = session.execute(select(entries.c.status, func.count()).group_by(entries.c.status))
    return {EntryStatus(status): int(number) for status, number in rows}


def waiting(session: Session) -> int:
    """Return how many entries are still due."""
    statuses = [status.value for status in WAITING]
    return session.scalar(select(func.count()).where(entries.c.status.in_(statuses))) or 0


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
    return [_value(row) for row in rows]


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
    return [_value(row) for row in rows]
