"""sources: outlets and their feeds, in and out."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aggregator import wiring
from aggregator.adapters import feed_reader, opml, sources_file
from aggregator.cli.console import confirm, out, print_facts, print_json, print_table
from aggregator.cli.desk import desk
from aggregator.core.errors import AggregatorError, Refused
from aggregator.core.feed import FeedState
from aggregator.core.host import Host, visits
from aggregator.core.page import MAX_FEED_BYTES, Request
from aggregator.core.source import Source, SourceSpec, slug
from aggregator.core.url import host, normal
from aggregator.steps.enrol import Enrolled, enrol
from aggregator.store import entries, feeds, sources
from aggregator.store.session import Session

app = typer.Typer(no_args_is_help=True, help="Outlets and their feeds.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Slug = Annotated[str, typer.Argument(help="The source's slug, as in `sources list`.")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="The address of a feed.")],
    name: Annotated[str, typer.Option(help="The outlet's name; its host when left out.")] = "",
    site: Annotated[str, typer.Option(help="The outlet's front page.")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Add one feed."""
    address = normal(url)
    titled = name or host(address)
    spec = SourceSpec(titled, slug(titled), site or f"https://{host(address)}/", feeds=(address,))
    _enrol([spec], as_json=as_json)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="OPML, or TOML as in config/sources.toml.", exists=True)],
    *,
    as_json: Json = False,
) -> None:
    """Add all feeds of a list; those that are known keep their standing."""
    specs = sources_file.read(file) if file.suffix == ".toml" else opml.read(file.read_bytes())
    _enrol(list(specs), as_json=as_json)


def _enrol(specs: list[SourceSpec], *, as_json: bool) -> None:
    with desk() as here:
        done = enrol(here.store, specs, here.now)
    _tell(done, as_json=as_json)


def _tell(done: Enrolled, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    out.print(f"{done.new} new feeds, {done.known} known ones, {len(done.refused)} refused")
    for url, reason in done.refused:
        out.print(f"refused {url}: {reason}", markup=False)


@app.command("export")
def export_list(form: Annotated[str, typer.Option("--format", help="opml.")] = "opml") -> None:
    """Write all sources as OPML 2.0 to the standard output."""
    if form != "opml":
        raise Refused(f"--format {form!r} is unknown; there is opml")
    with desk() as here, here.store.reading() as session:
        listed = [
            (source, [feed.url for feed in feeds.of_source(session, source.id)]) for source in sources.every(session)
        ]
        sys.stdout.buffer.write(opml.write(here.settings.site.title, listed))


@app.command("list")
def list_all(*, as_json: Json = False) -> None:
    """List all sources."""
    with desk() as here, here.store.reading() as session:
        listed = [(source, feeds.of_source(session, source.id)) for source in sources.every(session)]
    if as_json:
        print_json([{**asdict(source), "feeds": [feed.url for feed in found]} for source, found in listed])
        return
    rows = [
        (source.slug, source.state, source.show, source.licence or "–", sum(feed.failures > 0 for feed in found))
        for source, found in listed
    ]
    print_table(f"{len(rows)} sources", ["slug", "state", "shown", "licence", "failing"], rows)


def _named(session: Session, name: str) -> Source:
    source = sources.by_slug(session, name)
    if source is None:
        raise Refused(f"no source is called {name!r}; see `aggregator sources list`")
    return source


@app.command()
def show(name: Slug, *, as_json: Json = False) -> None:
    """Show one source: its rights, its feeds, and how they fare."""
    with desk() as here, here.store.reading() as session:
        source = _named(session, name)
        found = feeds.of_source(session, source.id)
        standing = entries.numbers_of_source(session, source.id)
    if as_json:
        print_json({**asdict(source), "feeds": [asdict(feed) for feed in found], "entries": standing})
        return
    print_facts({key: value for key, value in asdict(source).items() if value})
    print_facts({f"entries {status}": number for status, number in standing.items()})
    for feed in found:
        out.print(f"\n{feed.url}", markup=False)
        print_facts(
            {
                "  state": feed.state,
                "  last asked": feed.polled_at or "never",
                "  due": feed.due_at,
                "  failures": f"{feed.failures} {feed.reason}".strip(),
            }
        )


def _set(name: str, state: str, feed_state: FeedState) -> None:
    with desk() as here, here.store.writing() as session:
        source = _named(session, name)
        sources.set_state(session, source.id, state)
        for feed in feeds.of_source(session, source.id):
            feeds.set_state(session, feed.id, feed_state, here.now)
    out.print(f"{name} is {state}", markup=False)


@app.command()
def pause(name: Slug) -> None:
    """Ask a source no more until it is resumed."""
    _set(name, "paused", FeedState.PAUSED)


@app.command()
def resume(name: Slug) -> None:
    """Ask a paused source again."""
    _set(name, "active", FeedState.ACTIVE)


@app.command()
def remove(name: Slug, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Ask a source never again; what was published of it stays."""
    confirm(f"Stop asking {name} for good?", yes=yes)
    _set(name, "removed", FeedState.PAUSED)


@app.command()
def check(url: Annotated[str, typer.Argument(help="The address of a feed.")], *, as_json: Json = False) -> None:
    """Ask a feed once and say all that can be said of it; nothing is stored."""
    with desk() as here:
        web = wiring.live_web(here.settings)
        request = Request(normal(url), max_bytes=MAX_FEED_BYTES)
        home = host(request.url)
        asked = visits({home: [request]}, {home: Host(home)}, {})
        (_, answer), *_ = list(web.visit(asked))
    if isinstance(answer, AggregatorError):
        raise answer
    document = feed_reader.read(
        answer.body, url=answer.url, content_type=answer.content_type, charset=answer.charset, now=answer.at
    )
    dated = [entry.published for entry in document.entries if entry.published]
    facts = {
        "address": answer.url,
        "redirects": len(answer.redirects),
        "status": answer.status,
        "type": answer.headers.get("content-type", "none"),
        "bytes": len(answer.body),
        "format": document.format,
        "title": document.title,
        "language": document.language,
        "entries": len(document.entries),
        "newest": max(dated) if dated else "no dates",
        "etag": answer.headers.get("etag", "none"),
        "last-modified": answer.headers.get("last-modified", "none"),
        "licence": document.licence_url or document.rights or "none named",
        "repairs": document.recovered or "none needed",
    }
    print_json(facts) if as_json else print_facts(facts)
