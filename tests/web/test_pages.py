"""The pages of the site."""

from datetime import timedelta

import pytest
from lxml import html

from aggregator.core.publication import Credit, PublicationState
from aggregator.core.takedown import Block, BlockKind, Scope
from aggregator.core.url import key
from aggregator.store import articles, publications, stories, takedowns
from tests.web.newsstand import WORDS, Site, publish
from tests.world import NOW

URL = "https://harbour-tribune.example/news/1"
HOSTILE = '<script>alert(1)</script> & "quotes"'


def _block(site: Site, url: str) -> None:
    with site.store.writing() as session:
        number = takedowns.add(session, Scope.ARTICLE, url, "asked for", "", NOW)
        takedowns.block(session, number, [Block(BlockKind.URL, key(url))])


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
    with site.store.writing() as session:
        held = [articles.by_key(session, each.key) for each in (first, second)]
        ids = [each.id for each in held if each]
        story = stories.by_key(session, first.key)
        assert story is not None
        articles.set_story(session, ids, story.id)
        other = stories.by_key(session, second.key)
        assert other is not None
        stories.recount(session, [story.id, other.id])
    page = html.fromstring(site.get("/").body)
    assert len(page.xpath("//section[@class='story']")) == 1
    assert "told by 2 sources" in page.text_content()
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
    _block(site, URL)
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


@pytest.mark.parametrize(
    "path",
    [
        "/articles/none",
        "/stories/none",
        "/sources/none",
        "/nothing",
        "/?page=0",
        "/?page=x",
        "/?page=99999",
        "/feed.xml",
    ],
)
def test_what_is_not_there_is_said_in_the_clothes_of_the_site(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status == 404
    assert "Test site" in answer.text
    assert "Linking" in answer.text or "assembled by software" in answer.text, "the disclaimer stands on every page"


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
