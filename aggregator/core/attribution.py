"""The words that stand beside every published article: who wrote it, where, and what we are."""

from dataclasses import dataclass
from datetime import datetime
from html import escape

DISCLAIMER = (
    "This page was assembled by software from public feeds. Articles, pictures and marks belong to their owners; "
    "linking here implies no endorsement by them or by us."
)
PUBLIC_DOMAIN = {"US-PD", "CC0-1.0", "PDM-1.0", "CC-PDDC"}


@dataclass(frozen=True, slots=True)
class Wording:
    """What the operator lets us say; `contact` is an address or link for rights, privacy and accuracy concerns."""

    disclaimer: str = DISCLAIMER
    contact: str = ""


_READ = {
    "en": ("Source: {source}.", "Read the full article at {source}"),
    "de": ("Quelle: {source}.", "Zum Originalartikel bei {source}"),
    "fr": ("Source : {source}.", "Lire l’article original sur {source}"),
    "es": ("Fuente: {source}.", "Leer el artículo original en {source}"),
    "it": ("Fonte: {source}.", "Leggi l’articolo originale su {source}"),
    "pt": ("Fonte: {source}.", "Ler o artigo original em {source}"),
    "nl": ("Bron: {source}.", "Lees het oorspronkelijke artikel bij {source}"),
    "ru": ("Источник: {source}.", "Читать оригинал на {source}"),
    "uk": ("Джерело: {source}.", "Читати оригінал на {source}"),
    "ar": ("المصدر: {source}.", "اقرأ المقال الأصلي على {source}"),
}


def sentence(source: str, authors: tuple[str, ...], published: datetime | None, language: str) -> str:
    """Return the attribution as plain words: source, byline and date."""
    named, _ = _READ.get(language[:2], _READ["en"])
    parts = [named.format(source=source)]
    if authors:
        parts.append(", ".join(authors) + ".")
    if published:
        parts.append(f"{published:%Y-%m-%d}.")
    return " ".join(parts)


def link_text(source: str, language: str) -> str:
    """Return the words of the link to the original; they name the source (WCAG 2.2, 2.4.4)."""
    return _READ.get(language[:2], _READ["en"])[1].format(source=source)


def as_html(plain: str, url: str, source: str, language: str) -> str:
    """Return the attribution with its working link to the original."""
    return f'<p>{escape(plain)} <a href="{escape(url)}">{escape(link_text(source, language))}</a></p>'


def rights(source: str, licence: str, licence_url: str) -> str:
    """Return the rights line of one article; a work in the public domain bears no copyright sign."""
    stated = f"{licence} ({licence_url})" if licence_url else licence
    if licence in PUBLIC_DOMAIN:
        return f"{source}: in the public domain, {stated}"
    if licence:
        return f"© {source}, {stated}"
    return f"© {source}. All rights with the source; shown as an excerpt with a link to the original."


def disclaimer(wording: Wording) -> str:
    """Return the disclaimer, with where to turn to if the operator named it."""
    if not wording.contact:
        return wording.disclaimer
    return f"{wording.disclaimer} Rights, privacy or accuracy concern? {wording.contact}"
