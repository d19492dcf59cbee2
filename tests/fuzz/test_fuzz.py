"""A minute of fuzzing: mutated pages are read without a crash, a hang, a broken promise or growing memory.

AGGREGATOR_FUZZ_SECONDS makes it longer; `python -m tests.fuzz` is the same from the command line.
"""

import os
import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.adapters import text_extractor
from aggregator.core.article import Hints
from tests.fuzz.mutations import MOST, MUTATIONS, mutated
from tests.fuzz.pages import OWN, spool
from tests.fuzz.victim import broken, read
from tests.fuzz.watch import MANY, Report, seeds, watch
from tests.texts import HARBOUR
from tests.world import page

SECONDS = float(os.environ.get("AGGREGATOR_FUZZ_SECONDS", "45"))
LEAST = 100  # pages, however slow the machine is


@pytest.mark.timeout(SECONDS * 2 + 180)
def test_mutated_pages_do_no_harm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = int(time.time())
    assert spool(tmp_path) > 10
    report = watch(tmp_path, seeds(first), SECONDS, lambda _: None)
    with capsys.disabled():
        print(f"\nfuzzing, first seed {first}: {report.said()}")
    assert report.findings == [], "look at one again: python -m tests.fuzz --once SEED --write page.html"
    assert report.pages >= LEAST
    assert report.ends["article"] > report.pages / 4, "mutations must leave something to read"


def test_a_seed_is_always_the_same_page() -> None:
    pages = [file.read_bytes() for file in sorted(OWN.glob("*.html"))]
    assert [mutated(seed, pages) for seed in range(30)] == [mutated(seed, pages) for seed in range(30)]
    assert len({mutated(seed, pages) for seed in range(30)}) == 30
    assert all(len(mutated(seed, pages)) <= MOST for seed in range(30))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.__name__)
def test_each_mutation_changes_pages_and_bears_empty_ones(mutation) -> None:
    body = page("A title", *HARBOUR).encode() * 3
    assert mutation(random.Random(1), b"") is not None
    changed = {mutation(random.Random(seed), body) for seed in range(40)}
    assert len(changed) > 1 or mutation.__name__ == "spoil_json"


def test_a_broken_promise_is_seen() -> None:
    """What the victim asks of an extraction can fail."""
    found = text_extractor.extract(
        page("A title", *HARBOUR).encode(), url="https://a.example/a", charset="utf-8", hints=Hints()
    )
    assert broken(found) == ""
    assert "XML" in broken(replace(found, title="a\x00"))
    assert "XML" in broken(replace(found, organisations=("a\ud800",)))
    assert "<script>" in broken(replace(found, html="<p>a<script>b</script></p>"))
    assert "onclick" in broken(replace(found, html="<p onclick='x'>a</p>"))
    assert "href" in broken(replace(found, html="<p><a href='javascript:x'>a</a></p>"))
    assert "canonical" in broken(replace(found, canonical_url="data:x"))
    assert read(page("A title", *HARBOUR).encode(), "utf-8", 5) == "article"
    assert read(b"", "utf-8", 5).startswith("refused")


def test_growth_is_told_from_the_quarters_of_a_run() -> None:
    steady, grown = Report(memory=[1000] * MANY), Report(memory=list(range(0, MANY * 1000, 1000)))
    assert steady.growth() == 0
    assert grown.growth() > 200_000
    assert Report(memory=[1, 10**9]).growth() == 0, "too few to tell"
