"""Rows of pages: which bytes were had from where; the bytes themselves lie in the blob folder under `blob`."""

from collections.abc import Sequence

from sqlalchemy import Row, delete, func, insert, select

from aggregator.core.page import Answer, Page
from aggregator.store.session import Session
from aggregator.store.tables import pages


def _value(row: Row[tuple[object, ...]]) -> Page:
    return Page(
        id=row.id,
        entry_id=row.entry_id,
        url=row.url,
        final_url=row.final_url,
        fetched_at=row.fetched_at,
        status=row.status,
        content_type=row.content_type,
        charset=row.charset,
        blob=row.blob,
        size=row.size,
        etag=row.etag,
        last_modified=row.last_modified,
    )


def add(session: Session, had: Sequence[tuple[int, str, Answer, str]]) -> dict[int, int]:
    """Store pages: entry, address asked, answer, blob; returns each entry's new page."""
    rows = [
        {
            "entry_id": entry_id,
            "url": url[:2000],
            "final_url": answer.url[:2000],
            "fetched_at": answer.at,
            "status": answer.status,
            "content_type": answer.content_type[:120],
            "charset": answer.charset[:40],
            "etag": answer.headers.get("etag", "")[:1000],
            "last_modified": answer.headers.get("last-modified", "")[:200],
            "blob": blob,
            "size": len(answer.body),
        }
        for entry_id, url, answer, blob in had
    ]
    if not rows:
        return {}
    added = session.execute(insert(pages).returning(pages.c.entry_id, pages.c.id), rows)
    return {row.entry_id: row.id for row in added}


def several(session: Session, ids: Sequence[int]) -> dict[int, Page]:
    """Return the pages of those ids, by id."""
    rows = session.execute(select(pages).where(pages.c.id.in_(set(ids))))
    return {row.id: _value(row) for row in rows}


def get(session: Session, page_id: int) -> Page | None:
    """Return the page of that id."""
    row = session.execute(select(pages).where(pages.c.id == page_id)).one_or_none()
    return _value(row) if row else None


def of_entries(session: Session, entry_ids: Sequence[int]) -> list[Page]:
    """Return all pages that were had for these entries."""
    rows = session.execute(select(pages).where(pages.c.entry_id.in_(entry_ids)).order_by(pages.c.id))
    return [_value(row) for row in rows]


def remove(session: Session, page_ids: Sequence[int]) -> list[str]:
    """Forget pages; returns the blobs that nobody names any more, to be deleted after the commit."""
    blobs = set(session.scalars(select(pages.c.blob).where(pages.c.id.in_(page_ids))))
    session.execute(delete(pages).where(pages.c.id.in_(page_ids)))
    kept = set(session.scalars(select(pages.c.blob).where(pages.c.blob.in_(blobs))))
    return sorted(blobs - kept)


def named(session: Session, blobs: Sequence[str]) -> set[str]:
    """Return those of `blobs` that some page names."""
    return set(session.scalars(select(pages.c.blob).where(pages.c.blob.in_(blobs))))


def number(session: Session) -> int:
    """Return how many pages are kept."""
    return session.scalar(select(func.count()).select_from(pages)) or 0


def blobs(session: Session, limit: int | None) -> list[str]:
    """Return the blobs that the newest pages name, all of them without a limit."""
    return list(session.scalars(select(pages.c.blob).order_by(pages.c.id.desc()).limit(limit)))
