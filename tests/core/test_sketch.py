"""What of a text is kept to compare it by, and what of it makes no difference."""

import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest

from aggregator.core.sketch import MAX_CHARS, is_spaced, pack, sketch, unpack

TEXTS = Path(__file__).parents[1] / "data" / "texts"
UNSPACED = ["zh_railway", "ja_tea", "th_elephant"]
SPACED = ["en_ferry", "de_bridge", "fr_library", "es_drought", "ru_observatory", "ar_museum", "hi_school"]
FERRY = (TEXTS / "en_ferry.txt").read_text()


def told(name: str) -> str:
    """Return a text without its headline."""
    return (TEXTS / f"{name}.txt").read_text().partition("\n")[2]


@pytest.mark.parametrize("name", SPACED)
def test_words_make_the_shingles_where_there_are_spaces(name: str) -> None:
    drawn = sketch("", told(name), "")
    assert drawn.spaced
    assert 0.7 * len(told(name).split()) < len(drawn.shingles) < 1.2 * len(told(name).split())


@pytest.mark.parametrize("name", UNSPACED)
def test_characters_make_the_shingles_where_there_are_none(name: str) -> None:
    drawn = sketch("", told(name), "")
    assert not drawn.spaced
    assert len(drawn.shingles) > 100
    assert not drawn.names


@pytest.mark.parametrize("name", SPACED + UNSPACED)
@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace('"', "“").replace("'", "’").replace("-", "–"),
        lambda text: text.replace("\n", "\n\n  "),
        lambda text: "\u200b".join(text.split("a")).replace("o", "o\u00ad") if "ferry" not in text else text,
    ],
    ids=["decomposed", "no-break spaces", "typographer's marks", "other lines", "unseen characters"],
)
def test_another_spelling_of_the_same_characters_is_the_same_text(name: str, rewrite: object) -> None:
    assert callable(rewrite)
    text = told(name)
    if "\u200b" in rewrite(text):
        text = text.replace("a", "")
    one, other = sketch("", text, ""), sketch("", rewrite(told(name)), "")
    assert one.shingles == other.shingles
    assert one.sample == other.sample
    assert one.numbers == other.numbers


@pytest.mark.parametrize("name", ["en_ferry", "fr_library", "ru_observatory"])
def test_a_text_in_capitals_is_the_same_text(name: str) -> None:
    one, loud = sketch("", told(name), ""), sketch("", told(name).upper(), "")
    assert one.shingles == loud.shingles
    assert one.names < loud.names


def test_the_headline_is_no_part_of_the_text() -> None:
    assert sketch("One", FERRY, "en") == sketch("Another", FERRY, "de")


def test_vowel_points_make_no_other_text() -> None:
    assert sketch("", "كَتَبَ الوَلَدُ رِسَالَةً طَوِيلَةً", "ar").shingles == sketch("", "كتب الولد رسالة طويلة", "ar").shingles


def test_vowel_marks_do_make_another_text() -> None:
    assert sketch("", "किताब मेज़ पर रखी है", "hi").shingles != sketch("", "कतब मज पर रख ह", "hi").shingles
    assert not sketch("", "ป่าช้างเดินเข้ามา", "th").shingles & sketch("", "ปาชางเดนเขามา", "th").shingles


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("some 23,000 people", {"23000"}),
        ("etwa 23.000 Menschen", {"23000"}),
        ("près de 23 000 personnes", {"23000"}),
        ("près de 23\u202f000 personnes", {"23000"}),
        ("rund 23'000 Menschen", {"23000"}),
        ("up 3.5 percent", {"35"}),
        ("plus 3,5 Prozent", {"35"}),
        ("in 2026 300 came", {"2026", "300"}),
        ("12, 14 and 16", {"12", "14", "16"}),
        ("٢٣٬٠٠٠ شخص", {"23000"}),
        ("six boats on Tuesday in March", {"6", "tuesday", "march"}),
        ("sechs Boote am Dienstag im März", {"6", "dienstag", "märz"}),
        ("trois bateaux mardi en août", {"3", "mardi", "août"}),
        ("siete barcos el lunes de abril", {"7", "lunes", "abril"}),
        ("fifty thousand", {"50", "1000"}),
        ("dreißig Boote", {"30"}),
        ("G20 and 4m", {"20", "4"}),
        ("the ferry may sail once more", set()),
        ("", set()),
    ],
)
def test_numbers_are_the_same_in_all_their_spellings(text: str, numbers: set[str]) -> None:
    assert sketch("", text, "").numbers == numbers


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The ship of Maren Holtby sank", {"maren", "holtby"}),
        ("It sank. Nobody drowned! Why? Since then", set()),
        ("It sank.\nNobody drowned", set()),
        ("In Kelmouth sagte er: Alles gut", {"kelmouth"}),
        ("party leader (Reve) spoke", {"reve"}),
        ("сказала Варвара Лисицына", {"варвара", "лисицына"}),
        ("είπε η Μαρία", {"μαρία"}),
        ("قالت سلمى الدرويش", set()),
        ("周远舟说", set()),
        ("the ABC said", {"abc"}),
    ],
)
def test_names_are_capitals_inside_sentences(text: str, names: set[str]) -> None:
    assert sketch("", text, "").names == names


