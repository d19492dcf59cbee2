"""Whether two texts are the same one, which of its copies is the canonical one, and which agency wrote it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.core import agencies
from aggregator.core.article import Sketch
from aggregator.core.errors import Refused
from aggregator.core.sketch import SHINGLE_WORDS
from aggregator.core.url import key

RULE_VERSION = "copies-2"
CONTAINMENT = 0.55
SHARED_LEAST = 12
TINY = 10  # shingles; below this nearly all must be shared
TINY_SHARE = 0.9
SHORT = 150  # shingles; below this the time between two texts matters
SHORT_GAP = timedelta(hours=72)
BRIEF = 100  # shingles; below this more of the numbers must agree
NUMBERS, NUMBERS_BRIEF, NAMES = 0.6, 0.75, 0.5
RATIO = 2.5
JACCARD = 0.5


class Relation(StrEnum):
    """What one text is to another."""

    COPY = "copy"
    EXCERPT_OF = "excerpt_of"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Match:
    """How two texts are related; `score` is the share of the shorter one's shingles that the other has."""

    relation: Relation
    score: float
    rule: str


def _agree(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    """Whether two sets share enough of the smaller one; empty sets say nothing against."""
    fewer = min(len(one), len(other))
    return not fewer or len(one & other) >= share * fewer


def _exchanged(one: Sketch, other: Sketch) -> bool:
    """Whether all that is different in two texts is names: one form, filled in for two people, places or firms.

    A name of k words changes k + 3 word 4-grams. More than that is an edit, such as a lede or a footer of one's own.
    """
    return all(
        mine.names - theirs.names
        and len(mine.shingles - theirs.shingles) <= SHINGLE_WORDS * (len(mine.names - theirs.names) + 1)
        for mine, theirs in ((one, other), (other, one))
    )


def _told_apart(one: Sketch, other: Sketch, gap: timedelta) -> str:
    """Return which guard says that two like texts are other news told by one template, or ''."""
    size = min(len(one.shingles), len(other.shingles))
    if not _agree(one.numbers, other.numbers, NUMBERS_BRIEF if size < BRIEF else NUMBERS):
        return "numbers"
    if not _agree(one.names, other.names, NAMES) or (size < BRIEF and _exchanged(one, other)):
        return "names"
    if size < SHORT and one.shingles != other.shingles and gap > SHORT_GAP:
        return "time"
    if size < SHORT and gap > SHORT_GAP * 2:
        return "time"
    return ""


def compare(one: Sketch, other: Sketch, gap: timedelta, *, same_source: bool) -> Match | None:
    """Return what text `one` is to text `other`, or None when they are not the same text.

    Two texts of one source that share a template are told apart by time as well: a notice that is repeated word for
    word on another day is another notice.
    """
    if not one.shingles or not other.shingles:
        return None
    shared = len(one.shingles & other.shingles)
    fewer, more = sorted((len(one.shingles), len(other.shingles)))
    containment = shared / fewer
    jaccard = shared / (fewer + more - shared)
    if fewer < TINY:
        enough = min(containment, shared / more) >= TINY_SHARE
    else:
        enough = containment >= CONTAINMENT and shared >= min(SHARED_LEAST, fewer)
    if not enough or _told_apart(one, other, gap):
        return None
    if same_source and fewer < SHORT and gap > SHORT_GAP:
        return None
    rule = f"{RULE_VERSION}: containment {containment:.2f}, jaccard {jaccard:.2f}, {shared} shared"
    if more <= RATIO * fewer or jaccard >= JACCARD:
        return Match(Relation.COPY, round(containment, 4), rule)
    shorter = len(one.shingles) <= len(other.shingles)
    return Match(Relation.EXCERPT_OF if shorter else Relation.CONTAINS, round(containment, 4), rule)


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


_DATELINES, _FOOTERS = 3, 4  # lines, from the front and from the end
_HEAD, _TAIL = 300, 400  # characters
_SPELLED = {spelling: agency for agency, spellings in agencies.NAMES.items() for spelling in spellings}
_FOLDED = {spelling.casefold(): agency for spelling, agency in _SPELLED.items()}
_LATIN = "|".join(re.escape(each) for each in sorted(_SPELLED, key=len, reverse=True) if each[0] < "\u1100")
_WIDE = "|".join(re.escape(each) for each in sorted(_SPELLED, key=len, reverse=True) if each[0] >= "\u1100")
_ANY = rf"(?:(?<!\w)(?P<name>{_LATIN})(?!\w)|(?P<wide>{_WIDE}))"
_WITH = r"(?:\s*[/+,]\s*[\w-]+)*"  # the department, or a second agency
_DATELINE = re.compile(rf"[^\n]{{0,80}}?[(\[/]\s*{_ANY}{_WITH}\s*[)\]/]\s*(?:[.,:]*\s*[-–—=]|[.:])")
_PLAIN_DATELINE = re.compile(rf"[A-ZА-ЯЁ][\w .-]{{1,40}},\s[\w. ]{{1,20}}\s[-–—]\s{_ANY}\.")
_WIDE_DATELINE = re.compile(
    rf"(?:\W*(?P<name>{_WIDE})[^\n]{{0,30}}?[电電]|[【（(][^\n】）)]{{0,16}}?(?P<wide>{_WIDE})[】）)])"
)
_UNKNOWN = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ .'’/-]{2,40}(?:,?\s[^()\n]{1,25})?\s\((?P<name>[A-Z][A-Za-z]{1,11})\)\s*[-–—]")
_BY = re.compile(r"(?:by|from|von|par|por|di|da|door|av|af|od)\s+", re.IGNORECASE)
_POST = r"(?i:\s+(?:staff|news(?:\s+agency)?|reporters?|writers?|correspondents?|sports|business))*"
_WHOLE_BYLINE = re.compile(rf"{_ANY}(?:{_POST}|\s*[/|,(–—-]\s*.+)", re.DOTALL)
_LAST_BYLINE = re.compile(rf".*(?:[,/|(–—-]|\s-)\s*{_ANY}\)?", re.DOTALL)
_LONG_BYLINE = re.compile(
    r".+\s(?P<name>(?:The )?Associated Press|Agence France-Presse|Press Association|The Canadian Press)"
)
_SOURCE = (
    r"(?:(?:Quelle|Source|Fuente|Fonte|Bron|Źródło|Источник|Джерело|来源|來源)\s*[:：]|"
    r"(?:[Cc]on información de|[Cc]om informações d[aoe]|[Aa]vec|[Mm]it Material (?:von|der)|[Ww]ith reporting (?:by|from)))"
)
_FOOTER = (
    re.compile(rf".*[(\[（]\s*{_ANY}{_WITH}\s*[)\]）]\W*"),
    re.compile(rf".*(?:©|\([cC]\)|[Cc]opyright)\s*(?:\d{{4}}\s*)?(?:by\s+)?(?:[Tt]he\s+)?{_ANY}.*"),
    re.compile(rf".*{_SOURCE}\s*(?:the |la |l['’]|der )?{_ANY}.*"),
    re.compile(rf"\W*{_ANY}{_WITH}\W*"),
    re.compile(rf".*{_ANY}(?:\s\w+){{0,6}} contributed to this (?:report|story).*"),
)
_REUTERS = re.compile(r"\(?(?:Additional )?[Rr]eporting by .{1,200}[Ee]diting by .{1,100}")


def _agency(found: re.Match[str]) -> str:
    name = next(each for group, each in found.groupdict().items() if each and group in {"name", "wide"})
    return _SPELLED.get(name, name)


def credit(text: str, authors: tuple[str, ...]) -> str:
    """Return the news agency that a text is credited to, in its byline, its dateline or its last lines; '' for none."""
    return _in_byline(authors) or _in_dateline(text[:_HEAD]) or _in_footer(text[-_TAIL:])


def _in_byline(authors: tuple[str, ...]) -> str:
    for author in authors:
        plain = _BY.sub("", author[:_HEAD].strip(), count=1)
        if plain.casefold() in _FOLDED and (plain in _SPELLED or plain.casefold() not in agencies.PERSONS):
            return _FOLDED[plain.casefold()]
        for rule in (_WHOLE_BYLINE, _LAST_BYLINE, _LONG_BYLINE):
            if found := rule.fullmatch(plain):
                return _agency(found)
    return ""


def _in_dateline(head: str) -> str:
    for line in head.strip().splitlines()[:_DATELINES]:
        for rule in (_DATELINE, _PLAIN_DATELINE, _WIDE_DATELINE, _UNKNOWN):
            if found := rule.match(line.strip()):
                return _agency(found)
    return ""


def _in_footer(tail: str) -> str:
    for line in reversed(tail.strip().splitlines()[-_FOOTERS:]):
        if _REUTERS.fullmatch(line.strip()):
            return "Reuters"
        for rule in _FOOTER:
            if found := rule.fullmatch(line.strip()):
                return _agency(found)
    return ""


def is_agency(url_key: str, agency: str) -> bool:
    """Whether an address is on the agency's own site: a known one, or a host that bears its name."""
    name = url_key.removeprefix("//").partition("/")[0].partition(":")[0]
    own = agencies.HOSTS.get(agency, ())
    if any(name == each or name.endswith(f".{each}") for each in own):
        return True
    plain = re.sub(r"[^a-z0-9]", "", agency.lower())
    labels = [re.sub(r"[^a-z0-9]", "", label) for label in name.split(".")]
    return len(plain) >= 3 and any(label == plain for label in labels[:-1])  # noqa: PLR2004 - shorter ones are words
