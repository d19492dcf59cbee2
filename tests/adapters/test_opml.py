"""OPML as other programs write it, as it is broken, and as we write it."""

import contextlib
from pathlib import Path

import pytest
from lxml import etree

from aggregator.adapters import opml
from aggregator.core.errors import Unreadable
from aggregator.core.source import Show, Source


def listed(*outlines: str, version: str = "2.0") -> bytes:
    return f'<?xml version="1.0"?><opml version="{version}"><head/><body>{"".join(outlines)}</body></opml>'.encode()


def source(name: str, url: str = "https://tribune.example/", language: str = "") -> Source:
    return Source(1, "tribune", name, url, "", language, Show.EXCERPT, "", "", "", "active")


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_a_flat_list_of_any_version_is_read(version: str):
    body = listed(
        '<outline text="Tribune" xmlUrl="https://tribune.example/feed" htmlUrl="https://tribune.example/"/>',
        version=version,
    )
    (spec,) = opml.read(body)
    assert (spec.name, spec.slug, spec.url) == ("Tribune", "tribune", "https://tribune.example/")
    assert spec.feeds == ("https://tribune.example/feed",)
    assert spec.show is Show.EXCERPT


def test_feeds_are_found_however_deep_the_folders_are():
    feed = '<outline text="Deep" xmlUrl="https://deep.example/feed"/>'
    (spec,) = opml.read(listed("<outline text='folder'>" * 50 + feed + "</outline>" * 50))
    assert spec.feeds == ("https://deep.example/feed",)


def test_a_folder_of_two_letters_is_the_country_and_others_are_none():
    specs = opml.read(
        listed(
            '<outline text="NO"><outline text="A" xmlUrl="https://a.example/f"/></outline>',
            '<outline text="Sport"><outline text="B" xmlUrl="https://b.example/f"/></outline>',
            '<outline text="42"><outline text="C" xmlUrl="https://c.example/f"/></outline>',
        )
    )
    assert [spec.country for spec in specs] == ["no", "", ""]


@pytest.mark.parametrize(
    ("outline", "name"),
    [
        ('<outline text="Text" title="Title" xmlUrl="https://a.example/f"/>', "Title"),
        ('<outline text="  Two   words " xmlUrl="https://a.example/f"/>', "Two words"),
        ('<outline xmlUrl="https://a.example/f"/>', "a.example"),
        ('<outline XMLURL="https://a.example/f" TEXT="Loud"/>', "Loud"),
        ('<outline xmlUrl="no address"/>', "source"),
        (f'<outline text="{"long " * 100}" xmlUrl="https://a.example/f"/>', ("long " * 100)[:200]),
    ],
)
def test_a_feed_is_named_by_title_text_or_host(outline: str, name: str):
    (spec,) = opml.read(listed(outline))
    assert spec.name == name


def test_outlines_without_a_feed_are_folders():
    assert opml.read(listed('<outline text="Empty"/>', '<outline text="Page" htmlUrl="https://a.example/"/>')) == ()


def test_two_outlets_of_one_name_are_told_apart_by_host_and_two_feeds_of_one_outlet_are_not():
    specs = opml.read(
        listed(
            '<outline text="News" xmlUrl="https://one.example/f"/>',
            '<outline text="News" xmlUrl="https://two.example/f"/>',
            '<outline text="News" xmlUrl="https://one.example/sport"/>',
        )
    )
    assert [spec.slug for spec in specs] == ["news", "news-two-example", "news"]


def test_long_names_that_begin_alike_do_not_make_two_outlets_one():
    name = "The very long name of a paper that goes on and on and on until nobody reads it "
    specs = opml.read(
        listed(*(f'<outline text="{name}" xmlUrl="https://{host}.example/f"/>' for host in ("one", "two", "three")))
    )
    assert len({spec.slug for spec in specs}) == 3
    assert all(len(spec.slug) <= 60 for spec in specs)


def test_names_in_scripts_without_latin_letters_are_told_apart_too():
    specs = opml.read(
        listed(
            '<outline text="新华" xmlUrl="https://a.example/f"/>', '<outline text="产经" xmlUrl="https://b.example/f"/>'
        )
    )
    assert [spec.name for spec in specs] == ["新华", "产经"]
    assert len({spec.slug for spec in specs}) == 2


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not OPML"),
        (b"no xml at all", "not OPML"),
        (b"<html><body/></html>", "outermost element is not <opml>"),
        (b"\x00\x01\x02", "not OPML"),
        (b"<opml>" + b" " * opml.MAX_BYTES, "too large"),
    ],
)
def test_what_is_no_opml_is_unreadable_and_says_so(body: bytes, said: str):
    with pytest.raises(Unreadable, match=said):
        opml.read(body)


def test_more_outlines_than_the_bound_are_refused_with_what_to_do():
    with pytest.raises(Unreadable, match="more than 20000 outlines; split the file"):
        opml.read(listed("<outline/>" * (opml.MAX_OUTLINES + 1)))


def test_a_slip_in_the_markup_costs_nothing_else():
    (spec,) = opml.read(b'<opml><body><outline text="A & B" xmlUrl="https://a.example/f"/></body>')
    assert spec.feeds == ("https://a.example/f",)


def test_no_other_file_is_read_by_way_of_an_entity(tmp_path: Path):
    more = tmp_path / "more.xml"
    more.write_text('<outline text="Smuggled" xmlUrl="https://smuggled.example/f"/>')
    own = '<outline text="Own" xmlUrl="https://own.example/f"/>'
    body = f'<!DOCTYPE opml [<!ENTITY more SYSTEM "{more.as_uri()}">]><opml><body>{own}&more;</body></opml>'
    assert [spec.name for spec in opml.read(body.encode())] == ["Own"]


def test_entities_that_unfold_without_end_do_no_harm():
    nested = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    outline = '<outline text="&j;" xmlUrl="https://a.example/f"/>'
    body = f'<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa">{nested}]><opml><body>{outline}</body></opml>'
    with contextlib.suppress(Unreadable):
        assert all(len(spec.name) <= 200 for spec in opml.read(body.encode()))


def test_what_is_written_is_opml_2_and_reads_back():
    written = opml.write("My list", [(source("Tribune & Söhne", language="de"), ["https://tribune.example/feed"])])
    root = etree.fromstring(written)
    assert (root.get("version"), root.findtext("head/title")) == ("2.0", "My list")
    (spec,) = opml.read(written)
    assert (spec.name, spec.language, spec.feeds) == ("Tribune & Söhne", "de", ("https://tribune.example/feed",))


def test_a_source_with_several_feeds_has_an_outline_for_each_and_one_without_has_none():
    feeds = ["https://tribune.example/a", "https://tribune.example/b"]
    written = opml.write("t", [(source("Tribune"), feeds), (source("Silent"), [])])
    assert [spec.feeds[0] for spec in opml.read(written)] == feeds


def test_characters_that_xml_cannot_hold_are_left_out_of_what_is_written():
    written = opml.write("a\x00b", [(source("Tri\x0bbune\ufffe", url=""), ["https://tribune.example/feed"])])
    (spec,) = opml.read(written)
    assert spec.name == "Tribune"
