"""What watches over us is told."""

import json
import re

from aggregator.core.outcome import Outcome, Step, Word
from aggregator.store import outcomes, pulses
from tests.web.newsstand import Site, publish
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
