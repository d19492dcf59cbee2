"""The command itself: its sub-commands by noun, and what becomes of errors."""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from aggregator import __version__
from aggregator.cli.console import err
from aggregator.core.errors import AggregatorError

COMMANDS = {  # name: its module in this folder, and what the list of commands says of it
    "run": ("run", "Start everything: broker, workers, beat and web. One Ctrl-C ends it all."),
    "demo": ("run", "Start everything against a small invented newsroom on this machine; no network is needed."),
    "worker": ("run", "Run one worker of a cluster (needs AGGREGATOR_REDIS_URL)."),
    "beat": (
        "run",
        "Run the clock of a cluster: it sends the sweep that finds what is due (two of them do no harm).",
    ),
    "web": ("run", "Run the web application alone."),
    "poll": ("run", "Ask feeds now, whenever they are due, in this terminal."),
    "replay": ("replay", "Run the whole line on a web archive, with no network, until nothing is left to do."),
    "reprocess": (
        "reprocess",
        "Read stored pages by today's rules, show what would change, and change it when told to.",
    ),
    "status": ("status", "Show how things stand."),
    "doctor": (
        "doctor",
        "Check settings, database, broker, disk, clock, network and versions; say the cure of what is wrong.",
    ),
    "init": ("init", "Write config/aggregator.toml and config/sources.toml to begin with."),
    "sources": ("sources", "Outlets and their feeds."),
    "articles": ("articles", "What was read, and why it is as it is."),
    "stories": ("stories", "Events, and the articles that tell of them."),
    "takedown": ("takedown", "Withdraw articles everywhere, for good."),
    "export": ("export", "What we hold, for other programs."),
    "db": ("database", "The database."),
}


class Later(TyperGroup):
    """The commands, each loaded when it is called: a list of them needs no database and no reader of pages."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - as in its base
        """Know every command by its name and its line in the list."""
        super().__init__(**given)
        self.listing = False
        for name, (_, told) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=told))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - typer keeps these types to itself
        """Return the command of that name, loaded unless it is only to be listed; None when there is none."""
        return self.commands.get(cmd_name) if self.listing or cmd_name not in COMMANDS else loaded(cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - the same
        """Write the help, in which the commands are listed."""
        self.listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self.listing = False


def loaded(name: str) -> Any:  # noqa: ANN401 - the same
    """Return one of COMMANDS, its module imported."""
    module = import_module(f"aggregator.cli.{COMMANDS[name][0]}")
    part = typer.Typer()
    if hasattr(module, "add_to"):
        module.add_to(part)
    else:
        part.add_typer(module.app, name=name)
    return get_group(part).commands[name]


app = typer.Typer(
    cls=Later,
    help="News aggregator: feeds in, an attributed and deduplicated site and feeds out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(*, version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command; an error of ours is one clear sentence and exit code 1."""
    try:
        app()
    except AggregatorError as error:
        err.print(f"aggregator: {error.reason}", markup=False, style="red", soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
