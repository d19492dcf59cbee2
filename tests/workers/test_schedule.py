"""What beat sends, and how often."""

from aggregator import settings
from aggregator.line import Queue
from workers.schedule import beat_schedule


def test_the_sweep_comes_as_often_as_the_operator_says():
    schedule = beat_schedule(settings.load(beat={"sweep_seconds": 7}))
    assert schedule["sweep"]["schedule"] == 7
    assert schedule["sweep"]["options"]["queue"] == Queue.PUBLISHING


def test_every_queue_has_a_pulse():
    schedule = beat_schedule(settings.load())
    assert {entry["args"][0] for name, entry in schedule.items() if name.startswith("pulse")} == set(Queue)


def test_no_message_outlives_the_next_so_that_a_slow_day_piles_up_nothing():
    for entry in beat_schedule(settings.load()).values():
        assert entry["options"]["expires"] <= entry["schedule"]
