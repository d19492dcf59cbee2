"""Files of tracking rules in the form of ClearURLs, which operators may add: bounded, and tried on hard input first."""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from aggregator.core import clearurls
from aggregator.core.clearurls import Provider, Rules
from aggregator.core.errors import Refused, Unreadable

MAX_BYTES = 4 * 1024 * 1024
MAX_FILES = 20
LONGEST = 2000  # characters of an address
_WORDS = re.compile(r"[A-Za-z0-9_]{1,20}")
_USUAL = ("a", "0", "-", ".", "/", "=", "&", "a.", "a-", "0a", "a=1&", "/a", "%41", "_")
_SCHEME = "https://"

Guard = Callable[[], AbstractContextManager[None]]


def read(paths: Iterable[Path], guard: Guard) -> Rules:
    """Return the rules of some files; Refused, with the file and the rule, for what cannot be taken.

    Each pattern is tried under `guard` on addresses that are made to keep it busy: one that takes too long is refused.
    It is a trial, not a proof: whoever adds rules trusts them.
    """
    found = list(paths)
    if len(found) > MAX_FILES:
        raise Refused(f"urls.tracking_rules names {len(found)} files, {MAX_FILES} are allowed")
    providers: list[Provider] = []
    for path in found:
        try:
            providers += clearurls.rules(
                [_document(path)], lambda pattern, whole: _tried(pattern, guard, whole=whole)
            ).providers
        except Refused as error:
            raise Refused(f"{path}: {error.reason}") from error
    return Rules(tuple(providers))


def _document(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from error
    if len(body) > MAX_BYTES:
        raise Refused(f"is longer than {MAX_BYTES} bytes")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(f"is not valid JSON: {error}") from error
    return document if isinstance(document, dict) else {}


def _tried(pattern: re.Pattern[str], guard: Guard, *, whole: bool) -> None:
    """Refuse a pattern that does not come back from some name or address in time."""
    match = pattern.fullmatch if whole else pattern.search
    words = [word[:4] for word in _WORDS.findall(pattern.pattern)[:8]]
    try:
        with guard():
            for piece in (*_USUAL, *words):
                text = (piece * (LONGEST // len(piece)))[:LONGEST]
                match(text + "\0" if whole else f"{_SCHEME}{text}\0")
    except Unreadable as error:
        raise Refused("takes too long on some addresses (nested repetitions?)") from error
