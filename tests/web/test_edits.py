"""What the page of an article tells of its edits, and of its end."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import update

from aggregator.core.publication import GONE_AT_HOME, Publication
from aggregator.store import articles, publications, revisions
from aggregator.store.revisions import Revision
from aggregator.store.tables import articles as rows
from tests.web.newsstand import Site, publish
from tests.world import NOW

URL = "https://harbour-tribune.example/news/1"
SECRET = "words of an old version"


def _edited(site: Site, *kinds: str) -> Publication:
    made = publish(site.store, URL)
    with site.store.writing() as session:
        article = articles.by_key(session, made.key)
        assert article is not None
        told = [
            Revision(article.id, place, kind, NOW + timedelta(hours=place), SECRET, SECRET, SECRET, "", note=SECRET)
            for place, kind in enumerate(kinds, 2)
        ]
        revisions.add(session, told)
        session.execute(update(rows).where(rows.c.id == article.id).values(version=1 + len(kinds)))
    return made


def test_an_article_of_one_version_tells_of_no_edits(site: Site):
    assert "Edits" not in site.get(f"/articles/{publish(site.store, URL).key}").text


@pytest.mark.parametrize("kinds", [("rules",), ("rules", "rules")])
def test_what_we_read_better_is_no_edit(site: Site, kinds: tuple[str, ...]):
    assert "Edits" not in site.get(f"/articles/{_edited(site, *kinds).key}").text


def test_edits_are_listed_with_their_times_the_minor_ones_folded_and_without_old_words(site: Site):
    answer = site.get(f"/articles/{_edited(site, 'update', 'minor', 'rules', 'correction', 'rewrite').key}")
    page = html.fromstring(answer.body)
    listed = [each.text_content() for each in page.xpath("//section[@aria-labelledby='edits']/ul/li")]
    assert [each.rpartition(": ")[2] for each in listed] == ["first seen", "updated", "corrected", "written anew"]
    assert listed[1].startswith("24 Nov 2026, 14:00 UTC")
    (folded,) = page.xpath("//section[@aria-labelledby='edits']/details")
    assert folded.xpath("summary")[0].text == "1 minor edit"
    assert folded.xpath("ul/li")[0].text_content() == "24 Nov 2026, 15:00 UTC"
    assert SECRET not in answer.text


def test_what_its_publisher_withdrew_is_gone_and_no_legal_case(site: Site):
    made = publish(site.store, URL, "Breakwater to be rebuilt")
    with site.store.writing() as session:
        article = articles.by_key(session, made.key)
        assert article is not None
        publications.withdraw(session, [article.id], f"{GONE_AT_HOME} (2026-11-24)", NOW)
    answer = site.get(f"/articles/{made.key}")
    assert answer.status == 410
    assert "Harbour Tribune has withdrawn this article" in answer.text
    assert "Breakwater" not in answer.text
    assert "blocked-by" not in answer.headers.get("link", "")
