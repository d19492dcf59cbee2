"""Whether what was read out of a page is an article at all; if not, what it is instead."""

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from aggregator.core import headline, walls
from aggregator.core.article import Extraction, Hints
from aggregator.core.wall_look import LOOKED_AT, Look, addresses, look, notable, voice
from aggregator.core.wall_titles import LISTING_PATH, LISTINGS, PLAIN_TITLES, TITLES
from aggregator.core.wall_words import (
    CONSENT_ROOTS,
    OFFERS,
    SAYINGS,
    Kind,
    folded,
    spoken,
)
from aggregator.core.words import count

LEAST_WORDS = 40
BRIEF_WORDS = 60  # below this, one phrase of a wall outweighs what else is there
STUB_WORDS = 120
SHORT_WORDS = 150  # above this a title alone decides nothing
LONG_WORDS = 450  # above this no phrase counts
LISTING_LINKS_A_WORD = 1.5
LISTING_LINKS = 40
SHARED = 0.15  # of what the feed said, by its words, that a page about it has
SAME_BODY = 3  # addresses of a host that answer with the same text
ON_SUBJECT = 0.3  # of a summary's words that the text shares
MOSTLY = 0.5  # of a text's words that stand in lines which speak as walls do
PARTLY = 0.25
FAINT = 0.1
CROWDED = 0.08  # of a text's words that are words of consent
SPOKEN = 0.02  # of them that are we, you and their like, outside of quotations
ADDRESSED = 0.08  # the same, where nothing says that the page is an article
A_CALL = 14  # words of a line that does nothing but call
AFTER_CALL = 100  # words that may follow the call to subscribe
TEASER = 250  # words of a page that says it is not free, when it breaks off
SENTENCE = 15  # words of a line of prose

