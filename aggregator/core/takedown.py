"""A takedown: what must not be shown, why, and whether a thing before us is it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

BLOCKED_CONTAINMENT = 0.55  # the share of a blocked text that makes another text a copy of it
TAKEDOWN = "takedown "  # how each reason begins that names one; its number comes next


class Scope(StrEnum):
    """How far a takedown reaches."""

    ARTICLE = "article"


class TakedownState(StrEnum):
    """Whether a takedown holds."""

    ACTIVE = "active"
    LIFTED = "lifted"


class BlockKind(StrEnum):
    """What a block recognises: an address, a whole text, or one sampled fingerprint of it."""

    URL = "url"
    TEXT = "text"
    SHINGLE = "shingle"


@dataclass(frozen=True, slots=True)
class Takedown:
    """A stored takedown; `evidence` is JSON saying what was removed from where."""

    id: int
    scope: Scope
    target: str
    reason: str
    requester: str
    state: TakedownState
    at: datetime
    lifted_at: datetime | None
    lifted_why: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Block:
    """One way in which a taken-down thing may come back; `sketch` are packed shingle hashes for a text."""

    kind: BlockKind
    value: str
    sketch: bytes = b""
    takedown_id: int = 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the gate says: which takedown forbids this, by which rule; `None` in its place means: it may pass."""

    takedown_id: int
    rule: str


def ruling_on_url(blocks: Iterable[Block], keys: Iterable[str]) -> Ruling | None:
    """Return the takedown that names one of the `keys` under which an address may be known."""
    wanted = set(keys)
    for block in blocks:
        if block.kind is BlockKind.URL and block.value in wanted:
            return Ruling(block.takedown_id, f"takedown {block.takedown_id}: its address is blocked ({block.value})")
    return None


def ruling_on_text(
    blocks: Iterable[tuple[Block, frozenset[int]]], text_hash: str, shingles: frozenset[int]
) -> Ruling | None:
    """Return the takedown that names this text, whole, or so much of it that it is a copy.

    `blocks` come with their unpacked shingles. Containment is shared shingles by the shorter text's.
    """
    for block, blocked in blocks:
        if block.value == text_hash:
            return Ruling(block.takedown_id, f"takedown {block.takedown_id}: its text is blocked")
        shorter = min(len(blocked), len(shingles))
        share = len(blocked & shingles) / shorter if shorter else 0.0
        if share >= BLOCKED_CONTAINMENT:
            return Ruling(
                block.takedown_id, f"takedown {block.takedown_id}: {share:.0%} of its text is that of a blocked one"
            )
    return None
