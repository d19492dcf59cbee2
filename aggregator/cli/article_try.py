"""articles try: how one page is read, without and with an override, before anybody writes it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from textwrap import fill
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from aggregator.adapters import overrides, robots, sources_file, text_extractor
from aggregator.adapters.deadline import deadline
from aggregator.cli.asker import Asker
from aggregator.cli.console import out, print_facts, print_json, print_table
from aggregator.cli.desk import Desk, desk, url_keys
from aggregator.core import gate, words
from aggregator.core.article import Extraction, Hints
from aggregator.core.errors import AggregatorError, Refused, Unreadable
from aggregator.core.override import Override
from aggregator.core.page import MAX_PAGE_BYTES, MAX_ROBOTS_BYTES, Answer, Request
from aggregator.core.source import Source
from aggregator.core.takedown import ruling_on_url
from aggregator.core.url import host, normal
from aggregator.core.walls import wall
from aggregator.settings import Settings
from aggregator.store import entries, sources, takedowns
from aggregator.store.session import Session

WIDTH = 79  # columns
FIRST_LINES = 3
MOST_PARAGRAPHS = 1_000  # of either text that are compared
SHOWN = 60  # changed paragraphs
LONG = 400  # characters of a paragraph that are shown
Difference = list[tuple[str, str]]  # a sign (" ", "-", "+") and a paragraph
Given = Annotated[list[str] | None, typer.Option(help="CSS selector, or XPath that begins with / ( or ./ .")]


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A page as it is read: bytes, its address, the server's word on its charset, and what the feed said of it."""

    body: bytes
    url: str
    charset: str
    hints: Hints


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("try")(try_page)


