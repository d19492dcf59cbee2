"""The demo newsroom, read over a real connection as a feed reader and a browser would read it."""

import itertools
import re
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
import trafilatura
import uvicorn
from protego import Protego

from aggregator.devtools.newsroom import OUTLETS, Outlet, create_app, sources_toml
from aggregator.devtools.newsroom.article import Article, Kind, articles, read

STARTED = datetime(2026, 11, 24, 9, 0, 0, 250_000, tzinfo=UTC)
LATE = 200  # seconds after the start: everything that comes has come
MISSING = "/story/2026/swimming-gala-results"
WITHDRAWN = "/news/council/dredging-contract-questions"
CORRECTED = "/2026/energy/sundlink-cable-fault-h4398"
WIRE = {
    "nordwind-press": "/2026/economy/north-basin-herring-quota-h4417",
    "moorland-post": "/articles/20709/smaller-herring-catch-agreed",
    "brackwater-times": "/story/2026/smokehouses-brace-for-herring-cut",
    "gazette-estuaire": "/english/herring-catch-cut-by-18-percent.html",
}
GERMAN_WIRE = {
    "mittelau-anzeiger": "/lokales/oberwehrbahn-bleibt-gesperrt-8841.html",
    "kranichsee-rundschau": "/region/bruecke-haelt-nicht-zug-faellt-aus",
}
EVENT = {
    "harbour-tribune": "/news/transport/margaret-ansty-aground-corran-bank",
    "moorland-post": "/articles/20714/moor-rescuers-sledge-margaret-ansty",
    "brackwater-times": "/story/2026/margaret-ansty-passengers-corran-bank",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(slots=True)
class Newsroom:
    """A running newsroom whose clock the test sets."""

    port: int = 0
    elapsed: timedelta = field(default_factory=timedelta)

    def at(self, seconds: float) -> "Newsroom":
        self.elapsed = timedelta(seconds=seconds)
        return self

    def now(self) -> datetime:
        return STARTED + self.elapsed

    def ask(self, host: str, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={"Host": f"{host}:{self.port}"} | names)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, slug: str, path: str, **headers: str) -> Answer:
        return self.ask(f"{slug}.localhost", path, **headers)

    def feed(self, outlet: Outlet, which: int = 0) -> Any:
        return feedparser.parse(self.get(outlet.slug, outlet.feed_paths[which]).body)

    def path(self, link: str, slug: str) -> str:
        base = f"http://{slug}.localhost:{self.port}"
        assert link.startswith(base + "/")
        return link.removeprefix(base)

    def paths(self, outlet: Outlet, which: int = 0) -> list[str]:
        return [self.path(entry.link, outlet.slug) for entry in self.feed(outlet, which).entries]

    def document(self, slug: str, path: str) -> Any:
        page = self.get(slug, path)
        assert page.status == 200
        url = f"http://{slug}.localhost:{self.port}{path}"
        return trafilatura.bare_extraction(page.body, url=url, include_comments=False, with_metadata=True)

    def text(self, slug: str, path: str) -> str:
        return str(self.document(slug, path).text)


@contextmanager
def serving(*, quick: bool = False) -> Iterator[Newsroom]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        newsroom = Newsroom(listener.getsockname()[1])
        app = create_app(STARTED, newsroom.now, newsroom.port, quick=quick)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield newsroom
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="module")
def running() -> Iterator[Newsroom]:
    with serving() as newsroom:
        yield newsroom


@pytest.fixture
def newsroom(running: Newsroom) -> Newsroom:
    return running.at(0)


def outlet(slug: str) -> Outlet:
    return next(outlet for outlet in OUTLETS if outlet.slug == slug)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + 4]) for start in range(len(found) - 3)}


def containment(one: str, other: str) -> float:
    """Return the share of the shorter text's runs of four words that the longer text has too."""
    a, b = shingles(one), shingles(other)
    return len(a & b) / min(len(a), len(b))


def body(article: Article) -> str:
    return " ".join(article.paragraphs)


def full_articles(slug: str) -> list[Article]:
    return [article for article in articles() if article.outlet == slug and article.kind is Kind.ARTICLE]


def every_outlet() -> Iterable[Any]:
    return [pytest.param(outlet, id=outlet.slug) for outlet in OUTLETS]


