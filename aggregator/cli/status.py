"""status: how things stand, on one screen."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from aggregator.cli import extraction_facts, memory_facts
from aggregator.cli.console import out, print_facts, print_json, print_table, spoken
from aggregator.cli.desk import Desk, desk
from aggregator.core.entry import WAITING, EntryStatus
from aggregator.core.outcome import Step
from aggregator.core.publication import PublicationState
from aggregator.core.takedown import TakedownState
from aggregator.core.words import within
from aggregator.store import (
    alarms,
    articles,
    entries,
    feed_health,
    feeds,
    limits,
    outcomes,
    publications,
    pulses,
    schema,
    stories,
    takedowns,
)
from aggregator.store.feed_health import Lateness
from aggregator.store.session import Session

MOST_LIMITS = 100  # in JSON
MOST_ALARMS = 100  # the same
SHOWN_LIMITS = 3


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(status)


def status(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show how things stand."""
    with desk() as here, here.store.reading() as session:
        found = _found(here, session)
    print_json(found) if as_json else _print(found, here.now)


def _found(here: Desk, session: Session) -> dict[str, Any]:
    folder = here.settings.data.folder.is_dir()
    health = feed_health.health(session, here.now)
    held = limits.standing(session, here.now)
    open_alarms = alarms.every_open(session)
    standing = entries.numbers(session)
    ends = {word.value: standing.get(word, 0) for word in EntryStatus if word not in WAITING}
    due = sum(standing.get(word, 0) for word in WAITING)
    return {
        "feeds": {**health.states, "failing": health.failing},
        "troubles": health.troubles,
        "quiet": health.quiet,
        "late_seconds": health.lateness,
        "limits": [{"url": each.url, "until": each.until, "reason": each.reason} for each in held[:MOST_LIMITS]],
        "limits_number": len(held),
        "alarms": [extraction_facts.as_json(each) for each in open_alarms[:MOST_ALARMS]],
        "alarms_number": len(open_alarms),
        "subscriptions": health.subscriptions,
        "lateness_seconds": int(feeds.lateness(session, here.now).total_seconds()),
        "entries": {"seen": entries.number(session), **ends, "still_due": due},
        "articles": articles.numbers(session),
        "stories": stories.number(session),
        "published": publications.number(session),
        "withdrawn": publications.numbers(session).get(PublicationState.WITHDRAWN, 0),
        "takedowns": sum(each.state is TakedownState.ACTIVE for each in takedowns.every(session)),
        "quarantined": dict(entries.reasons(session, EntryStatus.QUARANTINED, 5)),
        "refused": dict(entries.reasons(session, EntryStatus.REFUSED, 5)),
        "outcomes": _outcomes(session),
        "pulses": {name: at for name, (at, _) in pulses.every(session).items()},
        "memory": _memory(session),
        "database": here.store.engine.url.render_as_string(hide_password=True),
        "database_bytes": schema.size(here.store),
        "disk_free_bytes": shutil.disk_usage(here.settings.data.folder).free if folder else None,
    }


def _outcomes(session: Session) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (step, word), number in sorted(outcomes.totals(session).items()):
        found.setdefault(step.value, {})[word.value] = number
    return found


def _memory(session: Session) -> dict[str, dict[str, int]]:
    """Return the memory that the last pulse of each queue told of, in MiB, of those that did."""
    told = {name: pulses.memory(about) for name, (_, about) in pulses.every(session).items()}
    return {name: {"peak_mib": each.peak, "limit_mib": each.limit} for name, each in told.items() if each}


def _workers(seen: Mapping[str, datetime], memory: Mapping[str, Mapping[str, int]], now: datetime) -> str:
    """Return when each worker was heard of last, and the most memory that it has had."""
    told = {name: f"{name} {int((now - at).total_seconds())} s ago" for name, at in seen.items()}
    for name, each in memory.items():
        told[name] += f" (peak {memory_facts.words(each['peak_mib'], each['limit_mib'])})"
    return ", ".join(told.values()) or "no sign of life"


def _disk(free: int | None) -> str:
    return "no data folder" if free is None else f"{free / 1024**3:.1f} GiB are free"


def _list(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items()) or "none"


def _late(polls: Lateness, waiting: int) -> str:
    """Return how late the polls of a day were, and how long the feed has waited that is due the longest."""
    now = f"one is due since {spoken(timedelta(seconds=waiting))}" if waiting else "none is overdue"
    if not polls.polls:
        return f"no poll within a day; {now}"
    half, most, all_of_them = (spoken(timedelta(seconds=each)) for each in (polls.p50, polls.p99, polls.longest))
    return f"half within {half}, 99 % within {most}, all within {all_of_them}; {now}"


def _limits(shown: Sequence[Mapping[str, Any]], number: int) -> str:
    """Return the limits that hold, each with the time of its release."""
    told = [f"{within(each['url'], 60)} until {each['until']:%m-%d %H:%M}" for each in shown[:SHOWN_LIMITS]]
    more = f", and {number - len(told)} more" if number > len(told) else ""
    return f"{', '.join(told)}{more}" if told else "none"


def _print(found: dict[str, Any], now: datetime) -> None:
    seen = found["entries"].pop("seen")
    sums = " + ".join(f"{number} {name.replace('_', ' ')}" for name, number in found["entries"].items())
    late = found["lateness_seconds"]
    print_facts(
        {
            "feeds": ", ".join(f"{number} {name}" for name, number in found["feeds"].items()),
            "troubles": _list(found["troubles"]),
            "quiet": f"{found['quiet']} answer, but have told nothing new for long",
            "lateness": _late(found["late_seconds"], late),
            "limits": _limits(found["limits"], found["limits_number"]),
            "alarms": extraction_facts.summary(found["alarms"], found["alarms_number"]),
            "hubs": _list(found["subscriptions"]),
            "entries": f"{seen} seen = {sums}",
            "articles": ", ".join(f"{number} {name}" for name, number in found["articles"].items()),
            "stories": f"{found['stories']} of at least two texts",
            "published": f"{found['published']} live, {found['withdrawn']} withdrawn",
            "takedowns": f"{found['takedowns']} in force",
            "quarantined": ", ".join(f"{number} {why}" for why, number in found["quarantined"].items()) or "none",
            "refused": ", ".join(f"{number} {why}" for why, number in found["refused"].items()) or "none",
            "workers": _workers(found["pulses"], found["memory"], now),
            "database": f"{found['database']}, {found['database_bytes'] / 1024**2:.1f} MiB",
            "disk": _disk(found["disk_free_bytes"]),
        }
    )
    rows = [
        (step.value, ", ".join(f"{word} {number}" for word, number in found["outcomes"][step.value].items()))
        for step in Step
        if step.value in found["outcomes"]
    ]
    out.print()
    print_table("", ["step", "ended as"], rows)
