"""Celery, and nothing else."""
