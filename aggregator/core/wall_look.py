"""What there is to see of a text before it is judged: its lines, what they say in a wall's voice, and to whom."""

# ruff: noqa: RUF001 - ends of sentences in many scripts

import re
from dataclasses import dataclass

from aggregator.core import headline, walls
from aggregator.core.article import Extraction, Hints
from aggregator.core.wall_words import OFFERS, READER, SAYINGS, Kind, folded, spoken, unquoted
from aggregator.core.words import count

LOOKED_AT = 12_000  # characters of a text
MOST_LINES = 400
SPREAD = 4 * LOOKED_AT  # characters of a text in which lines that are repeated are sought
CLAUSE = 6  # words of a sentence of prose
ON_SUBJECT = 0.3  # of a summary's words that the text shares
ALIKE = 0.5  # of a headline's words that the page and the feed share
GUESSED = frozenset({"feed", "text", "htmldate"})  # origins of a date that the page does not tell of itself

STUB_WORDS = 120
A_CALL = 14  # words of a line that does nothing but call
AFTER_CALL = 100  # words that may follow the call to subscribe
BESIDE = ("newsletter", "mail", "cookie")  # words of sentences that stand below any text
FLAT = 4  # sentences at the end of a text without paragraphs that may hold a call
WHOLE = 3  # sentences of a brief
FURTHER = 1.3  # times as long as what the feed says of it