# The outlets and their texts


def test_the_outlets_speak_four_languages_and_are_told_apart_by_slug() -> None:
    assert Counter(outlet.language for outlet in OUTLETS) == {"en": 4, "de": 2, "fr": 1, "es": 1}
    assert len({outlet.slug for outlet in OUTLETS}) == len({outlet.name for outlet in OUTLETS}) == 8


def test_sources_toml_lists_every_outlet_with_its_feeds() -> None:
    sources = tomllib.loads(sources_toml(8899))["source"]
    for source, known in zip(sources, OUTLETS, strict=True):
        base = f"http://{known.slug}.localhost:8899"
        assert source["feeds"] == [base + path for path in known.feed_paths]
        assert [source[key] for key in ("name", "slug", "url", "country", "language")] == [
            known.name,
            known.slug,
            f"{base}/",
            known.country,
            known.language,
        ]


def test_sources_toml_shows_in_full_only_what_is_licensed() -> None:
    sources = tomllib.loads(sources_toml(8899))["source"]
    assert [source["slug"] for source in sources if source["show"] == "full"] == ["harbour-tribune"]
    licensed = next(source for source in sources if "licence" in source)
    assert licensed["slug"] == "harbour-tribune"
    assert licensed["licence"] == "CC-BY-4.0"
    assert licensed["licence_url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert licensed["licence_stated_at"] == "http://harbour-tribune.localhost:8899/licence"


def test_there_are_sixty_articles_each_with_its_own_title_and_address() -> None:
    assert len(articles()) == 60
    assert len({article.title for article in articles()}) == 60
    assert len({(article.outlet, article.path) for article in articles()}) == 60


def test_full_articles_are_as_long_as_news_is() -> None:
    lengths = {article.name: len(words(body(article))) for article in articles() if article.kind is Kind.ARTICLE}
    assert len(lengths) == 56
    assert {name: length for name, length in lengths.items() if not 150 <= length <= 470} == {}


def test_no_two_articles_share_text_unless_they_run_the_same_wire_story() -> None:
    wire = {*WIRE.values(), *GERMAN_WIRE.values()}
    texts = [article for article in articles() if article.kind is Kind.ARTICLE and article.path not in wire]
    pairs = itertools.combinations(texts, 2)
    assert [(a.name, b.name) for a, b in pairs if containment(body(a), body(b)) > 0.05] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not enough values"),
        ("no header", "not enough values"),
        ("title\n+++\nx = 1\n+++\n", "draft: an article starts with"),
        ("+++\nnot toml\n+++\n", "Expected '='"),
        ("+++\ntitle = 'x'\n+++\n", "outlet"),
    ],
)
def test_a_file_that_is_not_an_article_is_refused(text: str, reason: str) -> None:
    with pytest.raises((ValueError, KeyError), match=reason):
        read("draft", text)


# Pages


@pytest.mark.parametrize("outlet", every_outlet())
def test_the_text_title_and_date_of_each_article_can_be_read_from_its_page(newsroom: Newsroom, outlet: Outlet) -> None:
    shown = [article for article in full_articles(outlet.slug) if article.withdrawn_after is None]
    assert len(shown) >= 6
    for article in shown:
        document = newsroom.at(LATE).document(outlet.slug, article.path)
        written, read_out = Counter(words(body(article))), Counter(words(document.text))
        common = (written & read_out).total()
        assert common >= 0.9 * written.total(), article.name
        assert common >= 0.85 * read_out.total(), article.name
        assert document.title.replace("\xa0", " ") == article.title.replace("\xa0", " ")
        assert document.date == (STARTED + article.appears_after - article.age).date().isoformat()


def test_each_outlet_builds_its_pages_in_its_own_way(newsroom: Newsroom) -> None:
    first = {outlet.slug: newsroom.get(outlet.slug, newsroom.paths(outlet)[-1]).text for outlet in OUTLETS}
    classes = {slug: set(" ".join(re.findall(r'class="([^"]+)"', page)).split()) for slug, page in first.items()}
    assert classes["mittelau-anzeiger"] == set()
    for one, other in itertools.combinations(classes, 2):
        assert classes[one].isdisjoint(classes[other]), (one, other)


