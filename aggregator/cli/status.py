"""status: how things stand, on one screen."""

import shutil
from datetime import datetime
from typing import Annotated, Any

import typer

from aggregator.cli.console import out, print_facts, print_json, print_table
from aggregator.cli.desk import Desk, desk
from aggregator.core.entry import WAITING, EntryStatus
from aggregator.core.outcome import Step
from aggregator.core.publication import PublicationState
from aggregator.core.takedown import TakedownState
from aggregator.store import articles, entries, feeds, outcomes, publications, pulses, schema, stories, takedowns
from aggregator.store.session import Session


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
    known = feeds.numbers(session)
    failing = known.pop("failing", 0)
    standing = entries.numbers(session)
    ends = {word.value: standing.get(word, 0) for word in EntryStatus if word not in WAITING}
    due = sum(standing.get(word, 0) for word in WAITING)
    return {
        "feeds": {**known, "failing": failing},
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
        "database": here.store.engine.url.render_as_string(hide_password=True),
        "database_bytes": schema.size(here.store),
        "disk_free_bytes": shutil.disk_usage(here.settings.data.folder).free if folder else None,
    }


def _outcomes(session: Session) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (step, word), number in sorted(outcomes.totals(session).items()):
        found.setdefault(step.value, {})[word.value] = number
    return found


def _disk(free: int | None) -> str:
    return "no data folder" if free is None else f"{free / 1024**3:.1f} GiB are free"


def _print(found: dict[str, Any], now: datetime) -> None:
    seen = found["entries"].pop("seen")
    sums = " + ".join(f"{number} {name.replace('_', ' ')}" for name, number in found["entries"].items())
    late = found["lateness_seconds"]
    print_facts(
        {
            "feeds": ", ".join(f"{number} {name}" for name, number in found["feeds"].items()),
            "lateness": f"{late} s" if late else "none",
            "entries": f"{seen} seen = {sums}",
            "articles": ", ".join(f"{number} {name}" for name, number in found["articles"].items()),
            "stories": f"{found['stories']} of at least two texts",
            "published": f"{found['published']} live, {found['withdrawn']} withdrawn",
            "takedowns": f"{found['takedowns']} in force",
            "quarantined": ", ".join(f"{number} {why}" for why, number in found["quarantined"].items()) or "none",
            "refused": ", ".join(f"{number} {why}" for why, number in found["refused"].items()) or "none",
            "workers": ", ".join(
                f"{name} {int((now - at).total_seconds())} s ago" for name, at in found["pulses"].items()
            )
            or "no sign of life",
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
