"""Fuzzing of extraction: mutated pages, read by a process that is watched from outside."""
