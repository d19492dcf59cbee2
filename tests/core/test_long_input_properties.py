"""Long inputs of one sign end: a pattern that looks at its text again from each place would need hours for them."""

from collections.abc import Callable

import pytest

from aggregator.core import (
    boilerplate,
    byline,
    dates,
    gate,
    headline,
    images,
    joining,
    ld_json,
    page_dates,
    page_facts,
    parts,
    plain,
    revision,
    sentences,
    trimming,
    wall_look,
    walls,
    witness,
    words,
)
from aggregator.core.article import Extraction, Hints
from aggregator.core.blocks import Block
from aggregator.core.lead import Line, lead
from aggregator.core.revision import Version

CHARS = 100_000
HERE = "https://news.example/harbour"
SIGNS = (
    "a", "a. ", " ", "(", "1. ", "<", "<p ", "<!--", "<script", " – ", "by ",
    " and ", "a@", "“", "//<!", "/*", "&#", "[", ",]", '{"a":', "Photo: ", "を", "日 ", "reference #",
    "# of #", "A, B ",
)  # fmt: skip


def _page(text: str) -> object:
    seen = page_facts.Seen(
        meta={name: [text] for name in page_facts.WANTED_META},
        headings=[text],
        title=text,
        times=[(1, text)],
        bylines=[text],
        marked=[text],
        linked=[text],
        captions=[text],
        onward=[(text, text, True), (f"{HERE}{text}/2", text, True)],
        base=text,
        canonical=text,
        nodes=[
            {
                "@type": "NewsArticle",
                "headline": text,
                "author": text,
                "articleBody": text,
                "keywords": text,
                "image": text,
            }
        ],
    )
    return page_facts.judged(seen, HERE)


def _read(text: str) -> Extraction:
    return Extraction(text[:500], (), None, None, "", text, text, links=3)


def _judged(text: str) -> object:
    page, body, final = _read(text), text.encode(), HERE + text
    few = gate.judged(page, Hints(), 30, asked_url=HERE, final_url=final, body=body)
    return few, gate.judged(page, Hints(text, text), 100, asked_url=HERE, final_url=final, body=body)


def _walled(text: str) -> object:
    body = b"<title> challenge captcha unusual traffic" + text.encode()
    return walls.wall(403, {}, body), walls.visible(body), walls.behind(text, body), walls.reference(text.encode())


def _witnessed(text: str) -> object:
    said = [witness.Witness("feed", text)]
    return (
        witness.winner(text, said),
        witness.agreement(text, said),
        witness.confirmed([Block("p", text, "")] * 3, said),
    )


def _led(text: str) -> object:
    return lead([Line("h1", text[:700]), Line("h2", text[:700])], [Block("p", text, "")], [text], [text])


def _trimmed(text: str) -> object:
    blocks = [*[Block("p", text, "")] * 3, *[Block("quote", text, "")] * 2, *[Block("p", text[:419], "")] * 3]
    return trimming.trimmed(blocks, [text[:400]], [text[:60]]), boilerplate.without_known(blocks, {1: 2})


RULES: tuple[Callable[[str], object], ...] = (
    ld_json.nodes,
    ld_json.words,
    _page,
    lambda text: (byline.read(text), byline.read(text[: byline.MAX_BYLINE]), byline.together([text, text])),
    lambda text: headline.choose(text + "c", [("h1", text), ("title", text + " b")], [text]),
    lambda text: (dates.moment(text), page_dates.stated(text[:90]), page_dates.by_headline([text[:90], text])),
    images.credit,
    lambda text: parts.following(f"{HERE}{text}", [(f"{HERE}{text}/2", text, True), (f"{HERE}{text}-2", "2", False)]),
    _trimmed,
    lambda text: joining.joined([_read(text), _read(text + "x")]),
    _witnessed,
    _led,
    sentences.split,
    lambda text: revision.change(Version(text, text), Version(text + "1", text + "1 b.")),
    _judged,
    _walled,
    lambda text: (wall_look.look(text), wall_look.voice(text), wall_look.notable(text)),
    lambda text: (words.count(text), words.first(text, 50), words.first(text, 10**6), words.within(text, 300)),
    plain.line,
    plain.paragraphs,
)
NAMES = (
    "json-ld", "words of json-ld", "facts", "byline", "headline", "dates", "credit of a picture", "parts", "trimming", "joining", "witness", "lead",
    "sentences", "revision", "gate", "walls", "look", "counting", "one line", "paragraphs",
)  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("rule", RULES, ids=NAMES)
@pytest.mark.parametrize("signs", [SIGNS[place::3] for place in range(3)], ids=range(3))
def test_a_hundred_thousand_times_the_same_sign_is_read_to_the_end(
    rule: Callable[[str], object], signs: tuple[str, ...]
) -> None:
    for sign in signs:
        rule("x " + sign * (CHARS // len(sign)) + " !")
