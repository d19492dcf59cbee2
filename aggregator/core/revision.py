"""What has changed between two versions of an article, and whether readers should be told of it."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aggregator.core.sentences import LONGEST, Pair, shared, split

MINOR_CHARS = 50  # changed characters that never count as an update (Feedbin's rule for feeds, see its issue 145)
MINOR_SHARE = 0.05  # of a text's characters, when no sentence is new or gone
REWRITTEN = 0.2  # a text of which less is left is another one
ALIKE = 0.8  # two headlines that are the same with a slip mended
FEW_FIGURES = 8  # changed figures and names that still are a correction
MOST_WORDS = 20_000  # of changed sentences that are compared word by word
HEAD, TAIL = 3, 4  # sentences among which the note of a correction stands
NOTED = 60  # characters of a sentence in which such a note begins
MAX_NOTE = 300

# Words by which outlets mark a correction, where a sentence begins with them or nearly so and then makes a stop.
_STOP = r"[^:：—–|】)\]]{0,40}?(?:[:：—–|】)\]]|[.!。]?$)"
_MARK = re.compile(
    r"^\W*(?:(?:[^\W\d_]+\W+){0,2}?(?:corrections?|corrected|clarification|berichtigung|korrektur|richtigstellung|rectificatif|rectification|"
    r"erratum|errata(?: corrige)?|corrección|rectificación|fe de errores|correção|retificação|erramos|correzione|rettifica|"
    r"correctie|rectificatie|rättelse|rettelse|retting|oikaisu|korjaus|sprostowanie|korekta|oprava|düzeltme|tekzip|"
    r"διόρθωση|исправлен\w*|поправка|уточнение|виправлен\w*|уточнення|ralat|koreksi|đính chính)\b|"
    r"(?:تصحيح|تصويب|תיקון|संशोधन|सुधार|更正|勘误|勘誤|訂正|お詫びと訂正|정정|바로잡습니다))" + _STOP,
    re.IGNORECASE,
)
# Sentences by which they do it at any place.
_PHRASE = re.compile(
    r"(?:an? )?(?:earlier|previous|original) version of this|(?:article|story|report|piece|headline) (?:was|has been) (?:amended|corrected)|"
    r"in einer (?:früheren|ersten|vorherigen) (?:version|fassung)|wurde (?:nachträglich )?(?:korrigiert|berichtigt)|"
    r"(?:une|la) (?:version précédente|première version)|a été corrigée?|una versión anterior|ha sido corregid[oa]|"
    r"una (?:precedente versione|versione precedente)|è stat[oa] corrett[oa]|uma versão anterior|foi corrigid[oa]|"
    r"in een (?:eerdere|vorige) versie|i en tidigare version|i en tidligere (?:version|versjon|utgave)|"
    r"w poprzedniej wersji|в (?:предыдущей|первоначальной) версии|у попередній версії",
    re.IGNORECASE,
)
# A figure, a letter of a script without spaces, or a word; the vowel marks of Indian scripts belong to their words.
_TOKEN = re.compile(
    r"\d[\d.,:'’٫٬]*\d|\d|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|"
    r"(?:[^\W\d_]|[\u0900-\u0963\u0971-\u0dff])+"
)


class Kind(StrEnum):
    """What a revision is: the first text, an edit by its outlet, or our own reading of the same page by new rules."""

    FIRST = "first"
    MINOR = "minor"
    UPDATE = "update"
    CORRECTION = "correction"
    REWRITE = "rewrite"
    RULES = "rules"


SIGNIFICANT = frozenset({Kind.UPDATE, Kind.CORRECTION, Kind.REWRITE})  # readers of the feed are told of these


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article: its headline and its text, plain, one paragraph a line."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a change is, in one word and in a short note, and whether the feeds' `updated` moves for it."""

    kind: Kind
    note: str
    significant: bool


@dataclass(frozen=True, slots=True)
class _Edit:
    """Sentences that went and came, and the words by which they differ."""

    went: tuple[str, ...]
    came: tuple[str, ...]
    lost: Counter[str]
    gained: Counter[str]

    @property
    def chars(self) -> int:
        return sum(len(word) * number for part in (self.lost, self.gained) for word, number in part.items())


def change(before: Version, after: Version) -> Change | None:
    """Return what has changed from one version to the next; None when headline and text are the same.

    A correction is marked as one by the outlet, or changes nothing but a few figures and names. A rewrite leaves less
    than a fifth of the text. What changes no more than 50 characters, or 5 % of them with no sentence new or gone, is
    minor; all else is an update. So is a new headline, but not the mending of a slip in it.
    """
    if before == after:
        return None
    old, new = split(before.text), split(after.text)
    pairs = shared(old, new)
    edit = _edit(old, new, pairs)
    headline = _headline(before.title, after.title)
    kind = _kind(edit, old, new, headline)
    return Change(kind, _note(edit, headline, kind), kind in SIGNIFICANT)


def sentences(before: Version, after: Version) -> list[tuple[str, str]]:
    """Return all sentences of two versions in order, each with " " (kept), "-" (went) or "+" (came); headlines first."""
    old, new = split(before.text), split(after.text)
    found = [(" ", after.title)] if before.title == after.title else [("-", before.title), ("+", after.title)]
    found = [each for each in found if each[1]]
    for went, came, kept in _gaps(old, new, shared(old, new)):
        found += [("-", each) for each in went] + [("+", each) for each in came] + [(" ", each) for each in kept]
    return found


