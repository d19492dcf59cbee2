"""takedown: withdraw an article and its copies everywhere, and keep them from coming back."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from aggregator.adapters.blobs import Blobs
from aggregator.cli.console import confirm, out, print_facts, print_json, print_table
from aggregator.cli.desk import Desk, desk, url_keys
from aggregator.core.errors import Refused
from aggregator.core.takedown import Takedown, TakedownState, ruling_on_url
from aggregator.steps import take_down as step
from aggregator.steps.take_down import Plan
from aggregator.store import takedowns

app = typer.Typer(no_args_is_help=True, help="Withdraw articles everywhere, for good.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Number = Annotated[int, typer.Argument(help="The takedown's number.")]


@app.command()
def article(
    target: Annotated[str, typer.Argument(help="An id, a key, or any address of the article.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the takedown.")] = "",
    requester: Annotated[str, typer.Option(help="Who asked for it.")] = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Take down one article with all its copies: unpublish, empty, block."""
    if as_json and not (yes or dry_run):
        raise Refused("--json asks no questions: give --yes to take it down, or --dry-run to see what that would reach")
    if not reason.strip() and not dry_run:
        raise Refused("a takedown needs a reason, which is kept with it: give --reason TEXT")
    with desk() as here:
        planned = step.plan(here.store, target)
        if not planned.articles and not url_keys(target):
            raise Refused(f"no article is known as {target!r}, and it is no address; see `aggregator articles list`")
        if not as_json:
            _print(planned)
        if dry_run:
            if as_json:
                print_json({"dry_run": True, **asdict(planned)})
            return
        confirm("Take this down everywhere?", yes=yes)
        number, reached = step.take_down(
            here.store, Blobs(here.settings.blobs_url), here.now, target, reason, requester
        )
    if as_json:
        print_json({"takedown": number, **asdict(reached)})
    else:
        out.print(f"takedown {number} is in force; `aggregator takedown show {number}` tells what was done")


def _print(planned: Plan) -> None:
    if not planned.articles:
        out.print("No article that we hold; the address will be blocked all the same.")
        return
    for key, title in zip(planned.articles, planned.titles, strict=True):
        out.print(f"article {key}  {title}", markup=False)
    print_facts(
        {
            "outlets": ", ".join(planned.outlets) or "–",
            "entries": planned.entries,
            "pages kept": planned.pages,
            "published": planned.live,
        }
    )
    for url in planned.urls:
        out.print(f"  {url}", markup=False)


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """List all takedowns, newest first."""
    with desk() as here, here.store.reading() as session:
        found = takedowns.every(session)
    if as_json:
        print_json(found)
        return
    rows = [(each.id, each.state, f"{each.at:%Y-%m-%d %H:%M}", each.target, each.reason) for each in found]
    print_table("", ["number", "state", "at", "target", "reason"], rows)


@app.command()
def show(number: Number, *, as_json: Json = False) -> None:
    """Show one takedown with its evidence."""
    with desk() as here, here.store.reading() as session:
        found = takedowns.get(session, number)
    if found is None:
        raise Refused(f"there is no takedown {number}; see `aggregator takedown list`")
    facts = {**asdict(found), "evidence": json.loads(found.evidence or "{}")}
    print_json(facts) if as_json else print_facts(facts)


@app.command()
def lift(
    number: Number,
    why: Annotated[str, typer.Option(help="Why; kept with the takedown.")] = "",
    *,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Let a takedown no longer hold; what it removed is fetched anew."""
    if as_json and not yes:
        raise Refused("--json asks no questions: give --yes to lift the takedown")
    with desk() as here:
        found = _held(here, number)
        if not why.strip():
            raise Refused("lifting a takedown needs a reason, which is kept with it: give --why TEXT")
        if not as_json:
            out.print(f"takedown {number} of {found.target} ({found.reason})", markup=False)
        confirm(f"Lift takedown {number}?", yes=yes)
        ended = step.lift(here.store, here.now, number, why)
    if as_json:
        print_json({"takedown": number, "state": "lifted", "fetched_anew": [work.id for work in ended.follows]})
    else:
        out.print(
            f"takedown {number} is lifted; {len(ended.follows)} pages are fetched again, and what they hold comes back"
        )


def _held(here: Desk, number: int) -> Takedown:
    with here.store.reading() as session:
        found = takedowns.get(session, number)
    if found is None or found.state is not TakedownState.ACTIVE:
        raise Refused(f"takedown {number} does not exist or does not hold any more; see `aggregator takedown list`")
    return found


@app.command()
def check(url: Annotated[str, typer.Argument(help="An address.")], *, as_json: Json = False) -> None:
    """Say whether an address is blocked, and by what."""
    keys = url_keys(url)
    if not keys:
        raise Refused(f"{url!r} is no address")
    with desk() as here, here.store.reading() as session:
        ruling = ruling_on_url(takedowns.of_urls(session, keys), keys)
    if as_json:
        print_json({"url": url, "blocked": ruling is not None, "rule": ruling.rule if ruling else ""})
    else:
        out.print(ruling.rule if ruling else "not blocked", markup=False)
