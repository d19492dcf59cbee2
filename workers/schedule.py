"""What beat sends, and how often: the sweep that finds all other work, and a pulse for each queue."""

from typing import Any

from aggregator.line import Queue
from aggregator.settings import Settings

PULSE_SECONDS = 20.0


def beat_schedule(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return Celery's beat schedule; each message expires before the next, so that none of them pile up."""
    every = settings.beat.sweep_seconds
    pulses = {
        f"pulse-{queue.value}": {
            "task": "workers.tasks.pulse",
            "schedule": PULSE_SECONDS,
            "args": (queue.value,),
            "options": {"queue": queue.value, "expires": PULSE_SECONDS},
        }
        for queue in Queue
    }
    sweep = {
        "task": "workers.tasks.sweep",
        "schedule": every,
        "options": {"queue": Queue.PUBLISHING.value, "expires": max(every, 1.0)},
    }
    return {"sweep": sweep, **pulses}
