"""articles: what is listed and shown, and whether `why` tells the whole life of anything ever seen."""

from typing import Any

import pytest

from tests.cli.conftest import BUSY, COURIER, MISSING, OPEN, STUB, TERMS, TRIBUNE, Command

pytestmark = pytest.mark.usefixtures("day")

AGAIN = f"{OPEN}?utm_source=rss"


def key_of(aggregator: Command, url: str) -> str:
    key: str = aggregator("articles", "show", url, "--json").json["key"]
    return key


def steps(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["step"], step["outcome"]) for step in entry["steps"]]


def test_the_newest_articles_are_listed_without_their_copies(aggregator: Command):
    listed = aggregator("articles", "list", "--json").json
    assert {each["title"] for each in listed} == {"Breakwater to be rebuilt", "Valley school opens again"}


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        (["--source", "open"], ["Valley school opens again"]),
        (["--source", "courier"], []),
        (["--language", "de"], []),
        (["--source", "tribune", "--language", "en"], ["Breakwater to be rebuilt"]),
    ],
)
def test_a_list_can_be_narrowed(aggregator: Command, options: list[str], titles: list[str]):
    assert [each["title"] for each in aggregator("articles", "list", *options, "--json").json] == titles


def test_a_list_can_be_cut_short(aggregator: Command):
    assert len(aggregator("articles", "list", "--limit", "1", "--json").json) == 1
    assert aggregator("articles", "list", "--limit", "0").code == 2


@pytest.mark.parametrize(
    ("status", "url", "reason"),
    [
        ("duplicate", COURIER, "a copy of article "),
        ("quarantined", STUB, "too-short"),
        ("refused", MISSING, "the server answered 404"),
        ("due", BUSY, "took longer than 30 seconds"),
    ],
)
def test_what_ended_otherwise_is_listed_with_the_reason(aggregator: Command, status: str, url: str, reason: str):
    found = {each["url"]: each["reason"] for each in aggregator("articles", "list", "--status", status, "--json").json}
    assert reason in found[url]


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--status", "lost"], "there are published, due, "), (["--source", "nobody"], "no source is called 'nobody'")],
)
def test_an_unknown_word_is_refused_with_those_there_are(aggregator: Command, options: list[str], said: str):
    done = aggregator("articles", "list", *options)
    assert (done.code, said in done.error) == (1, True)


@pytest.mark.parametrize("status", ["published", "duplicate", "quarantined", "refused", "due"])
def test_every_list_fits_eighty_columns(aggregator: Command, status: str):
    assert max(map(len, aggregator("articles", "list", "--status", status).out.splitlines())) <= 80


def test_an_article_is_found_by_id_key_any_address_and_our_own_page(aggregator: Command):
    shown = aggregator("articles", "show", TRIBUNE, "--json").json
    names = [str(shown["id"]), shown["key"], shown["key"].upper(), f"{TRIBUNE}?utm_source=x#part"]
    names += [f"http://127.0.0.1:8000/articles/{shown['key']}", f"http://127.0.0.1:8000/articles/{shown['key']}/"]
    for name in names:
        assert aggregator("articles", "show", name, "--json").json["id"] == shown["id"], name


def test_an_article_is_shown_with_text_group_and_sightings(aggregator: Command):
    shown = aggregator("articles", "show", COURIER, "--json").json
    assert shown["excerpt"].startswith("The decision will be felt here too")
    assert set(shown["group"]) == {key_of(aggregator, TRIBUNE), shown["key"]}
    assert {each["url"] for each in shown["sightings"]} == {TRIBUNE, COURIER}
    assert shown["publication"]["form"] == "excerpt"
    plain = aggregator("articles", "show", COURIER).out
    assert f"copy      {shown['key']} {COURIER}" in plain
    assert "live as excerpt" in plain


def test_an_unknown_article_is_refused_with_where_to_look(aggregator: Command):
    done = aggregator("articles", "show", STUB)
    assert (done.code, "try `aggregator articles why`" in done.error) == (1, True)


