"""Tests of the whole service, as processes."""
