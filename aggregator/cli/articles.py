"""articles: what was read, and the whole life of any one of them."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from aggregator.cli import article_try
from aggregator.cli.console import out, print_facts, print_json, print_table
from aggregator.cli.desk import article_named, desk, number, url_keys
from aggregator.cli.revisions import known, print_difference
from aggregator.cli.revisions import told as difference
from aggregator.core import revision
from aggregator.core.article import Article, ArticleState
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import Refused
from aggregator.core.outcome import Step
from aggregator.core.revision import Version
from aggregator.core.takedown import ruling_on_url
from aggregator.store import (
    aliases,
    article_groups,
    articles,
    copies,
    entries,
    feeds,
    outcomes,
    pages,
    publications,
    revisions,
    sightings,
    sources,
    stories,
    takedowns,
)
from aggregator.store.session import Session

app = typer.Typer(no_args_is_help=True, help="What was read, and why it is as it is.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="An id, a key, or any address of it; our own page's will do.")]
PUBLISHED = "published"
EXCERPT = 400
article_try.add_to(app)


@app.command("list")
def list_some(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
    source: Annotated[str, typer.Option(help="Only this source (slug).")] = "",
    language: Annotated[str, typer.Option(help="Only this language.")] = "",
    status: Annotated[
        str, typer.Option(help="published, duplicate, quarantined, refused, due; fetched, extracted.")
    ] = PUBLISHED,
    *,
    as_json: Json = False,
) -> None:
    """List the newest articles, or entries that ended otherwise."""
    known = [PUBLISHED, *(each for each in EntryStatus if each is not EntryStatus.ARTICLE)]
    if status not in known:
        raise Refused(f"--status {status!r} is unknown; there are {', '.join(known)}")
    with desk() as here, here.store.reading() as session:
        found = sources.by_slug(session, source) if source else None
        if source and found is None:
            raise Refused(f"no source is called {source!r}; see `aggregator sources list`")
        source_id = found.id if found else None
        rows: list[tuple[object, ...]]
        if status == PUBLISHED:
            listed = articles.newest(session, limit, source_id=source_id, language=language)
            rows = [(each.key, f"{each.effective_at:%Y-%m-%d %H:%M}", each.language, each.title) for each in listed]
        else:
            ended = entries.at_status(session, EntryStatus(status), limit, source_id)
            rows = [(each.id, f"{each.seen_at:%Y-%m-%d %H:%M}", each.reason, each.url) for each in ended]
    names = ["key", "time", "language", "title"] if status == PUBLISHED else ["entry", "seen", "reason", "url"]
    print_json([dict(zip(names, row, strict=True)) for row in rows]) if as_json else print_table("", names, rows)


@app.command()
def show(
    name: Name,
    *,
    with_revisions: Annotated[bool, typer.Option("--revisions", help="Tell all its versions.")] = False,
    as_json: Json = False,
) -> None:
    """Show one article as it is stored and published."""
    with desk() as here, here.store.reading() as session:
        article = _article_named(session, name)
        told = [known(each) for each in revisions.history(session, article.id)] if with_revisions else []
        publication = publications.by_article(session, article.root_id)
        seen = sightings.of_group(session, article.root_id)
        group = article_groups.members(session, article.root_id)
        revision = revisions.text(session, article.id)
    excerpt = revision.text[:EXCERPT] if revision else ""
    facts: dict[str, Any] = {key: value for key, value in asdict(article).items() if value not in ("", None, ())}
    if as_json:
        keys = [member.key for member in group]
        document = {**facts, "excerpt": excerpt, "group": keys, "publication": publication, "sightings": seen}
        print_json({**document, "revisions": told} if with_revisions else document)
        return
    if article.origins:
        facts["origins"] = ", ".join(f"{field} ← {origin}" for field, origin in article.origins if origin)
    print_facts(facts)
    out.print(f"\n{excerpt}\n" if excerpt else "\nno text is kept\n", markup=False)
    out.print(f"{publication.state} as {publication.form}" if publication else "not published", markup=False)
    for member in group if len(group) > 1 else ():
        role = "canonical" if member.id == member.root_id else "copy"
        out.print(f"{role:<9} {member.key} {member.url}", markup=False)
    for each in seen:
        out.print(f"seen {each.seen_at:%Y-%m-%d %H:%M} at {each.source_name}: {each.url}", markup=False)
    for version in told:
        said = f": {version['note']}" if version["note"] else ""
        out.print(f"version {version['version']} {version['at']:%Y-%m-%d %H:%M} {version['kind']}{said}", markup=False)


@app.command()
def diff(
    name: Name,
    before: Annotated[
        int | None, typer.Argument(help="The older version; the one before the newest when left out.")
    ] = None,
    after: Annotated[int | None, typer.Argument(help="The newer version; the newest when left out.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what changed between two versions of an article, sentence by sentence."""
    with desk() as here, here.store.reading() as session:
        article = _article_named(session, name)
        newer = after if after is not None else article.version
        older = before if before is not None else newer - 1
        found = revisions.versions(session, article.id, (older, newer))
    if article.state is ArticleState.REMOVED:
        raise Refused(f"article {article.key} was taken down; its texts are gone")
    if before is None and article.version == 1:
        raise Refused(f"article {article.key} has one version only; there is nothing to compare")
    for number_of in (older, newer):
        if number_of not in found:
            raise Refused(f"article {article.key} has no version {number_of}; it has 1 to {article.version}")
    texts = [Version(found[each].title, found[each].text) for each in (older, newer)]
    change = revision.change(*texts)
    if as_json:
        head = {"key": article.key, "before": known(found[older]), "after": known(found[newer])}
        print_json({**head, "change": change, "sentences": difference(*texts)})
        return
    for mark, each in (("---", found[older]), ("+++", found[newer])):
        out.print(f"{mark} version {each.version} {each.at:%Y-%m-%d %H:%M} {each.kind}", markup=False)
    out.print(f"{change.kind}: {change.note}" if change else "headline and text are the same", markup=False)
    print_difference(revision.sentences(*texts))


