"""Rows of articles and of their revisions: one row for each text at one address, grouped under the canonical one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from aggregator.core.article import Article, ArticleState, key_of
from aggregator.core.outcome import Step, Work
from aggregator.store.rows import insert_for, insert_new, locked
from aggregator.store.session import Session
from aggregator.store.tables import articles, entries, parts, revisions, sightings, url_aliases

SEPARATOR = "\x1f"

_TELLING = (  # columns with words of the article or about its makers
    "title", "authors", "image", "text_hash", "canonical_url", "credit",
    "organisations", "section", "tags", "image_credit", "amp_url", "origins",
)  # fmt: skip
_PUT = (
    update(articles)
    .where(articles.c.id == bindparam("which"))
    .values(root_id=bindparam("root"), root_reason=bindparam("why"), story_id=bindparam("story"))
)


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an article's text; `kind` is `first`, or what the change was, of which `note` says how much.

    `page_id` is the page it was read from, by which `extractor`; None and '' where that was not yet kept.
    """

    article_id: int
    version: int
    kind: str
    at: datetime
    title: str
    text: str
    html: str
    text_hash: str
    page_id: int | None = None
    extractor: str = ""
    note: str = ""


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


def _value(row: Row[tuple[object, ...]]) -> Article:
    return Article(
        id=row.id,
        key=row.key,
        url=row.url,
        url_key=row.url_key,
        source_id=row.source_id,
        entry_id=row.entry_id,
        page_id=row.page_id,
        title=row.title,
        authors=tuple(row.authors.split(SEPARATOR)) if row.authors else (),
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
        organisations=tuple(row.organisations.split(SEPARATOR)) if row.organisations else (),
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
    return _value(row) if row else None


def by_key(session: Session, key: str) -> Article | None:
    """Return the article of that public name."""
    row = session.execute(select(articles).where(articles.c.key == key)).one_or_none()
    return _value(row) if row else None


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
    own = {row.url_key: _value(row) for row in rows}
    return {name: found[article_id] for name, article_id in aliased.items() if article_id in found} | own


def at_url_keys(session: Session, url_keys: Iterable[str]) -> list[Article]:
    """Return the articles at any of these addresses, under whichever of their names."""
    wanted = set(url_keys)
    aliased = select(url_aliases.c.article_id).where(url_aliases.c.url_key.in_(wanted))
    rows = session.execute(
        select(articles).where(or_(articles.c.url_key.in_(wanted), articles.c.id.in_(aliased))).order_by(articles.c.id)
    )
    return [_value(row) for row in rows]


def several(session: Session, ids: Iterable[int]) -> dict[int, Article]:
    """Return the articles of those ids, by id."""
    rows = session.execute(select(articles).where(articles.c.id.in_(set(ids))))
    return {row.id: _value(row) for row in rows}


def add_aliases(session: Session, names: Iterable[tuple[int, str, str]]) -> None:
    """Remember other addresses: article, URL key, kind; an address that is taken stays where it is."""
    rows = [{"url_key": key, "article_id": article_id, "kind": kind} for article_id, key, kind in names]
    insert_new(session, url_aliases, rows, ["url_key"])


def aliases(session: Session, ids: Iterable[int]) -> list[str]:
    """Return all other addresses of these articles."""
    wanted = select(url_aliases.c.url_key).where(url_aliases.c.article_id.in_(set(ids)))
    return list(session.scalars(wanted.order_by(url_aliases.c.url_key)))


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


def text(session: Session, article_id: int) -> Revision | None:
    """Return the newest version of an article's text."""
    return texts(session, [article_id]).get(article_id)


def texts(session: Session, ids: Iterable[int]) -> dict[int, Revision]:
    """Return the newest version of each article's text."""
    newest = (revisions.c.article_id == articles.c.id) & (revisions.c.version == articles.c.version)
    rows = session.execute(select(revisions).join(articles, newest).where(articles.c.id.in_(set(ids))))
    return {row.article_id: Revision(**row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's way to the names


def group(session: Session, root_id: int) -> list[Article]:
    """Return all members of a group of copies, the canonical one among them, by effective time."""
    rows = session.execute(
        select(articles).where(articles.c.root_id == root_id).order_by(articles.c.effective_at, articles.c.key)
    )
    return [_value(row) for row in rows]


def groups_for_update(session: Session, ids: Iterable[int]) -> dict[int, Article]:
    """Return, by id, every member of the groups to which `ids` belong, held until the transaction ends.

    The rows are held in the order of their ids, so that two workers cannot hold each other up. Ask for it under
    `stories.lock`: otherwise a group may be joined with another while its rows are waited for.
    """
    roots = select(articles.c.root_id).where(articles.c.id.in_(set(ids)))
    rows = session.execute(
        select(articles).where(articles.c.root_id.in_(roots)).order_by(articles.c.id).with_for_update()
    )
    return {row.id: _value(row) for row in rows}


def regroup(session: Session, ids: Sequence[int], root_id: int, reason: str) -> None:
    """Put articles under one canonical article, with the reason for which it is that one."""
    session.execute(update(articles).where(articles.c.id.in_(ids)).values(root_id=root_id, root_reason=reason))


def set_story(session: Session, ids: Sequence[int], story_id: int | None) -> None:
    """Put articles into a story, or into none."""
    session.execute(update(articles).where(articles.c.id.in_(ids)).values(story_id=story_id))


def put(session: Session, found: Iterable[Article]) -> None:
    """Store to which group and story articles belong, as these values have it."""
    rows = [
        {"which": each.id, "root": each.root_id, "why": each.root_reason, "story": each.story_id}
        for each in sorted(found, key=lambda each: each.id)
    ]
    if rows:
        session.execute(_PUT, rows)


def want_published(session: Session, ids: Iterable[int], now: datetime) -> None:
    """Let the publications of these articles be made anew."""
    session.execute(update(articles).where(articles.c.id.in_(set(ids))).values(publish_due=now))


def publish_due(session: Session, now: datetime, limit: int) -> list[Work]:
    """Return the articles whose publication is to be made."""
    wanted = select(articles.c.id).where(articles.c.publish_due <= now)
    return [
        Work(Step.PUBLISH, found) for found in session.scalars(wanted.order_by(articles.c.publish_due).limit(limit))
    ]


def lease_publish(session: Session, ids: Sequence[int], now: datetime, length: timedelta) -> list[int]:
    """Take those of `ids` whose publication is due, for `length`."""
    free = locked(session, articles, articles.c.id.in_(ids) & (articles.c.publish_due <= now))
    session.execute(update(articles).where(articles.c.id.in_(free)).values(publish_due=now + length))
    return free


def published(session: Session, ids: Sequence[int], lease_end: datetime) -> None:
    """Mark publications as made, unless they were wanted anew while they were being made."""
    mine = articles.c.id.in_(ids) & (articles.c.publish_due == lease_end)
    session.execute(update(articles).where(mine).values(publish_due=None))


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


def restore(session: Session, ids: Sequence[int]) -> None:
    """Let removed articles stand again; their text has to be read anew."""
    session.execute(update(articles).where(articles.c.id.in_(ids)).values(state=ArticleState.LIVE.value))


def held(session: Session, ids: Sequence[int]) -> dict[int, Article]:
    """Return articles by id and hold their rows until the transaction ends."""
    rows = session.execute(select(articles).where(articles.c.id.in_(ids)).order_by(articles.c.id).with_for_update())
    return {row.id: _value(row) for row in rows}


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
    return [_value(row) for row in rows]


def leftover(session: Session) -> int:
    """Return how many publications are still to be made."""
    return session.scalar(select(func.count()).where(articles.c.publish_due.is_not(None))) or 0


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


def entry_ids(session: Session, ids: Sequence[int]) -> list[int]:
    """Return the entries that led to these articles, first ones and later ones."""
    return list(session.scalars(select(entries.c.id).where(entries.c.article_id.in_(ids)).order_by(entries.c.id)))


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