@pytest.mark.parametrize(
    ("slug", "evidence"),
    [
        ("nordwind-press", '<script type="application/ld+json">{"@context"'),
        ("harbour-tribune", '<meta property="og:title"'),
        ("moorland-post", 'itemprop="headline"'),
        ("brackwater-times", '<meta property="article:published_time"'),
        ("mittelau-anzeiger", "<time datetime="),
        ("kranichsee-rundschau", '"@graph"'),
        ("gazette-estuaire", 'itemprop="datePublished"'),
        ("faro-puertoalba", '<script type="application/ld+json">[{'),
    ],
)
def test_each_outlet_says_in_its_own_way_what_an_article_is(newsroom: Newsroom, slug: str, evidence: str) -> None:
    assert evidence in newsroom.at(LATE).get(slug, full_articles(slug)[0].path).text


@pytest.mark.parametrize("outlet", every_outlet())
def test_no_link_on_the_front_page_or_an_article_is_dead(newsroom: Newsroom, outlet: Outlet) -> None:
    base = f"http://{outlet.slug}.localhost:{newsroom.port}"
    pages = [newsroom.at(LATE).get(outlet.slug, path).text for path in ("/", full_articles(outlet.slug)[-1].path)]
    found = {path for page in pages for path in re.findall(rf'(?:href|src)="{base}([^"#]*)', page)} - {MISSING}
    assert len(found) >= 8
    assert {path: newsroom.get(outlet.slug, path).status for path in found} == dict.fromkeys(found, 200)


def test_a_page_stays_the_same_while_other_articles_come_and_go(newsroom: Newsroom) -> None:
    for outlet in OUTLETS:
        lasting = [a for a in full_articles(outlet.slug) if not (a.appears_after or a.correction or a.withdrawn_after)]
        early, late = ([newsroom.at(t).get(outlet.slug, a.path).body for a in lasting] for t in (0, LATE))
        assert early == late


def test_a_page_leads_on_to_three_other_articles(newsroom: Newsroom) -> None:
    for known in OUTLETS:
        for article in full_articles(known.slug):
            page = newsroom.at(39).get(known.slug, article.path)
            shown = set(re.findall(r'<a [^>]*href="([^"#]+)"', page.text)) if page.status == 200 else set()
            others = [other for other in full_articles(known.slug) if any(link.endswith(other.path) for link in shown)]
            assert page.status == 404 or (len(others) == 3 and article not in others), article.name


def test_pictures_are_png_files_and_only_those_of_articles_exist(newsroom: Newsroom) -> None:
    page = newsroom.get("harbour-tribune", EVENT["harbour-tribune"]).text
    (picture,) = re.findall(r'og:image" content="([^"]+)"', page)
    answer = newsroom.get("harbour-tribune", newsroom.path(picture, "harbour-tribune"))
    assert answer.headers["content-type"] == "image/png"
    assert answer.body.startswith(b"\x89PNG\r\n\x1a\n")
    assert newsroom.get("harbour-tribune", "/media/no-such.png").status == 404


# Feeds


@pytest.mark.parametrize("outlet", every_outlet())
def test_feed_items_lead_to_pages_that_exist_except_the_one_that_never_did(newsroom: Newsroom, outlet: Outlet) -> None:
    for which in range(len(outlet.feed_paths)):
        paths = newsroom.at(LATE).paths(outlet, which)
        statuses = {path: newsroom.get(outlet.slug, path).status for path in paths}
        assert len(statuses) >= 3
        assert statuses == {path: 404 if path == MISSING else 200 for path in paths}


@pytest.mark.parametrize("outlet", every_outlet())
def test_feeds_are_in_the_format_that_their_address_and_type_promise(newsroom: Newsroom, outlet: Outlet) -> None:
    formats = {".xml": ("rss20", "rss"), "atom": ("atom10", "atom"), ".rdf": ("rss10", "rdf")}
    for which, path in enumerate(outlet.feed_paths):
        version, kind = formats["atom" if path == "/atom.xml" else path[-4:]]
        assert newsroom.feed(outlet, which).version == version
        content_type = newsroom.get(outlet.slug, path).headers["content-type"]
        assert content_type == f"application/{kind}+xml; charset=utf-8"


