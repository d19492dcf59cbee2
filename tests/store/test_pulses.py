"""What a pulse tells of the memory of who left it."""

import pytest

from aggregator.store import pulses
from aggregator.store.pulses import Memory

HOST = "host:7 peak_mib=1 limit_mib=2"  # a name that looks like what follows it


@pytest.mark.parametrize(("holder", "peak", "limit"), [("host:7", 262, 1500), ("host:7", 0, 0), (HOST, 262, 1500)])
def test_what_a_pulse_tells_of_memory_is_read_again(holder: str, peak: int, limit: int) -> None:
    told = pulses.told(holder, peak, limit)
    assert told.startswith(holder)
    assert pulses.memory(told) == Memory(peak, limit)


@pytest.mark.parametrize(
    "about",
    ["", "host:7", "host:7 peak_mib=262", "host peak_mib=x limit_mib=y", f"host peak_mib={'9' * 10} limit_mib=1"],
)
def test_a_pulse_that_tells_of_none_is_no_error(about: str) -> None:
    assert pulses.memory(about) is None
