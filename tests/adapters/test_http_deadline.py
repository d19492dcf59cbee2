"""One timer for many requests: each of them has its own time."""

import asyncio

from aggregator.adapters.http_deadline import Deadline


async def _request(deadline: Deadline, ends: asyncio.Event) -> str:
    deadline.begin()
    try:
        await ends.wait()
    except asyncio.CancelledError:
        if not deadline.struck():
            raise
        return "too slow"
    finally:
        deadline.end()
    return "answered"


def test_a_request_that_takes_too_long_is_cancelled_and_the_next_one_has_time_anew() -> None:
    async def talk() -> list[str]:
        deadline, never = Deadline(0.02), asyncio.Event()
        found = [await _request(deadline, never)]
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0, "its cancellation is over"
        soon = asyncio.Event()
        soon.set()
        found += [await _request(deadline, soon), await _request(deadline, never)]
        deadline.close()
        return found

    assert asyncio.run(asyncio.wait_for(talk(), 10)) == ["too slow", "answered", "too slow"]


def test_between_requests_nothing_is_cancelled() -> None:
    async def talk() -> str:
        deadline, soon = Deadline(0.01), asyncio.Event()
        soon.set()
        await _request(deadline, soon)
        await asyncio.sleep(0.05)
        found = await _request(deadline, soon)
        deadline.close()
        return found

    assert asyncio.run(talk()) == "answered"


def test_whoever_else_cancels_a_request_ends_the_whole_talk() -> None:
    async def talk() -> str:
        deadline = Deadline(60)
        try:
            return await _request(deadline, asyncio.Event())
        finally:
            deadline.close()

    async def both() -> bool:
        task = asyncio.create_task(talk())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        return task.cancelled()

    assert asyncio.run(both())
