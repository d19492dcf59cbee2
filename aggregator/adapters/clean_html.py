"""From trafilatura's body to blocks: clean HTML and plain paragraphs of the same elements."""

import re
from collections.abc import Iterator
from html import escape
from unicodedata import bidirectional
from urllib.parse import urljoin

from lxml.etree import _Element

from aggregator.adapters import sanitizer
from aggregator.core.blocks import Block
from aggregator.core.plain import fit

MAX_ADDRESS = 2000
MAX_NEUTRAL = 200  # characters in which a letter with a direction is looked for
_HIGHLIGHT = {"#b": "strong", "#i": "em", "#u": "u", "#t": "code", "#sub": "sub", "#sup": "sup"}
_INLINE = {"hi", "ref", "del", "code", "graphic", "span"}
_BREAK = "\n"
_STRONG = {"L", "R", "AL"}
_OPENING = re.compile(r"<[a-z][a-z0-9]*")
_WIDE = r"[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]"
_WRAPPED = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n]+[ \t\r\n]*(?={_WIDE})")
_GAP = "\t"  # between the cells of a row


def blocks(body: _Element, url: str) -> list[Block]:
    """Return the blocks of a body that say something; links are made absolute by `url`, those not to the web go."""
    found = []
    for element in body:
        words = _plain("".join(_spoken(element)))
        if words:
            linked = sum(len(_plain("".join(map(str, link.itertext())))) for link in element.iter("ref"))
            found.append(Block(_tag(element), words, _directed(_block(element, url), words), linked))
    return found


def paragraph(words: str) -> Block:
    """Return plain words as a block."""
    plain = _plain(words)
    return Block("p", plain, _directed(f"<p>{escape(plain, quote=False)}</p>", plain))


def _directed(html: str, words: str) -> str:
    """Return a block with `dir` when its first letter that has a direction is of a script from right to left.

    That is rule P2 of the Unicode bidirectional algorithm (UAX 9), by which `dir="auto"` decides in browsers.
    """
    strong = next((kind for letter in words[:MAX_NEUTRAL] if (kind := bidirectional(letter)) in _STRONG), "L")
    return _OPENING.sub(r'\g<0> dir="rtl"', html, count=1) if strong != "L" else html


def joined(found: list[Block]) -> tuple[str, str]:
    """Return the text of blocks, a paragraph a line, and their HTML, which has passed the house's allow-list.

    Neither holds what XML cannot: a page may write such characters as references.
    """
    html = sanitizer.clean("\n".join(block.html for block in found))
    return fit("\n".join(block.words for block in found)), fit(html)


def _tag(element: _Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""


def _plain(spoken: str) -> str:
    """Return text with single spaces, and without empty lines."""
    lines = (" ".join(line.split()) for line in spoken.split(_BREAK))
    return "\n".join(line for line in lines if line)


def _level(text: str | None) -> str:
    """Return the text of a node with its line breaks, which mean nothing in HTML, as spaces; as nothing between two
    characters of Chinese or Japanese, which know no spaces (CSS Text 3, 4.1.3).
    """
    if not text:
        return ""
    if "\n" in text and not text.isascii():
        text = _WRAPPED.sub("", text)
    return text.replace("\n", " ").replace("\r", " ")


def _spoken(element: _Element) -> Iterator[str]:
    """Give the text of an element, with a break where a line ends or a block begins."""
    yield _level(element.text)
    for child in element:
        tag = _tag(child)
        edge = "" if tag in _INLINE else _GAP if tag == "cell" or _tag(element) == "cell" else _BREAK
        yield edge
        yield from _spoken(child)
        yield edge
        yield _level(child.tail)


def _inside(element: _Element, url: str) -> str:
    """Return what is in an element as HTML."""
    found = [escape(_level(element.text), quote=False)]
    for child in element:
        found += (_marked(child, url), escape(_level(child.tail), quote=False))
    return "".join(found)


def _marked(child: _Element, url: str) -> str:
    """Return an element that stands in another one as HTML."""
    match _tag(child):
        case "lb":
            return "<br>"
        case "graphic" | "":
            return ""
        case "hi":
            return _wrapped(_HIGHLIGHT.get(child.get("rend") or "", ""), _inside(child, url))
        case "ref":
            return _link(_inside(child, url), child.get("target") or "", url)
        case "del":
            return _wrapped("s", _inside(child, url))
        case "code":
            return _wrapped("code", _inside(child, url))
        case "list" | "table" | "quote":
            return _block(child, url)
        case "span":
            return _inside(child, url)
        case _:
            return f"{_inside(child, url)} "


def _wrapped(tag: str, inner: str) -> str:
    return f"<{tag}>{inner}</{tag}>" if tag and inner.strip() else inner


def _link(inner: str, target: str, url: str) -> str:
    try:
        whole = urljoin(url, target.strip())
    except ValueError:
        return inner
    if not (inner.strip() and target) or len(whole) > MAX_ADDRESS or not whole.startswith(("http://", "https://")):
        return inner
    return f'<a href="{escape(whole)}">{inner}</a>'


def _block(element: _Element, url: str) -> str:
    """Return an element that stands by itself as HTML."""
    match _tag(element):
        case "head":
            level = (element.get("rend") or "h2")[-1:]
            return _wrapped(f"h{min(max(int(level), 2), 6)}" if level.isdecimal() else "h2", _inner(element, url))
        case "list":
            items = "".join(_wrapped("li", _inner(item, url)) for item in element)
            return _wrapped("ol" if element.get("rend") == "ol" else "ul", items)
        case "quote":
            return _wrapped("blockquote", _quoted(element, url))
        case "table":
            return _wrapped("table", "".join(_row(row, url) for row in element))
        case "code":
            return f"<pre><code>{escape(''.join(map(str, element.itertext())), quote=False)}</code></pre>"
        case "graphic" | "lb" | "":
            return ""
        case _:
            return _wrapped("p", _inner(element, url))


def _inner(element: _Element, url: str) -> str:
    return " ".join(_inside(element, url).split())


def _quoted(quote: _Element, url: str) -> str:
    """Return the paragraphs of a quotation, as it has them."""
    if any(_tag(child) not in _INLINE | {"lb"} for child in quote):
        own = _wrapped("p", escape(" ".join(_level(quote.text).split()), quote=False))
        return own + "".join(
            _block(child, url) + _wrapped("p", escape(" ".join(_level(child.tail).split()), quote=False))
            for child in quote
        )
    return _wrapped("p", _inner(quote, url))


def _row(row: _Element, url: str) -> str:
    cells = ((cell, "th" if cell.get("role") == "head" else "td") for cell in row)
    return _wrapped("tr", "".join(f"<{tag}>{_inner(cell, url)}</{tag}>" for cell, tag in cells))
