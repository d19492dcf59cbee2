"""Sentences of a text in any script, and which of them two texts share; bounded whatever the text."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

MOST = 5_000  # sentences of a text; what follows counts as one
LONGEST = 2_000  # characters of a sentence
MOST_CHARS = 500_000  # of a text in which sentences are sought

# The end of a sentence: the full stops of Latin, Greek, Arabic, Urdu, Indian, Ethiopic, Armenian, Burmese and Khmer, with
# the quotes and brackets that close there, before a space; those of Chinese and Japanese need none. Thai and Lao write
# no full stops: there a line is a sentence.
_STOPS = r"[.!?…‽؟۔।॥።፧፨։၊။។៕]"
_END = re.compile(rf"(?<!{_STOPS}){_STOPS}++[\"'”’»›)\]}}]*+(?=\s)|[。！？｡．]++[」』”’）］〉》]*+")
_SHORT = re.compile(
    r"(?:^|[\s(\"“„«'])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|Gen|Sen|Rep|Gov|Lt|Col|Jr|Sr|No|Nr|vs|"
    r"ca|bzw|usw|evtl|geb|Abs|Art|Mme|Mlle|Sra?|Dra|dott|ing|avv|мин|млн|млрд|тыс|ул|им|г)\.$",
    re.IGNORECASE,
)
_LOOK = 12  # characters before a full stop in which an abbreviation is sought

Pair = tuple[int, int]


def split(text: str) -> list[str]:
    """Return the sentences of a text, at most 5,000 of at most 2,000 characters; lines always end one.

    The rest of a text that has more is the last of them, whole. White space at their ends and in a row is lost.
    """
    found: list[str] = []
    done = 0
    for begin, end in _spans(text):
        if len(found) == MOST - 1:
            break
        done = end
        if sentence := " ".join(text[begin:end].split()):
            found.append(sentence)
    rest = " ".join(text[done:].split())
    return [*found, rest] if rest else found


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each sentence."""
    for line in re.finditer(r"[^\n]+", text[:MOST_CHARS]):
        begin = line.start()
        for stop in _END.finditer(line[0]):
            end = line.start() + stop.end()
            if not _abbreviated(line[0], begin - line.start(), stop):
                yield from _pieces(begin, end)
                begin = end
        yield from _pieces(begin, line.end())


def _pieces(begin: int, end: int) -> Iterator[tuple[int, int]]:
    return ((each, min(each + LONGEST, end)) for each in range(begin, end, LONGEST))


def _abbreviated(text: str, begin: int, stop: re.Match[str]) -> bool:
    if stop[0] != ".":
        return False
    return bool(_SHORT.search(text, max(begin, stop.start() - _LOOK), stop.end()))


def shared(before: Sequence[str], after: Sequence[str]) -> list[Pair]:
    """Return the places of the sentences that both have in the same order, as many as there can be.

    The second of two equal sentences answers to the second, so each is its own: then the longest rising row of places
    is what they share, which is found in n log n steps whatever the texts (Knuth, TAOCP 3, section 5.1.4).
    """
    places = {name: place for place, name in enumerate(_named(after))}
    pairs = [(place, places[name]) for place, name in enumerate(_named(before)) if name in places]
    tails: list[int] = []
    ends: list[int] = []  # the pair with which the row of each length ends
    back: list[int] = []
    for number, (_, there) in enumerate(pairs):
        length = bisect_left(tails, there)
        tails[length : length + 1] = [there]
        ends[length : length + 1] = [number]
        back.append(ends[length - 1] if length else -1)
    row: list[Pair] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        row.append(pairs[number])
        number = back[number]
    return row[::-1]


def _named(found: Sequence[str]) -> Iterator[tuple[str, int]]:
    seen: Counter[str] = Counter()
    for each in found:
        seen[each] += 1
        yield each, seen[each]
