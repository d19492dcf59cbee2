"""Publish: decide what may be shown of a canonical article, and put just that on the site and in the feeds."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from aggregator.core import attribution, plain, rights, words
from aggregator.core.article import Article
from aggregator.core.attribution import Wording
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.publication import Credit, Publication, PublicationState, withheld
from aggregator.core.rights import Caps, Decision, Form
from aggregator.core.source import Source
from aggregator.core.takedown import Ruling, ruling_on_url
from aggregator.core.url import disguises
from aggregator.store import (
    articles,
    entries,
    outcomes,
    publications,
    publish_queue,
    revisions,
    sightings,
    sources,
    stories,
    takedowns,
)
from aggregator.store.revisions import Revision
from aggregator.store.session import Session, Store
from aggregator.store.sightings import Sighting

LEASE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class House:
    """What publishing needs of the operator's wishes, and the cleaner through which all HTML must go."""

    caps: Caps
    wording: Wording
    clean: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Desk:
    """All that is known of the articles at hand, each thing asked for once."""

    sources: Mapping[int, Source]
    texts: Mapping[int, Revision]
    seen: Mapping[int, Sequence[Sighting]]
    summaries: Mapping[int, str]
    stories: Mapping[int, str]
    roots: Mapping[int, Article]
    forbidden: Mapping[int, Ruling]
    edited: Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class _Decided:
    """What becomes of one article's publication: its outcome, why, and with its source what goes out, if anything."""

    id: int
    word: Word
    reason: str
    made: tuple[int, Publication] | None = None


def publish(store: Store, house: House, now: datetime, article_ids: Sequence[int]) -> list[Outcome]:
    """Make the publications of those of the articles that wait for it; each ends in one outcome.

    The rows of the articles are held until the end, so a takedown either comes before, and is seen, or after, and
    withdraws what was made here.
    """
    with store.writing() as session:
        leased = publish_queue.lease(session, article_ids, now, LEASE)
        ended = [Outcome(Step.PUBLISH, each, Word.NOT_DUE) for each in article_ids if each not in set(leased)]
        held = articles.held(session, leased)
        desk = _desk(session, held)
        decided = [_decided(house, desk, article) for article in held.values()]
        changed = publications.save(session, {each.id: each.made for each in decided if each.made})
        for each in decided:
            if each.word is Word.WITHHELD:
                publications.withdraw(session, [each.id], each.reason, _latest(desk, held[each.id]))
        publish_queue.done(session, leased, now + LEASE)
        ended += [_outcome(each, changed) for each in decided]
        outcomes.record(session, ended, now)
    return ended


def _outcome(decided: _Decided, changed: AbstractSet[int]) -> Outcome:
    word = Word.UNCHANGED if decided.word is Word.PUBLISHED and decided.id not in changed else decided.word
    return Outcome(Step.PUBLISH, decided.id, word, decided.reason)


def _desk(session: Session, held: Mapping[int, Article]) -> _Desk:
    names = {article.id: disguises(article.url) for article in held.values()}
    blocks = takedowns.of_urls(session, sorted({name for each in names.values() for name in each}))
    rulings = {each: ruling_on_url(blocks, found) for each, found in names.items()} if blocks else {}
    return _Desk(
        sources=sources.several(session, [article.source_id for article in held.values()]),
        texts=revisions.texts(session, held),
        seen=sightings.of_groups(session, {article.root_id for article in held.values()}),
        summaries=entries.summaries(session, held),
        stories=stories.keys(session, {article.story_id for article in held.values() if article.story_id}),
        roots=articles.several(session, {article.root_id for article in held.values()} - held.keys()) | dict(held),
        forbidden={each: ruling for each, ruling in rulings.items() if ruling},
        edited=revisions.edited(session, held),
    )


def _latest(desk: _Desk, article: Article) -> datetime:
    """Return the time that a publication bears: that of the last sighting of its text, or of its last edit of note."""
    edited = desk.edited.get(article.id, article.first_seen)
    return max([article.first_seen, edited, *(sighting.seen_at for sighting in desk.seen.get(article.root_id, ()))])


