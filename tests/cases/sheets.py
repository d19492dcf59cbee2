"""A page of an outlet as such pages are: the article among menus, credits, boxes and words for machines."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any


@dataclass(frozen=True)
class Sheet:
    """An article as an outlet prints it; what is empty is not on the page.

    `notes` stand below the text, within the article; `box` is the outlet's newsletter box behind it. `published` is
    what the page claims, `dated` what stands in it instead when that is no time.
    """

    title: str
    paragraphs: tuple[str, ...]
    language: str = "en"
    byline: str = ""
    notes: tuple[str, ...] = ()
    box: tuple[str, ...] = ()
    canonical: str = ""
    og_url: str = ""
    original: str = ""
    amp: str = ""
    others: tuple[tuple[str, str], ...] = ()
    organisation: str = ""
    credit_text: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    summary: str = ""

    @property
    def text(self) -> str:
        """Return the words of the article."""
        return "\n".join(self.paragraphs)


def _ld_json(sheet: Sheet, url: str) -> str:
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": sheet.title,
        "mainEntityOfPage": url,
        "inLanguage": sheet.language,
    }
    if sheet.published:
        told["datePublished"] = sheet.published.isoformat()
        told["dateModified"] = (sheet.modified or sheet.published).isoformat()
    if sheet.byline:
        told["author"] = {"@type": "Person", "name": sheet.byline}
    if sheet.organisation:
        told["sourceOrganization"] = {"@type": "Organization", "name": sheet.organisation}
    if sheet.credit_text:
        told["creditText"] = sheet.credit_text
    return f'<script type="application/ld+json">{json.dumps(told, ensure_ascii=False)}</script>'


def _links(sheet: Sheet) -> str:
    told = [("canonical", sheet.canonical), ("amphtml", sheet.amp)]
    found = "".join(f'<link rel="{rel}" href="{escape(href)}">' for rel, href in told if href)
    for language, href in sheet.others:
        found += f'<link rel="alternate" hreflang="{language}" href="{escape(href)}">'
    if sheet.og_url:
        found += f'<meta property="og:url" content="{escape(sheet.og_url)}">'
    if sheet.original:
        found += f'<meta name="original-source" content="{escape(sheet.original)}">'
    return found


def _paragraphs(found: Sequence[str]) -> str:
    return "".join(f"<p>{escape(each)}</p>" for each in found)


def html(sheet: Sheet, url: str, outlet: str) -> bytes:
    """Return the page of an article at its address."""
    moment = sheet.published.isoformat() if sheet.published else ""
    time = f'<time datetime="{moment}">{moment[:16]}</time>' if moment else ""
    by = f'<span class="author">{escape(sheet.byline)}</span>' if sheet.byline else ""
    meta = f'<meta property="article:published_time" content="{moment}">' if moment else ""
    box = f'<aside class="newsletter">{_paragraphs(sheet.box)}</aside>' if sheet.box else ""
    return (
        f'<!doctype html><html lang="{sheet.language}"><head><meta charset="utf-8">'
        f"<title>{escape(sheet.title)} | {escape(outlet)}</title>"
        f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(sheet.title)}">'
        f"{meta}{_links(sheet)}{_ld_json(sheet, url)}</head><body>"
        '<header><nav><a href="/">Home</a> <a href="/news">News</a> <a href="/sport">Sport</a></nav></header>'
        f'<main><article><h1>{escape(sheet.title)}</h1><div class="byline">{by} {time}</div>'
        f'<div class="body">{_paragraphs(sheet.paragraphs)}{_paragraphs(sheet.notes)}</div></article>{box}</main>'
        f'<footer><p>© {escape(outlet)}</p><a href="/contact">Contact</a></footer></body></html>'
    ).encode()
