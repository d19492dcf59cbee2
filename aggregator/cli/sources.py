"""sources: outlets and their feeds, in and out."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aggregator.adapters import opml, sources_file
from aggregator.cli import extraction_facts, feed_check, feed_facts, feed_search
from aggregator.cli.console import confirm, out, previewed, print_facts, print_json, print_table
from aggregator.cli.desk import desk
from aggregator.core.errors import Refused, TryLater
from aggregator.core.feed import Feed, FeedState
from aggregator.core.source import NO_OVERRIDE, Source, SourceSpec, slug
from aggregator.core.url import host, normal
from aggregator.steps.enrol import Enrolled, enrol
from aggregator.store import entries, feed_health, feeds, sources, subscriptions
from aggregator.store.feed_health import Glance
from aggregator.store.session import Session

app = typer.Typer(no_args_is_help=True, help="Outlets and their feeds.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Slug = Annotated[str, typer.Argument(help="The source's slug, as in `sources list`.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]
FORMATS = ("opml", "toml")


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="The address of a feed.")],
    name: Annotated[str, typer.Option(help="The outlet's name; its host when left out.")] = "",
    site: Annotated[str, typer.Option(help="The outlet's front page.")] = "",
    feed: Annotated[list[str] | None, typer.Option(help="Another feed of it; may be given again.")] = None,
    *,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Do not ask the addresses first.")] = False,
    as_json: Json = False,
) -> None:
    """Add an outlet with one feed or several; a page that is no feed is refused, with the feeds that it names."""
    addresses = tuple(normal(each) for each in (url, *(feed or ())))
    if not unchecked:
        with desk() as here:
            feed_search.ask_first(here, addresses, as_json=as_json)
    titled = " ".join(name.split()) or host(addresses[0])
    front = normal(site) if site else f"https://{host(addresses[0])}/"
    _enrol([SourceSpec(titled, slug(titled), front, feeds=addresses)], keep=True, as_json=as_json)


@app.command()
def discover(url: Annotated[str, typer.Argument(help="The address of a site.")], *, as_json: Json = False) -> None:
    """Look for the feeds of a site on its page, in its robots.txt, and, if none is named, where feeds usually are."""
    with desk() as here:
        found = feed_search.search(here.settings, normal(url))
    if as_json:
        print_json(found)
    else:
        feed_search.show(found, here.now)
    if not found.feeds:
        raise typer.Exit(1)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="OPML, or TOML as in config/sources.toml.", exists=True, dir_okay=False)],
    *,
    as_json: Json = False,
) -> None:
    """Add all feeds of a list; those that are known keep their standing, and none is dropped."""
    if file.suffix == ".toml":
        _enrol(sources_file.read(file), keep=False, as_json=as_json)
    else:
        _enrol(opml.read(_bytes(file)), keep=True, as_json=as_json)


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(opml.MAX_BYTES + 1)
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}; check its rights") from error


def _enrol(specs: Sequence[SourceSpec], *, keep: bool, as_json: bool) -> None:
    with desk() as here:
        done = enrol(here.store, specs, here.now, keep=keep)
    _tell(done, as_json=as_json)


def _tell(done: Enrolled, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    out.print(f"{done.new} new feeds, {done.known} known ones, {len(done.refused)} refused")
    for url, reason in done.refused:
        out.print(f"refused {url}: {reason}", markup=False)


@app.command("export")
def export_list(form: Annotated[str, typer.Option("--format", help="opml or toml.")] = "opml") -> None:
    """Write all sources to the standard output, as OPML 2.0 or as in config/sources.toml; removed ones are left out."""
    if form not in FORMATS:
        raise Refused(f"--format {form!r} is unknown; there are {', '.join(FORMATS)}")
    with desk() as here, here.store.reading() as session:
        listed = [
            (source, [feed.url for feed in feeds.of_source(session, source.id) if "#" not in feed.url])
            for source in sources.every(session)
            if source.state != "removed"
        ]
        title = here.settings.site.title
    written = opml.write(title, listed) if form == "opml" else sources_file.write(listed).encode()
    sys.stdout.buffer.write(written)
    sys.stdout.buffer.flush()


@app.command("list")
def list_all(
    *,
    trouble: Annotated[
        bool, typer.Option("--trouble", help="Only those with feeds that fail, sleep or are quiet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List all sources."""
    with desk() as here, here.store.reading() as session:
        by_source: dict[int, list[Glance]] = {}
        for one in feed_health.glances(session, here.now):
            by_source.setdefault(one.source_id, []).append(one)
        listed = [(source, by_source.get(source.id, [])) for source in sources.every(session)]
    told = [(source, found, _troubles(found)) for source, found in listed]
    told = [each for each in told if each[2] or not trouble]
    if as_json:
        urls = [{**asdict(source), "feeds": [one.url for one in found], "trouble": bad} for source, found, bad in told]
        print_json(urls)
        return
    rows = [
        (
            source.slug,
            source.state,
            source.show,
            source.licence or "–",
            len(found),
            ", ".join(f"{number} {word}" for word, number in bad.items()) or "–",
        )
        for source, found, bad in told
    ]
    print_table(f"{len(rows)} sources", ["slug", "state", "shown", "licence", "feeds", "trouble"], rows)


