"""Which one of several copies of a text is the canonical one, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.core.errors import Refused
from aggregator.core.url import key


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of a group of copies, as far as the choice of the canonical one needs it."""

    id: int
    key: str
    url_key: str
    source_id: int
    canonical_url: str
    effective_at: datetime
    first_seen: datetime
    words: int
    credit: str
    is_agency: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The canonical one of a group, the number of the rule that says so (0: the only copy) and the reason in words.

    `wire` is the news agency that the text is credited to by any of the group, '' for none; `shown_id` is the member
    whose text stands for all.
    """

    id: int
    rule: int
    reason: str
    wire: str
    shown_id: int


def _named(member: Candidate) -> str:
    """Return the key of the address that a member itself says is the original, '' when it says nothing usable."""
    try:
        return key(member.canonical_url) if member.canonical_url else ""
    except Refused:
        return ""


def canonical(members: Sequence[Candidate]) -> Choice:
    """Return the canonical one of a group of copies and why; the order of `members` is no matter.

    First what another member itself names as the original, then the agency's own page where the text is credited to
    it, then the earliest time, then who was seen first. Raises ValueError for an empty group.
    """
    wire = min((member.credit for member in members if member.credit), default="")
    if len(members) == 1:
        return Choice(members[0].id, 0, "the only copy", wire, members[0].id)
    pointed = _pointed(members)
    if pointed:
        chosen = _first(pointed)
        return Choice(chosen.id, 1, "another copy names it as the original (rel=canonical)", wire, chosen.id)
    own = [member for member in members if member.is_agency]
    if wire and own:
        chosen = _first(own)
        reason = f"the page of the agency to which the text is credited ({wire})"
        return Choice(chosen.id, 2, reason, wire, chosen.id)
    first = _first(members)
    reason = f"the earliest of {len(members)} copies ({first.effective_at:%Y-%m-%d %H:%M} UTC)"
    return Choice(first.id, 4, reason, wire, first.id)


def _first(members: Sequence[Candidate]) -> Candidate:
    return min(members, key=lambda member: (member.effective_at, member.first_seen, member.key, member.id))


def _pointed(members: Sequence[Candidate]) -> list[Candidate]:
    """Return the members that others name as the original; of a chain its end, of a ring all of it."""
    by_key = {member.url_key: member for member in members}
    names = {member.id: by_key[named] for member in members if (named := _named(member)) in by_key}
    others = {member.id: target for member in members if (target := names.get(member.id)) and target.id != member.id}
    pointed = {target.id: target for target in others.values()}
    ends = [target for target in pointed.values() if target.id not in others]
    return ends or list(pointed.values())