@pytest.mark.parametrize("outlet", every_outlet())
def test_dates_have_a_zone_and_lie_within_the_last_day_and_a_half(newsroom: Newsroom, outlet: Outlet) -> None:
    feed = newsroom.at(LATE).feed(outlet)
    for entry in feed.entries:
        written = entry.published if feed.version == "rss20" else entry.get("published", entry.updated)
        moment = parsedate_to_datetime(written) if feed.version == "rss20" else datetime.fromisoformat(written)
        assert moment.utcoffset() == timedelta()
        assert STARTED - timedelta(hours=36) <= moment <= newsroom.now()


@pytest.mark.parametrize("outlet", every_outlet())
def test_page_and_feed_give_an_article_the_same_date(newsroom: Newsroom, outlet: Outlet) -> None:
    entry = newsroom.feed(outlet).entries[-1]
    page = newsroom.get(outlet.slug, newsroom.path(entry.link, outlet.slug)).text
    stated = re.findall(r'(?:datetime|content|datePublished|dateModified)"?[=:] ?"(\d{4}-[^"]+)"', page)
    assert stated
    for text in stated:
        moment = datetime.fromisoformat(text)
        assert moment.utcoffset() == timedelta()
        assert moment.utctimetuple() == (entry.get("published_parsed") or entry.updated_parsed)


def test_forty_five_articles_are_there_at_once_and_fifteen_more_come_one_by_one(newsroom: Newsroom) -> None:
    def seen(seconds: float) -> set[tuple[str, str]]:
        return {(outlet.slug, path) for outlet in OUTLETS for path in newsroom.at(seconds).paths(outlet)}

    arrivals = sorted(article.appears_after.seconds for article in articles() if article.appears_after)
    assert len(arrivals) == 15
    assert all(8 <= later - earlier <= 10 for earlier, later in itertools.pairwise([0, *arrivals]))
    known = seen(0)
    assert len(known) == 45
    for moment in arrivals:
        assert seen(moment - 0.001) <= known
        new = seen(moment) - known
        assert len(new) == 1
        known |= new
    assert len(known) == 60


def test_an_article_has_no_page_before_it_is_published(newsroom: Newsroom) -> None:
    assert newsroom.at(27.9).get("moorland-post", EVENT["moorland-post"]).status == 404
    assert newsroom.at(28).get("moorland-post", EVENT["moorland-post"]).status == 200


def test_a_quick_newsroom_has_everything_at_once_but_keeps_its_later_changes() -> None:
    with serving(quick=True) as newsroom:
        assert sum(len(newsroom.paths(outlet)) for outlet in OUTLETS) == 60
        assert newsroom.get("harbour-tribune", WITHDRAWN).status == 200
        assert newsroom.at(40).get("harbour-tribune", WITHDRAWN).status == 410


# The special cases


def test_four_outlets_run_one_wire_story_under_four_headlines(newsroom: Newsroom) -> None:
    documents = {slug: newsroom.at(LATE).document(slug, path) for slug, path in WIRE.items()}
    assert len({document.title for document in documents.values()}) == 4
    original = documents["nordwind-press"].text
    assert {slug: containment(original, document.text) > 0.9 for slug, document in documents.items()} == dict.fromkeys(
        WIRE, True
    )
    assert all("(NPA)" in document.text for document in documents.values())


def test_the_verbatim_copy_changes_nothing_but_adds_a_credit(newsroom: Newsroom) -> None:
    original, copy = (newsroom.at(LATE).text(slug, WIRE[slug]) for slug in ("nordwind-press", "moorland-post"))
    own_paragraphs = [line for line in copy.splitlines() if line not in original]
    assert own_paragraphs == ["Report: Nordwind Press Agency (NPA)"]


def test_the_local_copy_puts_its_own_paragraphs_around_the_whole_report(newsroom: Newsroom) -> None:
    original = newsroom.at(LATE).text("nordwind-press", WIRE["nordwind-press"]).splitlines()
    local = newsroom.text("brackwater-times", WIRE["brackwater-times"]).splitlines()
    taken = [line for line in local if line in original]
    assert len(taken) >= 8
    assert "Brackwater kipper" in local[0]
    assert "Tobias Fenn" in local[local.index(taken[-1]) + 1]


