"""Channels go out as RSS 2.0, Atom 1.0 and JSON Feed 1.1, each item with source, original, rights and disclaimer."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

import orjson
from lxml import etree

from aggregator.core.publication import Channel, Credit, FeedPage, Publication, PublicationState
from aggregator.core.rights import Form

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
MEDIA = "http://search.yahoo.com/mrss/"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RSS_NAMES = {"atom": ATOM, "content": CONTENT, "dc": DC, "dcterms": DCTERMS, "media": MEDIA}
ATOM_NAMES = {None: ATOM, "at": TOMBSTONES, "media": MEDIA}

MINTED = "2026"  # the year in which we began to mint ids; part of every id, so it never changes (RFC 4151 section 2.1)
ARTICLES = "/articles/"  # where our own page of an article stands, below the site
TTL = "15"  # minutes
SHORT = 300  # characters of a description beside the full content
GENERATOR = "Aggregator"
GONE = "Withdrawn"  # no more than that: a title, a name or a reason would tell again what was taken back
ABOUT = "Source, rights and terms of each item, and the items that were withdrawn; see the documentation of Aggregator."
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5}")


def rss(page: FeedPage) -> bytes:
    """Return the page as RSS 2.0 (RSS Advisory Board, 2.0.11), with its content module, Dublin Core and Media RSS."""
    root = etree.Element("rss", {"version": "2.0"}, nsmap=RSS_NAMES)
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", page.channel.title)
    _add(channel, "link", page.html_url)
    _add(channel, "description", page.channel.description or page.channel.title)
    if LANGUAGE.fullmatch(page.channel.language):
        _add(channel, "language", page.channel.language)
    _add(channel, "lastBuildDate", _rfc822(page.updated))
    _add(channel, "generator", GENERATOR)
    _add(channel, "docs", "https://www.rssboard.org/rss-specification")
    _add(channel, "ttl", TTL)
    _add_links(channel, page, "application/rss+xml", f"{{{ATOM}}}link")
    for one in page.publications:
        if one.state is not PublicationState.MOVED:
            _add_item(channel, page.channel, one)
    return _bytes(root)


def atom(page: FeedPage) -> bytes:
    """Return the page as Atom (RFC 4287), paged by RFC 5005, with tombstones by RFC 6721."""
    root = etree.Element(f"{{{ATOM}}}feed", _lang(page.channel.language), nsmap=ATOM_NAMES)
    _add(root, f"{{{ATOM}}}id", feed_id(page.channel))
    _add(root, f"{{{ATOM}}}title", page.channel.title)
    if page.channel.description:
        _add(root, f"{{{ATOM}}}subtitle", page.channel.description)
    _add(root, f"{{{ATOM}}}updated", _rfc3339(page.updated))
    _add_person(root, page.channel.title, page.channel.site_url)
    _add(root, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=page.html_url)
    _add_links(root, page, "application/atom+xml", f"{{{ATOM}}}link")
    _add(root, f"{{{ATOM}}}generator", GENERATOR)
    for one in page.publications:
        if one.state is PublicationState.LIVE:
            _add_entry(root, page.channel, one)
        else:
            gone = _add(
                root, f"{{{TOMBSTONES}}}deleted-entry", ref=item_id(page.channel, one.key), when=_rfc3339(_gone_at(one))
            )
            _add(gone, f"{{{TOMBSTONES}}}comment", _gone_why(page.channel, one))
    return _bytes(root)


def json_feed(page: FeedPage) -> bytes:
    """Return the page as JSON Feed 1.1; what the format has no field for stands in the extension `_aggregator`."""
    gone = [one for one in page.publications if one.state is not PublicationState.LIVE]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": page.channel.title,
        "home_page_url": page.html_url,
        "feed_url": page.self_url,
        "description": page.channel.description,
        "language": page.channel.language if LANGUAGE.fullmatch(page.channel.language) else "",
        "next_url": page.next_url,
        "authors": [{"name": page.channel.title, "url": page.channel.site_url}],
    }
    extension = {
        "about": ABOUT,
        "id": feed_id(page.channel),
        "updated": _rfc3339(page.updated),
        "withdrawn": [_withdrawn(page.channel, one) for one in gone],
    }
    items = [_item(page.channel, one) for one in page.publications if one.state is PublicationState.LIVE]
    return _dumped(_told(feed) | {"_aggregator": extension, "items": items})


def item_id(channel: Channel, key: str) -> str:
    """Return the lasting id of a publication: a tag URI (RFC 4151) of the site and the key, alike in all formats."""
    return f"tag:{_authority(channel)},{MINTED}:article/{key}"


def feed_id(channel: Channel) -> str:
    """Return the lasting id of a channel, the same on each of its pages (RFC 5005 section 3)."""
    return f"tag:{_authority(channel)},{MINTED}:channel/{channel.slug}"


def content(one: Publication) -> str:
    """Return what readers see of an item in any format: what may be shown, whose it is, on what terms, by whom else."""
    licence = (
        f' <a href="{escape(one.licence_url)}" rel="license">{escape(one.licence_url)}</a>' if one.licence_url else ""
    )
    also = f"<p>Also published by {', '.join(map(_named, one.also))}.</p>" if one.also else ""
    return (
        f"{one.html}{_attribution(one)}{also}"
        f"<p><small>{escape(one.rights, quote=False)}{licence}</small></p>"
        f"<p><small>{escape(one.disclaimer, quote=False)}</small></p>"
    )


# RSS


def _add_item(channel: etree._Element, place: Channel, one: Publication) -> None:
    item = etree.SubElement(channel, "item", _lang(one.language))
    _add(item, "guid", item_id(place, one.key), isPermaLink="false")
    if one.state is not PublicationState.LIVE:
        _add(item, "title", GONE)
        _add(item, "pubDate", _rfc822(_gone_at(one)))
        _add(item, f"{{{MEDIA}}}status", state="deleted")
        return
    _add(item, "title", one.title)
    _add(item, "link", one.url)
    _add(item, "description", f"{_short(one)}{_attribution(one)}")
    _add(item, f"{{{CONTENT}}}encoded", content(one))
    _add(item, "pubDate", _rfc822(one.published))
    _add(item, "source", one.source.name, url=one.source.url or one.source.article_url)
    for author in one.authors:
        _add(item, f"{{{DC}}}creator", author)
    _add(item, f"{{{DC}}}rights", one.rights)
    _add(item, f"{{{DCTERMS}}}modified", _rfc3339(one.updated))
    if one.licence_url:
        _add(item, f"{{{DCTERMS}}}license", one.licence_url)
    if one.image:
        _add(item, f"{{{MEDIA}}}thumbnail", url=one.image)


# Atom


def _add_entry(root: etree._Element, place: Channel, one: Publication) -> None:
    entry = etree.SubElement(root, f"{{{ATOM}}}entry", _lang(one.language))
    _add(entry, f"{{{ATOM}}}id", item_id(place, one.key))
    _add(entry, f"{{{ATOM}}}title", one.title)
    _add(entry, f"{{{ATOM}}}published", _rfc3339(one.published))
    _add(entry, f"{{{ATOM}}}updated", _rfc3339(one.updated))
    _add(entry, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=one.url)
    _add(entry, f"{{{ATOM}}}link", rel="related", type="text/html", href=_page_of(place, one.key))
    if one.licence_url:
        _add(entry, f"{{{ATOM}}}link", rel="license", href=one.licence_url)
    for author in one.authors:
        _add_person(entry, author, "")
    if not one.authors:
        _add_person(entry, one.source.name, one.source.url)
    _add(entry, f"{{{ATOM}}}rights", one.rights)
    if one.form is Form.FULL and one.text:
        _add(entry, f"{{{ATOM}}}summary", _cut(one.text))
    _add(entry, f"{{{ATOM}}}content", content(one), type="html")
    if one.story_key:
        _add(entry, f"{{{ATOM}}}category", term=one.story_key, scheme=f"tag:{_authority(place)},{MINTED}:story")
    if one.image:
        _add(entry, f"{{{MEDIA}}}thumbnail", url=one.image)
    _add_source(entry, one.source, one)


def _add_source(entry: etree._Element, credit: Credit, one: Publication) -> None:
    """Say where the entry comes from (RFC 4287 section 4.2.11); a site's address serves as its id."""
    home = credit.url or credit.article_url
    source = etree.SubElement(entry, f"{{{ATOM}}}source")
    _add(source, f"{{{ATOM}}}id", home)
    _add(source, f"{{{ATOM}}}title", credit.name)
    _add(source, f"{{{ATOM}}}updated", _rfc3339(credit.published or one.published))
    _add(source, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=home)
    _add(source, f"{{{ATOM}}}rights", one.rights)


