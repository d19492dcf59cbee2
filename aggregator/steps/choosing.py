"""Choosing: the canonical one of stored copies of a text, and whose text stands for all of them."""

from collections.abc import Sequence

from aggregator.core.article import Article
from aggregator.core.canonical import Candidate, Choice, canonical
from aggregator.core.credits import is_agency


def choose(standing: Sequence[Article]) -> Choice:
    """Return which of a group's articles is canonical; raises ValueError for none."""
    credited = sorted({member.credit for member in standing if member.credit})
    return canonical([_candidate(member, credited) for member in standing])


def _candidate(article: Article, credited: Sequence[str]) -> Candidate:
    return Candidate(
        id=article.id,
        key=article.key,
        url_key=article.url_key,
        source_id=article.source_id,
        canonical_url=article.canonical_url,
        effective_at=article.effective_at,
        first_seen=article.first_seen,
        words=article.words,
        credit=article.credit,
        is_agency=any(is_agency(article.url_key, each) for each in credited),
    )
