"""robots.txt as RFC 9309 has it."""

import time

import pytest

from aggregator.adapters.robots import LONGEST_DELAY, parse
from aggregator.core.page import MAX_ROBOTS_BYTES

AGENT = "Aggregator"


def _allows(rules: str, path: str, agent: str = AGENT) -> bool:
    return parse(rules.encode(), 200).allows(f"https://news.example{path}", agent)


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /", "/a", False),
        ("Disallow: /a", "/a/b", False),
        ("Disallow: /a", "/abc", False),
        ("Disallow: /a/", "/a", True),
        ("Disallow: /a", "/A", True),
        ("Allow: /a/b\nDisallow: /a", "/a/b/c", True),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a\nDisallow: /a/b", "/a/b/c", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Allow: /a\nDisallow: /a", "/a", True),
        ("Disallow: /*.pdf", "/x/y.pdf?z=1", False),
        ("Disallow: /*.pdf", "/x/y.html", True),
        ("Disallow: /a*z", "/abcz", False),
        ("Disallow: /a*z", "/abc", True),
        ("Disallow: /*.pdf$", "/y.pdf", False),
        ("Disallow: /*.pdf$", "/y.pdf?z=1", True),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/a", True),
        ("Disallow: /\nAllow: /$", "/", True),
        ("Disallow: /search?q=", "/search?q=x", False),
        ("Disallow: /%7Eann", "/~ann", False),
        ("Disallow: /ä", "/%C3%A4", False),
        ("Disallow: /a # for now", "/a", False),
        ("disALLOW: /a", "/a", False),
    ],
)
def test_the_longest_match_wins_and_allow_wins_a_tie(rules: str, path: str, expected: bool) -> None:
    assert _allows(f"User-agent: *\n{rules}\n", path) is expected


GROUPS = """\
User-agent: *
Disallow: /

User-agent: aggregator
Disallow: /ours

User-agent: other
User-agent: third
Disallow: /theirs
"""


@pytest.mark.parametrize(
    ("agent", "path", "expected"),
    [
        ("Aggregator", "/a", True),
        ("Aggregator", "/ours", False),
        ("AGGREGATOR", "/ours", False),
        ("other", "/theirs", False),
        ("third", "/theirs", False),
        ("third", "/a", True),
        ("somebody", "/a", False),
    ],
)
def test_a_group_of_ones_own_stands_in_place_of_the_one_for_all(agent: str, path: str, expected: bool) -> None:
    assert _allows(GROUPS, path, agent) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("User-agent: Aggregator", True),
        ("User-agent: Aggregator/2.0", True),
        ("User-agent: Aggregator # us", True),
        ("User-agent: AGGREGATOR*", True),
        ("useragent:aggregator", True),
        ("User Agent aggregator", True),
        (" user-agent\t:\taggregator ", True),
        ("User-agent: *", True),
        ("User-agent: Agg", False),
        ("User-agent: Aggregator-News", False),
        ("User-agent: NewsAggregator", False),
        ("User-agent: regator", False),
        ("User-agent: !", False),
    ],
)
def test_a_name_counts_only_as_a_whole(line: str, expected: bool) -> None:
    rules = f"{line}\nDisallow: /\n"
    assert _allows(rules, "/a") is not expected
    assert _allows(rules, "/a", "Aggregator/1.0") is not expected


def test_two_groups_for_one_name_are_read_as_one() -> None:
    rules = "User-agent: Aggregator\nDisallow: /a\n\nUser-agent: Aggregator\nDisallow: /b\n"
    assert not _allows(rules, "/a")
    assert not _allows(rules, "/b")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, False),
        (301, True),
        (400, True),
        (401, True),
        (404, True),
        (429, True),
        (499, True),
        (500, False),
        (503, False),
        (599, False),
        (0, False),
    ],
)
def test_a_host_without_rules_allows_all_and_one_that_fails_allows_nothing(status: int, expected: bool) -> None:
    rules = parse(b"User-agent: *\nDisallow: /\n", status)
    assert rules.allows("https://news.example/a", AGENT) is expected


@pytest.mark.parametrize(("status", "expected"), [(200, True), (404, True), (503, False), (0, False)])
def test_a_host_that_fails_has_not_said_what_it_allows(status: int, expected: bool) -> None:
    assert parse(b"", status).known is expected


@pytest.mark.parametrize("status", [404, 500, 0])
def test_only_rules_that_were_given_ask_for_a_delay(status: int) -> None:
    assert parse(b"User-agent: *\nCrawl-delay: 5\n", status).delay(AGENT) is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("5", 5.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("120", LONGEST_DELAY),
        ("86400", LONGEST_DELAY),
        ("1e300", LONGEST_DELAY),
        ("inf", None),
        ("-3", None),
        ("nan", None),
        ("a while", None),
        ("", None),
    ],
)
def test_a_crawl_delay_is_kept_within_reason(asked: str, expected: float | None) -> None:
    assert parse(f"User-agent: *\nCrawl-delay: {asked}\n".encode(), 200).delay(AGENT) == expected


def test_a_delay_belongs_to_the_group_it_stands_in() -> None:
    rules = parse(b"User-agent: other\nCrawl-delay: 9\n\nUser-agent: *\nCrawl-delay: 2\n", 200)
    assert (rules.delay("other"), rules.delay(AGENT)) == (9.0, 2.0)


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00", b"<!doctype html><html>", b"Disallow: /\n", b"\x00" * 1000, b"User-agent\n: /\n"]
)
def test_what_holds_no_rules_forbids_nothing(body: bytes) -> None:
    assert parse(body, 200).allows("https://news.example/a", AGENT)


def test_a_byte_order_mark_before_the_rules_does_no_harm() -> None:
    assert not _allows("\ufeffUser-agent: *\nDisallow: /\n", "/a")


def test_rules_after_the_first_500_kib_are_not_read() -> None:
    comment = b"#" * (MAX_ROBOTS_BYTES - 1) + b"\n"
    rules = b"User-agent: *\nDisallow: /\n"
    assert parse(comment + rules, 200).allows("https://news.example/a", AGENT)
    assert not parse(rules + comment, 200).allows("https://news.example/a", AGENT)


def test_a_rule_that_the_bound_cuts_in_two_is_not_read() -> None:
    rules = b"User-agent: *\nDisallow: /private\n"
    lead = b"#" * (MAX_ROBOTS_BYTES - len(rules) + len(b"private\n") - 1) + b"\n"
    assert parse(lead + rules, 200).allows("https://news.example/public", AGENT)
    assert not parse(lead[8:] + rules, 200).allows("https://news.example/private", AGENT)


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b"User-agent: a%d\n" % n for n in range(14_000)) + b"Disallow: /x\n" * 20_000,
        b"User-agent: aggregator\n" * 10_000 + b"Disallow: /x\n" * 20_000,
        b"User agent" + b" " * 200_000 + b"*" * 200_000 + b"\nDisallow: /x",
        b"User-agent: *\n" + b"".join(b"Disallow: /*x*y*y*%d\n" % n for n in range(20_000)),
        b"User-agent: *\nDisallow: /" + b"*y" * 240_000,
        b"x" * (MAX_ROBOTS_BYTES + 1),
    ],
    ids=["names by rules", "our name often", "blanks", "stars", "stars in a line", "one line"],
)
def test_rules_made_to_take_long_do_not(body: bytes) -> None:
    begun = time.perf_counter()
    assert parse(body, 200).allows("https://news.example/" + "x" * 1900, AGENT) in {True, False}
    assert time.perf_counter() - begun < 6
