"""Lead images and their credits: tables of captions in many languages, and of what JSON-LD says."""

from typing import Any

import pytest

from aggregator.core.images import MAX_CREDIT, Image, credit, lead, told


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("The mill at dusk. Photo: Vera Lund/AFP", "Vera Lund/AFP"),
        ("The mill. Photograph by Vera Lund", "Vera Lund"),
        ("The mill. Photo courtesy of Vera Lund.", "Vera Lund"),
        ("The mill (Image credit: Vera Lund)", "Vera Lund"),
        ("Die Mühle. Foto: Jörg Müßig", "Jörg Müßig"),
        ("Bildquelle: dpa", "dpa"),
        ("Le moulin. Crédit photo : Léon Roux", "Léon Roux"),
        ("El molino. Foto: EFE", "EFE"),
        ("Młyn. Fot. Ewa Sowa", "Ewa Sowa"),
        ("Мельница. Фото: Нина Орлова", "Нина Орлова"),
        ("水車小屋（写真：早川みどり）", "早川みどり"),
        ("صورة: ليلى سالم", "ليلى سالم"),
        ("The mill © Vera Lund", "Vera Lund"),
        ("The mill | © Vera Lund | All rights", "Vera Lund"),
        ("Photo: the mill at dusk | Photo: Vera Lund", "Vera Lund"),
        ("A photo of the mill at dusk", ""),
        ("The mill at dusk", ""),
        ("", ""),
    ],
)
def test_captions_credit_the_photographer(caption: str, expected: str):
    assert credit(caption) == expected


def test_credits_are_bounded():
    assert len(credit("Photo: " + "x" * 5_000)) <= MAX_CREDIT
    assert credit("x" * 5_000 + " Photo: Vera Lund") == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/1.jpg", [Image("/1.jpg")]),
        (["/1.jpg", "/2.jpg"], [Image("/1.jpg"), Image("/2.jpg")]),
        ({"url": "/1.jpg", "creditText": "Vera Lund"}, [Image("/1.jpg", "Vera Lund")]),
        ({"contentUrl": "/1.jpg", "creator": {"@type": "Person", "name": "Vera Lund"}}, [Image("/1.jpg", "Vera Lund")]),
        ({"url": "/1.jpg", "author": "https://post.example/vera"}, [Image("/1.jpg")]),
        ([{"url": "/1.jpg", "width": 100}, {"url": "/2.jpg", "width": "1200px"}], [Image("/2.jpg"), Image("/1.jpg")]),
        (
            [{"url": "/1.jpg", "width": {"value": 9}}, {"url": "/2.jpg", "width": 10}],
            [Image("/2.jpg"), Image("/1.jpg")],
        ),
        ({"@id": "#lead"}, [Image("/lead.jpg", "Liv Sande")]),
        ({"width": True}, []),
        ([None, 5, [], {}], []),
        (None, []),
    ],
)
def test_json_ld_offers_images_the_largest_first(value: Any, expected: list[Image]):
    page = [{"@id": "#lead", "name": "x", "url": "/lead.jpg", "creditText": "Liv Sande"}]
    assert list(told(value, page)) == expected


@pytest.mark.parametrize(
    ("offered", "captions", "expected"),
    [
        ([Image("/logo.png"), Image("/mill.jpg")], [], Image("/mill.jpg")),
        ([Image("/logo.png")], [], Image("/logo.png")),
        ([Image(""), Image("/mill.jpg", "Vera Lund")], ["Photo: Liv Sande"], Image("/mill.jpg", "Vera Lund")),
        ([Image("/mill.jpg")], ["The mill", "Photo: Liv Sande"], Image("/mill.jpg", "Liv Sande")),
        ([], ["Photo: Liv Sande"], Image()),
    ],
)
def test_the_lead_image_is_no_logo_and_has_its_credit(offered: list[Image], captions: list[str], expected: Image):
    assert lead(offered, captions) == expected