def _add_person(parent: etree._Element, name: str, uri: str) -> None:
    person = etree.SubElement(parent, f"{{{ATOM}}}author")
    _add(person, f"{{{ATOM}}}name", name)
    if uri:
        _add(person, f"{{{ATOM}}}uri", uri)


# JSON Feed


def _item(place: Channel, one: Publication) -> dict[str, Any]:
    item = {
        "id": item_id(place, one.key),
        "url": _page_of(place, one.key),
        "external_url": one.url,
        "title": one.title,
        "content_html": content(one),
        "summary": _cut(one.text),
        "date_published": _rfc3339(one.published),
        "date_modified": _rfc3339(one.updated),
        "authors": [{"name": author} for author in one.authors],
        "language": one.language if LANGUAGE.fullmatch(one.language) else "",
        "image": one.image,
    }
    extension = {
        "source": _credit(one.source),
        "form": one.form.value,
        "attribution": one.attribution,
        "rights": one.rights,
        "licence_url": one.licence_url,
        "disclaimer": one.disclaimer,
        "also": [_credit(credit) for credit in one.also],
        "story": one.story_key,
    }
    return _told(item) | {"_aggregator": _told(extension)}


def _credit(credit: Credit) -> dict[str, Any]:
    published = _rfc3339(credit.published) if credit.published else ""
    return _told({"name": credit.name, "url": credit.url, "article_url": credit.article_url, "published": published})


