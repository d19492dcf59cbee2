"""OPML 1.0, 1.1 and 2.0: lists of feeds, read and written."""

import re
from collections.abc import Iterable, Sequence

from lxml import etree

from aggregator.core.errors import Refused, Unreadable
from aggregator.core.source import Source, SourceSpec, slug
from aggregator.core.url import host, normal

MAX_BYTES = 5 * 1024 * 1024
MAX_OUTLINES = 20_000
COUNTRY_LETTERS = 2
LONGEST_SLUG = 60
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 section 2.2


def read(body: bytes) -> tuple[SourceSpec, ...]:
    """Return the feeds of a list, one source for each, however deep they are nested; Unreadable when it is no OPML.

    A category of two letters is taken as the country. Sources of the same name are told apart by their hosts.
    """
    if len(body) > MAX_BYTES:
        raise Unreadable(f"an OPML file of {len(body)} bytes is too large, {MAX_BYTES} are read")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"not OPML: {error}") from error
    if str(getattr(root, "tag", "")).lower() != "opml":  # None where recovery found nothing at all
        raise Unreadable("not OPML: the outermost element is not <opml>")
    found = []
    for number, outline in enumerate(root.iter("outline")):
        if number >= MAX_OUTLINES:
            raise Unreadable(f"more than {MAX_OUTLINES} outlines; split the file")
        spec = _spec(outline)
        if spec is not None:
            found.append(spec)
    return _distinct(found)


def _spec(outline: etree._Element) -> SourceSpec | None:
    named = {name.lower(): value for name, value in outline.attrib.items()}
    url = str(named.get("xmlurl", "")).strip()
    if not url:
        return None
    name = " ".join(str(named.get("title") or named.get("text") or _host(url)).split())[:200]
    parent = outline.getparent()
    category = (parent.get("text") or "") if parent is not None else ""
    return SourceSpec(
        name=name,
        slug=slug(name),
        url=str(named.get("htmlurl", "")),
        country=category.lower() if len(category) == COUNTRY_LETTERS and category.isalpha() else "",
        language=str(named.get("language", ""))[:35],
        feeds=(url,),
    )


def _host(url: str) -> str:
    try:
        return host(url)
    except Refused:
        return "source"


def _distinct(specs: Sequence[SourceSpec]) -> tuple[SourceSpec, ...]:
    """Return the specs with slugs that are theirs alone: by host where two have one name."""
    names: dict[str, str] = {}
    found: list[SourceSpec] = []
    for spec in specs:
        home = _host(spec.feeds[0])
        own = spec.slug
        if names.setdefault(own, home) != home:
            own = _at_home(spec.slug, home)
        names.setdefault(own, home)
        found.append(SourceSpec(spec.name, own, spec.url, spec.country, spec.language, feeds=spec.feeds))
    return tuple(found)


def _at_home(name: str, home: str) -> str:
    """Return a slug of name and host in which the host is whole, however long the name."""
    place = slug(home)
    return slug(f"{name[: max(LONGEST_SLUG - len(place) - 1, 0)]} {place}")


def write(title: str, listed: Iterable[tuple[Source, Sequence[str]]]) -> bytes:
    """Return an OPML 2.0 list of sources with their feeds."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _xml(title)
    body = etree.SubElement(root, "body")
    for source, feeds in listed:
        for url in feeds:
            name = _xml(source.name)
            outline = etree.SubElement(body, "outline", type="rss", text=name, title=name)
            outline.set("xmlUrl", normal(url))
            if source.url:
                outline.set("htmlUrl", _xml(source.url))
            if source.language:
                outline.set("language", _xml(source.language))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _xml(text: str) -> str:
    """Return text without the characters that no XML document can hold."""
    return _NOT_XML.sub("", text)
