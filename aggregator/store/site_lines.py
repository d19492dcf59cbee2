"""Rows of site lines: on how many pages of a source a line of text stood, so that what stands on many is known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, func, select

from aggregator.store.numbers import listed, one_of
from aggregator.store.rows import insert_for
from aggregator.store.session import Session
from aggregator.store.tables import site_lines

MOST = 2_000  # lines of a source
LEFT = 1_800  # of them when there were more, so that they are cut back once in several pages and not at each


def add(session: Session, told: Mapping[int, Iterable[int]], at: datetime) -> None:
    """Count the pages of sources (by id) on which lines (signed 64-bit hashes) stand, and see these at `at`.

    A line is given once for each page it stands on; of one source the first `MOST` are taken. Where a source then has
    too many, those go first that were seen on the fewest pages, and of these the ones not seen for longest.
    """
    rows = [
        {"source_id": source_id, "line": line, "pages": pages, "at": at}
        for source_id, lines in sorted(told.items())
        for line, pages in sorted(Counter(islice(lines, MOST)).items())
    ]
    if not rows:
        return
    statement = insert_for(session, site_lines)
    more = {"pages": site_lines.c.pages + statement.excluded.pages, "at": statement.excluded.at}
    session.execute(statement.on_conflict_do_update(index_elements=["source_id", "line"], set_=more), rows)
    _cut_back(session, sorted(told))


def _cut_back(session: Session, source_ids: Iterable[int]) -> None:
    number = func.count()
    counted = session.execute(
        select(site_lines.c.source_id, number)
        .where(site_lines.c.source_id.in_(set(source_ids)))
        .group_by(site_lines.c.source_id)
        .having(number > MOST)
    )
    for source_id, there in counted.all():
        of_source = site_lines.c.source_id == source_id
        order = (site_lines.c.pages, site_lines.c.at, site_lines.c.line)
        least = select(site_lines.c.line).where(of_source).order_by(*order).limit(there - LEFT)
        session.execute(delete(site_lines).where(of_source, site_lines.c.line.in_(least)))


def known(session: Session, source_id: int, lines: Iterable[int]) -> dict[int, int]:
    """Return on how many pages of the source each of these lines was seen; those never seen are left out."""
    among = one_of(session.dialect.name, site_lines.c.line, "lines")
    wanted = select(site_lines.c.line, site_lines.c.pages).where(site_lines.c.source_id == source_id, among)
    return {row.line: row.pages for row in session.execute(wanted, {"lines": listed(session, lines)})}


def common(session: Session, source_ids: Iterable[int], least: int) -> dict[int, dict[int, int]]:
    """Return, by source, the lines that were seen on at least so many of its pages, and on how many."""
    of_these = one_of(session.dialect.name, site_lines.c.source_id, "sources")
    wanted = select(site_lines.c.source_id, site_lines.c.line, site_lines.c.pages).where(
        of_these, site_lines.c.pages >= least
    )
    found: dict[int, dict[int, int]] = {}
    for source_id, line, pages in session.execute(wanted, {"sources": listed(session, source_ids)}):
        found.setdefault(source_id, {})[line] = pages
    return found


def forget(session: Session, before: datetime) -> int:
    """Drop lines that were last seen before then; returns how many rows went."""
    return session.execute(delete(site_lines).where(site_lines.c.at < before)).rowcount