def test_the_shortened_copy_keeps_three_fifths_and_is_in_english_in_a_french_outlet(newsroom: Newsroom) -> None:
    original, short = (newsroom.at(LATE).text(slug, WIRE[slug]) for slug in ("nordwind-press", "gazette-estuaire"))
    assert 0.55 <= len(words(short)) / len(words(original)) <= 0.67
    gazette = outlet("gazette-estuaire")
    entry = next(e for e in newsroom.feed(gazette).entries if e.link.endswith(WIRE["gazette-estuaire"]))
    assert gazette.language == "fr"
    assert entry.title_detail.language == "en"
    assert '<html lang="en">' in newsroom.get("gazette-estuaire", WIRE["gazette-estuaire"]).text


def test_two_german_outlets_run_one_german_wire_story(newsroom: Newsroom) -> None:
    first, second = (newsroom.at(LATE).document(slug, path) for slug, path in GERMAN_WIRE.items())
    assert first.title != second.title
    assert containment(first.text, second.text) > 0.95
    assert "nbw" in first.text
    assert "nbw" in second.text


def test_three_outlets_tell_one_event_in_words_of_their_own(newsroom: Newsroom) -> None:
    documents = [newsroom.at(LATE).document(slug, path) for slug, path in EVENT.items()]
    for document in documents:
        lead = " ".join(document.text.split()[:120])
        assert all(name in document.title for name in ("Margaret Ansty", "Corran Bank"))
        assert all(name in lead for name in ("Margaret Ansty", "Corran Bank", "Tarrow Narrows", "61 passengers"))
    assert {document.date for document in documents} == {"2026-11-24"}
    assert max(containment(a.text, b.text) for a, b in itertools.combinations(documents, 2)) < 0.1


def test_a_correction_changes_the_figure_on_the_page_and_in_the_feed_and_moves_updated(newsroom: Newsroom) -> None:
    def entry() -> Any:
        return next(e for e in newsroom.feed(outlet("nordwind-press")).entries if e.link.endswith(CORRECTED))

    before, page_before = entry(), newsroom.at(29.9).get("nordwind-press", CORRECTED)
    page_after = newsroom.at(30).get("nordwind-press", CORRECTED)
    after = entry()
    assert "About 240,000 households" in before.summary
    assert "About 24,000 households" in after.summary
    assert (before.id, before.published) == (after.id, after.published)
    assert before.updated == before.published
    assert after.updated == "2026-11-24T09:00:30+00:00"
    assert "Correction:" not in page_before.text
    assert "Correction: An earlier version" in page_after.text
    assert "leaving about 24,000 households" in page_after.text
    assert '"dateModified": "2026-11-24T09:00:30+00:00"' in page_after.text
    assert page_after.headers["last-modified"] == "Tue, 24 Nov 2026 09:00:30 GMT"


def test_a_paywalled_page_shows_its_lead_and_says_that_it_is_not_free(newsroom: Newsroom) -> None:
    path = "/story/2026/premium/who-bought-the-paper-mill"
    page = newsroom.get("brackwater-times", path).text
    assert '"isAccessibleForFree": false' in page
    assert "Subscribe to continue" in page
    text = newsroom.text("brackwater-times", path).split("Subscribe to continue", maxsplit=1)[0]
    assert len(re.findall(r"\.(?:\s|$)", text)) == 2


def test_other_pages_are_free_to_read(newsroom: Newsroom) -> None:
    assert '"isAccessibleForFree": true' in newsroom.get("nordwind-press", CORRECTED).text


def test_the_licensed_outlet_states_its_licence_on_every_page_and_in_every_item(newsroom: Newsroom) -> None:
    tribune = outlet("harbour-tribune")
    feed = newsroom.at(LATE).feed(tribune)
    for element in (feed.feed, *feed.entries):
        assert [link.href for link in element.links if link.rel == "license"] == [tribune.licence_url]
    for path in newsroom.paths(tribune):
        assert f'<link rel="license" href="{tribune.licence_url}">' in newsroom.get(tribune.slug, path).text
    assert tribune.licence in newsroom.get(tribune.slug, "/licence").text


