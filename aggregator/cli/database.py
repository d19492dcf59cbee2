"""db: the schema and whether all is well with it."""

from typing import Annotated

import typer

from aggregator import settings as configuration
from aggregator.adapters.blobs import Blobs
from aggregator.cli.console import out, print_json
from aggregator.cli.desk import desk
from aggregator.core.entry import WAITING
from aggregator.store import entries, pages, schema
from aggregator.store.session import Store

app = typer.Typer(no_args_is_help=True, help="The database.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def upgrade(*, as_json: Json = False) -> None:
    """Bring the schema up to this release (`run` and all others do it by themselves)."""
    settings = configuration.load()
    settings.data.folder.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url)
    before, after = schema.upgrade(store)
    store.close()
    if as_json:
        print_json({"before": before, "after": after})
        return
    out.print(f"schema {after}, as before" if before == after else f"schema {before or 'none'} → {after}", markup=False)


@app.command()
def check(
    *,
    full: Annotated[bool, typer.Option("--full", help="Look for every stored page.")] = False,
    as_json: Json = False,
) -> None:
    """Look for whatever is wrong: schema, file, stored pages, numbers that must add up."""
    with desk() as here:
        found = {"schema": schema.differences(here.store), "file": schema.damage(here.store)}
        with here.store.reading() as session:
            blobs = Blobs(here.settings.blobs_url)
            named = pages.blobs(session, None if full else 1000)
            found["pages"] = [f"{blob} is named but not there" for blob in named if not blobs.exists(blob)]
            standing = entries.numbers(session)
            total = entries.number(session)
    ends = sum(number for status, number in standing.items() if status not in WAITING)
    due = sum(standing.get(status, 0) for status in WAITING)
    found["numbers"] = [] if total == ends + due else [f"{total} entries seen, but {ends} ended and {due} are due"]
    if as_json:
        print_json(found)
    else:
        for name, wrong in found.items():
            out.print(f"{name:<8} {'ok' if not wrong else '; '.join(wrong)}", markup=False)
        out.print(f"{total} entries seen = {ends} ended + {due} still due")
    if any(found.values()):
        raise typer.Exit(1)
