"""Bylines: the persons and organisations in the words that a page, a feed or JSON-LD gives for an author."""

# ruff: noqa: RUF001, E501 - patterns in many scripts, one alternative beside the other

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.core import agencies
from aggregator.core.headline import folded

MAX_BYLINE = 200  # characters; what is longer is a text
MAX_NAME = 60
MAX_CLASS = 200
_BY = re.compile(
    r"^(?:(?:(?:written|reported|posted|published|story|words|text|texte|testo|report|analysis|opinion|veröffentlicht|geschrieben|verfasst|ein beitrag|eine analyse|"
    r"publié|écrit|rédigé|propos recueillis|publicado|escrito|redactado|pubblicato|scritto|geplaatst|opublikowane|yazan|skrevet|skrivet)\s*(?:by|von|par|por|di|da|door|av|af|przez|:)|"
    r"(?:quelle|source|fuente|fonte|autor(?:in|en|es)?|author|authors|auteur|autore|yazar|muhabir|reporter|journalist|redakteur|автор|авторы|текст|автори|скриба|作者|記者|记者|文|取材)\s*[:：/]|"
    r"by:?|von:?|vom|par|por:?|di|da|door|av|af|od|przez|autor:?|napsal[ai]?:?|oleh:?|kirjoittanut:?|skrevet av|bởi|από|του|от|โดย|بقلم:?|كتب:?|מאת:?)\s)\s*"
    r"|^(?:文|作者|記者|记者)[:：]\s*|^(?:文|取材・文)[/／＝=]\s*",
    re.IGNORECASE,
)
_CODE = re.compile(r"\s*[(\[（【][^()\[\]（）【】]{0,40}[)\]）】]\s*$")
_ROLES = (
    r"correspondent|reporter|editor|writer|columnist|producer|redakteur\w*|korrespondent\w*|journalist\w*|corresponsal|"
    r"redactor\w*|staff|contributor|autor(?:in)?|volontär\w*|rédact\w+|envoyée?|reporters?|giornalista|periodista|"
    r"chefredakt\w*|journaliste|enviad[oa]|dziennikar\w*|redaktor\w*|корреспондент\w*|журналист\w*|обозреватель|muhabir\w*"
)
_ROLE = re.compile(
    rf"\s*(?:[|•·]|\s[-–—/]\s|/(?=\s)|,\s*(?=(?:[\w.&'’-]+\s+){{0,4}}(?:{_ROLES})\b)).*$|\s+(?:기자|특파원|記者|特派員|记者|編集委員|論説委員)$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"[\s,;]+(?:(?:(?:last\s+)?(?:updated|published|posted|modified)|veröffentlicht|aktualisiert|stand|publié|mis à jour|publicado|actualizado|pubblicato|aggiornato|"
    r"atualizado|gepubliceerd|bijgewerkt|opublikowano|aktualizacja|publikováno|опубликовано|обновлено|güncelleme|oppdatert|uppdaterad|opdateret)\b|"
    r"(?:on|am|le|il|el|den)?\s*(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}\.?\s+(?:de\s+)?[^\W\d]{3,12}\.?,?\s+(?:de\s+)?\d{4}|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2},?\s+\d{4})).*$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\s(?:in|aus)\s+[A-ZÄÖÜ][\w'’-]+(?:\s[A-ZÄÖÜ][\w'’-]+)?$")
_MAIL = re.compile(r"[(<\[]?\s*(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}\s*[)>\]]?|(?<!\w)@\w{2,40}")
_AND = re.compile(
    r"\s*(?:[,、，]\s*(?:and|und|et|og|och|&)\s|[;,、，；]|\s\|\s|\s(?:(?:and|und|et|og|och|ja|en|ve|și|és|и|та|và|dan|και|with|mit|avec|sowie)|(?-i:&|\+|[yeiaй]))\s)\s*",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"\s[yei]\s")
_NO_NAME = re.compile(
    r"://|www\.|@|\d{2,}|^[a-z]+-[a-z-]+$|^\W*(?:image|photo|foto|bild|fotos?|photos?)\b|^\d+$|"
    r"^(?:admin\w*|unknown|null|none|undefined|anonymous|guest|author|autor|auteur|by|von|par|share|teilen|min(?:utes?)?(?: read)?|follow|more|n/?a)$",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"^(?:red\.?|editors?|.*\bstaff(?: (?:writer|reporter|editor|and agencies)s?)?|(?:staff|guardian|our|special|web|online|news) .*(?:reporters?|correspondents?|desk|staff|team|writers?))$|"
    r"(?:redaktion|redaksjon(?:en)?|redakcj\w|redakc[ei]\w?|redactie|redacción|redação|rédaction|redazione|newsroom|news ?desk|editorial|web ?desk|"
    r"\bdesk|\bwire|agency|agencies|agentur|agence|agencia|agenzia|ajansı|agency|press|presse|news|nachrichten|online|media|"
    r"\bteam|editorial board|correspondents?|network|service|zeitung|newspaper|gmbh|inc\.?|ltd\.?|"
    r"редакция|редакції|新聞|新聞社|通信社|通讯社|编辑部|編集部|社説|ニュース|デジタル|오피니언|뉴스|편집부|تحرير|وكالات|وكالة)$|"
    r"^(?:redaktion|redakcja|redakce|redacción|redazione|rédaction|la rédaction|agencia|agence|редакция|وكالة)\b|^[\w-]+\.(?:com|de|at|ch|net|org|co|fr|it|es|nl|pl|tr|uk|tv|info|eu|jp|kr|news|online)(?:\.\w{2})?$",
    re.IGNORECASE,
)
_AGENCIES = frozenset(folded(name) for names in agencies.NAMES.values() for name in names)
_BEGINS = frozenset({"author", "authors", "byline", "bylines", "autor", "autoren", "autorin", "autores", "auteur", "auteurs", "autore", "autori",
                     "redakteur", "writer", "writers", "journalist", "yazar", "verfasser", "skribent", "forfatter"})  # fmt: skip
_GOES_ON = frozenset({"name", "names", "list", "item", "items", "link", "links", "text", "wrapper", "label", "content", "inner", "line", "block",
                      "box", "container", "row", "title", "main", "article", "info", "meta", "group", "single", "by"})  # fmt: skip
_HINT = re.compile("uth|yline|utor|uteu|riter|ournal|edakt|azar|erfass|kribent|orfatt")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_FULL = re.compile(r"[^\W\d_]['’.\w-]*(?:\s+[^\W\d_]['’.\w-]*){1,3}")
_PAGES = frozenset({"author", "authors", "autor", "autoren", "autores", "autorin", "autori", "auteur", "auteurs", "autore", "contributor",
                    "contributors", "profile", "people", "person", "journalist", "journalists", "reporter", "reporters", "by", "columnist",
                    "columnists", "writer", "writers", "yazar", "yazarlar", "skribent", "redakteur", "avtor"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """Whom a byline names: persons and organisations apart, each in the order of the byline."""

    persons: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


def read(byline: str, site: Sequence[str] = ()) -> Names:
    """Return whom a byline names, without the words around the names.

    `site` are the names and host of the site, which is no person. A byline that is an address, or a text, names nobody.
    """
    if len(byline) > MAX_BYLINE or "://" in byline:
        return Names()
    known = [_plain(name) for name in site]
    plain = " ".join(byline.split()).strip(" ,;:|·•–—-/")
    first = plain.partition(",")[0].strip()
    if len(first) <= MAX_NAME and _of_site(first, known) and not _NO_NAME.search(first.removeprefix("www.")):
        return Names((), (first,))
    plain = _WHEN.sub("", _MAIL.sub(" ", " ".join(_BY.sub("", plain).split()) + " "))
    plain = _PLACE.sub("", _CODE.sub("", _ROLE.sub("", " ".join(plain.split()))))
    persons: dict[str, None] = {}
    others: dict[str, None] = {}
    for name in _turned(_apart(plain)):
        wires = [part.strip() for part in name.split("/") if part.strip()]
        if not 1 < len(name) <= MAX_NAME:
            continue
        if all(is_organisation(wire) for wire in wires):
            others |= dict.fromkeys(wires)
        elif _of_site(name, known) or is_organisation(name):
            others.setdefault(name)
        elif not _NO_NAME.search(name):
            persons.setdefault(name)
    return Names(tuple(persons), tuple(others))


def merged(found: Iterable[Names]) -> Names:
    """Return all of several bylines as one, each name once."""
    several = list(found)
    persons = dict.fromkeys(name for each in several for name in each.persons)
    return Names(tuple(persons), tuple(dict.fromkeys(name for each in several for name in each.organisations)))


def of_site(name: str, site: Sequence[str]) -> bool:
    """Whether a name is what the site is called by one of `site`."""
    return _of_site(name, [_plain(each) for each in site])


def chosen(page: Names, origin: str, told: str, site: Sequence[str] = ()) -> tuple[Names, str]:
    """Return the authors and where they are from: the page's, of `origin`, or those that the feed has `told`.

    The feed names persons where the page names none, and where the page's are only guessed from how it looks and the
    feed knows none of them.
    """
    fed = read(told, site)
    if not fed.persons:
        return (page, origin) if page.persons or page.organisations or not fed.organisations else (fed, "feed")
    known = {folded(name) for name in page.persons}
    if page.persons and (origin in {"ld+json", "meta"} or not known.isdisjoint(map(folded, fed.persons))):
        return page, origin
    others = [name for name in page.organisations if not page.persons and not of_site(name, site)]
    return merged([fed, Names((), tuple(others))]), "feed"


def full(name: str) -> bool:
    """Whether a name has two words at least, or is in a script that has no spaces between them."""
    return " " in name or not name[:1].isalpha() or name.lower() == name.upper()


def is_organisation(name: str) -> bool:
    """Whether a name is that of a news agency, a desk or a house, by how it is written alone."""
    return folded(name) in _AGENCIES or _HOUSE.search(name) is not None


def _apart(plain: str) -> list[str]:
    """Return the names in a byline; a compound surname (Gil y Oria) is kept whole."""
    names: list[str] = []
    at = 0
    for found in _AND.finditer(plain):
        before, after = plain[at : found.start()], plain[found.end() :]
        compound = (
            _COMPOUND.fullmatch(found[0]) and " " in before and len(_AND.split(after, maxsplit=1)[0].split()) == 1
        )
        if not compound:
            names.append(before)
            at = found.end()
    names.append(plain[at:])
    return [cleaned for name in names if (cleaned := _CODE.sub("", _BY.sub("", name)).strip(' ,;:.|*·•/-–—"“”'))]


def _turned(names: list[str]) -> list[str]:
    """Return "Lund, Vera" as one name: two single words, neither of which can stand for itself."""
    if len(names) == len(("surname", "name")) and all(_given(name) for name in names):
        return [f"{names[1]} {names[0]}"]
    return names


def _given(name: str) -> bool:
    return name.isalpha() and name.isascii() and name.istitle() and not is_organisation(name)


def _plain(name: str) -> str:
    return folded(name.removeprefix("www.")).replace(" ", "")


def _of_site(name: str, known: Iterable[str]) -> bool:
    """Whether a name is the site's: the same letters, or so much of them that no person is called so."""
    said = _plain(name)
    return len(said) > 2 and any(said == each or (said in each and 2 * len(said) >= len(each)) for each in known)  # noqa: PLR2004


@lru_cache(maxsize=10_000)
def names_author(classes: str) -> bool:
    """Whether a class attribute marks a byline: a word for an author, and after it none for something else of theirs."""
    if len(classes) > MAX_CLASS or not _HINT.search(classes):
        return False
    for word in classes.split():
        parts = [part.lower() for part in _PARTS.findall(word)]
        places = [place for place, part in enumerate(parts) if part in _BEGINS]
        if places and all(part in _GOES_ON | _BEGINS for part in parts[places[-1] + 1 :]):
            return True
    return False


def author_page(href: str) -> bool:
    """Whether an address looks like the page of an author: /author/vera-lund."""
    return not _PAGES.isdisjoint(href[:MAX_BYLINE].lower().split("/")[1:-1])


def together(parts: Iterable[str]) -> str:
    """Return the texts of a byline's elements as one line, with a comma between two that are full names each."""
    line = last = ""
    for part in (" ".join(each.split()) for each in parts):
        if not part:
            continue
        both = _FULL.fullmatch(last) and _FULL.fullmatch(part) and not _BY.match(f"{part} ")
        line += (", " if both else " ") + part if line else part
        last = _BY.sub("", part)
    return line
