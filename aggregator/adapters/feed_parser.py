"""feedparser's strict reader, fed from a tree: its handlers decide, what nobody asks of it is left out.

What an element means is said by feedparser's own handlers (`_start_NAME`, `_end_NAME`) and their state. Only the way to
them is shorter here than its SAX events: names are looked up once a feed, elements of which we read nothing are passed
over, dates are parsed when asked for, and texts are not searched for what they cannot hold. The fields that
`feed_entries` and `feed_reader` read are the same as of feedparser alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from feedparser.urls import make_safe_absolute_uri
from lxml import etree

from aggregator.adapters.feed_texts import XHTML, Texts

Parsed = dict[str, Any]  # feedparser is untyped
Attributes = dict[str, str]
Spaces = Mapping[str | None, str]

SKIPPED = "{http://search.yahoo.com/mrss/}"  # pictures and films: all of these elements, with what is in them
USERLAND = "backend.userland.com/rss"  # feedparser takes each name that contains it for RSS, where an element starts
OWN = frozenset({"base", "xml:base", "lang", "xml:lang", "xmlns"})  # attributes that hold for all within
ROOTS = frozenset({"feed", "rss"})  # whose language is the feed's
IN_IMAGE = frozenset({"title", "link", "description", "url", "href", "width", "height"})
DRAWN = frozenset({"{http://www.w3.org/1998/Math/MathML}math", "{http://www.w3.org/2000/svg}svg"})
HOLDERS = frozenset({"rdf_rdf", "rss", "channel", "feed", "item", "entry"})  # their own text says nothing
# Of the elements that feedparser has handlers for; `date` it keeps as `updated`.
READ = HOLDERS | {
    "abstract", "author", "body", "cc_license", "content", "content_encoded", "copyright",
    "creativeCommons_license", "creativecommons_license", "date", "dc_author", "dc_creator", "dc_date",
    "dc_description", "dc_language", "dc_rights", "dc_title", "dcterms_issued", "dcterms_modified", "description",
    "email", "feedburner_origlink", "fullitem", "guid", "id", "image", "issued", "itunes_author", "itunes_email",
    "itunes_image", "itunes_link", "itunes_name", "itunes_owner", "itunes_summary", "language", "lastbuilddate",
    "link", "managingeditor", "media_description", "media_title", "modified", "name", "pubdate", "published",
    "rights", "summary", "sy_updatefrequency", "sy_updateperiod", "textInput", "textinput", "title", "ttl",
    "updated", "xhtml_body",
}  # fmt: skip


class _Kind(NamedTuple):
    """An element by name: as feedparser calls it when it starts and ends, its handlers, and what it is to us."""

    opening: str
    closing: str
    started: str  # the name of the handler, without "_start_"
    ended: str
    start: Callable[..., None] | None
    end: Callable[..., None] | None
    ends_input: bool  # it cannot stand in a text input, or in an image, so that these are over
    ends_image: bool
    skipped: bool
    read: bool
    holds: bool


def parse(tree: etree._Element, base: str, *, scattered: bool) -> Parsed:
    """Return feedparser's view of a tree (`feed`, `entries`, `version`), neither sanitised nor resolved against `base`.

    `base` is where `xml:base` starts from; `scattered` says that elements within declare namespaces as well. Dates are
    there as words, and under `published_parsed` and `updated_parsed` as a function that reads them.
    Raises what feedparser does: ValueError, TypeError, LookupError, AttributeError.
    """
    reader = _Reader(base, None, "utf-8")
    reader.resolve_relative_uris = reader.sanitize_html = False
    reader.hear(tree, scattered=scattered)
    return {"feed": reader.feeddata, "entries": reader.entries, "version": reader.version}


class _Reader(Texts):
    """The strict reader; what it shares with feedparser's own is named as there."""

    def __init__(self, base: str, language: str | None, encoding: str) -> None:
        super().__init__(base, language, encoding)
        self._kinds: dict[tuple[str | None, str], _Kind] = {}
        self._settled = ""  # the last base address that was made safe

    def hear(self, tree: etree._Element, *, scattered: bool) -> None:
        """Take in a whole feed."""
        spaces = tree.nsmap
        for prefix, uri in spaces.items():
            self.startPrefixMapping(prefix, uri)
        self._hear(tree, self._kind(tree), spaces if scattered else None)

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        """Note what a prefix stands for from here on."""
        before = self.namespacemap.get(prefix)
        super().track_namespace(prefix, uri)
        if self.namespacemap.get(prefix) != before:
            self._kinds.clear()

    # Elements

    def _hear(self, element: etree._Element, kind: _Kind, spaces: Spaces | None) -> None:
        """Take in an element with all that is in it; `spaces` are its namespaces where they differ within the feed."""
        inline = self.incontent  # it is markup of a text
        silent = kind.holds and not inline
        given = element.items()
        attributes = self._attributes(element, given) if given or self.decls else {}
        if inline or kind.opening in ROOTS or not OWN.isdisjoint(attributes):
            self.unknown_starttag(kind.opening, list(attributes.items()))
        else:
            self._start(kind, attributes)
        if (text := element.text) and not silent:
            self.handle_data(text)
        for child in element:
            if isinstance(child.tag, str):  # neither a comment nor a processing instruction
                self._hear_child(child, spaces, silent=silent)
            if not silent and (tail := child.tail):
                self.handle_data(tail)
        if inline or self.svgOK:
            self.unknown_endtag(kind.closing)
        else:
            self._end(kind)

    def _hear_child(self, child: etree._Element, outer: Spaces | None, *, silent: bool) -> None:
        """Take in an element within one that is `silent` when its children are fields and its text is nothing."""
        kind = self._kinds.get((child.prefix, child.tag)) or self._kind(child)  # type: ignore[arg-type] # no bytes
        if kind.skipped:
            return
        spaces = outer if outer is None else child.nsmap
        if outer is not None and spaces:
            kind = self._declared(child, kind, spaces, outer)
        if kind.read or not silent or len(child) or not self._says_nothing(child, kind):
            self._hear(child, kind, spaces)

    def _declared(self, child: etree._Element, kind: _Kind, spaces: Spaces, outer: Spaces) -> _Kind:
        """Note the namespaces that an element declares, and return what it is then."""
        if spaces == outer:
            return kind
        for prefix, uri in spaces.items():
            if outer.get(prefix) != uri:
                self.startPrefixMapping(prefix, uri)
        return self._kinds.get((child.prefix, child.tag)) or self._kind(child)  # type: ignore[arg-type]

    def _says_nothing(self, leaf: etree._Element, kind: _Kind) -> bool:
        """Whether no field that is read would be different if feedparser were told of the element."""
        if self.incontent or self.inimage or self.intextinput or self.insource or self.decls:
            return False
        if any(name.lower().endswith("base") for name, _ in leaf.items()):
            return False
        if kind.started == "source":
            self.title_depth = -1  # a title after it counts again
        return True

    def _kind(self, element: etree._Element) -> _Kind:
        """Return what the element is to feedparser, given the prefixes that are declared by now."""
        tag, given = str(element.tag), element.prefix
        space, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        space = space.lower()
        known = self._matchnamespaces
        opening = _joined(known.get(f"http://{USERLAND}" if USERLAND in space else space, given), local)
        closing = _joined(known.get(space, given), local)
        (prefix, started), (_, ended) = self._handled(opening), self._handled(closing)
        kind = _Kind(
            opening,
            closing,
            started,
            ended,
            getattr(_Reader, f"_start_{started}", None),
            getattr(_Reader, f"_end_{ended}", None),
            ends_input=not prefix and opening not in {"title", "link", "description", "name"},
            ends_image=not prefix and opening not in IN_IMAGE,
            skipped=tag.startswith(SKIPPED),
            read=started in READ or ended in READ,
            holds=started in HOLDERS,
        )
        self._kinds[given, tag] = kind
        return kind

    def _handled(self, name: str) -> tuple[str, str]:
        """Return an element's prefix as feedparser knows it, and the end of the names of its handlers."""
        given, colon, suffix = name.partition(":")
        prefix = self.namespacemap.get(given, given) if colon else self.namespacemap.get("", "")
        name = suffix if colon else name
        return prefix, f"{prefix}_{name}" if prefix else name

    def _attributes(self, element: etree._Element, given: Sequence[tuple[str, str]]) -> Attributes:
        """Return the attributes by name in small letters; those of a namespace have two, as feedparser hears them."""
        if not self.decls and element.tag not in DRAWN and not any(name.startswith("{") for name, _ in given):
            return dict(map(self._normalize_attributes, given))
        found: Attributes = dict(self.decls)
        self.decls = {}
        if element.tag in DRAWN:
            found["xmlns"] = str(element.tag)[1:].partition("}")[0]
        qualified: dict[str, str] = {}
        for name, value in given:
            space, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
            prefix = self._matchnamespaces.get(space.lower(), "")
            found[_joined(prefix, local)] = value
            prefixes = [prefix for prefix, uri in element.nsmap.items() if prefix and uri == space] if space else ()
            qualified.setdefault(_joined(min(prefixes, default=""), local, lower=False), value)
        found.update((name.lower(), value) for name, value in qualified.items())
        return dict(map(self._normalize_attributes, found.items()))

    def _start(self, kind: _Kind, attributes: Attributes) -> None:
        """Do what `unknown_starttag` does for an element that is no markup of a text and sets neither base nor lang."""
        self.depth += 1
        if self.baseuri != self._settled:
            self.baseuri = self._settled = make_safe_absolute_uri(self.baseuri, self.baseuri) or self.baseuri
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        if kind.ends_input:
            self.intextinput = 0
        if kind.ends_image:
            self.inimage = 0
        try:
            if kind.start:
                kind.start(self, attributes)
                return
        except AttributeError:  # as there: a handler that fails is none
            pass
        if attributes:
            self._get_context()[kind.started] = attributes
        else:
            self.push(kind.started, 1)

    def _end(self, kind: _Kind) -> None:
        """Do what `unknown_endtag` does outside of drawings."""
        try:
            if kind.end:
                kind.end(self)
            else:
                self.pop(kind.ended)
        except AttributeError:  # as there
            self.pop(kind.ended)
        if self.incontent and self._is_left_open(kind):
            return
        self.basestack.pop()
        if self.basestack and self.basestack[-1]:
            self.baseuri = self.basestack[-1]
        self.langstack.pop()
        if self.langstack:
            self.lang = self.langstack[-1]
        self.depth -= 1

    def _is_left_open(self, kind: _Kind) -> bool:
        """Note the end of an element in a text that began before it; whether feedparser takes no more note of it."""
        params = self.contentparams
        if not params.get("type", "xml").endswith("xml"):
            if kind.closing in {"xhtml:div", "div"}:
                return True
            params["type"] = XHTML
        if params.get("type") == XHTML:
            self.handle_data(f"</{kind.closing.rpartition(':')[2]}>", escape=0)
        return False


def _joined(prefix: str | None, local: str, *, lower: bool = True) -> str:
    name = f"{prefix}:{local}" if prefix else local
    return name.lower() if lower else name
