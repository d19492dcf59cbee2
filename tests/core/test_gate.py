"""What stands in an article's place: tables of pages that are none, and of articles that look like one of these."""

from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.core.article import Extraction, Hints
from aggregator.core.gate import LEAST_WORDS, SHORT_WORDS, judged, verdict
from aggregator.core.wall_look import STUB_WORDS, voice
from aggregator.core.wall_words import Kind
from aggregator.core.words import count

FILLER = "The council of Osterby met again on Monday and talked for two hours about the old mill by the river. "
DAY = datetime(2026, 11, 3, tzinfo=UTC)
ARTICLE: dict[str, Any] = {"page_type": "article", "published": DAY}


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
        ("Datenschutz", ""),
        ("Cookie settings", "consent"),
        ("404", ""),
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
    assert kind(page(of_words(90), title, **ARTICLE)) == "", "an article may be titled anything"
    assert kind(page(of_words(90), title), Hints(title=title)) == "", "and the feed knows its own headlines"


@pytest.mark.parametrize("title", ["404", "Please wait", "Forbidden", "Datenschutz"])
def test_a_plain_title_needs_a_second_sign(title: str):
    assert kind(page(of_words(90, "The page you are looking for has moved. Please enable JavaScript."), title)) != ""


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
        ("They have to accept the offer, said the mayor", "too-short"),
        ("Das Angebot will sie nicht akzeptieren", "too-short"),
        ("The baker sells cookies at the market", "too-short"),
        ("Robots are to sort the parcels", "too-short"),
    ],
)
def test_a_few_words_are_named_by_what_they_say(said: str, expected: str):
    assert kind(page(f"{said}. {FILLER}", **ARTICLE)) == expected
    assert kind(page(of_words(90, f"{said}."), **ARTICLE)) == "", "one sentence among others"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Subscribe now to continue reading", "paywall"),
        ("This article is for subscribers only", "paywall"),
        ("Weiterlesen mit dem Probe-Abo", "paywall"),
        ("Cet article est réservé aux abonnés", "paywall"),
        ("Exclusivo para suscriptores", "paywall"),
        ("Alleen voor abonnees", "paywall"),
        ("この記事は会員限定です", "paywall"),
        ("Cancel any time. Already a subscriber? Log in", "paywall"),
        ("Readers no longer need to subscribe to read the paper's maps of the flood, the editor said on Sunday", ""),
        ("In the past such reports were for subscribers only, which many in the valley had complained about", ""),
        ("Abonnez-vous à notre newsletter", ""),
        ("Abonnieren Sie unseren Kanal", ""),
    ],
)
def test_a_text_that_ends_in_a_call_to_subscribe_is_a_stub(said: str, expected: str):
    assert kind(page(f"{FILLER * 6}\n{said}", **ARTICLE)) == expected
    assert kind(page(f"{said}\n{FILLER * 3}\n{FILLER * 3}", **ARTICLE)) == "", "the text goes on"
    assert kind(page(f"{FILLER * 24}\n{said}", **ARTICLE)) == "", "that is the whole text"


def test_what_a_text_quotes_it_does_not_say():
    sign = "Verify you are human. Accept all cookies. Your privacy matters. Enable JavaScript to continue."
    assert kind(page(f"{FILLER * 2}{sign} {sign}", **ARTICLE)) == "consent"
    assert kind(page(f"{FILLER * 2}“{sign}” „{sign}“", **ARTICLE)) == ""


def test_a_text_of_nothing_but_consent_is_no_article_however_long():
    vendor = "With your permission we and third parties store identifiers on your device for advertising purposes. "
    assert kind(page(vendor * 40, **ARTICLE)) == "consent"
    news = "The regulator said that vendors stored identifiers on devices for advertising purposes without consent. "
    assert kind(page(news * 40, **ARTICLE)) == "", "it speaks of others"


def test_a_page_that_speaks_to_its_reader_alone_is_no_article():
    said = "We are glad that you came to us, and if you write to us we answer you. " * 4
    assert kind(page(said)) == "not-article"
    assert kind(page(said, **ARTICLE)) == ""


