"""Runs the newsroom by hand: `python -m aggregator.devtools.newsroom [--port 8899] [--quick]`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import uvicorn

from aggregator.devtools.newsroom.outlets import OUTLETS, base_url
from aggregator.devtools.newsroom.server import create_app

LOOPBACK = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the newsroom on loopback until interrupted."""
    asked = _parser().parse_args(arguments)
    for outlet in OUTLETS:
        sys.stdout.write(f"{base_url(outlet, asked.port)}/  {outlet.name}\n")
    app = create_app(_now(), _now, asked.port, quick=asked.quick)
    uvicorn.run(app, host=LOOPBACK, port=asked.port, log_level="warning")


def _now() -> datetime:
    return datetime.now(UTC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m aggregator.devtools.newsroom", description="Eight invented outlets on loopback."
    )
    parser.add_argument("--port", type=int, default=8899, help="the port to listen on (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="every article is there at once")
    return parser


if __name__ == "__main__":
    main()
