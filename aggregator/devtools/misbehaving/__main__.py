"""Runs the server by hand: `python -m aggregator.devtools.misbehaving [--port 8099] [--tls] [--list] [--json]`."""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Sequence

from aggregator.devtools.misbehaving import BEHAVIOURS, index, serving


def main(arguments: Sequence[str] | None = None) -> int:
    """List the behaviours, or serve them until interrupted; return the exit code."""
    asked = _parser().parse_args(arguments)
    if asked.json or asked.list:
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(f"{index.as_json()}\n" if asked.json else index.as_table())
        return 0
    try:
        with serving(asked.port, asked.host, tls=asked.tls) as server:
            sys.stdout.write(f"{len(BEHAVIOURS)} behaviours at {server.url()}; Ctrl-C ends the server.\n")
            sys.stdout.flush()
            _wait()
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"Cannot listen on {asked.host}, port {asked.port}: {error}. Choose another with --port.\n")
        return 1
    return 0


def _wait() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda _number, _frame: ended.set())
    ended.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m aggregator.devtools.misbehaving",
        description="A feed server that misbehaves on purpose: one behaviour at each path, listed at /.",
    )
    parser.add_argument("--port", type=int, default=8099, help="the port to listen on, 0 for a free one (%(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--tls", action="store_true", help="speak TLS under a self-signed certificate")
    parser.add_argument("--list", action="store_true", help="print a table of all behaviours and end")
    parser.add_argument("--json", action="store_true", help="print the list as JSON and end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