def try_page(
    target: Annotated[str, typer.Argument(metavar="URL|FILE", help="The address of a page, or a file with one.")],
    source: Annotated[str, typer.Option(help="Whose page it is (slug).")],
    body: Given = None,
    remove: Given = None,
    title: Given = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read one page without and with an override, the given one or the source's, and show the difference.

    Nothing is stored. Each option may be given again.
    """
    given = Override(tuple(body or ()), tuple(remove or ()), tuple(title or ()))
    with desk() as here:
        with here.store.reading() as session:
            owner = sources.by_slug(session, source)
        if owner is None:
            raise Refused(f"no source is called {source!r}; see `aggregator sources list`")
        override = owner.override if given == Override() else given
        overrides.check(override)
        page = _asked(here, target, owner) if "://" in target else _from_file(Path(target), owner)
        before = _read(here.settings, page, None)
        after = _read(here.settings, page, override)
    told = _told(page, owner, override, (before, after))
    print_json(told) if as_json else _print(told, overridden=override != Override())


def _read(settings: Settings, page: _Fetched, override: Override | None) -> Extraction:
    """Read a page as the step *extract* does, within the same time."""
    with deadline(settings.extract.page_seconds):
        return text_extractor.extract(
            page.body, url=page.url, charset=page.charset, hints=page.hints, override=override
        )


# --- the page


def _from_file(file: Path, owner: Source) -> _Fetched:
    try:
        with file.open("rb") as opened:
            body = opened.read(MAX_PAGE_BYTES + 1)
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}; give the address or the file of a page") from error
    if len(body) > MAX_PAGE_BYTES:
        raise Refused(f"{file} has more than {MAX_PAGE_BYTES} bytes, which are read of a page: cut it")
    return _Fetched(body, owner.url or f"https://{owner.slug}.invalid/", "", Hints(language=owner.language))


def _asked(here: Desk, target: str, owner: Source) -> _Fetched:
    """Ask for a page once, as fetching would: not where a takedown or robots.txt (RFC 9309) forbids it."""
    url = normal(target)
    with here.store.reading() as session:
        ruling = ruling_on_url(takedowns.of_urls(session, url_keys(url)), url_keys(url))
        hints = _hints(session, url, owner)
    if ruling:
        raise Refused(f"{url} is not fetched: {ruling.rule}")
    asker = Asker(here.settings)
    if asker.manners.obey_robots:
        _heed_robots(asker, url)
    said = asker.ask(Request(url, accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.1"))
    if isinstance(said, AggregatorError):
        raise said
    if said.status not in range(200, 300):
        behind = wall(said.status, said.headers, said.body)
        raise Unreadable(f"{url} answered {said.status}{behind and ': '}{behind}; save the page and give the file")
    return _Fetched(said.body, said.url, said.charset, hints)


def _heed_robots(asker: Asker, url: str) -> None:
    said = asker.ask(Request(f"{urlsplit(url).scheme}://{host(url)}/robots.txt", max_bytes=MAX_ROBOTS_BYTES, cut=True))
    rules = robots.parse(said.body, said.status) if isinstance(said, Answer) else robots.parse(b"", 0)
    if not rules.allows(url, asker.manners.agent):
        why = "its robots.txt does not allow it" if rules.known else "its robots.txt could not be had"
        raise Refused(f"{url} is not fetched: {why}; save the page with a browser and give the file")


def _hints(session: Session, url: str, owner: Source) -> Hints:
    """Return what the feed said of a page, where it is known."""
    for entry in entries.at_urls(session, url_keys(url)):
        if entry.source_id == owner.id:
            return Hints(entry.title, entry.summary, entry.author, entry.published, entry.language)
    return Hints(language=owner.language)


# --- what is told of it


def _told(page: _Fetched, owner: Source, override: Override, found: tuple[Extraction, Extraction]) -> dict[str, Any]:
    return {
        "url": page.url,
        "source": owner.slug,
        "override": override,
        "before": _facts(found[0], page.hints),
        "after": _facts(found[1], page.hints),
        "unmatched": _unmatched(override, found[1]),
        "difference": _difference(*(each.text.splitlines() for each in found)),
        "toml": f"extract = {sources_file.inline(override)}",
    }


def _facts(found: Extraction, hints: Hints) -> dict[str, Any]:
    number = words.count(found.text)
    return {
        "title": found.title,
        "words": number,
        "language": found.language,
        "verdict": gate.verdict(found, hints, number) or "an article",
        "body_from": dict(found.origins).get("body", ""),
        "first_lines": [words.within(line, LONG) for line in found.text.splitlines()[:FIRST_LINES]],
    }


def _unmatched(override: Override, found: Extraction) -> list[str]:
    """Return which parts of an override have matched nothing on the page, so that it was read as others are."""
    origins = dict(found.origins)
    asked = {"body": override.body, "title": override.title}
    return [name for name, expressions in asked.items() if expressions and origins.get(name) != "override"]


def _difference(before: Sequence[str], after: Sequence[str]) -> Difference:
    """Return both texts by paragraph: " " in both, "-" without the override only, "+" with it only."""
    old, new = before[:MOST_PARAGRAPHS], after[:MOST_PARAGRAPHS]
    found: Difference = []
    for how, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            found += [(" ", each) for each in old[start:end]]
        else:
            found += [("-", each) for each in old[start:end]] + [("+", each) for each in new[new_start:new_end]]
    return found


def _print(told: dict[str, Any], *, overridden: bool) -> None:
    before, after = told["before"], told["after"]
    print_facts({"page": told["url"], "source": told["source"]})
    if not overridden:
        out.print()
        print_facts({name: value for name, value in before.items() if name != "first_lines"})
        _print_lines(before["first_lines"])
        out.print("\nThis source has no override; try one with --body, --remove or --title.", markup=False)
        return
    rows = [(name.replace("_", " "), before[name], after[name]) for name in before if name != "first_lines"]
    out.print()
    print_table("", ["", "without", "with the override"], rows)
    _print_lines(after["first_lines"])
    for name in told["unmatched"]:
        out.print(f"\n{name} matches nothing on this page, which is read for it as others are", markup=False)
    out.print()
    _print_difference(told["difference"])
    out.print("\nFor its [[source]] in config/sources.toml, with effect from the next start:", markup=False)
    out.print(told["toml"], markup=False, soft_wrap=True)  # one line, to be pasted


def _print_lines(lines: Sequence[str]) -> None:
    out.print()
    for line in lines or ["no text"]:
        _print_paragraph("  ", line)


def _print_difference(difference: Difference) -> None:
    shown, alike = 0, 0
    changed = sum(sign != " " for sign, _ in difference)
    if not changed:
        out.print("Both texts are the same.", markup=False)
        return
    for sign, paragraph in difference:
        if sign == " ":
            alike += 1
            continue
        if shown == SHOWN:
            out.print(f"… and {changed - shown} more changed paragraphs; --json gives them all", markup=False)
            return
        _print_alike(alike)
        alike, shown = 0, shown + 1
        _print_paragraph(f"{sign} ", words.within(paragraph, LONG))
    _print_alike(alike)


def _print_alike(number: int) -> None:
    if number:
        out.print(f"  ({number} paragraph{'' if number == 1 else 's'} alike)", markup=False)


def _print_paragraph(start: str, text: str) -> None:
    out.print(fill(text, WIDTH, initial_indent=start, subsequent_indent=start), markup=False)
