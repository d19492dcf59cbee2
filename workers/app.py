"""The Celery application: queues by kind of work, late acknowledgement, limits in time and memory."""

from celery import Celery
from celery.signals import task_postrun, worker_init, worker_process_init, worker_process_shutdown
from kombu import Exchange
from kombu import Queue as Channel

from aggregator import settings as configuration
from aggregator import wiring
from aggregator.adapters.process import bound_memory, die_with_parent
from aggregator.core.errors import AggregatorError
from aggregator.line import Parts, Queue
from aggregator.settings import Settings
from workers.schedule import beat_schedule

settings: Settings = configuration.load()
_parts: Parts | None = None


def _broker(found: Settings) -> str:
    if not found.redis.url:
        raise AggregatorError(
            "workers need a broker: set AGGREGATOR_REDIS_URL, or start everything at once with `aggregator run`"
        )
    return found.redis.url


app = Celery("aggregator", broker=_broker(settings), include=["workers.tasks"])
app.conf.update(
    beat_schedule=beat_schedule(settings),
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3600,
        "socket_timeout": 30,
        "socket_connect_timeout": 10,
        "health_check_interval": 25,
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_acks_on_failure_or_timeout=True,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_serializer="json",
    accept_content=["json"],
    task_queues=[Channel(queue.value, Exchange(queue.value), routing_key=queue.value) for queue in Queue],
    task_default_exchange=Queue.PUBLISHING.value,
    task_default_routing_key=Queue.PUBLISHING.value,
    task_default_queue=Queue.PUBLISHING.value,
    task_soft_time_limit=settings.workers.soft_seconds,
    task_time_limit=settings.workers.hard_seconds,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=settings.workers.tasks_per_child,
    worker_max_memory_per_child=settings.workers.memory_per_child_mb * 1024,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    timezone="UTC",
)


def parts() -> Parts:
    """Return this process's parts of the line, made when they are first needed."""
    global _parts  # noqa: PLW0603 - one set for each process
    if _parts is None:
        record = settings.data.record
        _parts = wiring.build(settings, record=record)
    return _parts


@worker_init.connect
def _warm(**_: object) -> None:
    """Load what is slow before the children are forked, so that they share it."""
    die_with_parent()
    try:
        wiring.warm_up()
    except AggregatorError as error:  # a signal's errors are only logged: without its models a worker is no use
        raise SystemExit(error.reason) from error


@worker_process_init.connect
def _start(**_: object) -> None:
    global _parts  # noqa: PLW0603 - what was made before the fork is not ours
    _parts = None
    die_with_parent()
    if settings.workers.memory_limit_mb:
        bound_memory(settings.workers.memory_limit_mb)


@worker_process_shutdown.connect
def _stop(**_: object) -> None:
    if _parts is not None:
        _parts.store.close()


@task_postrun.connect
def _progress(**_: object) -> None:
    """Leave a sign for the supervisor: this worker gets on with its work."""
    name = settings.data.progress
    if name is not None:
        name.touch()
