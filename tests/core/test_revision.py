"""What a change is: by cases in several languages, bounded whatever the text."""

import pytest

from aggregator.core.revision import Kind, Version, change, sentences
from tests.texts import GLACIER, HARBOUR, SCHOOL

TEXT = "\n".join(HARBOUR)
TITLE = "Breakwater to be rebuilt"


def _kind(after: str, before: str = TEXT, title: str = TITLE) -> str:
    found = change(Version(TITLE, before), Version(title, after))
    return found.kind.value if found else ""


def test_the_same_headline_and_text_is_no_change():
    assert change(Version(TITLE, TEXT), Version(TITLE, TEXT)) is None


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("rebuild", "Rebuild", "minor"),
        ("Kelmouth said on Tuesday", "Kelmouth said, on Tuesday", "minor"),
        ("\nThe work", "\n\n  The work", "minor"),
        ("hollow spaces", "hollow spacess", "minor"),
        ("60 metres", "90 metres", "correction"),
        ("Maren Holtby", "Marit Holtby", "correction"),
        ("Fishermen at the council meeting were doubtful. ", "", "minor"),
        (HARBOUR[3], "", "update"),
        (HARBOUR[3], SCHOOL[0], "update"),
        (TEXT, "\n".join(SCHOOL), "rewrite"),
    ],
)
def test_a_change_has_the_kind_of_its_size_and_sort(old: str, new: str, kind: str):
    assert old in TEXT
    assert _kind(TEXT.replace(old, new, 1)) == kind


def test_paragraphs_in_another_order_are_minor():
    assert _kind("\n".join((HARBOUR[1], HARBOUR[0], *HARBOUR[2:]))) == "minor"


def test_a_paragraph_more_in_a_long_text_is_an_update():
    before = "\n".join((*HARBOUR, *SCHOOL) * 6)
    assert _kind(f"{before}\n{GLACIER[2]}", before) == "update"


@pytest.mark.parametrize(
    "note",
    [
        "Correction: the breakwater is 60 metres long.",
        "This article was amended on 25 November to give the right figure.",
        "An earlier version of this report named another town.",
        "Berichtigung: Die Mole ist 60 Meter lang.",
        "In einer früheren Version dieses Textes hieß es, sie sei länger.",
        "Rectificatif : la digue mesure 60 mètres.",
        "Una versión anterior de esta noticia daba otra cifra.",
        "Errata corrige: la diga è lunga 60 metri.",
        "Sprostowanie: falochron ma 60 metrów.",
        "Исправлено: длина мола 60 метров.",
        "تصحيح: طول الرصيف ستون مترا.",
        "更正：防波堤长六十米。",
        "【訂正】防波堤の長さは六十メートルでした。",
        "정정: 방파제 길이는 60미터입니다.",
        "सुधार: तटबंध साठ मीटर लंबा है।",
    ],
)
def test_a_note_of_correction_makes_it_one(note: str):
    assert _kind(f"{TEXT}\n{note}") == "correction"
    assert _kind(f"{note}\n{TEXT}") == "correction"


def test_a_word_of_correction_in_the_middle_or_in_an_old_sentence_makes_none():
    middle = "\n".join(
        (*HARBOUR, "Correction: of the coast line is what engineers call such work in their papers.", *SCHOOL)
    )
    assert _kind(middle, "\n".join((*HARBOUR, *SCHOOL))) == "update"
    assert _kind(f"{TEXT}\nCorrection of the coast line is what engineers call such work in their papers.") == "update"
    told = f"{TEXT}\nCorrection: it is 60 metres long."
    assert _kind(f"{told}\n{SCHOOL[0]}", told) == "update"
    assert _kind(f"{TEXT}\nThe board voted for a tax correction worth four million crowns a year.") == "update"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Breakwater to be re-built", "minor"),
        ("BREAKWATER TO BE REBUILT", "minor"),
        ("Fishermen angry over costs", "update"),
    ],
)
def test_a_new_headline_is_an_update_and_a_mended_one_is_not(title: str, kind: str):
    assert _kind(TEXT, title=title) == kind


def test_only_an_update_a_correction_and_a_rewrite_are_significant():
    assert change(Version(TITLE, TEXT), Version(TITLE, TEXT.replace("60", "90"))).significant  # type: ignore[union-attr]
    assert not change(Version(TITLE, TEXT), Version(TITLE, TEXT.upper())).significant  # type: ignore[union-attr]


def test_a_note_says_what_changed():
    found = change(Version(TITLE, TEXT), Version("Fishermen angry", TEXT.replace("60 metres", "90 metres")))
    assert found is not None
    assert (found.kind, found.note) == (Kind.CORRECTION, "another headline; 1 sentence changed; 60 → 90")


def test_the_difference_is_told_sentence_by_sentence():
    before, after = Version("A", "One stays. Two goes.\n三来了。"), Version("B", "One stays.\n三来了。Four comes.")
    assert sentences(before, after) == [
        ("-", "A"),
        ("+", "B"),
        (" ", "One stays."),
        ("-", "Two goes."),
        (" ", "三来了。"),
        ("+", "Four comes."),
    ]


@pytest.mark.parametrize("before", ["a. b. " * 400_000, "." * 2_000_000, "字" * 1_000_000, "Aa 1. " * 300_000])
def test_huge_texts_are_compared_within_bounds(before: str):
    after = before[:-10] + " and another end of it all, which is new."
    assert change(Version("", before), Version("", after)) is not None
    assert len(sentences(Version("", before), Version("", after))) <= 10_002


def test_an_empty_text_that_is_filled_is_an_update():
    assert _kind(TEXT, "") == "update"
