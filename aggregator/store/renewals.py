"""Rows of articles whose pages are looked at again: when that is due, who does it, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, bindparam, case, func, literal, or_, select, update

from aggregator.core.article import Article, ArticleState
from aggregator.core.entry import Entry
from aggregator.core.outcome import Step, Work
from aggregator.store import articles as rows_of_articles
from aggregator.store import entries as rows_of_entries
from aggregator.store.articles import NewArticle, read_row
from aggregator.store.rows import locked
from aggregator.store.session import Session
from aggregator.store.tables import articles, entries, pages, sources

PAGE, RULES = "page", "rules"  # why an article is read anew: another page, or better rules for the page we have

_LIVE = articles.c.state == ArticleState.LIVE.value
_STAND = (
    update(articles)
    .where(articles.c.id == bindparam("which"))
    .values({name: bindparam(name) for name in ("checked_at", "check_at", "checks", "gone_at")})
    .values(leased_until=None)
)
_PUT_OFF = (
    update(articles).where(articles.c.id == bindparam("which")).values(check_at=bindparam("at"), leased_until=None)
)
_WAIT = (
    update(articles)
    .where(articles.c.id == bindparam("which"))
    .values(revise_cause=bindparam("cause"), leased_until=bindparam("until"))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an article stands after a look; `missing_since` is when its publisher first said that it is not there."""

    id: int
    checked_at: datetime
    check_at: datetime | None
    checks: int
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """An article whose page is looked at again: the entry that is asked, and where it stands.

    `missing_since` and `checks` count what was found the same in a row.
    """

    id: int
    entry_id: int
    url: str
    host: str
    born: datetime
    seen_at: datetime
    checks: int
    missing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Revisit:
    """An article that is read anew: why (`page` or `rules`), and how many workers died of it before."""

    article: Article
    cause: str
    tries: int


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(articles.c.leased_until.is_(None), articles.c.leased_until <= now)


def _look(row: Row[tuple[object, ...]]) -> Look:
    return Look(
        id=row.id,
        entry_id=row.entry_id,
        url=row.asked,
        host=row.host,
        born=row.effective_at,
        seen_at=row.checked_at or row.first_seen,
        checks=row.checks,
        missing_since=row.gone_at,
    )


def due(session: Session, now: datetime, limit: int, per_host: int) -> list[Work]:
    """Return articles whose pages are to be looked at again, at most `per_host` of each host, the oldest wish first."""
    if not limit:
        return []
    place = func.row_number().over(partition_by=entries.c.host, order_by=(articles.c.check_at, articles.c.id))
    waiting = (
        select(articles.c.id, entries.c.host, articles.c.check_at, place.label("place"))
        .join(entries, entries.c.id == articles.c.entry_id)
        .join(sources, sources.c.id == articles.c.source_id)
        .where(articles.c.check_at <= now, _LIVE, _free(now), sources.c.state == "active")
        .subquery()
    )
    order = (waiting.c.place, waiting.c.check_at, waiting.c.id)
    rows = session.execute(
        select(waiting.c.id, waiting.c.host).where(waiting.c.place <= per_host).order_by(*order).limit(limit)
    )
    return [Work(Step.RENEW, row.id, row.host) for row in rows]


def lease(session: Session, ids: Sequence[int], now: datetime, length: timedelta) -> list[Look]:
    """Take those of the articles whose pages are to be looked at, for `length`."""
    free = locked(session, articles, articles.c.id.in_(ids) & (articles.c.check_at <= now) & _LIVE & _free(now))
    session.execute(update(articles).where(articles.c.id.in_(free)).values(leased_until=now + length))
    rows = session.execute(
        select(articles, entries.c.url.label("asked"), entries.c.host)
        .join(entries, entries.c.id == articles.c.entry_id)
        .where(articles.c.id.in_(free))
        .order_by(articles.c.id)
    )
    return [_look(row) for row in rows]


def release(session: Session, ids: Sequence[int]) -> None:
    """Give articles back as though they had not been taken."""
    session.execute(update(articles).where(articles.c.id.in_(ids)).values(leased_until=None))


def stand(session: Session, found: Iterable[Standing]) -> None:
    """Store where articles stand after a look, and give them back."""
    changed = [
        {
            "which": each.id,
            "checked_at": each.checked_at,
            "check_at": each.check_at,
            "checks": each.checks,
            "gone_at": each.missing_since,
        }
        for each in found
    ]
    if changed:
        session.execute(_STAND, changed)


def put_off(session: Session, until: Mapping[int, datetime | None]) -> None:
    """Leave articles as they stand, to be looked at again at a time or (None) not any more, and give them back.

    One that is given up was not found to be withdrawn.
    """
    waiting = [{"which": each, "at": at} for each, at in sorted(until.items()) if at is not None]
    if waiting:
        session.execute(_PUT_OFF, waiting)
    over = [each for each, at in until.items() if at is None]
    if over:
        alone = {"check_at": None, "gone_at": None, "leased_until": None}
        session.execute(update(articles).where(articles.c.id.in_(over)).values(**alone))


