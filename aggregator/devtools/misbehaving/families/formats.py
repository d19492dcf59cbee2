"""The formats, each served well: what a client should be able to read."""

import gzip
import json
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.news import Story
from aggregator.devtools.misbehaving.talk import HTML, Talk

plays = family("formats")

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
_READS = "Reads eight items with titles, links and dates."


def _when(story: Story) -> str:
    return (story.published or datetime(2026, 1, 1, tzinfo=UTC)).isoformat()


@plays("/rss20", _READS)
def rss20(talk: Talk) -> None:
    """Serves RSS 2.0."""
    talk.feed()


@plays("/rss20-content", "Takes the whole text from content:encoded, and the authors from dc:creator.")
def rss20_content(talk: Talk) -> None:
    """Serves RSS 2.0 with content:encoded and dc:creator."""
    names = ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    told = [
        f"<dc:creator>Ida Holm</dc:creator><content:encoded><![CDATA[<p>{escape(one.summary)}</p>]]></content:encoded>"
        for one in talk.stories()
    ]
    items = [
        Story(one.guid, one.title, one.link, one.summary, one.published, extra=extra)
        for one, extra in zip(talk.stories(), told, strict=True)
    ]
    talk.answer(talk.rss(items, attributes=names))


@plays("/rss091", "Reads eight items with titles and links; there are no dates and no GUIDs.")
def rss091(talk: Talk) -> None:
    """Serves RSS 0.91."""
    told = [Story(None, one.title, one.link, one.summary, None) for one in talk.stories()]
    talk.answer(talk.rss(told).replace(b'version="2.0"', b'version="0.91"', 1), kind="text/xml")


@plays("/rdf", _READS)
def rdf(talk: Talk) -> None:
    """Serves RSS 1.0 in RDF, with dates in dc:date."""
    told = talk.stories()
    listed = "".join(f'<rdf:li rdf:resource="{escape(one.link or "")}"/>' for one in told)
    items = "".join(
        f'<item rdf:about="{escape(one.link or "")}"><title>{escape(one.title)}</title><link>{escape(one.link or "")}'
        f"</link><description>{escape(one.summary)}</description><dc:date>{_when(one)}</dc:date></item>\n"
        for one in told
    )
    text = (
        f'{_DECLARED}<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<channel rdf:about="{talk.origin}/rdf"><title>{news.NAME}</title><link>{talk.origin}/</link>'
        f"<description>{news.ABOUT}</description><items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n"
        f"{items}</rdf:RDF>\n"
    )
    talk.answer(text.encode(), kind="application/rdf+xml")


@plays("/atom03", _READS)
def atom03(talk: Talk) -> None:
    """Serves Atom 0.3, with its old namespace and its issued and modified."""
    entries = "".join(
        f'<entry><title>{escape(one.title)}</title><link rel="alternate" type="text/html" href="{one.link}"/>'
        f"<id>{one.guid}</id><issued>{_when(one)}</issued><modified>{_when(one)}</modified>"
        f"<summary>{escape(one.summary)}</summary></entry>\n"
        for one in talk.stories()
    )
    text = (
        f'{_DECLARED}<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>{news.NAME}</title>'
        f'<link rel="alternate" type="text/html" href="{talk.origin}/"/><modified>{talk.now.isoformat()}</modified>'
        f"<author><name>{news.NAME}</name></author>\n{entries}</feed>\n"
    )
    talk.answer(text.encode(), kind="application/atom+xml")


@plays("/atom10", _READS)
def atom10(talk: Talk) -> None:
    """Serves Atom 1.0 (RFC 4287)."""
    talk.answer(news.atom(talk.stories(), talk.origin), kind="application/atom+xml")


def _json_feed(talk: Talk, version: str) -> None:
    author = {"name": news.NAME}
    items = [
        {
            "id": one.guid,
            "url": one.link,
            "title": one.title,
            "content_text": one.summary,
            "date_published": _when(one),
        }
        for one in talk.stories()
    ]
    told = {
        "version": f"https://jsonfeed.org/version/{version}",
        "title": news.NAME,
        "home_page_url": f"{talk.origin}/",
        "feed_url": f"{talk.origin}{talk.request.path}",
        **({"author": author} if version == "1" else {"authors": [author], "language": "en"}),
        "items": items,
    }
    talk.answer(json.dumps(told, ensure_ascii=False).encode(), kind="application/feed+json")


