"""Rows of takedowns and of the blocks that keep what was taken down from coming back; lifted, never deleted."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, func, insert, or_, select, update

from aggregator.core.takedown import Block, BlockKind, Scope, Takedown, TakedownState
from aggregator.store.session import Session
from aggregator.store.tables import blocks, takedowns


def _value(row: Row[tuple[object, ...]]) -> Takedown:
    return Takedown(
        id=row.id,
        scope=Scope(row.scope),
        target=row.target,
        reason=row.reason,
        requester=row.requester,
        state=TakedownState(row.state),
        at=row.at,
        lifted_at=row.lifted_at,
        lifted_why=row.lifted_why,
        evidence=row.evidence,
    )


def _block(row: Row[tuple[object, ...]]) -> Block:
    return Block(BlockKind(row.kind), row.value, row.sketch or b"", row.takedown_id)


def add(session: Session, scope: Scope, target: str, reason: str, requester: str, now: datetime) -> int:
    """Store a takedown, in force from this transaction on, and return its number."""
    values = {"scope": scope.value, "target": target, "reason": reason, "requester": requester, "at": now}
    values["state"] = TakedownState.ACTIVE.value
    number: int = session.execute(insert(takedowns).values(**values).returning(takedowns.c.id)).scalar_one()
    return number


def block(session: Session, takedown_id: int, found: Iterable[Block]) -> None:
    """Add blocks to a takedown."""
    rows = [
        {"takedown_id": takedown_id, "kind": each.kind.value, "value": each.value, "sketch": each.sketch or None}
        for each in found
    ]
    if rows:
        session.execute(insert(blocks), rows)


def set_evidence(session: Session, takedown_id: int, evidence: str, done_at: datetime | None = None) -> None:
    """Keep what was done, as JSON, and when the last of it was."""
    values = {"evidence": evidence, "done_at": done_at}
    session.execute(update(takedowns).where(takedowns.c.id == takedown_id).values(**values))


def get(session: Session, takedown_id: int) -> Takedown | None:
    """Return the takedown of that number."""
    row = session.execute(select(takedowns).where(takedowns.c.id == takedown_id)).one_or_none()
    return _value(row) if row else None


def every(session: Session) -> list[Takedown]:
    """Return all takedowns, newest first."""
    return [_value(row) for row in session.execute(select(takedowns).order_by(takedowns.c.id.desc()))]


def lift(session: Session, takedown_id: int, why: str, now: datetime) -> bool:
    """Let a takedown no longer hold; its row and its blocks stay as history. False when it did not hold."""
    held = (takedowns.c.id == takedown_id) & (takedowns.c.state == TakedownState.ACTIVE.value)
    values = {"state": TakedownState.LIFTED.value, "lifted_at": now, "lifted_why": why}
    done = session.execute(update(takedowns).where(held).values(**values)).rowcount
    session.execute(update(blocks).where(blocks.c.takedown_id == takedown_id).values(active=False))
    return done == 1


def of_urls(session: Session, url_keys: Sequence[str]) -> list[Block]:
    """Return the active blocks on any of these URL keys."""
    wanted = (blocks.c.kind == BlockKind.URL.value) & blocks.c.value.in_(set(url_keys)) & blocks.c.active
    return [_block(row) for row in session.execute(select(blocks).where(wanted).order_by(blocks.c.id))]


def of_texts(session: Session, sample: Sequence[str], text_hash: str) -> list[Block]:
    """Return the active blocks on this text's hash or on any of its sampled fingerprints."""
    by_hash = (blocks.c.kind == BlockKind.TEXT.value) & (blocks.c.value == text_hash)
    by_sample = (blocks.c.kind == BlockKind.SHINGLE.value) & blocks.c.value.in_(set(sample))
    rows = session.execute(select(blocks).where((by_hash | by_sample) & blocks.c.active).order_by(blocks.c.id))
    return [_block(row) for row in rows]


def sketches_of(session: Session, takedown_ids: Iterable[int]) -> list[Block]:
    """Return the text blocks, with their sketches, of these takedowns."""
    wanted = blocks.c.takedown_id.in_(set(takedown_ids)) & (blocks.c.kind == BlockKind.TEXT.value) & blocks.c.active
    return [_block(row) for row in session.execute(select(blocks).where(wanted).order_by(blocks.c.id))]


def unfinished(session: Session) -> list[int]:
    """Return the takedowns in force whose removal was cut short."""
    open_ones = (takedowns.c.state == TakedownState.ACTIVE.value) & takedowns.c.done_at.is_(None)
    return list(session.scalars(select(takedowns.c.id).where(open_ones).order_by(takedowns.c.id)))


def number_of_blocks(session: Session) -> int:
    """Return how many blocks are active."""
    return session.scalar(select(func.count()).where(blocks.c.active)) or 0


def any_of_texts(session: Session, sample: Iterable[str], text_hashes: Iterable[str]) -> bool:
    """Whether any active block is on one of these texts' hashes or sampled fingerprints."""
    if not number_of_blocks(session):
        return False
    wanted = or_(
        (blocks.c.kind == BlockKind.TEXT.value) & blocks.c.value.in_(set(text_hashes)),
        (blocks.c.kind == BlockKind.SHINGLE.value) & blocks.c.value.in_(set(sample)),
    )
    return session.scalar(select(blocks.c.id).where(wanted & blocks.c.active).limit(1)) is not None


def texts_of(session: Session, takedown_ids: Iterable[int]) -> list[Block]:
    """Return the active blocks on texts, whole ones and fingerprints, of these takedowns."""
    kinds = (BlockKind.TEXT.value, BlockKind.SHINGLE.value)
    wanted = blocks.c.takedown_id.in_(set(takedown_ids)) & blocks.c.kind.in_(kinds) & blocks.c.active
    return [_block(row) for row in session.execute(select(blocks).where(wanted).order_by(blocks.c.id))]
