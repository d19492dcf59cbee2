"""doctor: looks at everything that can be wrong, and says the cure."""

import platform
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import redis
import typer
from redis.backoff import NoBackoff
from redis.retry import Retry

from aggregator import __version__, wiring
from aggregator import settings as configuration
from aggregator.adapters import redis_server
from aggregator.adapters.blobs import Blobs
from aggregator.cli import extraction_facts, memory_facts
from aggregator.cli.console import out, print_json
from aggregator.core.errors import AggregatorError
from aggregator.settings import Settings
from aggregator.store import alarms, feeds, outcomes, schema
from aggregator.store.alarms import Standing
from aggregator.store.session import Store

Found = TypeVar("Found")
OK, WARN, FAIL = "ok", "warn", "fail"
LEAST_DISK = 1024**3
SECONDS = 3.0
ASTRAY = 60.0  # seconds by which the clock may be behind what was written by it
MARKS = {OK: "green", WARN: "yellow", FAIL: "red"}
CURES = {
    "disk": "choose another data.folder, or correct its rights",
    "database": "correct database.url, or start the server that it names",
    "pages": "correct blobs.url, or the rights there",
    "broker": "set redis.url to a Redis server of your own",
}


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
    findings = []
    for each in _findings():
        findings.append(each)
        if not as_json:
            out.print(f"[{MARKS[each.state]}]{each.state:<5}[/] {each.about:<9} ", end="")
            out.print(each.said, markup=False)
            if each.cure:
                out.print(f"      → {each.cure}", markup=False)
    if as_json:
        print_json(findings)
    if any(each.state == FAIL for each in findings):
        raise typer.Exit(1)


def _findings() -> Iterator[Finding]:
    yield _versions()
    yield _timer()
    try:
        settings = configuration.load()
    except AggregatorError as error:
        yield Finding("settings", FAIL, error.reason, "correct the setting and run doctor again")
        return
    yield _settings()
    looks = {"disk": _disk, "database": _database, "pages": _blobs, "broker": _broker, "clock": _clock, "port": _port}
    for about, look in looks.items():
        yield _looked(about, look, settings)
    yield _memory(settings)
    yield _looked("reading", _reading, settings)
    yield _looked("network", _network, settings)


def _looked(about: str, look: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return look(settings)
    except (AggregatorError, OSError, ValueError) as error:
        return Finding(about, FAIL, str(error), CURES.get(about, "see docs/operating.md, troubleshooting"))


def _versions() -> Finding:
    said = f"aggregator {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < (3, 35):
        return Finding("versions", FAIL, said, "SQLite 3.35 or newer is needed: use a newer Python, or PostgreSQL")
    missing = _missing()
    if missing:
        return Finding("versions", FAIL, f"{said}; missing: {', '.join(missing)}", "run `make setup`")
    return Finding("versions", OK, said)


def _missing() -> list[str]:
    """Return the packages that this one asks for and that are not installed."""
    named = [line.split(";") for line in requires("aggregator") or [] if "extra ==" not in line]
    missing = []
    for wanted, *_ in named:
        name = "".join(char if char.isalnum() or char in "-_." else " " for char in wanted).split()[0]
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    return missing


def _timer() -> Finding:
    if hasattr(signal, "setitimer"):
        return Finding("limits", OK, "a page that takes the parser too long can be stopped")
    return Finding("limits", WARN, "this system has no timer to stop a parser with", "run it on Linux or macOS")


def _settings() -> Finding:
    file = configuration.config_file()
    said = f"{file} and the environment are fine" if file.is_file() else f"there is no {file}: the defaults hold"
    return Finding("settings", OK, said)


def _disk(settings: Settings) -> Finding:
    folder = settings.data.folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"aggregator doctor")
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
        said, *_ = wrong[0].split(": run")
        return Finding("database", WARN, f"{shown}: {said}", "run `aggregator db upgrade`")
    return Finding("database", OK, f"{shown}, schema {schema.newest()}")


def _blobs(settings: Settings) -> Finding:
    blobs = Blobs(settings.blobs_url)
    name = blobs.put(b"aggregator doctor")
    fine = blobs.get(name) == b"aggregator doctor"
    blobs.delete(name)
    if not fine:
        return Finding("pages", FAIL, f"{settings.blobs_url} gives back other bytes than it was given", CURES["pages"])
    return Finding("pages", OK, f"{settings.blobs_url} can be written and read")


