"""When a page says that it was published and changed: by JSON-LD, meta elements, marked times, and plain words."""

# ruff: noqa: E501 - patterns

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from aggregator.core import dates

PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "article.published",
    "datepublished", "parsely-pub-date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "pubdate", "publishdate", "publish-date", "publish_date",
    "publication_date", "published_at", "published-date", "date_published", "sailthru.date", "bt:pubdate", "og:pubdate",
    "release_date", "originalpublicationdate", "article_date_original", "datecreated", "date", "dc.date", "dcterms.date",
)  # fmt: skip
MODIFIED_META = (
    "article:modified_time", "og:article:modified_time", "datemodified", "dcterms.modified", "dc.date.modified",
    "og:updated_time", "article:modified", "last-modified", "lastmod", "modified_at", "bt:moddate",
)  # fmt: skip
LONGEST = 90  # characters of a line that states a date
NEAR = 40  # lines that stand by the headline
BRIEF = 45  # characters of a line that is little more than a date
_LABEL = re.compile(
    r"(?:date|datum|fecha|data|published|veröffentlicht|erschienen|publié|publicado|pubblicato|дата|tarih|日期|発行|등록|입력)\b[ \w]{0,15}:?",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"(?<![\d.])(\d{1,2})([./-])\s?(\d{1,2})\2\s?((?:19|20)\d\d)(?![\d./-])(?:\D{1,12}?(\d{1,2})[:.](\d{2}))?"
)
_STATED = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:[T\s]+\d{1,2}:\d{2}(?::\d{2})?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|(?:19|20)\d\d\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일](?:\s*\d{1,2}:\d{2})?"
    r"|\d{1,2}(?:\.|st|nd|rd|th)?\s+(?:de\s+|of\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d(?:,?\s+\d{1,2}:\d{2})?"
    r"|[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?:,?\s+\d{1,2}:\d{2}\s*(?:[AaPp]\.?[Mm])?)?)(?!\d)"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_OF = re.compile(r"(?<=\d)\s+of\s+")
_OTHER = re.compile(
    r"©|\(c\)|copyright|since |seit |updated|modified|aktualisiert|mis à jour|actualizado|aggiornato|atualizado",
    re.IGNORECASE,
)
Dates = tuple[tuple[str, datetime], ...]


def told(node: Sequence[str], metas: Iterable[tuple[str, str]]) -> Dates:
    """Return the dates in JSON-LD (`node`, best first) and meta elements (name, content), with their origins.

    What cannot be read, or lies before there were feeds, is left out.
    """
    found = [*(("ld+json", text) for text in node), *metas]
    moments = [(origin, dates.moment(text)) for origin, text in found if text]
    return tuple((origin, when) for origin, when in moments if when and when >= dates.EARLIEST)


def marked(times: Iterable[tuple[int, str]]) -> Dates:
    """Return the best of the time elements (rank, datetime), the lowest rank first."""
    return told((), [("time", text) for _, text in sorted(times, key=lambda each: each[0])])[:1]


def stated(line: str, language: str = "") -> datetime | None:
    """Return the date that a short line states (3.11.2026; Nov 3, 2026; 2026年11月3日), in UTC, or None.

    3/11/2026 is the third of November but in American English (en-US). Lines of copyright or of changes state nothing.
    """
    if len(line) > LONGEST or _OTHER.search(line):
        return None
    if found := _NUMERIC.search(line):
        return _numeric(found, american=found[2] == "/" and language.replace("_", "-").lower() == "en-us")
    if found := _STATED.search(line):
        when = dates.moment(_OF.sub(" ", _ORDINAL.sub("", found[0])))
        return when if when and when >= dates.EARLIEST else None
    return None


def by_headline(lines: Iterable[str], language: str = "") -> datetime | None:
    """Return the date among the lines that follow a headline, in UTC, or None.

    Best is a line that is little more than a date and stands near, then one with a label before it (Date, Datum), then
    a date within a sentence that stands near.
    """
    labelled = told = None
    last = ""
    for place, line in enumerate(lines):
        if when := stated(line, language):
            if place < NEAR and len(line) <= BRIEF:
                return when
            if _LABEL.fullmatch(last) or _LABEL.match(line):
                labelled = labelled or when
            elif place < NEAR:
                told = told or when
        last = line
    return labelled or told


def _numeric(found: re.Match[str], *, american: bool) -> datetime | None:
    day, month = int(found[1]), int(found[3])
    if american:
        day, month = month, day
    if month > 12:  # noqa: PLR2004 - months of a year
        day, month = month, day
    try:
        when = datetime(int(found[4]), month, day, tzinfo=UTC)
        return when.replace(hour=int(found[5] or 0), minute=int(found[6] or 0)) if when >= dates.EARLIEST else None
    except ValueError:
        return None
