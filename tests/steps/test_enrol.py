"""Enrolling: what becomes of sources and feeds that are new, known, wrong, or gone from the list."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from aggregator.core.errors import Refused
from aggregator.core.feed import FeedState
from aggregator.core.override import Override
from aggregator.core.source import Show, Source, SourceSpec, slug
from aggregator.steps.enrol import Enrolled, enrol
from aggregator.store import feeds, sources
from aggregator.store.session import Store
from tests.world import NOW

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
FEED = "https://tribune.example/feed.xml"
TRIBUNE = SourceSpec(
    "Tribune",
    "tribune",
    "https://tribune.example/",
    show=Show.FULL,
    licence="CC-BY-4.0",
    licence_url=LICENCE,
    feeds=(FEED,),
)


def every(store: Store) -> dict[str, Source]:
    with store.reading() as session:
        return {source.slug: source for source in sources.every(session)}


def feeds_of(store: Store, slug: str) -> list[str]:
    with store.reading() as session:
        return [feed.url for feed in feeds.of_source(session, every(store)[slug].id)]


def test_new_feeds_are_stored_in_their_clean_form_and_due_at_once(store: Store):
    spec = replace(TRIBUNE, feeds=("HTTPS://Tribune.example:443/a/../feed.xml#top", "https://m.tribune.example/sport"))
    assert enrol(store, [spec], NOW) == Enrolled(2, 0, ())
    with store.reading() as session:
        found = {feed.url: feed for feed in feeds.every(session)}
    assert set(found) == {FEED, "https://m.tribune.example/sport"}
    assert found[FEED].host == "tribune.example"
    assert {feed.due_at for feed in found.values()} == {NOW}


def test_enrolling_again_changes_nothing_and_counts_them_as_known(store: Store):
    enrol(store, [TRIBUNE], NOW)
    assert enrol(store, [TRIBUNE], NOW + timedelta(days=1)) == Enrolled(0, 1, ())
    with store.reading() as session:
        feed = feeds.by_url(session, FEED)
    assert feed is not None
    assert feed.due_at == NOW


def test_an_address_that_cannot_be_asked_is_refused_with_the_reason_and_costs_the_others_nothing(store: Store):
    done = enrol(
        store, [replace(TRIBUNE, feeds=("ftp://tribune.example/f", FEED, "https://u:p@tribune.example/"))], NOW
    )
    assert (done.new, done.known) == (1, 0)
    assert [url for url, _ in done.refused] == ["ftp://tribune.example/f", "https://u:p@tribune.example/"]
    assert "not an http or https address" in done.refused[0][1]


def test_one_feed_named_twice_is_one_and_belongs_to_who_named_it_first(store: Store):
    other = SourceSpec("Other", "other", "https://other.example/", feeds=(FEED,))
    assert enrol(store, [replace(TRIBUNE, feeds=(FEED, FEED)), other], NOW) == Enrolled(1, 0, ())
    assert feeds_of(store, "tribune") == [FEED]


def test_a_feed_that_left_the_list_stays(store: Store):
    enrol(store, [TRIBUNE], NOW)
    enrol(store, [replace(TRIBUNE, feeds=("https://tribune.example/new.xml",))], NOW)
    assert feeds_of(store, "tribune") == [FEED, "https://tribune.example/new.xml"]


def test_the_operators_file_has_the_last_word_on_licences(store: Store):
    enrol(store, [TRIBUNE], NOW)
    enrol(store, [replace(TRIBUNE, show=Show.EXCERPT, licence="", licence_url="")], NOW)
    assert every(store)["tribune"].show is Show.EXCERPT


def test_a_paused_source_is_not_woken_by_the_file_that_names_it(store: Store):
    enrol(store, [TRIBUNE], NOW)
    with store.writing() as session:
        source = sources.by_slug(session, "tribune")
        assert source is not None
        sources.set_state(session, source.id, "paused")
        for feed in feeds.of_source(session, source.id):
            feeds.set_state(session, feed.id, FeedState.PAUSED, NOW)
    enrol(store, [TRIBUNE], NOW)
    assert every(store)["tribune"].state == "paused"
    with store.reading() as session:
        assert [feed.state for feed in feeds.every(session)] == [FeedState.PAUSED]


def test_a_list_of_feeds_does_not_undo_what_the_operator_said_of_a_source(store: Store):
    enrol(store, [TRIBUNE], NOW)
    bare = SourceSpec("Tribune", "tribune", "https://elsewhere.example/", feeds=(FEED, "https://tribune.example/sport"))
    assert enrol(store, [bare], NOW, keep=True) == Enrolled(1, 1, ())
    source = every(store)["tribune"]
    assert (source.show, source.licence, source.url) == (Show.FULL, "CC-BY-4.0", "https://tribune.example/")
    assert feeds_of(store, "tribune") == [FEED, "https://tribune.example/sport"]


def test_another_outlet_of_the_same_name_does_not_get_its_licence(store: Store):
    enrol(store, [TRIBUNE], NOW)
    namesake = SourceSpec("Tribune", "tribune", "", feeds=("https://tribune.test/feed",))
    for _ in range(2):
        enrol(store, [namesake], NOW, keep=True)
    found = every(store)
    assert set(found) == {"tribune", "tribune-test-tribune"}
    assert found["tribune-test-tribune"].show is Show.EXCERPT
    assert feeds_of(store, "tribune") == [FEED]
    assert feeds_of(store, "tribune-test-tribune") == ["https://tribune.test/feed"]


def test_a_known_feed_under_another_name_makes_no_second_source(store: Store):
    enrol(store, [TRIBUNE], NOW)
    assert enrol(store, [SourceSpec("My paper", "my-paper", feeds=(FEED,))], NOW, keep=True) == Enrolled(0, 1, ())
    assert set(every(store)) == {"tribune"}


def test_a_list_whose_addresses_are_all_wrong_leaves_no_empty_source(store: Store):
    done = enrol(store, [SourceSpec("Nothing", "nothing", feeds=("gopher://x.example/",))], NOW, keep=True)
    assert (done.new, len(done.refused)) == (0, 1)
    assert every(store) == {}


def _outlets(number: int) -> list[SourceSpec]:
    names = [f"Paper {place}" for place in range(number)]
    return [
        SourceSpec(name, slug(name), feeds=(f"https://{slug(name)}.example/feed", f"https://{slug(name)}.example/b"))
        for name in names
    ]


@pytest.mark.parametrize("keep", [True, False], ids=["list", "file"])
def test_many_sources_take_no_more_statements_than_few(store: Store, *, keep: bool):
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert enrol(store, _outlets(60), NOW, keep=keep) == Enrolled(120, 0, ())
    new = len(asked)
    assert enrol(store, _outlets(60), NOW, keep=keep) == Enrolled(0, 120, ())
    assert new <= 6
    assert len(asked) - new <= 3
    assert [feeds_of(store, f"paper-{place}")[1] for place in (0, 59)] == [
        "https://paper-0.example/feed",
        "https://paper-59.example/feed",
    ]


def test_two_of_one_name_in_one_list_are_told_apart_and_their_later_feeds_go_with_them(store: Store):
    first = SourceSpec("Tribune", "tribune", "https://tribune.example/", feeds=(FEED,))
    namesake = SourceSpec("Tribune", "tribune", "", feeds=("https://tribune.test/feed",))
    more = [
        replace(first, feeds=("https://m.tribune.example/x",)),
        replace(namesake, feeds=("https://tribune.test/y",)),
    ]
    assert enrol(store, [first, namesake, *more], NOW, keep=True) == Enrolled(4, 0, ())
    assert set(every(store)) == {"tribune", "tribune-test-tribune"}
    assert feeds_of(store, "tribune") == ["https://m.tribune.example/x", FEED]
    assert feeds_of(store, "tribune-test-tribune") == ["https://tribune.test/feed", "https://tribune.test/y"]


def test_of_two_descriptions_in_one_file_the_later_one_holds(store: Store):
    later = replace(TRIBUNE, name="The Tribune", feeds=("https://tribune.example/new.xml",))
    assert enrol(store, [TRIBUNE, later], NOW) == Enrolled(2, 0, ())
    assert every(store)["tribune"].name == "The Tribune"
    assert feeds_of(store, "tribune") == [FEED, "https://tribune.example/new.xml"]


OVERRIDE = Override(body=("div.story", "//article[@id='ä']"), title=("h1",))


def test_an_override_is_taken_over_and_goes_with_its_lines(store: Store):
    enrol(store, [replace(TRIBUNE, override=OVERRIDE)], NOW)
    assert every(store)["tribune"].override == OVERRIDE
    enrol(store, [replace(TRIBUNE, override=Override(remove=("aside",)))], NOW)
    assert every(store)["tribune"].override == Override(remove=("aside",))
    enrol(store, [TRIBUNE], NOW)
    assert every(store)["tribune"].override == Override()


def test_a_list_of_feeds_leaves_an_override_as_it_is(store: Store):
    enrol(store, [replace(TRIBUNE, override=OVERRIDE)], NOW)
    enrol(store, [replace(TRIBUNE, feeds=("https://tribune.example/b",))], NOW, keep=True)
    assert every(store)["tribune"].override == OVERRIDE


def test_an_override_that_cannot_be_read_is_refused_by_source_and_expression_and_nothing_is_stored(store: Store):
    wrong = replace(TRIBUNE, slug="other", override=Override(remove=("aside", "p[")))
    with pytest.raises(Refused, match=r"source 'other', extract\.remove: the expression 'p\[' cannot be read"):
        enrol(store, [TRIBUNE, wrong], NOW)
    assert every(store) == {}
