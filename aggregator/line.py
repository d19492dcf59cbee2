"""The line as data: which step follows which, where it runs, and how much of it one worker takes at a time.

    source ─ feed ─poll─> entry ─fetch─> page ─extract─> article ─gather─> story ─publish─> publication

A step returns what follows; who called it carries that on: as a Celery message, or in the next round of `drive`.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aggregator.core.outcome import Outcome, Step, Work
from aggregator.core.readers import Blobs
from aggregator.core.renewal import Renewal
from aggregator.steps.asking import Fetcher
from aggregator.steps.extract import extract
from aggregator.steps.fetch import fetch
from aggregator.steps.gather import gather
from aggregator.steps.poll import Poller, poll
from aggregator.steps.publish import House, publish
from aggregator.steps.reading import Extractor
from aggregator.steps.renew import renew
from aggregator.steps.revise import revise
from aggregator.steps.seek import Seeker, seek
from aggregator.steps.subscribe import Subscriber, subscribe
from aggregator.steps.sweep import Broom, sweep
from aggregator.steps.take_down import finish
from aggregator.store.session import Store


class Queue(StrEnum):
    """Kinds of work that must not wait for each other."""

    NETWORK = "network"  # waits for others
    PROCESSOR = "processor"  # burns time
    PUBLISHING = "publishing"  # must be quick


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a step runs, how many items one message carries, and which steps can follow."""

    step: Step
    queue: Queue
    batch: int
    follows: tuple[Step, ...]


LINE = (
    Stage(Step.POLL, Queue.NETWORK, 100, (Step.FETCH,)),
    Stage(Step.SUBSCRIBE, Queue.NETWORK, 20, ()),
    Stage(Step.SEEK, Queue.NETWORK, 10, ()),
    Stage(Step.FETCH, Queue.NETWORK, 40, (Step.EXTRACT, Step.PUBLISH)),
    Stage(Step.EXTRACT, Queue.PROCESSOR, 16, (Step.GATHER, Step.PUBLISH)),
    Stage(Step.GATHER, Queue.PROCESSOR, 50, (Step.PUBLISH,)),
    Stage(Step.RENEW, Queue.NETWORK, 40, (Step.REVISE, Step.PUBLISH)),
    Stage(Step.REVISE, Queue.PROCESSOR, 16, (Step.PUBLISH,)),
    Stage(Step.PUBLISH, Queue.PUBLISHING, 100, ()),
    Stage(Step.TAKE_DOWN, Queue.PUBLISHING, 1, (Step.FETCH,)),
    Stage(Step.SWEEP, Queue.PUBLISHING, 1, tuple(step for step in Step if step is not Step.SWEEP)),
)
STAGE = {stage.step: stage for stage in LINE}


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the line works with; only the adapters in it differ between a laptop, a cluster and a replay."""

    store: Store
    blobs: Blobs
    poller: Poller
    subscriber: Subscriber
    seeker: Seeker
    fetcher: Fetcher
    extractor: Extractor
    house: House
    broom: Broom
    clock: Callable[[], datetime]
    holder: str
    renewal: Renewal = field(default_factory=Renewal)


RUN: Mapping[Step, Callable[[Parts, Sequence[int], datetime], list[Outcome]]] = {
    Step.POLL: lambda parts, ids, now: poll(parts.store, parts.poller, now, ids),
    Step.SUBSCRIBE: lambda parts, ids, now: subscribe(parts.store, parts.subscriber, now, ids),
    Step.SEEK: lambda parts, ids, now: seek(parts.store, parts.seeker, now, ids),
    Step.FETCH: lambda parts, ids, now: fetch(parts.store, parts.fetcher, now, ids),
    Step.EXTRACT: lambda parts, ids, now: extract(parts.store, parts.extractor, parts.renewal, now, ids),
    Step.GATHER: lambda parts, ids, now: gather(parts.store, parts.blobs, now, ids),
    Step.RENEW: lambda parts, ids, now: renew(parts.store, parts.fetcher, parts.renewal, now, ids),
    Step.REVISE: lambda parts, ids, now: revise(parts.store, parts.extractor, now, ids),
    Step.PUBLISH: lambda parts, ids, now: publish(parts.store, parts.house, now, ids),
    Step.TAKE_DOWN: lambda parts, ids, now: [finish(parts.store, parts.blobs, now, number) for number in ids],
    Step.SWEEP: lambda parts, _, now: [sweep(parts.store, parts.broom, now)],
}


def run(parts: Parts, step: Step, ids: Sequence[int], now: datetime) -> list[Outcome]:
    """Run one step on items; each ends in one outcome, which says what can follow."""
    return RUN[step](parts, ids, now)


def follows(outcomes: Iterable[Outcome]) -> list[Work]:
    """Return all that can be done next, each thing once."""
    return list(dict.fromkeys(work for outcome in outcomes for work in outcome.follows))


def batches(work: Iterable[Work], smallest: int = 0) -> Iterator[tuple[Step, list[int]]]:
    """Return work in batches of one step each; what is to be asked of one host stays in one batch as far as it goes in.

    Hosts come in the order in which the work names them first, and so do their items: whoever has waited longest.
    `smallest` lowers the size of a batch where there is too little work to keep every process busy.
    """
    for step, same in itertools.groupby(_ordered(work), key=lambda each: each.step):
        most = STAGE[step].batch
        enough = min(most, smallest) if smallest else most
        together = most if STAGE[step].queue is Queue.NETWORK else enough
        batch: list[int] = []
        for _, hosted in itertools.groupby(same, key=_host):
            for part in _parts(hosted, together):
                if batch and len(batch) + len(part) > enough:
                    yield step, batch
                    batch = []
                batch += [each.id for each in part]
        if batch:
            yield step, batch


def _host(work: Work) -> str:
    return work.host if STAGE[work.step].queue is Queue.NETWORK else ""


def _ordered(work: Iterable[Work]) -> list[Work]:
    turns: dict[tuple[Step, str], int] = {}
    for each in (found := list(work)):
        turns.setdefault((each.step, _host(each)), len(turns))
    return sorted(found, key=lambda each: (each.step.value, turns[each.step, _host(each)]))


def _parts(found: Iterable[Work], size: int) -> Iterator[tuple[Work, ...]]:
    left = iter(found)
    while part := tuple(itertools.islice(left, size)):
        yield part
