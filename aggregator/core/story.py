"""Whether two articles tell of the same event: the rare words of headline and lead, weighed and compared."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache

from aggregator.core.sketch import folded, is_spaced

WINDOW = timedelta(hours=72)
LONGEST = timedelta(days=14)
THRESHOLD = 0.16
LEAD_WORDS = 120
LEAD_CHARS = 360
LEAD_MOST = 4000  # characters in which the words of the lead are looked for
# Articles that every window is taken to have besides its own: in a small one, what two articles share looks common.
BACKGROUND = 30
SHARED_LEAST = 3
RARE_LEAST = 2
_SHORTEST = 3

_STOP = frozenset(
    """
    the and for are was were has have had not but with from that this they their them his her its she will would could
    should said says say been being who which what when where while than then there these those into over after before
    about also more most some such only other one two new all any can may our your you out off own per via how why did
    does just now very upon between under during against because many much each both few same until against
    der die das und ist sind war waren hat haben hatte nicht aber mit von vom dem den des ein eine einer einem einen
    eines für auf aus bei nach vor über unter durch gegen ohne wird werden wurde wurden sich sie ihr ihre ihren ihm
    sein seine seinen auch noch nur schon als wie wenn dass man wir uns mehr kann können soll sollen bis zum zur seit
    zwischen oder doch dabei damit dieser diese dieses diesem diesen sowie weil was wer
    les des une est sont était ont avait pas mais avec pour par dans sur aux que qui ont leur leurs elle ils elles
    nous vous cette ces son ses plus comme après avant aussi être été fait entre sans sous dont
    los las una unos unas del con por para que son era han fue más como pero sus este esta estos estas entre sobre
    desde hasta cuando también sin ser muy tras según donde
    gli dei delle della nel nella con per che sono era hanno non più come anche questo questa dal dalla alla sul
    uma uns umas dos das com por para que são era foram não mais como mas seus este esta entre sobre pelo pela
    het een van met voor niet maar zijn werd naar door ook bij over uit aan dat deze dit
    och att det som för med till från hade inte ett den har var när efter men ska kan hans hennes deras eller vid
    til fra ikke jeg hun han vil skal kunne ble blev blir seg sig også men når etter efter dem deres hvor hvad hva
    что это как для его она они был была было были при или также после уже еще ещё чтобы если где все всё под над без
    """.split()
)
_WORD = re.compile(r"[^\W\d_][\w\u0900-\u0963\u0966-\u0dff]*(?:['’-][\w\u0900-\u0963\u0966-\u0dff]+)*")
_CJK, _WIDE, _LETTERED = "\u2e80", 2, 4
_ELISION = re.compile("['’]")
_LETTERS = re.compile(
    r"[\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3]+"
)


def terms(title: str, text: str) -> dict[str, float]:
    """Return the words of headline (twice) and lead (120 words, 360 letters) with 1 + log of how often they occur.

    Stop words, numbers and words of one or two letters are left out. Where words have no spaces, short runs of
    characters stand for them.
    """
    head, body = folded(title[:LEAD_MOST]).casefold(), folded(text[:LEAD_MOST]).casefold()
    spaced = is_spaced(f"{head} {body}")
    lead = " ".join(body.split()[:LEAD_WORDS]) if spaced else body[:LEAD_CHARS]
    found: Counter[str] = Counter()
    for part, weight in ((head, 2), (lead, 1)):
        for word in _words(part) if spaced else _pieces(part):
            found[word] += weight
    return {word: 1 + math.log(number) for word, number in found.items()}


def _words(text: str) -> list[str]:
    found = (max(_ELISION.split(word), key=len) for word in _WORD.findall(text))
    return [word for word in found if len(word) >= _SHORTEST and word not in _STOP]


def _pieces(text: str) -> list[str]:
    """Return what stands for words: pairs of Chinese characters and kana, runs of four letters of other scripts."""
    return [
        run[place : place + width]
        for run in _LETTERS.findall(text)
        for width in (_WIDE if run[0] >= _CJK else _LETTERED,)
        for place in range(max(len(run) - width, 0) + 1)
    ]


@lru_cache(maxsize=100_000)
def term_key(term: str) -> int:
    """Return the hash by which a word is stored: signed 64-bit."""
    digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def vector(terms_of: Mapping[int, float], frequency: Mapping[int, int], total: int) -> dict[int, float]:
    """Return the TF-IDF vector of an article, of length one; `total` is the number of articles in the window.

    `frequency` says in how many of them each term occurs; a term that it does not know counts as the rarest.
    """
    most = total + BACKGROUND
    weighed = {term: weight * math.log(most / (frequency.get(term, 0) + 0.5)) for term, weight in terms_of.items()}
    weighed = {term: weight for term, weight in weighed.items() if weight > 0}
    length = math.sqrt(sum(weight * weight for weight in weighed.values()))
    return {term: weight / length for term, weight in weighed.items()} if length else {}


def cosine(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """Return the cosine of two vectors of length one."""
    fewer, more = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * more[term] for term, weight in fewer.items() if term in more)


def _linked(one: Mapping[int, float], other: Mapping[int, float]) -> bool:
    """Whether two articles share enough words, some of them weighty in one or the other: for small collections."""
    shared = one.keys() & other.keys()
    if len(shared) < SHARED_LEAST:
        return False
    usual, theirs = (sum(each.values()) / len(each) for each in (one, other))
    return sum(one[term] >= usual or other[term] >= theirs for term in shared) >= RARE_LEAST


def choose(
    article: Mapping[int, float], stories: Mapping[int, Sequence[Mapping[int, float]]], threshold: float = THRESHOLD
) -> tuple[int | None, float]:
    """Return the story whose articles are on average most like this one, and how like; None below the threshold."""
    best: tuple[float, int] | None = None
    for story_id, members in stories.items():
        if not any(_linked(article, member) for member in members):
            continue
        mean = sum(cosine(article, member) for member in members) / len(members)
        if best is None or (mean, -story_id) > (best[0], -best[1]):
            best = (mean, story_id)
    if best is None or best[0] < threshold:
        return None, best[0] if best else 0.0
    return best[1], best[0]
