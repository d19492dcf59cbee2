"""Reading: one stored page through the reader and the gate, for extract with a new page and revise with a known one."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.core import gate, headline, joining, retrying, walls, words
from aggregator.core.article import Extraction, Hints, Sketch, effective, text_hash
from aggregator.core.boilerplate import ELSEWHERE, lines
from aggregator.core.credits import credit
from aggregator.core.entry import Entry
from aggregator.core.errors import AggregatorError, Refused, TryLater
from aggregator.core.fetching import OK
from aggregator.core.gate import Verdict
from aggregator.core.override import Override
from aggregator.core.page import Page
from aggregator.core.readers import Blobs, PageReader
from aggregator.core.sketch import sketch
from aggregator.core.tracking import untracked
from aggregator.core.url import key, normal, same_site
from aggregator.core.wall_words import Kind
from aggregator.store import entry_texts, pages, parts, site_lines, sources
from aggregator.store.articles import NewArticle
from aggregator.store.session import Session

TITLED = 0.7  # of a headline's words that the page and the feed share, when they agree on it
TOO_LARGE = "the parser needs more memory for this page than a worker may have"


@dataclass(frozen=True, slots=True)
class Extractor:
    """What extraction needs: the bytes, the reader and its version, and a guard against pages that take too long."""

    blobs: Blobs
    read: PageReader
    version: str
    guard: Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows that helps to read the pages of some entries.

    By entry: the feed's own full text, and the further pages of an article that is split. By source: what the operator
    says about its pages, and on how many of them a line was seen.
    """

    texts: Mapping[int, str] = field(default_factory=dict)
    parts: Mapping[int, tuple[Page, ...]] = field(default_factory=dict)
    overrides: Mapping[int, Override] = field(default_factory=dict)
    lines: Mapping[int, Mapping[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """One page, read at `at`: what was found and the article it makes with its sketch, or what `kind` of page it is.

    `kind` and `reason` are '' for an article; `words` are those of the text in either case. `titled` says whether the
    page's headline is the feed's, `lines` are the hashes of those of its lines that are worth remembering.
    """

    entry: Entry
    at: datetime
    kind: str = ""
    reason: str = ""
    words: int = 0
    found: Extraction | None = None
    new: NewArticle | None = None
    drawn: Sketch | None = None
    final_key: str = ""
    titled: bool = False
    lines: tuple[int, ...] = ()


def known(session: Session, entries: Iterable[Entry]) -> Known:
    """Return what the store knows of these entries and their sources."""
    told = list(entries)
    source_ids = {entry.source_id for entry in told}
    found = sources.several(session, sorted(source_ids))
    again = {entry.article_id: entry.id for entry in told if entry.article_id is not None}
    further = parts.of(session, again) if again else {}
    page_of = pages.several(session, [part.page_id or 0 for each in further.values() for part in each])
    return Known(
        texts=entry_texts.several(session, [entry.id for entry in told]),
        parts={
            again[article_id]: tuple(page_of[part.page_id or 0] for part in each if part.page_id in page_of)
            for article_id, each in further.items()
        },
        overrides={each.id: each.override for each in found.values() if each.override != Override()},
        lines=site_lines.common(session, source_ids, ELSEWHERE),
    )


def read(tools: Extractor, entry: Entry, page: Page | None, known: Known, now: datetime) -> Reading:
    """Return what the page of an entry says, with its further parts; TryLater when it is not the page but the house.

    A page that was read before counts among those that have its lines, so one more is asked of the others.
    """
    if page is None:
        return Reading(entry, now, retrying.NO_PAGE, "its page is no longer kept")
    hints = Hints(
        entry.title, entry.summary, entry.author, entry.published, entry.language, known.texts.get(entry.id, "")
    )
    try:
        body = tools.blobs.get(page.blob)
        first = _extraction(tools, entry, page, body, hints, known)
        others = [
            _extraction(tools, entry, part, tools.blobs.get(part.blob), Hints(language=entry.language), known)
            for part in known.parts.get(entry.id, ())
        ]
    except TryLater:
        raise
    except MemoryError:
        return Reading(entry, page.fetched_at, retrying.UNREADABLE, TOO_LARGE)
    except AggregatorError as error:
        return Reading(entry, page.fetched_at, retrying.UNREADABLE, error.reason)
    found = joining.joined([first, *others])
    number = words.count(found.text)
    verdict = gate.judged(found, hints, number, asked_url=entry.url, final_url=page.final_url, body=body)
    if number < gate.SHORT_WORDS and (maker := walls.wall(OK, {"content-type": page.content_type}, body)):
        verdict = Verdict(Kind.CHALLENGE, f"{number} words, and {maker} asks for proof that we are no robot")
    if verdict:
        return Reading(entry, page.fetched_at, verdict.kind.value, str(verdict), number, found)
    return Reading(
        entry,
        page.fetched_at,
        words=number,
        found=found,
        new=_article(entry, page, found, number, tools.version),
        drawn=sketch(found.title, found.text, found.language),
        final_key=key(page.final_url),
        titled=not entry.title or headline.alike(entry.title, found.title) >= TITLED,
        lines=lines(first.text),
    )


def _extraction(tools: Extractor, entry: Entry, page: Page, body: bytes, hints: Hints, known: Known) -> Extraction:
    mine = known.lines.get(entry.source_id, {})
    if entry.article_id is not None:
        mine = {line: number - 1 for line, number in mine.items()}
    with tools.guard():
        return tools.read(
            body,
            url=page.final_url,
            charset=page.charset,
            hints=hints,
            known=mine,
            override=known.overrides.get(entry.source_id),
        )


def _article(entry: Entry, page: Page, found: Extraction, number: int, version: str) -> NewArticle:
    url = _address(page.final_url, found.canonical_url)
    return NewArticle(
        url=url,
        url_key=key(url),
        source_id=entry.source_id,
        entry_id=entry.id,
        page_id=page.id,
        title=found.title or entry.title,
        authors=found.authors,
        language=found.language,
        published=found.published,
        modified=found.modified,
        effective_at=effective(found.published, page.fetched_at),
        first_seen=page.fetched_at,
        image=found.image,
        text=found.text,
        html=found.html,
        text_hash=text_hash(found.text),
        words=number,
        paywalled=found.paywalled,
        licence_url=found.licence_url,
        canonical_url=found.canonical_url,
        credit=credit(found.text, (*found.authors, *found.organisations)),
        extractor=version,
        organisations=found.organisations,
        section=found.section,
        tags=found.tags,
        image_credit=found.image_credit,
        amp_url=found.amp_url,
        origins=found.origins,
        agreement=found.agreement,
    )


def _address(final_url: str, canonical_url: str) -> str:
    """Return the page's own word for its address where it can be trusted: on the same site, and not its front page.

    Where two feeds tell of one page, each with tracking of its own, readers are sent to the same address whichever was
    heard first.
    """
    plain = untracked(final_url)
    try:
        named = normal(canonical_url) if canonical_url else ""
    except Refused:
        return plain
    front = named.partition("://")[2].partition("/")[2] == ""
    return untracked(named) if named and not front and same_site(named, final_url) else plain
