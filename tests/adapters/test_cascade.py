"""trafilatura's stages called one by one give what trafilatura gives, element for element."""

from copy import deepcopy
from pathlib import Path
from random import Random

import pytest
import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Document, Extractor

from aggregator.adapters import archive, cascade, html_tree
from aggregator.adapters.body import FURNITURE
from aggregator.core.page import Answer, Request, Visit

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "world-news.warc.gz"
GOLDEN = Path(__file__).parents[1] / "data" / "pages"
SAMPLE = 40

SENTENCE = "The council of Osterby met again on Monday evening and talked for two hours about the old mill"
PROSE = "".join(f"<p>{SENTENCE}, which was item {number} of the agenda.</p>" for number in range(12))
OTHER = "".join(
    f"<div class='teaser'><h3><a href='/{number}'>Gulls of harbour {number}</a></h3><span>Seen by {number} readers of the "
    f"evening paper, who wrote to say what they think of gulls and of harbours.</span></div>"
    for number in range(60)
)
ROWS = "".join(f"<tr><td>Ferry {number}</td><td>{number} o'clock</td><td>late</td></tr>" for number in range(30))
COMMENTS = "".join(
    f"<li class='comment'><p>I have lived here for {number} years and never saw such a meeting, says reader "
    f"{number}.</p></li>"
    for number in range(20)
)
DIVS = "".join(f"<div>{SENTENCE}, as guest {number} told us.<br><br></div>" for number in range(12))
FEW = f"<article><h1>The mill</h1>{''.join(f'<p>{SENTENCE} {word}.</p>' for word in ('once', 'twice'))}</article>"
ASIDE = PROSE + PROSE.replace("mill", "quay") + PROSE.replace("mill", "weir")
LOOSE = "<br><br>".join(f"{SENTENCE}, as guest {number} told us." for number in range(12))

BODIES = {
    "long": f"<article><h1>The mill</h1>{PROSE}</article>",
    "marked up": "<main><h1>The mill</h1><h2>Old</h2><p>It is <b>very</b> <i>old</i>, says <a href='/x'>Ada</a>.</p>"
    f"<blockquote><p>{SENTENCE}.</p></blockquote><ul><li>one</li><li>two</li></ul><pre>code</pre>{PROSE}</main>",
    "short": "<article><h1>Short</h1><p>The ferry is late today.</p></article>",
    "short beside much": f"<article><h1>Short</h1><p>{SENTENCE}.</p></article><div class='river'>{OTHER}</div>",
    "long beside much": f"<article>{PROSE}</article><div class='river'>{OTHER}</div>",
    "table": f"<article><h1>Ferries</h1><table>{ROWS}</table></article>",
    "tables and a paragraph": f"<article><p>{SENTENCE}.</p>{f'<table>{ROWS}</table>' * 3}</article>",
    "text in a table": f"<table><tr><td>{PROSE}</td></tr></table>",
    "two containers": f"<div class='article-body'>{PROSE}</div><div class='ad'>Buy</div><div class='article-body'>"
    f"{PROSE.replace('mill', 'quay')}</div>",
    "two unlike containers": f"<div id='intro'><p>{SENTENCE}.</p></div><section>{PROSE}</section>",
    "no paragraphs": f"<div class='text'>{DIVS}</div>",
    "loose text": f"<div>{LOOSE}</div>",
    "no article, only links": "".join(f"<a href='/{number}'>Link {number}</a> " for number in range(90)),
    "comments": f"<article>{PROSE}</article><section id='comments'><ul class='comment-list'>{COMMENTS}</ul></section>",
    "hardly more than comments": f"<article><p>{SENTENCE}.</p></article><div id='comments'><ol>{COMMENTS}</ol></div>",
    "a list": f"<article><h1>Ten</h1><ol>{''.join(f'<li>{SENTENCE} {n}.</li>' for n in range(10))}</ol></article>",
    "a consent dialogue": f"<div class='cookie-consent'><p>{'We use cookies and value your privacy. ' * 9}</p></div>"
    f"<div><p>{SENTENCE}.</p></div>",
    "more beside in paragraphs": f"{FEW}<div class='sidebar'>{ASIDE}</div>",
    "more beside in divisions": f"{FEW}<div class='sidebar'>{DIVS * 3}</div>",
    "more beside under a label": f"{FEW}<div class='sidebar'><h2>More</h2>{PROSE}{OTHER}</div>",
    "nested": f"{'<div>' * 60}{PROSE}{'</div>' * 60}",
    "nothing": "",
    "only space": "<p> \n </p><div>&nbsp;</div>",
    "one word": "<p>Ferry</p>",
}


