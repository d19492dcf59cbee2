"""A publisher reads who asks, by which rules, what was asked of the host, and what keeps us away from it."""

from datetime import timedelta

import pytest
from lxml import html

from aggregator.core.limits import Limit
from aggregator.store import asked, limits
from aggregator.store.asked import Asked
from tests.web.newsstand import Site
from tests.world import NOW

HOST = "tribune.example"


def _asked(site: Site, *found: Asked, days_ago: int = 0) -> None:
    with site.store.writing() as session:
        asked.add(session, found, NOW - timedelta(days=days_ago))


def _one(host: str, kind: str, *, unchanged: bool = False, failed: bool = False, size: int = 0) -> Asked:
    return Asked(host, kind, unchanged=unchanged, failed=failed, size=size)


def _rows(page: str) -> list[list[str]]:
    return [[" ".join(cell.text_content().split()) for cell in row] for row in html.fromstring(page).xpath("//tr")]


def test_the_page_names_the_agent_the_contact_and_the_rules_in_force(site: Site):
    answer = site.get("/bot")
    text = " ".join(html.fromstring(answer.body).text_content().split())
    assert answer.status == 200
    assert "Aggregator/" in text
    assert "Write to desk@site.example if" in text
    assert "every 10 minutes at the most, every 24 hours at the least" in text
    assert "feeds 5 seconds and pages 10 seconds apart" in text
    assert "failed for 14 days and 10 times in a row is asked again only after 7 days, later every 30 days" in text
    assert "redirected 20 times over at least 3 days" in text
    assert "kept, up to 7 days" in text
    assert "asked 12 times more rarely" in text
    assert "Nothing was asked of anybody." in text
    assert "noindex" not in answer.text


def test_hosts_are_listed_by_how_often_they_were_asked_in_thirty_days(site: Site):
    _asked(site, _one("other.example", "feed", failed=True, size=7))
    feed, page = _one(HOST, "feed", unchanged=True), _one(HOST, "page", size=500)
    _asked(site, feed, page, days_ago=29)
    _asked(site, feed, feed, feed, days_ago=30)
    assert _rows(site.get("/bot").text)[1:] == [
        [HOST, "2", "1", "0", "500"],
        ["other.example", "1", "0", "1", "7"],
    ]


def test_a_host_is_told_day_by_day_and_kind_by_kind_with_its_sums(site: Site):
    _asked(site, _one(HOST, "feed", unchanged=True), _one(HOST, "robots", size=30))
    _asked(site, _one(HOST, "feed", failed=True, size=12), days_ago=1)
    _asked(site, _one(f"www.{HOST}", "feed", failed=True, size=12))
    answer = site.get(f"/bot/{HOST}")
    assert _rows(answer.text)[1:] == [
        ["2026-11-24", "feeds", "1", "1", "0", "0"],
        ["2026-11-24", "robots.txt", "1", "0", "0", "30"],
        ["2026-11-23", "feeds", "1", "0", "1", "12"],
        ["In all", "", "3", "1", "1", "42"],
    ]
    assert html.fromstring(answer.body).xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_the_limits_that_hold_for_a_host_or_its_domain_are_told_with_their_end(site: Site):
    def limit(url: str, host: str, hours: float) -> Limit:
        return Limit(url, host, HOST, NOW, NOW + timedelta(hours=hours), "the server answered 429 <b>")

    with site.store.writing() as session:
        held = [
            limit(f"https://www.{HOST}/a", f"www.{HOST}", 3),
            limit(f"*.{HOST}", f"blog.{HOST}", 2),
            limit(f"https://www.{HOST}/over", f"www.{HOST}", -1),
            limit(f"https://blog.{HOST}/b", f"blog.{HOST}", 4),
        ]
        limits.save(session, held)
    page = html.fromstring(site.get(f"/bot/www.{HOST}").body)
    said = [" ".join(each.text_content().split()) for each in page.xpath("//main//li")]
    assert said == [
        f"https://www.{HOST}/a is left alone until 24 Nov 2026, 15:00 UTC: the server answered 429 <b>",
        f"*.{HOST} is left alone until 24 Nov 2026, 14:00 UTC: the server answered 429 <b>",
    ]


def test_a_host_that_was_never_asked_is_told_so(site: Site):
    answer = site.get("/bot/nobody.example")
    assert answer.status == 200
    assert "Nothing was asked of nobody.example in the last 30 days." in answer.text


@pytest.mark.parametrize("name", ["NEWS.example", "a%20b", "%3Cscript%3E", "a/b", "x" * 300, "user@a.example"])
def test_what_is_no_host_is_not_found(site: Site, name: str):
    assert site.get(f"/bot/{name}").status == 404


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("tribune.example", "/bot/tribune.example"),
        ("+Tribune.EXAMPLE+", "/bot/tribune.example"),
        ("https://tribune.example/feed.xml", "/bot/tribune.example"),
        ("b%C3%BCcher.example", "/bot/xn--bcher-kva.example"),
        ("tribune.example:8080", "/bot/tribune.example%3A8080"),
    ],
)
def test_a_publisher_finds_a_host_by_its_name_or_an_address(site: Site, typed: str, leads_to: str):
    answer = site.get(f"/bot?host={typed}")
    assert (answer.status, answer.headers["Location"]) == (303, leads_to)
    assert site.get(leads_to).status == 200


def test_what_is_typed_and_is_no_host_is_said_to_be_none_and_does_no_harm(site: Site):
    answer = site.get("/bot?host=%22%3E%3Cscript%3E")
    page = html.fromstring(answer.body)
    assert answer.status == 200
    assert page.xpath("//script") == []
    assert page.xpath("string(//*[@id='wrong'])") == '“"><script>” is not the name of a host.'
    assert page.xpath("//input/@aria-invalid") == ["true"]


def test_a_long_list_has_pages_and_no_more_than_it_needs(site: Site):
    _asked(site, *(_one(f"h{number:03}.example", "feed", size=1) for number in range(101)))
    assert len(_rows(site.get("/bot").text)) == 101
    assert _rows(site.get("/bot?page=2").text)[1:] == [["h100.example", "1", "0", "0", "1"]]
    assert site.get("/bot?page=3").status == 404


def test_every_page_leads_to_it(site: Site):
    for path in ("/", "/about", "/bot/nobody.example"):
        assert html.fromstring(site.get(path).body).xpath("//footer//a[@href='/bot']"), path


@pytest.mark.parametrize("path", ["/bot", "/bot/tribune.example"])
def test_it_can_be_read_by_everybody_without_scripts(site: Site, path: str):
    _asked(site, _one(HOST, "feed", unchanged=True))
    page = html.fromstring(site.get(path).body)
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//script") == []
    assert not [each for each in page.xpath("//th") if not each.get("scope")]
    assert {each.get("id") for each in page.xpath("//input")} <= set(page.xpath("//label/@for"))
    assert page.xpath("count(//table)") == page.xpath("count(//div[@class='wide' and @tabindex='0']/table)")