_ENDS = re.compile(r"[.!?:;\"”»’'。！？」』।؟۔)）]\s*$")
_FRONT = re.compile(r"(?:/[a-z]{2}(?:[-_][a-z]{2})?)?/?(?:index\.\w+|home)?")
_COUNTER = re.compile(r"(?:photo |bild |image |foto )?# ?(?:of|/|von|sur|de|di|av|z|из) ?#")
_TEMPLATE = re.compile(r"\{\{.{0,80}?\}\}|\{%.{0,80}?%\}|<%.{0,80}?%>")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a page makes no article: what `kind` of page it is, and the reason in words."""

    kind: Kind
    reason: str

    def __str__(self) -> str:
        """Return both, as they are stored."""
        return f"{self.kind}: {self.reason}"


def verdict(found: Extraction, hints: Hints, words: int) -> str:
    """Return why this is no article, beginning with the kind of page it is; '' when it is one."""
    judgement = judged(found, hints, words)
    return str(judgement) if judgement else ""


def judged(
    found: Extraction,
    hints: Hints,
    words: int,
    *,
    asked_url: str = "",
    final_url: str = "",
    body: bytes = b"",
    same_at: int = 0,
) -> Verdict | None:
    """Return why this is no article, None when it is one.

    `words` is the number of words of the text, `asked_url` the address in the feed, `final_url` the one that answered,
    `body` the page, which is looked at again where there is next to no text or a text breaks off. `same_at` is at how
    many addresses of the host the same text stood within a day. What is not known stays empty.

    What a page says of itself counts in short texts only, and in proportion to the rest, so that an article that
    mentions cookies or subscriptions stays one.
    """
    marked = _marked(found, hints)
    seen = look(found.text if marked else f"{found.title}\n{found.text}", listen=words < LONG_WORDS)
    return (
        _by_address(found, hints, asked_url, final_url)
        or _by_consent(found, words)
        or _by_call(found, words, seen)
        or _by_title(found, hints, words, seen)
        or _by_voice(words, seen, marked=marked)
        or _by_reader(found, words, seen, marked=marked)
        or _by_make(found, words, seen)
        or _by_listing(found, hints, words, seen, final_url or found.canonical_url)
        or _by_rest(found, words, body)
        or _by_size(words, body)
        or _by_feed(found, hints, words)
        or repeated(same_at)
    )


def _marked(found: Extraction, hints: Hints) -> bool:
    """Whether the page bears the signs of an article, or is about what the feed says of it."""
    told = bool(hints.title) and headline.alike(hints.title, found.title) >= MOSTLY and _on_subject(found, hints)
    return bool(found.published or found.authors or found.page_type == "article" or told)


def _by_address(found: Extraction, hints: Hints, asked: str, final: str) -> Verdict | None:
    """A request for an article that ended at the front page."""
    if not asked or not final or _is_front(asked) or not _is_front(final):
        return None
    if hints.title and headline.alike(hints.title, found.title) >= MOSTLY:
        return None
    return Verdict(Kind.SOFT_404, "the address leads to the site's front page")


def _is_front(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return "=" not in parts.query and _FRONT.fullmatch(parts.path.lower()) is not None


def _titled(title: str) -> Kind | None:
    return next((kind for kind, rule in TITLES if rule.match(title.strip())), None)


def _by_title(found: Extraction, hints: Hints, words: int, seen: Look) -> Verdict | None:
    """A title that says what the page is, and nothing that speaks against it."""
    kind = _titled(found.title)
    if kind is None or (words >= LONG_WORDS and found.links < LISTING_LINKS):
        return None
    title = headline.folded(found.title)
    plain = title in PLAIN_TITLES or title == headline.folded(hints.title)
    alone = words < LEAST_WORDS or seen.loud >= PARTLY / 2 * words
    brief = words < SHORT_WORDS or seen.prose < MOSTLY or found.links >= LISTING_LINKS
    if alone or (brief and not plain and not _marked(found, hints)):
        return Verdict(kind, f"the page is titled {found.title.strip()[:80]!r}")
    return None


def _by_call(found: Extraction, words: int, seen: Look) -> Verdict | None:
    """A call to subscribe or to read the rest elsewhere, in a line of its own with no more of the text behind it."""
    if words < LONG_WORDS and (call := _last_call(seen, words)):
        return Verdict(call[0], f"{words} words, and at the end {call[1][:60]!r}")
    if found.paywalled and words < STUB_WORDS:
        return Verdict(Kind.PAYWALL, f"the page says it is not free, and gives {words} words")
    if found.paywalled and words < TEASER and not _ENDS.search(found.text):
        return Verdict(Kind.PAYWALL, f"the page says it is not free, and breaks off after {words} words")
    return None


def _last_call(seen: Look, words: int) -> tuple[Kind, str] | None:
    """Return the kind of call that a text ends in, and its words; in a text without paragraphs, its last sentence."""
    left = 0
    offers: set[str] = set()
    ends = (seen.last,) if seen.last and len(seen.lines) <= 2 else ()  # noqa: PLR2004 - a headline and a text
    for line in (*ends, *reversed(seen.lines)):
        said = {kind: (phrase, number) for kind, phrase, number in line.says}
        asked = addresses(line.text)
        if Kind.PAYWALL in said and Kind.CHALLENGE not in said:
            phrase, number = said[Kind.PAYWALL]
            brief = line.words <= A_CALL or ((asked or line.text.find(phrase) < A_CALL) and line.words <= 3 * A_CALL)
            if brief or number > 1:
                return Kind.PAYWALL, phrase
        if Kind.STUB in said and line.words <= A_CALL and words < STUB_WORDS:
            return Kind.STUB, said[Kind.STUB][0]
        if line.words <= 3 * A_CALL:
            offers |= set(spoken(line.text, OFFERS))
        if len(offers) > 1:
            return Kind.PAYWALL, min(offers)
        left += line.words
        if left > AFTER_CALL or (line.words > 2 * A_CALL and not asked and not said):
            break
    return None


def _by_rest(found: Extraction, words: int, body: bytes) -> Verdict | None:
    """A call to subscribe that the page shows right behind the text."""
    if words >= TEASER or not body:
        return None
    rest = folded(walls.behind(found.text, body))
    call = next(iter(spoken(rest, SAYINGS[Kind.PAYWALL])), "")
    if not call and found.paywalled:
        call = ", ".join(offers) if len(offers := sorted(spoken(rest, OFFERS))) > 1 else ""
    return Verdict(Kind.PAYWALL, f"{words} words, and right behind them {call[:60]!r}") if call else None


def _by_voice(words: int, seen: Look, *, marked: bool) -> Verdict | None:
    """A text of which much is said as walls say it."""
    if seen.kind is None:
        return None
    share = seen.loud / max(words, 1)
    need = MOSTLY if marked else PARTLY
    if words < LEAST_WORDS:
        need = FAINT
    elif seen.prose >= MOSTLY:
        return None
    elif words < BRIEF_WORDS:
        need = PARTLY / 2
    if share < need:
        return None
    said = seen.phrase[:60]
    return Verdict(seen.kind, f"{words} words, of which {min(share, 1):.0%} speak as such pages do: {said!r}")


def _by_consent(found: Extraction, words: int) -> Verdict | None:
    """A text crowded with the words of consent that speaks of us and you, however long."""
    if words < LEAST_WORDS:
        return None
    tokens, heard = voice(found.text)
    crowd = {token: number for token, number in Counter(tokens).items() if token.startswith(CONSENT_ROOTS)}
    share = sum(crowd.values()) / max(len(tokens), 1)
    if share >= CROWDED and heard >= SPOKEN and share + heard >= CROWDED + 2 * SPOKEN:
        return Verdict(Kind.CONSENT, f"{share:.0%} of {words} words are those of consent, as {next(iter(crowd))[:30]!r}")
    return None


def _by_reader(found: Extraction, words: int, seen: Look, *, marked: bool) -> Verdict | None:
    """A short text that does little but speak to its reader, on a page without any sign of an article."""
    if marked or not LEAST_WORDS <= words < SHORT_WORDS:
        return None
    _, share = voice(found.text)
    if share < ADDRESSED:
        return None
    kind = _titled(found.title) or seen.kind or Kind.NOT_ARTICLE
    return Verdict(kind, f"{words} words, {share:.0%} of them we and you, no author and no date")


def _by_make(found: Extraction, words: int, seen: Look) -> Verdict | None:
    """A template without its text, a film without a report, a series of pictures."""
    if _TEMPLATE.search(found.title) or len(_TEMPLATE.findall(found.text[:LOOKED_AT])) * SENTENCE > words:
        return Verdict(Kind.NOT_ARTICLE, "a template that was not filled in")
    if found.page_type.startswith(("video", "music")) and words < STUB_WORDS:
        return Verdict(Kind.NOT_ARTICLE, f"a page of type {found.page_type} with {words} words")
    shots = sum(line.words for line in seen.lines if _COUNTER.match(line.text))
    if shots > MOSTLY * max(words, 1):
        return Verdict(Kind.NOT_ARTICLE, "a series of pictures")
    return None


def _by_listing(found: Extraction, hints: Hints, words: int, seen: Look, url: str) -> Verdict | None:
    if found.published or found.authors or found.page_type == "article":
        return None
    links = found.links > words * LISTING_LINKS_A_WORD
    if links and not hints.published and found.page_type in {"website", "profile", ""}:
        return Verdict(Kind.LISTING, f"{found.links} links for {words} words")
    if hints.title and headline.alike(hints.title, found.title) >= MOSTLY:
        return None
    if LISTINGS.match(found.title) or LISTING_PATH.search(url):
        return Verdict(Kind.LISTING, f"a page of lists by its title or address, {found.title[:60]!r}")
    heads = sum(1 for line in seen.lines if line.words < SENTENCE and not _ENDS.search(line.text))
    cut = sum(1 for line in seen.lines if not _ENDS.search(line.text))
    full = max(len(seen.lines), 1)
    if found.links >= LISTING_LINKS and full >= 6 and (heads >= full * 0.4 or cut >= full * 0.6):  # noqa: PLR2004
        return Verdict(Kind.LISTING, f"{found.links} links, {heads} of {full} blocks are headlines")
    if found.page_type and LEAST_WORDS <= words < STUB_WORDS and not _on_subject(found, hints):
        return Verdict(Kind.LISTING, f"a page of type {found.page_type} with {words} words, no author and no date")
    return None


def _by_feed(found: Extraction, hints: Hints, words: int) -> Verdict | None:
    """A page that has nothing in common with what the feed said of it."""
    if words >= LONG_WORDS or not hints.title or not hints.summary:
        return None
    wanted = notable(hints.title) | notable(hints.summary)
    if len(wanted) < SENTENCE // 2 or headline.alike(hints.title, found.title) > 0:
        return None
    shared = wanted & (notable(found.text[:LOOKED_AT]) | notable(found.title))
    if len(shared) >= SHARED * len(wanted):
        return None
    return Verdict(Kind.OFF_SUBJECT, f"the page speaks of {found.title[:60]!r}, the feed of {hints.title[:60]!r}")


def _by_size(words: int, body: bytes) -> Verdict | None:
    if words >= LEAST_WORDS:
        return None
    shown = walls.visible(body)
    seen = look(shown)
    if seen.kind and seen.loud >= PARTLY * count(shown[:LOOKED_AT]):
        return Verdict(seen.kind, f"{words} words, and the page says {seen.phrase[:60]!r}")
    return Verdict(Kind.TOO_SHORT, f"{words} words, {LEAST_WORDS} are needed")


def repeated(same_at: int) -> Verdict | None:
    """Return that a text which stands at so many addresses of a host within a day is none of an article's."""
    if same_at < SAME_BODY:
        return None
    return Verdict(Kind.REPEATED, f"the same text stands at {same_at} addresses of the host")


def _on_subject(found: Extraction, hints: Hints) -> bool:
    """Whether the text speaks of what its headline or the feed's summary speaks of."""
    if hints.summary and headline.alike(hints.summary, found.text[: len(hints.summary) * 2]) >= ON_SUBJECT:
        return True
    head = {word for word in headline.folded(hints.title or found.title).split() if len(word) > len("the")}
    return len(head & set(headline.folded(found.text).split())) * 2 >= max(len(head), 1)