def _article_named(session: Session, name: str) -> Article:
    article = article_named(session, name)
    if article is None:
        raise Refused(f"no article is known as {name!r}; try `aggregator articles why`")
    return article


@app.command()
def why(
    name: Name,
    *,
    by_entry: Annotated[bool, typer.Option("--entry", help="NAME is the id of an entry, as `list` shows it.")] = False,
    as_json: Json = False,
) -> None:
    """Tell an item's whole life: each step, how it ended, and why."""
    with desk() as here, here.store.reading() as session:
        told = _entry_named(session, name) if by_entry else []
        article = articles.get(session, told[0].article_id or 0) if by_entry else article_named(session, name)
        told = told or _entries(session, name, article)
        keys = [*url_keys(name), *([article.url_key] if article else [])]
        ruling = ruling_on_url(takedowns.of_urls(session, keys), keys) if keys else None
        if article is None and not told and ruling is None:
            raise Refused(f"{name!r} was never seen: no feed has told of it, and no takedown names it")
        life = {
            "takedown": ruling.rule if ruling else "",
            "entries": [_entry(session, entry) for entry in told],
            "article": _article(session, article) if article else None,
        }
    if as_json:
        print_json(life)
    else:
        _print(life)


def _entry_named(session: Session, name: str) -> list[Entry]:
    entry = entries.get(session, number(name))
    if entry is None:
        raise Refused(f"there is no entry {name!r}; `aggregator articles list --status quarantined` shows some")
    return [entry]


def _entries(session: Session, name: str, article: Article | None) -> list[Entry]:
    if article:
        return entries.of_articles(session, [article.id])
    found = entries.at_urls(session, url_keys(name))
    entry = None if found else entries.get(session, number(name))
    return [entry] if entry else found


def _entry(session: Session, entry: Entry) -> dict[str, Any]:
    feed = feeds.get(session, entry.feed_id)
    source = sources.get(session, entry.source_id)
    polls = [each for each in outcomes.of_item(session, Step.POLL, entry.feed_id) if each[0] == entry.seen_at]
    steps = [{"step": Step.POLL, "at": at, "outcome": word, "reason": reason} for at, word, reason in polls] + [
        {"step": step, "at": at, "outcome": word, "reason": reason}
        for step in (Step.FETCH, Step.EXTRACT, Step.GATHER)
        for at, word, reason in outcomes.of_item(session, step, entry.id)
    ]
    return {
        "entry": entry.id,
        "url": entry.url,
        "source": source.name if source else "",
        "feed": feed.url if feed else "",
        "seen": entry.seen_at,
        "published": entry.published,
        "raw_date": entries.raw_date(session, entry.id),
        "status": entry.status,
        "reason": entry.reason,
        "due": entry.due_at if entry.status in (EntryStatus.DUE, EntryStatus.FETCHED, EntryStatus.EXTRACTED) else None,
        "tried again": entry.retry_at,
        "retries": entry.retries,
        "pages": [
            {"at": page.fetched_at, "url": page.final_url, "status": page.status, "bytes": page.size, "blob": page.blob}
            for page in pages.of_entries(session, [entry.id])
        ],
        "steps": steps,
    }


