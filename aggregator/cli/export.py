"""export: what we hold, for other programs."""

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TextIO

import orjson
import typer

from aggregator.adapters import feed_writer
from aggregator.cli.console import out, print_json
from aggregator.cli.desk import desk
from aggregator.core.article import Article
from aggregator.core.entry import WAITING, Entry, EntryStatus
from aggregator.core.errors import Refused
from aggregator.core.publication import Channel, FeedPage
from aggregator.steps.show import gated
from aggregator.store import articles, entries, publications, revisions, sightings, sources, stories
from aggregator.store.publications import Selection
from aggregator.store.session import Session

app = typer.Typer(no_args_is_help=True, help="What we hold, for other programs.")
FORMATS = ("jsonl", "json", "csv")
COLUMNS = (
    "url", "canonical_url", "title", "authors", "published", "modified", "language", "source", "text", "status",
    "duplicate_of", "story", "sightings", "outcome", "reason", "key", "form",
)  # fmt: skip
WALK = 200


@app.command("articles")
def export_articles(
    form: Annotated[str, typer.Option("--format", help="jsonl, json or csv.")] = "jsonl",
    output: Annotated[Path | None, typer.Option(help="A file; the standard output when left out.")] = None,
) -> None:
    """Write a line for each entry that was ever seen: its article, or why there is none."""
    if form not in FORMATS:
        raise Refused(f"--format {form!r} is unknown; there are {', '.join(FORMATS)}")
    with desk() as here, here.store.reading() as session, _opened(output) as file:
        number = WRITERS[form](file, _rows(session))
    if output:
        out.print(f"{number} entries written to {output}", markup=False)


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """Give where to write; a file appears under its name only when it is whole."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise Refused(f"{output} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _jsonl(file: TextIO, rows: Iterator[dict[str, Any]]) -> int:
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007 - the last number is the answer
        file.write(orjson.dumps(row).decode() + "\n")
    return number


def _json(file: TextIO, rows: Iterator[dict[str, Any]]) -> int:
    """Write one array, a row a line, without ever holding it whole."""
    number = 0
    for number, row in enumerate(rows, 1):
        file.write(("[\n" if number == 1 else ",\n") + orjson.dumps(row).decode())
    file.write("\n]\n" if number else "[]\n")
    return number


def _csv(file: TextIO, rows: Iterator[dict[str, Any]]) -> int:
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007 - the last number is the answer
        writer.writerow(
            {key: orjson.dumps(value).decode() if isinstance(value, list) else value for key, value in row.items()}
        )
    return number


WRITERS = {"jsonl": _jsonl, "json": _json, "csv": _csv}


def _rows(session: Session) -> Iterator[dict[str, Any]]:
    after = 0
    while found := entries.page_after(session, after, WALK):
        after = found[-1].id
        yield from _some(session, found)


def _some(session: Session, found: list[Entry]) -> Iterator[dict[str, Any]]:
    held = articles.several(session, [entry.article_id for entry in found if entry.article_id])
    roots = articles.several(session, [article.root_id for article in held.values()])
    texts = revisions.texts(session, held)
    seen = sightings.of_groups(session, roots)
    told = stories.keys(session, [root.story_id for root in roots.values() if root.story_id])
    outlets = sources.several(session, [entry.source_id for entry in found])
    shown = publications.by_articles(session, roots)
    for entry in found:
        article = held.get(entry.article_id or 0)
        root = roots.get(article.root_id) if article else None
        duplicate = root if root and entry.status is EntryStatus.DUPLICATE else None
        yield {
            "url": entry.url,
            "canonical_url": root.url if root else "",
            "title": article.title if article else entry.title,
            "authors": list(article.byline) if article else ([entry.author] if entry.author else []),
            "published": _when(article.published if article else entry.published),
            "modified": _when(article.modified if article else None),
            "language": article.language if article else entry.language,
            "source": outlets[entry.source_id].slug,
            "text": texts[article.id].text if article and article.id in texts else "",
            "status": _status(entry),
            "duplicate_of": duplicate.url if duplicate else "",
            "story": told.get(root.story_id or 0, "") if root else "",
            "sightings": _sightings(seen.get(root.id, [])) if root else [],
            "outcome": entry.status.value,
            "reason": entry.reason,
            "key": _key(article),
            "form": shown[root.id].form.value if root and root.id in shown else "",
        }


def _key(article: Article | None) -> str:
    return article.key if article else ""


def _status(entry: Entry) -> str:
    if entry.status is EntryStatus.ARTICLE:
        return "published"
    return "due" if entry.status in WAITING else entry.status.value


def _when(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _sightings(seen: list[sightings.Sighting]) -> list[dict[str, Any]]:
    return [
        {
            "source": each.source_slug,
            "url": each.url,
            "seen_at": _when(each.seen_at),
            "published": _when(each.published),
        }
        for each in seen
    ]


@app.command("feeds")
def export_feeds(
    to: Annotated[Path, typer.Option(help="A folder; made when it is not there.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write the published feeds as files: of everything, and of each source."""
    with desk() as here, here.store.reading() as session:
        site = here.settings.site
        whole = Channel("all", site.title, site.description, site.address, site.language)
        number = _feeds(session, to, whole, Selection(), "", site.feed_items)
        for source in sources.every(session):
            channel = Channel(source.slug, f"{source.name} – {site.title}", "", site.address, site.language)
            path = f"/sources/{source.slug}"
            number += _feeds(
                session, to / "sources" / source.slug, channel, Selection(source.id), path, site.feed_items
            )
    if as_json:
        print_json({"folder": to, "files": number})
    else:
        out.print(f"{number} files written to {to}", markup=False)


def _feeds(session: Session, folder: Path, channel: Channel, selection: Selection, path: str, size: int) -> int:
    found = publications.live(session, selection, size)
    changed = publications.updated_at(session, selection)
    if changed is None:
        return 0
    gone = publications.withdrawn(session, selection, datetime(2000, 1, 1, tzinfo=UTC))
    _make(folder)
    writers = (("rss", feed_writer.rss), ("atom", feed_writer.atom), ("json", feed_writer.json_feed))
    for kind, write in writers:
        address = f"{channel.site_url}{path}/feed.{kind}"
        page = FeedPage(
            channel, tuple(gated(session, found) + gone), address, f"{channel.site_url}{path}/", changed, address
        )
        (folder / f"feed.{kind}").write_bytes(write(page))
    return len(writers)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{folder} cannot be a folder: {error.strerror}; choose another with --to") from error
