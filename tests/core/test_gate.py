"""What stands in an article's place: tables of pages that are none, and of articles that look like one of these."""

from datetime import UTC, datetime

import pytest

from aggregator.core.article import Extraction, Hints
from aggregator.core.gate import LEAST_WORDS, SHORT_WORDS, STUB_WORDS, verdict
from aggregator.core.words import count

FILLER = "The council of Osterby met again on Monday and talked for two hours about the old mill by the river. "
DAY = datetime(2026, 11, 3, tzinfo=UTC)


def of_words(number: int, said: str = "") -> str:
    """Return a text of so many words that says something."""
    given = said.split()
    return " ".join([*(FILLER * 60).split()[: number - len(given)], *given])


def page(text: str, title: str = "Council of Osterby talks about the old mill", **fields: object) -> Extraction:
    known = {
        "title": title, "authors": (), "published": None, "modified": None, "language": "en", "text": text, "html": "",
    }  # fmt: skip
    return Extraction(**{**known, **fields})  # type: ignore[arg-type]


def kind(found: Extraction, hints: Hints | None = None) -> str:
    return verdict(found, hints or Hints(), count(found.text)).partition(":")[0]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Just a moment...", "challenge"),
        ("Attention Required! | Cloud guard", "challenge"),
        ("Access Denied", "challenge"),
        ("Access to this page has been denied.", "challenge"),
        ("Are you a robot?", "challenge"),
        ("403 Forbidden", "challenge"),
        ("Einen Moment bitte", "challenge"),
        ("お待ちください", "challenge"),
        ("Before you continue", "consent"),
        ("Wiedtal-Bote", ""),
        ("Datenschutz – Wiedtal-Bote", "consent"),
        ("Cookie settings", "consent"),
        ("404", "soft-404"),
        ("Error 404 - Skarholm Post", "soft-404"),
        ("Page not found | Skarholm Post", "soft-404"),
        ("Seite nicht gefunden", "soft-404"),
        ("Page introuvable", "soft-404"),
        ("Página no encontrada", "soft-404"),
        ("Страница не найдена", "soft-404"),
        ("ページが見つかりません", "soft-404"),
        ("Oops! We can't find that page", "soft-404"),
        ("404 houses to be built on the old airfield", ""),
        ("Access denied: villagers fight for a path to the shore", ""),
        ("Forbidden fruit sells well at the market of Vellby", ""),
        ("Just a moment of silence for the drowned", ""),
        ("Datenschutz in Schulen bleibt Streitpunkt", ""),
        ("Please wait outside, says the mayor", ""),
    ],
)
def test_pages_are_known_by_a_title_that_says_nothing_else(title: str, expected: str):
    assert kind(page(of_words(90), title)) == expected
    assert kind(page(of_words(SHORT_WORDS + 1), title)) == ""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Please enable JavaScript and cookies to continue", "challenge"),
        ("Verifying you are human. This may take a few seconds.", "challenge"),
        ("Our systems have detected unusual traffic from your network", "challenge"),
        ("Bitte aktivieren Sie JavaScript in Ihrem Browser", "challenge"),
        ("Для продолжения включите JavaScript", "challenge"),
        ("We and our 812 partners store and access cookies", "consent"),
        ("Accept all cookies or manage preferences", "consent"),
        ("Wir und unsere Partner verwenden Cookies", "consent"),
        ("Nous et nos partenaires utilisons des cookies", "consent"),
        ("Continuer sans accepter", "consent"),
        ("Utilizamos cookies propias", "consent"),
        ("Utilizziamo i cookie", "consent"),
        ("Usamos cookies neste site", "consent"),
        ("Wij gebruiken cookies", "consent"),
        ("Vi bruker informasjonskapsler", "consent"),
        ("Vi använder kakor", "consent"),
        ("Używamy plików cookie", "consent"),
        ("Çerezleri kabul edin", "consent"),
        ("Мы используем файлы cookie", "consent"),
        ("当サイトではCookieを使用しています", "consent"),
        ("The page you are looking for has moved", "soft-404"),
        ("La página que buscas no existe", "soft-404"),
        ("Subscribe now to continue reading", "paywall"),
        ("This article is for subscribers only", "paywall"),
        ("Weiterlesen mit dem Probe-Abo", "paywall"),
        ("Cet article est réservé aux abonnés", "paywall"),
        ("Contenido exclusivo para suscriptores", "paywall"),
        ("Alleen voor abonnees", "paywall"),
        ("この記事は会員限定です", "paywall"),
        ("They have to accept the offer, said the mayor", ""),
        ("Das Angebot will sie nicht akzeptieren", ""),
        ("The baker sells cookies at the market", ""),
        ("Abonnez-vous à notre newsletter", ""),
        ("Abonnieren Sie unseren Kanal", ""),
        ("Robots are to sort the parcels", ""),
    ],
)
def test_phrases_count_in_short_texts_only(said: str, expected: str):
    assert kind(page(of_words(60, said))) == expected
    assert kind(page(of_words(SHORT_WORDS + 10, said))) == ""