def _article(session: Session, article: Article) -> dict[str, Any]:
    publication = publications.by_article(session, article.root_id)
    root = articles.get(session, article.root_id)
    story = stories.get(session, root.story_id) if root and root.story_id else None
    names = articles.several(session, [each for edge in copies.of(session, [article.id]) for each in (edge.a, edge.b)])
    return {
        "key": article.key,
        "title": article.title,
        "url": article.url,
        "also known as": aliases.of_articles(session, [article.id]),
        "state": article.state,
        "canonical": root.key if root else "",
        "canonical because": article.root_reason or "it has no copies",
        "copies": [
            {"of": names[other].key, "relation": edge.relation, "score": edge.score, "rule": edge.rule}
            for edge in copies.of(session, [article.id])
            for other in (edge.a, edge.b)
            if other != article.id and other in names
        ],
        "sightings": [
            {"source": each.source_name, "url": each.url, "seen": each.seen_at}
            for each in sightings.of_group(session, article.root_id)
        ],
        "looked at": article.checked_at,
        "looked at next": article.check_at,
        "withdrawn by its publisher": article.gone_at,
        "looks": [
            {"step": step, "at": at, "outcome": word, "reason": reason}
            for step in (Step.RENEW, Step.REVISE)
            for at, word, reason in outcomes.of_item(session, step, article.id)
        ],
        "revisions": [known(each) for each in revisions.history(session, article.id)],
        "story": story.key if story else "",
        "shown as": publication.form if publication else "not published",
        "shown because": list(publication.rules) if publication else [],
        "publications": [
            {"at": at, "outcome": word, "reason": reason}
            for at, word, reason in outcomes.of_item(session, Step.PUBLISH, article.root_id)
        ],
    }


def _print(life: dict[str, Any]) -> None:
    if life["takedown"]:
        out.print(life["takedown"], markup=False, style="bold")
    for entry in life["entries"]:
        out.print(f"{entry['seen']:%Y-%m-%d %H:%M} told by {entry['source']} ({entry['feed']})", markup=False)
        out.print(f"    {entry['url']}", markup=False)
        out.print(f"    entry {entry['entry']}, dated {entry['raw_date'] or 'not at all'} by the feed", markup=False)
        for step in entry["steps"]:
            said = f": {step['reason']}" if step["reason"] else ""
            out.print(f"{step['at']:%Y-%m-%d %H:%M} {step['step']} – {step['outcome']}{said}", markup=False)
        due = f", due {entry['due']:%Y-%m-%d %H:%M}" if entry["due"] else ""
        due += f", tried again {entry['tried again']:%Y-%m-%d %H:%M}" if entry["tried again"] else ""
        said = f": {entry['reason']}" if entry["reason"] else ""
        out.print(f"    stands as {entry['status']}{due}{said}", markup=False)
    article = life["article"]
    if article:
        ends = [*({"step": Step.PUBLISH, **each} for each in article["publications"]), *article["looks"]]
        for each in sorted(ends, key=lambda end: end["at"]):
            said = f": {each['reason']}" if each["reason"] else ""
            out.print(f"{each['at']:%Y-%m-%d %H:%M} {each['step']} – {each['outcome']}{said}", markup=False)
        article["revisions"] = [f"{each['version']} {each['kind']}" for each in article["revisions"]]
        facts = {key: value for key, value in article.items() if key not in {"publications", "looks"} and value}
        print_facts({key: _words(value) for key, value in facts.items()})


def _words(value: object) -> object:
    if not isinstance(value, list):
        return value
    return "; ".join(
        " ".join(str(part) for part in each.values()) if isinstance(each, dict) else each for each in value
    )
