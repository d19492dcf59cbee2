"""Which characters the bytes of a feed are, when server, file and truth disagree."""

import codecs
import re
from collections.abc import Callable, Iterator

DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BARE = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)

# What authors mean when they say the first: the wider sets that browsers read instead (WHATWG Encoding, section 4.2).
MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
TEXTUAL = re.compile(r"(iso8859|iso2022|cp\d|koi8|gb|big5|euc|shift|mac|johab|hz|kz1048|ptcp154)")
FEW, FEW_UTF8 = 50, 3  # one broken character in so many beyond ASCII does not speak against a set: UTF-8 is no accident
FAR = 1_000  # characters in which a document begins
CENTRAL = {"cp1250", "iso8859-2", "cp1254", "cp1257", "iso8859-4", "iso8859-13", "mac-latin2", "iso8859-10"}
LANGUAGE = re.compile(rb"(?:<(?:\w+:)?language>\s*|\bxml:lang\s*=\s*[\"'])([A-Za-z]{2})(?![A-Za-z])")
WESTERN = {
    b"en",
    b"de",
    b"fr",
    b"es",
    b"it",
    b"pt",
    b"nl",
    b"sv",
    b"da",
    b"nb",
    b"nn",
    b"no",
    b"fi",
    b"is",
    b"ca",
    b"ga",
}
LATIN = "cp1252"


def decoded(body: bytes, stated: str, guess: Callable[[bytes], str]) -> tuple[str, str]:
    """Return the text of `body` and why it was not read as declared, or ''.

    Asked in turn: a byte order mark, UTF-8 where the bytes are valid as such (other sets hardly ever are), the server's
    `stated` charset (RFC 7303 section 3), the file's own declaration, and last `guess`, which names a set for bytes.
    A server's Latin-1 gives way to the file's declaration, since it is what servers say when nobody told them.
    """
    if mark := _mark(body):
        marked = body.decode(mark, "replace").removeprefix("\ufeff")
        if mark == "utf-8" or any(start in marked[:FAR] for start in "<{["):
            return marked, ""
        found, why = decoded(body[len(codecs.BOM_UTF16) :], stated, guess)
        return found, why or f"marked as {mark}, read as utf-8"
    declared = list(_declared(body, stated))
    if body.isascii():
        shifted = next((name for name in declared if name.startswith(("iso2022", "hz"))), "ascii")
        return body.decode(shifted, "replace"), ""
    for name in ("utf-8", *declared):
        text = _strictly(body, name)
        if text is not None:
            return text, _contradiction(declared, name)
    return _loosely(body, declared, guess)


def _mark(body: bytes) -> str:
    return next((name for start, name in (*MARKS, *BARE) if body.startswith(start)), "")


def _declared(body: bytes, stated: str) -> Iterator[str]:
    """Yield the sets that server and file name, the more credible first, as Python calls them."""
    in_file = DECLARATION.match(body[:400])
    names = [_known(stated), _known(in_file[1].decode("ascii", "replace") if in_file else "")]
    if names[0] == LATIN and names[1]:
        names.reverse()
    yield from dict.fromkeys(filter(None, names))


def _known(label: str) -> str:
    try:
        name = codecs.lookup(label).name if label else ""
    except (LookupError, ValueError):
        return ""
    name = MEANT.get(name, name)
    return name if name == "utf-8" or TEXTUAL.match(name) else ""


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except ValueError:
        return None


def _loosely(body: bytes, declared: list[str], guess: Callable[[bytes], str]) -> tuple[str, str]:
    """Decode with a few characters lost where a set fits otherwise, else as guessed."""
    for name in dict.fromkeys(("utf-8", *declared)):
        text = body.decode(name, "replace")
        lost = text.count("\ufffd")
        beyond = len(text) - sum(map(str.isascii, text)) - lost
        if lost * (FEW_UTF8 if name == "utf-8" else FEW) <= beyond:
            return text, f"{lost} characters are not {name}"
    name = _known(guess(body)) or LATIN
    if name in CENTRAL and _western(body):
        name = LATIN
    return body.decode(name, "replace"), _contradiction(
        declared, name
    ) or f"no character set is declared, read as {name}"


def _contradiction(declared: list[str], name: str) -> str:
    return f"declared as {declared[0]}, read as {name}" if declared and declared[0] != name else ""


def _western(body: bytes) -> bool:
    """Whether a feed says that it is in a language of which Latin-1 has all letters; guesses confuse these sets."""
    found = LANGUAGE.search(body[:20_000])
    return found is not None and found[1].lower() in WESTERN