def newest_pages(session: Session, entry_ids: Iterable[int]) -> dict[int, int]:
    """Return the newest page of each of these entries; further parts of an article, at other addresses, are none."""
    first = (pages.c.entry_id == entries.c.id) & (pages.c.url == entries.c.url)
    wanted = select(entries.c.id, func.max(pages.c.id).label("page")).join(pages, first)
    rows = session.execute(wanted.where(entries.c.id.in_(set(entry_ids))).group_by(entries.c.id))
    return {row.id: row.page for row in rows}


def set_validators(session: Session, page_id: int, etag: str, last_modified: str) -> None:
    """Let the next request for a page bear other validators (RFC 9110 section 8.8), those of the same words."""
    told = {"etag": etag[:1000], "last_modified": last_modified[:200]}
    session.execute(update(pages).where(pages.c.id == page_id).values(**told))


def want_revised(session: Session, ids: Iterable[int], cause: str, now: datetime) -> None:
    """Let articles be read anew; a new page is a reason beside which new rules are none."""
    wanted = articles.c.id.in_(set(ids)) & _LIVE
    if cause != PAGE:
        wanted &= articles.c.revise_due.is_(None)
    session.execute(update(articles).where(wanted).values(revise_due=now, revise_cause=cause))


def seen_since(session: Session, since: datetime, source_id: int | None, after: int, limit: int) -> list[int]:
    """Return articles that stand and were first seen since then, up to `limit` with ids above `after`."""
    wanted = _LIVE & (articles.c.first_seen >= since) & (articles.c.id > after)
    if source_id is not None:
        wanted &= articles.c.source_id == source_id
    return list(session.scalars(select(articles.c.id).where(wanted).order_by(articles.c.id).limit(limit)))


def revise_due(session: Session, now: datetime, limit: int) -> list[Work]:
    """Return the articles that are to be read anew, the oldest wish first."""
    if not limit:
        return []
    wanted = select(articles.c.id).where(articles.c.revise_due <= now, _LIVE, _free(now))
    found = session.scalars(wanted.order_by(articles.c.revise_due, articles.c.id).limit(limit))
    return [Work(Step.REVISE, each) for each in found]


def lease_revise(
    session: Session, ids: Sequence[int], now: datetime, length: timedelta, *, untried: bool = False
) -> list[Revisit]:
    """Take those of the articles that are to be read anew, for `length`, and count the try with the cause.

    With `untried`, only those are taken of which this is the first try.
    """
    can = articles.c.id.in_(ids) & (articles.c.revise_due <= now) & _LIVE & _free(now)
    if untried:
        can &= articles.c.revise_cause.not_like("%:%")
    free = locked(session, articles, can)
    causes = session.execute(select(articles.c.id, articles.c.revise_cause).where(articles.c.id.in_(free)))
    parted = {row.id: _parted(row.revise_cause) for row in causes}
    taken = [
        {"which": each, "cause": f"{cause}:{tries + 1}", "until": now + length}
        for each, (cause, tries) in parted.items()
    ]
    if taken:
        session.execute(_WAIT, taken)
    held = rows_of_articles.several(session, parted)
    return [Revisit(held[each], *parted[each]) for each in sorted(held)]


def _parted(cause: str) -> tuple[str, int]:
    name, _, tries = cause.partition(":")
    return name or PAGE, int(tries) if tries.isdigit() else 0


def release_revise(session: Session, found: Iterable[Revisit]) -> None:
    """Give articles back that could not be read now, as though they had not been taken."""
    back = [
        {"which": each.article.id, "cause": f"{each.cause}:{each.tries}" if each.tries else each.cause, "until": None}
        for each in found
    ]
    if back:
        session.execute(_WAIT, back)


def revised(session: Session, changed: Mapping[int, bool]) -> None:
    """Note which articles were read anew, and whether that changed them, and give them back.

    A new page in which nothing had changed counts as a look without a change; new rules count for nothing.
    """
    done = {"revise_due": None, "revise_cause": "", "leased_until": None}
    by_page = articles.c.revise_cause.like(f"{PAGE}%")
    for ids, checks in (
        ([each for each, is_new in changed.items() if is_new], literal(0)),
        ([each for each, is_new in changed.items() if not is_new], articles.c.checks + 1),
    ):
        counted = case((by_page & articles.c.gone_at.is_(None), checks), else_=articles.c.checks)
        session.execute(update(articles).where(articles.c.id.in_(ids)).values(**done, checks=counted))


def write(session: Session, article: Article, new: NewArticle, version: int) -> None:
    """Write over an article what another reading of its page found; its names, source and group stay."""
    values = {**read_row(new), "effective_at": new.effective_at, "version": version}
    session.execute(update(articles).where(articles.c.id == article.id).values(**values))


def told_of(session: Session, article_ids: Sequence[int]) -> dict[int, Entry]:
    """Return the entry from which each of these articles was first read, by article."""
    named = session.execute(select(articles.c.id, articles.c.entry_id).where(articles.c.id.in_(set(article_ids))))
    wanted = {row.id: row.entry_id for row in named}
    found = rows_of_entries.several(session, wanted.values())
    return {each: found[entry_id] for each, entry_id in wanted.items() if entry_id in found}