ENDS = re.compile(r"[.!?:;\"”»’'。！？」』।؟۔)）]\s*$")
_TOKEN = re.compile(r"\w+(?:['-]\w+)*")
_FORMAL = re.compile(r"(?<=[a-zäöüß,] )(?:Sie|Ihnen|Ihr(?:e[nmrs]?)?)\b")  # German for you, in the middle of a sentence
_DIGITS = re.compile(r"\d+")
_SENTENCES = re.compile(r"(?<=[.!?؟।])\s+|(?<=[。！？])\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """A line or a sentence: its words, and which kinds of walls speak so, each with a phrase and how many of them."""

    text: str
    words: int
    says: tuple[tuple[Kind, str, int], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A text as it is judged: its lines and their sentences, and the kind of wall that speaks most in it.

    `loud` are the words of sentences in which walls speak, `prose` the share of those in longer ones where none does.
    """

    lines: tuple[Part, ...]
    sentences: tuple[Part, ...] = ()
    kind: Kind | None = None
    phrase: str = ""
    loud: int = 0
    prose: float = 0.0


def look(text: str, *, listen: bool = True) -> Look:
    """Return what there is to see of a text; without `listen` no more than its lines."""
    whole = folded(text[:LOOKED_AT])
    known: list[tuple[Kind, str]] = []
    if listen:
        known = [(kind, phrase) for kind, phrases in SAYINGS.items() for phrase in phrases if phrase in whole]
        known.sort(key=lambda each: -len(each[1]))
    lines = tuple(_part(line, known) for line in whole.splitlines()[:MOST_LINES] if line.strip())
    if not listen:
        return Look(lines)
    sentences = tuple(_part(each, known) for line in lines for each in _SENTENCES.split(line.text) if each.strip())
    total = max(sum(each.words for each in sentences), 1)
    prose = sum(each.words for each in sentences if each.words >= CLAUSE and not each.says) / total
    sums: dict[Kind, tuple[int, int, str]] = {}
    for kind, phrase, number in [said for each in sentences for said in each.says]:
        before, _, first = sums.get(kind, (0, 0, phrase))
        sums[kind] = (before + number, -list(Kind).index(kind), first)
    if not sums:
        return Look(lines, sentences, prose=prose)
    most = max(sums, key=lambda kind: sums[kind])
    return Look(lines, sentences, most, sums[most][2], sum(each.words for each in sentences if each.says), prose)


def _part(text: str, known: list[tuple[Kind, str]]) -> Part:
    if not known:
        return Part(text, count(text), ())
    kind_of = {phrase: kind for kind, phrase in known}
    tally: dict[Kind, tuple[str, int]] = {}
    for phrase, number in spoken(text, kind_of).items():
        first, before = tally.get(kind_of[phrase], (phrase, 0))
        tally[kind_of[phrase]] = (first, before + number)
    return Part(text, count(text), tuple((kind, *each) for kind, each in tally.items()))


def marked(found: Extraction, hints: Hints) -> bool:
    """Whether the page bears the signs of an article, or is about what the feed says of it.

    A date counts where the page gives it to machines: each page of a site has one somewhere, in its address or a list.
    """
    dated = bool(found.published) and dict(found.origins).get("published") not in GUESSED
    told = bool(hints.title) and headline.alike(hints.title, found.title) >= ALIKE and on_subject(found, hints)
    return bool(dated or found.authors or found.page_type == "article" or told)


def on_subject(found: Extraction, hints: Hints) -> bool:
    """Whether the text speaks of what its headline or the feed's summary speaks of."""
    if hints.summary and headline.alike(hints.summary, found.text[: len(hints.summary) * 2]) >= ON_SUBJECT:
        return True
    head = {word for word in headline.folded(hints.title or found.title).split() if len(word) > len("the")}
    return len(head & set(headline.folded(found.text).split())) * 2 >= max(len(head), 1)


def distinct(text: str) -> str:
    """Return a text with each line once, of those that differ in their numbers only the first: a list of vendors."""
    kept: dict[str, str] = {}
    start = text[:SPREAD]
    for numberless, line in zip(_DIGITS.sub("#", start).splitlines(), start.splitlines(), strict=True):
        kept.setdefault(numberless, line)
    return "\n".join(kept.values())


def voice(text: str) -> tuple[list[str], float]:
    """Return the words of a text and the share of them that are we, you and their like, outside of quotations."""
    tokens = _TOKEN.findall(folded(text[:LOOKED_AT]))
    said = sum(token in READER for token in tokens) + len(_FORMAL.findall(unquoted(text[:LOOKED_AT])))
    return tokens, said / max(len(tokens), 1)


def addresses(line: str) -> bool:
    """Whether a folded line speaks of us or to you."""
    return not READER.isdisjoint(_TOKEN.findall(line))


def notable(text: str) -> set[str]:
    """Return the words that tell a subject: long ones, and pairs of characters where there are no spaces."""
    words = headline.folded(text[:LOOKED_AT]).split()
    if count(text[:LOOKED_AT]) > 2 * len(words):
        return {word[at : at + 2] for word in words for at in range(len(word) - 1)}
    return {word for word in words if len(word) > len("that")}


def whole(found: Extraction, hints: Hints, seen: Look, body: bytes) -> bool:
    """Whether a short text that is said not to be free is all there is: a brief, which a feed's teaser tells in part.

    It has some full sentences, none of which speaks to the reader, goes on behind what the feed says of it, and nothing
    near it asks for anything. What a script may still put there is not seen, so a name in the markup raises doubt.
    """
    full = len(seen.sentences) >= WHOLE and ENDS.search(found.text)
    if not body or seen.kind or not full or any(addresses(line.text) for line in seen.lines):
        return False
    further = not hints.summary or len(found.text) >= FURTHER * len(hints.summary)
    return further and on_subject(found, hints) and not walls.gated(body) and not _asks(walls.behind(found.text, body))


def _asks(rest: str) -> bool:
    """Whether what stands behind a text offers something, or speaks to the reader of more than letters and cookies."""
    small = folded(rest)
    if spoken(small, (*OFFERS, *SAYINGS[Kind.PAYWALL], *SAYINGS[Kind.LOGIN], *SAYINGS[Kind.STUB])):
        return True
    return any(addresses(each) for each in _SENTENCES.split(small) if not any(word in each for word in BESIDE))


def last_call(seen: Look, words: int) -> tuple[Kind, str] | None:
    """Return the kind of call that a text ends in, and its words; in a text without paragraphs, its last sentence."""
    left, told = 0, False  # words behind, and whether a sentence of the text is among them
    offers: set[str] = set()
    flat = len(seen.lines) <= 2  # noqa: PLR2004 - a headline and a text
    for line in (*(reversed(seen.sentences[-FLAT:]) if flat else ()), *reversed(seen.lines)):
        said = {kind: (phrase, number) for kind, phrase, number in line.says}
        asked = addresses(line.text)
        if Kind.PAYWALL in said and Kind.CHALLENGE not in said:
            phrase, number = said[Kind.PAYWALL]
            brief = line.words <= A_CALL or ((asked or line.text.find(phrase) < A_CALL) and line.words <= 3 * A_CALL)
            if brief or number > 1:
                return Kind.PAYWALL, phrase
        if Kind.STUB in said and line.words <= A_CALL and words < STUB_WORDS:
            return Kind.STUB, said[Kind.STUB][0]
        told = told or (line.words > A_CALL and not asked and not said and not spoken(line.text, OFFERS))
        if line.words <= 3 * A_CALL and not told:
            offers |= set(spoken(line.text, OFFERS))
        if len(offers) > 1:
            return Kind.PAYWALL, min(offers)
        left += line.words
        if left > AFTER_CALL or (line.words > 2 * A_CALL and not asked and not said):
            break
    return None
