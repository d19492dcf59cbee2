"""Blocked: an article whose text a takedown names is withdrawn and emptied, whatever it came in by."""

from collections.abc import Mapping
from datetime import datetime

from aggregator.core.article import Article, Sketch
from aggregator.core.sketch import unpack
from aggregator.core.takedown import Ruling, ruling_on_text
from aggregator.store import articles, entries, outcomes, pages, publications, sketches, stories, takedowns
from aggregator.store.session import Session

Texts = Mapping[int, tuple[str, Sketch]]  # by article: the hash of its text and its sketch


def withdraw_blocked(
    session: Session, held: Mapping[int, Article], told: Texts, now: datetime
) -> tuple[dict[int, str], list[str]]:
    """Withdraw those of the articles whose texts a takedown names, with all that their feeds said of them.

    Returns the rule by article, and the blobs that nobody names any more, to be deleted after the commit. Ask for it
    under `stories.lock`, with the rows of the articles held.
    """
    rulings = _rulings(session, told)
    orphans: list[str] = []
    for article_id, ruling in rulings.items():
        orphans += _withdraw(session, held[article_id], ruling, now)
    return {each: ruling.rule for each, ruling in rulings.items()}, orphans


def _rulings(session: Session, told: Texts) -> dict[int, Ruling]:
    """Return, by article, the takedown that names its text; one question where none does, which is the rule."""
    sampled = {str(fp) for _, sketch in told.values() for fp in sketch.sample}
    if not told or not takedowns.any_of_texts(session, sampled, [name for name, _ in told.values()]):
        return {}
    return {each: found for each, (name, sketch) in told.items() if (found := _ruling(session, name, sketch))}


def _ruling(session: Session, text_hash: str, sketch: Sketch) -> Ruling | None:
    found = takedowns.of_texts(session, [str(fp) for fp in sketch.sample], text_hash)
    whole = takedowns.sketches_of(session, {block.takedown_id for block in found}) if found else []
    return ruling_on_text([(block, unpack(block.sketch)) for block in whole], text_hash, sketch.shingles)


def _withdraw(session: Session, article: Article, ruling: Ruling, now: datetime) -> list[str]:
    publications.withdraw(session, [article.id], f"takedown {ruling.takedown_id}", now)
    told = [entry.id for entry in entries.of_articles(session, [article.id])]
    entries.empty(session, told, ruling.rule, now)
    articles.remove(session, [article.id])
    sketches.remove(session, [article.id])
    stories.remove_terms(session, [article.id])
    stories.recount(session, {article.story_id} if article.story_id is not None else set())
    outcomes.hush(session, told, [article.id], ruling.rule)
    return pages.remove(session, [page.id for page in pages.of_entries(session, told)])
