"""Rereading: what today's rules make of stored pages, told before anything is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.revision import Version, sentences
from aggregator.steps import reading, revise
from aggregator.steps.reading import Extractor
from aggregator.steps.revise import Found
from aggregator.store import articles, entries, pages
from aggregator.store.articles import NewArticle
from aggregator.store.renewals import RULES, Revisit
from aggregator.store.session import Store

MOST_SENTENCES = 6  # told of each difference
FIELDS = ("authors", "language", "published", "paywalled", "licence_url")


@dataclass(frozen=True, slots=True)
class Difference:
    """What another reading of one stored page would change.

    `kind` is `article` for one that we hold, `entry` for one that was put aside and would become an article, `kept` for
    an article whose page is none by today's rules, which changes nothing; `note` says how much or why. `fields` are
    names with the value before and after, `sentences` the first that came or went.
    """

    kind: str
    id: int
    key: str
    url: str
    title: str
    note: str
    words: tuple[int, int]
    fields: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sentences: tuple[tuple[str, str], ...] = ()


def of_articles(store: Store, tools: Extractor, now: datetime, ids: Sequence[int]) -> list[Difference]:
    """Return what would change of these articles; nothing for those that stay as they are."""
    with store.reading() as session:
        held = articles.several(session, ids)
        cases = revise.cases_of(session, [Revisit(held[each], RULES, 0) for each in sorted(held)])
    found = (revise.look(tools, case, now) for case in cases)
    return [_article(each) for each in found if each.kept or each.change]


def of_entries(store: Store, tools: Extractor, now: datetime, ids: Sequence[int]) -> list[Difference]:
    """Return which of these entries, which were put aside, would become articles."""
    with store.reading() as session:
        aside = [each for each in entries.several(session, ids).values() if each.status is EntryStatus.QUARANTINED]
        page_of = pages.several(session, [entry.page_id or 0 for entry in aside])
        known = reading.known(session, aside)
    read = [reading.read(tools, entry, page_of.get(entry.page_id or 0), known, now) for entry in aside]
    return [_entry(each.entry, each.new) for each in read if each.new]


def _entry(entry: Entry, new: NewArticle) -> Difference:
    lines = tuple(("+", each) for each in new.text.splitlines()[:MOST_SENTENCES])
    return Difference("entry", entry.id, "", entry.url, new.title, entry.reason, (0, new.words), sentences=lines)


def _article(found: Found) -> Difference:
    article, before, new = found.case.article, found.case.before, found.new
    if found.change is None or before is None or new is None:
        number = found.read.words if found.read else 0
        return Difference(
            "kept", article.id, article.key, article.url, article.title, found.kept, (article.words, number)
        )
    changed = [each for each in sentences(Version("", before.text), Version("", new.text)) if each[0] != " "]
    fields = {"title": (before.title, new.title)} if before.title != new.title else {}
    for name in FIELDS:
        old, later = _told(getattr(article, name)), _told(getattr(new, name))
        if old != later:
            fields[name] = (old, later)
    return Difference(
        kind="article",
        id=article.id,
        key=article.key,
        url=article.url,
        title=article.title,
        note=found.change.note,
        words=(article.words, new.words),
        fields=fields,
        sentences=tuple(changed[:MOST_SENTENCES]),
    )


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)
