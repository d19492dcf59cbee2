"""What holds for the text of an article whatever its blocks are: what is taken away, joined, witnessed and compared."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core import boilerplate, joining, revision, sentences, trimming, witness
from aggregator.core.article import Extraction
from aggregator.core.blocks import Block, grams, share, size
from aggregator.core.lead import LEAST, MOST, Line, lead
from aggregator.core.revision import Kind, Version

FEW = settings(max_examples=60, deadline=None)
MANY = settings(max_examples=80, deadline=None)

_LINES = (
    "The harbour opened on Tuesday, two years late and after a long dispute about its cost.", "Harbour opens", "By Vera Lund",
    "Read more: the lock", "Advertisement", "Subscribe to our newsletter", "© 2026 News Example", "Photo: Vera Lund", "3.11.2026 10:00",
    "Ships from four countries lay at anchor before the lock, and their crews watched.", "Related articles", "港は火曜日に開いた。船が待っていた。",
    "HAMBURG (AFP) - The harbour is open.", "Vera Lund is a reporter in Hamburg.", "Summary:", "— Vera (@vera) pic.twitter.com/x", "###",
    "Mr. Lund of No. 3 said so… Did he? “Yes.” He did!", "12 of 14 ships left.", "13 of 14 ships left.", "Correction: it was Monday.",
)  # fmt: skip
lines = st.sampled_from(_LINES) | st.text(max_size=30)
texts = st.lists(lines, max_size=8).map("\n".join)
titles = st.lists(lines, max_size=3)


@st.composite
def a_block(draw: st.DrawFn) -> Block:
    """Draw a block as `adapters` make them: some text, of which any part is links."""
    words = draw(st.lists(lines, min_size=1, max_size=3).map("\n".join).filter(len))
    kind = draw(st.sampled_from(["p", "p", "p", "head", "list", "quote", "table", "code"]))
    return Block(kind, words, f"<p>{len(words)}</p>", draw(st.sampled_from([0, 0, len(words) // 2, len(words)])))


blocks = st.lists(a_block(), max_size=14)


def row(kept: list[Block], found: list[Block]) -> bool:
    """Whether all that is kept stands in what was found, in the same order."""
    rest = iter(found)
    return all(any(block is each for each in rest) for block in kept)


# --- What is taken away


@MANY
@given(blocks, titles, st.lists(st.sampled_from(["Vera Lund", "", "AFP", "Jo"]), max_size=2))
def test_trimming_keeps_the_order_and_half_of_the_text_at_least(
    found: list[Block], heads: list[str], authors: list[str]
) -> None:
    kept = trimming.trimmed(found, heads, authors)
    assert row(kept, found)
    assert 2 * size(kept) >= size(found)
    shorter = trimming.without_headline(found, heads)
    assert row(shorter, found)
    assert len(found) - len(shorter) <= trimming.HEAD
    assert shorter[len(shorter) - len(found[trimming.HEAD :]) :] == found[trimming.HEAD :]


@MANY
@given(blocks, st.data())
def test_the_memory_of_a_site_takes_no_more_than_its_share_and_only_what_it_knows(
    found: list[Block], data: st.DataObject
) -> None:
    every = [name for block in found for name in boilerplate.lines(block.words)] or [0]
    known = data.draw(st.dictionaries(st.sampled_from(every), st.integers(0, 5), max_size=8))
    kept = boilerplate.without_known(found, known)
    assert row(kept, found)
    assert size(found) - size(kept) <= boilerplate.TAKEN * size(found)
    gone = [block for block in found if not any(block is each for each in kept)]
    assert all(known.get(name, 0) >= boilerplate.ELSEWHERE for block in gone for name in boilerplate.lines(block.words))
    assert boilerplate.without_known(kept, {}) == kept


@FEW
@given(st.lists(st.text(min_size=10, max_size=30), max_size=60))
def test_few_lines_of_a_page_are_remembered_each_by_a_number_that_both_databases_hold(said: list[str]) -> None:
    found = boilerplate.lines("\n".join(said))
    assert len(set(found)) == len(found) <= boilerplate.MOST
    assert all(-(2**63) <= name < 2**63 for name in found)
    assert all(boilerplate.line_hash(line) == boilerplate.line_hash(f" {line}! ") for line in said)


# --- Joined and witnessed


def part(paragraphs: list[str]) -> Extraction:
    """Return what is read out of a part of an article with these paragraphs."""
    html = "\n".join(f"<p>{each.replace('&', '&amp;').replace('<', '&lt;')}</p>" for each in paragraphs)
    return Extraction(
        "Harbour opens", (), None, None, "en", "\n".join(paragraphs), html, links=len(paragraphs), next_urls=("x",)
    )


@FEW
@given(
    st.lists(st.lists(st.sampled_from(_LINES) | st.text("ab <>&;\n", max_size=9), max_size=4), min_size=1, max_size=12)
)
def test_joined_parts_begin_with_the_first_and_tell_each_further_block_once(paragraphs: list[list[str]]) -> None:
    several = [part(each) for each in paragraphs]
    whole = joining.joined(several)
    assert whole.text.startswith(several[0].text)
    assert whole.html.startswith(several[0].html)
    added = [line for line in whole.text[len(several[0].text) :].split("\n") if line]
    assert len(set(added)) == len(added)
    assert {*added} <= {
        " ".join(line.split()) for each in paragraphs[: joining.MOST] for block in each for line in block.split("\n")
    } | {" ".join(block.split()) for each in paragraphs[: joining.MOST] for block in each}
    if len(several) > 1:
        assert (whole.links, whole.next_urls) == (sum(each.links for each in several[: joining.MOST]), ())
    assert joining.joined([whole, whole]).text == whole.text


@FEW
@given(st.text(st.sampled_from('<>pbr/ \n="&lt;#0td!-') | st.characters(), max_size=60))
def test_lines_of_any_markup_are_plain_and_not_empty(markup: str) -> None:
    assert all(line and line == " ".join(line.split()) for line in joining.lines(markup))


@MANY
@given(blocks, st.lists(st.builds(witness.Witness, st.sampled_from(["feed", "ld+json"]), texts), max_size=2))
def test_witnesses_are_weighed_by_shares_and_take_no_lead_away(
    found: list[Block], others: list[witness.Witness]
) -> None:
    text = "\n".join(block.words for block in found)
    mine = [*others, witness.Witness("feed", "\n".join(block.words for block in found[::2]))]
    for each in (others, mine, [witness.Witness("ld+json", text)]):
        share_of = witness.agreement(text, each)
        assert share_of is None or 0 <= share_of <= 1
        assert (better := witness.winner(text, each)) is None or better in each
        kept = witness.confirmed(found, each)
        assert row(kept, found)
        assert kept[: witness.SETTLED] == found[: witness.SETTLED]
    assert witness.agreement(text, [witness.Witness("ld+json", text)]) in {1.0, None}
    assert witness.winner(text, [witness.Witness("ld+json", text)]) is None
    assert witness.confirmed(found, [witness.Witness("ld+json", text)]) == found


def test_a_list_of_two_words_stays_where_the_witness_has_it_and_goes_where_not() -> None:
    said = [Block("p", _LINES[0], ""), Block("p", _LINES[9], ""), Block("list", "Harbour opens", "")]
    text = "\n".join(block.words for block in said[:2])
    assert witness.confirmed(said, [witness.Witness("feed", f"{text}\nHarbour opens!")]) == said
    assert witness.confirmed(said, [witness.Witness("feed", text)]) == said[:2]


@MANY
@given(texts, texts)
def test_runs_of_words_are_shared_by_a_part_between_none_and_all(one: str, other: str) -> None:
    assert 0 <= share(one, grams(other)) <= 1
    assert share(one, grams(one)) == bool(grams(one))
    assert share(one, grams(one.upper().lower() if one.isascii() else one)) == bool(grams(one))


@MANY
@given(
    st.lists(st.builds(Line, st.sampled_from(["h1", "h2", "h3", "p"]), lines), max_size=6),
    blocks,
    st.lists(lines, max_size=2),
    titles,
)
def test_a_lead_is_a_line_of_the_page_that_the_body_lacks(
    shown: list[Line], found: list[Block], descriptions: list[str], heads: list[str]
) -> None:
    chosen = lead(shown, found, descriptions, heads)
    assert chosen in {"", *(line.text for line in shown)}
    if chosen:
        assert LEAST <= len(chosen) <= MOST
        assert share(chosen, grams("\n".join(block.words for block in found))) < 0.5


# --- Versions


@MANY
@given(texts, st.integers(0, 3))
def test_sentences_hold_all_of_a_text_in_its_order(text: str, repeats: int) -> None:
    said = sentences.split(text * repeats)
    assert all(each and each == " ".join(each.split()) for each in said)
    assert "".join("".join(said).split()) == "".join((text * repeats).split())
    assert len(said) <= sentences.MOST


@MANY
@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_shared_sentences_rise_in_both_texts(one: list[str], other: list[str]) -> None:
    pairs = sentences.shared(one, other)
    assert all(one[left] == other[right] for left, right in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))
    assert len(sentences.shared(one, one)) == len(one)


@MANY
@given(lines, texts, lines, texts)
def test_the_changes_that_are_listed_lead_from_one_version_to_the_other(
    head: str, text: str, new_head: str, new: str
) -> None:
    before, after = Version(head, text), Version(new_head, new)
    listed = revision.sentences(before, after)
    assert {sign for sign, _ in listed} <= {" ", "-", "+"}
    assert [said for sign, said in listed if sign != "+"] == [each for each in (head, *sentences.split(text)) if each]
    assert [said for sign, said in listed if sign != "-"] == [
        each for each in (new_head, *sentences.split(new)) if each
    ]
    found = revision.change(before, after)
    assert (found is None) == (before == after)
    if found:
        assert 0 < len(found.note) <= revision.MAX_NOTE
        assert found.significant == (found.kind in revision.SIGNIFICANT)
        assert found.kind not in {Kind.FIRST, Kind.RULES}
    assert revision.change(after, replace(after)) is None


@FEW
@given(lines, texts, st.sampled_from(["\n", " \n\n", "\t\n"]))
def test_other_white_space_alone_is_a_minor_change(head: str, text: str, space: str) -> None:
    after = Version(head, space + text.replace("\n", space) + space)
    assert (found := revision.change(Version(head, text), after)) is not None
    assert (found.kind, found.note, found.significant) == (Kind.MINOR, "white space only", False)


@settings(max_examples=6, deadline=None)
@given(st.sampled_from(_LINES), st.sampled_from(_LINES), st.integers(4_995, 5_005), st.integers(1, 3))
def test_all_of_a_long_repetitive_version_is_listed(one: str, other: str, times: int, added: int) -> None:
    before, after = Version("", f"{one}\n" * times), Version("", f"{one}\n{other}\n" * added + f"{one}\n" * times)
    listed = revision.sentences(before, after)
    assert [said for sign, said in listed if sign != "-"] == sentences.split(after.text)
    assert revision.change(before, after) is not None