def _withdrawn(place: Channel, one: Publication) -> dict[str, Any]:
    moved_to = item_id(place, one.moved_to) if one.moved_to else ""
    return _told({"id": item_id(place, one.key), "when": _rfc3339(_gone_at(one)), "moved_to": moved_to})


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that say something; an empty one would be a claim in JSON Feed."""
    return {name: value for name, value in fields.items() if value not in ("", [], None)}


def _dumped(document: dict[str, Any]) -> bytes:
    """Return the document as JSON, cleaned only when there is something that must not go out."""
    try:
        body = orjson.dumps(document)
    except TypeError:  # half of a surrogate pair
        return orjson.dumps(_legal(document))
    return orjson.dumps(_legal(document)) if b"\\u00" in body else body


def _legal(value: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """Return a JSON value without the characters that no XML and few readers would take."""
    if isinstance(value, str):
        return FORBIDDEN.sub("", value)
    if isinstance(value, dict):
        return {name: _legal(one) for name, one in value.items()}
    return [_legal(one) for one in value] if isinstance(value, list) else value


# Parts of all


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    """Add an element; what XML cannot hold (XML 1.0 section 2.2) is left out when lxml finds some, which is seldom."""
    try:
        child = etree.SubElement(parent, tag, attributes)
    except ValueError:
        child = etree.SubElement(parent, tag, {name: FORBIDDEN.sub("", value) for name, value in attributes.items()})
    if text:
        try:
            child.text = text
        except ValueError:
            child.text = FORBIDDEN.sub("", text)
    return child


def _add_links(parent: etree._Element, page: FeedPage, media_type: str, tag: str) -> None:
    """Add this page's own address and those of its neighbours (RFC 5005 section 3)."""
    links = (
        ("self", page.self_url),
        ("first", page.first_url),
        ("next", page.next_url),
        ("previous", page.previous_url),
    )
    for rel, href in links:
        if href:
            _add(parent, tag, rel=rel, type=media_type, href=href)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _lang(language: str) -> dict[str, str]:
    return {LANG: language} if LANGUAGE.fullmatch(language) else {}


def _authority(channel: Channel) -> str:
    """Return the site's host as the authority of tag URIs (RFC 4151 section 2.1)."""
    return re.sub(r"[^a-z0-9.-]", "-", (urlsplit(channel.site_url).hostname or "localhost").lower())


def _page_of(channel: Channel, key: str) -> str:
    return f"{channel.site_url.rstrip('/')}{ARTICLES}{key}"


def _gone_at(one: Publication) -> datetime:
    return one.withdrawn or one.updated


def _gone_why(channel: Channel, one: Publication) -> str:
    return f"Continued as {item_id(channel, one.moved_to)}" if one.moved_to else GONE


def _attribution(one: Publication) -> str:
    """Return the attribution; whatever its words, the original is linked from it."""
    if f'href="{escape(one.url)}"' in one.attribution_html:
        return one.attribution_html
    return f'{one.attribution_html}<p><a href="{escape(one.url)}">{escape(one.source.name, quote=False)}</a></p>'


def _named(credit: Credit) -> str:
    return f'<a href="{escape(credit.article_url)}">{escape(credit.name, quote=False)}</a>'


def _short(one: Publication) -> str:
    return f"<p>{escape(_cut(one.text), quote=False)}</p>" if one.text else ""


def _cut(text: str) -> str:
    """Return the beginning of a text in one line, cut between words."""
    line = " ".join(text[: 4 * SHORT].split())
    return line if len(line) <= SHORT else line[: SHORT - 1].rsplit(" ", 1)[0] + "…"


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
