"""init: the files that an operator edits, as shipped."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.console import out, print_json
from aggregator.core.errors import Refused

NAMES = ("aggregator.toml", "sources.toml")


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init")(write_files)


def write_files(
    folder: Annotated[Path, typer.Option(help="Where config/ is made.")] = Path(),
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write config/aggregator.toml and config/sources.toml to begin with."""
    config = folder / "config"
    done: dict[str, str] = {}
    try:
        config.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            file = config / name
            if file.exists() and not force:
                done[str(file)] = "is there and was left alone (--force writes over it)"
                continue
            file.write_text(shipped(name), encoding="utf-8")
            done[str(file)] = "written"
    except OSError as error:
        raise Refused(f"{config} cannot be written: {error.strerror}; choose another --folder") from error
    if as_json:
        print_json(done)
    for name, said in () if as_json else done.items():
        out.print(f"{name} {said}", markup=False, soft_wrap=True)


def shipped(name: str) -> str:
    """Return a configuration file as it comes with the package, or with the repository when run from there."""
    packed = files("aggregator") / "shipped_config" / name
    if packed.is_file():
        return packed.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "config" / name).read_text(encoding="utf-8")