def test_a_brief_that_is_about_its_headline_may_mention_cookies():
    said = "We use cookies, says the sign at the door"
    assert kind(page(of_words(120, said))) == ""
    assert kind(page(of_words(120, said), "Storm tears breakwater of Kelmouth harbour")) == "consent"
    hints = Hints(title="Storm tears breakwater", summary=FILLER)
    assert kind(page(of_words(120, said), "Storm tears breakwater"), hints) == ""


@pytest.mark.parametrize(
    ("words", "paywalled", "expected"),
    [
        (STUB_WORDS - 1, True, "paywall"),
        (STUB_WORDS, True, ""),
        (STUB_WORDS - 1, False, ""),
        (LEAST_WORDS, False, ""),
        (LEAST_WORDS - 1, False, "too-short"),
        (0, False, "too-short"),
    ],
)
def test_little_text_is_a_stub(words: int, paywalled: bool, expected: str):
    assert kind(page(of_words(words) if words else "", paywalled=paywalled)) == expected


@pytest.mark.parametrize(
    ("fields", "hints", "expected"),
    [
        ({"page_type": "website", "links": 400}, Hints(), "listing"),
        ({"page_type": "", "links": 400}, Hints(), "listing"),
        ({"page_type": "article", "links": 400}, Hints(), ""),
        ({"page_type": "website", "links": 400, "published": DAY}, Hints(), ""),
        ({"page_type": "website", "links": 400, "authors": ("Vera Lund",)}, Hints(), ""),
        ({"page_type": "website", "links": 400}, Hints(published=DAY), ""),
        ({"page_type": "website", "links": 100}, Hints(), ""),
        ({"page_type": "website", "links": 5, "title": "Latest news"}, Hints(), "listing"),
        ({"page_type": "", "links": 5, "title": "Latest news"}, Hints(), ""),
    ],
)
def test_a_page_of_links_without_signs_of_an_article_is_a_list(fields: dict[str, object], hints: Hints, expected: str):
    assert kind(page(of_words(110), **{"title": "Osterby mill", **fields}), hints) == expected  # type: ignore[arg-type]


def test_the_reason_says_what_was_seen():
    assert verdict(page("Too few words."), Hints(), 3) == "too-short: 3 words, 40 are needed"
    assert (
        verdict(page(of_words(50), "Just a moment..."), Hints(), 50)
        == "challenge: the page is titled 'Just a moment...'"
    )
    assert "'Subscribe now to continue'" in verdict(page(of_words(60, "Subscribe now to continue")), Hints(), 60)


def test_japanese_texts_are_measured_by_their_characters():
    assert kind(page("町の古い蔵に眠っていた扇風機が回る。" * 6, "扇風機が回る")) == ""
    assert kind(page("町の古い蔵に眠っていた。", "扇風機が回る")) == "too-short"
