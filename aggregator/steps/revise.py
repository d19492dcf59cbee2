"""Revise: read the page of an article anew, and append what has changed as another version of it.

A page that is no article any more changes nothing: the last good text is kept. Which group of copies and which story an
article belongs to was decided by its first text and is not decided anew here; its sketch is that of its newest text,
so texts to come are compared with that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.core import baseline, revision
from aggregator.core.article import Article, ArticleState, effective
from aggregator.core.baseline import Alarm
from aggregator.core.entry import Entry
from aggregator.core.errors import TryLater
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.page import Page
from aggregator.core.revision import Change, Kind, Version
from aggregator.core.url import key
from aggregator.steps import reading
from aggregator.steps.blocked import withdraw_blocked
from aggregator.steps.reading import Extractor, Known, Reading
from aggregator.store import alarms, articles, outcomes, pages, publish_queue, renewals, revisions, sketches, stories
from aggregator.store.articles import NewArticle
from aggregator.store.renewals import PAGE, RULES, Revisit
from aggregator.store.revisions import Revision
from aggregator.store.session import Session, Store

LEASE = timedelta(minutes=3)
TRIES = 2
TOGETHER = 8
NO_TEXT = "its text is no longer kept"


@dataclass(frozen=True, slots=True)
class Case:
    """An article, its newest version, the page to read in place of the one it was read from, and what is known."""

    visit: Revisit
    before: Revision | None
    entry: Entry | None
    page: Page | None
    old_page: Page | None
    known: Known
    alarms: tuple[Alarm, ...] = ()

    @property
    def article(self) -> Article:
        """The article as it stands."""
        return self.visit.article


@dataclass(frozen=True, slots=True)
class Found:
    """What reading anew came to: why the last text is `kept`, or the `change` (None: none at all) and what was read."""

    case: Case
    kept: str = ""
    change: Change | None = None
    new: NewArticle | None = None
    read: Reading | None = None


def revise(store: Store, tools: Extractor, now: datetime, article_ids: Sequence[int]) -> list[Outcome]:
    """Read anew those of the articles that wait for it; each ends in one outcome.

    They are taken and saved a few at a time. One that has taken its whole worker down is taken alone, and is left as it
    is when it does so again.
    """
    ended: list[Outcome] = []
    alone: list[int] = []
    for start in range(0, len(article_ids), TOGETHER):
        ids = article_ids[start : start + TOGETHER]
        with store.writing() as session:
            cases = cases_of(session, renewals.lease_revise(session, ids, now, LEASE, untried=True))
        taken = {case.article.id for case in cases}
        alone += [each for each in ids if each not in taken]
        ended += _saved(store, tools, now, _read(store, tools, cases, now))
    return ended + [_alone(store, tools, now, each) for each in alone]


def _alone(store: Store, tools: Extractor, now: datetime, article_id: int) -> Outcome:
    with store.writing() as session:
        cases = cases_of(session, renewals.lease_revise(session, [article_id], now, LEASE))
        if not cases:
            outcome = Outcome(Step.REVISE, article_id, Word.NOT_DUE)
            outcomes.record(session, [outcome], now)
            return outcome
    if cases[0].visit.tries >= TRIES:
        reason = f"the parser did not come back from its page ({TRIES} tries)"
        return _saved(store, tools, now, [Found(cases[0], kept=reason)])[0]
    return _saved(store, tools, now, _read(store, tools, cases, now))[0]


def cases_of(session: Session, visits: Sequence[Revisit]) -> list[Case]:
    """Return all that is needed to read articles anew."""
    ids = [visit.article.id for visit in visits]
    told = renewals.told_of(session, ids)
    newest = renewals.newest_pages(session, [entry.id for entry in told.values()])
    had = {visit.article.page_id or 0 for visit in visits}
    page_of = pages.several(session, [*newest.values(), *had])
    texts = revisions.texts(session, ids)
    known = reading.known(session, told.values())
    raised = alarms.open_of(session, {visit.article.source_id for visit in visits})
    found = []
    for visit in visits:
        article, entry = visit.article, told.get(visit.article.id)
        old = page_of.get(article.page_id or 0)
        new = page_of.get(newest.get(entry.id, 0)) if entry and visit.cause == PAGE else None
        standing = tuple(each.alarm for each in raised.get(article.source_id, ()))
        found.append(Case(visit, texts.get(article.id), entry, new or old, old, known, standing))
    return found


def _read(store: Store, tools: Extractor, cases: Sequence[Case], now: datetime) -> list[Found]:
    """Read pages; when it is not they but the house that fails, give the articles back as though never taken."""
    try:
        return [look(tools, case, now) for case in cases]
    except TryLater:
        with store.writing() as session:
            renewals.release_revise(session, [case.visit for case in cases])
        raise


def look(tools: Extractor, case: Case, now: datetime) -> Found:
    """Return what reading the page of a case anew comes to; TryLater when the house fails and not the page."""
    if case.entry is None or case.before is None:
        return Found(case, kept=NO_TEXT)
    read = reading.read(tools, case.entry, case.page, case.known, now)
    if read.new is None:
        return Found(case, kept=read.reason or read.kind, read=read)
    change = _change(tools, case, case.entry, read.new, now)
    kept = _kept_because(case, read, read.new, change)
    return Found(case, kept=kept, read=read) if kept else Found(case, "", change, _placed(case, read.new), read)


def _change(tools: Extractor, case: Case, entry: Entry, new: NewArticle, now: datetime) -> Change | None:
    """Return what is different; what our own rules did to the same page is no edit by its outlet."""
    assert case.before is not None  # noqa: S101 - asked by look
    before = Version(case.before.title, case.before.text)
    after = Version(new.title, new.text)
    if case.visit.cause == RULES or case.page == case.old_page:
        return _by_rules(case, before, after, new)
    base = before
    if case.before.extractor != tools.version and case.old_page is not None:  # how today's rules read the page we had
        old = reading.read(tools, entry, case.old_page, case.known, now).new
        base = Version(old.title, old.text) if old else before
    return revision.change(base, after) or _by_rules(case, before, after, new)


def _by_rules(case: Case, before: Version, after: Version, new: NewArticle) -> Change | None:
    found, article = revision.change(before, after), case.article
    fields = [
        name
        for name in ("authors", "language", "published", "paywalled", "licence_url")
        if getattr(article, name) != getattr(new, name)
    ]
    if case.visit.cause == PAGE:
        fields = [name for name in fields if name in {"authors", "paywalled", "licence_url"}]
        if found is None and fields:
            return Change(Kind.MINOR, ", ".join(fields), significant=False)
    elif case.before is not None and case.before.html != new.html:
        fields.append("layout")
    if found is None and not fields:
        return None
    note = "; ".join(filter(None, (f"{found.kind}: {found.note}" if found else "", ", ".join(fields))))
    return Change(Kind.RULES, note.replace("_", " ")[: revision.MAX_NOTE], significant=False)


def _kept_because(case: Case, read: Reading, new: NewArticle, change: Change | None) -> str:
    """Return why the last good text is kept although the page could be read; '' when it need not be."""
    if change is not None and change.kind is Kind.REWRITE and case.old_page and case.page:
        led = read.final_key not in {case.article.url_key, *_keys_of(case.old_page)}
        if led:
            return f"its address leads to another article now: {case.page.final_url}"
    return baseline.keeps_old(case.article.words, new.words, case.alarms)


def _keys_of(page: Page) -> set[str]:
    return {key(page.final_url), key(page.url)}


def _placed(case: Case, new: NewArticle) -> NewArticle:
    """Return what was read, ordered by the time that it was ordered by, unless that was our own mistake."""
    article = case.article
    by_rules = case.visit.cause == RULES or article.published is None
    at = effective(new.published, article.first_seen) if by_rules else article.effective_at
    return replace(new, effective_at=at)


def _saved(store: Store, tools: Extractor, now: datetime, found: Sequence[Found]) -> list[Outcome]:
    """Return how some articles ended, after storing it in one transaction.

    Texts are asked of takedowns under the lock of stories, as gathering does: a takedown at the same instant either
    sees the new text or is seen. What another worker has revised since it was read here is left to that worker.
    """
    if not found:
        return []
    outrun = [each.case.article.id for each in found]
    with store.writing() as session:
        if any(each.change for each in found):
            stories.lock(session)
        held = articles.held(session, [each.case.article.id for each in found])
        found = [each for each in found if held[each.case.article.id].version == each.case.article.version]
        live = {each for each, article in held.items() if article.state is ArticleState.LIVE}
        mine = [each for each in found if each.change and each.case.article.id in live]
        told = {each.case.article.id: (each.new.text_hash, each.read.drawn) for each in mine if each.new and each.read}
        texts = {each: (name, drawn) for each, (name, drawn) in told.items() if drawn}
        refused, orphans = withdraw_blocked(session, held, texts, now)
        written = [each for each in mine if each.case.article.id not in refused]
        _write(session, written, now)
        orphans += _let_go(session, [each for each in found if each.case.article.id in live and not each.change])
        ended = [_outcome(each, held, live, refused) for each in found]
        ended += [Outcome(Step.REVISE, each, Word.NOT_DUE) for each in outrun if each not in {x.id for x in ended}]
        renewals.revised(session, {each.case.article.id: bool(each.change) for each in found})
        publish_queue.want(session, [work.id for end in ended for work in end.follows], now)
        outcomes.record(session, ended, now)
    for blob in orphans:
        tools.blobs.delete(blob)
    return ended


def _write(session: Session, found: Sequence[Found], now: datetime) -> None:
    """Append versions, and let the articles say what their newest ones do."""
    drawn = {each.case.article.id: each.read.drawn for each in found if each.read and each.read.drawn}
    for each in found:
        if each.new is not None:
            renewals.write(session, each.case.article, each.new, each.case.article.version + 1)
    revisions.add(
        session,
        [_revision(each.case.article, each.change, each.new, now) for each in found if each.change and each.new],
    )
    sketches.remove(session, sorted(drawn))
    sketches.add(session, {each: (sketch, now) for each, sketch in drawn.items()})


def _revision(article: Article, change: Change, new: NewArticle, now: datetime) -> Revision:
    return Revision(
        article_id=article.id,
        version=article.version + 1,
        kind=change.kind.value,
        at=now,
        title=new.title,
        text=new.text,
        html=new.html,
        text_hash=new.text_hash,
        page_id=new.page_id,
        extractor=new.extractor,
        note=change.note,
    )


def _let_go(session: Session, found: Sequence[Found]) -> list[str]:
    """Forget the pages had since, of articles that are found as they were; returns blobs that nobody names any more.

    Their validators go to the page that is kept, since they stand for the same article.
    """
    same = [each.case for each in found if not each.kept and each.case.visit.cause == PAGE]
    same = [case for case in same if case.page and case.old_page and case.page.id > case.old_page.id]
    if not same:
        return []
    for case in same:
        if case.page and case.old_page:
            renewals.set_validators(session, case.old_page.id, case.page.etag, case.page.last_modified)
    kept = {case.page.entry_id: case.old_page for case in same if case.page and case.old_page}
    later = [
        page.id
        for page in pages.of_entries(session, sorted(kept))
        if page.id > kept[page.entry_id].id and page.url == kept[page.entry_id].url
    ]
    return pages.remove(session, later)


def _outcome(found: Found, held: Mapping[int, Article], live: set[int], refused: Mapping[int, str]) -> Outcome:
    """Return how one article ended; the reason tells nothing of its words, which a takedown would have to find."""
    article = found.case.article
    if article.id in refused:
        return Outcome(
            Step.REVISE, article.id, Word.REFUSED, refused[article.id], (Work(Step.PUBLISH, article.root_id),)
        )
    if article.id not in live:
        return Outcome(Step.REVISE, article.id, Word.REFUSED, "it was taken down in the meantime")
    if found.kept:
        return Outcome(Step.REVISE, article.id, Word.KEPT, found.kept)
    if found.change is None:
        return Outcome(Step.REVISE, article.id, Word.UNCHANGED)
    reason = f"version {article.version + 1}: {found.change.kind}"
    return Outcome(Step.REVISE, article.id, Word.REVISED, reason, (Work(Step.PUBLISH, held[article.id].root_id),))
