"""Whether two texts are the same one, which of its copies is the canonical one, and which agency wrote it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.core.article import Sketch
from aggregator.core.errors import Refused
from aggregator.core.url import key

RULE_VERSION = "copies-1"
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
FEW = 3  # so few names say nothing about a text


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


def _told_apart(one: Sketch, other: Sketch, gap: timedelta) -> str:
    """Return which guard says that two like texts are other news told by one template, or ''."""
    size = min(len(one.shingles), len(other.shingles))
    if not _agree(one.numbers, other.numbers, NUMBERS_BRIEF if size < BRIEF else NUMBERS):
        return "numbers"
    if min(len(one.names), len(other.names)) >= FEW and not _agree(one.names, other.names, NAMES):
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
    if one.spaced != other.spaced or not one.shingles or not other.shingles:
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
    it, then the earliest time, then who was seen first.
    """
    if len(members) == 1:
        return members[0].id, "the only copy"
    by_key = {member.url_key: member for member in members}
    pointed = sorted(
        (target.effective_at, target.key, target.id)
        for member in members
        if (target := by_key.get(_named(member))) is not None and target.id != member.id
    )
    if pointed:
        return pointed[0][2], "another copy names it as the original (rel=canonical)"
    credited = {member.credit for member in members if member.credit}
    own = sorted((member.effective_at, member.key, member.id) for member in members if member.is_agency)
    if credited and own:
        return own[0][2], f"the page of the agency to which the text is credited ({', '.join(sorted(credited))})"
    first = min(members, key=lambda member: (member.effective_at, member.first_seen, -member.words, member.key))
    return first.id, f"the earliest of {len(members)} copies ({first.effective_at:%Y-%m-%d %H:%M} UTC)"


_AGENCIES = {
    "AP": r"AP|Associated Press|The Associated Press",
    "AFP": r"AFP|Agence France-Presse|Agence France Presse",
    "Reuters": r"Reuters|REUTERS|Рейтер",
    "dpa": r"dpa|DPA|Deutsche Presse-Agentur",
    "APA": r"APA",
    "KNA": r"KNA",
    "epd": r"epd",
    "SID": r"SID",
    "Keystone-SDA": r"Keystone-SDA|SDA|ATS",
    "EFE": r"EFE|Agencia EFE",
    "Europa Press": r"Europa Press|EUROPA PRESS",
    "ANSA": r"ANSA",
    "Adnkronos": r"Adnkronos|ADNKRONOS",
    "Lusa": r"Lusa|LUSA|Agência Lusa",
    "TASS": r"TASS|ТАСС",
    "Interfax": r"Interfax|Интерфакс",
    "RIA Novosti": r"РИА Новости|RIA Novosti",
    "Ukrinform": r"Ukrinform|Укринформ|Укрінформ",
    "Xinhua": r"Xinhua|新华社",
    "Kyodo": r"Kyodo|共同通信|共同",
    "Jiji": r"時事|Jiji Press",
    "Yonhap": r"Yonhap|연합뉴스",
    "PA Media": r"PA Media|PA news agency|Press Association",
    "PTI": r"PTI|Press Trust of India",
    "ANI": r"ANI",
    "The Canadian Press": r"The Canadian Press|CP",
    "AAP": r"AAP|Australian Associated Press",
    "NTB": r"NTB",
    "TT": r"TT",
    "Ritzau": r"Ritzau",
    "Belga": r"Belga",
    "ANP": r"ANP",
    "Bloomberg": r"Bloomberg|Bloomberg News",
    "UPI": r"UPI",
    "Anadolu": r"Anadolu Agency|AA",
}
_ANY = "|".join(_AGENCIES.values())
_HEAD, _TAIL = 300, 400
_DATELINE = re.compile(rf"^\W{{0,3}}(?:[^\n()]{{0,80}}?)\((?P<name>{_ANY})\)\s*(?:[-–—:.,]|\s)")
_UNKNOWN = re.compile(
    r"^[A-ZÄÖÜÉ][^\n()]{1,60}?\((?P<name>[A-Za-zÄÖÜäöüé]{2,12}|[A-Z][\w ]{2,30}(?:Agency|Press|News))\)\s*[-–—]"
)
_BYLINE = re.compile(
    rf"^\W*(?:von |par |por |di |by |mit material (?:von|der) )?(?P<name>{_ANY})(?:\W|$)", re.IGNORECASE
)
_FOOTER = re.compile(
    rf"(?:\((?P<a>(?:{_ANY})(?:\s*[/,]\s*\w+){{0,3}})\)|"
    rf"(?:[Cc]opyright|©|\(c\))\s*(?:\d{{4}}\s*)?(?P<b>{_ANY})\b|"
    rf"(?:Quelle|Source|Fuente|Fonte|Источник|Con información de|Com informações d[aoe]|Avec|mit Material (?:von|der)|with "
    rf"reporting (?:by|from))\s*:?\s*(?:the |la |l['’]|der )?(?P<c>{_ANY})\b|"
    rf"(?:^|\n)\W*(?P<d>{_ANY})\W*$)"
)


def _agency(name: str) -> str:
    plain = re.split(r"\s*[/,]\s*", name.strip())[0]
    for agency, spelling in _AGENCIES.items():
        if re.fullmatch(spelling, plain) or re.fullmatch(spelling, plain, re.IGNORECASE):
            return agency
    return plain


def credit(text: str, authors: tuple[str, ...]) -> str:
    """Return the news agency that a text is credited to, in its dateline, its byline or its last lines; '' for none."""
    for author in authors:
        found = _BYLINE.match(author)
        if found and len(author) <= len(found["name"]) + 25:
            return _agency(found["name"])
    head, tail = text[:_HEAD].lstrip(), text[-_TAIL:]
    for rule in (_DATELINE, _UNKNOWN):
        found = rule.match(head)
        if found:
            return _agency(found["name"])
    named = [name for found in _FOOTER.finditer(tail) for name in found.groups() if name]
    return _agency(named[-1]) if named else ""


_OWN_HOSTS = {
    "AP": ("apnews.com", "ap.org"),
    "AFP": ("afp.com",),
    "Reuters": ("reuters.com",),
    "dpa": ("dpa.com", "dpa-international.com"),
    "APA": ("apa.at",),
    "EFE": ("efe.com",),
    "Europa Press": ("europapress.es",),
    "ANSA": ("ansa.it",),
    "Lusa": ("lusa.pt",),
    "TASS": ("tass.ru", "tass.com"),
    "Interfax": ("interfax.ru", "interfax.com"),
    "Ukrinform": ("ukrinform.ua", "ukrinform.net"),
    "Xinhua": ("xinhuanet.com", "news.cn"),
    "Kyodo": ("kyodonews.net",),
    "Yonhap": ("yna.co.kr",),
    "The Canadian Press": ("thecanadianpress.com",),
    "AAP": ("aap.com.au",),
    "UPI": ("upi.com",),
    "Anadolu": ("aa.com.tr",),
}


def is_agency(url_key: str, agency: str) -> bool:
    """Whether an address is on the agency's own site: a known one, or a host that bears its name."""
    name = url_key.removeprefix("//").partition("/")[0].partition(":")[0]
    own = _OWN_HOSTS.get(agency, ())
    if any(name == each or name.endswith(f".{each}") for each in own):
        return True
    plain = re.sub(r"[^a-z0-9]", "", agency.lower())
    labels = [re.sub(r"[^a-z0-9]", "", label) for label in name.split(".")]
    return len(plain) >= 3 and any(label == plain for label in labels[:-1])  # noqa: PLR2004 - shorter ones are words
