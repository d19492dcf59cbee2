"""From trafilatura's body to clean HTML and to plain paragraphs, both out of one walk."""

from collections.abc import Iterator
from html import escape
from urllib.parse import urljoin

from lxml.etree import _Element

_HIGHLIGHT = {"#b": "strong", "#i": "em", "#u": "u", "#t": "code", "#sub": "sub", "#sup": "sup"}
_INLINE = {"hi", "ref", "lb", "del", "code", "graphic"}


def _tag(element: _Element) -> str:
    return element.tag if isinstance(element.tag, str) else ""


def _words(element: _Element) -> str:
    return " ".join("".join(_spoken(element)).split())


def _spoken(element: _Element) -> Iterator[str]:
    """Give the text of an element, with a space where a line breaks or a block begins."""
    yield element.text or ""
    for child in element:
        if _tag(child) not in _INLINE or _tag(child) == "lb":
            yield " "
        yield from _spoken(child)
        if _tag(child) not in _INLINE:
            yield " "
        yield child.tail or ""


def _inline(element: _Element, url: str) -> str:
    inner = escape(element.text or "") + "".join(_inline_child(child, url) for child in element)
    return " ".join(inner.split(" "))


def _inline_child(child: _Element, url: str) -> str:
    return _marked(child, url) + escape(child.tail or "")


def _marked(child: _Element, url: str) -> str:
    match _tag(child):
        case "lb":
            return "<br>"
        case "graphic" | "":
            return ""
        case "hi":
            tag = _HIGHLIGHT.get(child.get("rend") or "", "")
            inner = _inline(child, url)
            return f"<{tag}>{inner}</{tag}>" if tag and inner.strip() else inner
        case "ref":
            return _link(child, url)
        case "del":
            return f"<s>{_inline(child, url)}</s>"
        case "code":
            return f"<code>{_inline(child, url)}</code>"
        case "p" | "item" | "head" | "quote" | "cell":
            return f"{_inline(child, url)} "
        case _:
            return _block(child, url)


def _link(child: _Element, url: str) -> str:
    inner = _inline(child, url)
    try:
        target = urljoin(url, (child.get("target") or "").strip())
    except ValueError:
        return inner
    if not inner.strip() or not target.startswith(("http://", "https://")):
        return inner
    return f'<a href="{escape(target)}">{inner}</a>'


def _block(element: _Element, url: str) -> str:
    match _tag(element):
        case "head":
            level = (element.get("rend") or "h2")[-1:]
            tag = f"h{min(max(int(level), 2), 6)}" if level.isdigit() else "h2"
            return f"<{tag}>{_inline(element, url).strip()}</{tag}>"
        case "list":
            tag = "ol" if element.get("rend") == "ol" else "ul"
            items = "".join(f"<li>{_inline(item, url).strip()}</li>" for item in element if _words(item))
            return f"<{tag}>{items}</{tag}>"
        case "quote":
            return f"<blockquote><p>{_inline(element, url).strip()}</p></blockquote>"
        case "table":
            return f"<table>{''.join(_row(row, url) for row in element)}</table>"
        case "code":
            return f"<pre><code>{escape(''.join(str(part) for part in element.itertext()))}</code></pre>"
        case "graphic" | "lb" | "":
            return ""
        case _:
            return f"<p>{_inline(element, url).strip()}</p>"


def _row(row: _Element, url: str) -> str:
    cells = "".join(
        f"<{'th' if cell.get('role') == 'head' else 'td'}>{_inline(cell, url).strip()}"
        f"</{'th' if cell.get('role') == 'head' else 'td'}>"
        for cell in row
    )
    return f"<tr>{cells}</tr>"


def _lines(element: _Element) -> list[str]:
    match _tag(element):
        case "list":
            return [words for item in element if (words := _words(item))]
        case "table":
            return [" ".join(words for cell in row if (words := _words(cell))) for row in element]
        case _:
            return [_words(element)]


def blocks(body: _Element, url: str) -> list[tuple[str, str, str]]:
    """Return the blocks of a body: each one's tag, its words (one line for each item or row), and its HTML."""
    found = []
    for element in body:
        words = "\n".join(line for line in _lines(element) if line)
        if words:
            found.append((_tag(element), words, _block(element, url)))
    return found
