"""takedown: that it shows what it reaches, asks, does all of it, tells of it, and can be lifted."""

import pytest

from tests.cli.conftest import COURIER, OPEN, TRIBUNE, Command

pytestmark = pytest.mark.usefixtures("day")


def published(aggregator: Command) -> int:
    number: int = aggregator("status", "--json").json["published"]
    return number


def test_a_dry_run_shows_what_would_be_reached_and_changes_nothing(aggregator: Command):
    plan = aggregator("takedown", "article", COURIER, "--dry-run", "--json").json
    assert plan["dry_run"] is True
    assert set(plan["titles"]) == {"Breakwater to be rebuilt", "Harbour gets its breakwater back"}
    assert set(plan["urls"]) == {TRIBUNE, COURIER}
    assert plan["outlets"] == ["Courier", "Harbour Tribune"]
    assert (plan["entries"], plan["pages"], plan["live"]) == (2, 2, 1)
    assert aggregator("takedown", "list", "--json").json == []
    assert published(aggregator) == 2


def test_without_a_terminal_and_without_yes_it_shows_the_plan_and_does_nothing(aggregator: Command):
    done = aggregator("takedown", "article", COURIER, "--reason", "a wish")
    assert done.code == 2
    assert TRIBUNE in done.out
    assert "--yes" in done.error
    assert (aggregator("takedown", "list", "--json").json, published(aggregator)) == ([], 2)


def test_json_alone_is_no_consent(aggregator: Command):
    done = aggregator("takedown", "article", COURIER, "--reason", "a wish", "--json")
    assert (done.code, "give --yes" in done.error) == (1, True)
    assert (aggregator("takedown", "list", "--json").json, published(aggregator)) == ([], 2)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(aggregator: Command, reason: str):
    done = aggregator("takedown", "article", COURIER, "--reason", reason, "--yes")
    assert (done.code, "give --reason TEXT" in done.error) == (1, True)
    assert published(aggregator) == 2


@pytest.mark.parametrize("options", [["--dry-run"], ["--reason", "a wish", "--yes"]])
def test_what_is_neither_known_nor_an_address_is_refused(aggregator: Command, options: list[str]):
    done = aggregator("takedown", "article", "nonsense", *options)
    assert done.error == "no article is known as 'nonsense', and it is no address; see `aggregator articles list`"


@pytest.mark.parametrize("by", ["id", "key", "url"])
def test_an_article_goes_with_its_copies_whatever_it_is_called(aggregator: Command, by: str):
    name = str(aggregator("articles", "show", TRIBUNE, "--json").json[by])
    done = aggregator("takedown", "article", name, "--reason", "a wish", "--requester", "A. Author", "--yes")
    assert (done.code, "takedown 1 is in force" in done.out) == (0, True)
    assert published(aggregator) == 1
    for url in (TRIBUNE, COURIER):
        assert aggregator("articles", "show", url, "--json").json["state"] == "removed"
    shown = aggregator("takedown", "show", "1", "--json").json
    assert (shown["reason"], shown["requester"], shown["state"]) == ("a wish", "A. Author", "active")
    assert len(shown["evidence"]["blobs"]) == 2


def test_check_says_whether_an_address_is_blocked_under_any_disguise_and_by_what(aggregator: Command):
    assert aggregator("takedown", "check", TRIBUNE).out == "not blocked\n"
    aggregator("takedown", "article", COURIER, "--reason", "a wish", "--yes")
    for url in (
        TRIBUNE,
        f"{TRIBUNE}?utm_source=x",
        f"{TRIBUNE}/amp",
        "http://www.courier.example/breakwater-to-be-rebuilt/",
    ):
        told = aggregator("takedown", "check", url, "--json").json
        assert (told["blocked"], told["rule"].startswith("takedown 1")) == (True, True), url
    assert aggregator("takedown", "check", OPEN, "--json").json["blocked"] is False
    assert aggregator("takedown", "check", "nonsense").error == "'nonsense' is no address"


def test_an_address_that_we_do_not_hold_is_blocked_all_the_same(aggregator: Command):
    done = aggregator("takedown", "article", "https://x.example/later", "--reason", "a wish", "--yes")
    assert "No article that we hold; the address will be blocked all the same." in done.out
    assert aggregator("takedown", "check", "https://x.example/later", "--json").json["blocked"] is True


def test_lifting_needs_a_reason_and_consent_and_keeps_the_history(aggregator: Command):
    aggregator("takedown", "article", COURIER, "--reason", "a wish", "--yes")
    assert "give --why TEXT" in aggregator("takedown", "lift", "1", "--yes").error
    assert aggregator("takedown", "lift", "1", "--why", "an error").code == 2
    assert "give --yes" in aggregator("takedown", "lift", "1", "--why", "an error", "--json").error
    assert aggregator("takedown", "show", "1", "--json").json["state"] == "active"
    done = aggregator("takedown", "lift", "1", "--why", "an error", "--yes", "--json").json
    assert (done["state"], len(done["fetched_anew"])) == ("lifted", 2)
    (kept,) = aggregator("takedown", "list", "--json").json
    assert (kept["state"], kept["reason"], kept["lifted_why"]) == ("lifted", "a wish", "an error")
    assert aggregator("takedown", "check", TRIBUNE).out == "not blocked\n"


def test_what_does_not_hold_cannot_be_lifted_or_shown(aggregator: Command):
    assert "takedown 7 does not exist" in aggregator("takedown", "lift", "7", "--why", "x", "--yes").error
    assert "there is no takedown 7" in aggregator("takedown", "show", "7").error
    aggregator("takedown", "article", COURIER, "--reason", "a wish", "--yes")
    aggregator("takedown", "lift", "1", "--why", "x", "--yes")
    assert "does not hold any more" in aggregator("takedown", "lift", "1", "--why", "x", "--yes").error


def test_the_list_fits_eighty_columns(aggregator: Command):
    aggregator("takedown", "article", f"https://x.example/{'long/' * 40}", "--reason", "a wish " * 30, "--yes")
    assert max(map(len, aggregator("takedown", "list").out.splitlines())) <= 80
