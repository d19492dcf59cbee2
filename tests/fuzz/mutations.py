"""Pages that nobody wrote: real ones with parts cut, moved, repeated and replaced by what hurts parsers.

One seed is one page, the same each time, so that what a run finds can be looked at again.
"""

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy

MOST = 2_000_000  # bytes of a mutated page
MOST_STEPS = 6

Mutation = Callable[[random.Random, bytes], bytes]

TOKENS: tuple[bytes, ...] = (
    b"<div>", b"</div>", b"<p>", b"</p>", b"<table><tr><td>", b"</table>", b"<ul><li>", b"</ul>", b"<blockquote>", b"<pre>",
    b"<form>", b"</form>", b"<article>", b"</article>", b"<main>", b"<h1>", b"<h2>x</h2>", b"<a href='", b"<a href=x>", b"</a>",
    b"<script>", b"</script>", b"<style>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<?xml ?>",
    b"<template>", b"<noscript>", b"<svg><title>", b"<math>", b"<textarea>", b"<plaintext>", b"<frameset>", b"<select><option>",
    b"<base href='javascript:alert(1)'>", b"<base href='//[::1'>", b"<meta charset=utf-16>", b"<meta charset=x-user-defined>",
    b"<meta name=author content='", b"<meta property='article:published_time' content='99999-99-99T99:99:99+99:99'>",
    b"<meta property='article:published_time' content='0001-01-01T00:00:00+14:00'>", b"<link rel=canonical href='http://[x]/'>",
    b"<link rel=canonical href='data:text/html,x'>", b"<html lang='xx-invalid-" + b"y" * 90 + b"'>", b"<time datetime='24:00'>",
    b"&#x110000;", b"&#0;", b"&#xD800;", b"&amp;" * 40, b"&lt;script&gt;alert(1)&lt;/script&gt;", b"&nosuch;", b"&" * 200, b"\0", b"\x0b",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", "\u202e\u2066".encode(), "\u0301".encode() * 300,
    b"<p onclick=alert(1)>x", b"<a href='java\nscript:alert(1)'>x</a>", b"<img src=x onerror=alert(1)>", b"<iframe srcdoc='<p>x'>",
    b"{", b"}", b"[", b'"', b"'", b"\\", b"<", b">", b"\n" * 500, b" " * 2000, b"x" * 9000, b"-" * 5000, b"1" * 400, b"%" * 300,
)  # fmt: skip
JSON_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 1e308, 10**30, "", "x" * 3000, [], {}, [[[[[[]]]]]], {"@type": ["Person", 3, None]}, [None, {}, "a"],
    "9999-12-31T23:59:59Z", "0000-00-00", "-1", "1700000000", "now", "<p onclick=x>hi</p>", "javascript:alert(1)", "//", "http://[::1",
    "\ud800", "\u0000", {"@id": "#a"}, {"@value": {"@value": 1}}, {"name": {"name": {"name": "x"}}}, "\u202eevil",
)  # fmt: skip


def _span(chance: random.Random, body: bytes, most: int) -> tuple[int, int]:
    start = chance.randrange(len(body) + 1)
    return start, min(len(body), start + chance.randrange(1, most))


def cut(chance: random.Random, body: bytes) -> bytes:
    """Leave a part out."""
    start, end = _span(chance, body, 20_000)
    return body[:start] + body[end:]


def stop(chance: random.Random, body: bytes) -> bytes:
    """Break off, as a lost connection does."""
    return body[: chance.randrange(len(body) + 1)]


def repeat(chance: random.Random, body: bytes) -> bytes:
    """Say a part again, up to some thousand times."""
    start, end = _span(chance, body, chance.choice((30, 300, 3_000)))
    times = min(chance.choice((2, 20, 400, 3_000)), MOST // max(end - start, 1))
    return body[:start] + body[start:end] * times + body[end:]


def move(chance: random.Random, body: bytes) -> bytes:
    """Put a part elsewhere."""
    start, end = _span(chance, body, 5_000)
    part, rest = body[start:end], body[:start] + body[end:]
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + part + rest[at:]


def flip(chance: random.Random, body: bytes) -> bytes:
    """Change some bytes."""
    changed = bytearray(body)
    for _ in range(chance.choice((1, 10, 200))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def insert(chance: random.Random, body: bytes) -> bytes:
    """Put what hurts parsers into some places."""
    for _ in range(chance.choice((1, 3, 30))):
        at = chance.randrange(len(body) + 1)
        body = body[:at] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 150)) + body[at:]
    return body


def wrap(chance: random.Random, body: bytes) -> bytes:
    """Put a part into elements, some or many deep."""
    start, end = _span(chance, body, 50_000)
    tag = chance.choice(
        (b"div", b"table", b"td", b"blockquote", b"ul", b"li", b"b", b"p", b"a", b"section", b"form", b"font")
    )
    depth = chance.choice((1, 5, 60, 190, 400))
    return body[:start] + b"<%s>" % tag * depth + body[start:end] + b"</%s>" % tag * depth + body[end:]


def swap_tags(chance: random.Random, body: bytes) -> bytes:
    """Let all elements of one name have another."""
    names = (
        b"p",
        b"div",
        b"li",
        b"span",
        b"h1",
        b"h2",
        b"article",
        b"td",
        b"a",
        b"script",
        b"blockquote",
        b"time",
        b"figure",
    )
    old, new = chance.sample(names, 2)
    for mark in (b"<%s", b"</%s"):
        for end in (b">", b" "):
            body = body.replace(mark % old + end, mark % new + end)
    return body


def recode(chance: random.Random, body: bytes) -> bytes:
    """Tell the page in another encoding, with whatever label it has."""
    name = chance.choice(
        ("utf-16", "utf-16-le", "utf-32", "shift_jis", "gb18030", "iso-2022-jp", "utf-7", "cp1251", "latin-1")
    )
    return body.decode("utf-8", "replace").encode(name, "replace")


def spoil_json(chance: random.Random, body: bytes) -> bytes:
    """Put values of the wrong kind into what the page tells machines."""
    start = body.find(b"application/ld+json")
    start, end = body.find(b">", start) + 1, body.find(b"</script", start)
    if start <= 0 or end < start:
        return body
    try:
        told = json.loads(body[start:end])
    except (ValueError, RecursionError):
        return body
    for _ in range(chance.choice((1, 4, 15))):
        _spoil(chance, told)
    return body[:start] + json.dumps(told).encode() + body[end:]


def _spoil(chance: random.Random, told: object) -> None:
    for _ in range(8):
        if isinstance(told, dict) and told:
            key = chance.choice(list(told))
            if chance.random() < 0.4:
                told[key] = deepcopy(chance.choice(JSON_VALUES))  # else one page would change the values of the next
                return
            told = told[key]
        elif isinstance(told, list) and told:
            told = chance.choice(told)
        else:
            return


MUTATIONS: tuple[Mutation, ...] = (
    cut, stop, repeat, move, flip, insert, insert, wrap, swap_tags, recode, spoil_json, spoil_json,
)  # fmt: skip


def mutated(seed: int, pages: Sequence[bytes]) -> bytes:
    """Return the page of that seed: one of `pages`, or two spliced, changed in one to six ways."""
    chance = random.Random(seed)
    body = chance.choice(pages)
    if chance.random() < 0.15:
        other = chance.choice(pages)
        body = body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other) + 1) :]
    for _ in range(chance.randrange(1, MOST_STEPS + 1)):
        body = chance.choice(MUTATIONS)(chance, body)[:MOST]
    return body
