"""Words of feeds and pages as plain text: what their readers take out, and what they take for a language."""

import re

UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")


def folded(words: str) -> str:
    """Return text without unseen characters, on one line."""
    return " ".join((words if words.isprintable() else UNSEEN.sub("", words)).split())


def fit(words: str) -> str:
    """Return text without the characters that XML 1.0 cannot hold or discourages (section 2.2), lines and all."""
    return _UNFIT.sub("", words) if _UNFIT.search(words) else words


def language(words: str) -> str:
    """Return a language tag (RFC 5646, its shape only) as it is written, '' when it is none."""
    tag = words.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