def test_the_licensed_feed_carries_whole_texts_and_no_other_does(newsroom: Newsroom) -> None:
    assert "Nothing was hit" in newsroom.feed(outlet("harbour-tribune")).entries[0].content[0].value
    others = [entry for other in OUTLETS if not other.licence for entry in newsroom.feed(other).entries]
    assert not any("content" in entry for entry in others)


@pytest.mark.parametrize("known", [o for o in OUTLETS if not o.licence], ids=lambda known: known.slug)
def test_the_other_outlets_state_no_licence(newsroom: Newsroom, known: Outlet) -> None:
    assert newsroom.get(known.slug, "/licence").status == 404
    assert 'rel="license"' not in newsroom.get(known.slug, full_articles(known.slug)[0].path).text


def test_a_feed_with_one_broken_item_is_not_xml_but_its_other_items_survive(newsroom: Newsroom) -> None:
    faro = outlet("faro-puertoalba")
    raw = newsroom.at(LATE).get(faro.slug, "/feed.xml").body
    with pytest.raises(ET.ParseError):
        ET.fromstring(raw)  # noqa: S314 - our own text
    feed = newsroom.feed(faro)
    assert feed.bozo
    sound = {article.title: article.path for article in full_articles(faro.slug) if not article.mangled}
    read_out = {entry.title: newsroom.path(entry.link, faro.slug) for entry in feed.entries}
    assert len(sound) == 5
    assert sound.items() <= read_out.items()
    assert 0 < raw.index(b"Feria & Mercado") < raw.rindex(b"<item>")


@pytest.mark.parametrize("known", [o for o in OUTLETS if o.slug != "faro-puertoalba"], ids=lambda known: known.slug)
def test_the_other_feeds_are_well_formed(newsroom: Newsroom, known: Outlet) -> None:
    for which in range(len(known.feed_paths)):
        assert not newsroom.at(LATE).feed(known, which).bozo


def test_a_consent_wall_answers_200_with_nothing_of_the_article(newsroom: Newsroom) -> None:
    page = newsroom.get("moorland-post", "/articles/20688/reservoir-walkers-path")
    visible = re.sub(r"<[^>]+>", " ", page.text)
    assert page.status == 200
    assert "Accept all" in visible
    assert "Manage preferences" in visible
    assert "Ravensmere" not in visible
    assert len(words(visible)) < 50


def test_a_withdrawn_article_leaves_the_feed_and_its_page_is_gone(newsroom: Newsroom) -> None:
    tribune = outlet("harbour-tribune")
    assert WITHDRAWN in newsroom.at(39.9).paths(tribune)
    assert newsroom.get(tribune.slug, WITHDRAWN).status == 200
    assert WITHDRAWN not in newsroom.at(40).paths(tribune)
    gone = newsroom.get(tribune.slug, WITHDRAWN)
    assert gone.status == 410
    assert "Lowmar" not in gone.text
    assert WITHDRAWN not in newsroom.get(tribune.slug, "/").text


def test_one_item_leads_to_a_page_that_is_not_found(newsroom: Newsroom) -> None:
    assert MISSING in newsroom.paths(outlet("brackwater-times"))
    assert newsroom.get("brackwater-times", MISSING).status == 404


def test_a_brief_is_too_short_to_be_an_article(newsroom: Newsroom) -> None:
    text = newsroom.text("mittelau-anzeiger", "/kurz/stromausfall-bahnhofstrasse-8836.html")
    assert "Bagger" in text
    assert len(words(text)) < 40


def test_the_second_feed_names_the_same_articles_with_tracking_parameters(newsroom: Newsroom) -> None:
    post = outlet("moorland-post")
    plain, tracked = newsroom.at(LATE).paths(post), newsroom.paths(post, 1)
    assert len(tracked) == 5
    assert all(path.endswith("?utm_source=rss&utm_medium=feed&utm_campaign=local") for path in tracked)
    assert {path.partition("?")[0] for path in tracked} < set(plain)
    path = next(path for path in tracked if path.startswith(EVENT["moorland-post"]))
    assert newsroom.get(post.slug, path).body == newsroom.get(post.slug, EVENT["moorland-post"]).body


