"""Rows of outcomes: how each run of each step ended, and the numbers by day."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.takedown import TAKEDOWN
from aggregator.store.rows import Many, insert_for
from aggregator.store.session import Session
from aggregator.store.tables import outcome_counts, outcomes

UNTOLD = {Word.NOT_DUE, Word.HOST_BUSY}  # counted, but no item's life is told by them
OF_ENTRIES = (Step.FETCH, Step.EXTRACT, Step.GATHER)  # steps whose items are entries
OF_ARTICLES = (Step.RENEW, Step.REVISE, Step.PUBLISH)


_TOLD = Many(
    ("step", "item", "word", "reason", "at"),
    lambda _: insert(outcomes),
)


def _counts(session: Session) -> Any:  # noqa: ANN401 - as insert_for
    statement = insert_for(session, outcome_counts)
    total = outcome_counts.c.number + statement.excluded.number
    return statement.on_conflict_do_update(index_elements=["day", "step", "word"], set_={"number": total})


_COUNTED = Many(("day", "step", "word", "number"), _counts)


def record(session: Session, ended: Sequence[Outcome], at: datetime) -> None:
    """Store the ends of runs and count them."""
    _TOLD(
        session,
        [(str(end.step), end.id, str(end.word), end.reason[:1000], at) for end in ended if end.word not in UNTOLD],
    )
    day = at.date().isoformat()
    counted = Counter([(str(end.step), str(end.word)) for end in ended])
    _COUNTED(session, [(day, step, word, number) for (step, word), number in sorted(counted.items())])


def of_item(session: Session, step: Step, item: int) -> list[tuple[datetime, Word, str]]:
    """Return how the runs of a step on an item ended, oldest first."""
    rows = session.execute(
        select(outcomes.c.at, outcomes.c.word, outcomes.c.reason)
        .where(outcomes.c.step == step.value, outcomes.c.item == item)
        .order_by(outcomes.c.id)
    )
    return [(row.at, Word(row.word), row.reason) for row in rows]


def totals(session: Session) -> dict[tuple[Step, Word], int]:
    """Return how often each step has ended in each word."""
    counted = select(outcome_counts.c.step, outcome_counts.c.word, func.sum(outcome_counts.c.number))
    rows = session.execute(counted.group_by(outcome_counts.c.step, outcome_counts.c.word))
    return {(Step(step), Word(word)): int(number) for step, word, number in rows}


def hush(session: Session, entry_ids: Sequence[int], article_ids: Sequence[int], why: str) -> None:
    """Write `why` over the reasons of all ends of these entries and articles, since a reason may quote the page.

    What has none stays without, and what names a takedown stays as it is. How each run ended stays told.
    """
    mine = or_(
        outcomes.c.step.in_([step.value for step in OF_ENTRIES]) & outcomes.c.item.in_(entry_ids),
        outcomes.c.step.in_([step.value for step in OF_ARTICLES]) & outcomes.c.item.in_(article_ids),
    )
    telling = (outcomes.c.reason != "") & ~outcomes.c.reason.startswith(TAKEDOWN)
    session.execute(update(outcomes).where(mine, telling).values(reason=why[:1000]))


def forget(session: Session, before: datetime, limit: int = 10_000) -> int:
    """Drop up to `limit` single outcomes older than `before`; the counts stay. Returns how many went."""
    old = select(outcomes.c.id).where(outcomes.c.at < before).limit(limit)
    return session.execute(delete(outcomes).where(outcomes.c.id.in_(old))).rowcount


def newest(session: Session) -> datetime | None:
    """Return when the newest outcome was stored."""
    latest: datetime | None = session.scalar(select(func.max(outcomes.c.at)))
    return latest
