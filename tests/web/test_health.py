"""What watches over us is told."""

import json
import re
import urllib.parse
from pathlib import Path

import psycopg
from sqlalchemy import text

from aggregator.core.outcome import Outcome, Step, Word
from aggregator.store import outcomes, pulses, schema
from tests import servers
from tests.web.newsstand import Site, publish, serving
from tests.world import NOW


def test_a_process_that_answers_is_alive(site: Site) -> None:
    answer = site.get("/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")


def test_readiness_tells_of_the_database_its_schema_and_the_workers(site: Site) -> None:
    with site.store.writing() as session:
        pulses.beat(session, "network", NOW, "somebody")
    answer = site.get("/readyz")
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "ready": True,
        "checks": {"database": "ok", "schema": "ok"},
        "pulse_seconds": {"network": 0},
    }


def test_the_numbers_are_in_the_text_format_of_prometheus(site: Site) -> None:
    publish(site.store, "https://harbour-tribune.example/1")
    with site.store.writing() as session:
        outcomes.record(session, [Outcome(Step.POLL, 1, Word.POLLED)] * 2, NOW)
    answer = site.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'aggregator_outcomes_total{step="poll",word="polled"} 2' in answer.text
    assert "aggregator_publications_live 1" in answer.text
    for line in answer.text.splitlines():
        assert re.fullmatch(
            r'# (HELP|TYPE) aggregator_\w+ .+|aggregator_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-\d.e+]+', line
        )


def test_the_memory_of_workers_is_a_gauge_where_a_pulse_tells_of_it(site: Site) -> None:
    with site.store.writing() as session:
        pulses.beat(session, "network", NOW, "somebody")
        pulses.beat(session, "processor", NOW, pulses.told("host:7", 262, 1500))
    told = [line for line in site.get("/metrics").text.splitlines() if line.startswith("aggregator_worker_peak")]
    assert told == ['aggregator_worker_peak_memory_mib{queue="processor"} 262']


def test_large_numbers_are_told_to_the_last_digit(site: Site) -> None:
    with site.store.writing() as session:
        outcomes.record(session, [Outcome(Step.FETCH, 1, Word.FETCHED)], NOW)
        session.execute(text("UPDATE outcome_counts SET number = 12345678"))
    assert 'aggregator_outcomes_total{step="fetch",word="fetched"} 12345678\n' in site.get("/metrics").text


def test_a_site_whose_schema_is_not_this_release_s_is_not_ready(site: Site) -> None:
    with site.store.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    answer = site.get("/readyz")
    assert answer.status == 503
    told = json.loads(answer.body)
    assert told["ready"] is False
    assert told["checks"]["schema"] == f"at old, not {schema.newest()}"


def test_while_the_database_is_away_the_site_says_so_and_comes_back_by_itself(
    postgres_url: str, template: str, tmp_path: Path
) -> None:
    with servers.fresh_database(postgres_url, template) as url, serving(url, tmp_path) as site:
        assert site.get("/readyz").status == 200
        _open(postgres_url, url, "false")
        for path in ("/", "/feed.rss", "/metrics"):
            answer = site.get(path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30"), path
            assert "postgresql" not in answer.text, path
            assert answer.headers["X-Frame-Options"] == "DENY", path
        answer = site.get("/readyz")
        assert answer.status == 503
        assert "did not answer" in json.loads(answer.body)["checks"]["database"]
        assert site.get("/healthz").status == 200
        _open(postgres_url, url, "true")
        assert [site.get(path).status for path in ("/", "/readyz")] == [200, 200]


def _open(server: str, url: str, allowed: str) -> None:
    """Let a database take connections, or no more and none of those that it has."""
    name = urllib.parse.urlsplit(url).path.lstrip("/")
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {allowed}'.encode())
        if allowed == "false":
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
