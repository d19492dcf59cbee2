"""Whether what was read out of a page is an article at all; if not, what it is instead."""

import re

from aggregator.core.article import Extraction, Hints
from aggregator.core.headline import alike, folded

LEAST_WORDS = 40
BRIEF_WORDS = 80  # below this a phrase speaks for itself; above, the text must also be about something else
STUB_WORDS = 120
SHORT_WORDS = 150  # above this no phrase counts
LISTING_LINKS_A_WORD = 1.5
LOOKED_AT = 5_000  # characters in which phrases are sought: no hundred and fifty words are longer
ON_SUBJECT = 0.3  # of a summary's words that the text shares

_END = r"\W*(?:\s[|–—·:-]\s.{0,60})?$"  # of a title: nothing, or the site's name
# What pages that stand in an article's place are titled, and nothing else beside the site's name.
_TITLES = (
    (
        "challenge",
        (
            r"just a moment|attention required|access(?: to this page)?(?: has been| is)? denied|are you (?:a )?(?:robot|human)|"
            r"verify(?:ing)? (?:that )?you are (?:a )?human|please verify you are (?:a )?human|checking your browser|"
            r"security (?:check|verification)|pardon our interruption|one moment,? please|please wait|ddos-?guard|"
            r"bot verification|robot check|human verification|(?:your )?request (?:was |has been )?blocked|"
            r"(?:error )?403(?: forbidden)?|forbidden|un momento|un instant|einen moment(?: bitte)?|ein moment(?: bitte)?|"
            r"um momento|un attimo|eén moment|один момент|bir dakika|lütfen bekleyin|请稍候|お待ちください|잠시만 기다려 주세요"
        ),
    ),
    (
        "consent",
        (
            r"(?:cookie|privacy|consent)(?: (?:consent|settings|preferences|wall|notice|policy))?|before you continue|"
            r"your privacy(?: choices| matters)?|we value your privacy|datenschutz(?:einstellungen)?|cookie-einstellungen|"
            r"privatsphäre-einstellungen|gestion des cookies|política de cookies|privacy gate|toestemming|samtykke|"
            r"zgoda|souhlas|çerez politikası|プライバシー設定"
        ),
    ),
    (
        "soft-404",
        (
            r"(?:error |fehler |erreur )?404(?: (?:error|not found|page not found|nicht gefunden))?|(?:page|file|article) not found|"
            r"not found|(?:the )?page (?:you requested )?(?:was not|could not be|cannot be) found|page (?:unavailable|gone)|"
            r"(?:sorry|oops)\W.{0,40}(?:not found|can.?t find|doesn.?t exist|went wrong).{0,40}|this page (?:isn.t|is not) available|"
            r"seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata|"
            r"página não encontrada|pagina niet gevonden|sidan (?:hittades|kunde) inte.{0,20}|siden (?:ble|blev|finnes) ikke.{0,20}|"
            r"sivua ei löyt\w+|strona nie (?:została znaleziona|istnieje)|stránka nenalezena|страница не найдена|"
            r"сторінку не знайдено|sayfa bulunamadı|halaman tidak ditemukan|không tìm thấy trang|الصفحة غير موجودة|"
            r"ページが見つかりません(?:でした)?|页面不存在|找不到(?:页面|頁面)|페이지를 찾을 수 없습니다|ไม่พบหน้า.{0,20}"
        ),
    ),
)
# What such pages say; counts in short texts only.
_PHRASES = (
    (
        "challenge",
        (
            r"(?:please )?enable javascript (?:and|to|in)|javascript is (?:disabled|required|not enabled)|"
            r"verify(?:ing)? (?:that )?you are (?:a |not a )?(?:human|robot|bot)|checking your browser|"
            r"unusual (?:traffic|activity) from|complete the (?:security check|captcha)|\bray id\b|ddos protection by|"
            r"you have been blocked|are you a robot|automated (?:access|requests)|"
            r"javascript (?:aktivieren|ist deaktiviert)|aktivieren sie javascript|(?:activer|activez) javascript|"
            r"habilit(?:e|ar) (?:o )?javascript|abilita(?:re)? javascript|включите javascript|javascriptを有効"
        ),
    ),
    (
        "consent",
        (
            r"(?:accept|reject|manage|allow) (?:all )?(?:cookies|(?:privacy )?preferences)|we (?:and our (?:\d+ )?partners )?"
            r"(?:use|store).{0,40}cookies|cookie (?:policy|settings|preferences|consent)|your privacy (?:choices|matters)|"
            r"before you continue to|cookies? (?:akzeptieren|zustimmen|verwenden)|wir (?:und unsere (?:\d+ )?partner )?"
            r"(?:verwenden|nutzen) cookies|mit werbung (?:weiter)?lesen|pur-abo|alle akzeptieren und|"
            r"accepter (?:et fermer|les cookies)|(?:nous|et nos partenaires).{0,40}utilis\w+ des cookies|continuer sans accepter|"
            r"aceptar (?:todas las |las )?cookies|utilizamos cookies|accetta(?:re)? (?:tutti )?i cookie|utilizziamo i cookie|"
            r"(?:usamos |aceitar (?:todos os )?)cookies|cookies accepteren|(?:wij|we) gebruiken cookies|godkänn alla|"
            r"vi använder (?:cookies|kakor)|vi bruker (?:cookies|informasjonskapsler)|vi bruger cookies|käytämme evästeitä|"
            r"używamy plików cookie|používáme (?:soubory )?cookie|çerez(?:leri kabul| kullanıyoruz)|"
            r"(?:мы используем|использует) (?:файлы )?cookie|cookieを(?:使用|受け入れ)|使用cookie|쿠키를 사용"
        ),
    ),
    (
        "soft-404",
        (
            r"(?:page|article|story|content) (?:that )?you(?: are|['’]re|) look(?:ing)? for|(?:page|article) (?:no longer exists|"
            r"has been (?:moved or )?(?:removed|deleted))|die (?:gewünschte|angeforderte) seite|la page (?:que vous|demandée)|"
            r"la página que (?:buscas|está buscando|busca)|la pagina (?:richiesta|che stai cercando)|запрашиваемая страница"
        ),
    ),
)
_NO_LETTER = r"(?!.{0,40}(?:newsletter|kanal|canal|chaîne|channel|youtube|whatsapp|telegram|podcast))"
_PAYWALL = re.compile(
    rf"subscribe (?:now )?to (?:continue|read|unlock|keep)|to (?:continue|keep) reading|already a subscriber|"
    rf"(?:for )?subscribers? only|this (?:article|content|story) is (?:for|reserved for|only|exclusive)|"
    rf"(?:register|sign in|log in|login) to (?:continue|read)|jetzt (?:abonnieren|weiterlesen)|weiterlesen mit|"
    rf"nur für abonnent|abonnieren sie{_NO_LETTER}|bereits abonnent|réservée? aux abonnés|abonnez-vous{_NO_LETTER}|"
    rf"il vous reste \d+|déjà abonné|(?:exclusivo|solo) para suscriptores|suscríbete{_NO_LETTER}|per gli abbonati|"
    rf"abbonati per|exclusivo para assinantes|assine (?:agora|já){_NO_LETTER}|alleen voor abonnees|endast för prenumeranter|"
    rf"for abonnenter|tylko dla (?:prenumeratorów|subskrybentów)|только (?:по|для) подпис|доступен (?:по|для) подпис|"
    rf"有料(?:会員|記事)(?:限定|登録)|会員限定",
    re.IGNORECASE,
)
_TITLED = tuple((kind, re.compile(rf"(?:{words}){_END}", re.IGNORECASE)) for kind, words in _TITLES)
_SAYING = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _PHRASES)


