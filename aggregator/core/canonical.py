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


def _named(member: Candidate) -> str:
    """Return the key of the address that a member itself says is the original, '' when it says nothing usable."""
    try:
        return key(member.canonical_url) if member.canonical_url else ""
    except Refused:
        return ""


def canonical(members: Sequence[Candidate]) -> tuple[int, str]:
    """Return the canonical one of a group of copies and the rule that says so; the order of `members` is no matter.

    First what another member itself names as the original, then the agency's own page where the text is credited to
    it, then the earliest time, then who was seen first. Raises ValueError for an empty group.
    """
    if len(members) == 1:
        return members[0].id, "the only copy"
    pointed = _pointed(members)
    if pointed:
        return _first(pointed).id, "another copy names it as the original (rel=canonical)"
    credited = {member.credit for member in members if member.credit}
    own = [member for member in members if member.is_agency]
    if credited and own:
        return _first(own).id, f"the page of the agency to which the text is credited ({', '.join(sorted(credited))})"
    first = _first(members)
    return first.id, f"the earliest of {len(members)} copies ({first.effective_at:%Y-%m-%d %H:%M} UTC)"


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
