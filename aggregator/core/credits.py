"""Which news agency a text is credited to, and whether a page is that agency's own."""

import re

from aggregator.core import agencies

_DATELINES, _FOOTERS = 3, 4  # lines, from the front and from the end
_HEAD, _TAIL = 300, 400  # characters
_SPELLED = {spelling: agency for agency, spellings in agencies.NAMES.items() for spelling in spellings}
_FOLDED = {spelling.casefold(): agency for spelling, agency in _SPELLED.items()}
_LATIN = "|".join(re.escape(each) for each in sorted(_SPELLED, key=len, reverse=True) if each[0] < "\u1100")
_WIDE = "|".join(re.escape(each) for each in sorted(_SPELLED, key=len, reverse=True) if each[0] >= "\u1100")
_ANY = rf"(?:(?<!\w)(?P<name>{_LATIN})(?!\w)|(?P<wide>{_WIDE}))"
_WITH = r"(?:\s*[/+,]\s*[\w-]+)*"  # the department, or a second agency
_DATELINE = re.compile(rf"[^\n]{{0,80}}?[(\[/]\s*{_ANY}{_WITH}\s*[)\]/]\s*(?:[.,:]*\s*[-–—=]|[.:])")
_PLAIN_DATELINE = re.compile(rf"[A-ZА-ЯЁ][\w .-]{{1,40}},\s[\w. ]{{1,20}}\s[-–—]\s{_ANY}\.")
_WIDE_DATELINE = re.compile(
    rf"(?:\W*(?P<name>{_WIDE})[^\n]{{0,30}}?[电電]|[【（(][^\n】）)]{{0,16}}?(?P<wide>{_WIDE})[】）)])"
)
_UNKNOWN = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ .'’/-]{2,40}(?:,?\s[^()\n]{1,25})?\s\((?P<name>[A-Z][A-Za-z]{1,11})\)\s*[-–—]")
_BY = re.compile(r"(?:by|from|von|par|por|di|da|door|av|af|od)\s+", re.IGNORECASE)
_POST = r"(?i:\s+(?:staff|news(?:\s+agency)?|reporters?|writers?|correspondents?|sports|business))*"
_WHOLE_BYLINE = re.compile(rf"{_ANY}(?:{_POST}|\s*[/|,(–—-]\s*.+)", re.DOTALL)
_LAST_BYLINE = re.compile(rf".*(?:[,/|(–—-]|\s-)\s*{_ANY}\)?", re.DOTALL)
_LONG_BYLINE = re.compile(
    r".+\s(?P<name>(?:The )?Associated Press|Agence France-Presse|Press Association|The Canadian Press)"
)
_SOURCE = (
    r"(?:(?:Quelle|Source|Fuente|Fonte|Bron|Źródło|Источник|Джерело|来源|來源)\s*[:：]|"
    r"(?:[Cc]on información de|[Cc]om informações d[aoe]|[Aa]vec|[Mm]it Material (?:von|der)|[Ww]ith reporting (?:by|from)))"
)
_FOOTER = (
    re.compile(rf".*[(\[（]\s*{_ANY}{_WITH}\s*[)\]）]\W*"),
    re.compile(rf".*(?:©|\([cC]\)|[Cc]opyright)\s*(?:\d{{4}}\s*)?(?:by\s+)?(?:[Tt]he\s+)?{_ANY}.*"),
    re.compile(rf".*{_SOURCE}\s*(?:the |la |l['’]|der )?{_ANY}.*"),
    re.compile(rf"\W*{_ANY}{_WITH}\W*"),
    re.compile(rf".*{_ANY}(?:\s\w+){{0,6}} contributed to this (?:report|story).*"),
)
_REUTERS = re.compile(r"\(?(?:Additional )?[Rr]eporting by .{1,200}[Ee]diting by .{1,100}")


def _agency(found: re.Match[str]) -> str:
    name = next(each for group, each in found.groupdict().items() if each and group in {"name", "wide"})
    return _SPELLED.get(name, name)


def credit(text: str, authors: tuple[str, ...]) -> str:
    """Return the news agency that a text is credited to, in its byline, its dateline or its last lines; '' for none."""
    return _in_byline(authors) or _in_dateline(text[:_HEAD]) or _in_footer(text[-_TAIL:])


def _in_byline(authors: tuple[str, ...]) -> str:
    for author in authors:
        plain = _BY.sub("", author[:_HEAD].strip(), count=1)
        if plain.casefold() in _FOLDED and (plain in _SPELLED or plain.casefold() not in agencies.PERSONS):
            return _FOLDED[plain.casefold()]
        for rule in (_WHOLE_BYLINE, _LAST_BYLINE, _LONG_BYLINE):
            if found := rule.fullmatch(plain):
                return _agency(found)
    return ""


def _in_dateline(head: str) -> str:
    for line in head.strip().splitlines()[:_DATELINES]:
        for rule in (_DATELINE, _PLAIN_DATELINE, _WIDE_DATELINE, _UNKNOWN):
            if found := rule.match(line.strip()):
                return _agency(found)
    return ""


def _in_footer(tail: str) -> str:
    for line in reversed(tail.strip().splitlines()[-_FOOTERS:]):
        if _REUTERS.fullmatch(line.strip()):
            return "Reuters"
        for rule in _FOOTER:
            if found := rule.fullmatch(line.strip()):
                return _agency(found)
    return ""


def is_agency(url_key: str, agency: str) -> bool:
    """Whether an address is on the agency's own site: a known one, or a host that bears its name."""
    name = url_key.removeprefix("//").partition("/")[0].partition(":")[0]
    own = agencies.HOSTS.get(agency, ())
    if any(name == each or name.endswith(f".{each}") for each in own):
        return True
    plain = re.sub(r"[^a-z0-9]", "", agency.lower())
    labels = [re.sub(r"[^a-z0-9]", "", label) for label in name.split(".")]
    return len(plain) >= 3 and any(label == plain for label in labels[:-1])  # noqa: PLR2004 - shorter ones are words
