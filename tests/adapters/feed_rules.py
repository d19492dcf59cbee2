"""What feeds must be, by their specifications; each function returns the rules that a document breaks, none if it is valid."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
MODIFIED = "{http://purl.org/dc/terms/}modified"
AT = "{http://purl.org/atompub/tombstones/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"
)
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
TAG_URI = re.compile(r"tag:[a-z0-9]([a-z0-9.-]*[a-z0-9])?,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def _is_date(words: str) -> bool:
    if not RFC3339.fullmatch(words):
        return False
    try:
        datetime.fromisoformat(words)
    except ValueError:
        return False
    return True


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()


def atom_faults(body: bytes) -> list[str]:
    """Check RFC 4287 with RFC 5005 and RFC 6721."""
    root = etree.fromstring(body)
    return list(_atom_faults(root)) if root.tag == f"{ATOM}feed" else ["4.1.1 the document element is atom:feed"]


def _atom_faults(feed: etree._Element) -> Iterator[str]:
    entries = feed.findall(f"{ATOM}entry")
    yield from _of_feed_or_entry(feed, "4.1.1 feed")
    for name in ("generator", "icon", "logo", "subtitle"):
        if len(feed.findall(ATOM + name)) > 1:
            yield f"4.1.1 feed has at most one {name}"
    if feed.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        yield "4.1.1 feed has an author unless all of its entries have"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    if "self" not in links:
        yield "4.1.1 feed should have a link rel=self"
    if links.get("next") and links["next"] in {links["self"], links.get("previous")}:
        yield "RFC 5005 3 next leads on"
    for entry in entries:
        yield from _of_feed_or_entry(entry, "4.1.2 entry")
        yield from _of_entry(entry)
    yield from _of_tombstones(feed)
    ids = Counter((_text(entry, f"{ATOM}id"), _text(entry, f"{ATOM}updated")) for entry in entries)
    if ids and max(ids.values()) > 1:
        yield "4.1.1 entries of one id differ in updated"
    yield from _everywhere(feed)


def _of_tombstones(feed: etree._Element) -> Iterator[str]:
    for gone in feed.findall(f"{AT}deleted-entry"):
        if not IRI.fullmatch(gone.get("ref", "")) or not _is_date(gone.get("when", "")):
            yield "RFC 6721 3 deleted-entry has ref and when"
        if [
            child.tag for child in gone if child.tag not in {f"{AT}comment", f"{AT}by", f"{ATOM}link", f"{ATOM}source"}
        ]:
            yield "RFC 6721 3 deleted-entry has nothing else in it"


def _of_feed_or_entry(element: etree._Element, where: str) -> Iterator[str]:
    for name in ("id", "title", "updated"):
        if len(element.findall(ATOM + name)) != 1:
            yield f"{where} has exactly one {name}"
    if len(element.findall(f"{ATOM}rights")) > 1:
        yield f"{where} has at most one rights"
    if not IRI.fullmatch(_text(element, f"{ATOM}id")):
        yield f"4.2.6 the id of {where} is an IRI: {_text(element, f'{ATOM}id')!r}"
    alternates = Counter(
        (link.get("type"), link.get("hreflang"))
        for link in element.findall(f"{ATOM}link")
        if link.get("rel", "alternate") == "alternate"
    )
    if alternates and max(alternates.values()) > 1:
        yield f"{where} has one alternate for each type and language"


def _of_entry(entry: etree._Element) -> Iterator[str]:
    contents = entry.findall(f"{ATOM}content")
    if len(contents) > 1:
        yield "4.1.2 entry has at most one content"
    if not contents and not entry.findall(f"{ATOM}link[@rel='alternate']"):
        yield "4.1.2 entry without content has a link rel=alternate"
    for name in ("published", "source", "summary"):
        if len(entry.findall(ATOM + name)) > 1:
            yield f"4.1.2 entry has at most one {name}"


def _everywhere(feed: etree._Element) -> Iterator[str]:
    for element in feed.iter(f"{ATOM}*"):
        name = etree.QName(element).localname
        if name in {"updated", "published"} and not _is_date(element.text or ""):
            yield f"3.3 {name} is a date: {element.text!r}"
        if name == "link":
            yield from _of_link(element)
        if name in {"author", "contributor"}:
            yield from _of_person(element)
        if name in {"title", "subtitle", "summary", "rights", "content"}:
            yield from _of_words(element, name)
        if name == "category" and not element.get("term"):
            yield "4.2.2.1 category has a term"
        if not LANGUAGE.fullmatch(element.get(f"{XML}lang", "en")):
            yield "2 xml:lang is a language tag"


def _of_link(link: etree._Element) -> Iterator[str]:
    if not IRI.fullmatch(link.get("href", "")):
        yield f"4.2.7.1 link has an href that is an IRI: {link.get('href')!r}"
    if not MEDIA_TYPE.fullmatch(link.get("type", "text/html")):
        yield "4.2.7.3 the type of a link is a media type"


def _of_person(person: etree._Element) -> Iterator[str]:
    if len(person.findall(f"{ATOM}name")) != 1:
        yield "3.2.1 a person has exactly one name"
    if person.find(f"{ATOM}uri") is not None and not IRI.fullmatch(_text(person, f"{ATOM}uri")):
        yield "3.2.2 a person's uri is an IRI"


def _of_words(element: etree._Element, name: str) -> Iterator[str]:
    if element.get("type", "text") not in {"text", "html", "xhtml"}:
        yield f"3.1.1 the type of {name} is text, html or xhtml"
    if len(element) and element.get("type") != "xhtml":
        yield f"3.1.1 {name} of type text or html has no child elements"


RSS_CHANNEL_ONCE = (
    "title",
    "link",
    "description",
    "language",
    "lastBuildDate",
    "generator",
    "docs",
    "ttl",
    "copyright",
    "pubDate",
)
RSS_ITEM_ONCE = ("title", "link", "description", "guid", "pubDate", "source", "author", "comments")
RSS_ITEM = {*RSS_ITEM_ONCE, "category", "enclosure"}


def rss_faults(body: bytes) -> list[str]:
    """Check RSS 2.0.11 of the RSS Advisory Board and its Best Practices Profile where that is a requirement."""
    root = etree.fromstring(body)
    if root.tag != "rss" or root.get("version") != "2.0" or len(root.findall("channel")) != 1:
        return ["the document is rss of version 2.0 with one channel"]
    return list(_rss_faults(root[0]))


def _rss_faults(channel: etree._Element) -> Iterator[str]:
    for name in ("title", "link", "description"):
        if not _text(channel, name):
            yield f"channel has a {name}"
    for name in RSS_CHANNEL_ONCE:
        if len(channel.findall(name)) > 1:
            yield f"channel has at most one {name}"
    yield from _of_channel_fields(channel)
    if channel.find(f"{ATOM}link[@rel='self']") is None:
        yield "channel has an atom:link rel=self"
    if unknown := {str(child.tag) for child in channel if "}" not in str(child.tag)} - {
        *RSS_CHANNEL_ONCE,
        "item",
        "image",
    }:
        yield f"channel has only elements that RSS defines or that have a namespace: {unknown}"
    items = channel.findall("item")
    for item in items:
        yield from _of_item(item)
    guids = [_text(item, "guid") for item in items]
    if len(guids) != len(set(guids)):
        yield "a guid is unique"


def _of_channel_fields(channel: etree._Element) -> Iterator[str]:
    for name in ("lastBuildDate", "pubDate"):
        if channel.find(name) is not None and not RFC822.fullmatch(_text(channel, name)):
            yield f"channel's {name} is a date of RFC 822"
    if channel.find("ttl") is not None and not _text(channel, "ttl").isdigit():
        yield "ttl is a number of minutes"
    if not LANGUAGE.fullmatch(_text(channel, "language") or "en"):
        yield "language is a language tag"


def _of_item(item: etree._Element) -> Iterator[str]:
    if not _text(item, "title") and not _text(item, "description"):
        yield "item has a title or a description"
    for name in RSS_ITEM_ONCE:
        if len(item.findall(name)) > 1:
            yield f"item has at most one {name}"
    if unknown := {str(child.tag) for child in item if "}" not in str(child.tag)} - RSS_ITEM:
        yield f"item has only elements that RSS defines or that have a namespace: {unknown}"
    if item.find("link") is not None and not IRI.fullmatch(_text(item, "link")):
        yield "link is an address"
    if not RFC822.fullmatch(_text(item, "pubDate")):
        yield "pubDate is a date of RFC 822"
    if item.find(MODIFIED) is not None and not _is_date(_text(item, MODIFIED)):
        yield "dcterms:modified is a date of W3CDTF"
    yield from _of_guid_and_source(item)
    if any(len(child) for child in item if child.tag in RSS_ITEM):
        yield "an element of RSS has text only"


def _of_guid_and_source(item: etree._Element) -> Iterator[str]:
    guid = item.find("guid")
    if guid is None or not guid.text or guid.get("isPermaLink") not in {"true", "false", None}:
        yield "item has a guid that says whether it is an address"
    source = item.find("source")
    if source is not None and not IRI.fullmatch(source.get("url", "")):
        yield "source has a url"


JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url"), str),
    **dict.fromkeys(("icon", "favicon", "language", "id", "url", "external_url", "content_html", "content_text"), str),
    **dict.fromkeys(("summary", "image", "banner_image", "date_published", "date_modified"), str),
    **dict.fromkeys(("authors", "tags", "attachments", "items", "hubs"), list),
    "expired": bool,
}
JSON_FEED = {
    "version",
    "title",
    "home_page_url",
    "feed_url",
    "description",
    "user_comment",
    "next_url",
    "icon",
    "favicon",
}
JSON_FEED |= {"authors", "language", "expired", "hubs", "items"}
JSON_ITEM = {"id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image"}
JSON_ITEM |= {"date_published", "date_modified", "authors", "tags", "language", "attachments"}
ADDRESSES = ("home_page_url", "feed_url", "next_url", "url", "external_url", "image")


def json_faults(body: bytes) -> list[str]:
    """Check JSON Feed 1.1."""
    feed = json.loads(body)
    return list(_json_faults(feed)) if isinstance(feed, dict) else ["the document is an object"]


def _json_faults(feed: dict[str, Any]) -> Iterator[str]:
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "version is that of 1.1"
    if "title" not in feed or not isinstance(feed.get("items"), list):
        yield "title and items are required"
    if feed.get("next_url") and feed["next_url"] == feed.get("feed_url"):
        yield "next_url is not feed_url"
    yield from _of_object(feed, JSON_FEED, "feed")
    for item in feed["items"]:
        yield from _of_object(item, JSON_ITEM, "item")
        if not item.get("id"):
            yield "item has an id"
        if "content_html" not in item and "content_text" not in item:
            yield "item has content_html or content_text"
        if any(not _is_date(item[name]) for name in ("date_published", "date_modified") if name in item):
            yield "dates are of RFC 3339"
    ids = [item.get("id") for item in feed["items"]]
    if len(ids) != len(set(ids)):
        yield "an id is unique"


def _of_object(value: dict[str, Any], known: set[str], where: str) -> Iterator[str]:
    for name, one in value.items():
        if name.startswith("_"):
            if not re.fullmatch(r"_[A-Za-z][^.]*", name) or not isinstance(one, dict):
                yield f"an extension is an object whose name is _ and letters without dots: {name}"
        elif name not in known:
            yield f"{where} has no {name}"
        elif not isinstance(one, JSON_TYPES[name]):
            yield f"{name} is of type {JSON_TYPES[name]}"
        elif name in ADDRESSES and isinstance(one, str) and not IRI.fullmatch(one):
            yield f"{name} is an address: {one!r}"
        elif name == "language" and isinstance(one, str) and not LANGUAGE.fullmatch(one):
            yield "language is a language tag"
    for author in value.get("authors", ()):
        if not {"name", "url", "avatar"} & set(author):
            yield "an author has a name, url or avatar"