def _decided(house: House, desk: _Desk, article: Article) -> _Decided:
    """Return what becomes of an article's publication, and why."""
    if why := withheld(article, desk.forbidden.get(article.id)):
        return _Decided(article.id, Word.WITHHELD, why)
    source, revision = desk.sources.get(article.source_id), desk.texts.get(article.id)
    if source is None or revision is None:
        return _Decided(article.id, Word.WITHHELD, "its source or its text is no longer kept")
    root = desk.roots.get(article.root_id, article)
    if root.id != article.id:
        moved = _moved(desk, article, source, root)
        return _Decided(article.id, Word.UNCHANGED, f"goes out as article {root.key}", (source.id, moved))
    decision = rights.decide(source, paywalled=article.paywalled, credit=article.credit, caps=house.caps)
    made = _publication(house, desk, article, source, revision, decision)
    return _Decided(article.id, Word.PUBLISHED, decision.rules[0], (source.id, made))


def _moved(desk: _Desk, article: Article, source: Source, root: Article) -> Publication:
    """Return the signpost that stands in the place of a copy."""
    return Publication(
        key=article.key,
        state=PublicationState.MOVED,
        title="",
        url=article.url,
        source=Credit(source.name, source.url, article.url, article.published, source.slug),
        authors=(),
        language=article.language,
        form=Form.NONE,
        html="",
        text="",
        attribution="",
        attribution_html="",
        disclaimer="",
        rights="",
        licence_url="",
        published=article.effective_at,
        updated=_latest(desk, article),
        moved_to=root.key,
    )


def _publication(
    house: House, desk: _Desk, article: Article, source: Source, revision: Revision, decision: Decision
) -> Publication:
    text, html = _words(house, revision, desk.summaries.get(article.id, ""), decision)
    said = attribution.sentence(source.name, article.byline, article.published, article.language)
    return Publication(
        key=article.key,
        state=PublicationState.LIVE,
        title=article.title or article.url,
        url=article.url,
        source=Credit(source.name, source.url, article.url, article.published, source.slug),
        authors=article.byline,
        language=article.language,
        form=decision.form,
        html=html,
        text=text,
        attribution=said,
        attribution_html=attribution.as_html(said, article.url, source.name, article.language),
        disclaimer=attribution.disclaimer(house.wording),
        rights=attribution.rights(source.name, source.licence, source.licence_url),
        licence_url=source.licence_url if source.licence else "",
        published=article.effective_at,
        updated=_latest(desk, article),
        also=_also(article, desk.seen.get(article.id, ())),
        story_key=desk.stories.get(article.story_id or 0, ""),
        rules=decision.rules,
    )


def _words(house: House, revision: Revision, summary: str, decision: Decision) -> tuple[str, str]:
    """Return what is shown, plain and as clean HTML: all of it, a first part of it, or nothing."""
    if decision.form is Form.FULL:
        return revision.text, house.clean(revision.html)
    if decision.form is not Form.EXCERPT:
        return "", ""
    told = plain.line(summary)
    excerpt = words.first(told if words.count(told) >= decision.words // 5 else revision.text, decision.words)
    shown = words.within(excerpt, decision.chars)
    return shown, f"<p>{escape(shown)}</p>"


def _also(article: Article, seen: Sequence[Sighting]) -> tuple[Credit, ...]:
    """Return the other outlets that carried the text, each once, in the order in which they did."""
    found: dict[int, Credit] = {}
    for sighting in seen:
        if sighting.source_id != article.source_id:
            credit = Credit(
                sighting.source_name, sighting.source_url, sighting.url, sighting.published, sighting.source_slug
            )
            found.setdefault(sighting.source_id, credit)
    return tuple(sorted(found.values(), key=_order))


def _order(credit: Credit) -> tuple[bool, str, str]:
    return credit.published is None, credit.published.isoformat() if credit.published else "", credit.slug
