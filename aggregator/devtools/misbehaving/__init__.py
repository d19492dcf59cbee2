"""A feed server that misbehaves on purpose, over real sockets, so that readers of feeds can be tested against it.

By hand: `python -m aggregator.devtools.misbehaving`. In a test:

    with serving() as server:
        read(server.url("lying-304"))
        assert server.asked("lying-304")[0].headers["user-agent"]
"""

from aggregator.devtools.misbehaving.behaviour import Behaviour
from aggregator.devtools.misbehaving.families import BEHAVIOURS
from aggregator.devtools.misbehaving.request import Request
from aggregator.devtools.misbehaving.server import Server, serving

__all__ = ["BEHAVIOURS", "Behaviour", "Request", "Server", "serving"]
