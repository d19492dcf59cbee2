"""Whether what was read out of a page is an article at all; if not, what it is instead."""

import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from aggregator.core import headline, walls
from aggregator.core.article import Extraction, Hints
from aggregator.core.wall_look import (
    ENDS,
    LOOKED_AT,
    STUB_WORDS,
    Look,
    Part,
    distinct,
    last_call,
    look,
    marked,
    notable,
    on_subject,
    voice,
    whole,
)
from aggregator.core.wall_titles import LISTING_PATH, LISTINGS, PLAIN_TITLES, TITLES
from aggregator.core.wall_words import CONSENT_ROOTS, OFFERS, SAYINGS, Kind, folded, spoken
from aggregator.core.words import count

LEAST_WORDS = 40
BRIEF_WORDS = 60  # below this, one phrase of a wall outweighs what else is there
SHORT_WORDS = 150  # above this a title alone decides nothing
LONG_WORDS = 450  # above this no phrase counts
LISTING_LINKS_A_WORD = 1.5
LISTING_LINKS = 40
SHARED = 0.15  # of what the feed said, by its words, that a page about it has
SAME_BODY = 3  # addresses of a host that answer with the same text
MOSTLY = 0.5  # of a text's words that stand in lines which speak as walls do
PARTLY = 0.25
FAINT = 0.1
CROWDED = 0.08  # of a text's words that are words of consent
SPOKEN = 0.02  # of them that are we, you and their like, outside of quotations
ADDRESSED = 0.08  # the same, where nothing says that the page is an article
TEASER = 250  # words of a page that says it is not free, when it breaks off
SENTENCE = 15  # words of a line of prose
ABSENT = frozenset({Kind.SOFT_404, Kind.GONE, Kind.REGION})  # what a page says in its first lines alone
OPENING = 2  # lines of a page that say what it is

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
    signed = marked(found, hints)
    listen = words < LONG_WORDS or _titled(found.title) is not None
    seen = look(found.text if signed else f"{found.title}\n{found.text}", listen=listen)
    return (
        _by_address(found, hints, asked_url, final_url)
        or _by_consent(found, words)
        or _by_call(found, hints, words, seen, body)
        or _by_title(found, hints, words, seen)
        or _by_opening(found, seen, marked=signed)
        or _by_voice(words, seen, marked=signed)
        or _by_reader(found, words, seen, marked=signed)
        or _by_make(found, words, seen)
        or _by_listing(found, hints, words, seen, final_url or found.canonical_url)
        or _by_rest(found, words, body)
        or _by_size(words, body)
        or _by_feed(found, hints, words)
        or repeated(same_at)
    )


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
    if kind is None:
        return None
    title = headline.folded(found.title)
    plain = title in PLAIN_TITLES or title == headline.folded(hints.title)
    if not plain and _opens(seen, kind, found.title):
        return Verdict(kind, f"the page is titled {found.title.strip()[:80]!r}, and so it begins")
    if words >= LONG_WORDS and found.links < LISTING_LINKS:
        return None
    alone = words < LEAST_WORDS or seen.loud >= PARTLY / 2 * words
    brief = words < SHORT_WORDS or seen.prose < MOSTLY or found.links >= LISTING_LINKS
    if alone or (brief and not plain and not marked(found, hints)):
        return Verdict(kind, f"the page is titled {found.title.strip()[:80]!r}")
    return None


def _opens(seen: Look, kind: Kind, title: str) -> bool:
    """Whether the first lines below the title say what it says, as they do above a list of other news."""
    return any(said == kind for line in _below(seen, title) for said, _, _ in line.says)


def _below(seen: Look, title: str) -> list[Part]:
    """Return the first lines of a page below its title."""
    return [line for line in seen.lines[: OPENING + 1] if line.text.strip() != folded(title).strip()][:OPENING]


def _by_opening(found: Extraction, seen: Look, *, marked: bool) -> Verdict | None:
    """A page without any sign of an article that begins by saying what is not here, whatever news it lists below."""
    for line in () if marked else _below(seen, found.title):
        for kind, phrase, _ in line.says:
            if kind in ABSENT and line.words < 2 * SENTENCE:
                return Verdict(kind, f"the page begins with {phrase[:60]!r}")
    return None


def _by_call(found: Extraction, hints: Hints, words: int, seen: Look, body: bytes) -> Verdict | None:
    """A call to subscribe or to read the rest elsewhere, in a line of its own with no more of the text behind it."""
    if words < LONG_WORDS and (call := last_call(seen, words)):
        return Verdict(call[0], f"{words} words, and at the end {call[1][:60]!r}")
    if found.paywalled and words < STUB_WORDS and not whole(found, hints, seen, body):
        return Verdict(Kind.PAYWALL, f"the page says it is not free, and gives {words} words")
    if found.paywalled and words < TEASER and not ENDS.search(found.text):
        return Verdict(Kind.PAYWALL, f"the page says it is not free, and breaks off after {words} words")
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
    tokens, heard = voice(distinct(found.text))
    if heard < SPOKEN:
        return None
    crowd = {token: number for token, number in Counter(tokens).items() if token.startswith(CONSENT_ROOTS)}
    share = sum(crowd.values()) / max(len(tokens), 1)
    if share >= CROWDED and share + heard >= CROWDED + 2 * SPOKEN:
        return Verdict(
            Kind.CONSENT, f"{share:.0%} of {words} words are those of consent, as {next(iter(crowd))[:30]!r}"
        )
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
    if found.page_type == "article" or (marked(found, Hints()) and (found.published or found.authors)):
        return None
    links = found.links > words * LISTING_LINKS_A_WORD
    if links and not hints.published and found.page_type in {"website", "profile", ""}:
        return Verdict(Kind.LISTING, f"{found.links} links for {words} words")
    if hints.title and headline.alike(hints.title, found.title) >= MOSTLY:
        return None
    if found.page_type == "profile":
        return Verdict(Kind.LISTING, f"a page about a person, {found.title[:60]!r}")
    if LISTINGS.match(found.title) or LISTING_PATH.search(url):
        return Verdict(Kind.LISTING, f"a page of lists by its title or address, {found.title[:60]!r}")
    heads = sum(1 for line in seen.lines if line.words < SENTENCE and not ENDS.search(line.text))
    cut = sum(1 for line in seen.lines if not ENDS.search(line.text))
    full = max(len(seen.lines), 1)
    if found.links >= LISTING_LINKS and full >= 6 and (heads >= full * 0.4 or cut >= full * 0.6):  # noqa: PLR2004
        return Verdict(Kind.LISTING, f"{found.links} links, {heads} of {full} blocks are headlines")
    if found.page_type and LEAST_WORDS <= words < STUB_WORDS and not on_subject(found, hints):
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
