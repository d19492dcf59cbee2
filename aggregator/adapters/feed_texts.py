"""What feedparser's strict reader makes of texts, at less expense: the same fields, without needless searches."""

import re
from contextlib import suppress
from functools import partial
from time import struct_time
from typing import Any
from xml.sax.saxutils import escape as escaped

from feedparser.api import StrictFeedParser
from feedparser.datetimes import _parse_date
from feedparser.html import _cp1252
from feedparser.util import FeedParserDict

XHTML = "application/xhtml+xml"
NOT_KEPT = frozenset({"category", "tags", "itunes_keywords"})
GUESSED = frozenset({"content", "description", "summary"})  # where it matters whether plain text is HTML after all
CDF = frozenset({"href", "lastmod"})  # attributes of an item that are fields already
MAPPED = frozenset(FeedParserDict.keymap) | {"category", "enclosures", "license", "updated", "updated_parsed"}
LONGEST_MAIL = 2000  # characters in which feedparser looks for an address, in time that grows with their square
HIGH = re.compile("[\x80-\x9f]")
QUERY = re.compile("&([A-Za-z0-9_]+);")


def date_parts(words: str | None) -> struct_time | None:
    """Return a date as feedparser reads it, in UTC, or None; it knows rarer shapes than we do."""
    with suppress(ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        parts = _parse_date(words)
        return parts if isinstance(parts, struct_time) else None
    return None


class Fields(FeedParserDict):  # type: ignore[misc] # feedparser is untyped
    """An entry as feedparser keeps it, where only the names that stand for others are looked up in its slow way."""

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - text, dict or list
        """Return a field."""
        return super().__getitem__(key) if key in MAPPED else dict.__getitem__(self, key)

    def __setitem__(self, key: str, value: object) -> None:
        """Set a field."""
        if key in MAPPED:
            super().__setitem__(key, value)
        else:
            dict.__setitem__(self, key, value)

    def __contains__(self, key: object) -> bool:
        """Whether a field is there."""
        return bool(super().__contains__(key) if key in MAPPED else dict.__contains__(self, key))

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401
        """Return a field, or `default`."""
        return super().get(key, default) if key in MAPPED else dict.get(self, key, default)

    def setdefault(self, key: str, default: Any) -> Any:  # noqa: ANN401
        """Return a field, set to `default` if it was not there."""
        return super().setdefault(key, default) if key in MAPPED else dict.setdefault(self, key, default)

    __hash__ = FeedParserDict.__hash__


class Texts(StrictFeedParser):  # type: ignore[misc] # feedparser is untyped
    """The strict reader with its own ways to open and close an element; all names and signatures are feedparser's.

    Dates are left as words: `published_parsed` and `updated_parsed` are functions that read them when asked.
    """

    baseuri: str
    lang: str | None
    decls: dict[str, str]
    inimage: int
    intextinput: int

    def handle_data(self, text: str, escape: int = 1) -> None:
        """Note a text within the element that was opened last."""
        if not self.elementstack:
            return
        if escape and dict.get(self.contentparams, "type") == XHTML:
            text = escaped(text)
        self.elementstack[-1][2].append(text)

    def push_content(self, tag: str, attrs_d: dict[str, str], default_content_type: str, expecting_text: int) -> None:
        """Open a text construct."""
        self.incontent += 1
        if self.lang:
            self.lang = self.lang.replace("_", "-")
        media_type = self.map_content_type(attrs_d.get("type", default_content_type))
        self.contentparams = FeedParserDict({"type": media_type, "language": self.lang, "base": self.baseuri})
        plainly = media_type.startswith("text/") and "mode" not in attrs_d
        dict.__setitem__(self.contentparams, "base64", 0 if plainly else self._is_base64(attrs_d, self.contentparams))
        self.push(tag, expecting_text)

    def pop(self, element: str, strip_whitespace: int = 1) -> str | None:
        """Close an element and return its text; store it where it is one that was expected."""
        stack = self.elementstack
        if not stack or stack[-1][0] != element:
            return None
        params = self.contentparams
        media_type = dict.get(params, "type")
        rare = media_type == XHTML or dict.get(params, "base64") or not strip_whitespace
        if rare or not self.inentry or self.insource:
            found: str | None = super().pop(element, strip_whitespace)
            return found
        _, wanted, pieces = stack.pop()
        words = "".join(pieces).strip()
        if not wanted:
            return words
        words = self._refined(element, words, media_type)
        params.pop("base64", None)
        params.pop("mode", None)
        if element not in NOT_KEPT and not (element == "title" and -1 < self.title_depth <= self.depth):
            self._keep(element, words)
        return words

    def _refined(self, element: str, words: str, media_type: str | None) -> str:
        if words and element in self.can_be_relative_uri and (element != "id" or self.guidislink):
            words = self.resolve_uri(words)
        doubtful = media_type == "text/plain" and element in GUESSED and ("</" in words or "&" in words)
        if doubtful and not self.version.startswith("atom") and self.looks_like_html(words):
            self.contentparams["type"] = "text/html"
        if words.isascii():
            return words
        with suppress(UnicodeError):  # UTF-8 that was taken for Latin-1
            words = words.encode("iso-8859-1").decode("utf-8")
        return words.translate(_cp1252) if HIGH.search(words) else words

    def _keep(self, element: str, words: str) -> None:
        """Store a text in the entry."""
        entry = self.entries[-1]
        if element == "content":
            dict.setdefault(entry, element, []).append(FeedParserDict(self.contentparams, value=words))
            return
        if element == "link":
            if not self.inimage:
                words = QUERY.sub(r"&\g<1>", words.replace("&amp;", "&")) if "&" in words else words
                entry[element] = words
                if words:
                    entry["links"][-1]["href"] = words
            return
        name = "summary" if element == "description" else element
        depths = self.property_depth_map.setdefault(entry, {})
        if self.depth <= depths.get(name, self.depth):
            depths[name] = self.depth
            entry[name] = words
        if self.incontent:
            entry[f"{name}_detail"] = FeedParserDict(self.contentparams, value=words)

    def resolve_uri(self, uri: str) -> str:
        """Return an address against `xml:base`; where there is none, as it is."""
        if not self.baseuri and ":///" not in uri:
            return uri
        return str(super().resolve_uri(uri))

    def _start_item(self, attrs_d: dict[str, str]) -> None:
        super()._start_item(attrs_d)
        if CDF.isdisjoint(attrs_d):
            self.entries[-1] = Fields(self.entries[-1])

    _start_entry = _start_item

    def _sync_author_detail(self, key: str = "author") -> None:
        """Part an author's name from the mail address, where there may be one."""
        context = self._get_context()
        people = dict.get(context, f"{key}s")
        words = dict.get(context, key) or ""
        if not people or people[-1] or ("@" in words and len(words) <= LONGEST_MAIL):
            super()._sync_author_detail(key)
        elif words:
            context.setdefault(f"{key}_detail", people[-1])
            people[-1]["name"] = words

    def _end_published(self) -> None:
        words = self.pop("published")
        self._save("published_parsed", partial(date_parts, words), overwrite=True)

    def _end_updated(self) -> None:
        words = self.pop("updated")
        self._save("updated_parsed", partial(date_parts, words), overwrite=True)

    _end_issued = _end_pubdate = _end_published
    _end_modified = _end_lastbuilddate = _end_updated
