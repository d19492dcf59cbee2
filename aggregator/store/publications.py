"""Rows of publications: what is on the site and in the feeds, live or as a tombstone."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, true, update

from aggregator.core.publication import Credit, Publication, PublicationState
from aggregator.core.rights import Form
from aggregator.store.rows import upsert
from aggregator.store.session import Session
from aggregator.store.tables import publications


@dataclass(frozen=True, slots=True)
class Selection:
    """Which publications are meant; nothing said means all of them."""

    source_id: int | None = None
    language: str = ""
    story_key: str = ""


ALL = Selection()
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in (Publication, Credit)}


def _encoded(publication: Publication) -> str:
    return json.dumps(publication, default=_plain, ensure_ascii=False)


def _plain(value: Publication | Credit | datetime) -> object:
    """Return what JSON does not know of itself: the fields of a value, not copied, or a moment in words."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {name: getattr(value, name) for name in _FIELDS[type(value)]}


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _credit(found: dict[str, Any]) -> Credit:
    return Credit(**{**found, "published": _moment(found["published"])})


def _value(row: Row[tuple[object, ...]]) -> Publication:
    found = json.loads(row.body)
    return Publication(
        **{
            **found,
            "state": PublicationState(row.state),
            "form": Form(found["form"]),
            "source": _credit(found["source"]),
            "also": tuple(_credit(each) for each in found["also"]),
            "authors": tuple(found["authors"]),
            "rules": tuple(found["rules"]),
            "published": row.published,
            "updated": row.updated,
            "withdrawn": _moment(found["withdrawn"]),
        }
    )


def _digest(publication: Publication) -> str:
    timeless = replace(publication, updated=publication.published)
    return hashlib.blake2b(_encoded(timeless).encode(), digest_size=16).hexdigest()


def save(session: Session, made: Mapping[int, tuple[int, Publication]]) -> set[int]:
    """Store publications, by article, each with its source; returns those that say something new."""
    rows = session.execute(
        select(publications.c.article_id, publications.c.digest).where(publications.c.article_id.in_(set(made)))
    )
    known = {row.article_id: row.digest for row in rows}
    digests = {article_id: _digest(publication) for article_id, (_, publication) in made.items()}
    new = [article_id for article_id in made if known.get(article_id) != digests[article_id]]
    if not new:
        return set()
    latest = session.scalar(select(func.coalesce(func.max(publications.c.changed), 0))) or 0
    changed = [
        {
            "article_id": article_id,
            "key": publication.key,
            "state": publication.state.value,
            "source_id": source_id,
            "body": _encoded(publication),
            "digest": digests[article_id],
            "language": publication.language,
            "story_key": publication.story_key,
            "published": publication.published,
            "updated": publication.updated,
            "changed": latest + place,
        }
        for place, article_id in enumerate(new, 1)
        for source_id, publication in [made[article_id]]
    ]
    upsert(session, publications, changed, ["article_id"])
    return set(new)


def by_article(session: Session, article_id: int) -> Publication | None:
    """Return the publication of an article."""
    row = session.execute(select(publications).where(publications.c.article_id == article_id)).one_or_none()
    return _value(row) if row else None


def by_key(session: Session, key: str) -> Publication | None:
    """Return the publication of that public name."""
    row = session.execute(select(publications).where(publications.c.key == key)).one_or_none()
    return _value(row) if row else None


def by_keys(session: Session, keys: Sequence[str]) -> list[Publication]:
    """Return the live publications of those names, in their order."""
    wanted = publications.c.key.in_(set(keys)) & (publications.c.state == PublicationState.LIVE.value)
    found = {row.key: _value(row) for row in session.execute(select(publications).where(wanted))}
    return [found[key] for key in keys if key in found]


def _where(selection: Selection) -> ColumnElement[bool]:
    wanted: ColumnElement[bool] = true()
    if selection.source_id is not None:
        wanted &= publications.c.source_id == selection.source_id
    if selection.language:
        wanted &= publications.c.language == selection.language
    if selection.story_key:
        wanted &= publications.c.story_key == selection.story_key
    return wanted


def live(session: Session, selection: Selection, limit: int, offset: int = 0) -> list[Publication]:
    """Return live publications, newest first."""
    wanted = _where(selection) & (publications.c.state == PublicationState.LIVE.value)
    newest = select(publications).where(wanted).order_by(publications.c.published.desc(), publications.c.key)
    return [_value(row) for row in session.execute(newest.limit(limit).offset(offset))]


def withdrawn(session: Session, selection: Selection, since: datetime, limit: int = 500) -> list[Publication]:
    """Return the tombstones of publications withdrawn since then, newest first."""
    wanted = _where(selection) & (publications.c.state == PublicationState.WITHDRAWN.value)
    wanted &= publications.c.updated >= since
    rows = session.execute(select(publications).where(wanted).order_by(publications.c.updated.desc()).limit(limit))
    return [_value(row) for row in rows]


def number(session: Session, selection: Selection = ALL) -> int:
    """Return how many publications are live."""
    wanted = _where(selection) & (publications.c.state == PublicationState.LIVE.value)
    return session.scalar(select(func.count()).where(wanted)) or 0


def state_of(session: Session, selection: Selection) -> str:
    """Return a word that changes whenever anything that is published in the selection does."""
    counted = select(
        func.count(),
        func.coalesce(func.max(publications.c.changed), 0),
        func.coalesce(func.sum(publications.c.changed), 0),
    )
    return "-".join(str(int(part)) for part in session.execute(counted.where(_where(selection))).one())


def updated_at(session: Session, selection: Selection) -> datetime | None:
    """Return when anything of the selection was last changed."""
    latest: datetime | None = session.scalar(select(func.max(publications.c.updated)).where(_where(selection)))
    return latest


def withdraw(session: Session, article_ids: Sequence[int], reason: str, now: datetime) -> list[str]:
    """Turn publications into tombstones that say nothing but when and why; returns their keys."""
    standing = publications.c.state != PublicationState.WITHDRAWN.value
    wanted = publications.c.article_id.in_(article_ids) & standing
    rows = session.execute(select(publications).where(wanted)).all()
    save(session, {row.article_id: (row.source_id, _tombstone(_value(row), reason, now)) for row in rows})
    return [row.key for row in rows]


def _tombstone(publication: Publication, reason: str, now: datetime) -> Publication:
    return replace(
        publication,
        state=PublicationState.WITHDRAWN,
        title="",
        authors=(),
        html="",
        text="",
        attribution="",
        attribution_html="",
        image="",
        also=(),
        rules=(),
        story_key="",
        updated=now,
        withdrawn=now,
        reason=reason,
    )


def retire(session: Session, article_ids: Sequence[int]) -> None:
    """Take tombstones out of the way of what is read anew at their addresses, as when a takedown is lifted."""
    for article_id in article_ids:
        session.execute(
            update(publications)
            .where(publications.c.article_id == article_id)
            .values(state=PublicationState.MOVED.value, key=f"-{article_id}")
        )


def by_articles(session: Session, article_ids: Iterable[int]) -> dict[int, Publication]:
    """Return the publications of these articles, by article."""
    rows = session.execute(select(publications).where(publications.c.article_id.in_(set(article_ids))))
    return {row.article_id: _value(row) for row in rows}


def numbers(session: Session) -> dict[PublicationState, int]:
    """Return how many publications are live, withdrawn or moved."""
    rows = session.execute(select(publications.c.state, func.count()).group_by(publications.c.state))
    return {PublicationState(state): int(counted) for state, counted in rows}