def test_one_in_eight_shingles_is_indexed_and_32_at_most() -> None:
    long = " ".join(f"word{number * 7919 % 1000}x{number}" for number in range(2000))
    drawn = sketch("", long, "en")
    assert len(drawn.sample) == 32
    assert set(drawn.sample) <= drawn.shingles
    assert drawn.sample == tuple(sorted(each for each in drawn.shingles if each % 8 == 0))[:32]


def test_the_sample_of_a_usual_text_is_about_an_eighth() -> None:
    shares = [len(sketch("", told(name), "").sample) / len(sketch("", told(name), "").shingles) for name in SPACED]
    assert 0.08 < sum(shares) / len(shares) < 0.2


def test_short_texts_are_indexed_too() -> None:
    brief = sketch("", "The board met on Monday and chose a new chair for the coming two years", "en")
    assert len(brief.shingles) == 12
    assert len(brief.sample) >= 8
    assert set(brief.sample) <= brief.shingles


def test_a_brief_and_its_edited_copy_share_samples() -> None:
    words = told("en_fire_pelham").split()
    for length in range(16, 80, 4):
        whole = sketch("", " ".join(words[:length]), "en")
        edited = sketch("", " ".join(["Yesterday:", *words[: length - 3], "they added"]), "en")
        assert len(set(whole.sample) & set(edited.sample)) >= 2, length


def test_a_copy_with_another_lede_and_half_of_the_text_shares_samples() -> None:
    part = FERRY[: len(FERRY) // 2]
    assert len(set(sketch("", FERRY, "en").sample) & set(sketch("", f"Our own words here. {part}", "en").sample)) >= 4


@pytest.mark.parametrize("text", ["", "   \n", "…", "!?", "word", "two words", "three small words", "新华", "ก็"])
def test_texts_of_no_or_few_words_have_a_sketch(text: str) -> None:
    drawn = sketch("", text, "")
    assert len(drawn.shingles) == (1 if any(each.isalnum() for each in text) else 0)
    assert set(drawn.sample) == drawn.shingles


def test_the_order_of_words_makes_the_shingle() -> None:
    assert sketch("", "a b c d", "").shingles != sketch("", "b a c d", "").shingles
    assert sketch("", "a b c", "").shingles != sketch("", "c b a", "").shingles


def test_hashes_fit_a_signed_64_bit_column_and_do_not_collide() -> None:
    many = sketch("", " ".join(f"w{number * 31 + 7}" for number in range(20_000)), "")
    assert len(many.shingles) == 19_997
    assert all(-(1 << 63) <= each < 1 << 63 for each in many.shingles)


def test_another_process_draws_the_same_sketch() -> None:
    code = "import sys; from aggregator.core.sketch import sketch; print(sketch('', sys.stdin.read(), '').sample)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        input=FERRY,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONUTF8": "1"},
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout.strip() == str(sketch("", FERRY, "").sample)


def test_hashes_survive_packing() -> None:
    hashes = {3, -(1 << 63), (1 << 63) - 1, 0, -1}
    packed = pack(hashes)
    assert unpack(packed) == hashes
    assert packed[:8] == (1 << 63).to_bytes(8, "little")
    assert len(packed) == 40
    assert pack([]) == b""
    assert unpack(b"") == frozenset()


@pytest.mark.parametrize(
    "unit",
    ["hello world ", "1 ", "1.", "1,", "1 000 ", " (A", ".. ", "新", "é\u0301", "٣", "1", "1,,", "\u200b", "a(", "A "],
)
def test_a_huge_text_is_cut_and_takes_no_long_time(unit: str) -> None:
    began = time.process_time()
    drawn = sketch("", unit * (3_000_000 // len(unit)), "")
    assert time.process_time() - began < 2
    assert len(drawn.shingles) <= MAX_CHARS


def test_what_comes_after_the_longest_allowed_text_is_not_read() -> None:
    long = "seven small boats lay in the harbour " * (MAX_CHARS // 37)
    assert sketch("", f"{long}{' ' * 40}Then came Maren Holtby with 99 more", "") == sketch("", long, "")


@pytest.mark.parametrize(
    ("text", "spaced"),
    [
        ("", True),
        ("123 456", True),
        ("In Tokyo (東京) it rained", True),
        ("東京 2026 で雨が降った", False),
        ("비가 서울에 내렸다", True),
        ("ភ្លៀងធ្លាក់នៅភ្នំពេញ", False),
        ("ຝົນຕົກຢູ່ວຽງຈັນ", False),
        ("ရန်ကုန်မှာမိုးရွာတယ်", False),
    ],
)
def test_the_script_says_whether_words_have_spaces(text: str, spaced: bool) -> None:
    assert is_spaced(text) is spaced
