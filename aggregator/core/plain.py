"""Words of feeds as plain text: what readers of all kinds of feeds take out, and what they take for a language."""

import re

UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")


def folded(words: str) -> str:
    """Return text without unseen characters, on one line."""
    return " ".join((words if words.isprintable() else UNSEEN.sub("", words)).split())


def language(words: str) -> str:
    """Return a language tag (RFC 5646, its shape only) as it is written, '' when it is none."""
    tag = words.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
