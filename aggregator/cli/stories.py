"""stories: events and the articles that tell of them."""

from typing import Annotated

import typer

from aggregator.cli.console import out, print_json, print_table
from aggregator.cli.desk import desk, number
from aggregator.core.errors import Refused
from aggregator.store import articles, stories

app = typer.Typer(no_args_is_help=True, help="Events, and the articles that tell of them.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_some(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
    at_least: Annotated[int, typer.Option(help="Only stories of so many independent texts.", min=1)] = 2,
    *,
    as_json: Json = False,
) -> None:
    """List the latest stories."""
    with desk() as here, here.store.reading() as session:
        found = stories.newest(session, limit, at_least=at_least)
    if as_json:
        print_json(found)
        return
    rows = [(each.key, each.size, f"{each.last_at:%Y-%m-%d %H:%M}", each.title) for each in found]
    print_table("", ["key", "texts", "latest", "headline"], rows)


@app.command()
def show(
    key: Annotated[str, typer.Argument(help="The story's key, id, or our own page of it.")], *, as_json: Json = False
) -> None:
    """Show how a story was told."""
    with desk() as here, here.store.reading() as session:
        story = stories.by_key(session, key.rstrip("/").rsplit("/", 1)[-1]) or stories.get(session, number(key))
        if story is None:
            raise Refused(f"no story is called {key!r}; see `aggregator stories list`")
        ids = stories.article_ids(session, [story.id]).get(story.id, [])
        found = articles.several(session, ids)
    if as_json:
        print_json({"story": story, "articles": [found[each] for each in ids]})
        return
    out.print(f"{story.title}\n", markup=False, style="bold")
    rows = [(found[each].key, f"{found[each].effective_at:%Y-%m-%d %H:%M}", found[each].title) for each in ids]
    print_table("", ["article", "time", "headline"], rows)
