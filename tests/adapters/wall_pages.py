"""Pages that stand in an article's place, and articles that look like them: kept as texts, given as whole pages."""

import tomllib
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from aggregator.core.article import Hints

HERE = Path(__file__).parents[1] / "data" / "walls"
PARTS = ("a", "b", "c", "d")
BOXED = 3  # of so many articles one is shown again, with everything around it in boxes that say not what they are
_NEWS = 8  # headlines below a text
_MANY = 30  # on a page of nothing but news
_SCRIPT = (
    '<script>window.dataLayer=window.dataLayer||[];(function(w,d){w.cmp=function(){d.cookie="consent=unknown"};'
    'w.messages={"accept":"Accept all cookies","subscribe":"Subscribe to continue reading"}})(window,document);</script>'
)
_LOCKED = (
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
    '"isAccessibleForFree":false,"datePublished":"2026-11-03T06:00:00Z"}</script>'
)
_FREE = (
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
    '"datePublished":"2026-11-03T06:00:00Z","author":{"@type":"Person","name":"Vera Lund"}}</script>'
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A page as it was answered, with what the feed said of the article that was asked for.

    `kind` is '' for an article; `asked` is the address that was fetched, `final` the one that answered.
    """

    name: str
    kind: str
    body: bytes
    hints: Hints
    asked: str = "https://post.example/2026/11/storm"
    final: str = "https://post.example/2026/11/storm"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def samples() -> list[Sample]:
    """Return all pages, part by part; a name ends in the part that it belongs to."""
    dress = _toml("dress")
    found: list[Sample] = []
    for half in PARTS:
        articles = _toml(f"articles_{half}")["article"]
        found += [_article(each, half, dress) for each in articles]
        found += [_article(each, f"boxed-{half}", dress) for each in articles[::BOXED]]
        found += [_wall(each, half, articles, dress) for each in _toml(f"walls_{half}")["wall"]]
    return found


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def _lines(text: str) -> list[str]:
    return [line for line in text.strip().splitlines() if line.strip()]


def _paragraphs(lines: list[str]) -> str:
    """Return lines as markup: '# ' a heading, '* ' an item, '> ' a button, else a paragraph."""
    tags = {"# ": "h2", "* ": "li", "> ": "button"}
    parts = [(tags.get(line[:2], "p"), line[2:] if line[:2] in tags else line) for line in lines]
    marked = [f"<{tag}>{escape(said, quote=False)}</{tag}>" for tag, said in parts]
    return "\n".join(marked).replace("</button>\n<button>", "</button> <button>")


def _links(words: list[str], kind: str = "nav") -> str:
    return "".join(f'<li><a href="/{kind}/{place}">{escape(word)}</a></li>' for place, word in enumerate(words))


def _page(lang: str, head: str, inner: str, dress: dict[str, Any], flags: set[str]) -> str:
    """Return a page of a site: its navigation, what is `inner`, and around it what the flags name."""
    site = dress.get(lang, dress["en"])
    buttons = "".join(f"<button>{escape(word)}</button>" for word in site["buttons"])
    banner = f'<div id="cmp-banner" class="cookie"><p>{site["banner"]}</p>{buttons}</div>' if "banner" in flags else ""
    letter = (
        f'<form class="letter"><p>{site["newsletter"]}</p><input type="email"><button>OK</button></form>'
        if "newsletter" in flags
        else ""
    )
    foot = f"<p>{site['footer']}</p>" if "footer" in flags else "<p>© 2026</p>"
    last = "div" if "boxed" in flags else "footer"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}{_SCRIPT}'
        '<link rel="stylesheet" href="/site.css"><style>body{margin:0}.cookie{position:fixed}</style></head>'
        f"<body>{banner}<header><a href='/'>{site['site']}</a><nav><ul>{_links(site['nav'])}</ul></nav></header>"
        f"<main>{inner}{letter}</main><{last}>{foot}<ul>{_links(site['nav'][-4:], 'foot')}</ul></{last}>"
        "<script src='/app.js'></script></body></html>"
    )


def _article(one: dict[str, Any], half: str, dress: dict[str, Any]) -> Sample:
    flags = set(one.get("dress", ()))
    if half.startswith("boxed"):
        flags |= {"banner", "newsletter", "footer", "boxed"}
    lang = one.get("lang", "en")
    lines = _lines(one["text"])
    site = dress.get(lang, dress["en"])["site"]
    title = escape(one["title"])
    head = f"<title>{title} – {site}</title>" if "plain" not in flags else f"<title>{title}</title>"
    if "plain" not in flags:
        head += f'<meta property="og:title" content="{title}"><meta property="og:type" content="article">'
        head += _LOCKED if "locked" in flags else _FREE
    inner = f"<article><h1>{title}</h1>{_paragraphs(lines)}</article>"
    hints = Hints(title=one["title"], summary=lines[0][:200])
    return Sample(f"{one['name']}-{half}", "", _page(lang, head, inner, dress, flags).encode(), hints)


def _wall(one: dict[str, Any], half: str, articles: list[dict[str, Any]], dress: dict[str, Any]) -> Sample:
    lang = one.get("lang", "en")
    asked = next((each for each in articles if each["name"] == one.get("teaser", [""])[0]), None)
    hinted = asked or articles[0]
    hints = Hints(title=hinted["title"], summary=_lines(hinted["text"])[0][:200])
    title = one.get("title", asked["title"] if asked else "")
    if "html" in one:
        page = f"<!doctype html><html lang='{lang}'><head><title>{title}</title></head><body>{_filled(one['html'], articles)}</body></html>"
    else:
        page = _dressed(one, lang, title, asked, articles, dress)
    address = "https://post.example/2026/11/storm"
    return Sample(
        f"{one['name']}-{half}",
        one["kind"],
        page.encode(),
        hints,
        one.get("asked", one.get("final", address)),
        one.get("final", address),
        one.get("status", 200),
        {"content-type": "text/html; charset=utf-8", **one.get("headers", {})},
    )


def _filled(html: str, articles: list[dict[str, Any]]) -> str:
    """Return markup with lists in the place of @vendors, @news and @dated: a long one that repeats itself, and two of news."""
    vendors = (
        f"<li><h4>Firm {place}</h4><p>Cookie duration: {place} days. Data collected: IP addresses, identifiers of devices,"
        " places, and what is looked at on these pages and for how long.</p></li>"
        for place in range(30, 70)
    )
    english = [each for each in articles if each.get("lang", "en") == "en"]
    teased = [(each["title"], _lines(each["text"])[0]) for each in english]
    news = "".join(f"<h3><a href='/n'>{escape(title)}</a></h3><p>{escape(said)}</p>" for title, said in teased)
    dated = news.replace("</p>", "</p><time>4 November 2026</time>")
    return html.replace("@vendors", f"<ul>{''.join(vendors)}</ul>").replace("@news", news).replace("@dated", dated)


def _dressed(
    one: dict[str, Any],
    lang: str,
    title: str,
    asked: dict[str, Any] | None,
    articles: list[dict[str, Any]],
    dress: dict[str, Any],
) -> str:
    """Return a wall in a site's dress: the beginning of an article, the wall's own words, and other news."""
    kind = one.get("og", "article" if asked else "website")
    head = f'<title>{escape(title)}</title><meta property="og:type" content="{kind}">'
    head += _LOCKED if one.get("locked") else ""
    teaser = _lines(asked["text"])[: one["teaser"][1]] if asked else []
    inner = f"<h1>{escape(asked['title'])}</h1>" if asked else ""
    inner += _paragraphs(teaser) + f'<div class="notice">{_paragraphs(_lines(one["text"]))}</div>'
    if one.get("news"):
        inner += _news([each for each in articles if each.get("lang", "en") == lang], bool(one.get("teasers")))
        inner = inner.replace("@more", dress.get(lang, dress["en"])["more"])
    return _page(lang, head, inner, dress, {"footer"} if asked is None else set())


def _news(articles: list[dict[str, Any]], teasers: bool) -> str:
    """Return a list of news, each a headline with a link; with teasers, the first sentence below it."""
    parts = []
    for place, each in enumerate((articles * _MANY)[: _MANY if teasers else _NEWS]):
        below = f"<p>{escape(_lines(each['text'])[0][:160])}</p>" if teasers else ""
        head = f'<h3><a href="/2026/11/{place}">{escape(each["title"])}</a></h3>'
        parts.append(f"<div class='card'>{head}{below}<a href='/2026/11/{place}#c'>3</a><a href='/s'>+</a></div>")
    return f"<h2>@more</h2><div class='list'>{''.join(parts)}</div>"
