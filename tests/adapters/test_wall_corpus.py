"""The corpus of walls: pages that stand in an article's place, and articles that look like them, on the real path."""

from collections import Counter
from functools import cache

import pytest

from aggregator.adapters import text_extractor
from aggregator.core import gate, walls, words
from aggregator.core.article import Hints
from aggregator.core.wall_words import Kind
from tests.adapters.wall_pages import Sample, samples

SAMPLES = samples()
ARTICLES = [sample for sample in SAMPLES if not sample.kind]
WALLS = [sample for sample in SAMPLES if sample.kind]
NEEDS_THE_FEED = {"off-subject"}  # kinds that nothing but the feed's own words can tell
HTML = {"content-type": "text/html; charset=utf-8"}


@cache
def _judged(sample_name: str, told: bool) -> tuple[str, str]:
    """Return kind and reason for a page as the pipeline gives them, '' for an article."""
    sample = next(each for each in SAMPLES if each.name == sample_name)
    hints = sample.hints if told else Hints()
    if maker := walls.wall(sample.status, {**HTML, **sample.headers}, sample.body):
        return "challenge", maker
    found = text_extractor.extract(sample.body, url=sample.final, charset="utf-8", hints=hints)
    number = words.count(found.text)
    judgement = gate.judged(found, hints, number, asked_url=sample.asked, final_url=sample.final, body=sample.body)
    return (judgement.kind.value, judgement.reason) if judgement else ("", "")


def _name(sample: Sample) -> str:
    return f"{sample.kind or 'article'}:{sample.name}"


@pytest.mark.parametrize("sample", ARTICLES, ids=_name)
def test_an_article_is_let_through(sample: Sample):
    assert _judged(sample.name, told=True) == ("", "")


@pytest.mark.parametrize("sample", WALLS, ids=_name)
def test_a_wall_is_named(sample: Sample):
    kind, reason = _judged(sample.name, told=True)
    assert kind == sample.kind, reason
    assert reason


@pytest.mark.parametrize("sample", SAMPLES, ids=_name)
def test_the_feed_is_not_needed_to_tell_a_wall_from_an_article(sample: Sample):
    kind, reason = _judged(sample.name, told=False)
    if sample.kind not in NEEDS_THE_FEED:
        assert bool(kind) == bool(sample.kind), reason


@pytest.mark.parametrize("told", [True, False], ids=["with-the-feed", "without-the-feed"])
def test_no_wall_becomes_an_article_and_hardly_an_article_is_lost(told: bool):
    seen = Counter(
        (sample.kind or "article", _judged(sample.name, told)[0] or "article")
        for sample in SAMPLES
        if told or sample.kind not in NEEDS_THE_FEED
    )
    table = "\n".join(f"{number:4} {given} taken for {taken}" for (given, taken), number in sorted(seen.items()))
    accepted = sum(number for (given, taken), number in seen.items() if given != "article" and taken == "article")
    lost = sum(number for (given, taken), number in seen.items() if given == "article" and taken != "article")
    assert accepted == 0, table
    assert lost * 100 < len(ARTICLES), table


def test_the_corpus_is_large_enough_to_mean_something():
    kinds = Counter(sample.kind for sample in WALLS)
    assert len(ARTICLES) >= 130
    assert len(WALLS) >= 130
    assert set(kinds) == {kind.value for kind in Kind} - {"repeated"}, "each kind has a page"
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)