def test_robots_are_kept_out_of_one_folder_in_which_a_feed_item_lies(newsroom: Newsroom) -> None:
    rundschau = outlet("kranichsee-rundschau")
    rules = Protego.parse(newsroom.get(rundschau.slug, "/robots.txt").text)
    paths = newsroom.at(LATE).paths(rundschau)
    assert [path for path in paths if not rules.can_fetch(path, "anybot")] == ["/intern/wie-wir-ueber-wahlen-berichten"]


@pytest.mark.parametrize("outlet", every_outlet())
def test_one_outlet_asks_for_a_second_between_visits(newsroom: Newsroom, outlet: Outlet) -> None:
    rules = Protego.parse(newsroom.get(outlet.slug, "/robots.txt").text)
    assert rules.crawl_delay("anybot") == (1.0 if outlet.slug == "gazette-estuaire" else None)
    assert rules.can_fetch("/", "anybot")


# HTTP

CHANGED = "Tue, 24 Nov 2026 09:00:40 GMT"  # the withdrawal, the last change of the Tribune before the football report
EARLIER = "Tue, 24 Nov 2026 09:00:39 GMT"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"If_None_Match": "{etag}"}, 304),
        ({"If_None_Match": "W/{etag}"}, 304),
        ({"If_None_Match": '"other", {etag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Modified_Since": CHANGED}, 304),
        ({"If_Modified_Since": EARLIER}, 200),
        ({"If_Modified_Since": "Tue, 24 Nov 2026 09:00:40 -0000"}, 304),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": CHANGED}, 200),
        ({"If_None_Match": "{etag}", "If_Modified_Since": EARLIER}, 304),
    ],
)
@pytest.mark.parametrize("path", ["/feed.xml", "/"])
def test_a_client_that_holds_the_current_version_is_told_so(
    newsroom: Newsroom, path: str, headers: dict[str, str], status: int
) -> None:
    known = newsroom.at(50).get("harbour-tribune", path)
    assert known.headers["last-modified"] == CHANGED
    sent = {name: value.format(etag=known.headers["etag"]) for name, value in headers.items()}
    answer = newsroom.at(60).get("harbour-tribune", path, **sent)
    assert answer.status == status
    assert answer.headers["etag"] == known.headers["etag"]
    assert answer.body == (known.body if status == 200 else b"")


def test_a_feed_that_gained_an_item_no_longer_matches_old_validators(newsroom: Newsroom) -> None:
    old = newsroom.at(63.9).get("harbour-tribune", "/feed.xml").headers
    for sent in ({"If_None_Match": old["etag"]}, {"If_Modified_Since": old["last-modified"]}):
        assert newsroom.at(64).get("harbour-tribune", "/feed.xml", **sent).status == 200


def test_the_host_header_picks_the_outlet_and_strangers_get_nothing(newsroom: Newsroom) -> None:
    assert "<title>The Moorland Post</title>" in newsroom.get("moorland-post", "/feed.xml").text
    assert "<title>Brackwater Times</title>" in newsroom.get("brackwater-times", "/feed.xml").text
    assert newsroom.get("daily-planet", "/feed.xml").status == 404
    assert newsroom.ask("moorland-post.localhost.news.example", "/feed.xml").status == 404


def test_the_bare_host_lists_the_outlets(newsroom: Newsroom) -> None:
    index = newsroom.ask("localhost", "/").text
    assert all(f"http://{known.slug}.localhost:{newsroom.port}/" in index for known in OUTLETS)


def test_a_head_request_gets_the_headers_without_the_text(newsroom: Newsroom) -> None:
    head = newsroom.ask("moorland-post.localhost", "/feed.xml", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == newsroom.get("moorland-post", "/feed.xml").headers["etag"]


def test_it_can_be_run_by_hand() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "aggregator.devtools.newsroom", "--port", str(port), "--quick"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert answered(Newsroom(port), until=time.monotonic() + 15).status == 200
        finally:
            process.terminate()
            printed, _ = process.communicate(timeout=10)
    assert f"http://harbour-tribune.localhost:{port}/" in printed


def answered(newsroom: Newsroom, until: float) -> Answer:
    """Return the answer of a server that may still be starting."""
    while True:
        try:
            return newsroom.get("harbour-tribune", "/feed.xml")
        except ConnectionRefusedError:
            assert time.monotonic() < until, "the newsroom did not start"
            time.sleep(0.05)
