"""Rows of sketches and fingerprints: how a text is found among all others without comparing it with all."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row, delete, func, select

from aggregator.core.article import Sketch
from aggregator.core.sketch import pack, unpack
from aggregator.store.numbers import listed, one_of
from aggregator.store.rows import Many, insert_for, insert_new
from aggregator.store.session import Session
from aggregator.store.tables import fingerprints, sketches

POSTING_CAP = 64  # a fingerprint with so many texts says nothing: boilerplate
SEPARATOR = "\x1f"

_POST = Many(
    ("fp", "article_id", "at"),
    lambda session: insert_for(session, fingerprints).on_conflict_do_nothing(index_elements=["fp", "article_id"]),
)


def _words(found: Iterable[str]) -> str:
    return SEPARATOR.join(sorted(found))


def _value(row: Row[tuple[object, ...]]) -> Sketch:
    return Sketch(
        shingles=unpack(row.shingles),
        sample=tuple(int(each) for each in row.sample.split()),
        numbers=frozenset(row.numbers.split(SEPARATOR)) - {""},
        names=frozenset(row.names.split(SEPARATOR)) - {""},
        spaced=row.spaced,
    )


def add(session: Session, drawn: Mapping[int, tuple[Sketch, datetime]]) -> None:
    """Store texts' sketches and sampled fingerprints by article, each with the time when the text was first seen."""
    rows = [
        {
            "article_id": article_id,
            "shingles": pack(sketch.shingles),
            "sample": " ".join(map(str, sketch.sample)),
            "numbers": _words(sketch.numbers),
            "names": _words(sketch.names),
            "spaced": sketch.spaced,
        }
        for article_id, (sketch, _) in drawn.items()
    ]
    insert_new(session, sketches, rows, ["article_id"])
    posted = [(fp, article_id, at) for article_id, (sketch, at) in drawn.items() for fp in set(sketch.sample)]
    _POST(session, sorted(posted))


def several(session: Session, ids: Iterable[int]) -> dict[int, Sketch]:
    """Return the sketches of these articles, by id."""
    rows = session.execute(select(sketches).where(sketches.c.article_id.in_(set(ids))))
    return {row.article_id: _value(row) for row in rows}


def candidates(session: Session, article_id: int, sketch: Sketch, at_least: int = 2) -> list[int]:
    """Return articles that share `at_least` sampled fingerprints with a text, or all it has, most alike first.

    A fingerprint that POSTING_CAP texts have says nothing and is left out.
    """
    return candidates_of(session, {article_id: sketch}, at_least)[article_id]


def candidates_of(session: Session, drawn: Mapping[int, Sketch], at_least: int = 2) -> dict[int, list[int]]:
    """Return the same for each of several texts, by article; each fingerprint is looked up once and capped alone."""
    texts = _posted(session, {fp for sketch in drawn.values() for fp in sketch.sample})
    found = {}
    for article_id, sketch in drawn.items():
        shared = Counter(other for fp in set(sketch.sample) for other in texts.get(fp, ()))
        need = min(at_least, len(sketch.sample))
        found[article_id] = [other for other, number in shared.most_common() if number >= need and other != article_id]
    return found


def _posted(session: Session, fps: Collection[int]) -> dict[int, list[int]]:
    """Return the articles that have each fingerprint; those of POSTING_CAP articles or more are left out."""
    if not fps:
        return {}
    place = func.row_number().over(partition_by=fingerprints.c.fp, order_by=fingerprints.c.article_id.desc())
    posted = (
        select(fingerprints.c.fp, fingerprints.c.article_id, place.label("place"))
        .where(one_of(session.dialect.name, fingerprints.c.fp, "fps"))
        .subquery()
    )
    few = select(posted.c.fp, posted.c.article_id).where(posted.c.place <= POSTING_CAP)
    texts: dict[int, list[int]] = defaultdict(list)
    for fp, article_id in session.execute(few, {"fps": listed(session, fps)}).all():
        texts[fp].append(article_id)
    return {fp: found for fp, found in texts.items() if len(found) < POSTING_CAP}


def remove(session: Session, ids: Sequence[int]) -> None:
    """Forget the sketches and fingerprints of articles."""
    session.execute(delete(fingerprints).where(fingerprints.c.article_id.in_(ids)))
    session.execute(delete(sketches).where(sketches.c.article_id.in_(ids)))


def forget(session: Session, before: datetime) -> int:
    """Drop the fingerprints of texts first seen before then; returns how many rows went."""
    return session.execute(delete(fingerprints).where(fingerprints.c.at < before)).rowcount