@pytest.mark.parametrize(
    ("asked", "final", "expected"),
    [
        ("https://post.example/2026/11/storm", "https://post.example/", "soft-404"),
        ("https://post.example/2026/11/storm", "https://post.example", "soft-404"),
        ("https://post.example/2026/11/storm", "https://post.example/sv-fi/", "soft-404"),
        ("https://post.example/2026/11/storm", "https://post.example/index.html", "soft-404"),
        ("https://post.example/2026/11/storm", "https://post.example/?p=12", ""),
        ("https://post.example/2026/11/storm", "https://post.example/storm", ""),
        ("https://post.example/", "https://post.example/", ""),
        ("https://post.example/2026/11/storm", "https://[", ""),
        ("", "https://post.example/", ""),
    ],
)
def test_an_address_that_leads_to_the_front_page_leads_nowhere(asked: str, final: str, expected: str):
    found = judged(page(of_words(300), **ARTICLE), Hints(), 300, asked_url=asked, final_url=final)
    assert (found.kind if found else "") == expected


def test_the_front_page_is_the_article_where_the_feed_says_so():
    hints = Hints(title="Council of Osterby talks about the old mill")
    urls: dict[str, Any] = {"asked_url": "https://post.example/1", "final_url": "https://post.example/"}
    assert judged(page(of_words(300), **ARTICLE), hints, 300, **urls) is None


def test_a_page_that_has_nothing_of_what_the_feed_said_is_another():
    hints = Hints(
        title="Storm tears breakwater harbour", summary="Two boats sank at their moorings during Monday's gale."
    )
    assert kind(page(of_words(200), **ARTICLE), hints) == "off-subject"
    assert kind(page(of_words(200, "Boats sank during the storm."), **ARTICLE), hints) == ""
    assert kind(page(of_words(200), title="Storm over Kelmouth", **ARTICLE), hints) == "", "the headline agrees"
    assert kind(page(of_words(200), **ARTICLE), Hints(title="Storm tears breakwater")) == "", "too little to go by"


@pytest.mark.parametrize(("number", "expected"), [(0, ""), (2, ""), (3, "repeated"), (50, "repeated")])
def test_a_text_that_stands_at_three_addresses_is_the_hosts(number: int, expected: str):
    found = judged(page(of_words(300), **ARTICLE), Hints(), 300, same_at=number)
    assert (found.kind if found else "") == expected


def test_a_page_without_a_text_is_named_by_what_it_shows():
    shell = b"<html><body><noscript>You need to enable JavaScript to run this app.</noscript><div></div></body></html>"
    found = judged(page(""), Hints(), 0, body=shell)
    assert found is not None
    assert found.kind is Kind.CHALLENGE


def shown(text: str, *behind: str) -> bytes:
    return f"<html><body><nav>Home</nav><p>{text}</p>{''.join(f'<div>{each}</div>' for each in behind)}</body>".encode()


def test_a_text_with_a_call_right_behind_it_is_a_stub():
    text = of_words(200) + " in 1931."
    call = shown(text, "Subscribe to continue reading")
    found = judged(page(text, **ARTICLE), Hints(), 203, body=call)
    assert found is not None
    assert found.kind is Kind.PAYWALL
    assert (
        judged(page(text, **ARTICLE), Hints(), 203, body=shown(text, "Bye", "Subscribe for unlimited access")) is None
    )
    assert (
        judged(page(text, **ARTICLE), Hints(), 203, body=shown(text, "x" * 300, "Subscribe to continue reading"))
        is None
    )
    assert judged(page(text, **ARTICLE), Hints(), 203, body=shown("Other", "Subscribe to continue reading")) is None
    long = of_words(300) + " in 1931."
    assert judged(page(long, **ARTICLE), Hints(), 303, body=shown(long, "Subscribe to continue reading")) is None


