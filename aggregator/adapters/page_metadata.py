"""What a page says of itself: one pass over its tree, which collects; core/page_facts.py judges."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from aggregator.core import byline, ld_json, page_dates
from aggregator.core.page_facts import MAX_ADDRESS, MAX_VALUES, WANTED_META, PageFacts, Seen, judged

MAX_WORDS = 1_000  # characters of a headline or name
MAX_BYLINE = 120
MAX_MARKED = 5  # by a class; those that follow belong to other articles
MAX_LINKS = 100  # that may be parts of the article
MAX_CAPTIONS = 3
LEAD = 2  # paragraphs before which a byline stands
PARAGRAPH = 120  # characters
MAX_LINES = 400  # of text after the headline in which a date is looked for
_UNSAID = frozenset({"script", "style", "noscript", "template", "figure", "nav", "aside", "footer"})


class _Pass(Seen):
    """What was seen so far, and where the pass is: `slug` ends the page's own path, `read` are paragraphs of text."""

    __slots__ = ("read", "slug")

    def __init__(self, url: str) -> None:
        super().__init__()
        self.read = 0
        self.slug = urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1].partition(".")[0]


def read(tree: HtmlElement, url: str) -> PageFacts:
    """Return what the page at `url` says of itself."""
    seen = _Pass(url)
    seen.language = tree.get("lang") or tree.get("xml:lang") or ""
    for element in tree.iter(*_KEEP):
        _KEEP[str(element.tag)](element, seen)
    return judged(seen, url, lambda: _look(tree, seen))


def _look(tree: HtmlElement, seen: _Pass) -> None:
    """Keep the bylines that only a class or an address tells; those after the headline."""
    headed = False
    for element in tree.iter(*_LOOK):
        headed = headed or (element.tag == "h1" and bool(seen.headings) and _content(element) == seen.headings[0])
        _LOOK[str(element.tag)](element, seen, headed=headed)


def visible_date(tree: HtmlElement, language: str) -> datetime | None:
    """Return the date that stands by the headline of a page in plain words, in UTC, or None."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return None
    return page_dates.by_headline(_lines_after(heading), language)


def _lines_after(heading: HtmlElement) -> Iterable[str]:
    """Yield the texts that follow a heading in the document, each as long as it is between two tags."""
    for text in islice(heading.xpath("following::text()"), MAX_LINES):
        line = " ".join(str(text).split())
        parent = text.getparent()
        if line and parent is not None and parent.tag not in _UNSAID:
            yield line


def _keep_anchor(element: HtmlElement, seen: _Pass) -> None:
    seen.links += 1
    href = element.get("href") or ""
    rels = (element.get("rel") or "").lower().split()
    if rels:
        if "license" in rels and not seen.licence and not _within(element, "figure", "figcaption"):
            seen.licence = href
        if "author" in rels:
            _keep_name(element, seen)
    if "next" in rels or (seen.slug and seen.slug in href) or href.startswith("?"):
        _keep_onward(element, seen, href, is_next="next" in rels)


def _keep_onward(element: HtmlElement, seen: _Pass, href: str, *, is_next: bool) -> None:
    if len(seen.onward) < MAX_LINKS and not href.partition("#")[2].lower().startswith("comment"):
        words = _content(element) if element.tag == "a" else ""
        seen.onward.append(
            (
                href[:MAX_ADDRESS],
                f"{words} {element.get('title') or ''} {element.get('aria-label') or ''}"[:100],
                is_next,
            )
        )


def _keep_script(element: HtmlElement, seen: _Pass) -> None:
    if "ld+json" in (element.get("type") or "").lower():
        seen.nodes += ld_json.nodes(element.text or "")[: ld_json.MAX_NODES - len(seen.nodes)]


def _keep_link(element: HtmlElement, seen: _Pass) -> None:
    rels = (element.get("rel") or "").lower().split()
    href = element.get("href") or ""
    if "canonical" in rels:
        seen.canonical = seen.canonical or href
    if "amphtml" in rels:
        seen.amp = seen.amp or href
    if "license" in rels:
        seen.licence = href or seen.licence
    if "next" in rels:
        _keep_onward(element, seen, href, is_next=True)


def _keep_title(element: HtmlElement, seen: _Pass) -> None:
    if not seen.title and not _within(element, "svg"):
        seen.title = _content(element)


def _keep_base(element: HtmlElement, seen: _Pass) -> None:
    seen.base = seen.base or (element.get("href") or "")


def _keep_heading(element: HtmlElement, seen: _Pass) -> None:
    if len(seen.headings) < MAX_VALUES and (words := _content(element)):
        seen.headings.append(words)


def _keep_time(element: HtmlElement, seen: _Pass) -> None:
    """Keep a time: best one that is marked as the date of publication, then those that follow the headline."""
    if len(seen.times) < MAX_VALUES and (stated := element.get("datetime")):
        marked = element.get("itemprop") == "datePublished" or element.get("pubdate") is not None
        seen.times.append((0 if marked else 1 if seen.headings else 2, stated))


def _keep_name(element: HtmlElement, seen: _Pass) -> None:
    if len(seen.bylines) < MAX_VALUES and (words := _named(element)):
        seen.bylines.append(words)


def _look_at_class(element: HtmlElement, seen: _Pass, *, headed: bool) -> None:
    """Keep what is marked as the author: by microdata, or by the class of a short element that follows the headline."""
    if element.get("itemprop") == "author":
        inner = element.find(".//*[@itemprop='name']")
        _keep_name(element if inner is None else inner, seen)
    elif headed and len(seen.marked) < MAX_MARKED and byline.names_author(element.get("class") or ""):
        words = _named(element)
        if 1 < len(words) < MAX_BYLINE and not _within(element, "figure", "figcaption", "nav"):
            seen.marked.append(words)


def _look_at_paragraph(element: HtmlElement, seen: _Pass, *, headed: bool) -> None:
    _look_at_class(element, seen, headed=headed)
    if headed and seen.read <= LEAD and len("".join(map(str, element.itertext()))) >= PARAGRAPH:
        seen.read += 1


def _look_at_anchor(element: HtmlElement, seen: _Pass, *, headed: bool) -> None:
    """Keep who a link to an author's page names, where it stands between headline and text."""
    if headed and seen.read <= LEAD and len(seen.linked) < MAX_VALUES and byline.author_page(element.get("href") or ""):
        words = _content(element)
        if 1 < len(words) < MAX_BYLINE and not _within(element, "nav", "aside", "figure"):
            seen.linked.append(words)


