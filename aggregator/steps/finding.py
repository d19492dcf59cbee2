"""Finding: which stored texts are related to a text, found by a few of its fingerprints and then verified."""

from collections.abc import Mapping

from aggregator.core.article import ArticleState, Sketch
from aggregator.core.copies import Match, compare
from aggregator.store import articles, sketches
from aggregator.store.session import Session


def related(session: Session, drawn: Mapping[int, Sketch]) -> dict[int, list[tuple[int, Match]]]:
    """Return, for each article, those whose text is related to its own, and how."""
    ids = {mine: others for mine, others in sketches.candidates_of(session, drawn).items() if others}
    if not ids:
        return {}
    every = {each for mine, others in ids.items() for each in (mine, *others)}
    told = articles.several(session, every)
    theirs = {**sketches.several(session, every - drawn.keys()), **drawn}
    found: dict[int, list[tuple[int, Match]]] = {}
    for mine, others in ids.items():
        for other in others:
            if other not in theirs or told[other].state is ArticleState.REMOVED:
                continue
            gap = abs(told[mine].effective_at - told[other].effective_at)
            same_source = told[mine].source_id == told[other].source_id
            if match := compare(drawn[mine], theirs[other], gap, same_source=same_source):
                found.setdefault(mine, []).append((other, match))
    return found
