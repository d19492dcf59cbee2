"""doctor: looks at everything that can be wrong, and says the cure."""

import platform
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import redis
import typer

from aggregator import __version__, wiring
from aggregator import settings as configuration
from aggregator.adapters import redis_server
from aggregator.adapters.blobs import Blobs
from aggregator.cli.console import out, print_json
from aggregator.core.errors import AggregatorError
from aggregator.settings import Settings
from aggregator.store import feeds, schema
from aggregator.store.session import Store

OK, WARN, FAIL = "ok", "warn", "fail"
LEAST_DISK = 1024**3
SECONDS = 3.0
MARKS = {OK: "green", WARN: "yellow", FAIL: "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look has found, and what to do about it."""

    about: str
    state: str
    said: str
    cure: str = ""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(doctor)


def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check settings, database, broker, disk, clock, network and versions; say the cure of what is wrong."""
    findings = list(_findings())
    if as_json:
        print_json(findings)
    else:
        for each in findings:
            out.print(f"[{MARKS[each.state]}]{each.state:<5}[/] {each.about:<9} ", end="")
            out.print(each.said, markup=False)
            if each.cure:
                out.print(f"      → {each.cure}", markup=False)
    if any(each.state == FAIL for each in findings):
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    yield _versions()
    try:
        settings = configuration.load()
    except AggregatorError as error:
        yield Finding("settings", FAIL, error.reason, "correct the setting and run doctor again")
        return
    yield Finding("settings", OK, f"{configuration.config_file()} and the environment are fine")
    for look in (_disk, _database, _blobs, _broker, _clock, _port, _network):
        yield _looked(look, settings)


def _looked(look: Callable[[Settings], Finding], settings: Settings) -> Finding:
    name = look.__name__.strip("_")
    try:
        return look(settings)
    except (AggregatorError, OSError) as error:
        return Finding(name, FAIL, str(error), "see docs/operating.md, troubleshooting")


def _versions() -> Finding:
    said = f"aggregator {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < (3, 35):
        return Finding("versions", FAIL, said, "SQLite 3.35 or newer is needed: use a newer Python, or PostgreSQL")
    return Finding("versions", OK, said)


def _disk(settings: Settings) -> Finding:
    folder = settings.data.folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        free = shutil.disk_usage(folder).free
    said = f"{folder.resolve()} can be written, {free / 1024**3:.1f} GiB are free"
    return Finding("disk", OK, said) if free > LEAST_DISK else Finding("disk", WARN, said, "make room: 1 GiB at least")


def _database(settings: Settings) -> Finding:
    store = Store(settings.database_url)
    try:
        wrong = schema.differences(store)
    finally:
        store.close()
    shown = store.engine.url.render_as_string(hide_password=True)
    if wrong:
        return Finding("database", WARN, f"{shown}: {wrong[0]}", "run `aggregator db upgrade`")
    return Finding("database", OK, f"{shown}, schema {schema.newest()}")


def _blobs(settings: Settings) -> Finding:
    blobs = Blobs(settings.blobs_url)
    name = blobs.put(b"aggregator doctor")
    fine = blobs.get(name) == b"aggregator doctor"
    blobs.delete(name)
    return Finding("pages", OK if fine else FAIL, f"{settings.blobs_url} can be written and read")


def _broker(settings: Settings) -> Finding:
    url = settings.redis.url
    if not url:
        return Finding("broker", OK, f"`run` starts the bundled server ({redis_server.binary().name})")
    plain = url.replace("redis+socket://", "unix://")
    try:
        redis.Redis.from_url(plain, socket_timeout=SECONDS, socket_connect_timeout=SECONDS).ping()
    except redis.RedisError as error:
        return Finding("broker", FAIL, f"{url} does not answer: {error}", "start it, or correct redis.url")
    return Finding("broker", OK, f"{url} answers")


def _clock(settings: Settings) -> Finding:
    now = wiring.wall_clock()
    marks = [file.stat().st_mtime for file in (Path(sys.executable), settings.data.folder) if file.exists()]
    ahead = max(marks, default=0) - now.timestamp()
    if ahead > 60:  # noqa: PLR2004 - a minute
        return Finding("clock", FAIL, f"{now:%Y-%m-%d %H:%M} UTC is before files were made", "set the clock")
    return Finding("clock", OK, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _port(settings: Settings) -> Finding:
    host, port = settings.site.host, settings.site.port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            cure = "that may be our own service; else choose another with site.port"
            return Finding("port", WARN, f"{host}:{port} is taken ({error.strerror})", cure)
    return Finding("port", OK, f"{host}:{port} is free")


def _network(settings: Settings) -> Finding:
    store = wiring.open_store(settings)
    try:
        with store.reading() as session:
            hosts = list(dict.fromkeys(feed.host for feed in feeds.every(session)))[:3]
    finally:
        store.close()
    if not hosts:
        return Finding("network", WARN, "no feeds are known yet", "`aggregator sources import config/sources.toml`")
    for name in hosts:
        bare, _, port = name.partition(":")
        try:
            socket.create_connection((bare, int(port or 443)), timeout=SECONDS).close()
        except OSError:
            continue
        return Finding("network", OK, f"{name} can be reached")
    said = f"none of {', '.join(hosts)} can be reached"
    return Finding("network", WARN, said, "check the connection; `aggregator demo` needs none")
