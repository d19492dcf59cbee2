"""The clothes of the site can be read by everybody: WCAG 2.2, section 1.4.3 and the structure of pages."""

import re
from pathlib import Path

import pytest
from lxml import html

from aggregator import web
from tests.web.newsstand import Site, publish

STYLE = (Path(web.__file__).parent / "static" / "style.css").read_text()
LIGHT, DARK = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", each)) for each in STYLE.split("prefers-color-scheme", 1))


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("words", ["ink", "soft", "link"])
@pytest.mark.parametrize("ground", ["paper", "mark"])
def test_words_stand_out_from_their_ground(colours: dict[str, str], words: str, ground: str) -> None:
    assert _contrast(colours[words], colours[ground]) >= 4.5


def test_every_page_has_one_heading_landmarks_a_way_past_the_menu_and_a_disclaimer(site: Site) -> None:
    made = publish(site.store, "https://harbour-tribune.example/1", "A headline")
    paths = ("/", "/sources", "/sources/harbour-tribune", "/about", f"/articles/{made.key}", f"/stories/{made.key}")
    for path in (*paths, "/nothing"):
        page = html.fromstring(site.get(path).body)
        assert len(page.xpath("//h1")) == 1, path
        assert len(page.xpath("//main[@id='content']")) == 1, path
        assert page.xpath("/html/body/*[1]/@href") == ["#content"], path
        assert page.xpath("//html/@lang") == ["en"], path
        assert "assembled by software" in page.xpath("string(//footer)"), path


def test_the_menu_says_where_one_is(site: Site) -> None:
    page = html.fromstring(site.get("/sources").body)
    assert [each.text for each in page.xpath("//nav//a[@aria-current='page']")] == ["Sources"]


def test_every_time_can_be_read_by_programs(site: Site) -> None:
    publish(site.store, "https://harbour-tribune.example/1", "A headline")
    times = html.fromstring(site.get("/").body).xpath("//time/@datetime")
    assert times == ["2026-11-24T11:00:00+00:00"]