def _look_at_heading(_element: HtmlElement, _seen: _Pass, *, headed: bool) -> None:
    """Leave a heading: it is there to tell what follows it."""


def _keep_caption(element: HtmlElement, seen: _Pass) -> None:
    if seen.headings and len(seen.captions) < MAX_CAPTIONS and (words := _content(element)):
        seen.captions.append(words)


def _keep_meta(element: HtmlElement, seen: _Pass) -> None:
    name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv") or ""
    name = name.strip().lower()
    if name in WANTED_META and (said := (element.get("content") or "").strip()):
        kept = seen.meta.setdefault(name, [])
        if len(kept) < MAX_VALUES:
            kept.append(said[:MAX_ADDRESS])


_KEEP = {
    "a": _keep_anchor,
    "meta": _keep_meta,
    "script": _keep_script,
    "link": _keep_link,
    "title": _keep_title,
    "base": _keep_base,
    "h1": _keep_heading,
    "time": _keep_time,
    "figcaption": _keep_caption,
}


_LOOK = {
    "a": _look_at_anchor,
    "address": _look_at_class,
    "div": _look_at_class,
    "h1": _look_at_heading,
    "li": _look_at_class,
    "p": _look_at_paragraph,
    "span": _look_at_class,
}


def _within(element: HtmlElement, *tags: str) -> bool:
    return next(element.iterancestors(*tags), None) is not None


def _content(element: HtmlElement) -> str:
    """Return the words of an element on one line, with a space where two elements would run into each other."""
    return " ".join(_spaced(map(str, element.itertext())).split())[:MAX_WORDS]


def _spaced(parts: Iterable[str]) -> str:
    """Return texts of elements as one, set apart where the first ends in a sign or small and the next begins large."""
    whole = last = ""
    for part in parts:
        apart = last and part and (last[-1] in ":!?" or (last[-1].islower() and part[0].isupper()))
        whole += f" {part}" if apart else part
        last = part or last
        if len(whole) > 4 * MAX_WORDS:
            break
    return whole


def _named(element: HtmlElement) -> str:
    return byline.together(map(str, element.itertext("*")))[:MAX_WORDS] if len(element) else _content(element)
