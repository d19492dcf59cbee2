"""config/sources.toml: the sources as an operator writes them."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from aggregator.core.errors import Refused
from aggregator.core.override import Override
from aggregator.core.source import Show, Source, SourceSpec

KEYS = {
    "name", "slug", "url", "country", "language", "show", "licence", "licence_url", "licence_stated_at", "feeds",
    "extract",
}  # fmt: skip
LISTS = {"feeds", "extract"}  # whose values are no texts
PARTS = ("body", "remove", "title")  # of `extract`
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_SOURCES = 100_000
MAX_BYTES = 20 * 1024 * 1024


def read(file: Path) -> tuple[SourceSpec, ...]:
    """Return the sources of a file; a wrong one is Refused with its number, key, value and what is allowed."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise Refused(f"{file} has {file.stat().st_size} bytes, {MAX_BYTES} are read; split it")
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused(f"{file} is not there: `aggregator init` writes one") from error
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}; check that it is a file, and its rights") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{file} is not valid TOML: {error}") from error
    listed = found.get("source", [])
    strangers = sorted(set(found) - {"source"})
    if strangers or not isinstance(listed, list) or len(listed) > MAX_SOURCES:
        raise Refused(f"{file}: only [[source]] tables are allowed, found {', '.join(strangers) or 'something else'}")
    specs = tuple(_spec(f"{file}, [[source]] number {number}", table) for number, table in enumerate(listed, 1))
    _distinct(file, specs)
    return specs


def _spec(where: str, table: object) -> SourceSpec:
    if not isinstance(table, dict):
        raise Refused(f"{where}: a table is wanted, found {table!r}")
    unknown = sorted(set(table) - KEYS)
    if unknown:
        raise Refused(
            f"{where}: {unknown[0]} = {table[unknown[0]]!r} is unknown; allowed are {', '.join(sorted(KEYS))}"
        )
    for name in sorted(KEYS - LISTS):
        if not isinstance(table.get(name, ""), str):
            raise Refused(f"{where}: {name} = {table[name]!r} must be a text")
    _check(where, table)
    return SourceSpec(
        **{name: table.get(name, "") for name in KEYS - LISTS - {"show"}},
        show=Show(table.get("show", Show.EXCERPT)),
        feeds=tuple(table.get("feeds", ())),
        override=_override(where, table.get("extract", {})),
    )


def _override(where: str, table: object) -> Override:
    """Return what `extract` says; whether its expressions can be compiled is asked when they are enrolled."""
    if not isinstance(table, dict):
        raise Refused(f"{where}: extract = {table!r} must be a table with {', '.join(PARTS)}")
    unknown = sorted(set(table) - set(PARTS))
    if unknown:
        raise Refused(
            f"{where}: extract.{unknown[0]} = {table[unknown[0]]!r} is unknown; allowed are {', '.join(PARTS)}"
        )
    for name, value in table.items():
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Refused(f"{where}: extract.{name} = {value!r} must be a list of CSS selectors or XPaths, in quotes")
    try:
        return Override(**{name: tuple(value) for name, value in table.items()})
    except Refused as error:
        raise Refused(f"{where}: extract = {table!r}: {error.reason}") from error


def _check(where: str, table: dict[str, Any]) -> None:
    if not table.get("name"):
        raise Refused(f"{where}: name is missing")
    if not SLUG.fullmatch(table.get("slug", "")) or len(table["slug"]) > 80:  # noqa: PLR2004 - the column's width
        raise Refused(f"{where}: slug = {table.get('slug', '')!r} must be lower-case letters, digits and hyphens")
    if table.get("show", "excerpt") not in set(Show):
        raise Refused(f"{where}: show = {table['show']!r}; allowed are {', '.join(Show)}")
    if table.get("show") == Show.FULL and not (table.get("licence") and table.get("licence_url")):
        raise Refused(f'{where}: show = "full" needs licence and licence_url, which say that it may be')
    feeds = table.get("feeds", [])
    if not isinstance(feeds, list) or not feeds or not all(isinstance(each, str) for each in feeds):
        raise Refused(f"{where}: feeds = {feeds!r} must be a list of addresses, at least one")


def _distinct(file: Path, specs: tuple[SourceSpec, ...]) -> None:
    seen: set[str] = set()
    for spec in specs:
        if spec.slug in seen:
            raise Refused(f"{file}: slug = {spec.slug!r} is there twice; each source needs one of its own")
        seen.add(spec.slug)


def write(listed: Iterable[tuple[Source, Sequence[str]]]) -> str:
    """Return sources with their feeds as `read` takes them; one without feeds is left out."""
    tables = [_table(source, feeds) for source, feeds in listed if feeds]
    return "\n".join(tables)


def _table(source: Source, feeds: Sequence[str]) -> str:
    told = {
        "name": source.name,
        "slug": source.slug,
        "url": source.url,
        "country": source.country,
        "language": source.language,
        "show": source.show.value,
        "licence": source.licence,
        "licence_url": source.licence_url,
        "licence_stated_at": source.licence_stated_at,
    }
    lines = [f"{key} = {_string(value)}" for key, value in told.items() if value]
    extract = [f"extract = {inline(source.override)}"] if source.override != Override() else []
    return "\n".join(["[[source]]", *lines, f"feeds = {_list(feeds)}", *extract, ""])


def inline(override: Override) -> str:
    """Return an override as an inline table of TOML, to be pasted behind `extract =`."""
    told = {name: getattr(override, name) for name in PARTS}
    parts = [f"{name} = {_list(expressions)}" for name, expressions in told.items() if expressions]
    return f"{{ {', '.join(parts)} }}" if parts else "{}"


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_string, values))}]"


def _string(value: str) -> str:
    """Return a basic string of TOML 1.0: those of JSON, with DEL escaped as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