def _broker(settings: Settings) -> Finding:
    url = settings.redis.url
    if not url:
        return _bundled()
    shown = _without_password(url)
    plain = url.replace("redis+socket://", "unix://").replace("?virtual_host=", "?db=")
    once = Retry(NoBackoff(), 0)
    client = redis.Redis.from_url(plain, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=once)
    try:
        client.ping()
    except redis.RedisError as error:
        return Finding("broker", FAIL, f"{shown} does not answer: {error}", "start it, or correct redis.url")
    finally:
        client.close()
    return Finding("broker", OK, f"{shown} answers")


def _bundled() -> Finding:
    """Start the bundled server in a folder of its own, for a moment."""
    with tempfile.TemporaryDirectory(prefix="aggregator-doctor-") as folder:
        server = redis_server.start(Path(folder))
        server.stop(SECONDS)
    return Finding("broker", OK, f"`run` starts the bundled server ({redis_server.binary().name}), and it does start")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}").geturl() if "@" in parts.netloc else url


def _clock(settings: Settings) -> Finding:
    now = wiring.wall_clock()
    marks = [file.stat().st_mtime for file in (Path(sys.executable), settings.data.folder) if file.exists()]
    latest = _from_store(settings, _newest)
    if latest is not None:
        marks.append(latest)
    if max(marks, default=0) - now.timestamp() > ASTRAY:
        said = f"{now:%Y-%m-%d %H:%M} UTC is before files or rows were written"
        return Finding("clock", FAIL, said, "set the clock, best by NTP")
    return Finding("clock", OK, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _memory(settings: Settings) -> Finding:
    said, cure = memory_facts.fits(settings.workers, memory_facts.machine())
    return Finding("memory", WARN if cure else OK, said, cure)


def _newest(store: Store) -> float | None:
    with store.reading() as session:
        found = outcomes.newest(session)
    return found.timestamp() if found else None


def _hosts(store: Store) -> list[str]:
    with store.reading() as session:
        return list(dict.fromkeys(feed.host for feed in feeds.every(session)))[:3]


def _reading(settings: Settings) -> Finding:
    """Say whether the pages of all sources are read as they used to be."""
    found = _from_store(settings, _alarms)
    if found is None:
        return Finding("reading", OK, "the alarms of sources could not be looked at: see database")
    if found:
        told = [extraction_facts.as_json(each) for each in found]
        said = f"alarms: {extraction_facts.summary(told, len(told))}"
        return Finding("reading", WARN, said, f"`aggregator sources show {found[0].slug}` says more, and what to do")
    return Finding("reading", OK, "the pages of all sources are read as they used to be")


def _alarms(store: Store) -> list[Standing]:
    with store.reading() as session:
        return alarms.every_open(session)


def _from_store(settings: Settings, ask: Callable[[Store], Found]) -> Found | None:
    """Return what the database says; None when it cannot be asked as it is, which is told elsewhere."""
    store = Store(settings.database_url)
    try:
        return None if schema.differences(store) else ask(store)
    except AggregatorError:
        return None
    finally:
        store.close()


def _port(settings: Settings) -> Finding:
    host, port = settings.site.host, settings.site.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            cure = "that may be our own service; else choose another with site.port"
            return Finding("port", WARN, f"{host}:{port} cannot be had ({error.strerror})", cure)
    return Finding("port", OK, f"{host}:{port} is free")


def _network(settings: Settings) -> Finding:
    hosts = _from_store(settings, _hosts)
    if not hosts:
        return Finding("network", WARN, "no feeds are known yet", "`aggregator sources import config/sources.toml`")
    for name in hosts:
        if _reached(name):
            return Finding("network", OK, f"{name} can be reached")
    said = f"none of {', '.join(hosts)} can be reached"
    return Finding("network", WARN, said, "check the connection; `aggregator demo` needs none")


def _reached(name: str) -> bool:
    """Whether a host resolves and takes a connection in time; a resolver that hangs is left behind."""
    parts = urlsplit(f"//{name}")
    reached = threading.Event()

    def connect() -> None:
        try:
            socket.create_connection((parts.hostname or "", parts.port or 443), timeout=SECONDS).close()
        except OSError:
            return
        reached.set()

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(SECONDS)
    return reached.is_set()