@plays("/jsonfeed-1.0", _READS)
def jsonfeed_10(talk: Talk) -> None:
    """Serves JSON Feed 1.0."""
    _json_feed(talk, "1")


@plays("/jsonfeed-1.1", _READS)
def jsonfeed_11(talk: Talk) -> None:
    """Serves JSON Feed 1.1."""
    _json_feed(talk, "1.1")


def _news_sitemap(talk: Talk) -> bytes:
    urls = "".join(
        f"<url><loc>{escape(one.link or '')}</loc><news:news><news:publication><news:name>{news.NAME}</news:name>"
        f"<news:language>en</news:language></news:publication><news:publication_date>{_when(one)}"
        f"</news:publication_date><news:title>{escape(one.title)}</news:title></news:news></url>\n"
        for one in talk.stories()
    )
    return f'{_DECLARED}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{urls}</urlset>\n'.encode()


@plays("/news-sitemap", _READS)
def news_sitemap(talk: Talk) -> None:
    """Serves a sitemap with the news extension."""
    talk.answer(_news_sitemap(talk), kind="application/xml")


@plays("/sitemap-index", "Follows to the two sitemaps, and no further than its limit.")
def sitemap_index(talk: Talk) -> None:
    """Serves the index of two sitemaps, /news-sitemap and /sitemap.xml.gz."""
    told = "".join(
        f"<sitemap><loc>{talk.origin}{path}</loc><lastmod>{talk.now.isoformat()}</lastmod></sitemap>\n"
        for path in ("/news-sitemap", "/sitemap.xml.gz")
    )
    text = f'{_DECLARED}<sitemapindex xmlns="{_SITEMAP}">\n{told}</sitemapindex>\n'
    talk.answer(text.encode(), kind="application/xml")


@plays("/sitemap.xml.gz", "Unpacks the file, within its bounds: gzip is the format here, and no content coding.")
def sitemap_gz(talk: Talk) -> None:
    """Serves a news sitemap as a gzip file, as application/gzip and without Content-Encoding."""
    talk.answer(gzip.compress(_news_sitemap(talk), mtime=0), kind="application/gzip")


@plays("/home-page", "Finds the three feeds, and lets the operator choose.")
def home_page(talk: Talk) -> None:
    """Serves an HTML page with link rel=alternate to three feeds: /rss20, /atom10 and /jsonfeed-1.1."""
    feeds = (("rss+xml", "/rss20"), ("atom+xml", "atom10"), ("feed+json", f"{talk.origin}/jsonfeed-1.1"))
    links = "".join(
        f'<link rel="alternate" type="application/{kind}" title="{news.NAME}" href="{href}">' for kind, href in feeds
    )
    body = "".join(f'<h2><a href="{one.link}">{escape(one.title)}</a></h2>' for one in talk.stories())
    talk.answer(news.page(news.NAME, body, links), kind=HTML)


@plays("/websub", "Subscribes at the hub, proves its intent, checks the signature of what comes, and polls seldom.")
def websub(talk: Talk) -> None:
    """Serves RSS 2.0 that names the hub of this server in Link headers and in atom:link, to subscribe to."""
    topic, hub = f"{talk.origin}/websub", f"{talk.origin}/hub"
    talk.answer(talk.hub.edition(talk.origin, talk.now), headers={"Link": f'<{hub}>; rel="hub", <{topic}>; rel="self"'})


@plays("/hub", "Posts hub.mode, hub.topic and hub.callback as a form, and answers the challenge (WebSub section 5).")
def hub(talk: Talk) -> None:
    """Is the hub of /websub: verifies intent, and on POST /hub/distribute sends a new edition, signed."""
    talk.hub.serve(talk)