def verdict(found: Extraction, hints: Hints, words: int) -> str:
    """Return why this is no article, beginning with the kind of page it is; '' when it is one.

    Phrases only count in short texts, so that an article that mentions cookies or subscriptions stays one. `words` is
    the number of words of the text.
    """
    return (
        _by_title(found, words)
        or _by_phrase(found, hints, words)
        or _by_paywall(found, words)
        or _by_size(found, hints, words)
    )


def _by_title(found: Extraction, words: int) -> str:
    title = found.title.strip()
    if words < SHORT_WORDS:
        for kind, rule in _TITLED:
            if rule.match(title):
                return f"{kind}: the page is titled {title[:80]!r}"
    return ""


def _by_phrase(found: Extraction, hints: Hints, words: int) -> str:
    if words < SHORT_WORDS and (words < BRIEF_WORDS or not _on_subject(found, hints)):
        for kind, rule in _SAYING:
            if said := rule.search(found.text[:LOOKED_AT]):
                return f"{kind}: {words} words, among them {said[0][:60]!r}"
    return ""


def _by_paywall(found: Extraction, words: int) -> str:
    if words >= STUB_WORDS:
        return ""
    if said := _PAYWALL.search(found.text[:LOOKED_AT]):
        return f"paywall: {words} words, among them {said[0][:60]!r}"
    return f"paywall: the page says it is not free, and gives {words} words" if found.paywalled else ""


def _by_size(found: Extraction, hints: Hints, words: int) -> str:
    if words < LEAST_WORDS:
        return f"too-short: {words} words, {LEAST_WORDS} are needed"
    plain = found.page_type in {"website", "profile", ""} and not found.published and not found.authors
    if plain and not hints.published and found.links > words * LISTING_LINKS_A_WORD:
        return f"listing: {found.links} links for {words} words"
    if plain and words < STUB_WORDS and found.page_type and not _on_subject(found, hints):
        return f"listing: a page of type {found.page_type} with {words} words, no author and no date"
    return ""


def _on_subject(found: Extraction, hints: Hints) -> bool:
    """Whether the text speaks of what its headline or the feed's summary speaks of."""
    if hints.summary and alike(hints.summary, found.text[: len(hints.summary) * 2]) >= ON_SUBJECT:
        return True
    head = {word for word in folded(hints.title or found.title).split() if len(word) > len("the")}
    return len(head & set(folded(found.text).split())) * 2 >= max(len(head), 1)
