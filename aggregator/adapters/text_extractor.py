"""The article in a page: trafilatura for the body, on one tree, with a layer around it for what it leaves crooked."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import trafilatura
from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement

from aggregator.adapters import cascade, clean_html, html_tree, language, page_metadata
from aggregator.adapters.clean_html import Block
from aggregator.adapters.page_metadata import PageFacts
from aggregator.core import headline
from aggregator.core.article import Extraction, Hints
from aggregator.core.copies import credit
from aggregator.core.errors import Unreadable

VERSION = f"trafilatura-{trafilatura.__version__}+2"
CLOSE = timedelta(hours=36)
MAX_TEXT = 500_000  # characters on a page, without its scripts
POOR = 400  # characters; with less, the body that the page gives to machines is asked
SAME_HEADLINE = 0.9
HEAD, TAIL = 5, 6  # blocks at either end in which headline, byline and leftovers stand
LINKED, LABELLED = 0.8, 0.5  # shares of links in a block that leads elsewhere, without and with a label before it
SHORT, LINE = 60, 130  # characters of a leftover, and of a byline or notice

# What never holds an article's text: taken out first, which halves the work of what follows.
_FURNITURE = (
    "script", "style", "noscript", "svg", "template", "iframe", "nav", "button", "dialog", "input", "select",
    "textarea", "figcaption",
)  # fmt: skip
_LENGTH = etree.XPath("string-length()")
_PICTURES = etree.XPath(
    "//figure[not(.//p or .//table or .//pre or .//blockquote)] | //footer[not(ancestor::blockquote)]"
)
_LAYOUT = etree.XPath("//table[.//h1 or .//td/h2 or .//td[count(p) > 1]]")
_PARTS = etree.XPath("self::* | tr | tbody | tr/td | tbody/tr | tbody/tr/td")
_CALL = re.compile(
    r"(?:read (?:more|also|next)|also read|see also|related(?: (?:articles?|stories|topics|news))?|more (?:on|from) |"
    r"share (?:this|on)|follow us|sign up for|newsletter|click here|advertisement|"
    r"(?:you )?(?:might|may) also like|recommended|most read|lesen sie (?:auch|mehr)|mehr zum thema|auch interessant|"
    r"das könnte sie|teilen|anzeige|lire aussi|à lire aussi|lire la suite|partager|"
    r"l[ea]e también|lea también|le puede interesar|te puede interesar|comparte|más información|leggi anche|condividi|"
    r"leia (?:também|mais)|veja também|compartilhe|lees (?:ook|meer)|les også|läs (?:också|mer)|læs også|lue myös|"
    r"czytaj (?:więcej|też|także)|zobacz także|čtěte také|přečtěte si|olvassa|citește și|читайте также|читайте також|"
    r"смотрите также|ayrıca oku|ilgili haberler|baca juga|đọc thêm|xem thêm|اقرأ أيضا|اقرأ أيضًا|קראו גם|यह भी पढ़ें|"
    r"関連記事|あわせて読みたい|相关(?:阅读|新闻)|延伸阅读|延伸閱讀|관련기사)(?:\W.{0,120})?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^.!?。！？\n]{1,40}[:：|»]\s*")
_NOTICE = re.compile(
    r"©|\(c\) ?\d{4}|\bcopyright\b|all rights reserved|alle rechte vorbehalten|tous droits réservés", re.IGNORECASE
)
_ENDED = re.compile(r"[.!?…:;\"”»’'。！？」』।؟۔)）]\s*$")


def extract(body: bytes, *, url: str, charset: str, hints: Hints) -> Extraction:
    """Return what the page at `url` says; Unreadable when it cannot be parsed within bounds.

    A page without an article gives an Extraction with little or no text, which is for the gate to judge.
    """
    tree = html_tree.parse(body, charset)
    facts = page_metadata.read(tree, url)
    title, title_from = headline.choose(hints.title, facts.titles, facts.site_names)
    published, published_from = _published(facts, hints, tree, url)
    authors = facts.authors or ((hints.author,) if hints.author else ())
    found, body_from = _body(tree, url, facts)
    text, html = clean_html.joined(trimmed(found, [title, *(each for _, each in facts.titles)], authors))
    return Extraction(
        title=title,
        authors=authors,
        published=published,
        modified=next((when for _, when in facts.modified if published is None or when >= published), None),
        language=language.identify(text, facts.language or hints.language),
        text=text,
        html=html,
        description=facts.description,
        image=facts.image,
        site_name=facts.site_names[0] if facts.site_names else "",
        canonical_url=facts.canonical_url,
        licence_url=facts.licence_url,
        paywalled=facts.paywalled,
        robots=facts.robots,
        tags=facts.tags,
        section=facts.section,
        page_type=facts.page_type,
        links=facts.links,
        origins=(
            ("title", title_from),
            ("authors", facts.authors_from or ("feed" if authors else "")),
            ("published", published_from),
            ("body", body_from),
        ),
    )


def _body(tree: HtmlElement, url: str, facts: PageFacts) -> tuple[list[Block], str]:
    """Return the blocks of the article and where they are from.

    Where the page shows next to nothing but tells machines the whole, that is taken, unless the page keeps it behind
    a paywall.
    """
    found = _read(tree, url)
    size = sum(len(block.words) for block in found)
    if size < POOR and not facts.paywalled and len(facts.body) > max(2 * size, POOR):
        return [block for line in facts.body.splitlines() if (block := clean_html.paragraph(line)).words], "ld+json"
    return found, VERSION


def _read(tree: HtmlElement, url: str) -> list[Block]:
    """Return what trafilatura finds; the tree is used up."""
    etree.strip_elements(tree, *_FURNITURE, with_tail=False)
    for element in _PICTURES(tree):
        if element.getparent() is not None:
            element.drop_tree()
    for part in [part for table in _LAYOUT(tree) for part in _PARTS(table)]:
        part.tag = "div"
    if (length := int(_LENGTH(tree))) > MAX_TEXT:
        raise Unreadable(f"the page has {length} characters of text, {MAX_TEXT} are read")
    try:
        return clean_html.blocks(cascade.body(tree), url)
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(f"trafilatura failed on this page: {type(error).__name__}: {error}") from error


def trimmed(found: Sequence[Block], titles: Sequence[str], authors: Sequence[str]) -> list[Block]:
    """Return the blocks of a body without what is not the article's text.

    That is the headline told again, the byline, links to other articles, calls to action, and lines at the end that
    are no sentence; an agency's credit stays. When less than half would be left, nothing is taken away.
    """
    names = [headline.folded(author) for author in authors]
    kept = [
        block
        for place, block in enumerate(found)
        if not _leads_away(block)
        and not _notice(block)
        and not (place < HEAD and _headline(block, titles))
        and not ((place < HEAD or place >= len(found) - TAIL // 2) and _byline(block, names))
    ]
    for _ in range(TAIL):
        if len(kept) > TAIL // 2 and _leftover(kept[-1]):
            kept.pop()
    return kept if 2 * _size(kept) >= _size(found) else list(found)


def _size(found: Sequence[Block]) -> int:
    return sum(len(block.words) for block in found)


def _leads_away(block: Block) -> bool:
    """Whether a block is there to be left: nearly all link, a label and a link, or a call to read or do something."""
    if block.kind not in {"p", "list", "head"}:
        return False
    share = block.linked / len(block.words)
    if block.kind != "head" and (share >= LINKED or (share >= LABELLED and _LABEL.match(block.words))):
        return True
    return _CALL.fullmatch(block.words) is not None


def _headline(block: Block, titles: Sequence[str]) -> bool:
    if len(block.words) > headline.MAX_LENGTH:
        return False
    return any(headline.alike(block.words, title) >= SAME_HEADLINE for title in titles)


def _byline(block: Block, names: Sequence[str]) -> bool:
    if len(block.words) >= LINE:
        return False
    said = headline.folded(block.words)
    return len(said) < SHORT and any(name in said for name in names if name) and not credit(block.words, ())


def _notice(block: Block) -> bool:
    return len(block.words) < LINE and bool(_NOTICE.search(block.words)) and not credit(block.words, ())


def _leftover(block: Block) -> bool:
    """Whether a last block is a heading with nothing under it, or a few words that are no sentence."""
    if block.kind == "head":
        return True
    brief = block.kind == "p" and len(block.words) < SHORT and not _ENDED.search(block.words)
    return brief and not credit(block.words, ())


def _published(facts: PageFacts, hints: Hints, tree: HtmlElement, url: str) -> tuple[datetime | None, str]:
    """Return when the article was published, and who says so.

    The feed's date stands where the page gives none, nearly the same, or a day without a time; the page's own where
    they are further apart, since a feed often dates what it shows anew.
    """
    if facts.published:
        origin, when = facts.published[0]
        if hints.published is None:
            return when, origin
        told = origin != "time" and (when.hour, when.minute, when.second) != (0, 0, 0)
        return (when, origin) if told and abs(when - hints.published) > CLOSE else (hints.published, "feed")
    if hints.published is not None:
        return hints.published, "feed"
    found = find_date(tree, url=url, original_date=True, extensive_search=False)
    return (datetime.fromisoformat(found).replace(tzinfo=UTC), "htmldate") if found else (None, "")


def warm_up() -> None:
    """Load models and tables that are slow to load, so that the first page is as fast as the others."""
    language.warm_up()
    page = b"<html><head><title>t</title></head><body><article>" + b"<p>Some words in a paragraph.</p>" * 9
    extract(page + b"</article></body></html>", url="https://warm.example/", charset="utf-8", hints=Hints())
