"""Words of feeds and pages as plain text: what their readers take out, and what they take for a language."""

import re
from html import unescape

UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSAID = re.compile(r"<(?:!--|script\b|style\b|svg\b)", re.IGNORECASE)
_ENDS = {"<!--": "-->", "<script": "</script", "<style": "</style", "<svg": "</svg"}
_BREAK = re.compile(
    r"</?(?:p|br|div|h\d|li|ul|ol|tr|table|blockquote|pre|figure|section)\b[^<>]{0,2000}>", re.IGNORECASE
)
_MARKUP = re.compile(r"</?[a-z][^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")


def folded(words: str) -> str:
    """Return text without unseen characters, on one line."""
    return " ".join((words if words.isprintable() else UNSEEN.sub("", words)).split())


def paragraphs(html: str) -> str:
    """Return the words of an HTML fragment, a paragraph a line, without what is not shown; not yet fit to show."""
    told = _BREAK.sub("\n", " ".join(_said(html).split()))
    return "\n".join(line for each in _MARKUP.sub("", told).split("\n") if (line := folded(unescape(each))))


def _said(html: str) -> str:
    """Return a fragment without comments, scripts, styles and drawings; one that is not closed goes on to the end."""
    small = html.lower()
    kept, at = [], 0
    while opened := _UNSAID.search(html, at):
        kept.append(html[at : opened.start()])
        closing = _ENDS[opened[0].lower()]
        end = small.find(closing, opened.end())
        end = small.find(">", end) if end >= 0 else -1
        at = end + 1 if end >= 0 else len(html)
    return " ".join([*kept, html[at:]])


def fit(words: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold or discourages (section 2.2), lines and all."""
    return _UNFIT.sub("", words) if _UNFIT.search(words) else words


def language(words: str) -> str:
    """Return a language tag (RFC 5646, its shape only) as it is written, '' when it is none."""
    tag = words.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