def test_why_tells_an_articles_whole_life(aggregator: Command):
    life = aggregator("articles", "why", TRIBUNE, "--json").json
    (entry,) = life["entries"]
    assert steps(entry) == [("poll", "polled"), ("fetch", "fetched"), ("extract", "extracted"), ("gather", "article")]
    assert all(step["at"].startswith("2026-11-24T12:0") for step in entry["steps"])
    assert (entry["source"], entry["feed"]) == ("Harbour Tribune", "https://tribune.example/feed.xml")
    assert (entry["raw_date"], entry["published"]) == ("Tue, 24 Nov 2026 10:00:00 +0000", "2026-11-24T10:00:00+00:00")
    assert entry["pages"][0]["status"] == 200
    article = life["article"]
    assert article["canonical"] == article["key"]
    assert article["canonical because"].startswith("the earliest of 2 copies")
    assert article["story"]
    assert article["publications"][-1]["outcome"] in {"published", "unchanged"}
    assert article["shown because"] == ["default: an excerpt of at most 40 words and 300 characters"]


def test_why_tells_of_a_copy_which_is_canonical_by_which_rule_and_score(aggregator: Command):
    life = aggregator("articles", "why", COURIER, "--json").json
    assert steps(life["entries"][0])[-1] == ("gather", "duplicate")
    article = life["article"]
    canonical = key_of(aggregator, TRIBUNE)
    assert (article["canonical"], article["key"] != canonical) == (canonical, True)
    (copy,) = article["copies"]
    assert (copy["of"], copy["relation"]) == (canonical, "copy")
    assert copy["score"] > 0.9
    assert "containment" in copy["rule"]


def test_why_tells_by_which_licence_a_text_is_shown_in_full(aggregator: Command):
    article = aggregator("articles", "why", OPEN, "--json").json["article"]
    assert (article["shown as"], article["shown because"]) == (
        "full",
        [f"source.licence: CC-BY-4.0, stated at {TERMS}"],
    )


def test_why_tells_of_both_tellings_of_one_address(aggregator: Command):
    entries = aggregator("articles", "why", OPEN, "--json").json["entries"]
    assert {entry["url"]: entry["status"] for entry in entries} == {OPEN: "article", AGAIN: "duplicate"}
    assert "the same address as article" in next(entry["reason"] for entry in entries if entry["url"] == AGAIN)


@pytest.mark.parametrize(
    ("url", "status", "last", "reason"),
    [
        (STUB, "quarantined", ("extract", "quarantined"), "too-short"),
        (MISSING, "refused", ("fetch", "refused"), "the server answered 404"),
        (BUSY, "due", ("fetch", "later"), "took longer than 30 seconds"),
    ],
)
def test_why_works_for_what_never_became_an_article(
    aggregator: Command, url: str, status: str, last: tuple[str, str], reason: str
):
    life = aggregator("articles", "why", url, "--json").json
    (entry,) = life["entries"]
    assert life["article"] is None
    assert (entry["status"], steps(entry)[-1]) == (status, last)
    assert reason in entry["reason"]
    plain = aggregator("articles", "why", url).out
    assert f"stands as {status}" in plain
    assert reason in plain


def test_why_takes_the_entry_of_a_list_by_its_id(aggregator: Command):
    (listed,) = aggregator("articles", "list", "--status", "quarantined", "--json").json
    life = aggregator("articles", "why", str(listed["entry"]), "--entry", "--json").json
    assert [entry["url"] for entry in life["entries"]] == [STUB]
    for wrong in ("999", "x", "9" * 40):
        assert "there is no entry" in aggregator("articles", "why", wrong, "--entry").error


def test_why_says_by_which_takedown_an_address_is_blocked_even_one_that_was_never_seen(aggregator: Command):
    never = "https://tribune.example/2025/never"
    aggregator("takedown", "article", never, "--reason", "a wish", "--yes")
    life = aggregator("articles", "why", never, "--json").json
    assert life["takedown"].startswith("takedown 1: its address is blocked")
    assert (life["entries"], life["article"]) == ([], None)


def test_why_tells_of_an_article_that_was_taken_down(aggregator: Command):
    aggregator("takedown", "article", TRIBUNE, "--reason", "a wish", "--yes")
    life = aggregator("articles", "why", COURIER, "--json").json
    assert life["takedown"].startswith("takedown 1")
    assert [entry["reason"] for entry in life["entries"]] == ["takedown 1"]
    assert (life["article"]["state"], life["article"]["title"]) == ("removed", "")


@pytest.mark.parametrize("name", ["https://nobody.example/x", "nonsense", "12345", "9" * 40, "http://[", "²"])
def test_what_was_never_seen_is_said_to_be_unknown(aggregator: Command, name: str):
    done = aggregator("articles", "why", name)
    assert done.code == 1
    assert done.error == f"{name!r} was never seen: no feed has told of it, and no takedown names it"
