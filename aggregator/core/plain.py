"""Words of feeds and pages as plain text: what their readers take out, and what they take for a language."""

import re
from collections.abc import Callable
from html import unescape

UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_OPENING = re.compile(r"<(!--|(?:script|style)\b)?", re.IGNORECASE | re.ASCII)
_CLOSING = {
    "!--": re.compile("-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE | re.ASCII),
    "style": re.compile(r"</style\s*>", re.IGNORECASE | re.ASCII),
}
_LONGEST_TAG = 2_002  # characters with its brackets; what is longer is text
_BREAK = re.compile(r"</?(?:p|br|div|h\d|li|ul|ol|tr|table|blockquote|pre|figure|section)\b", re.IGNORECASE)
_TAGGED = re.compile(r"</?[a-z]", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")


def folded(words: str) -> str:
    """Return text without unseen characters, on one line."""
    return " ".join((words if words.isprintable() else UNSEEN.sub("", words)).split())


def line(html: str) -> str:
    """Return the words of an HTML fragment on one line; for counting and excerpts, its output must still be escaped."""
    return " ".join(unescape(_bare(html, lambda _: " ")).split())


def paragraphs(html: str) -> str:
    """Return the words of an HTML fragment, a paragraph a line, without what is not shown; not yet fit to show."""
    told = _bare(" ".join(html.split()), _parted)
    return "\n".join(said for each in told.split("\n") if (said := folded(unescape(each))))


def _parted(tag: str) -> str:
    """Return what a tag is for lines: an end of one, nothing, or text that only looks like a tag."""
    if _BREAK.match(tag):
        return "\n"
    return "" if _TAGGED.match(tag) else " " if tag.startswith("<!") else tag


def _bare(html: str, mark: Callable[[str], str]) -> str:
    """Return HTML with `mark` of each tag in its place, a space for a comment, script or style; one pass.

    What is not closed stays as text.
    """
    kept: list[str] = []
    at = 0
    endless: set[str] = set()  # what has no closing in the rest
    for opening in _OPENING.finditer(html):
        begin, end, kind = opening.start(), 0, (opening[1] or "").lower()
        if begin < at:
            continue
        said = " "
        if kind and kind not in endless:
            if closing := _CLOSING[kind].search(html, opening.end()):
                end = closing.end()
            else:
                endless.add(kind)
        if not end and (end := html.find(">", begin, begin + _LONGEST_TAG) + 1):
            said = mark(html[begin:end])
        if end:
            kept += (html[at:begin], said)
            at = end
    return "".join([*kept, html[at:]])


def fit(words: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold or discourages (section 2.2), lines and all."""
    return _UNFIT.sub("", words) if _UNFIT.search(words) else words


def language(words: str) -> str:
    """Return a language tag (RFC 5646, its shape only) as it is written, '' when it is none."""
    tag = words.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
