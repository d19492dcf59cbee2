"""How the command speaks: tables that fit 80 columns, JSON when asked, errors with their next step."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, Self

import typer
from rich.console import Console
from rich.live import Live
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """Return foreign words without what a terminal would take for a command."""
    return _CONTROL.sub("�", text)


class _Harmless(Console):
    """A console that lets no control characters of foreign words through to the terminal."""

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - as in its base
        """Print; texts are made harmless first."""
        super().print(*[harmless(each) if isinstance(each, str) else each for each in objects], **options)


out = _Harmless(highlight=False, soft_wrap=False)
err = _Harmless(stderr=True, highlight=False)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    msg = f"cannot be written as JSON: {type(value).__name__}"
    raise TypeError(msg)


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """Print one JSON document: moments as ISO 8601, lengths of time in seconds, sets as sorted lists."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; long cells are folded, so that it fits the terminal."""
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*[Text("" if cell is None else harmless(str(cell))) for cell in row])
    out.print(table)


def spoken(length: timedelta) -> str:
    """Return a length of time in words, to the two largest units: 45 s, 12 min, 1 h 30 min, 7 d."""
    seconds = int(length.total_seconds())
    parts = ((seconds // 86_400, "d"), (seconds % 86_400 // 3_600, "h"), (seconds % 3_600 // 60, "min"))
    told = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(told[:2]) if told else f"{seconds} s"


def print_facts(facts: Mapping[str, object]) -> None:
    """Print names and values, one pair a line."""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        out.print(f"{name:<{width}}  {value}", markup=False)


def fail(reason: str, code: int = 1) -> NoReturn:
    """Say what went wrong and end with `code`."""
    err.print(f"aggregator: {reason}", markup=False, style="red", soft_wrap=True)
    raise typer.Exit(code)


class Moving:
    """What moves on a terminal while work goes on, and leaves it as it was; nothing elsewhere."""

    def __init__(self, live: Live | Progress | None) -> None:
        """Take what is shown; None where there is no terminal to show it on."""
        self._shown = live

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._shown:
            self._shown.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        if self._shown:
            self._shown.stop()


def previewed(said: str, reach: Mapping[str, Any], *, dry_run: bool, as_json: bool) -> bool:
    """Show what a command would reach, as a sentence or as JSON; whether that is all that was asked for."""
    if not as_json:
        out.print(said, markup=False)
    elif dry_run:
        print_json({"dry_run": True, **reach})
    return dry_run


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is destroyed; without a terminal, only --yes will do."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail(f"{question} There is no terminal to answer at: give --yes to go ahead.", 2)
    typer.confirm(question, abort=True)
