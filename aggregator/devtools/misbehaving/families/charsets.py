"""Characters under a wrong name, or under none (RFC 7303 section 3, XML 1.0 section 4.3.3)."""

from dataclasses import replace

from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.news import Story
from aggregator.devtools.misbehaving.talk import RSS, Talk

plays = family("charsets")

_RUSSIAN = (
    ("Паром изменил расписание", "Первый рейс теперь уходит в шесть часов десять минут утра."),
    ("Цена на сельдь упала", "Рыбаки выловили вдвое больше, чем в прошлом году."),
    ("Маяк перешёл на автоматику", "Последний смотритель сдал ключи после тридцати одного года службы."),
)


def _named(talk: Talk, body: bytes, declared: str | None, header: str | None) -> None:
    """Serve bytes under a name in the XML declaration (None: no declaration) and one in Content-Type."""
    first, _, rest = body.partition(b"\n")
    if declared is not None:
        rest = first.replace(b"UTF-8", declared.encode()) + b"\n" + rest
    talk.answer(rest, kind=RSS if header is None else f"{RSS}; charset={header}")


def _western(talk: Talk) -> str:
    """Return the usual feed with letters, quotes and a currency sign that windows-1252 has and ASCII has not."""
    return talk.rss().decode()


def _russian(talk: Talk) -> str:
    told = zip(talk.stories(len(_RUSSIAN)), _RUSSIAN, strict=True)
    stories: list[Story] = [replace(story, title=title, summary=summary) for story, (title, summary) in told]
    return talk.rss(stories).decode()


@plays("/charset-header-wrong", "Sees that the bytes are good UTF-8, and shows “Café Zoë”.")
def header_wrong(talk: Talk) -> None:
    """Serves UTF-8, declared as such in XML, under charset=iso-8859-1 in Content-Type."""
    _named(talk, talk.rss(), "UTF-8", "iso-8859-1")


@plays("/charset-declaration-wrong", "Believes the header, and shows “Café Zoë”.")
def declaration_wrong(talk: Talk) -> None:
    """Serves UTF-8, named as such in Content-Type, under encoding="iso-8859-1" in XML."""
    _named(talk, talk.rss(), "iso-8859-1", "utf-8")


@plays("/charset-both-wrong", "Sees that the bytes are good UTF-8, and shows “Café Zoë”.")
def both_wrong(talk: Talk) -> None:
    """Serves UTF-8 under iso-8859-1 in Content-Type and in XML."""
    _named(talk, talk.rss(), "iso-8859-1", "iso-8859-1")


@plays("/charset-unknown", "Ignores a name that nobody knows, and reads UTF-8.")
def unknown(talk: Talk) -> None:
    """Serves UTF-8 under charset=x-harbour in Content-Type and in XML."""
    _named(talk, talk.rss(), "x-harbour", "x-harbour")


@plays(
    "/charset-us-ascii",
    "Reads UTF-8: us-ascii was the default of text/xml once (RFC 3023), and says nothing about the bytes.",
)
def us_ascii(talk: Talk) -> None:
    """Serves UTF-8 as text/xml; charset=us-ascii."""
    talk.answer(talk.rss(), kind="text/xml; charset=us-ascii")


@plays("/cp1252-as-utf-8", "Falls back to windows-1252, and shows curly quotes and “Café Zoë”.")
def cp1252_as_utf_8(talk: Talk) -> None:
    """Serves windows-1252 under the name of UTF-8, in Content-Type and in XML."""
    _named(talk, _western(talk).encode("cp1252"), "UTF-8", "utf-8")


@plays("/cp1252-as-latin-1", "Reads iso-8859-1 as windows-1252, as browsers do, and shows “€”.")
def cp1252_as_latin_1(talk: Talk) -> None:
    """Serves windows-1252 under the name of iso-8859-1, in Content-Type and in XML."""
    _named(talk, _western(talk).encode("cp1252"), "iso-8859-1", "iso-8859-1")


@plays("/koi8-r-undeclared", "Guesses the encoding from the bytes, or marks the text as broken.")
def koi8_r_undeclared(talk: Talk) -> None:
    """Serves Russian in KOI8-R with no XML declaration and no charset."""
    _named(talk, _russian(talk).encode("koi8-r"), None, None)


@plays("/koi8-r", "Reads the declared encoding, and shows Russian.")
def koi8_r(talk: Talk) -> None:
    """Serves Russian in KOI8-R, declared in XML and in no other place."""
    _named(talk, _russian(talk).encode("koi8-r"), "KOI8-R", None)


@plays("/mojibake", "May repair it (“CafÃ©” to “Café”); must not break text that is whole.")
def mojibake(talk: Talk) -> None:
    """Serves text that was encoded in UTF-8 twice, under the right name."""
    broken = _western(talk).encode().decode("latin-1")
    _named(talk, broken.encode(), "UTF-8", "utf-8")


@plays("/stray-byte", "Reads the rest as UTF-8; one bad byte does not turn the whole feed into another encoding.")
def stray_byte(talk: Talk) -> None:
    """Serves UTF-8 with one byte of Latin-1 in the title of the first item."""
    _named(talk, talk.rss().replace(b"<item><title>", b"<item><title>\xe9 ", 1), "UTF-8", "utf-8")
