"""Work that does not end is ended."""

import signal
import threading

import pytest

from aggregator.adapters.deadline import deadline
from aggregator.core.errors import Unreadable


def _spin() -> None:
    with deadline(0.05):
        while True:
            pass


def test_a_loop_without_end_is_ended():
    with pytest.raises(Unreadable, match=r"did not finish within 0\.05 seconds"):
        _spin()


def test_quick_work_is_not_touched_and_everything_is_as_before():
    before = signal.getsignal(signal.SIGALRM)
    with deadline(5):
        done = True
    assert done
    assert signal.getsignal(signal.SIGALRM) is before


def test_after_an_end_everything_is_as_before_too():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(Unreadable):
        _spin()
    assert signal.getsignal(signal.SIGALRM) is before


def test_work_that_swallows_its_end_is_ended_all_the_same():
    def stubborn() -> None:
        with deadline(0.05):
            try:
                while True:
                    pass
            except Exception:  # noqa: BLE001, S110 - as libraries do
                pass

    with pytest.raises(Unreadable, match="did not finish"):
        stubborn()


def test_a_timer_that_somebody_else_had_set_runs_on():
    before = signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        with deadline(5):
            assert signal.getitimer(signal.ITIMER_REAL)[0] <= 5
        assert 50 < signal.getitimer(signal.ITIMER_REAL)[0] <= 100
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)


def test_an_error_of_the_work_itself_passes_through():
    def fail() -> None:
        with deadline(5):
            raise KeyError

    with pytest.raises(KeyError):
        fail()


@pytest.mark.parametrize("seconds", [0, -1])
def test_no_time_means_no_end(seconds: float):
    before = signal.getsignal(signal.SIGALRM)
    with deadline(seconds):
        assert signal.getsignal(signal.SIGALRM) is before


def test_in_another_thread_the_work_just_runs():
    ended: list[bool] = []

    def work() -> None:
        with deadline(0.01):
            ended.append(sum(range(1000)) > 0)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert ended == [True]
