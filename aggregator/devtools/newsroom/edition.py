"""An edition is what one outlet shows at one moment: a function of the time since the start, and of nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from aggregator.devtools.newsroom.article import Article, Kind, articles
from aggregator.devtools.newsroom.outlets import Outlet

START = timedelta()
RELATED = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """An article as it stands at one moment; `note` is the correction, '' before there is one."""

    article: Article
    published: datetime
    updated: datetime
    summary: str
    paragraphs: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Edition:
    """An outlet's pieces, newest first, when the last of them came, changed or went, and which addresses are gone."""

    outlet: Outlet
    pieces: tuple[Piece, ...]
    changed: datetime
    gone: frozenset[str]

    def at(self, path: str) -> Piece | None:
        """Return the piece that lives at `path`."""
        return next((piece for piece in self.pieces if piece.article.path == path), None)

    def related(self, piece: Piece) -> tuple[Piece, ...]:
        """Return pieces to link to from `piece`: the same ones in each edition, so that its page stays as it is."""
        lasting = (other for other in self.pieces if _lasts(other.article) and other.article is not piece.article)
        return tuple(islice(lasting, RELATED))


def edition(outlet: Outlet, started: datetime, elapsed: timedelta, *, quick: bool) -> Edition:
    """Return what `outlet` shows `elapsed` after `started`; with `quick`, no article has to be waited for."""
    own = [article for article in articles() if article.outlet == outlet.slug]
    out = [article for article in own if _arrival(article, quick=quick) <= elapsed]
    pieces = [_piece(article, started, elapsed, quick=quick) for article in out if not _is_gone(article, elapsed)]
    return Edition(
        outlet,
        tuple(sorted(pieces, key=lambda piece: piece.published, reverse=True)),
        started + max((moment for moment in _moments(own, quick=quick) if moment <= elapsed), default=START),
        frozenset(article.path for article in out if _is_gone(article, elapsed)),
    )


def _piece(article: Article, started: datetime, elapsed: timedelta, *, quick: bool) -> Piece:
    published = started + _arrival(article, quick=quick) - article.age
    change = article.correction
    if change is None or elapsed < change.after:
        return Piece(article, published, published, article.summary, article.paragraphs, "")
    paragraphs = tuple(text.replace(change.old, change.new) for text in article.paragraphs)
    summary = article.summary.replace(change.old, change.new)
    return Piece(article, published, started + change.after, summary, paragraphs, change.note)


def _arrival(article: Article, *, quick: bool) -> timedelta:
    return START if quick else article.appears_after


def _is_gone(article: Article, elapsed: timedelta) -> bool:
    return article.withdrawn_after is not None and article.withdrawn_after <= elapsed


def _lasts(article: Article) -> bool:
    return article.kind is Kind.ARTICLE and article.appears_after == START and article.withdrawn_after is None


def _moments(own: Iterable[Article], *, quick: bool) -> Iterable[timedelta]:
    for article in own:
        yield _arrival(article, quick=quick)
        if article.withdrawn_after is not None:
            yield article.withdrawn_after
        if article.correction is not None:
            yield article.correction.after
