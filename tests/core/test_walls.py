"""Walls: who asks for proof that we are no robot, and what only looks like it."""

import pytest

from aggregator.core.walls import LOOKED_AT, wall

HTML = {"content-type": "text/html; charset=utf-8"}
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Post</title><item><title>{}</title>'
    "<link>https://post.example/1</link></item></channel></rss>"
)


def page(title: str = "", body: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("status", "headers", "maker"),
    [
        (403, {"cf-mitigated": "challenge"}, "Cloudflare"),
        (200, {"cf-mitigated": "CHALLENGE"}, "Cloudflare"),
        (202, {"x-amzn-waf-action": "challenge"}, "AWS WAF"),
        (405, {"x-amzn-waf-action": "captcha"}, "AWS WAF"),
        (429, {"x-vercel-mitigated": "challenge"}, "Vercel"),
        (403, {"x-vercel-mitigated": "deny"}, "Vercel"),
        (403, {"x-datadome": "protected"}, "DataDome"),
        (403, {"x-px-captcha": "1"}, "PerimeterX"),
        (403, {"server": "ddos-guard"}, "DDoS-Guard"),
        (200, {"server": "ddos-guard"}, ""),
        (404, {"server": "ddos-guard"}, ""),
        (403, {"server": "cloudflare"}, ""),
        (403, {"cf-mitigated": ""}, ""),
        (403, {"x-px-captcha": ""}, ""),
        (403, {"cf-ray": "8f1a"}, ""),
        (403, {}, ""),
    ],
)
def test_a_wall_is_told_by_its_headers(status: int, headers: dict[str, str], maker: str) -> None:
    assert wall(status, headers | {"content-type": "application/json"}, b"{}") == maker


@pytest.mark.parametrize(
    ("body", "maker"),
    [
        (page("Just a moment..."), "Cloudflare"),
        (page("Attention Required! | Cloudflare"), "Cloudflare"),
        (page("", "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/x'></script>"), "Cloudflare"),
        (page("", "<iframe src='/_Incapsula_Resource?CWUDNSAI=5'></iframe>"), "Imperva"),
        (page("", "Request unsuccessful. Incapsula incident ID: 1-2"), "Imperva"),
        (page("", "<script src='https://ct.captcha-delivery.com/c.js'></script>"), "DataDome"),
        (page("", "<div id='px-captcha'></div>"), "PerimeterX"),
        (page("Access Denied", "You don't have permission. Reference&#32;#18.2d"), "Akamai"),
        (page("Access Denied", f"{'x' * 900}Reference&#32;#18.2d"), ""),
        (page("Making sure you&#39;re not a bot!"), "Anubis"),
        (page("", "<script id='anubis_challenge' type='application/json'></script>"), "Anubis"),
        (page("Sucuri WebSite Firewall - Access Denied"), "Sucuri"),
        (page("DDOS-GUARD"), "DDoS-Guard"),
        (page("Please verify you are human"), "a challenge"),
        (page("Verifying that you are a human"), "a challenge"),
        (page("Are you a robot?"), "a challenge"),
        (page("Checking your browser before you go on"), "a challenge"),
        (page("Pardon Our Interruption"), "a challenge"),
        (page("Forbidden"), ""),
        (page("Access Denied"), ""),
        (page("The robot that learned to sail", "Are you a robot? asked the harbour master."), ""),
        (b"", ""),
    ],
)
def test_a_wall_is_told_by_its_page(body: bytes, maker: str) -> None:
    assert wall(403, HTML, body) == maker
    assert wall(403, {}, body) == maker, "a page without a type is looked at too"
    assert wall(200, HTML, body) == maker, "some walls say that all is well"


def test_only_the_beginning_of_a_page_is_looked_at() -> None:
    mark = b"px-captcha"
    assert wall(200, HTML, b" " * (LOOKED_AT - len(mark)) + mark) == "PerimeterX"
    assert wall(200, HTML, b" " * (LOOKED_AT - len(mark) + 1) + mark) == ""


@pytest.mark.parametrize("kind", ["application/rss+xml", "text/xml", "application/json"])
def test_what_is_no_page_is_no_wall_whatever_its_words(kind: str) -> None:
    assert wall(200, {"content-type": kind}, FEED.format("Just a moment with the ferry master").encode()) == ""


@pytest.mark.parametrize(
    "headline",
    ["Just a moment with the ferry master", "Queues at the airport security check", "Robots: are you human enough?"],
)
def test_a_feed_that_is_sent_as_a_page_is_no_wall_for_its_headlines(headline: str) -> None:
    assert wall(200, HTML, FEED.format(headline).encode()) == ""


@pytest.mark.parametrize(
    "body", [b"<title>" * 3_000, b"<title>Access Denied</title>" * 700, b"<title>" + b" " * 20_000]
)
def test_a_page_that_means_harm_is_no_wall(body: bytes) -> None:
    assert wall(200, HTML, body) == ""
