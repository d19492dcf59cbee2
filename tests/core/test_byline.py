"""Bylines: tables of what pages write, and whom it names."""

import pytest

from aggregator.core.byline import MAX_NAME, Names, author_page, chosen, full, merged, names_author, read, together

SITE = ["The Skarholm Post", "www.post.example"]


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Vera Lund", ["Vera Lund"]),
        ("By Vera Lund", ["Vera Lund"]),
        ("BY: Vera Lund", ["Vera Lund"]),
        ("Von Jörg Müßig und Dorothee Brink", ["Jörg Müßig", "Dorothee Brink"]),
        ("Veröffentlicht von Jörg Müßig", ["Jörg Müßig"]),
        ("Autorin: Dorothee Brink", ["Dorothee Brink"]),
        ("Par Hortense Pialat et Léon Roux", ["Hortense Pialat", "Léon Roux"]),
        ("Propos recueillis par Léon Roux", ["Léon Roux"]),
        ("Por Benita Cuadrado y Leandro Pizarro", ["Benita Cuadrado", "Leandro Pizarro"]),
        ("Benita Gil y Oria", ["Benita Gil y Oria"]),
        ("di Marta Neri e Ugo Sala", ["Marta Neri", "Ugo Sala"]),
        ("Door Sanne Vos en Joris Blom", ["Sanne Vos", "Joris Blom"]),
        ("Av Liv Sande og Torunn Haug", ["Liv Sande", "Torunn Haug"]),
        ("Autor: Ewa Sowa i Jan Dąb", ["Ewa Sowa", "Jan Dąb"]),
        ("Автор: Нина Орлова и Пётр Гай", ["Нина Орлова", "Пётр Гай"]),
        ("нина орлова и пётр гай", ["нина орлова", "пётр гай"]),
        ("Nguyễn Sen và Trần Mai", ["Nguyễn Sen", "Trần Mai"]),
        ("Deniz Ak ve Elif Su", ["Deniz Ak", "Elif Su"]),
        ("作者：林小雨、陈海", ["林小雨", "陈海"]),
        ("文／林小雨", ["林小雨"]),
        ("早川みどり 記者", ["早川みどり"]),
        ("김하늘 기자", ["김하늘"]),
        ("بقلم: ليلى سالم", ["ليلى سالم"]),
        ("Written by Vera Lund, Torunn Haug & Liv Sande", ["Vera Lund", "Torunn Haug", "Liv Sande"]),
        ("Vera Lund, Torunn Haug, and Liv Sande", ["Vera Lund", "Torunn Haug", "Liv Sande"]),
        ("Vera Lund; Vera Lund", ["Vera Lund"]),
        ("Lund, Vera", ["Vera Lund"]),
        ("Vera E Lund", ["Vera E Lund"]),
        ("Vera Lund, chief political correspondent", ["Vera Lund"]),
        ("Vera Lund, Redakteurin", ["Vera Lund"]),
        ("Vera Lund | 3 November 2026", ["Vera Lund"]),
        ("Vera Lund 3.11.2026, 10:20", ["Vera Lund"]),
        ("Vera Lund Published November 3, 2026", ["Vera Lund"]),
        ("Vera Lund, aktualisiert am Dienstag", ["Vera Lund"]),
        ("Vera Lund vera@post.example", ["Vera Lund"]),
        ("Vera Lund (@veralund)", ["Vera Lund"]),
        ("Vera Lund in Vellby", ["Vera Lund"]),
        ("Vera Lund - Skarholm", ["Vera Lund"]),
        ("Jörg Müßig (jm)", ["Jörg Müßig"]),
        ("Vera Lund, Skarholm Post", ["Vera Lund"]),
        ("jm", ["jm"]),
        ("https://social.example/vera", []),
        ("vera@post.example", []),
        ("@veralund", []),
        ("3 November 2026", []),
        ("vera-lund", []),
        ("admin", []),
        ("(Image: Lund)", []),
        ("Skarholm Post, Vellby, Norland", []),
        ("V" * (MAX_NAME + 1), []),
        ("word " * 100, []),
        ("Vera Lund, " * 30, []),
        ("", []),
    ],
)
def test_bylines_are_read_down_to_the_names(byline: str, expected: list[str]):
    assert list(read(byline, SITE).persons) == expected


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Vera Lund, AFP", Names(("Vera Lund",), ("AFP",))),
        ("Vera Lund und dpa", Names(("Vera Lund",), ("dpa",))),
        ("dpa/AFP", Names((), ("dpa", "AFP"))),
        ("The Associated Press in Vellby", Names((), ("The Associated Press",))),
        ("Редакция", Names((), ("Редакция",))),
        ("La Rédaction", Names((), ("La Rédaction",))),
        ("Redaktion Vellby Heute", Names((), ("Redaktion Vellby Heute",))),
        ("Staff writer", Names((), ("Staff writer",))),
        ("Harbour24 Newsroom", Names((), ("Harbour24 Newsroom",))),
        ("Vellby Nachrichten", Names((), ("Vellby Nachrichten",))),
        ("共同通信", Names((), ("共同通信",))),
        ("مكتب وكالات", Names((), ("مكتب وكالات",))),
        ("The Skarholm Post", Names((), ("The Skarholm Post",))),
        ("post.example", Names((), ("post.example",))),
        ("vellby.de", Names((), ("vellby.de",))),
        ("Sid Vale", Names(("Sid Vale",), ())),
    ],
)
def test_organisations_are_kept_apart_from_persons(byline: str, expected: Names):
    assert read(byline, SITE) == expected


