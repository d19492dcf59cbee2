"""What a kept document asks at every read: whether takedowns still say of its addresses what they said."""

from collections.abc import Iterable

from aggregator.core.publication import Publication, PublicationState
from aggregator.core.url import disguises
from aggregator.store import takedowns
from aggregator.store.session import Session


def names_of(found: Iterable[Publication]) -> tuple[str, ...]:
    """Return every URL key under which a block may name one of these publications, as they are stored."""
    live = (each for each in found if each.state is PublicationState.LIVE)
    return tuple(sorted({name for each in live for name in disguises(each.url)}))


def blocked(session: Session, names: tuple[str, ...]) -> frozenset[tuple[str, int]]:
    """Return those of the URL keys that are blocked now, each with the number of its takedown."""
    return (
        frozenset((each.value, each.takedown_id) for each in takedowns.of_urls(session, names))
        if names
        else frozenset()
    )
