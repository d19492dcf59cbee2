"""Pages and feeds: an edition in, text out, by a template for each outlet and each format."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from aggregator.devtools.newsroom.article import Kind, articles
from aggregator.devtools.newsroom.edition import Edition, Piece
from aggregator.devtools.newsroom.outlets import OUTLETS, base_url

_FORMATS = {"/feed.xml": "rss", "/local.xml": "rss", "/atom.xml": "atom", "/index.rdf": "rdf"}
_AGENCIES = {"Nordwind Press Agency", "Nachrichtenbüro Wendmark", "NPA", "nbw"}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DAYS = {"en": "{} {} {}", "de": "{}. {} {}", "fr": "{} {} {}", "es": "{} de {} de {}"}


def day(moment: datetime, language: str) -> str:
    """Return the date as people write it in `language`."""
    return _DAYS[language].format(moment.day, _MONTHS[language].split()[moment.month - 1], moment.year)


def rfc3339(moment: datetime) -> str:
    """Return the moment as Atom, JSON-LD and HTML want it (RFC 3339, section 5.6), in whole seconds."""
    return moment.isoformat(timespec="seconds")


def feed_type(path: str) -> str:
    """Return the media type of the feed at `path`."""
    return f"application/{_FORMATS[path]}+xml"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": day, "rfc3339": rfc3339, "rfc822": format_datetime}
    return made


_TEMPLATES = _environment()


def article_page(edition: Edition, piece: Piece, port: int) -> str:
    """Return the page at a piece's address: the article, its lead above a paywall, or a consent dialogue."""
    if piece.article.kind is Kind.CONSENT:
        return _TEMPLATES.get_template("consent.html").render(outlet=edition.outlet, piece=piece)
    return _site(edition, base_url(edition.outlet, port), piece=piece)


def front_page(edition: Edition, port: int) -> str:
    """Return the outlet's front page, which lists every piece."""
    return _site(edition, base_url(edition.outlet, port), teasers=edition.pieces)


def notice_page(edition: Edition, port: int, title: str, text: str) -> str:
    """Return a page of the outlet that says one thing: what it is, what its licence is, or why there is no article."""
    return _site(edition, base_url(edition.outlet, port), notice=(title, text))


def feed(edition: Edition, path: str, port: int) -> str:
    """Return the feed at `path`; a second feed of an outlet has only local pieces, and its links are tracked."""
    tracked = path != edition.outlet.feed_paths[0]
    pieces = [piece for piece in edition.pieces if not tracked or piece.article.section == "Local"]
    return _TEMPLATES.get_template(f"{_FORMATS[path]}.xml").render(
        outlet=edition.outlet,
        base=base_url(edition.outlet, port),
        path=path,
        pieces=pieces,
        changed=edition.changed,
        tracking=f"?utm_source=rss&utm_medium=feed&utm_campaign={path.strip('/').removesuffix('.xml')}"
        if tracked
        else "",
    )


def index_page(port: int) -> str:
    """Return the newsroom's own page, which names the outlets."""
    outlets = [(outlet, base_url(outlet, port)) for outlet in OUTLETS]
    return _TEMPLATES.get_template("index.html").render(outlets=outlets)


def linked_data(edition: Edition, piece: Piece, base: str) -> dict[str, Any]:
    """Return a piece as a schema.org NewsArticle."""
    article, outlet = piece.article, edition.outlet
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": piece.summary,
        "url": base + article.path,
        "mainEntityOfPage": base + article.path,
        "inLanguage": article.language,
        "articleSection": article.section,
        "datePublished": rfc3339(piece.published),
        "dateModified": rfc3339(piece.updated),
        "author": [{"@type": _kind_of_author(name), "name": name} for name in article.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name, "url": base + "/"},
        "isAccessibleForFree": article.kind is not Kind.PAYWALLED,
    }
    if article.image:
        data["image"] = f"{base}/media/{article.image}.png"
    if outlet.licence_url:
        data["license"] = outlet.licence_url
    if article.kind is Kind.PAYWALLED:
        data["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}
    return data


def _kind_of_author(name: str) -> str:
    return "NewsMediaOrganization" if name in _AGENCIES else "Person"


def _site(
    edition: Edition,
    base: str,
    piece: Piece | None = None,
    teasers: tuple[Piece, ...] = (),
    notice: tuple[str, str] | None = None,
) -> str:
    """Render the outlet's template around one of `piece`, `teasers` and `notice`."""
    template = _TEMPLATES.get_template(f"{edition.outlet.slug}.html")
    sections = sorted({article.section for article in articles() if article.outlet == edition.outlet.slug})
    return template.render(
        outlet=edition.outlet,
        base=base,
        sections=sections,
        piece=piece,
        related=edition.related(piece) if piece else (),
        linked_data=linked_data(edition, piece, base) if piece else {},
        teasers=teasers,
        notice=notice,
    )