def _troubles(found: Sequence[Glance]) -> dict[str, int]:
    """Return how many feeds have which trouble; a feed may have several."""
    return dict(sorted(Counter(word for one in found for word in one.words).items()))


def _named(session: Session, name: str) -> Source:
    source = sources.by_slug(session, name)
    if source is None:
        raise Refused(f"no source is called {name!r}; see `aggregator sources list`")
    return source


@app.command()
def show(name: Slug, *, as_json: Json = False) -> None:
    """Show one source: its rights, how its pages are read, its feeds, and how they fare."""
    with desk() as here, here.store.reading() as session:
        source = _named(session, name)
        found = feeds.of_source(session, source.id)
        heard = subscriptions.of_feeds(session, [feed.id for feed in found])
        standing = entries.numbers_of_source(session, source.id)
        read = extraction_facts.of_source(session, source.id, here.now)
    if as_json:
        told = [feed_facts.as_json(feed, heard.get(feed.id), here.now) for feed in found]
        print_json({**asdict(source), "feeds": told, "entries": standing, **read})
        return
    facts = {**asdict(source), "override": ""}
    if source.override != NO_OVERRIDE:
        facts["override"] = sources_file.inline(source.override)
    print_facts({key: value for key, value in facts.items() if value})
    print_facts({f"entries {status}": number for status, number in standing.items()})
    print_facts(extraction_facts.worded(read))
    for feed in found:
        out.print(f"\n{feed.url}", markup=False)
        print_facts(feed_facts.in_words(feed, heard.get(feed.id), here.now, source.slug))


@app.command()
def adopt(
    name: Slug,
    feed: Annotated[str, typer.Option(help="The address of the feed that is to be replaced.")],
    *,
    dry_run: Dry = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put the address that was proposed for a dead feed in its place; its entries stay its own."""
    with desk() as here:
        with here.store.reading() as session:
            old = _replaceable(session, _named(session, name), normal(feed))
        reach = {"source": name, "feed": old.url, "becomes": old.proposed_url, "overlap": old.proposed_overlap}
        share = f"{old.proposed_overlap:.0%} of its items are at the new address"
        said = f"{old.url} ({old.reason or 'no reason is known'})\nbecomes {old.proposed_url}; {share}"
        if previewed(said, reach, dry_run=dry_run, as_json=as_json):
            return
        confirm(f"Ask {old.proposed_url} in its place?", yes=yes)
        with here.store.writing() as session:
            done = feed_health.adopt(session, old, host(old.proposed_url), here.now)
        if not done:
            raise TryLater(f"{old.url} is being asked at this moment, or has changed; try again in ten minutes")
    if as_json:
        print_json(reach)
    else:
        out.print(f"{old.proposed_url} is asked from now on", markup=False)


def _replaceable(session: Session, source: Source, url: str) -> Feed:
    found = feeds.by_url(session, url)
    if found is None or found.source_id != source.id:
        raise Refused(f"{source.slug} has no feed {url}; see `aggregator sources show {source.slug}`")
    if not found.proposed_url:
        raise Refused(f"nothing is proposed in the place of {url}; `aggregator sources discover` looks for its feeds")
    if other := feeds.by_url(session, found.proposed_url):
        raise Refused(f"{other.url} is a feed already; leave it as it is, and pause or remove the source of {url}")
    return found


def _set(name: str, state: str, feed_state: FeedState, *, as_json: bool) -> None:
    with desk() as here, here.store.writing() as session:
        source = _named(session, name)
        sources.set_state(session, source.id, state)
        for feed in feeds.of_source(session, source.id):
            feeds.set_state(session, feed.id, feed_state, here.now)
    if as_json:
        print_json({"source": name, "state": state})
    else:
        out.print(f"{name} is {state}", markup=False)


@app.command()
def pause(name: Slug, *, as_json: Json = False) -> None:
    """Ask a source no more until it is resumed."""
    _set(name, "paused", FeedState.PAUSED, as_json=as_json)


@app.command()
def resume(name: Slug, *, as_json: Json = False) -> None:
    """Ask a paused source again, also feeds that were gone."""
    _set(name, "active", FeedState.ACTIVE, as_json=as_json)


@app.command()
def remove(name: Slug, *, dry_run: Dry = False, yes: Yes = False, as_json: Json = False) -> None:
    """Ask a source no more for good; what was published of it stays."""
    with desk() as here, here.store.reading() as session:
        source = _named(session, name)
        found = feeds.of_source(session, source.id)
        standing = entries.numbers_of_source(session, source.id)
    reach = {"source": source.slug, "feeds": [feed.url for feed in found], "entries_kept": sum(standing.values())}
    said = f"{source.name}: {len(found)} feeds are asked no more; {reach['entries_kept']} entries stay"
    if previewed(said, reach, dry_run=dry_run, as_json=as_json):
        return
    confirm(f"Stop asking {name} for good?", yes=yes)
    _set(name, "removed", FeedState.PAUSED, as_json=as_json)


@app.command()
def check(url: Annotated[str, typer.Argument(help="The address of a feed.")], *, as_json: Json = False) -> None:
    """Ask a feed once and say all that can be said of it, and what would be done with it; nothing is stored."""
    with desk() as here:
        facts = feed_check.facts(here, normal(url))
    print_json(facts) if as_json else print_facts(feed_check.worded(facts))
    if error := feed_check.failed(facts):
        raise error