def test_a_page_that_says_it_is_not_free_is_a_stub_where_it_breaks_off():
    whole = of_words(200) + "."
    assert judged(page(whole, paywalled=True), Hints(), 200) is None
    found = judged(page(f"{whole[:-1]} …  and", paywalled=True), Hints(), 200)
    assert found is not None
    assert found.kind is Kind.PAYWALL


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("{{ body }} {{ more }} {{ more }} {{ more }}\n" + FILLER * 2, {}, "not-article"),
        (FILLER * 3, {"title": "{{ article.title }}"}, "not-article"),
        (FILLER * 3, {"page_type": "video.other"}, "not-article"),
        (FILLER * 10, {"page_type": "video.other"}, ""),
        ("\n".join(f"{n} of 24. The mill by the river in the morning light" for n in range(1, 9)), {}, "not-article"),
        ("Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 8, {}, "not-article"),
    ],
)
def test_what_is_made_of_something_else_is_no_article(text: str, fields: dict[str, object], expected: str):
    assert kind(page(text, **{**ARTICLE, **fields})) == expected


@pytest.mark.parametrize(
    ("title", "url", "expected"),
    [
        ("Search results for: bridge", "", "listing"),
        ("Vera Lund, Author at Skarholm Post", "", "listing"),
        ("Alle Artikel zum Thema Datenschutz", "", "listing"),
        ("Osterby mill", "https://post.example/tag/mill", "listing"),
        ("Osterby mill", "https://post.example/author/vera-lund/", "listing"),
        ("Osterby mill", "https://post.example/?s=mill", "listing"),
        ("Osterby mill", "https://post.example/2026/11/mill", ""),
        ("Osterby mill", "https://post.example/tag/mill/2026/11/fire-at-the-mill", ""),
    ],
)
def test_a_list_is_known_by_its_title_or_address(title: str, url: str, expected: str):
    found = judged(page(of_words(200), title), Hints(), 200, final_url=url)
    assert (found.kind if found else "") == expected
    assert judged(page(of_words(200), title, **ARTICLE), Hints(), 200, final_url=url) is None


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
        ({"page_type": "", "links": 5, "title": "Latest news"}, Hints(), "listing"),
        ({"page_type": "", "links": 5, "title": "Something else"}, Hints(), ""),
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
    stub = page(FILLER * 3 + "Subscribe now to continue reading.")
    assert verdict(stub, Hints(), 65) == "paywall: 65 words, and at the end 'to continue reading'"


def test_japanese_texts_are_measured_by_their_characters():
    assert kind(page("町の古い蔵に眠っていた扇風機が回る。" * 6, "扇風機が回る")) == ""
    assert kind(page("町の古い蔵に眠っていた。", "扇風機が回る")) == "too-short"


def test_one_sentence_of_a_short_text_may_speak_as_a_wall():
    said = "Then please verify you are human before the ferry leaves the harbour on Monday."
    assert kind(page(f"{FILLER * 2}{said}", **ARTICLE)) == ""
    assert kind(page(f"{said} {said} {said} {said}", **ARTICLE)) == "challenge"


def test_a_line_that_calls_twice_is_a_call_however_long():
    line = "The whole of this report is for subscribers only, as always, and to continue reading it takes a pass."
    assert kind(page(f"{FILLER * 6}\n{line}", **ARTICLE)) == "paywall"
    assert kind(page(f"{FILLER * 6}\n{line.replace('for subscribers only', 'long')}", **ARTICLE)) == ""


def test_a_call_far_from_the_end_is_none():
    lines = "\n".join(["A short line about the mill."] * 20)
    assert kind(page(f"{FILLER * 2}\nSubscribe to continue reading\n{lines}", **ARTICLE)) == ""
    assert kind(page(f"{FILLER * 2}\nSubscribe to continue reading\n{lines[:200]}", **ARTICLE)) == "paywall"


def test_whom_a_text_speaks_to_is_heard_outside_of_quotation_marks():
    assert voice("We ask you.")[1] == pytest.approx(2 / 3)
    assert voice("Dann wählen Sie, ob Sie Ihrem Gerät trauen.")[1] == pytest.approx(3 / 8)
    assert voice("Sie sagte, sie wähle: „Nehmen Sie, was Ihnen gefällt“.")[1] == 0
    assert voice("")[1] == 0