def _gaps(
    old: Sequence[str], new: Sequence[str], pairs: Sequence[Pair]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """Yield what went and came between two shared sentences, and the later of these."""
    here = there = 0
    for left, right in [*pairs, (len(old), len(new))]:
        yield old[here:left], new[there:right], old[left : left + 1]
        here, there = left + 1, right + 1


def _edit(old: Sequence[str], new: Sequence[str], pairs: Sequence[Pair]) -> _Edit:
    mine, theirs = {left for left, _ in pairs}, {right for _, right in pairs}
    went = tuple(each for place, each in enumerate(old) if place not in mine)
    came = tuple(each for place, each in enumerate(new) if place not in theirs)
    before, after = _words(went), _words(came)
    return _Edit(went, came, before - after, after - before)


def _tokens(sentence: str) -> list[str]:
    """Return the words of a sentence; the uncut rest of a huge text is one word."""
    return _TOKEN.findall(sentence) if len(sentence) <= LONGEST else [sentence]


def _words(found: Sequence[str]) -> Counter[str]:
    """Return the words of sentences; of very many only the first, of which the rest is one word."""
    words: Counter[str] = Counter()
    left = MOST_WORDS
    for number, each in enumerate(found):
        if left <= 0:
            words[" ".join(found[number:])] += 1
            break
        tokens = _tokens(each)
        left -= len(tokens)
        words.update(tokens)
    return words


def _kind(edit: _Edit, old: Sequence[str], new: Sequence[str], headline: Kind | None) -> Kind:
    if _marked(edit, new):
        return Kind.CORRECTION
    if _folded(edit.lost) == _folded(edit.gained):
        return headline or Kind.MINOR
    whole, gone = sum(map(len, old)), _whole(edit.went, edit.lost)
    if old and whole - sum(map(len, gone)) < whole * REWRITTEN:
        return Kind.REWRITE
    if _figures(edit):
        return Kind.CORRECTION
    fresh = gone or _whole(edit.came, edit.gained)
    size = max(whole, sum(map(len, new)), 1)
    small = edit.chars <= MINOR_CHARS or (not fresh and edit.chars <= size * MINOR_SHARE)
    return (headline or Kind.MINOR) if small else Kind.UPDATE


def _marked(edit: _Edit, new: Sequence[str]) -> bool:
    """Whether a sentence that came, near the head or the tail of the text, says that something was corrected."""
    edges = {*new[:HEAD], *new[-TAIL:]}
    near = [each for each in edit.came if each in edges]
    return any(_MARK.match(each[:NOTED]) or _PHRASE.search(each) for each in near)


def _folded(words: Counter[str]) -> Counter[str]:
    folded: Counter[str] = Counter()
    for word, number in words.items():
        folded[word.casefold()] += number
    return folded


def _figures(edit: _Edit) -> bool:
    """Whether nothing but a few figures and names gave way to others."""
    lost, gained = list(edit.lost), list(edit.gained)
    if not lost or not gained or edit.lost.total() + edit.gained.total() > FEW_FIGURES:
        return False
    return all(_is_figure(each) for each in (*lost, *gained))


def _is_figure(word: str) -> bool:
    return word[0].isdigit() or (word[0].isupper() and len(word) > 1)


def _whole(found: Sequence[str], words: Counter[str]) -> list[str]:
    """Return the sentences of which more than half consists of such words, each word used up once."""
    left, whole = Counter(words), []
    for each in found:
        tokens = Counter(_tokens(each))
        mine = tokens & left
        left.subtract(mine)
        if mine.total() * 2 > tokens.total():
            whole.append(each)
    return whole


def _headline(before: str, after: str) -> Kind | None:
    """Return whether a headline is new (update) or a little different (minor); None when it is the same."""
    if before == after:
        return None
    old, new = before.casefold()[:500], after.casefold()[:500]
    same = _TOKEN.findall(old) == _TOKEN.findall(new)
    if not old or not new:
        return Kind.UPDATE
    alike = same or difflib.SequenceMatcher(None, old, new, autojunk=False).ratio() >= ALIKE
    return Kind.MINOR if alike else Kind.UPDATE


def _note(edit: _Edit, headline: Kind | None, kind: Kind) -> str:
    """Return in words what changed; it may quote figures and names, so it goes with the text."""
    mended = min(len(edit.went), len(edit.came))
    came, went = len(edit.came) - mended, len(edit.went) - mended
    parts = [
        "another headline" if headline is Kind.UPDATE else "headline mended" if headline else "",
        f"{_counted(mended)} changed" if mended else "",
        f"{_counted(came)} more" if came else "",
        f"{_counted(went)} fewer" if went else "",
    ]
    if kind is Kind.CORRECTION and _figures(edit):
        parts.append(f"{', '.join(edit.lost)} → {', '.join(edit.gained)}")
    elif edit.went and not edit.lost and not edit.gained:
        parts.append("order or punctuation only")
    return "; ".join(filter(None, parts))[:MAX_NOTE] or "white space only"


def _counted(number: int) -> str:
    return f"{number} sentence" if number == 1 else f"{number} sentences"
