"""Limits: the latest of each address, evidence for ten minutes, kept until they end."""

from dataclasses import replace
from datetime import timedelta

from aggregator.core.limits import WINDOW, Limit
from aggregator.store import limits
from aggregator.store.session import Store
from tests.world import NOW

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def limit(url: str, at: timedelta = timedelta(), until: timedelta = HOUR, domain: str = "post.example") -> Limit:
    return Limit(url, url.split("/")[2], domain, NOW + at, NOW + until, "the server answered 429")


ONE, TWO = limit("https://a.post.example/1"), limit("https://b.post.example/1")


def test_limits_are_kept_as_they_are(store: Store) -> None:
    with store.writing() as session:
        limits.save(session, [])
        limits.save(session, iter([ONE, TWO]))
        assert set(limits.lately(session, {"post.example"}, NOW)) == {ONE, TWO}
        assert limits.lately(session, [], NOW) == []


def test_the_latest_of_an_address_stands(store: Store) -> None:
    later = replace(ONE, at=NOW + HOUR, until=NOW + 3 * HOUR, reason="the server answered 503")
    with store.writing() as session:
        limits.save(session, [ONE])
        limits.save(session, [replace(ONE, reason="in between"), later])
        assert limits.standing(session, NOW) == [later]


def test_evidence_is_of_the_same_domain_and_of_ten_minutes(store: Store) -> None:
    old, new = limit("https://a.post.example/old", -WINDOW - SECOND), limit("https://a.post.example/new", -WINDOW)
    other = limit("https://a.other.example/", domain="other.example")
    with store.writing() as session:
        limits.save(session, [old, new, other])
        assert limits.lately(session, ["post.example", "post.example"], NOW) == [new]
        assert set(limits.lately(session, ["post.example", "other.example"], NOW)) == {new, other}
        assert limits.lately(session, ["nobody.example"], NOW) == []


def test_what_still_holds_is_told_that_which_ends_last_first(store: Store) -> None:
    short, long = limit("https://a.post.example/short", until=SECOND), limit("https://a.post.example/long")
    twin = limit("https://a.post.example/aaa")
    with store.writing() as session:
        limits.save(session, [short, long, twin])
        assert limits.standing(session, NOW) == [twin, long, short]
        assert limits.standing(session, NOW + SECOND) == [twin, long]
        assert limits.standing(session, NOW + HOUR) == []


def test_limits_that_have_ended_are_forgotten(store: Store) -> None:
    with store.writing() as session:
        limits.save(session, [ONE, limit("https://a.post.example/2", until=2 * HOUR)])
        assert limits.forget(session, NOW + HOUR) == 0
        assert limits.forget(session, NOW + HOUR + SECOND) == 1
        assert [each.url for each in limits.standing(session, NOW)] == ["https://a.post.example/2"]
