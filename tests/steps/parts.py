"""The parts of the line for tests of steps: everything real but the world."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from aggregator.adapters import discovery, feeds_in, robots, sanitizer, text_extractor
from aggregator.adapters.blobs import Blobs
from aggregator.core.attribution import Wording
from aggregator.core.outcome import Outcome, Step, Work
from aggregator.core.rights import Caps
from aggregator.core.schedule import Manners
from aggregator.line import Parts, follows, run
from aggregator.steps.asking import Fetcher
from aggregator.steps.poll import Poller
from aggregator.steps.publish import House
from aggregator.steps.reading import Extractor
from aggregator.steps.seek import Seeker
from aggregator.steps.subscribe import Subscriber
from aggregator.steps.sweep import Broom
from aggregator.store.session import Store
from tests.world import NOW, World

HOUSE = House(Caps(), Wording("Assembled by software.", "desk@site.example"), sanitizer.clean)


def parts(store: Store, folder: Path, world: World, holder: str = "worker") -> Parts:
    """Return the parts of the line over a world."""
    blobs = Blobs(str(folder / "blobs"))
    manners = Manners(feed_delay=0.0, page_delay=0.0)
    return Parts(
        store=store,
        blobs=blobs,
        poller=Poller(world, feeds_in.read, robots.parse, manners, holder, lambda: world.at),
        subscriber=Subscriber(world, "https://site.example", lambda: "t" * 43, holder, 0.0),
        seeker=Seeker(world, discovery.candidates, feeds_in.read, holder, 0.0),
        fetcher=Fetcher(world, blobs, robots.parse, manners, holder),
        extractor=Extractor(blobs, text_extractor.extract, "test", nullcontext),
        house=HOUSE,
        broom=Broom(),
        clock=lambda: NOW,
        holder=holder,
    )


def words(ended: Sequence[Outcome]) -> list[str]:
    """Return how runs ended, in words."""
    return [outcome.word.value for outcome in ended]


def through(with_parts: Parts, work: Sequence[Work]) -> list[Outcome]:
    """Run work and all that follows from it, one item at a time; returns every outcome."""
    left = list(work)
    ended: list[Outcome] = []
    while left:
        each = left.pop(0)
        done = run(with_parts, each.step, [each.id], NOW)
        ended += done
        left += [work for work in follows(done) if work not in left]
    return ended


def polled(with_parts: Parts, *feed_ids: int) -> list[Outcome]:
    """Poll feeds and run all that follows."""
    return through(with_parts, [Work(Step.POLL, feed_id) for feed_id in feed_ids])