VERA, LIV = Names(("Vera Lund",)), Names(("Liv Sande",))


@pytest.mark.parametrize(
    ("page", "origin", "told", "expected"),
    [
        (VERA, "ld+json", "", (VERA, "ld+json")),
        (VERA, "ld+json", "Liv Sande", (VERA, "ld+json")),
        (VERA, "class", "Liv Sande", (LIV, "feed")),
        (VERA, "class", "vera lund, Liv Sande", (VERA, "class")),
        (VERA, "class", "AFP", (VERA, "class")),
        (Names(), "", "By Vera Lund", (VERA, "feed")),
        (Names(), "", "AFP", (Names((), ("AFP",)), "feed")),
        (Names((), ("AFP",)), "meta", "Vera Lund", (Names(("Vera Lund",), ("AFP",)), "feed")),
        (Names((), ("The Skarholm Post",)), "meta", "Vera Lund", (VERA, "feed")),
        (Names((), ("AFP",)), "meta", "dpa", (Names((), ("AFP",)), "meta")),
        (Names(), "", "", (Names(), "")),
    ],
)
def test_the_feed_is_one_more_witness_of_the_authors(page: Names, origin: str, told: str, expected: tuple[Names, str]):
    assert chosen(page, origin, told, SITE) == expected


def test_several_bylines_are_one_with_each_name_once():
    both = merged([Names(("Vera Lund",), ("AFP",)), Names(("Liv Sande", "Vera Lund"), ("AFP", "dpa"))])
    assert both == Names(("Vera Lund", "Liv Sande"), ("AFP", "dpa"))


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("author", True), ("article__author-name", True), ("byline", True), ("MetaAuthorList-item", True), ("c x-autoren", True),
        ("article-byline other", True), ("author-bio", False), ("author-image", False), ("authority", False),
        ("autoplay", False), ("button", False), ("", False), ("author " * 100, False),
    ],
)  # fmt: skip
def test_classes_tell_a_byline_from_what_is_about_its_author(classes: str, expected: bool):
    assert names_author(classes) is expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/author/vera-lund", True),
        ("https://post.example/autoren/lund-7", True),
        ("/author", False),
        ("/news/by-train", False),
        ("", False),
    ],
)
def test_addresses_of_authors_are_known_by_their_folders(href: str, expected: bool):
    assert author_page(href) is expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["By", " ", "Vera Lund"], "By Vera Lund"),
        (["Vera Lund", "\n", "Liv Sande"], "Vera Lund, Liv Sande"),
        (["Von", "Vera Lund", "und", "Liv Sande"], "Von Vera Lund und Liv Sande"),
        (["By Vera Lund", "Liv Sande"], "By Vera Lund, Liv Sande"),
        (["Vera", "Lund"], "Vera Lund"),
        ([], ""),
    ],
)
def test_names_in_elements_of_their_own_stay_apart(parts: list[str], expected: str):
    assert together(parts) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("Vera Lund", True), ("Harbour", False), ("早川みどり", True), ("김하늘", True), ("", True)]
)
def test_a_full_name_has_two_words_where_words_have_spaces(name: str, expected: bool):
    assert full(name) is expected


def test_the_name_of_a_site_that_is_no_name_for_its_length_is_not_taken():
    site = "Skarholm " * 10 + "Post"
    assert len(site) > MAX_NAME
    assert read(site, [site]) == Names()
