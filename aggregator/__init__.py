"""Aggregator: fetches feeds and the articles behind them, tells copies apart, and publishes them with their credit."""

__version__ = "0.1.0"
