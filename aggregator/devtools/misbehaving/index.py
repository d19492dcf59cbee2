"""The list of all behaviours, for people in a browser or a terminal, and for programs."""

import json
import textwrap
from itertools import groupby
from operator import attrgetter
from xml.sax.saxutils import escape

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.behaviour import Behaviour
from aggregator.devtools.misbehaving.families import BEHAVIOURS

WIDTH = 80  # columns of the table
_LEFT = 28  # columns of the path

ABOUT = {
    "validators": "ETag, Last-Modified and 304",
    "retry": "being told to come back later",
    "redirects": "moved, once or without end, and to where nobody should go",
    "bodies": "missing, broken, endless, slow, packed or poisoned",
    "charsets": "characters under a wrong name",
    "items": "changing, vanishing, coming back, incomplete or hostile",
    "walls": "challenges, consent and logins",
    "protocol": "HTTP that is old, odd or wrong, and plain errors",
    "schedule": "how often to come",
    "formats": "served well",
}


def as_json() -> str:
    """Return a JSON array of objects with path, family, does and expected."""
    return json.dumps([one.row() for one in BEHAVIOURS], ensure_ascii=False, indent=2)


def as_table() -> str:
    """Return a table of at most `WIDTH` columns: the path, what it does, and after an arrow what is expected."""
    lines = []
    for name, members in groupby(_sorted(), attrgetter("family")):
        lines += ["", f"{name.upper()}: {ABOUT[name]}", ""]
        for one in members:
            lines += _rows(one)
    return "\n".join(lines[1:]) + "\n"


def _rows(one: Behaviour) -> list[str]:
    wide = WIDTH - _LEFT
    does = textwrap.wrap(one.does + _needs(one), wide, break_on_hyphens=False)
    right = [
        *does,
        *textwrap.wrap(one.expected, wide, initial_indent="-> ", subsequent_indent="   ", break_on_hyphens=False),
    ]
    left = [one.path, *[""] * (len(right) - 1)]
    return [f"{path:<{_LEFT}}{text}".rstrip() for path, text in zip(left, right, strict=True)]


def _needs(one: Behaviour) -> str:
    return "" if one.playable() else f" (Not here: the package {one.needs} is not installed.)"


def as_html() -> bytes:
    """Return the page at `/`."""
    about = (
        f"<h1>A misbehaving feed server</h1><p>{len(BEHAVIOURS)} behaviours. The same path may answer otherwise "
        "the next time; <code>POST /reset</code> makes it forget. <a href='/behaviours.json'>As JSON</a>.</p>"
    )
    parts = [about]
    for name, members in groupby(_sorted(), attrgetter("family")):
        rows = "".join(
            f'<tr><td><a href="{one.path}"><code>{one.path}</code></a></td><td>{escape(one.does + _needs(one))}</td>'
            f"<td>{escape(one.expected)}</td></tr>\n"
            for one in members
        )
        heads = "<tr><th>Path</th><th>What it does</th><th>What a good client does</th></tr>"
        parts.append(f"<h2 id='{name}'>{name}: {escape(ABOUT[name])}</h2><table>{heads}\n{rows}</table>\n")
    style = (
        "body{font:16px/1.4 sans-serif;margin:2em}td,th{text-align:left;vertical-align:top;padding:.2em .8em .2em 0}"
    )
    return news.page("A misbehaving feed server", "".join(parts), f"<style>{style}</style>")


def _sorted() -> list[Behaviour]:
    order = list(ABOUT)
    return sorted(BEHAVIOURS, key=lambda one: order.index(one.family))
