"""robots.txt of hosts that are held: asked anew where it is stale, kept, and read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.core.host import Host, robots_stale, visits
from aggregator.core.page import MAX_ROBOTS_BYTES, Answer, Request, Web
from aggregator.core.readers import RobotsReader, RobotsRules
from aggregator.store import asked, hosts
from aggregator.store.asked import Asked
from aggregator.store.session import Store

SHORT_PAUSE = 1.0  # seconds at most between robots.txt and what it is asked for


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of hosts by name, and when those that were just asked for them may be asked again."""

    of: Mapping[str, RobotsRules]
    pauses: Mapping[str, datetime]


def rules(
    store: Store,
    web: Web,
    read: RobotsReader,
    now: datetime,
    held: Mapping[str, Host],
    schemes: Mapping[str, str],
    delay: float,
) -> Rules:
    """Return the rules of hosts that this worker holds; `schemes` has those of which something is wanted."""
    known = {name: (host.robots, host.robots_status) for name, host in held.items()}
    stale = {name: host for name, host in held.items() if name in schemes and robots_stale(host, now)}
    names = dict(enumerate(stale))
    wanted = {
        name: [Request(f"{schemes[name]}://{name}/robots.txt", tag=tag, max_bytes=MAX_ROBOTS_BYTES, cut=True)]
        for tag, name in names.items()
    }
    pauses, told, counted = {}, [], []
    for request, answer in web.visit(visits(wanted, stale, {})):
        name = names[request.tag]
        had = isinstance(answer, Answer)
        known[name] = (answer.body, answer.status) if isinstance(answer, Answer) else (b"", 0)
        at = answer.at if isinstance(answer, Answer) else now
        pauses[name] = at + timedelta(seconds=min(delay, SHORT_PAUSE))
        told.append((name, *known[name], at))
        counted.append(Asked(name, "robots", unchanged=False, failed=not had, size=len(known[name][0])))
    if told:
        with store.writing() as session:
            hosts.save_robots(session, told)
            asked.add(session, counted, now)
    return Rules({name: read(body, status) for name, (body, status) in known.items()}, pauses)
