"""Show: the gate through which every reading of what is published goes; takedowns are asked once more."""

from collections.abc import Sequence
from dataclasses import replace

from aggregator.core.publication import Publication, PublicationState
from aggregator.core.takedown import ruling_on_url
from aggregator.core.url import disguises
from aggregator.store import takedowns
from aggregator.store.session import Session


def allowed(session: Session, found: Sequence[Publication]) -> list[Publication]:
    """Return what may be shown: a live publication whose address a takedown has come to name is left out."""
    return [each for each in gated(session, found) if each.state is PublicationState.LIVE]


def gated(session: Session, found: Sequence[Publication]) -> list[Publication]:
    """Return publications as they stand now: a live one that a takedown has come to name is a tombstone."""
    names = {each.key: disguises(each.url) for each in found if each.state is PublicationState.LIVE}
    blocks = takedowns.of_urls(session, sorted({name for each in names.values() for name in each})) if names else []
    if not blocks:
        return list(found)
    return [
        replace(each, state=PublicationState.WITHDRAWN, reason=f"takedown {ruling.takedown_id}", withdrawn=each.updated)
        if (ruling := ruling_on_url(blocks, names.get(each.key, ())))
        else each
        for each in found
    ]
