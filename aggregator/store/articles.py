"""Rows of articles: one for each text at one address; how they are grouped and published is told elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, func, insert, or_, select, update

from aggregator.core.article import Article, ArticleState, key_of
from aggregator.store.rows import insert_for
from aggregator.store.session import Session
from aggregator.store.tables import articles, parts, revisions, sightings, url_aliases

SEPARATOR = "\x1f"

_TELLING = (  # columns with words of the article or about its makers
    "title", "authors", "image", "text_hash", "canonical_url", "credit",
    "organisations", "section", "tags", "image_credit", "amp_url", "origins",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewArticle:
    """All that is stored of an article when it is read; `check_at` is the next look at its page (None: never)."""

    url: str
    url_key: str
    source_id: int
    entry_id: int
    page_id: int
    title: str
    authors: tuple[str, ...]
    language: str
    published: datetime | None
    modified: datetime | None
    effective_at: datetime
    first_seen: datetime
    image: str
    text: str
    html: str
    text_hash: str
    words: int
    paywalled: bool
    licence_url: str
    canonical_url: str
    credit: str
    extractor: str
    organisations: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    image_credit: str = ""
    amp_url: str = ""
    origins: tuple[tuple[str, str], ...] = ()
    agreement: float | None = None
    check_at: datetime | None = None


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split(SEPARATOR)) if words else ()


def value(row: Row[tuple[object, ...]]) -> Article:
    """Return a row of articles as a value."""
    return Article(
        id=row.id,
        key=row.key,
        url=row.url,
        url_key=row.url_key,
        source_id=row.source_id,
        entry_id=row.entry_id,
        page_id=row.page_id,
        title=row.title,
        authors=_split(row.authors),
        language=row.language,
        published=row.published,
        modified=row.modified,
        effective_at=row.effective_at,
        first_seen=row.first_seen,
        image=row.image,
        text_hash=row.text_hash,
        words=row.words,
        state=ArticleState(row.state),
        root_id=row.root_id,
        root_reason=row.root_reason,
        story_id=row.story_id,
        version=row.version,
        paywalled=row.paywalled,
        licence_url=row.licence_url,
        canonical_url=row.canonical_url,
        credit=row.credit,
        checked_at=row.checked_at,
        check_at=row.check_at,
        checks=row.checks,
        gone_at=row.gone_at if row.check_at is None else None,
        organisations=_split(row.organisations),
        section=row.section,
        tags=_split(row.tags),
        image_credit=row.image_credit,
        amp_url=row.amp_url,
        origins=tuple((name, said) for name, _, said in (each.partition("=") for each in _split(row.origins))),
        agreement=row.agreement,
    )


def add(session: Session, found: Sequence[NewArticle]) -> dict[int, int]:
    """Store articles, each as the root of its own group; returns them by entry.

    One whose address has an article already is left out.
    """
    if not found:
        return {}
    statement = insert_for(session, articles).on_conflict_do_nothing(index_elements=["key"])
    added = session.execute(statement.returning(articles.c.id, articles.c.entry_id), [_row(new) for new in found])
    ids = {row.entry_id: row.id for row in added}
    if ids:
        session.execute(update(articles).where(articles.c.id.in_(ids.values())).values(root_id=articles.c.id))
        first = [
            {
                "article_id": ids[new.entry_id],
                "version": 1,
                "kind": "first",
                "at": new.first_seen,
                "title": new.title,
                "text": new.text,
                "html": new.html,
                "text_hash": new.text_hash,
                "page_id": new.page_id,
                "extractor": new.extractor,
            }
            for new in found
            if new.entry_id in ids
        ]
        session.execute(insert(revisions), first)
    return ids


def _row(new: NewArticle) -> dict[str, object]:
    return {
        "key": key_of(new.url_key),
        "url": new.url[:2000],
        "url_key": new.url_key,
        "source_id": new.source_id,
        "entry_id": new.entry_id,
        "effective_at": new.effective_at,
        "first_seen": new.first_seen,
        "root_id": 0,
        "check_at": new.check_at,
        **read_row(new),
    }


def read_row(new: NewArticle) -> dict[str, object]:
    """Return the columns that come from reading a page, and that another reading of it may change."""
    return {
        "page_id": new.page_id,
        "title": new.title,
        "authors": SEPARATOR.join(new.authors),
        "language": new.language,
        "published": new.published,
        "modified": new.modified,
        "image": new.image,
        "text_hash": new.text_hash,
        "words": new.words,
        "paywalled": new.paywalled,
        "licence_url": new.licence_url,
        "canonical_url": new.canonical_url[:2000],
        "credit": new.credit,
        "extractor": new.extractor,
        "organisations": SEPARATOR.join(new.organisations),
        "section": new.section[:120],
        "tags": SEPARATOR.join(new.tags),
        "image_credit": new.image_credit[:300],
        "amp_url": new.amp_url[:2000],
        "origins": SEPARATOR.join(f"{field}={origin}" for field, origin in new.origins),
        "agreement": new.agreement,
    }


def get(session: Session, article_id: int) -> Article | None:
    """Return the article of that id."""
    row = session.execute(select(articles).where(articles.c.id == article_id)).one_or_none()
    return value(row) if row else None


def by_key(session: Session, key: str) -> Article | None:
    """Return the article of that public name."""
    row = session.execute(select(articles).where(articles.c.key == key)).one_or_none()
    return value(row) if row else None


def by_url_keys(session: Session, url_keys: Iterable[str]) -> dict[str, Article]:
    """Return the article at each of these addresses, under its own name or another one."""
    wanted = set(url_keys)
    if not wanted:
        return {}
    named = session.execute(
        select(url_aliases.c.url_key, url_aliases.c.article_id).where(url_aliases.c.url_key.in_(wanted))
    )
    aliased = {row.url_key: row.article_id for row in named}
    found = several(session, aliased.values()) if aliased else {}
    rows = session.execute(select(articles).where(articles.c.url_key.in_(wanted)))
    own = {row.url_key: value(row) for row in rows}
    return {name: found[article_id] for name, article_id in aliased.items() if article_id in found} | own


def at_url_keys(session: Session, url_keys: Iterable[str]) -> list[Article]:
    """Return the articles at any of these addresses, under whichever of their names."""
    wanted = set(url_keys)
    aliased = select(url_aliases.c.article_id).where(url_aliases.c.url_key.in_(wanted))
    rows = session.execute(
        select(articles).where(or_(articles.c.url_key.in_(wanted), articles.c.id.in_(aliased))).order_by(articles.c.id)
    )
    return [value(row) for row in rows]


def several(session: Session, ids: Iterable[int]) -> dict[int, Article]:
    """Return the articles of those ids, by id."""
    rows = session.execute(select(articles).where(articles.c.id.in_(set(ids))))
    return {row.id: value(row) for row in rows}


def same_texts(session: Session, hashes: Iterable[str], since: datetime) -> dict[tuple[str, int], int]:
    """Return, by text hash and source, how many articles of these texts were first seen since then."""
    wanted = sorted(set(hashes))
    if not wanted:
        return {}
    counted = (
        select(articles.c.text_hash, articles.c.source_id, func.count().label("number"))
        .where(articles.c.text_hash.in_(wanted), articles.c.first_seen >= since)
        .group_by(articles.c.text_hash, articles.c.source_id)
    )
    return {(row.text_hash, row.source_id): row.number for row in session.execute(counted)}


def remove(session: Session, ids: Sequence[int]) -> None:
    """Empty articles and all their versions; the rows stay, so that nothing takes their place, and are left alone."""
    blank = dict.fromkeys(_TELLING, "")
    left_alone = {
        "check_at": None,
        "gone_at": None,
        "revise_due": None,
        "revise_cause": "",
        "leased_until": None,
        "agreement": None,
    }
    state = ArticleState.REMOVED.value
    session.execute(update(articles).where(articles.c.id.in_(ids)).values(state=state, **blank, **left_alone))
    session.execute(delete(parts).where(parts.c.article_id.in_(ids)))
    emptied = {"title": "", "text": "", "html": "", "text_hash": "", "note": ""}
    session.execute(update(revisions).where(revisions.c.article_id.in_(ids)).values(**emptied))


def held(session: Session, ids: Sequence[int]) -> dict[int, Article]:
    """Return articles by id and hold their rows until the transaction ends."""
    rows = session.execute(select(articles).where(articles.c.id.in_(ids)).order_by(articles.c.id).with_for_update())
    return {row.id: value(row) for row in rows}


def newest(session: Session, limit: int, *, source_id: int | None = None, language: str = "") -> list[Article]:
    """Return canonical articles, newest first."""
    wanted = (articles.c.root_id == articles.c.id) & (articles.c.state == ArticleState.LIVE.value)
    if source_id is not None:
        wanted &= articles.c.source_id == source_id
    if language:
        wanted &= articles.c.language == language
    rows = session.execute(
        select(articles).where(wanted).order_by(articles.c.effective_at.desc(), articles.c.id).limit(limit)
    )
    return [value(row) for row in rows]


def numbers(session: Session) -> dict[str, int]:
    """Return how many articles there are, canonical ones, copies and removed ones."""
    counted = select(
        func.count(),
        func.count().filter(articles.c.root_id == articles.c.id, articles.c.state == ArticleState.LIVE.value),
        func.count().filter(articles.c.root_id != articles.c.id),
        func.count().filter(articles.c.state == ArticleState.REMOVED.value),
    )
    every, canonical, copied, removed = session.execute(counted).one()
    return {"texts": every, "articles": canonical, "copies": copied, "removed": removed}


def release_names(session: Session, ids: Sequence[int]) -> None:
    """Let the addresses of removed articles be read anew: the old rows keep their history under other names."""
    for article in several(session, ids).values():
        session.execute(
            update(articles)
            .where(articles.c.id == article.id)
            .values(key=f"-{article.id}", url_key=f"removed:{article.id}", root_id=article.id, story_id=None)
        )
    session.execute(delete(url_aliases).where(url_aliases.c.article_id.in_(ids)))
    session.execute(delete(sightings).where(sightings.c.article_id.in_(ids)))


def keys(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Return the public names of articles, by id."""
    rows = session.execute(select(articles.c.id, articles.c.key).where(articles.c.id.in_(set(ids))))
    return {row.id: row.key for row in rows}
