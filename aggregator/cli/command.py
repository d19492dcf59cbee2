"""The command itself: its sub-commands by noun, and what becomes of errors."""

import sys
from typing import Annotated

import typer

from aggregator import __version__
from aggregator.cli import articles, database, doctor, export, init, replay, run, sources, status, stories, takedown
from aggregator.cli.console import err
from aggregator.core.errors import AggregatorError

app = typer.Typer(
    help="News aggregator: feeds in, an attributed and deduplicated site and feeds out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(sources.app, name="sources")
app.add_typer(articles.app, name="articles")
app.add_typer(stories.app, name="stories")
app.add_typer(takedown.app, name="takedown")
app.add_typer(export.app, name="export")
app.add_typer(database.app, name="db")
for module in (run, replay, status, doctor, init):
    module.add_to(app)


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
