"""run, demo, worker, beat, web, poll: the service, whole or in parts."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live
from rich.text import Text

from aggregator import embedded, wiring
from aggregator import settings as configuration
from aggregator.cli.console import Moving, err, out, print_json
from aggregator.core.errors import Refused
from aggregator.core.feed import FeedState
from aggregator.core.outcome import Outcome, Step
from aggregator.devtools.newsroom import sources_toml
from aggregator.drive import here
from aggregator.embedded import Numbers
from aggregator.line import Queue, follows, run
from aggregator.settings import Settings, environment
from aggregator.store import feeds

PLAIN_SECONDS = 10.0
NEWSROOM_PORT = 8899


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("run")(run_all)
    for command in (demo, worker, beat, web, poll):
        app.command()(command)


def run_all(
    port: Annotated[int | None, typer.Option(help="Where the web application listens.")] = None,
    record: Annotated[Path | None, typer.Option(help="Write every answer of the network to this WARC file.")] = None,
) -> None:
    """Start everything: broker, workers, beat and web. One Ctrl-C ends it all."""
    settings = _with(configuration.load(), port=port, record=record)
    if not settings.sources.file.is_file():
        err.print(f"{settings.sources.file} is not there: only sources added by command are asked", markup=False)
    _run(settings, ())


def demo(
    port: Annotated[int, typer.Option(help="Where the web application listens.")] = 8000,
    newsroom_port: Annotated[int, typer.Option(help="Where the invented outlets are served.")] = NEWSROOM_PORT,
    folder: Annotated[Path, typer.Option(help="The demonstration's data folder.")] = Path("var/demo"),
) -> None:
    """Start everything against a small invented newsroom on this machine; no network is needed."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "sources.toml"
    file.write_text(sources_toml(newsroom_port), encoding="utf-8")
    settings = configuration.load(
        data={"folder": folder},
        sources={"file": file},
        site={"port": port, "title": "Aggregator demonstration"},
        poll={"shortest_seconds": 5, "longest_seconds": 10, "host_delay_seconds": 0.2},
        fetch={"host_delay_seconds": 0.2, "allow_loopback": True},
        beat={"sweep_seconds": 2},
    )
    newsroom = [sys.executable, "-m", "aggregator.devtools.newsroom", "--port", str(newsroom_port)]
    _run(settings, [("newsroom", newsroom)])


def _with(settings: Settings, *, port: int | None, record: Path | None) -> Settings:
    given: dict[str, object] = {}
    if port is not None:
        given["site"] = {**settings.site.model_dump(), "port": port}
    if record is not None:
        given["data"] = {**settings.data.model_dump(), "record": record}
    return configuration.load(**given) if given else settings


def _run(settings: Settings, extra: Sequence[tuple[str, Sequence[str]]]) -> None:
    out.print(f"site   {settings.site.address}/", markup=False)
    out.print(f"data   {settings.data.folder.resolve()} (logs in log/)", markup=False)
    out.print("stop   Ctrl-C", markup=False)
    with Screen() as screen:
        embedded.run(settings, screen.show, extra=extra)
    out.print("stopped; the next start goes on from here", markup=False)


class Screen(Moving):
    """The live line: rewritten in place on a terminal, a plain line now and then elsewhere."""

    def __init__(self) -> None:
        self._live = Live(console=out, refresh_per_second=2, transient=True) if out.is_terminal else None
        super().__init__(self._live)
        self._said = 0.0
        self._warned = False

    def show(self, numbers: Numbers) -> None:
        """Tell how things stand."""
        line = _line(numbers)
        if self._live:
            self._live.update(Text(line))
        elif time.monotonic() - self._said >= PLAIN_SECONDS:
            self._said = time.monotonic()
            print(line, flush=True)
        if numbers.unreachable and not self._warned:
            self._warned = True
            out.print(
                f"None of the {numbers.feeds} feeds could be reached ({numbers.unreachable}). They will be tried "
                "again by themselves. Without a network, `make demo` shows everything on this machine.",
                markup=False,
                style="yellow",
            )


def _line(numbers: Numbers) -> str:
    late = int(numbers.lateness.total_seconds())
    line = (
        f"feeds polled {numbers.polled} of {numbers.feeds} · articles {numbers.articles} · duplicates "
        f"{numbers.duplicates} · quarantined {numbers.quarantined} · waiting {numbers.waiting} · late {late} s"
    )
    return f"{line} · restarts {numbers.restarts}" if numbers.restarts else line


def worker(
    queues: Annotated[str, typer.Option(help="Comma-separated: network, processor, publishing.")] = ",".join(Queue),
    processes: Annotated[int, typer.Option(help="How many processes; 0 means one for each core.")] = 0,
    name: Annotated[str, typer.Option(help="What the worker is called in logs.")] = "worker",
) -> None:
    """Run one worker of a cluster (needs AGGREGATOR_REDIS_URL)."""
    settings = _for_cluster()
    wanted = [each.strip() for each in queues.split(",") if each.strip()]
    unknown = sorted(set(wanted) - set(Queue))
    if unknown or not wanted:
        raise Refused(f"--queues {queues!r}: unknown {', '.join(unknown) or 'nothing'}; there are {', '.join(Queue)}")
    args = embedded.worker_args([Queue(each) for each in wanted], processes or settings.workers.count, name)
    _become(args, settings)


def beat() -> None:
    """Run the clock of a cluster: it sends the sweep that finds what is due (two of them do no harm)."""
    settings = _for_cluster()
    settings.data.folder.mkdir(parents=True, exist_ok=True)
    _become(embedded.beat_args(settings.data.folder), settings)


def web() -> None:
    """Run the web application alone."""
    settings = configuration.load()
    wiring.open_store(settings).close()
    out.print(f"site   {settings.site.address}/", markup=False)
    _become(embedded.web_args(settings), settings)


def _for_cluster() -> Settings:
    settings = configuration.load()
    if not settings.redis.url:
        raise Refused("redis.url is not set: give AGGREGATOR_REDIS_URL=redis://…, or use `aggregator run`")
    store = wiring.open_store(settings)
    store.close()
    return settings


def _become(args: Sequence[str], settings: Settings) -> None:
    """Let this process become another program, so that signals and exit codes are its own."""
    sys.stdout.flush()
    os.execve(args[0], list(args), environment(settings))  # noqa: S606 - our own command line, no shell


def poll(
    url: Annotated[str | None, typer.Argument(help="One feed; all that are active when left out.")] = None,
    *,
    through: Annotated[bool, typer.Option("--through", help="Carry what is new through the whole line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Ask feeds now, whenever they are due, in this terminal."""
    settings = configuration.load()
    parts = wiring.build(settings)
    now = parts.clock()
    with parts.store.writing() as session:
        wanted = [feed for feed in feeds.every(session) if feed.state is FeedState.ACTIVE and url in {None, feed.url}]
        feeds.make_due(session, [feed.id for feed in wanted], now)
    if not wanted:
        raise Refused(f"no active feed {url or ''} is known; see `aggregator sources list`")
    names = {feed.id: feed.url for feed in wanted}
    ended = run(parts, Step.POLL, list(names), now)
    _tell(ended, names, as_json=as_json)
    if through:
        here(parts, parts.clock(), follows(ended), lambda _: None)


def _tell(ended: Sequence[Outcome], names: dict[int, str], *, as_json: bool) -> None:
    if as_json:
        print_json([{"feed": names[end.id], "outcome": end.word.value, "reason": end.reason} for end in ended])
        return
    for end in ended:
        out.print(f"{end.word:<10} {names[end.id]}  {end.reason}", markup=False)
