"""The pages of the site."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import text

from aggregator.core.publication import Credit, PublicationState
from aggregator.core.source import Show
from aggregator.store import articles, publications
from aggregator.web.pages import direction
from tests.newsdesk import licensed, outlet
from tests.web.newsstand import WORDS, Site, block, join, publish
from tests.world import NOW

URL = "https://harbour-tribune.example/news/1"
HOSTILE = '<script>alert(1)</script> & "quotes"'


def test_an_empty_site_says_so(site: Site) -> None:
    answer = site.get("/")
    assert answer.status == 200
    assert "Nothing has been published yet" in answer.text


def test_the_front_page_shows_headlines_with_their_sources(site: Site) -> None:
    made = publish(site.store, URL, "Breakwater to be rebuilt")
    page = html.fromstring(site.get("/").body)
    link = page.xpath("//article//h2/a")[0]
    assert link.text == "Breakwater to be rebuilt"
    assert link.get("href") == f"/articles/{made.key}"
    assert page.xpath("//article//a[@href='/sources/harbour-tribune']")[0].text == "Harbour Tribune"


def test_a_story_of_several_texts_is_shown_as_one(site: Site) -> None:
    first = publish(site.store, URL, "The first telling")
    second = publish(site.store, "https://other.example/2", "The second telling", outlet="Other Post")
    join(site.store, first, second)
    page = html.fromstring(site.get("/").body)
    assert len(page.xpath("//section[@class='story']")) == 1
    assert "told by 2 sources" in page.text_content()
    assert "The whole story" in site.get(f"/articles/{first.key}").text
    told = site.get(f"/stories/{first.key}")
    assert told.status == 200
    headlines = [each.text for each in html.fromstring(told.body).xpath("//article//h2/a")]
    assert sorted(headlines) == ["The first telling", "The second telling"]


def test_an_article_names_its_source_before_its_words_and_links_to_the_original(site: Site) -> None:
    made = publish(site.store, URL, "Breakwater to be rebuilt")
    answer = site.get(f"/articles/{made.key}")
    page = html.fromstring(answer.body)
    link = page.xpath("//a[@class='original']")[0]
    assert link.get("href") == URL
    assert "Harbour Tribune" in link.text
    assert answer.text.index("Harbour Tribune</strong>") < answer.text.index(WORDS)
    assert "By A. Name" in answer.text
    assert "Assembled by software." in answer.text
    assert "an excerpt of at most 40 words" in answer.text
    assert page.xpath("//link[@rel='canonical']/@href") == [URL]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex, follow"]
    assert len(page.xpath("//h1")) == 1


def test_every_outlet_that_ran_the_text_gets_its_credit(site: Site) -> None:
    also = (Credit("Other Post", "https://other.example/", "https://other.example/copy", NOW, "other-post"),)
    made = publish(site.store, URL, also=also)
    page = html.fromstring(site.get(f"/articles/{made.key}").body)
    assert page.xpath("//section[@aria-labelledby='also']//a/@href") == ["https://other.example/copy"]


def test_foreign_words_bear_their_language_and_direction(site: Site) -> None:
    made = publish(site.store, URL, "عنوان", language="ar")
    page = html.fromstring(site.get(f"/articles/{made.key}").body)
    heading = page.xpath("//h1")[0]
    assert (heading.get("lang"), heading.get("dir")) == ("ar", "rtl")


def test_hostile_words_stay_words(site: Site) -> None:
    made = publish(site.store, URL, HOSTILE, authors=(HOSTILE,), rules=(HOSTILE,))
    for path in ("/", f"/articles/{made.key}", "/sources/harbour-tribune", f"/stories/{made.key}"):
        answer = site.get(path)
        assert "<script" not in answer.text, path
        assert "alert(1)" in answer.text, path


def test_what_was_withdrawn_is_unavailable_for_legal_reasons(site: Site) -> None:
    made = publish(site.store, URL, "Breakwater to be rebuilt")
    with site.store.writing() as session:
        article = articles.by_key(session, made.key)
        assert article is not None
        publications.withdraw(session, [article.id], "takedown 7", NOW)
    answer = site.get(f"/articles/{made.key}")
    assert answer.status == 451
    assert answer.headers["Link"] == '<https://site.example/>; rel="blocked-by"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "takedown 7" in answer.text
    assert "Harbour Tribune" in answer.text
    assert "Breakwater" not in answer.text
    assert WORDS not in answer.text
    assert "desk@site.example" in answer.text


def test_a_block_that_comes_after_publishing_hides_the_article_at_once(site: Site) -> None:
    made = publish(site.store, URL, "Breakwater to be rebuilt")
    assert "Breakwater" in site.get("/").text
    block(site.store, URL)
    for path in ("/", "/sources/harbour-tribune", f"/stories/{made.key}"):
        assert "Breakwater to be rebuilt" not in site.get(path).text, path
    assert site.get(f"/articles/{made.key}").status == 451
    for kind in ("rss", "atom", "json"):
        assert WORDS not in site.get(f"/feed.{kind}").text


def test_a_copy_leads_to_the_article_that_took_its_place(site: Site) -> None:
    made = publish(site.store, URL, state=PublicationState.MOVED, moved_to="abcdefghijklm")
    answer = site.get(f"/articles/{made.key}")
    assert answer.status == 301
    assert answer.headers["Location"] == "/articles/abcdefghijklm"


MISSING = (
    "/articles/none",
    "/articles/%00",
    "/articles/-1",
    "/stories/%00",
    "/sources/%00",
    "/sources/..",
    "/languages/%00/feed.rss",
    "/languages/tlh/feed.rss",
    f"/articles/{'a' * 5000}",
    "/?page=2",
    "/?page=01",
    "/?page=0000011111",
    "/?page=%D9%A1",
    "/sources/none/feed.rss?page=2",
    "/feed.rss?page=2",
    "/stories/none",
    "/sources/none",
    "/nothing",
    "/?page=0",
    "/?page=x",
    "/?page=99999",
    "/feed.xml",
)


def test_what_is_not_there_is_said_in_the_clothes_of_the_site(site: Site) -> None:
    for path in MISSING:
        answer = site.get(path)
        assert answer.status == 404, path
        assert "Test site" in answer.text, path
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert "assembled by software" in answer.text, "the disclaimer stands on every page"


def test_pages_lead_to_older_ones_and_back(site: Site) -> None:
    for number in range(41):
        publish(site.store, f"https://harbour-tribune.example/{number}", f"Headline {number}")
    first, second = (html.fromstring(site.get(path).body) for path in ("/", "/?page=2"))
    assert first.xpath("//a[@rel='next']/@href") == ["?page=2"]
    assert second.xpath("//a[@rel='prev']/@href") == ["?page=1"]
    assert len(first.xpath("//article")) == 40
    assert len(second.xpath("//article")) == 1


def test_the_sources_are_listed_with_what_is_shown_of_them(site: Site) -> None:
    publish(site.store, URL)
    assert "Harbour Tribune" in site.get("/sources").text
    source = site.get("/sources/harbour-tribune").text
    assert "shown as excerpts with a link to the original" in source
    licensed(site.store)
    page = html.fromstring(site.get("/sources/open-gazette").body)
    assert "shown in full" in page.text_content()
    assert page.xpath("//a[@rel='license']/@href") == ["https://creativecommons.org/licenses/by/4.0/"]
    assert "as Open Gazette states it" in page.text_content()


def test_nothing_is_said_to_be_shown_in_full_without_a_licence(site: Site) -> None:
    outlet(site.store, "Loose Post", show=Show.FULL)
    assert "shown as excerpts" in site.get("/sources/loose-post").text


def test_only_web_addresses_become_links(site: Site) -> None:
    bad = "javascript:alert(1)"
    outlet(site.store, "Sly Post", url=bad, licence="Own", licence_url=bad, licence_stated_at=bad)
    for path in ("/sources", "/sources/sly-post"):
        assert bad not in site.get(path).text, path


def test_every_answer_bears_the_headers_that_keep_readers_safe(site: Site) -> None:
    for path in ("/", "/feed.rss", "/healthz", "/nothing"):
        headers = site.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_nothing_is_loaded_from_elsewhere_and_no_script_runs(site: Site) -> None:
    made = publish(site.store, URL, published=NOW - timedelta(days=1))
    for path in ("/", f"/articles/{made.key}", "/about", "/sources"):
        page = html.fromstring(site.get(path).body)
        assert page.xpath("//script") == []
        loaded = page.xpath("//img/@src | //link[@rel='stylesheet']/@href | //iframe/@src")
        assert all(each.startswith("/") for each in loaded)
    assert site.get("/static/style.css").status == 200


def test_an_article_that_nobody_else_tells_of_leads_to_no_story(site: Site) -> None:
    made = publish(site.store, URL)
    assert f"/stories/{made.key}" not in site.get(f"/articles/{made.key}").text


def test_a_blocked_headline_is_not_the_headline_of_its_story(site: Site) -> None:
    told = [
        publish(site.store, f"https://harbour-tribune.example/{place}", f"Telling {place}", outlet=f"Post {place}")
        for place in range(3)
    ]
    title = join(site.store, *told)
    bad, *good = sorted(told, key=lambda each: each.title != title)
    block(site.store, bad.url)
    for path in (
        "/",
        f"/stories/{told[0].key}",
        *(f"/stories/{told[0].key}/feed.{kind}" for kind in ("rss", "atom", "json")),
    ):
        text = site.get(path).text
        assert bad.title not in text, path
        assert all(each.title in text for each in good), path


def test_a_withdrawn_page_says_whom_else_to_ask(site: Site) -> None:
    made = publish(site.store, URL)
    number = block(site.store, URL)
    text = html.fromstring(site.get(f"/articles/{made.key}").body).text_content()
    assert f"(takedown {number})" in text
    assert "first published by Harbour Tribune, who may be asked" in text


def test_what_may_not_be_done_says_what_may(site: Site) -> None:
    answer = site.get("/", method="POST")
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_a_page_that_breaks_is_answered_with_a_page_that_gives_nothing_away(site: Site) -> None:
    made = publish(site.store, URL)
    with site.store.writing() as session:
        session.execute(text("UPDATE publications SET body = '{broken'"))
    answer = site.get(f"/articles/{made.key}")
    assert answer.status == 500
    assert "Something went wrong here" in answer.text
    assert "broken" not in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("language", "written"),
    [("ar", "rtl"), ("fa-IR", "rtl"), ("he", "rtl"), ("ur", "rtl"), ("en", "ltr"), ("arn", "ltr"), ("", "auto")],
)
def test_languages_are_written_in_their_direction(language: str, written: str) -> None:
    assert direction(language) == written
