"""How a run of a step on one item ended: exactly one word, with a reason."""

from dataclasses import dataclass, field
from enum import StrEnum


class Step(StrEnum):
    """The verbs of the line."""

    POLL = "poll"
    SUBSCRIBE = "subscribe"
    SEEK = "seek"
    FETCH = "fetch"
    EXTRACT = "extract"
    GATHER = "gather"
    PUBLISH = "publish"
    RENEW = "renew"
    REVISE = "revise"
    TAKE_DOWN = "take_down"
    SWEEP = "sweep"


class Word(StrEnum):
    """Every way in which a run can end; a new way to end is a new word here."""

    POLLED = "polled"
    UNCHANGED = "unchanged"
    ASKED = "asked"
    LEFT = "left"
    PROPOSED = "proposed"
    NOTHING = "nothing"
    FETCHED = "fetched"
    EXTRACTED = "extracted"
    ARTICLE = "article"
    DUPLICATE = "duplicate"
    PUBLISHED = "published"
    WITHHELD = "withheld"
    REVISED = "revised"
    KEPT = "kept"
    GONE = "gone"
    REMOVED = "removed"
    RESTORED = "restored"
    SWEPT = "swept"
    NOT_DUE = "not_due"
    HOST_BUSY = "host_busy"
    LATER = "later"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Work:
    """One item that a step is to be run on; `host` groups items that one worker should take together."""

    step: Step
    id: int
    host: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one run of `step` on the item `id`; `follows` is what can be done next because of it."""

    step: Step
    id: int
    word: Word
    reason: str = ""
    follows: tuple[Work, ...] = field(default=())