WORDS = ["harbour", "ferry", "mill", "council", "gull", "evening", "said", "Monday", "old", "paper", "market"]
NAMES = ["article-body", "sidebar", "related", "comments", "teaser", "entry-content", "share", "infinite-scroll", "x"]


SHAPES = [  # {0} is text, {1} and {2} are other elements, {3} is a class
    "<p>{0}</p>",
    "<div class='{3}'>{1}{2}</div>",
    "<div class='{3}'>{1}{1}{2}</div>",
    "<section>{1}</section><aside class='{3}'>{2}</aside>",
    "<table><tr><td>{0}</td><td>{1}</td></tr></table><table><tr><td>{0}</td></tr></table>",
    "<ul><li>{0}</li><li>{1}</li></ul>",
    "<form>{1}<fieldset>{0}</fieldset></form>",
    "<figure><img src='/a.jpg'><p>{0}</p></figure><h2>{3}</h2>",
    "<blockquote>{1}</blockquote>",
    "{0}<br><br><a href='/x'>{0}</a>",
    "<article>{1}{2}</article>",
    "<details><summary>{3}</summary>{1}</details>",
]


def thrown_together(chance: Random, depth: int = 0) -> str:
    """Return some elements of a page as they come, with others in them."""
    found = []
    for _ in range(chance.randint(1, 4)):
        shape = chance.choice(SHAPES) if depth < 4 else SHAPES[0]
        said = " ".join(chance.choices(WORDS, k=chance.randint(3, 40)))
        inner = [thrown_together(chance, depth + 1) if f"{{{place}}}" in shape else "" for place in (1, 2)]
        found.append(shape.format(f"{said}.", *inner, chance.choice(NAMES)))
    return "".join(found)


def parsed(body: bytes, charset: str = "") -> HtmlElement:
    """Return a page as the cascade gets it: without its furniture."""
    tree = html_tree.parse(body, charset)
    etree.strip_elements(tree, *FURNITURE, with_tail=False)
    return tree


def page(body: str) -> bytes:
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>The mill | Post</title></head><body>"
        f"<header><a href='/'>Post</a></header>{body}<footer><p>All rights with the Post.</p></footer></body></html>"
    ).encode()


def theirs(tree: HtmlElement) -> tuple[bytes, bool]:
    """Return the body that trafilatura gives, and whether it discards the page, of which it gives none."""
    found = trafilatura.bare_extraction(
        tree,
        output_format="python",
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_tables=True,
        with_metadata=False,
    )
    if found is None:
        return b"", True
    assert isinstance(found, Document)
    return etree.tostring(found.body, encoding="utf-8"), False


def same(tree: HtmlElement) -> bool:
    """Whether both give the same body; where trafilatura discards a page there may be no text to speak of."""
    expected, discarded = theirs(deepcopy(tree))
    ours = cascade.body(tree)
    if discarded:
        return len(" ".join(ours.itertext()).strip()) < Extractor().min_output_size
    return bool(etree.tostring(ours, encoding="utf-8") == expected)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_body_of_a_page_is_that_of_trafilatura(body: str) -> None:
    assert same(parsed(page(body)))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.html")), ids=lambda file: file.stem)
def test_the_body_of_a_golden_page_is_that_of_trafilatura(file: Path) -> None:
    assert same(parsed(file.read_bytes()))


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus lies beside the checkout only where it was laid")
def test_the_bodies_of_real_pages_are_those_of_trafilatura() -> None:
    found = archive.index(CORPUS)
    web = archive.ArchiveWeb(CORPUS, found)
    urls = [record.url for record in found.records if not record.url.endswith("/feed.xml")]
    asked = [Request(url) for url in urls[:: max(len(urls) // SAMPLE, 1)][:SAMPLE]]
    answers = [answer for _, answer in web.visit([Visit("archive", tuple(asked))]) if isinstance(answer, Answer)]
    assert len(answers) == SAMPLE
    unlike = [answer.url for answer in answers if not same(parsed(answer.body, answer.charset))]
    assert unlike == []


@pytest.mark.parametrize("seed", range(10))
def test_the_bodies_of_pages_thrown_together_are_those_of_trafilatura(seed: int) -> None:
    chance = Random(seed)
    pages = [thrown_together(chance) + thrown_together(chance) for _ in range(20)]
    assert [each for each in pages if not same(parsed(page(each)))] == []
