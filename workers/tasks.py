"""One thin task for each step: it runs the step and, after the step's commit, sends what follows."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from celery import Task, shared_task
from celery.utils.log import get_task_logger

from aggregator.adapters.process import peak_memory
from aggregator.core.errors import AggregatorError
from aggregator.core.outcome import Step, Work
from aggregator.line import STAGE, batches, follows, run
from aggregator.store import pulses
from workers.app import parts, settings

log = get_task_logger(__name__)


@shared_task(time_limit=settings.workers.network_hard_seconds, soft_time_limit=settings.workers.network_soft_seconds)
def poll(ids: list[int]) -> None:
    """Ask feeds."""
    carry_on(Step.POLL, ids)


@shared_task(time_limit=settings.workers.network_hard_seconds, soft_time_limit=settings.workers.network_soft_seconds)
def subscribe(ids: list[int]) -> None:
    """Ask hubs."""
    carry_on(Step.SUBSCRIBE, ids)


@shared_task(time_limit=settings.workers.network_hard_seconds, soft_time_limit=settings.workers.network_soft_seconds)
def seek(ids: list[int]) -> None:
    """Look for what has taken the place of dead feeds."""
    carry_on(Step.SEEK, ids)


@shared_task(time_limit=settings.workers.network_hard_seconds, soft_time_limit=settings.workers.network_soft_seconds)
def fetch(ids: list[int]) -> None:
    """Get pages."""
    carry_on(Step.FETCH, ids)


@shared_task
def extract(ids: list[int]) -> None:
    """Read pages."""
    carry_on(Step.EXTRACT, ids)


@shared_task
def gather(ids: list[int]) -> None:
    """Join copies and stories."""
    carry_on(Step.GATHER, ids)


@shared_task(time_limit=settings.workers.network_hard_seconds, soft_time_limit=settings.workers.network_soft_seconds)
def renew(ids: list[int]) -> None:
    """Look at pages again."""
    carry_on(Step.RENEW, ids)


@shared_task
def revise(ids: list[int]) -> None:
    """Read articles anew."""
    carry_on(Step.REVISE, ids)


@shared_task
def publish(ids: list[int]) -> None:
    """Put articles on the site."""
    carry_on(Step.PUBLISH, ids)


@shared_task
def take_down(ids: list[int]) -> None:
    """Finish takedowns that were cut short."""
    carry_on(Step.TAKE_DOWN, ids)


@shared_task
def sweep() -> None:
    """Find what is due."""
    carry_on(Step.SWEEP, [])


@shared_task
def pulse(queue: str) -> None:
    """Leave a sign of life for a queue."""
    mine = parts()
    about = pulses.told(mine.holder, peak_memory(), settings.workers.memory_limit_mb)
    with mine.store.writing() as session:
        pulses.beat(session, queue, mine.clock(), about)


TASK: dict[Step, "Task[[list[int]], None]"] = {
    Step.POLL: poll,
    Step.SUBSCRIBE: subscribe,
    Step.SEEK: seek,
    Step.FETCH: fetch,
    Step.EXTRACT: extract,
    Step.GATHER: gather,
    Step.RENEW: renew,
    Step.REVISE: revise,
    Step.PUBLISH: publish,
    Step.TAKE_DOWN: take_down,
}


def carry_on(step: Step, ids: list[int]) -> None:
    """Run a step and send what follows; what cannot be done now is left to the sweep, and said."""
    try:
        with _within_memory(f"{step}, a batch of {len(ids)},"):
            mine = parts()
            outcomes = run(mine, step, ids, mine.clock())
    except AggregatorError as error:
        log.warning("%s of %d items put off: %s", step, len(ids), error.reason)
        return
    send(follows(outcomes))


@contextmanager
def _within_memory(about: str) -> Iterator[None]:
    """Let what needs too much memory fail as a task does; by a MemoryError, Celery would end the worker as a whole."""
    try:
        yield
    except MemoryError as error:
        limit = settings.workers.memory_limit_mb
        bound = f"the {limit} MiB of workers.memory_limit_mb" if limit else "there is"
        raise RuntimeError(
            f"{about} needs more memory than {bound}; it is tried again when its lease has run out. "
            "If it comes again, let a process have more"
        ) from error


def send(work: Iterable[Work]) -> None:
    """Send work in batches; a message that is not taken in time is dropped, since the sweep sends it again."""
    expires = max(settings.beat.sweep_seconds * 4, 60)
    for step, ids in batches(work):
        TASK[step].apply_async((ids,), queue=STAGE[step].queue.value, expires=expires)
