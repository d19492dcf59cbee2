"""stories: which are listed, and how one is shown."""

import pytest

from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("day")


def test_stories_are_listed_from_a_number_of_texts_on(aggregator: Command):
    assert aggregator("stories", "list", "--json").json == []
    listed = aggregator("stories", "list", "--at-least", "1", "--json").json
    assert {each["title"] for each in listed} == {"Breakwater to be rebuilt", "Valley school opens again"}
    assert len(aggregator("stories", "list", "--at-least", "1", "--limit", "1", "--json").json) == 1


def test_a_story_is_shown_by_key_id_and_our_own_page_of_it(aggregator: Command):
    story, *_ = aggregator("stories", "list", "--at-least", "1", "--json").json
    for name in (story["key"], str(story["id"]), f"http://127.0.0.1:8000/stories/{story['key']}/"):
        shown = aggregator("stories", "show", name, "--json").json
        assert shown["story"] == story
        assert [each["title"] for each in shown["articles"]] == [story["title"]]
    plain = aggregator("stories", "show", story["key"]).out
    assert story["title"] in plain
    assert max(map(len, plain.splitlines())) <= 80


def test_an_unknown_story_is_refused_with_where_to_look(aggregator: Command):
    for name in ("nothing", "999", "9" * 30):
        assert (
            aggregator("stories", "show", name).error == f"no story is called {name!r}; see `aggregator stories list`"
        )
