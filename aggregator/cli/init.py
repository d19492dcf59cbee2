"""init: the files that an operator edits, as shipped."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.console import out
from aggregator.core.errors import Refused

NAMES = ("aggregator.toml", "sources.toml")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init")(write_files)


def write_files(
    folder: Annotated[Path, typer.Option(help="Where config/ is made.")] = Path(),
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
) -> None:
    """Write config/aggregator.toml and config/sources.toml to begin with."""
    config = folder / "config"
    try:
        config.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            file = config / name
            if file.exists() and not force:
                out.print(f"{file} is there and was left alone (--force writes over it)", markup=False)
                continue
            file.write_text(shipped(name), encoding="utf-8")
            out.print(f"{file} written", markup=False)
    except OSError as error:
        raise Refused(f"{config} cannot be written: {error.strerror}") from error


def shipped(name: str) -> str:
    """Return a configuration file as it comes with the package, or with the repository when run from there."""
    packed = files("aggregator") / "shipped_config" / name
    if packed.is_file():
        return packed.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "config" / name).read_text(encoding="utf-8")
