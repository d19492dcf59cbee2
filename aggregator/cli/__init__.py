"""The admin command: parses, calls one step, prints."""

from aggregator.cli.command import main

__all__ = ["main"]
