"""Publish: decide what may be shown of a canonical article, and put just that on the site and in the feeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from aggregator.core import attribution, rights, words
from aggregator.core.article import Article, ArticleState
from aggregator.core.attribution import Wording
from aggregator.core.outcome import Outcome, Step, Word
from aggregator.core.publication import Credit, Publication, PublicationState
from aggregator.core.rights import Caps, Decision, Form
from aggregator.core.source import Source
from aggregator.core.takedown import ruling_on_url
from aggregator.core.url import disguises
from aggregator.store import articles, entries, outcomes, publications, sightings, sources, stories, takedowns
from aggregator.store.articles import Revision
from aggregator.store.session import Session, Store
from aggregator.store.sightings import Sighting

LEASE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class House:
    """What publishing needs of the operator's wishes, and the cleaner through which all HTML must go."""

    caps: Caps
    wording: Wording
    clean: Callable[[str], str]


def publish(store: Store, house: House, now: datetime, article_ids: Sequence[int]) -> list[Outcome]:
    """Make the publications of those of the articles that wait for it; each ends in one outcome."""
    return [_publish_one(store, house, now, article_id) for article_id in article_ids]


def _publish_one(store: Store, house: House, now: datetime, article_id: int) -> Outcome:
    with store.writing() as session:
        if not articles.lease_publish(session, [article_id], now, LEASE):
            return _ended(session, Outcome(Step.PUBLISH, article_id, Word.NOT_DUE), now)
        article = articles.held(session, article_id)
        assert article is not None  # noqa: S101 - it has just been leased
        at = _latest(session, article)
        outcome = _made(session, house, article, at)
        articles.published(session, article_id, now + LEASE)
        return _ended(session, outcome, at)


def _latest(session: Session, article: Article) -> datetime:
    """Return the time that this publication bears: that of the last sighting of its text."""
    seen = [sighting.seen_at for sighting in sightings.of_group(session, article.root_id)]
    return max([article.first_seen, *seen])


def _made(session: Session, house: House, article: Article, at: datetime) -> Outcome:
    if article.state is ArticleState.REMOVED:
        publications.withdraw(session, [article.id], "taken down", at)
        return Outcome(Step.PUBLISH, article.id, Word.WITHHELD, "taken down")
    names = disguises(article.url)
    ruling = ruling_on_url(takedowns.of_urls(session, list(names)), names)
    if ruling:
        publications.withdraw(session, [article.id], ruling.rule, at)
        return Outcome(Step.PUBLISH, article.id, Word.WITHHELD, ruling.rule)
    if article.root_id != article.id:
        return _moved(session, article)
    source = sources.get(session, article.source_id)
    revision = articles.text(session, article.id)
    if source is None or revision is None:
        return Outcome(Step.PUBLISH, article.id, Word.WITHHELD, "its source or its text is no longer kept")
    decision = rights.decide(source, paywalled=article.paywalled, credit=article.credit, caps=house.caps)
    publication = _publication(session, house, article, source, revision, decision, at)
    changed = publications.save(session, article.id, source.id, publication)
    return Outcome(Step.PUBLISH, article.id, Word.PUBLISHED if changed else Word.UNCHANGED, decision.rules[0])


def _moved(session: Session, article: Article) -> Outcome:
    root = articles.get(session, article.root_id)
    standing = publications.by_article(session, article.id)
    if standing is not None and root is not None:
        moved = Publication(
            key=article.key,
            state=PublicationState.MOVED,
            title="",
            url=article.url,
            source=standing.source,
            authors=(),
            language=standing.language,
            form=Form.NONE,
            html="",
            text="",
            attribution="",
            attribution_html="",
            disclaimer="",
            rights="",
            licence_url="",
            published=standing.published,
            updated=standing.updated,
            moved_to=root.key,
        )
        publications.save(session, article.id, article.source_id, moved)
    return Outcome(Step.PUBLISH, article.id, Word.UNCHANGED, f"goes out as article {root.key if root else '?'}")


def _publication(
    session: Session,
    house: House,
    article: Article,
    source: Source,
    revision: Revision,
    decision: Decision,
    at: datetime,
) -> Publication:
    summary = next((entry.summary for entry in entries.of_articles(session, [article.id]) if entry.summary), "")
    text, html = _words(house, revision, summary, decision)
    story = stories.get(session, article.story_id) if article.story_id else None
    said = attribution.sentence(source.name, article.authors, article.published, article.language)
    return Publication(
        key=article.key,
        state=PublicationState.LIVE,
        title=article.title or article.url,
        url=article.url,
        source=Credit(source.name, source.url, article.url, article.published, source.slug),
        authors=article.authors,
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
        updated=at,
        also=_also(article, sightings.of_group(session, article.id)),
        story_key=story.key if story else "",
        rules=decision.rules,
    )


def _words(house: House, revision: Revision, summary: str, decision: Decision) -> tuple[str, str]:
    """Return what is shown, plain and as clean HTML: all of it, a first part of it, or nothing."""
    if decision.form is Form.FULL:
        return revision.text, house.clean(revision.html)
    if decision.form is not Form.EXCERPT:
        return "", ""
    told = words.plain(summary)
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


def _ended(session: Session, outcome: Outcome, at: datetime) -> Outcome:
    outcomes.record(session, [outcome], at)
    return outcome
